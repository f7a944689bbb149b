/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/peer.h"

#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "portal/anchors.h"

#define MAX_CHAIN	8	/* certificates that a client may present */

struct peers {
	const struct settings *settings;
	pthread_rwlock_t lock;		/* of anchors */
	struct anchors anchors;
};

enum err_code
peers_open(const struct settings *settings, struct peers **out, struct err *e)
{
	struct peers *p = calloc(1, sizeof(*p));
	enum err_code code;

	if (p == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	p->settings = settings;
	(void)pthread_rwlock_init(&p->lock, NULL);
	code = anchors_load(settings, &p->anchors, e);
	if (code == ERR_OK)
		*out = p;
	else
		peers_close(p);
	return code;
}

void
peers_close(struct peers *p)
{
	if (p == NULL)
		return;
	anchors_wipe(&p->anchors);
	(void)pthread_rwlock_destroy(&p->lock);
	free(p);
}

enum err_code
peers_reload(struct peers *p, struct err *e)
{
	struct anchors fresh, old;
	enum err_code code;

	if ((code = anchors_load(p->settings, &fresh, e)) != ERR_OK)
		return code;
	pthread_rwlock_wrlock(&p->lock);
	old = p->anchors;
	p->anchors = fresh;
	pthread_rwlock_unlock(&p->lock);
	anchors_wipe(&old);
	return ERR_OK;
}

unsigned
peers_outdated(struct peers *p)
{
	unsigned n;

	pthread_rwlock_rdlock(&p->lock);
	n = p->anchors.n_outdated;
	pthread_rwlock_unlock(&p->lock);
	return n;
}

/* --- connections --- */

static bool
signed_by(gnutls_x509_crl_t crl, gnutls_x509_crt_t issuer)
{
	unsigned status = ~0u;

	return gnutls_x509_crl_verify(crl, &issuer, 1,
	    GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), &status) >= 0 &&
	    status == 0;
}

static bool
has_current_crl(const struct anchors *a, gnutls_x509_crt_t cert,
    gnutls_x509_crt_t issuer)
{
	gnutls_datum_t wanted, dn;
	bool found = false;

	if (gnutls_x509_crt_get_raw_issuer_dn(cert, &wanted) < 0)
		return false;
	for (unsigned i = 0; i < a->n_crls && !found; i++) {
		if (gnutls_x509_crl_get_raw_issuer_dn(a->crls[i], &dn) < 0)
			continue;
		found = dn.size == wanted.size &&
		    memcmp(dn.data, wanted.data, dn.size) == 0 &&
		    gnutls_x509_crl_get_next_update(a->crls[i]) > time(NULL) &&
		    signed_by(a->crls[i], issuer);
		gnutls_free(dn.data);
	}
	gnutls_free(wanted.data);
	return found;
}

/* GnuTLS takes a certificate without any list of its issuer for good, and a
 * list that anybody has written for its issuer's.  The chain has been
 * verified, and ends where an anchor is the issuer. */
static enum err_code
check_crls(const struct anchors *a, gnutls_x509_crt_t *chain, unsigned n,
    struct err *e)
{
	gnutls_x509_crt_t issuer;
	bool pinned = false;

	for (unsigned i = 0; i < n && !pinned; i++) {
		pinned = gnutls_x509_trust_list_get_issuer(a->list, chain[i],
		    &issuer, 0) >= 0;
		if (!pinned)
			issuer = i + 1 < n ? chain[i + 1] : NULL;
		if (issuer == NULL || !has_current_crl(a, chain[i], issuer))
			return err_set(e, ERR_SIGNER_CRL, NULL, 0,
			    "that of certificate %u of the connection's chain",
			    i + 1);
	}
	return ERR_OK;
}

/* docs/SPEC.md §5.  GnuTLS takes a certificate that names no usage for one
 * that has every usage. */
static enum err_code
check_usage(gnutls_x509_crt_t cert, struct err *e)
{
	unsigned usage = 0;
	char oid[64];
	size_t len;
	int rc = 0;

	if (gnutls_x509_crt_get_key_usage(cert, &usage, NULL) < 0 ||
	    (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "its keyUsage has no digitalSignature");
	for (unsigned i = 0; rc >= 0 || rc == GNUTLS_E_SHORT_MEMORY_BUFFER;
	    i++) {
		len = sizeof(oid);
		rc = gnutls_x509_crt_get_key_purpose_oid(cert, i, oid, &len,
		    NULL);
		if (rc >= 0 && strcmp(oid, GNUTLS_KP_TLS_WWW_CLIENT) == 0)
			return ERR_OK;
	}
	return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
	    "its extendedKeyUsage has no clientAuth");
}

static enum err_code
verify_chain(const struct anchors *a, gnutls_x509_crt_t *chain, unsigned n,
    struct err *e)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	gnutls_datum_t words = { 0 };
	unsigned status = ~0u;
	enum err_code code;

	if (gnutls_x509_trust_list_verify_crt2(a->list, chain, n, &purpose, 1,
	    GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), &status,
	    NULL) < 0)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0, NULL);
	if ((status & GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED) != 0 &&
	    (status & GNUTLS_CERT_REVOKED) == 0)
		return err_set(e, ERR_SIGNER_CRL, NULL, 0,
		    "the one there is has been superseded");
	if (status != 0) {
		if (gnutls_certificate_verification_status_print(status,
		    GNUTLS_CRT_X509, &words, 0) >= 0)
			code = err_set(e, ERR_HTTP_NO_CERT, NULL, 0, "%s",
			    (const char *)words.data);
		else
			code = err_set(e, ERR_HTTP_NO_CERT, NULL, 0, NULL);
		gnutls_free(words.data);
		return code;
	}
	if ((code = check_usage(chain[0], e)) == ERR_OK && a->n_crls != 0)
		code = check_crls(a, chain, n, e);
	return code;
}

