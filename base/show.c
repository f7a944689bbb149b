/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/show.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/wipe.h"

bool
show_init(void)
{
	/* A file that is opened later must not become standard output.  Read
	 * only, so that writing fails as it would on a closed one. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", O_RDONLY) != fd)
			return false;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	return true;
}

/* Everything to standard output, and was it taken?  The report gets the
 * error when not. */
static void
write_out(struct report *r, const void *data, size_t len)
{
	struct err e = { 0 };

	errno = 0;
	if (len != 0)
		(void)file_write_fd(STDOUT_FILENO, _("standard output"),
		    data, len, &e);
	/* Who reads has seen enough (head(1)), and wants to hear no more. */
	if (e.code != ERR_OK && errno == EPIPE)
		r->quiet = e;
	else
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
write_errors(const struct report *r, const char *program)
{
	const struct err_list *list = &r->errors;
	struct buf out = { 0 };
	char more[80];

	for (size_t i = 0; i < list->len; i++) {
		struct err e = in_file(&list->v[i], r->mistakes_in);
		bool last = true;

		for (size_t j = i + 1; j < list->len && last; j++)
			last = list->v[j].code != list->v[i].code;
		message_text(&out, program, &e, last);
	}
	if (list->over != 0) {
		(void)snprintf(more, sizeof(more), _("and %zu more"),
		    list->over);
		buf_add_str(&out, program);
		buf_add_str(&out, ": ");
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
		s = json_dumps(doc, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
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
show_report(struct report *r, const char *program, bool json)
{
	size_t before = r->errors.len;
	struct err e = { 0 };

	if (r->failed || r->text.failed || r->notes.failed) {
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
	if (!json)
		(void)file_write_fd(STDERR_FILENO, "stderr", r->notes.data,
		    r->notes.len, NULL);
	/* Some file systems tell only now that they are full. */
	if (close(STDOUT_FILENO) == -1) {
		err_errno(&e, ERR_IO, _("standard output"), errno);
		report_err(r, &e);
	}
	if ((!json && !r->told) || r->errors.len > before)
		write_errors(r, program);
	return report_status(r);
}
