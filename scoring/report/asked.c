/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/asked.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "format/register.h"
#include "format/scoring.h"

/* So many are told by name; a program gets all. */
#define TOLD	20

enum err_code
asked_read(const char *path, struct roll *out, struct report *r)
{
	struct buf data = { 0 };
	char *unused = NULL;
	struct err e = { 0 };
	enum err_code code;

	if ((code = file_read(path, LIMIT_REGISTER_FILE, &data, &e)) ==
	    ERR_OK) {
		register_parse(data.data, data.len, out, &unused,
		    &r->errors);
		if (r->errors.len != 0) {
			r->mistakes_in = path;
			code = r->errors.v[0].code;
		}
	}
	report_err(r, &e);
	free(unused);
	buf_wipe(&data);
	return code;
}

void
asked_count(const struct roll *roll, const struct questionnaire *q,
    int64_t asked[static KIND_ANNAN + 1])
{
	memset(asked, 0, (KIND_ANNAN + 1) * sizeof(*asked));
	for (size_t i = 0; i < roll->len; i++)
		asked[roll->v[i].kind]++;
	for (int kind = 0; kind <= KIND_ANNAN; kind++)
		if (asked[kind] == 0 && !q->scoring->groups[kind])
			asked[kind] = -1;
}

/* Those that do not fit the register, in the order of their numbers. */
struct misfits {
	struct report *r;
	json_t *unknown, *other_kind;
	size_t told;
};

static void
tell(struct misfits *m, const struct document *d,
    const struct organisation *registered)
{
	const char *kind = organisation_kind_name(d->kind);
	json_t *one = json_pack("{s:s, s:s}", "number", d->number, "kind",
	    kind);
	char number[12];

	orgnr_format(d->number, number);
	if (registered != NULL && json_object_set_new(one, "registered",
	    json_string(organisation_kind_name(registered->kind))) != 0)
		m->r->failed = true;
	if (json_array_append_new(registered != NULL ? m->other_kind :
	    m->unknown, one) != 0)
		m->r->failed = true;
	if (m->told++ >= TOLD)
		return;
	if (registered != NULL)
		report_note(m->r, _("%s %s answered as %s and is %s in the "
		    "register"), number, d->name, kind,
		    organisation_kind_name(registered->kind));
	else
		report_note(m->r, _("%s %s answered as %s and is not in the "
		    "register"), number, d->name, kind);
}

void
asked_tell(const struct roll *roll, const struct pile *p, struct report *r)
{
	struct misfits m = { r, json_array(), json_array(), 0 };

	for (size_t i = 0; i < p->len; i++) {
		const struct document *d = &p->v[i].document;
		const struct organisation *o = roll_find(roll, d->number);

		if (o == NULL || o->kind != d->kind)
			tell(&m, d, o);
	}
	if (m.told > TOLD)
		report_note(r, _("... and %zu more"), m.told - TOLD);
	report_set(r, "register", json_pack("{s:I, s:O, s:O}",
	    "organisations", (json_int_t)roll->len, "unknown", m.unknown,
	    "other_kind", m.other_kind));
	json_decref(m.unknown);
	json_decref(m.other_kind);
}
