/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/tls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CERTS	8	/* the server's own and its intermediates */

/* One reading of the files. */
struct identity {
	struct buf pem, der;	/* what was read: the certificates, the key */
	gnutls_pcert_st certs[MAX_CERTS];
	unsigned n_certs;
	gnutls_privkey_t key;
	struct identity *older;
};

struct tls {
	const struct settings *settings;
	/* The newest, which is presented, and those from before: a handshake
	 * may still be using one, and they are few. */
	struct identity *identities;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct tls *opened;	/* for tls_retrieve */

static void
identity_free(struct identity *id)
{
	if (id == NULL)
		return;
	for (unsigned i = 0; i < id->n_certs; i++)
		gnutls_pcert_deinit(&id->certs[i]);
	gnutls_privkey_deinit(id->key);
	buf_wipe(&id->pem);
	buf_wipe(&id->der);
	free(id);
}

static enum err_code
identity_load(const struct settings *s, struct identity **out, struct err *e)
{
	struct identity *id = calloc(1, sizeof(*id));
	gnutls_datum_t pem, der;
	unsigned n = MAX_CERTS;
	enum err_code code;
	int rc;

	if (id == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	code = settings_server_identity(s, &id->pem, &id->der, e);
	if (code != ERR_OK)
		goto out;
	pem = (gnutls_datum_t){ id->pem.data, (unsigned)id->pem.len };
	der = (gnutls_datum_t){ id->der.data, (unsigned)id->der.len };
	if ((rc = gnutls_privkey_init(&id->key)) >= 0 &&
	    (rc = gnutls_privkey_import_x509_raw(id->key, &der,
	    GNUTLS_X509_FMT_DER, NULL, 0)) >= 0 &&
	    (rc = gnutls_pcert_list_import_x509_raw(id->certs, &n, &pem,
	    GNUTLS_X509_FMT_PEM, 0)) >= 0)
		id->n_certs = n;
	if (rc < 0)
		code = err_set(e, ERR_CERT, config_get(s->config, "portal",
		    "certificate"), 0, "TLS cannot start with it: %s",
		    gnutls_strerror(rc));
out:
	if (code == ERR_OK)
		*out = id;
	else
		identity_free(id);
	return code;
}

enum err_code
tls_open(const struct settings *settings, struct tls **out, struct err *e)
{
	struct tls *t = calloc(1, sizeof(*t));
	enum err_code code;

	if (t == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	t->settings = settings;
	if ((code = identity_load(settings, &t->identities, e)) != ERR_OK) {
		free(t);
		return code;
	}
	pthread_mutex_lock(&mutex);
	opened = t;
	pthread_mutex_unlock(&mutex);
	*out = t;
	return ERR_OK;
}

void
tls_close(struct tls *t)
{
	struct identity *id;

	if (t == NULL)
		return;
	pthread_mutex_lock(&mutex);
	opened = NULL;
	pthread_mutex_unlock(&mutex);
	while ((id = t->identities) != NULL) {
		t->identities = id->older;
		identity_free(id);
	}
	free(t);
}

enum err_code
tls_reload(struct tls *t, struct err *e)
{
	struct identity *fresh, *now = t->identities;
	enum err_code code;

	if ((code = identity_load(t->settings, &fresh, e)) != ERR_OK)
		return code;
	if (buf_equal(&fresh->pem, now->pem.data, now->pem.len) &&
	    buf_equal(&fresh->der, now->der.data, now->der.len)) {
		identity_free(fresh);
		return ERR_OK;
	}
	fresh->older = now;
	pthread_mutex_lock(&mutex);
	t->identities = fresh;
	pthread_mutex_unlock(&mutex);
	return ERR_OK;
}

int
tls_retrieve(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
    gnutls_pcert_st **certs, unsigned int *n_certs,
    gnutls_ocsp_data_st **ocsp, unsigned int *n_ocsp, gnutls_privkey_t *key,
    unsigned int *flags)
{
	struct identity *id;

	(void)session;
	(void)info;
	pthread_mutex_lock(&mutex);
	id = opened != NULL ? opened->identities : NULL;
	pthread_mutex_unlock(&mutex);
	if (id == NULL)
		return -1;
	*certs = id->certs;
	*n_certs = id->n_certs;
	*ocsp = NULL;
	*n_ocsp = 0;
	*key = id->key;
	*flags = 0;	/* all of it stays ours */
	return 0;
}
