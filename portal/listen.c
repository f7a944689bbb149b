/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG		128

static const char *
path_of(const struct settings *s)
{
	return ((const struct sockaddr_un *)&s->listen)->sun_path;
}

static enum err_code
cannot(const struct settings *s, struct err *e, const char *why)
{
	return err_set(e, ERR_CONFIG, config_get(s->config, "portal",
	    "listen"), 0, "%s", why);
}

/* Two portals cannot be here at once: the spool's lock is held. */
static enum err_code
remove_stale(const struct settings *s, struct err *e)
{
	const char *path = path_of(s);
	struct stat st;
	int fd, why = 0;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? ERR_OK :
		    cannot(s, e, strerror(errno));
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return cannot(s, e, "there is something else of that name");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return cannot(s, e, strerror(errno));
	if (connect(fd, (const struct sockaddr *)&s->listen, s->listen_len) ==
	    -1)
		why = errno;
	(void)close(fd);
	if (why != ECONNREFUSED)
		return cannot(s, e, "another program answers on it");
	return unlink(path) == 0 ? ERR_OK : cannot(s, e, strerror(errno));
}

/* The file's mode does not tell the front server from others; connections are
 * let in one by one instead. */
static enum err_code
open_to_all(struct listener *l, struct err *e)
{
	const char *path = path_of(l->settings);
	struct stat st;

	if (chmod(path, 0666) == -1 || lstat(path, &st) == -1)
		return cannot(l->settings, e, strerror(errno));
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	return ERR_OK;
}

static uint16_t
port_of(const struct sockaddr_storage *name)
{
	if (name->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)name)->sin6_port);
	if (name->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)name)->sin_port);
	return 0;
}

enum err_code
listener_open(const struct settings *s, struct listener *out, struct err *e)
{
	struct sockaddr_storage name = s->listen;
	struct listener l = { .settings = s };
	socklen_t len = s->listen_len;
	enum err_code code = ERR_OK;
	const int on = 1;

	if (settings_fronted(s) && (code = remove_stale(s, e)) != ERR_OK)
		return code;
	l.fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l.fd == -1 ||
	    setsockopt(l.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ==
	    -1 ||
	    bind(l.fd, (struct sockaddr *)&name, len) == -1 ||
	    getsockname(l.fd, (struct sockaddr *)&name, &len) == -1)
		code = cannot(s, e, strerror(errno));
	else if (settings_fronted(s))
		code = open_to_all(&l, e);
	if (code == ERR_OK && listen(l.fd, BACKLOG) == -1)
		code = cannot(s, e, strerror(errno));
	if (code != ERR_OK) {
		listener_close(&l);
		return code;
	}
	l.port = port_of(&name);
	*out = l;
	return ERR_OK;
}

bool
listener_admits(const struct listener *l, int socket)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (!settings_fronted(l->settings))
		return true;
	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid == l->settings->front_user;
}

void
listener_close(struct listener *l)
{
	struct stat st;

	if (l->ino != 0 && lstat(path_of(l->settings), &st) == 0 &&
	    st.st_dev == l->dev && st.st_ino == l->ino)
		(void)unlink(path_of(l->settings));
	l->ino = 0;
	if (l->fd != -1)
		(void)close(l->fd);
	l->fd = -1;
}