/* Number and test marker, by the same code that reads signers. */
static enum err_code
read_identity(const struct settings *s, const gnutls_datum_t *der,
    char sender[static 11], struct err *e)
{
	struct err why = { 0 };
	struct cert *cert = NULL;
	enum err_code code;
	char number[11];

	(void)wipe_ran_out();
	code = cert_parse(der->data, der->size, &cert, &why);
	if (code == ERR_OK)
		code = cert_organisation(cert, number, &why);
	if (code != ERR_OK && wipe_ran_out())
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if (code != ERR_OK)
		code = err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "its organisation number cannot be read: %s",
		    why.msg[0] != '\0' ? why.msg : err_sentence(why.code));
	else if (s->environment == ENVIRONMENT_PRODUCTION &&
	    cert_is_test(cert))
		code = err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "it is a test certificate, and this is production");
	if (code == ERR_OK)
		memcpy(sender, number, sizeof(number));
	cert_free(cert);
	return code;
}

/* All that is asked of a connection's chain. */
static enum err_code
judge_chain(const struct peers *p, const gnutls_datum_t *der, unsigned n,
    int64_t *until, char sender[static 11], struct err *e)
{
	gnutls_x509_crt_t chain[MAX_CHAIN];
	enum err_code code = ERR_OK;
	unsigned made = 0;
	int64_t end;

	*until = INT64_MAX;
	for (; made < n && code == ERR_OK; made++) {
		if (gnutls_x509_crt_init(&chain[made]) < 0) {
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
			break;
		}
		if (gnutls_x509_crt_import(chain[made], &der[made],
		    GNUTLS_X509_FMT_DER) < 0)
			code = err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
			    "it cannot be read");
		end = (int64_t)gnutls_x509_crt_get_expiration_time(
		    chain[made]);
		if (end < *until)
			*until = end;
	}
	if (code == ERR_OK)
		code = verify_chain(&p->anchors, chain, n, e);
	if (code == ERR_OK)
		code = read_identity(p->settings, &der[0], sender, e);
	while (made > 0)
		gnutls_x509_crt_deinit(chain[--made]);
	return code;
}

enum err_code
peers_identify(struct peers *p, const gnutls_datum_t *der, unsigned n,
    char sender[static 11], struct err *e)
{
	uint8_t digests[MAX_CHAIN][DIGEST_LEN], key[DIGEST_LEN];
	int64_t now = (int64_t)time(NULL), until;
	enum err_code code = ERR_OK;

	if (n == 0)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "none was presented");
	if (n > MAX_CHAIN)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "the chain is too long");
	for (unsigned i = 0; i < n && code == ERR_OK; i++)
		code = digest_sha256(der[i].data, der[i].size, digests[i], e);
	if (code == ERR_OK)
		code = digest_sha256(digests, n * DIGEST_LEN, key, e);
	if (code != ERR_OK)
		return code;
	pthread_rwlock_rdlock(&p->lock);
	if (!vouched_find(p->anchors.good_senders, key, now, sender)) {
		code = judge_chain(p, der, n, &until, sender, e);
		if (code == ERR_OK)
			vouched_add(p->anchors.good_senders, key, now,
			    anchors_hold_until(&p->anchors, now, until), sender);
	}
	pthread_rwlock_unlock(&p->lock);
	return code;
}

/* --- signers --- */

/* What names cert and chain together, and the first of their ends. */
static enum err_code
signer_key(const struct cert *cert, const struct cert_list *chain,
    uint8_t key[static DIGEST_LEN], int64_t *until, struct err *e)
{
	uint8_t digests[1 + LIMIT_CERTIFICATES][DIGEST_LEN];
	enum err_code code;
	size_t n = 1;

	*until = cert_not_after(cert);
	code = cert_digest(cert, digests[0], e);
	for (; code == ERR_OK && n <= chain->len; n++) {
		if (n == sizeof(digests) / sizeof(digests[0]))
			return err_set(e, ERR_INTERNAL, NULL, 0, NULL);
		code = cert_digest(chain->v[n - 1], digests[n], e);
		if (cert_not_after(chain->v[n - 1]) < *until)
			*until = cert_not_after(chain->v[n - 1]);
	}
	if (code == ERR_OK)
		code = digest_sha256(digests, n * DIGEST_LEN, key, e);
	return code;
}

enum err_code
peers_check_signer(struct peers *p, const struct cert *cert,
    const struct cert_list *chain, int64_t now, struct err *e)
{
	uint8_t key[DIGEST_LEN];
	char none[11] = "";
	enum err_code code;
	int64_t until;

	if ((code = signer_key(cert, chain, key, &until, e)) != ERR_OK)
		return code;
	pthread_rwlock_rdlock(&p->lock);
	if (!vouched_find(p->anchors.good_signers, key, now, none)) {
		code = trust_check(p->anchors.signers, cert, chain, now, e);
		if (code == ERR_OK)
			vouched_add(p->anchors.good_signers, key, now,
			    anchors_hold_until(&p->anchors, now, until), none);
	}
	pthread_rwlock_unlock(&p->lock);
	return code;
}
