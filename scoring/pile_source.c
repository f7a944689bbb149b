/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/pile_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"

/* Of standard input at a time. */
#define CHUNK	(256u * 1024)

/* What a text is taken apart with. */
struct splitting {
	pile_take *take;
	void *arg;
	struct err_list *mistakes;
	struct buf text;
	size_t start;		/* of the document that is looked at */
	size_t seen;		/* up to where its end was looked for */
	size_t depth;		/* of { and [ at seen */
	bool in_text, escaped;	/* seen is in a "text"; behind a \ in it */
	size_t line;		/* of start, from 1 */
};

/*
 * Where the document ends: behind the bracket that closes its first one; 0:
 * not in what there is.  Whether it is JSON is the parser's to tell.
 */
static size_t
find_end(struct splitting *s)
{
	const uint8_t *text = s->text.data;

	if (s->start == s->text.len || text[s->start] != '{')
		return 0;
	while (s->seen < s->text.len) {
		const uint8_t c = text[s->seen++];

		if (s->escaped)
			s->escaped = false;
		else if (s->in_text) {
			s->escaped = c == '\\';
			s->in_text = c != '"';
		} else if (c == '"')
			s->in_text = true;
		else if (c == '{' || c == '[')
			s->depth++;
		else if ((c == '}' || c == ']') && --s->depth == 0)
			return s->seen;
	}
	return 0;
}

/* The next one begins at end, or behind the blanks that are there. */
static void
go_on(struct splitting *s, size_t end)
{
	const uint8_t *text = s->text.data, *p;

	while (s->start < end && (p = memchr(text + s->start, '\n',
	    end - s->start)) != NULL) {
		s->start = (size_t)(p - text) + 1;
		s->line++;
	}
	s->start = end;
	while (s->start < s->text.len && strchr(" \t\r\n",
	    text[s->start]) != NULL && text[s->start] != '\0')
		s->line += text[s->start++] == '\n';
	s->seen = s->start;
	s->depth = 0;
	s->in_text = s->escaped = false;
}

/* Moves what is left to the front, and reads more behind it.  *n is 0 at the
 * end. */
static enum err_code
read_more(struct splitting *s, int fd, const char *name, size_t *n,
    struct err *e)
{
	const size_t left = s->text.len - s->start;
	uint8_t *p;
	ssize_t got;

	if (s->start != 0) {
		memmove(s->text.data, s->text.data + s->start, left);
		s->seen -= s->start;
		s->start = 0;
		s->text.len = left;
	}
	if (left > LIMIT_DOCUMENT)
		return err_set(e, ERR_TOO_LARGE, name, 0,
		    _("more than %zu bytes"), (size_t)LIMIT_DOCUMENT);
	if ((p = buf_grow(&s->text, CHUNK)) == NULL)
		return err_set(e, ERR_NO_MEMORY, name, 0, NULL);
	while ((got = read(fd, p, CHUNK)) == -1 && errno == EINTR)
		continue;
	s->text.len = left + (got > 0 ? (size_t)got : 0);
	*n = got > 0 ? (size_t)got : 0;
	return got != -1 ? ERR_OK :
	    err_errno(e, ERR_NO_INPUT, name, errno);
}

/* A mistake is the file's; only a lack of memory ends all. */
static enum err_code
forgive(struct splitting *s, struct err *found, struct err *e)
{
	if (found->code == ERR_NO_MEMORY)
		return err_set(e, found->code, found->where, 0, NULL);
	if (found->code != ERR_OK)
		err_list_add(s->mistakes, found);
	return ERR_OK;
}

static enum err_code
split(struct splitting *s, int fd, const char *name, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;
	bool any = false;
	size_t end, n = 1;

	s->text.len = s->start = 0;
	s->line = 1;
	go_on(s, 0);
	while (n != 0) {
		if (read_more(s, fd, name, &n, &found) != ERR_OK)
			return forgive(s, &found, e);
		/* Blanks in front, and behind the last one. */
		if (s->seen == s->start)
			go_on(s, s->start);
		while ((end = find_end(s)) != 0) {
			if ((code = s->take(s->arg, name, s->line,
			    s->text.data + s->start, end - s->start, e)) !=
			    ERR_OK)
				return code;
			go_on(s, end);
			any = true;
		}
	}
	/* What is cut short, even to nothing, or no JSON. */
	if (s->start != s->text.len || !any)
		return s->take(s->arg, name, s->line,
		    s->text.data + s->start, s->text.len - s->start, e);
	return ERR_OK;
}

/* In a folder nobody has chosen it (AT_FDCWD: somebody has): it must be a file
 * then, and a pipe that nobody writes to is not waited for. */
static enum err_code
split_file(struct splitting *s, int dir, const char *file, const char *name,
    struct err *e)
{
	const bool chosen = dir == AT_FDCWD;
	struct err found = { 0 };
	enum err_code code;
	struct stat st;
	int fd;

	fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (chosen ? 0 : O_NONBLOCK));
	if (fd == -1)
		err_errno(&found, ERR_NO_INPUT, name, errno);
	else if (!chosen && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		err_set(&found, ERR_NO_INPUT, name, 0,
		    _("it is not a regular file"));
	code = found.code != ERR_OK ? forgive(s, &found, e) :
	    split(s, fd, name, e);
	if (fd != -1)
		(void)close(fd);
	return code;
}

static bool
ends_with(const char *s, const char *suffix)
{
	const size_t len = strlen(s), n = strlen(suffix);

	return len >= n && strcmp(s + len - n, suffix) == 0;
}

static int
is_document(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends_with(entry->d_name, ".json") &&
	    !ends_with(entry->d_name, ".feedback.json");
}

/* Whatever the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum err_code
split_folder(struct splitting *s, const char *folder, size_t *files,
    struct err *e)
{
	const size_t len = strlen(folder);
	const bool slash = len != 0 && folder[len - 1] == '/';
	struct dirent **names = NULL;
	struct err found = { 0 };
	enum err_code code = ERR_OK;
	char name[4096 + 256];
	int dir, n = -1;

	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1 ||
	    (n = scandir(folder, &names, is_document, by_name)) == -1) {
		err_errno(&found, ERR_NO_INPUT, folder, errno);
		code = forgive(s, &found, e);
	}
	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "%s%s%s", folder,
		    slash ? "" : "/", names[i]->d_name);
		if (code == ERR_OK) {
			code = split_file(s, dir, names[i]->d_name, name, e);
			++*files;
		}
		free(names[i]);
	}
	free(names);
	if (dir != -1)
		(void)close(dir);
	return code;
}

enum err_code
pile_source_each(const char *operand, pile_take *take, void *arg,
    size_t *files, struct err_list *mistakes, struct err *e)
{
	struct splitting s = { .take = take, .arg = arg,
	    .mistakes = mistakes };
	enum err_code code;
	struct stat st;

	if (strcmp(operand, "-") == 0) {
		++*files;
		code = split(&s, STDIN_FILENO, "-", e);
	} else if (stat(operand, &st) == 0 && S_ISDIR(st.st_mode))
		code = split_folder(&s, operand, files, e);
	else {
		++*files;
		code = split_file(&s, AT_FDCWD, operand, operand, e);
	}
	buf_wipe(&s.text);
	return code;
}
