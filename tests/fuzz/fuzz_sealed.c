/* SPDX-License-Identifier: EUPL-1.2 */
/* The outer layer of a sealed file, in memory and on a disk, which must agree;
 * the walk of the envelope in it; and both on bytes that are neither. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/compressed.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_on_disk(const uint8_t *data, size_t len, const struct err *expected)
{
	static int disk = -1;
	uint8_t digest[DIGEST_LEN];
	struct signed_data outer;
	struct err e = { 0 };

	if (disk == -1)
		disk = memfd_create("sealed", MFD_CLOEXEC);
	if (ftruncate(disk, 0) == -1 ||
	    pwrite(disk, data, len, 0) != (ssize_t)len)
		abort();
	(void)envelope_check_outer(disk, len, NULL, digest, &outer, &e);
	if (e.code != expected->code || e.at != expected->at ||
	    strcmp(e.where, expected->where) != 0)
		abort();
	signed_wipe(&outer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct signed_data outer = { 0 };
	struct envelope_seen seen = { 0 };
	const uint8_t *stream;
	struct err e = { 0 };
	size_t n;

	if (crypto_init(NULL) != ERR_OK)
		abort();
	if (envelope_open_outer(data, len, &outer, &e) == ERR_OK)
		(void)enveloped_look(outer.content, outer.len, &seen, NULL);
	signed_wipe(&outer);
	check_on_disk(data, len, &e);
	(void)enveloped_look(data, len, &seen, NULL);
	(void)compressed_unwrap(data, len, &stream, &n, NULL);
	return 0;
}
