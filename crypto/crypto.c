/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "base/wipe.h"

/* OpenSSL tells where in its source it allocates; nobody here asks. */
static void *
ssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return wipe_malloc(size);
}

static void *
ssl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return wipe_realloc(p, size);
}

static void
ssl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	wipe_free(p);
}

enum err_code
crypto_init(struct err *e)
{
	CRYPTO_malloc_fn m;
	CRYPTO_realloc_fn r;
	CRYPTO_free_fn f;

	/* OpenSSL takes other functions only before it allocates anything.  A
	 * second call of ours finds them in place, which is as good. */
	CRYPTO_get_mem_functions(&m, &r, &f);
	if ((m != ssl_malloc || r != ssl_realloc || f != ssl_free) &&
	    CRYPTO_set_mem_functions(ssl_malloc, ssl_realloc, ssl_free) != 1)
		return err_set(e, ERR_INTERNAL, NULL, 0,
		    "another library started OpenSSL before crypto_init");
	/* Once this has been said, a later OPENSSL_init_ssl (libcurl's) does
	 * not read openssl.cnf either.  No atexit handler: other threads may
	 * still be at work when a program ends. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT,
	    NULL) != 1)
		return err_set(e, ERR_INTERNAL, NULL, 0,
		    "OpenSSL does not start");
	ERR_clear_error();
	return ERR_OK;
}

enum err_code
crypto_random(void *out, size_t len, struct err *e)
{
	ERR_clear_error();
	if (RAND_bytes_ex(NULL, out, len, 0) != 1) {
		ERR_clear_error();
		return err_set(e, ERR_INTERNAL, NULL, 0,
		    "no random bytes are to be had");
	}
	return ERR_OK;
}
