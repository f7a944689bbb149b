/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/ui.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "base/show.h"
#include "client/bar.h"

#define PROGRAM	"sigill"

void
ui_init(void)
{
	if (!show_init())
		abort();
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

int
ui_show(struct report *r, bool json)
{
	end_line();
	return show_report(r, PROGRAM, json);
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
