/* SPDX-License-Identifier: EUPL-1.2 */
/* What became of a file: how it is told, and taken back. */
#include <string.h>

#include "verifier/verify.h"

void
verdict_suspend(struct verdict *out, const struct err *e)
{
	out->kind = VERDICT_UNDECIDED;
	/* A failure without a reason must not pass for none. */
	if (e->code != ERR_OK)
		out->err = *e;
	else
		err_set(&out->err, ERR_INTERNAL, NULL, 0, NULL);
	submission_wipe(&out->submission);
	explicit_bzero(out->fingerprint, sizeof(out->fingerprint));
	out->late = false;
	out->duplicate = false;
	out->has_mandate = false;
	explicit_bzero(out->mandate, sizeof(out->mandate));
	out->mandate_expires = 0;
}

void
verdict_refuse(struct verdict *out, const struct err *e)
{
	int status;

	verdict_suspend(out, e);
	status = err_status(out->err.code);
	if (status == 65 || status == 77)
		out->kind = VERDICT_REJECTED;
}

void
verdict_wipe(struct verdict *out)
{
	cert_free(out->signer);
	err_list_wipe(&out->mistakes);
	submission_wipe(&out->submission);
	explicit_bzero(out, sizeof(*out));
}

const char *
verdict_name(enum verdict_kind kind)
{
	switch (kind) {
	case VERDICT_ACCEPTED:
		return "accepted";
	case VERDICT_REJECTED:
		return "rejected";
	case VERDICT_UNDECIDED:
		break;
	}
	return "undecided";
}
