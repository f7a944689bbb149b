/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/log.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/receipt_sig.h"
#include "format/tree_head.h"
#include "intake/book/rows_check.h"
#include "intake/book/tree.h"
#include "intake/staff/desk.h"
#include "intake/staff/log_prove.h"

/* --- head -------------------------------------------------------------- */

static enum err_code
write_head(const struct desk *desk, const struct tree_head *head,
    const char *path, struct err *e)
{
	const struct intake_settings *s = &desk->settings;
	const struct signer signer = {
		.key = s->receipt_key, .cert = s->receipt_cert.v[0],
		.chain = &s->receipt_chain,
	};
	struct buf content = { 0 }, der = { 0 };
	enum err_code code;

	if ((code = tree_head_encode(head, &content, e)) == ERR_OK &&
	    (code = signed_make(SIGNED_HEAD, content.data, content.len,
	    &signer, desk->now, &der, e)) == ERR_OK)
		code = file_write_new(path, der.data, der.len, 0644, e);
	buf_wipe(&content);
	buf_wipe(&der);
	return code;
}

static enum err_code
run_head(struct desk *desk, struct tree *tree, const struct options *o,
    struct report *r, struct err *e)
{
	struct tree_head head = {
		.authority = desk->settings.authority,	/* borrowed */
		.environment = desk->settings.environment,
		.time = desk->now, .size = tree_size(tree),
	};
	char root[DIGEST_HEX_LEN];
	enum err_code code;

	if ((code = tree_root(tree, head.size, head.root, e)) != ERR_OK ||
	    (o->output != NULL && (code = write_head(desk, &head, o->output,
	    e)) != ERR_OK))
		return code;
	digest_hex(head.root, root);
	report_line(r, "Leaves", "%ju", (uintmax_t)head.size);
	report_line(r, "Root", "%s", root);
	if (o->output != NULL)
		report_line(r, "Signed", "%s", o->output);
	report_set(r, "head", tree_head_json(&head));
	report_set(r, "signed", json_boolean(o->output != NULL));
	return ERR_OK;
}

/* --- check ------------------------------------------------------------- */

static enum err_code
no_other_log(const struct desk *desk, const char *authority,
    enum environment environment, struct err *e)
{
	if (environment != desk->settings.environment)
		return err_set(e, ERR_ENVIRONMENT, NULL, 0,
		    "it is from the environment '%s'",
		    environment_name(environment));
	if (strcmp(authority, desk->settings.authority) != 0)
		return err_set(e, ERR_RECEIPT_SIGNER, NULL, 0,
		    "it is from '%s'", authority);
	return ERR_OK;
}

static enum err_code
check_head(const struct desk *desk, struct tree *tree, const struct buf *der,
    struct err *e)
{
	struct signed_data opened = { 0 };
	struct tree_head head = { 0 };
	enum err_code code;

	if ((code = signed_open(SIGNED_HEAD, der->data, der->len, &opened,
	    e)) == ERR_OK &&
	    (code = tree_head_parse(opened.content, opened.len, &head, e)) ==
	    ERR_OK &&
	    (code = no_other_log(desk, head.authority, head.environment,
	    e)) == ERR_OK &&
	    (code = receipt_sig_known(&opened,
	    &desk->settings.receipt_signers, head.time, e)) == ERR_OK)
		code = tree_had(tree, head.size, head.root, e);
	signed_wipe(&opened);
	tree_head_wipe(&head);
	return code;
}

static enum err_code
check_receipt(const struct desk *desk, struct tree *tree,
    const struct buf *der, struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	enum err_code code;

	if ((code = receipt_sig_open(der->data, der->len, &opened, e)) ==
	    ERR_OK &&
	    (code = receipt_parse(opened.content, opened.len, &receipt,
	    e)) == ERR_OK &&
	    (code = no_other_log(desk, receipt.authority,
	    receipt.environment, e)) == ERR_OK &&
	    (code = receipt_sig_known(&opened,
	    &desk->settings.receipt_signers, receipt.time, e)) == ERR_OK)
		code = receipt.has_log ? tree_holds(tree, &receipt, e) :
		    err_set(e, ERR_RECEIPT_STRUCTURE, NULL, 0,
		    "it names no place in a log");
	signed_wipe(&opened);
	receipt_wipe(&receipt);
	return code;
}

/* One file against the log.  What is wrong with it is told, and the next one
 * is looked at all the same. */
