/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/tls_identity.h"
#include "ledger/sql.h"

#define DAY		(24 * 60 * 60)
#define UPLOAD_DAYS	7	/* a weekend and a slow line in between */
#define MIN_BLOCK	4096u	/* of the spool's file system */
#define PATIENCE	30	/* seconds */
#define MAX_UPLOADS	20	/* a service provider's batch, not a disk */
#define MAX_BYTES	((int64_t)MAX_UPLOADS * LIMIT_SEALED)
#define MAX_CONNECTIONS	40	/* of one sender; there are 300 in all */
#define MAX_NAME	64
#define NAME_CHARACTERS	"abcdefghijklmnopqrstuvwxyz0123456789.-_"

static const struct config_item items[] = {
	{ "authority", "name", CONFIG_STRING, true, false },
	{ "authority", "environment", CONFIG_STRING, true, false },
	{ "ledger", "database", CONFIG_PLACE, false, false },
	{ "portal", "name", CONFIG_STRING, false, false },
	{ "portal", "listen", CONFIG_STRING, true, false },
	{ "portal", "front_user", CONFIG_STRING, false, false },
	{ "portal", "certificate", CONFIG_PATH, false, false },
	{ "portal", "key", CONFIG_PATH, false, false },
	{ "portal", "passphrase_file", CONFIG_PATH, false, false },
	{ "portal", "spool", CONFIG_PATH, true, false },
	{ "portal", "verdicts", CONFIG_PATH, false, false },
	{ "portal", "max_size", CONFIG_NUMBER, false, false },
	{ "portal", "upload_days", CONFIG_NUMBER, false, false },
	{ "portal", "max_uploads_per_sender", CONFIG_NUMBER, false, false },
	{ "portal", "max_bytes_per_sender", CONFIG_NUMBER, false, false },
	{ "portal", "max_connections_per_sender", CONFIG_NUMBER, false,
	    false },
	{ "portal", "patience", CONFIG_NUMBER, false, false },
	{ "senders", "anchors", CONFIG_PATH, true, false },
	{ "senders", "crls", CONFIG_PATH, false, false },
	{ "receipts", "certificate", CONFIG_PATH, true, false },
	{ "receipts", "key", CONFIG_PATH, true, false },
	{ "receipts", "passphrase_file", CONFIG_PATH, false, false },
	{ "receipts", "chain", CONFIG_PATH, false, false },
	{ 0 },
};

static enum err_code
wrong(const struct settings *s, struct err *e, const char *what)
{
	return err_set(e, ERR_CONFIG, config_path(s->config), 0, "%s", what);
}

/* "127.0.0.1:8443" or "[::1]:8443"; names are not looked up, so that the
 * address is the one that was written. */
static enum err_code
parse_address(struct settings *s, const char *value, struct err *e)
{
	static const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(value, ':'), *host = value;
	size_t len = colon != NULL ? (size_t)(colon - value) : 0;
	struct addrinfo *found = NULL;
	char name[64], *end;

	/* getaddrinfo takes any number for a port. */
	if (len == 0 || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strtoul(colon + 1, &end, 10) > 65535 || end == colon + 1)
		goto bad;
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	} else if (len != 0 && memchr(host, ':', len) != NULL)
		len = 0;
	if (len == 0 || len >= sizeof(name))
		goto bad;
	memcpy(name, host, len);
	name[len] = '\0';
	if (getaddrinfo(name, colon + 1, &hints, &found) != 0)
		goto bad;
	memcpy(&s->listen, found->ai_addr, found->ai_addrlen);
	s->listen_len = found->ai_addrlen;
	freeaddrinfo(found);
	return ERR_OK;
bad:
	return wrong(s, e, "[portal] listen must be a numeric address and a "
	    "port, as 127.0.0.1:8443 or [::1]:8443, or unix:/PATH");
}

/* "unix:/run/sigill/portal.sock": the front server has the certificate, so
 * that one here would be a misunderstanding. */
