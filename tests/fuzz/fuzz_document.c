/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever is handed over: what gets into the pile is in order, has answers
 * that the definition allows, and a result within its bounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "scoring/pile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The definition that the answers are for, read once. */
static const struct questionnaire *
definition(void)
{
	static struct questionnaire *q;
	const uint8_t digest[32] = { 0 };
	struct buf text = { 0 };

	if (q == NULL && (file_read("tests/vectors/questionnaire.json",
	    1u << 20, &text, NULL) != ERR_OK ||
	    questionnaire_parse(text.data, text.len, "q", digest, &q, NULL) !=
	    ERR_OK))
		abort();
	buf_wipe(&text);
	return q;
}

/* Its JSON gives the same sheet, but for texts. */
static void
check_sheet(const struct sheet_layout *l, const struct sheet *s)
{
	json_t *o = sheet_json(l, s);
	struct sheet again = { 0 };

	if (o == NULL ||
	    sheet_of_json(l, "a", o, &again, NULL) != ERR_OK)
		abort();
	for (size_t i = 0; i < l->q->n_questions; i++)
		for (size_t j = 0; j < l->q->questions[i].n_options; j++)
			if (sheet_has(l, s, i, j) !=
			    sheet_has(l, &again, i, j))
				abort();
	sheet_wipe(&again);
	json_decref(o);
}

static void
check_item(const struct pile *p, const struct pile_item *item)
{
	const struct score *s = &item->score;

	check_sheet(&p->layout, &item->document.sheet);
	if (s->points > s->points_max || s->boxes > s->boxes_max ||
	    pile_find(p, item->document.number) != item ||
	    strcmp(item->document.round, p->round) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err_list mistakes = { 0 };
	struct pile pile = { 0 };
	struct err e = { 0 };
	enum err_code code;
	char path[64], *operands[] = { path };
	int fd;

	if ((fd = memfd_create("documents", MFD_CLOEXEC)) == -1 ||
	    file_write_fd(fd, "documents", data, len, &e) != ERR_OK)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	code = pile_read(definition(), NULL, operands, 1, &pile, &mistakes,
	    &e);
	if ((code == ERR_OK) != (pile.len != 0) ||
	    (code == ERR_OK && (mistakes.len != 0 || e.code != ERR_OK)) ||
	    (code != ERR_OK && mistakes.len == 0 && e.code == ERR_OK))
		abort();
	for (size_t i = 0; i < pile.len; i++)
		check_item(&pile, &pile.v[i]);
	pile_wipe(&pile);
	err_list_wipe(&mistakes);
	(void)close(fd);
	return 0;
}
