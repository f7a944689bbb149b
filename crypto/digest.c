/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/digest.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

static enum err_code
no_digest(struct err *e)
{
	ERR_clear_error();
	return err_set(e, ERR_INTERNAL, NULL, 0, "SHA-256 does not work");
}

enum err_code
digest_sha256(const void *data, size_t len, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	ERR_clear_error();
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		return no_digest(e);
	return ERR_OK;
}

/* A struct digest is OpenSSL's context under another name. */
static EVP_MD_CTX *
context(struct digest *d)
{
	return (EVP_MD_CTX *)d;
}

enum err_code
digest_begin(struct digest **out, struct err *e)
{
	EVP_MD_CTX *ctx;

	ERR_clear_error();
	if ((ctx = EVP_MD_CTX_new()) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		return no_digest(e);
	}
	*out = (struct digest *)ctx;
	return ERR_OK;
}

enum err_code
digest_add(struct digest *d, const void *data, size_t len, struct err *e)
{
	return EVP_DigestUpdate(context(d), data, len) == 1 ? ERR_OK :
	    no_digest(e);
}

enum err_code
digest_end(struct digest *d, uint8_t out[static DIGEST_LEN], struct err *e)
{
	return EVP_DigestFinal_ex(context(d), out, NULL) == 1 ? ERR_OK :
	    no_digest(e);
}

void
digest_free(struct digest *d)
{
	EVP_MD_CTX_free(context(d));
}

enum err_code
digest_sha256_fd(int fd, uint8_t out[static DIGEST_LEN], struct err *e)
{
	struct digest *d = NULL;
	uint8_t chunk[65536];
	enum err_code code;
	ssize_t n;

	if ((code = digest_begin(&d, e)) != ERR_OK)
		return code;
	if (lseek(fd, 0, SEEK_SET) == -1)
		code = err_errno(e, ERR_IO, NULL, errno);
	while (code == ERR_OK && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n != -1)
			code = digest_add(d, chunk, (size_t)n, e);
		else if (errno != EINTR)
			code = err_errno(e, ERR_IO, NULL, errno);
	}
	if (code == ERR_OK)
		code = digest_end(d, out, e);
	digest_free(d);
	return code;
}

void
digest_hex(const uint8_t digest[static DIGEST_LEN],
    char out[static DIGEST_HEX_LEN])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_LEN; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * DIGEST_LEN] = '\0';
}

/* -1 for what is not a digit; capitals are not, so that each digest has one
 * spelling. */
static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
digest_from_hex(const char *hex, uint8_t out[static DIGEST_LEN])
{
	uint8_t digest[DIGEST_LEN];

	if (strlen(hex) != DIGEST_HEX_LEN - 1)
		return false;
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out, digest, DIGEST_LEN);
	return true;
}

void
digest_base64(const uint8_t digest[static DIGEST_LEN],
    char out[static DIGEST_BASE64_LEN])
{
	(void)EVP_EncodeBlock((unsigned char *)out, digest, DIGEST_LEN);
}

bool
digest_from_base64(const char *base64, uint8_t out[static DIGEST_LEN])
{
	char again[DIGEST_BASE64_LEN];
	uint8_t bytes[DIGEST_LEN + 1];

	/* EVP_DecodeBlock is lenient with blanks and with the last letter's
	 * spare bits: what comes out must be written the same way again. */
	if (strlen(base64) != DIGEST_BASE64_LEN - 1 ||
	    EVP_DecodeBlock(bytes, (const unsigned char *)base64,
	    DIGEST_BASE64_LEN - 1) != DIGEST_LEN + 1)
		return false;
	digest_base64(bytes, again);
	if (strcmp(again, base64) != 0)
		return false;
	memcpy(out, bytes, DIGEST_LEN);
	return true;
}
