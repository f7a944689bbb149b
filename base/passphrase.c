/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/private.h"

#define CTRL_C		0x03
#define CTRL_BACKSLASH	0x1c

/* Keeps the first line of what was read. */
static enum err_code
first_line(struct buf *b, const char *where, struct err *e)
{
	uint8_t *nl = b->len != 0 ? memchr(b->data, '\n', b->len) : NULL;

	if (nl != NULL)
		b->len = (size_t)(nl - b->data);
	if (b->len != 0 && b->data[b->len - 1] == '\r')
		b->len--;
	if (b->len == 0)
		return err_set(e, ERR_PASSPHRASE, where, 0, _("it is empty"));
	return ERR_OK;
}

static enum err_code
from_file(const char *path, struct buf *out, struct err *e)
{
	enum err_code code;
	struct stat st;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	if (fstat(fd, &st) == 0 && !private_file(&st, path))
		code = err_set(e, ERR_KEY_MODE, path, 0, NULL);
	else if ((code = file_read_fd(fd, path, LIMIT_PASSPHRASE, out, e)) ==
	    ERR_OK)
		code = first_line(out, path, e);
	(void)close(fd);
	return code;
}

/* One line from the terminal without echo.  Signal characters are read as
 * such, also before the line's end, so that the terminal is put back before
 * the person's Ctrl-C does what it always does. */
static enum err_code
ask(int tty, const char *prompt, struct buf *out, struct err *e)
{
	struct termios old, quiet;
	enum err_code code = ERR_OK;
	sigset_t block, before;
	ssize_t n = 0;
	uint8_t c = 0;

	if (tcgetattr(tty, &old) == -1)
		return err_set(e, ERR_PASSPHRASE_NEEDED, NULL, 0, NULL);
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_lflag |= ECHONL;
	quiet.c_cc[VEOL] = CTRL_C;
	quiet.c_cc[VEOL2] = CTRL_BACKSLASH;
	sigemptyset(&block);
	sigaddset(&block, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &block, &before);
	(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	(void)file_write_fd(tty, "/dev/tty", prompt, strlen(prompt), NULL);
	while ((n = read(tty, &c, 1)) == 1 && c != '\n' && c != CTRL_C &&
	    c != CTRL_BACKSLASH && out->len < LIMIT_PASSPHRASE)
		buf_add_u8(out, c);
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (n == 1 && (c == CTRL_C || c == CTRL_BACKSLASH))
		(void)raise(c == CTRL_C ? SIGINT : SIGQUIT);
	if (n != 1 || c == CTRL_C || c == CTRL_BACKSLASH)
		code = err_set(e, ERR_PASSPHRASE_NEEDED, NULL, 0,
		    _("no passphrase was given"));
	else
		code = first_line(out, NULL, e);
	explicit_bzero(&c, sizeof(c));
	return code;
}

static enum err_code
from_terminal(const struct passphrase_source *source, bool twice,
    struct buf *out, struct err *e)
{
	struct buf again = { 0 };
	enum err_code code;
	int tty;

	if (!source->may_ask ||
	    (tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) == -1)
		return err_set(e, ERR_PASSPHRASE_NEEDED, NULL, 0, NULL);
	code = ask(tty, source->prompt, out, e);
	if (code == ERR_OK && twice) {
		code = ask(tty, source->again, &again, e);
		if (code == ERR_OK && !buf_equal(out, again.data, again.len))
			code = err_set(e, ERR_PASSPHRASE, NULL, 0,
			    _("the two are not the same"));
	}
	buf_wipe(&again);
	(void)close(tty);
	return code;
}

enum err_code
passphrase_get(const struct passphrase_source *source, bool fresh,
    struct buf *out, struct err *e)
{
	enum err_code code;

	if (source->fd >= 0) {
		code = file_read_fd(source->fd, "passphrase",
		    LIMIT_PASSPHRASE, out, e);
		if (code == ERR_OK)
			code = first_line(out, NULL, e);
	} else if (source->file != NULL)
		code = from_file(source->file, out, e);
	else
		code = from_terminal(source, fresh, out, e);
	if (code == ERR_OK && fresh && out->len < PASSPHRASE_MIN)
		code = err_set(e, ERR_PASSPHRASE, NULL, 0,
		    _("a new one needs at least %d characters"),
		    PASSPHRASE_MIN);
	return code;
}
