/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/anchors.h"

#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/timestamp.h"

void
anchors_wipe(struct anchors *a)
{
	if (a->list != NULL)
		gnutls_x509_trust_list_deinit(a->list, 1);
	gnutls_free(a->crls);
	trust_free(a->signers);
	cert_list_wipe(&a->roots);
	vouched_free(a->good_senders);
	vouched_free(a->good_signers);
	memset(a, 0, sizeof(*a));
}

/* Revocation lists as crypto/trust.h takes them: in PEM, or one in DER. */
static enum err_code
load_crls(const char *path, struct anchors *a, struct err *e)
{
	struct buf text = { 0 };
	enum err_code code;
	gnutls_datum_t datum;
	int rc;

	if ((code = file_read(path, LIMIT_CRL_FILE, &text, e)) != ERR_OK)
		goto out;
	datum = (gnutls_datum_t){ text.data, (unsigned)text.len };
	rc = gnutls_x509_crl_list_import2(&a->crls, &a->n_crls, &datum,
	    memmem(text.data, text.len, "-----BEGIN", 10) != NULL ?
	    GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER, 0);
	if (rc < 0) {
		code = err_set(e, ERR_CONFIG, path, 0, "%s",
		    gnutls_strerror(rc));
		goto out;
	}
	/* Signatures and dates of lists are judged by trust_check for
	 * signers, and below for connections. */
	if (gnutls_x509_trust_list_add_crls(a->list, a->crls, a->n_crls, 0,
	    0) < 0)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
out:
	buf_wipe(&text);
	return code;
}

/* An outdated list turns all of its issuer's senders away: whoever starts the
 * portal, checks or reloads it must hear of that. */
static void
warn_outdated(struct anchors *a)
{
	char issuer[256], until[TIMESTAMP_LEN];
	size_t len;
	time_t next;

	for (unsigned i = 0; i < a->n_crls; i++) {
		next = gnutls_x509_crl_get_next_update(a->crls[i]);
		if (next > time(NULL))
			continue;
		len = sizeof(issuer);
		if (gnutls_x509_crl_get_issuer_dn(a->crls[i], issuer, &len) <
		    0)
			issuer[0] = '\0';
		timestamp_format((int64_t)next, until);
		log_event(LOG_WARN, "revocation-list-outdated", "issuer",
		    issuer, "until", until, (char *)NULL);
		a->n_outdated++;
	}
}

enum err_code
anchors_load(const struct settings *s, struct anchors *out, struct err *e)
{
	struct anchors a = { 0 };
	struct err found = { 0 };
	struct buf text = { 0 };
	gnutls_datum_t datum;
	enum err_code code;

	if (gnutls_x509_trust_list_init(&a.list, 0) < 0)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if ((a.good_senders = vouched_new()) == NULL ||
	    (a.good_signers = vouched_new()) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	code = trust_load(TRUST_SENDER, s->anchors, s->crls,
	    s->environment == ENVIRONMENT_TEST, &a.signers, &found);
	/* A file that is no list does not become one by trying again. */
	if (code != ERR_OK)
		code = err_set(e, code == ERR_SIGNER_CRL ? ERR_CONFIG : code,
		    found.where, found.at, "%s", found.msg);
	if (code != ERR_OK ||
	    (code = file_read(s->anchors, LIMIT_CERT_FILE, &text, e)) !=
	    ERR_OK || (code = cert_parse_list(&text, s->anchors, &a.roots,
	    e)) != ERR_OK)
		goto out;
	datum = (gnutls_datum_t){ text.data, (unsigned)text.len };
	if (gnutls_x509_trust_list_add_trust_mem(a.list, &datum, NULL,
	    GNUTLS_X509_FMT_PEM, 0, 0) <= 0) {
		code = err_set(e, ERR_CONFIG, s->anchors, 0,
		    "there is no certificate in it");
		goto out;
	}
	if (s->crls != NULL && (code = load_crls(s->crls, &a, e)) != ERR_OK)
		goto out;
	warn_outdated(&a);
	*out = a;
	memset(&a, 0, sizeof(a));
out:
	anchors_wipe(&a);
	buf_wipe(&text);
	return code;
}

static void
shorten(int64_t *until, int64_t end, int64_t now)
{
	/* What has ended already cannot have been found good. */
	if (end > now && end < *until)
		*until = end;
}

int64_t
anchors_hold_until(const struct anchors *a, int64_t now, int64_t until)
{
	for (size_t i = 0; i < a->roots.len; i++)
		shorten(&until, cert_not_after(a->roots.v[i]), now);
	for (unsigned i = 0; i < a->n_crls; i++)
		shorten(&until, (int64_t)gnutls_x509_crl_get_next_update(
		    a->crls[i]), now);
	return until;
}
