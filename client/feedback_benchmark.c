/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/feedback_benchmark.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/sniff.h"
#include "crypto/benchmark_sig.h"

/* A benchmark, its signature and its certificates. */
#define LIMIT_FILE \
	(LIMIT_SIGNED_HEAD + LIMIT_BENCHMARK + LIMIT_SIGNED_TAIL)

/* What sigill-score makes is not signed yet, and anybody could have made
 * it. */
static enum err_code
check_kind(const struct buf *file, const char *path, struct err *e)
{
	if (sniff(file->data, file->len) == SNIFF_BENCHMARK)
		return err_set(e, ERR_BENCHMARK_SIGNATURE, path, 0,
		    _("it has no signature at all"));
	return sniff_expect(SNIFF_SIGNED_BENCHMARK, file->data, file->len,
	    ERR_BENCHMARK, path, e);
}

enum err_code
feedback_benchmark_load(const struct settings *s, const char *path,
    const struct sheet_layout *l, struct benchmark *out, struct err *e)
{
	struct receipt_signers signers = { 0 };
	struct signed_data opened = { 0 };
	struct err found = { 0 };
	struct buf file = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = file_read(path, LIMIT_FILE, &file, e)) != ERR_OK ||
	    (code = check_kind(&file, path, e)) != ERR_OK ||
	    (code = settings_receipt_signers(s, &signers, e)) != ERR_OK)
		goto out;
	if (benchmark_sig_open(file.data, file.len, signers.trust,
	    &signers.intake, &opened, &found) != ERR_OK) {
		code = report_place(e, &found, path);
		goto out;
	}
	if ((code = benchmark_parse(opened.content, opened.len, path, l, out,
	    e)) == ERR_OK && out->environment != signers.environment)
		code = err_set(e, ERR_ENVIRONMENT, path, 0,
		    _("it is from the environment '%s'"),
		    environment_name(out->environment));
out:
	signed_wipe(&opened);
	receipt_signers_wipe(&signers);
	buf_wipe(&file);
	return code;
}
