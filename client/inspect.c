/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/inspect.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/sniff.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "format/orgnr.h"

static void
report_signer(const struct signed_data *outer, struct report *r)
{
	const struct cert *cert = outer->cert;
	char subject[256], issuer[256], number[ORGNR_LEN], printed[12];
	char from[TIMESTAMP_LEN], until[TIMESTAMP_LEN], when[TIMESTAMP_LEN];
	bool has_number;

	cert_subject(cert, subject, sizeof(subject));
	cert_issuer(cert, issuer, sizeof(issuer));
	timestamp_format(cert_not_before(cert), from);
	timestamp_format(cert_not_after(cert), until);
	timestamp_format(outer->time, when);
	has_number = cert_organisation(cert, number, NULL) == ERR_OK;
	if (has_number)
		orgnr_format(number, printed);
	report_line(r, _("Signed by"), "%s", subject);
	report_line(r, _("Organisation"), "%s",
	    has_number ? printed : _("no number in the certificate"));
	report_line(r, _("Issued by"), "%s", issuer);
	report_line(r, _("Valid"), _("%s to %s"), from, until);
	report_line(r, _("Signed at"), _("%s, as the signer says"), when);
	report_line(r, _("Signature"), _("CMS with CAdES attributes, %s"),
	    cert_key_kind(cert));
	report_set(r, "signer", json_pack(
	    "{s:s, s:s, s:s?, s:s, s:s, s:s, s:s, s:b}",
	    "subject", subject, "issuer", issuer,
	    "organisation", has_number ? number : NULL,
	    "not_before", from, "not_after", until, "signing_time", when,
	    "key", cert_key_kind(cert), "test", cert_is_test(cert)));
}

static void
hex_of(const uint8_t *p, size_t len, char out[static 129])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

static void
report_envelope(const struct envelope_seen *seen, struct report *r)
{
	json_t *list = json_array();
	char key_id[129];

	for (size_t i = 0; i < seen->n_recipients; i++) {
		const struct recipient_seen *one = &seen->recipients[i];

		hex_of(one->key_id, one->key_id_len, key_id);
		report_line(r, i == 0 ? _("Recipients") : "",
		    _("key %s, %s"), key_id, one->kind);
		if (json_array_append_new(list, json_pack("{s:s, s:s}",
		    "kind", one->kind, "key_id", key_id)) != 0)
			r->failed = true;
	}
	report_line(r, _("Encrypted"), _("%zu bytes with AES-256-GCM"),
	    seen->content_len);
	report_set(r, "recipients", list);
	report_set_text(r, "cipher", "AES-256-GCM");
	report_set(r, "encrypted_size",
	    json_integer((json_int_t)seen->content_len));
}

static enum err_code
look(const struct options *o, const struct buf *file, struct report *r,
    struct err *e)
{
	struct signed_data outer = { 0 };
	struct envelope_seen seen = { 0 };
	struct err found = { 0 };
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN];
	enum err_code code;

	if ((code = envelope_open_outer(file->data, file->len, &outer,
	    &found)) != ERR_OK ||
	    (code = enveloped_look(outer.content, outer.len, &seen,
	    &found)) != ERR_OK ||
	    (code = digest_sha256(file->data, file->len, digest, &found)) !=
	    ERR_OK) {
		signed_wipe(&outer);
		return report_place(e, &found, o->operand);
	}
	digest_hex(digest, hex);
	report_line(r, _("Sealed file"), _("%s, %zu bytes"), o->operand,
	    file->len);
	report_line(r, "SHA-256", "%s", hex);
	report_set(r, "size", json_integer((json_int_t)file->len));
	report_set_text(r, "digest", hex);
	report_signer(&outer, r);
	report_envelope(&seen, r);
	report_say(r, "%s", _("The signature fits the file; whether its "
	    "signer is to be trusted is for the"));
	report_say(r, "%s", _("receiver to judge.  The content stays hidden: "
	    "answers, survey, round, attachments"));
	report_say(r, "%s", _("and how many boxes are ticked.  The size is "
	    "padded and tells almost nothing."));
	signed_wipe(&outer);
	return ERR_OK;
}

static enum err_code
look_at_mandate(const struct options *o, const struct buf *file,
    struct report *r, struct err *e)
{
	struct mandate_file mandate = { 0 };
	enum err_code code;

	if ((code = mandate_file_parse(file, o->operand, &mandate, e)) ==
	    ERR_OK)
		mandate_file_show(&mandate, o->operand, timestamp_now(), r);
	mandate_file_wipe(&mandate);
	return code;
}

enum err_code
inspect_run(const struct options *o, struct report *r)
{
	struct buf file = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = file_read(o->operand, LIMIT_SEALED, &file, &e)) != ERR_OK)
		;
	else if (sniff(file.data, file.len) == SNIFF_MANDATE)
		code = look_at_mandate(o, &file, r, &e);
	else if ((code = sniff_expect(SNIFF_SEALED, file.data, file.len,
	    ERR_OUTER_STRUCTURE, o->operand, &e)) == ERR_OK)
		code = look(o, &file, r, &e);
	report_err(r, &e);
	buf_wipe(&file);
	return code;
}