static enum err_code
parse_socket(struct settings *s, const char *path, struct err *e)
{
	struct sockaddr_un *name = (struct sockaddr_un *)&s->listen;
	const char *user = config_get(s->config, "portal", "front_user");
	const struct passwd *found;

	if (path[0] != '/' || strlen(path) >= sizeof(name->sun_path))
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[portal] listen: the path of a Unix socket begins with / "
		    "and has at most %zu bytes", sizeof(name->sun_path) - 1);
	if (config_get(s->config, "portal", "certificate") != NULL ||
	    config_get(s->config, "portal", "key") != NULL ||
	    config_get(s->config, "portal", "passphrase_file") != NULL)
		return wrong(s, e, "[portal] certificate and key are the front "
		    "server's when listen is a Unix socket");
	if (user == NULL)
		return wrong(s, e, "[portal] front_user is missing: who may "
		    "connect to the Unix socket");
	if ((found = getpwnam(user)) == NULL)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[portal] front_user: there is no user '%s'", user);
	s->front_user = found->pw_uid;
	name->sun_family = AF_UNIX;
	strcpy(name->sun_path, path);
	s->listen_len = sizeof(*name);
	return ERR_OK;
}

static enum err_code
parse_listen(struct settings *s, struct err *e)
{
	static const char unix_path[] = "unix:";
	const char *value = config_get(s->config, "portal", "listen");

	if (strncmp(value, unix_path, sizeof(unix_path) - 1) == 0)
		return parse_socket(s, value + sizeof(unix_path) - 1, e);
	if (config_get(s->config, "portal", "front_user") != NULL)
		return wrong(s, e, "[portal] front_user needs listen to be a "
		    "Unix socket");
	if (config_get(s->config, "portal", "certificate") == NULL ||
	    config_get(s->config, "portal", "key") == NULL)
		return wrong(s, e, "[portal] needs certificate and key");
	return parse_address(s, value, e);
}

bool
settings_fronted(const struct settings *s)
{
	return s->listen.ss_family == AF_UNIX;
}

static enum err_code
parse_limits(struct settings *s, struct err *e)
{
	int64_t size = config_number(s->config, "portal", "max_size",
	    LIMIT_SEALED);
	int64_t days = config_number(s->config, "portal", "upload_days",
	    UPLOAD_DAYS);

	s->patience = config_number(s->config, "portal", "patience", PATIENCE);
	s->max_uploads = config_number(s->config, "portal",
	    "max_uploads_per_sender", MAX_UPLOADS);
	if (size < LIMIT_SEALED_MIN || size > LIMIT_SEALED_OUTER)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[portal] max_size must be between %u and %u",
		    LIMIT_SEALED_MIN, LIMIT_SEALED_OUTER);
	s->max_bytes = config_number(s->config, "portal",
	    "max_bytes_per_sender", size > MAX_BYTES ? size : MAX_BYTES);
	if (s->max_bytes < size)
		return wrong(s, e, "[portal] max_bytes_per_sender must be at "
		    "least max_size");
	if (days < 1 || days > 365)
		return wrong(s, e,
		    "[portal] upload_days must be between 1 and 365");
	if (s->max_uploads < 1 || s->max_uploads > 100000)
		return wrong(s, e, "[portal] max_uploads_per_sender must be "
		    "between 1 and 100000");
	s->max_connections = config_number(s->config, "portal",
	    "max_connections_per_sender", MAX_CONNECTIONS);
	if (s->max_connections < 1 || s->max_connections > 100000)
		return wrong(s, e, "[portal] max_connections_per_sender must "
		    "be between 1 and 100000");
	if (s->patience < 1 || s->patience > 600)
		return wrong(s, e,
		    "[portal] patience must be between 1 and 600");
	s->max_size = (uint64_t)size;
	s->upload_seconds = days * DAY;
	return ERR_OK;
}

