/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/trust.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/internal.h"
#include "crypto/usage.h"

#define NAME_LEN		120	/* of a subject in a message */

struct trust {
	enum trust_role role;
	bool allow_test;
	bool crls;		/* revocation is checked */
	X509_STORE *store;	/* anchors and revocation lists; owned */
};

/* Why a certificate is refused; the role gives it its code. */
enum verdict {
	UNTRUSTED, EXPIRED, REVOKED, NO_CRL, VERDICTS
};

static enum err_code
code_for(enum trust_role role, enum verdict verdict)
{
	static const enum err_code sender[VERDICTS] = {
		[UNTRUSTED] = ERR_SIGNER_UNTRUSTED,
		[EXPIRED] = ERR_SIGNER_EXPIRED,
		[REVOKED] = ERR_SIGNER_REVOKED,
		[NO_CRL] = ERR_SIGNER_CRL,
	};

	switch (role) {
	case TRUST_RECIPIENT:
		return ERR_RECIPIENT_CERT;
	case TRUST_RECEIPT:
		return ERR_RECEIPT_SIGNER;
	case TRUST_SENDER:
	default:
		return sender[verdict];
	}
}

/* --- loading --- */

static enum err_code
add_anchors(struct trust *trust, const char *path, struct err *e)
{
	struct cert_list anchors = { 0 };
	enum err_code code;

	if ((code = cert_load_list(path, &anchors, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < anchors.len; i++)
		if (X509_STORE_add_cert(trust->store,
		    cert_x509(anchors.v[i])) != 1)
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	cert_list_wipe(&anchors);
	return code;
}

static enum err_code
bad_crl(const struct trust *trust, const char *path, const char *why,
    struct err *e)
{
	return err_set(e, code_for(trust->role, NO_CRL), path, 0, "%s", why);
}

/*
 * Of one issuer's lists the newest alone counts for receipts: OpenSSL would
 * take the one that was current at the receipt's time, and a revocation that
 * came later would be lost.  True when crl is to be added; older ones go.
 */
static bool
is_newest(const struct trust *trust, const X509_CRL *crl)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(trust->store);
	const X509_CRL *other;

	for (int i = sk_X509_OBJECT_num(all) - 1; i >= 0; i--) {
		other = X509_OBJECT_get0_X509_CRL(
		    sk_X509_OBJECT_value(all, i));
		if (other == NULL || X509_CRL_cmp(other, crl) != 0)
			continue;
		if (ASN1_TIME_compare(X509_CRL_get0_lastUpdate(other),
		    X509_CRL_get0_lastUpdate(crl)) > 0)
			return false;
		X509_OBJECT_free(sk_X509_OBJECT_delete(all, i));
	}
	return true;
}

static enum err_code
add_crl(struct trust *trust, X509_CRL *crl, struct err *e)
{
	int added = 1;

	if (trust->role != TRUST_RECEIPT || is_newest(trust, crl))
		added = X509_STORE_add_crl(trust->store, crl);
	X509_CRL_free(crl);
	return added == 1 ? ERR_OK :
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

static enum err_code
add_pem_crls(struct trust *trust, const struct buf *file, const char *path,
    struct err *e)
{
	enum err_code code = ERR_OK;
	unsigned long reason;
	X509_CRL *crl;
	size_t n = 0;
	BIO *bio;

	if ((bio = BIO_new_mem_buf(file->data, (int)file->len)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	ERR_clear_error();
	for (; code == ERR_OK && (crl = PEM_read_bio_X509_CRL(bio, NULL,
	    NULL, NULL)) != NULL; n++)
		code = add_crl(trust, crl, e);
	reason = ERR_peek_last_error();
	if (code == ERR_OK && n == 0)
		code = bad_crl(trust, path,
		    _("there is no revocation list in it"), e);
	/* The end of the file shows as the lack of another first line. */
	else if (code == ERR_OK && (ERR_GET_LIB(reason) != ERR_LIB_PEM ||
	    ERR_GET_REASON(reason) != PEM_R_NO_START_LINE))
		code = bad_crl(trust, path,
		    _("one of its revocation lists is damaged"), e);
	BIO_free(bio);
	return code;
}

static enum err_code
add_crls(struct trust *trust, const char *path, struct err *e)
{
	struct buf file = { 0 };
	enum err_code code;
	const uint8_t *p;
	X509_CRL *crl;

	if ((code = file_read(path, LIMIT_CRL_FILE, &file, e)) != ERR_OK)
		goto out;
	if (file.len == 0) {
		code = bad_crl(trust, path, _("it is empty"), e);
		goto out;
	}
	if (memmem(file.data, file.len, "-----BEGIN ", 11) != NULL) {
		code = add_pem_crls(trust, &file, path, e);
		goto out;
	}
	p = file.data;
	crl = d2i_X509_CRL(NULL, &p, (long)file.len);
	if (crl != NULL && p == file.data + file.len)
		code = add_crl(trust, crl, e);
	else {
		X509_CRL_free(crl);
		code = bad_crl(trust, path, _("it is not a revocation list"),
		    e);
	}
out:
	buf_wipe(&file);
	return code;
}

enum err_code
trust_load(enum trust_role role, const char *anchors, const char *crls,
    bool allow_test, struct trust **out, struct err *e)
{
	struct trust *trust;
	enum err_code code;

	ERR_clear_error();
	if ((trust = wipe_malloc(sizeof(*trust))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	*trust = (struct trust){
		.role = role,
		.allow_test = allow_test,
		.crls = crls != NULL,
		.store = X509_STORE_new(),
	};
	if (trust->store == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = add_anchors(trust, anchors, e)) == ERR_OK &&
	    crls != NULL)
		code = add_crls(trust, crls, e);
	if (code == ERR_OK)
		*out = trust;
	else
		trust_free(trust);
	ERR_clear_error();
	return code;
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	wipe_free(trust);
}

/* --- the chain --- */

/*
 * Two things that OpenSSL refuses and that are right here.  An anchor is
 * trusted because it is pinned (RFC 5280 §6.1.1 d): no list about the anchor
 * itself is asked for, although OpenSSL does so when a leaf or an
 * intermediate is pinned; if there is one, it counts.  And a receipt is judged
 * at its own time: a list made since then knows more, not less.
 */
static int
on_error(int ok, X509_STORE_CTX *ctx)
{
	const struct trust *trust = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	int last = sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;

	if (ok != 0)
		return ok;
	if ((error == X509_V_ERR_UNABLE_TO_GET_CRL && depth == last) ||
	    (error == X509_V_ERR_CRL_NOT_YET_VALID &&
	    trust->role == TRUST_RECEIPT)) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	return 0;
}

static enum verdict
verdict_of(int error)
{
	switch (error) {
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return EXPIRED;
	case X509_V_ERR_CERT_REVOKED:
		return REVOKED;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return NO_CRL;
	default:
		return UNTRUSTED;
	}
}

/* What was found, in words. */
static const char *
reason_for(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return _("its issuer is not among those that are trusted "
		    "here");
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
		return _("it was not signed by the issuer that it names");
	case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
		return _("it has a critical extension that is not known here");
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		return _("its key is too small");
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return _("it is signed with a weak digest");
	case X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER:
	case X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER:
		return _("it lacks the key identifier that RFC 5280 demands");
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
		return _("it may not issue certificates");
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		return _("there are too many issuers between it and those "
		    "that are trusted here");
	case X509_V_ERR_CERT_REVOKED:
		return _("it is on its issuer's revocation list");
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return _("its issuer's revocation list is not here");
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
		return _("its issuer's revocation list was not signed by that "
		    "issuer");
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return _("its issuer's revocation list is outdated");
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return _("its issuer's revocation list is from the future");
	default:
		return X509_verify_cert_error_string(error);
	}
}

static enum err_code
explain(const struct trust *trust, int error, const struct cert *cert,
    int64_t now, struct err *e)
{
	enum verdict verdict = verdict_of(error);
	char from[TIMESTAMP_LEN], to[TIMESTAMP_LEN], at[TIMESTAMP_LEN];
	char name[NAME_LEN];

	if (error == X509_V_ERR_OUT_OF_MEM)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	cert_subject(cert, name, sizeof(name));
	if (verdict != EXPIRED)
		return err_set(e, code_for(trust->role, verdict), NULL, 0,
		    "%s: %s", name, reason_for(error));
	timestamp_format(cert_not_before(cert), from);
	timestamp_format(cert_not_after(cert), to);
	timestamp_format(now, at);
	return err_set(e, code_for(trust->role, verdict), NULL, 0,
	    _("%s: it is valid from %s to %s, and the time is %s"), name, from,
	    to, at);
}

/*
 * RFC 5280 §6.1, to a pinned certificate of any kind.  X509_STRICT adds what
 * §4.2 demands of authorities (key usage, critical basicConstraints, key
 * identifiers), without which a chain can be built in more ways than one.
 * Level 2 is 112 bits.
 */
static bool
prepare(X509_STORE_CTX *ctx, const struct trust *trust,
    const struct cert *cert, STACK_OF(X509) *along, int64_t now)
{
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_X509_STRICT;
	X509_VERIFY_PARAM *param;

	if (X509_STORE_CTX_init(ctx, trust->store, cert_x509(cert), along) !=
	    1 || X509_STORE_CTX_set_app_data(ctx, (void *)(uintptr_t)trust) !=
	    1)
		return false;
	if (trust->crls)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_depth(param, LIMIT_CERTIFICATES);
	X509_STORE_CTX_set_verify_cb(ctx, on_error);
	return X509_VERIFY_PARAM_set_flags(param, flags) == 1 &&
	    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY) == 1;
}

static enum err_code
refuse_marked(const struct trust *trust, const struct cert *cert,
    struct err *e)
{
	char name[NAME_LEN];

	if (trust->allow_test || !cert_is_test(cert))
		return ERR_OK;
	cert_subject(cert, name, sizeof(name));
	return err_set(e, ERR_TEST_CERTIFICATE, NULL, 0, "%s", name);
}

/* Is cert one of those that the chain is made of? */
static bool
in_chain(STACK_OF(X509) *built, const struct cert *cert)
{
	for (int i = 0; i < sk_X509_num(built); i++)
		if (cert_equal(cert_of_x509(sk_X509_value(built, i)), cert))
			return true;
	return false;
}

static enum err_code
check_chain(const struct trust *trust, const struct cert *cert,
    const struct cert_list *chain, int64_t now, struct err *e)
{
	STACK_OF(X509) *along = NULL, *built;
	enum err_code code = ERR_OK;
	X509_STORE_CTX *ctx = NULL;
	char name[NAME_LEN];

	ERR_clear_error();
	if ((ctx = X509_STORE_CTX_new()) == NULL ||
	    (along = sk_X509_new_null()) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	for (size_t i = 0; chain != NULL && i < chain->len; i++)
		if (sk_X509_push(along, cert_x509(chain->v[i])) <= 0) {
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
			goto out;
		}
	if (!prepare(ctx, trust, cert, along, now)) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	if (X509_verify_cert(ctx) != 1) {
		int error = X509_STORE_CTX_get_error(ctx);
		X509 *at = X509_STORE_CTX_get_current_cert(ctx);

		code = explain(trust, error, at != NULL ? cert_of_x509(at) :
		    cert, now, e);
		goto out;
	}
	built = X509_STORE_CTX_get0_chain(ctx);
	for (int i = 0; code == ERR_OK && i < sk_X509_num(built); i++)
		code = refuse_marked(trust,
		    cert_of_x509(sk_X509_value(built, i)), e);
	for (size_t i = 0; code == ERR_OK && chain != NULL && i < chain->len;
	    i++) {
		if (in_chain(built, chain->v[i]))
			continue;
		cert_subject(chain->v[i], name, sizeof(name));
		code = err_set(e, code_for(trust->role, UNTRUSTED), NULL, 0,
		    _("%s: it came along but is not in the chain"), name);
	}
out:
	X509_STORE_CTX_free(ctx);
	sk_X509_free(along);
	ERR_clear_error();
	return code;
}

enum err_code
trust_check(const struct trust *trust, const struct cert *cert,
    const struct cert_list *chain, int64_t now, struct err *e)
{
	enum err_code code;

	/* First the marker of those that came, since to say that their issuer
	 * is unknown would send the reader in the wrong direction. */
	if ((code = refuse_marked(trust, cert, e)) != ERR_OK)
		return code;
	for (size_t i = 0; chain != NULL && i < chain->len; i++)
		if ((code = refuse_marked(trust, chain->v[i], e)) != ERR_OK)
			return code;
	if ((code = check_chain(trust, cert, chain, now, e)) != ERR_OK)
		return code;
	return usage_check(trust->role, cert, e);
}

/* --- for who runs it ------------------------------------------------------ */

static bool
is_over(const X509_CRL *crl, int64_t now)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);

	return next != NULL && ASN1_TIME_cmp_time_t(next, (time_t)now) < 0;
}

/* Is there another one of this issuer that is not? */
static bool
is_renewed(STACK_OF(X509_OBJECT) *all, const X509_CRL *crl, int64_t now)
{
	const X509_CRL *other;

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		other = X509_OBJECT_get0_X509_CRL(
		    sk_X509_OBJECT_value(all, i));
		if (other != NULL && X509_CRL_cmp(other, crl) == 0 &&
		    !is_over(other, now))
			return true;
	}
	return false;
}

void
trust_outdated(const struct trust *trust, int64_t now,
    void (*tell)(const char *issuer, int64_t until, void *arg), void *arg)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(trust->store);
	char issuer[NAME_LEN];
	const X509_CRL *crl;
	struct tm until;

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
		if (crl == NULL || !is_over(crl, now) ||
		    is_renewed(all, crl, now) ||
		    ASN1_TIME_to_tm(X509_CRL_get0_nextUpdate(crl), &until) != 1)
			continue;
		(void)X509_NAME_oneline(X509_CRL_get_issuer(crl), issuer,
		    sizeof(issuer));
		tame(issuer);
		tell(issuer, (int64_t)timegm(&until), arg);
	}
}
