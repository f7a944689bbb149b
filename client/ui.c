/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rules: results go to standard output, errors to standard error as an
 * error line and a hint line; each hint once, after the last error that it
 * belongs to.  Nothing is said twice, nothing in capitals.  With --json there
 * is exactly one document on standard output and nothing on standard error.
 */
#include "client/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/wipe.h"
#include "client/bar.h"

#define PROGRAM	"sigill"

void
ui_init(void)
{
	/* A file that is opened later must not become standard output.  Read
	 * only, so that writing fails as it would on a closed one. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", O_RDONLY) == -1)
			abort();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

bool
ui_stdout_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

/* --- progress, on a terminal only ----------------------------------------- */

/* No more often is the line drawn anew. */
#define REDRAW_MS	200
/* What is over so soon needs no line. */
#define SOON_MS		500

/* The one line of the one terminal. */
static struct {
	struct bar bar;
	int64_t began;		/* milliseconds; 0: nothing told yet */
	int64_t drawn;		/* milliseconds, the last time */
	size_t columns;		/* that are taken now; 0: there is no line */
} shown;

static int64_t
milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* That a line may take: in the last one many terminals begin another. */
static size_t
columns(void)
{
	struct winsize window = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == -1 ||
	    window.ws_col == 0)
		return 79;
	return (size_t)window.ws_col - 1;
}

/* What a signal's handler needs, made before: all it may do is write. */
static struct {
	char text[512];
	size_t len;
	char blanks[BAR_LINE_LEN + 2];	/* "\r", the line's columns, "\r" */
	volatile sig_atomic_t columns;	/* that the line has now */
} last_words;

static void
on_interrupt(int number)
{
	const size_t n = (size_t)last_words.columns;
	ssize_t done = 0;

	if (n != 0) {
		done = write(STDERR_FILENO, last_words.blanks, n + 1);
		done = write(STDERR_FILENO, last_words.blanks, 1);
	}
	done = write(STDERR_FILENO, last_words.text, last_words.len);
	(void)done;
	/* It comes when this returns, and the parent sees what ended us. */
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

void
ui_on_interrupt(const char *sentence)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { 0 }, now;

	if (sentence != NULL) {
		(void)snprintf(last_words.text, sizeof(last_words.text),
		    PROGRAM ": %s\n", sentence);
		last_words.len = strlen(last_words.text);
		memset(last_words.blanks, ' ', sizeof(last_words.blanks));
		last_words.blanks[0] = '\r';
	}
	action.sa_handler = sentence != NULL ? on_interrupt : SIG_DFL;
	(void)sigemptyset(&action.sa_mask);
	/* What nohup has us ignore stays so. */
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &now) == 0 &&
		    now.sa_handler != SIG_IGN)
			(void)sigaction(numbers[i], &action, NULL);
}

/* Puts text where the line was; "" takes it away. */
static void
draw(char text[static BAR_LINE_LEN])
{
	const size_t most = columns(), n = bar_cut(text, most);
	size_t blanks = shown.columns > n ? shown.columns - n : 0;

	/* The terminal may have been made narrower. */
	if (blanks > most - n)
		blanks = most - n;
	(void)fprintf(stderr, "\r%s%*s%s", text, (int)blanks, "",
	    n == 0 ? "\r" : "");
	shown.columns = n;
	last_words.columns = (sig_atomic_t)n;
	shown.drawn = milliseconds();
}

static void
end_line(void)
{
	char nothing[BAR_LINE_LEN] = "";

	if (shown.columns != 0)
		draw(nothing);
}

void
ui_progress(uint64_t sent, uint64_t total)
{
	char text[BAR_LINE_LEN];
	const int64_t now = milliseconds();

	if (isatty(STDERR_FILENO) != 1)
		return;
	if (total == 0) {
		end_line();
		(void)fprintf(stderr, "%s\n",
		    _("waiting for the authority's verdict ..."));
		return;
	}
	if (shown.began == 0)
		shown.began = now;
	bar_update(&shown.bar, sent, now);
	if (now - shown.began < SOON_MS || now - shown.drawn < REDRAW_MS)
		return;
	bar_line(&shown.bar, total, columns(), text);
	draw(text);
}

void
ui_pausing(const struct err *why, unsigned seconds)
{
	char text[BAR_LINE_LEN];
	const char *sentence = why->code == ERR_INTERRUPTED ?
	    _("the connection broke") : _(err_sentence(why->code));

	if (isatty(STDERR_FILENO) != 1)
		return;
	if (seconds == 0)
		(void)snprintf(text, sizeof(text), _("%s; trying again"),
		    sentence);
	else
		(void)snprintf(text, sizeof(text),
		    _("%s; trying again in %u s"), sentence, seconds);
	draw(text);
	/* What was sent before says nothing about the next connection. */
	memset(&shown.bar, 0, sizeof(shown.bar));
}