static enum err_code
parse_authority(struct settings *s, struct err *e)
{
	const char *name = config_get(s->config, "authority", "name");
	int environment = environment_parse(config_get(s->config, "authority",
	    "environment"));

	if (*name == '\0' || strlen(name) > LIMIT_NAME)
		return wrong(s, e, "[authority] name must be 1 to 200 bytes");
	if (environment == -1)
		return wrong(s, e, "[authority] environment must be 'test' or "
		    "'production'");
	s->authority = name;
	s->environment = (enum environment)environment;
	return ERR_OK;
}

/* On a ledger of its own a portal has no use for a name. */
static enum err_code
parse_ledger(struct settings *s, struct err *e)
{
	const char *name = config_get(s->config, "portal", "name");
	const char *database = config_get(s->config, "ledger", "database");
	bool shared = database != NULL && sql_where_is_shared(database);

	s->database = database;
	s->name = shared && name != NULL ? name : "";
	return !shared || (*s->name != '\0' && strlen(name) <= MAX_NAME &&
	    strspn(name, NAME_CHARACTERS) == strlen(name)) ? ERR_OK :
	    wrong(s, e, "[portal] name: each portal on PostgreSQL has one of "
	    "its own, 1 to 64 of a-z, 0-9, '.', '-' and '_'");
}

/* A file's text with a NUL that len counts, as the TLS library wants it. */
static enum err_code
read_text(const char *path, size_t cap, struct buf *out, struct err *e)
{
	enum err_code code = file_read(path, cap, out, e);

	if (code != ERR_OK)
		return code;
	if (memchr(out->data, '\0', out->len) != NULL)
		return err_set(e, ERR_CERT, path, 0, "it is not in PEM");
	buf_add_u8(out, '\0');
	return buf_check(out, e);
}

/* The key and the certificate of a section, which must belong together;
 * production takes no certificate of the sample PKI. */
static enum err_code
load_pair(const struct settings *s, const char *section, struct key **key,
    struct cert_list *certs, struct err *e)
{
	const struct passphrase_source source = {
		.fd = -1,
		.file = config_get(s->config, section, "passphrase_file"),
	};
	const char *cert_path = config_get(s->config, section, "certificate");
	enum err_code code;

	code = cert_load_list(cert_path, certs, e);
	if (code == ERR_OK)
		code = key_load(config_get(s->config, section, "key"), &source,
		    key, e);
	if (code == ERR_OK)
		code = key_matches(*key, certs->v[0], e);
	if (code == ERR_OK && s->environment == ENVIRONMENT_PRODUCTION &&
	    cert_is_test(certs->v[0]))
		code = err_set(e, ERR_TEST_CERTIFICATE, cert_path, 0, NULL);
	return code;
}

enum err_code
settings_server_identity(const struct settings *s, struct buf *cert_pem,
    struct buf *key_der, struct err *e)
{
	struct cert_list certs = { 0 }, rest = { 0 };
	struct key *key = NULL;
	enum err_code code;

	code = load_pair(s, "portal", &key, &certs, e);
	if (code == ERR_OK) {
		rest.v = certs.v + 1;
		rest.len = certs.len - 1;
		code = tls_identity_encode(key, certs.v[0], &rest, cert_pem,
		    key_der, e);
	}
	key_free(key);
	cert_list_wipe(&certs);
	return code;
}

static enum err_code
load_receipts(struct settings *s, struct err *e)
{
	const char *chain = config_get(s->config, "receipts", "chain");
	enum err_code code;

	code = load_pair(s, "receipts", &s->receipt_key, &s->receipt_cert, e);
	if (code == ERR_OK && s->receipt_cert.len != 1)
		return err_set(e, ERR_CERT, config_get(s->config, "receipts",
		    "certificate"), 0,
		    "it must hold one certificate; others go into chain");
	if (code == ERR_OK && chain != NULL)
		code = cert_load_list(chain, &s->receipt_chain, e);
	return code;
}