static void
check_file(struct desk *desk, struct tree *tree, const char *path, bool head,
    struct report *r)
{
	struct err found = { 0 }, e = { 0 };
	struct buf der = { 0 };

	if (file_read(path, LIMIT_RECEIPT, &der, &found) == ERR_OK)
		(void)(head ? check_head(desk, tree, &der, &found) :
		    check_receipt(desk, tree, &der, &found));
	buf_wipe(&der);
	if (found.code == ERR_OK)
		report_line(r, head ? "Tree head" : "Receipt",
		    "%s: it is of this log", path);
	(void)report_place(&e, &found, path);
	report_err(r, &e);
}

static enum err_code
run_check(struct desk *desk, struct tree *tree, const struct options *o,
    struct report *r, struct err *e)
{
	uint64_t leaves = 0;
	enum err_code code = tree_check(desk->db,
	    &desk->settings.receipt_signers, &leaves, e);

	if (code == ERR_OK)
		code = rows_check(desk->db, e);
	if (code == ERR_OK) {
		report_line(r, "Log", "%ju leaves, all as their hashes and "
		    "receipts say", (uintmax_t)leaves);
		report_set(r, "leaves", json_integer((json_int_t)leaves));
	}
	report_set(r, "sound", json_boolean(code == ERR_OK));
	/* Files may tell more of what has happened to it. */
	if (code == ERR_LOG_DAMAGED || code == ERR_RECEIPT_SIGNER)
		report_err(r, e);
	else if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < o->n_heads; i++)
		check_file(desk, tree, o->heads[i], true, r);
	for (size_t i = 1; i < o->n_operands; i++)
		check_file(desk, tree, o->operands[i], false, r);
	return ERR_OK;
}

/* --- which ------------------------------------------------------------- */

enum log_job { LOG_HEAD, LOG_PROVE, LOG_CHECK, LOG_NONE };

static const char *const jobs[] = { "head", "prove", "check" };

static enum err_code
wrong(struct err *e, const char *what)
{
	return err_set(e, ERR_USAGE, "log", 0, "%s", what);
}

/* Does the line make sense for the job? */
static enum err_code
look_at_line(const struct options *o, enum log_job *job, struct err *e)
{
	*job = LOG_HEAD;
	while (o->n_operands != 0 && *job != LOG_NONE &&
	    strcmp(o->operand, jobs[*job]) != 0)
		++*job;
	if (*job == LOG_NONE)
		return wrong(e, "head, prove or check?");
	if (*job != LOG_CHECK && o->n_heads != 0)
		return wrong(e, "--head is for 'check'");
	if (*job == LOG_CHECK && o->output != NULL)
		return wrong(e, "'check' writes nothing");
	if (*job != LOG_PROVE && (o->from >= 0 || o->to >= 0))
		return wrong(e, "--from and --to are for 'prove'");
	if (*job == LOG_HEAD && o->n_operands > 1)
		return wrong(e, "'head' takes no operand");
	if (*job == LOG_PROVE && (o->n_operands == 2) == (o->from >= 0))
		return wrong(e, "'prove' takes either a file or --from");
	if (*job == LOG_PROVE && (o->n_operands > 2 ||
	    (o->to >= 0 && o->from < 0)))
		return wrong(e, "one proof at a time");
	return ERR_OK;
}

enum err_code
log_run(const struct options *o, struct report *r)
{
	struct desk desk = { 0 };
	struct tree *tree = NULL;
	struct err e = { 0 };
	enum log_job job;
	enum err_code code;

	/* Only a head that is kept is signed. */
	if ((code = look_at_line(o, &job, &e)) != ERR_OK ||
	    (code = desk_open(o, job == LOG_HEAD && o->output != NULL ?
	    INTAKE_SIGN : job == LOG_CHECK ? INTAKE_SIGNERS : INTAKE_LEDGER,
	    false, &desk, &e)) != ERR_OK ||
	    (code = tree_open(desk.db, &tree, &e)) != ERR_OK ||
	    (code = tree_look(tree, &e)) != ERR_OK)
		goto out;
	switch (job) {
	case LOG_HEAD:
		code = run_head(&desk, tree, o, r, &e);
		break;
	case LOG_PROVE:
		code = log_prove(&desk, tree, o, o->n_operands == 2 ?
		    o->operands[1] : NULL, r, &e);
		break;
	default:
		code = run_check(&desk, tree, o, r, &e);
		break;
	}
out:
	report_err(r, &e);
	tree_close(tree);
	desk_close(&desk);
	return code;
}