/* Everything to standard output, and was it taken?  The report gets the
 * error when not. */
static void
write_out(struct report *r, const void *data, size_t len)
{
	struct err e = { 0 };

	if (len != 0)
		(void)file_write_fd(STDOUT_FILENO, _("standard output"),
		    data, len, &e);
	report_err(r, &e);
}

/* file:line: field, as compilers write it and editors read it. */
static struct err
in_file(const struct err *mistake, const char *file)
{
	struct err e = *mistake;
	char line[24] = "";

	if (file == NULL)
		return e;
	if (e.at != 0)
		(void)snprintf(line, sizeof(line), ":%zu", e.at);
	(void)snprintf(e.where, sizeof(e.where), "%.80s%s: %.50s", file, line,
	    mistake->where);
	e.at = 0;
	return e;
}

static void
write_errors(const struct report *r)
{
	const struct err_list *list = &r->errors;
	struct buf out = { 0 };
	char more[80];

	for (size_t i = 0; i < list->len; i++) {
		struct err e = in_file(&list->v[i], r->mistakes_in);
		bool last = true;

		for (size_t j = i + 1; j < list->len && last; j++)
			last = list->v[j].code != list->v[i].code;
		message_text(&out, PROGRAM, &e, last);
	}
	if (list->over != 0) {
		(void)snprintf(more, sizeof(more), _("and %zu more"),
		    list->over);
		buf_add_str(&out, PROGRAM ": ");
		buf_add_str(&out, more);
		buf_add_str(&out, "\n");
	}
	(void)file_write_fd(STDERR_FILENO, "stderr", out.data, out.len, NULL);
	buf_wipe(&out);
}

/* {"ok":…, members…, "errors":[…]}; NULL without memory. */
static json_t *
document(struct report *r)
{
	json_t *doc = json_object(), *errors = NULL;
	int bad = 0;

	bad |= json_object_set_new(doc, "ok",
	    json_boolean(report_status(r) == 0));
	if (r->json != NULL)
		bad |= json_object_update(doc, r->json);
	if (report_status(r) != 0) {
		errors = json_array();
		for (size_t i = 0; i < r->errors.len; i++)
			bad |= json_array_append_new(errors,
			    message_json(&r->errors.v[i]));
		if (r->errors.len == 0 && r->quiet.code != ERR_OK)
			bad |= json_array_append_new(errors,
			    message_json(&r->quiet));
		bad |= json_object_set_new(doc, "errors", errors);
		if (r->errors.over != 0)
			bad |= json_object_set_new(doc, "errors_more",
			    json_integer((json_int_t)r->errors.over));
	}
	if (bad != 0) {
		json_decref(doc);
		return NULL;
	}
	return doc;
}

static void
show_json(struct report *r)
{
	json_t *doc = document(r);
	struct buf out = { 0 };
	struct err e = { 0 };
	char *s = NULL;

	if (doc != NULL)
		s = json_dumps(doc, JSON_INDENT(2));
	json_decref(doc);
	buf_add_str(&out, s != NULL ? s : "");
	buf_add_str(&out, "\n");
	wipe_free(s);
	if (s == NULL || buf_check(&out, &e) != ERR_OK) {
		err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
		report_err(r, &e);
	} else
		write_out(r, out.data, out.len);
	buf_wipe(&out);
}

int
ui_show(struct report *r, bool json)
{
	size_t before = r->errors.len;
	struct err e = { 0 };

	end_line();
	if (r->failed || r->text.failed) {
		err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
		report_err(r, &e);
	}
	if (json)
		show_json(r);
	else if (r->has_output) {
		/* Standard output is taken by the bytes. */
		write_out(r, r->output.data, r->output.len);
		(void)file_write_fd(STDERR_FILENO, "stderr", r->text.data,
		    r->text.len, NULL);
	} else
		write_out(r, r->text.data, r->text.len);
	/* Some file systems tell only now that they are full. */
	if (close(STDOUT_FILENO) == -1) {
		err_errno(&e, ERR_IO, _("standard output"), errno);
		report_err(r, &e);
	}
	if ((!json && !r->told) || r->errors.len > before)
		write_errors(r);
	return report_status(r);
}

int
ui_print(const char *text)
{
	struct report r = { 0 };
	int status;

	buf_add_str(&r.text, text);
	status = ui_show(&r, false);
	report_wipe(&r);
	return status;
}
