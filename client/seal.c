/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/seal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/timestamp.h"
#include "client/mandate_file.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "crypto/key.h"
#include "crypto/reply.h"
#include "crypto/usage.h"
#include "format/deflate.h"

void
sealed_wipe(struct sealed *s)
{
	buf_wipe(&s->data);
	buf_wipe(&s->reply);
	memset(s, 0, sizeof(*s));
}

enum err_code
seal_fingerprint(const struct statement *s, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	struct buf encoded = { 0 };
	enum err_code code;

	code = statement_encode(s, &encoded, e);
	if (code == ERR_OK)
		code = digest_sha256(encoded.data, encoded.len, out, e);
	buf_wipe(&encoded);
	return code;
}

enum err_code
seal_check_dates(const struct cert *cert, int64_t now, struct err *e)
{
	char when[TIMESTAMP_LEN];

	if (now < cert_not_before(cert)) {
		timestamp_format(cert_not_before(cert), when);
		return err_set(e, ERR_SIGNER_EXPIRED, NULL, 0,
		    _("valid from %s"), when);
	}
	if (now > cert_not_after(cert)) {
		timestamp_format(cert_not_after(cert), when);
		return err_set(e, ERR_SIGNER_EXPIRED, NULL, 0,
		    _("valid until %s"), when);
	}
	return ERR_OK;
}

enum err_code
seal_check_certificate(const struct cert *cert, enum environment environment,
    int64_t now, struct err *e)
{
	enum err_code code;

	if ((code = seal_check_dates(cert, now, e)) != ERR_OK)
		return code;
	if (environment == ENVIRONMENT_PRODUCTION && cert_is_test(cert))
		return err_set(e, ERR_TEST_CERTIFICATE, NULL, 0, NULL);
	return usage_check(TRUST_SENDER, cert, e);
}

enum err_code
seal_check_signer(const struct statement *s, const struct sealing *how,
    struct err *e)
{
	const struct cert *cert = how->signer.cert;
	char number[ORGNR_LEN], stated[12], certified[12];
	enum err_code code;

	if ((code = key_matches(how->signer.key, cert, e)) != ERR_OK ||
	    (code = seal_check_certificate(cert, how->environment, how->now,
	    e)) != ERR_OK ||
	    (code = cert_organisation(cert, number, e)) != ERR_OK)
		return code;
	if (how->mandate != NULL)
		return mandate_file_fits(how->mandate, s, number,
		    how->environment, how->now, e);
	if (strcmp(number, s->number) != 0) {
		orgnr_format(s->number, stated);
		orgnr_format(number, certified);
		return err_set(e, ERR_ORGANISATION_MISMATCH,
		    "organisation.number", 0,
		    _("%s, but the certificate is for %s"), stated, certified);
	}
	return ERR_OK;
}

enum err_code
seal_check_recipients(const struct cert_list *list,
    const struct trust *trust, int64_t now, struct err *e)
{
	enum err_code code;

	if (list->len == 0 || list->len > LIMIT_RECIPIENTS)
		return err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    _("%zu certificates; between 1 and %u are possible"),
		    list->len, LIMIT_RECIPIENTS);
	for (size_t i = 0; i < list->len; i++) {
		for (size_t j = 0; j < i; j++)
			if (cert_equal(list->v[i], list->v[j]))
				return err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
				    _("number %zu is there twice"), j + 1);
		if ((code = trust_check(trust, list->v[i], NULL, now, e)) !=
		    ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* Checks every recipient and names it in the submission. */
static enum err_code
add_recipients(const struct sealing *how, struct submission *s,
    struct err *e)
{
	const struct cert_list *list = how->recipients;
	enum err_code code;

	code = seal_check_recipients(list, how->recipient_trust, how->now, e);
	for (size_t i = 0; i < list->len && code == ERR_OK; i++)
		code = cert_digest(list->v[i], s->recipients[i], e);
	if (code != ERR_OK)
		return code;
	s->n_recipients = list->len;
	submission_sort_recipients(s);
	return ERR_OK;
}

/* A key of its own for each submission: its certificate goes along, and the
 * key stays here. */
static enum err_code
add_reply(int64_t now, struct submission *s, struct buf *pem, struct err *e)
{
	struct key *key = NULL;
	enum err_code code;

	if ((code = reply_make(now, &key, &s->reply, e)) == ERR_OK)
		code = reply_pem(key, &s->reply, pem, e);
	key_free(key);
	return code;
}

enum err_code
seal_statement(const struct statement *s, const struct sealing *how,
    struct sealed *out, struct err *e)
{
	struct buf content = { 0 }, zlib = { 0 };
	struct submission submission = {
		.environment = how->environment, .created = how->now,
	};
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = seal_check_signer(s, how, e)) != ERR_OK ||
	    (code = add_recipients(how, &submission, e)) != ERR_OK ||
	    (code = crypto_random(submission.id, sizeof(submission.id), e)) !=
	    ERR_OK)
		goto out;
	if (how->supersedes != NULL) {
		submission.has_supersedes = true;
		memcpy(submission.supersedes, how->supersedes, DIGEST_LEN);
	}
	if (how->mandate != NULL)
		buf_add(&submission.mandate, how->mandate->der.data,
		    how->mandate->der.len);
	if ((code = buf_check(&submission.mandate, e)) != ERR_OK ||
	    (how->reply && (code = add_reply(how->now, &submission,
	    &out->reply, e)) != ERR_OK))
		goto out;
	submission.statement = *s;	/* lent; given back below */
	code = submission_encode(&submission, &content, e);
	memset(&submission.statement, 0, sizeof(submission.statement));
	if (code != ERR_OK ||
	    (code = deflate_pack(content.data, content.len, &zlib, e)) !=
	    ERR_OK ||
	    (code = envelope_seal(zlib.data, zlib.len, &how->signer,
	    how->recipients, how->now, &out->data, e)) != ERR_OK ||
	    (code = digest_sha256(out->data.data, out->data.len, out->digest,
	    e)) != ERR_OK)
		goto out;
	memcpy(out->submission, submission.id, sizeof(out->submission));
out:
	if (code != ERR_OK)
		sealed_wipe(out);
	submission_wipe(&submission);
	buf_wipe(&zlib);
	buf_wipe(&content);
	return code;
}