static enum err_code
no_folder(const char *path, int why, struct err *e)
{
	if (why != ENOENT)
		return err_set(e, ERR_CONFIG, path, 0, "%s", strerror(why));
	return err_set(e, ERR_CONFIG, path, 0, "there is no such folder; as "
	    "root: install -d -o sigill -g sigill -m 770 %s", path);
}

/* Root can read another's spool, but would leave files there that the other
 * cannot. */
static enum err_code
wrong_owner(const char *path, uid_t owner, struct err *e)
{
	const struct passwd *found = getpwuid(owner);

	if (found == NULL)
		return err_set(e, ERR_CONFIG, path, 0,
		    "the folder belongs to another user, who has no name");
	return err_set(e, ERR_CONFIG, path, 0, "the folder belongs to another "
	    "user; run sigill-portal as it: sudo -u %s sigill-portal",
	    found->pw_name);
}

/* The ledger maps a file that has a hole wherever a block is smaller than a
 * page, and a full disk has no block for it: that ends the program. */
static enum err_code
check_blocks(const char *path, struct err *e)
{
	struct statvfs fs;

	if (statvfs(path, &fs) == -1)
		return err_set(e, ERR_CONFIG, path, 0, "%s", strerror(errno));
	if (fs.f_bsize < MIN_BLOCK)
		return err_set(e, ERR_CONFIG, path, 0, "its file system has "
		    "blocks of %lu bytes, and must have %u or more: make it "
		    "with mkfs -b 4096", fs.f_bsize, MIN_BLOCK);
	return ERR_OK;
}

/* What others could write to would not be evidence. */
static enum err_code
check_folder(const char *path, bool mine, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return no_folder(path, errno, e);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, path, 0, "it is not a folder");
	if (mine && st.st_uid != geteuid())
		return wrong_owner(path, st.st_uid, e);
	if (access(path, mine ? R_OK | W_OK | X_OK : R_OK | X_OK) == -1)
		return err_set(e, ERR_CONFIG, path, 0, "%s", strerror(errno));
	if ((st.st_mode & S_IWOTH) != 0)
		return err_set(e, ERR_CONFIG, path, 0,
		    "everybody can write to the folder; run chmod o-w on it");
	return mine ? check_blocks(path, e) : ERR_OK;
}

enum err_code
settings_load(const char *path, struct settings *out, struct err *e)
{
	struct settings s = { 0 };
	enum err_code code;

	if ((code = config_load(path, items, &s.config, e)) != ERR_OK)
		goto out;
	s.spool = config_get(s.config, "portal", "spool");
	s.verdicts = config_get(s.config, "portal", "verdicts");
	s.anchors = config_get(s.config, "senders", "anchors");
	s.crls = config_get(s.config, "senders", "crls");
	if ((code = parse_authority(&s, e)) != ERR_OK ||
	    (code = parse_ledger(&s, e)) != ERR_OK ||
	    (code = parse_listen(&s, e)) != ERR_OK ||
	    (code = parse_limits(&s, e)) != ERR_OK ||
	    (code = check_folder(s.spool, true, e)) != ERR_OK ||
	    (s.verdicts != NULL &&
	    (code = check_folder(s.verdicts, false, e)) != ERR_OK) ||
	    (code = read_text(s.anchors, LIMIT_CERT_FILE, &s.tls_anchors,
	    e)) != ERR_OK ||
	    (code = load_receipts(&s, e)) != ERR_OK)
		goto out;
	*out = s;
	memset(&s, 0, sizeof(s));
out:
	settings_wipe(&s);
	return code;
}

void
settings_wipe(struct settings *s)
{
	buf_wipe(&s->tls_anchors);
	key_free(s->receipt_key);
	cert_list_wipe(&s->receipt_cert);
	cert_list_wipe(&s->receipt_chain);
	config_free(s->config);
	memset(s, 0, sizeof(*s));
}
