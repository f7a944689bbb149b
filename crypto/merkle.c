/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/merkle.h"

#include <stdbool.h>
#include <string.h>

enum err_code
merkle_leaf(const void *entry, size_t len, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	const uint8_t prefix = 0x00;
	struct digest *d = NULL;
	enum err_code code;

	if ((code = digest_begin(&d, e)) == ERR_OK &&
	    (code = digest_add(d, &prefix, 1, e)) == ERR_OK &&
	    (code = digest_add(d, entry, len, e)) == ERR_OK)
		code = digest_end(d, out, e);
	digest_free(d);
	return code;
}

enum err_code
merkle_node(const uint8_t left[static DIGEST_LEN],
    const uint8_t right[static DIGEST_LEN], uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	uint8_t both[1 + 2 * DIGEST_LEN] = { 0x01 };

	memcpy(both + 1, left, DIGEST_LEN);
	memcpy(both + 1 + DIGEST_LEN, right, DIGEST_LEN);
	return digest_sha256(both, sizeof(both), out, e);
}

/* --- making ------------------------------------------------------------ */

/* Of n > 1 leaves, how many the left subtree has: the largest power of two
 * that is smaller than n (§2.1.1). */
static uint64_t
split(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* MTH of n > 0 leaves from start, which is a multiple of every power of two
 * up to n: its complete subtrees, folded from the right. */
static enum err_code
subtree(const struct merkle_nodes *nodes, uint64_t start, uint64_t n,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	uint8_t hashes[MERKLE_PATH_MAX][DIGEST_LEN];
	enum err_code code = ERR_OK;
	size_t len = 0;

	for (unsigned level = 49; level-- > 0 && code == ERR_OK;) {
		if ((n >> level & 1) == 0)
			continue;
		code = nodes->read(nodes->arg, level, start >> level,
		    hashes[len++], e);
		start += UINT64_C(1) << level;
	}
	for (; len > 1 && code == ERR_OK; len--)
		code = merkle_node(hashes[len - 2], hashes[len - 1],
		    hashes[len - 2], e);
	if (code == ERR_OK)
		memcpy(out, hashes[0], DIGEST_LEN);
	return code;
}

static enum err_code
bad_request(struct err *e)
{
	return err_set(e, ERR_INTERNAL, NULL, 0,
	    "a tree has no such part");
}

enum err_code
merkle_root(const struct merkle_nodes *nodes, uint64_t size,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	if (size > MERKLE_SIZE_MAX)
		return bad_request(e);
	if (size == 0)
		return digest_sha256("", 0, out, e);
	return subtree(nodes, 0, size, out, e);
}

/* Proofs are found from the root down, and written from the leaf up. */
static void
reverse(uint8_t hashes[][DIGEST_LEN], size_t len)
{
	uint8_t one[DIGEST_LEN];

	for (size_t i = 0; i < len / 2; i++) {
		memcpy(one, hashes[i], DIGEST_LEN);
		memcpy(hashes[i], hashes[len - 1 - i], DIGEST_LEN);
		memcpy(hashes[len - 1 - i], one, DIGEST_LEN);
	}
}

enum err_code
merkle_inclusion(const struct merkle_nodes *nodes, uint64_t index,
    uint64_t size, uint8_t out[static MERKLE_PATH_MAX][DIGEST_LEN],
    size_t *len, struct err *e)
{
	uint64_t start = 0, n = size;
	enum err_code code = ERR_OK;

	*len = 0;
	if (index >= size || size > MERKLE_SIZE_MAX)
		return bad_request(e);
	while (n > 1 && code == ERR_OK) {
		uint64_t k = split(n);

		if (index - start < k) {
			code = subtree(nodes, start + k, n - k,
			    out[(*len)++], e);
			n = k;
		} else {
			code = subtree(nodes, start, k, out[(*len)++], e);
			start += k;
			n -= k;
		}
	}
	reverse(out, *len);
	return code;
}

enum err_code
merkle_consistency(const struct merkle_nodes *nodes, uint64_t from,
    uint64_t to, uint8_t out[static MERKLE_PATH_MAX][DIGEST_LEN],
    size_t *len, struct err *e)
{
	uint64_t start = 0, m = from, n = to;
	enum err_code code = ERR_OK;

	*len = 0;
	if (from == 0 || from > to || to > MERKLE_SIZE_MAX)
		return bad_request(e);
	while (m != n && code == ERR_OK) {
		uint64_t k = split(n);

		if (m <= k) {
			code = subtree(nodes, start + k, n - k,
			    out[(*len)++], e);
			n = k;
		} else {
			code = subtree(nodes, start, k, out[(*len)++], e);
			start += k;
			m -= k;
			n -= k;
		}
	}
	/* SUBPROOF's b: while the old tree is whole on the left, its root is
	 * known to who verifies. */
	if (start != 0 && code == ERR_OK)
		code = subtree(nodes, start, m, out[(*len)++], e);
	reverse(out, *len);
	return code;
}

/* --- verifying --------------------------------------------------------- */

static enum err_code
refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_LOG_PROOF, NULL, 0, "%s", why);
}

static bool
same(const uint8_t a[static DIGEST_LEN], const uint8_t b[static DIGEST_LEN])
{
	return memcmp(a, b, DIGEST_LEN) == 0;
}

/* "right-shift both fn and sn equally until either LSB(fn) is set or fn is 0",
 * when LSB(fn) is not set. */
static void
climb(uint64_t *fn, uint64_t *sn)
{
	while ((*fn & 1) == 0 && *fn != 0) {
		*fn >>= 1;
		*sn >>= 1;
	}
}

enum err_code
merkle_check_inclusion(const uint8_t leaf[static DIGEST_LEN], uint64_t index,
    uint64_t size, const uint8_t (*path)[DIGEST_LEN], size_t len,
    const uint8_t root[static DIGEST_LEN], struct err *e)
{
	uint8_t r[DIGEST_LEN];
	uint64_t fn = index, sn = size - 1;
	enum err_code code = ERR_OK;

	if (index >= size || size > MERKLE_SIZE_MAX)
		return refuse(e, "the tree has no such leaf");
	memcpy(r, leaf, DIGEST_LEN);
	for (size_t i = 0; i < len && code == ERR_OK; i++) {
		if (sn == 0)
			return refuse(e, "the path is too long");
		if ((fn & 1) != 0 || fn == sn) {
			code = merkle_node(path[i], r, r, e);
			climb(&fn, &sn);
		} else
			code = merkle_node(r, path[i], r, e);
		fn >>= 1;
		sn >>= 1;
	}
	if (code != ERR_OK)
		return code;
	if (sn != 0)
		return refuse(e, "the path is too short");
	return same(r, root) ? ERR_OK :
	    refuse(e, "the path does not lead to the root");
}

/* §2.1.4.2 from step 3 on: seed is the first of the path, to which step 2 may
 * have added. */
static enum err_code
check_growth(uint64_t from, const uint8_t from_root[static DIGEST_LEN],
    uint64_t to, const uint8_t to_root[static DIGEST_LEN],
    const uint8_t seed[static DIGEST_LEN], const uint8_t (*proof)[DIGEST_LEN],
    size_t len, struct err *e)
{
	uint8_t fr[DIGEST_LEN], sr[DIGEST_LEN];
	uint64_t fn = from - 1, sn = to - 1;
	enum err_code code = ERR_OK;

	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	memcpy(fr, seed, DIGEST_LEN);
	memcpy(sr, seed, DIGEST_LEN);
	for (size_t i = 0; i < len && code == ERR_OK; i++) {
		if (sn == 0)
			return refuse(e, "the proof is too long");
		if ((fn & 1) != 0 || fn == sn) {
			if ((code = merkle_node(proof[i], fr, fr, e)) ==
			    ERR_OK)
				code = merkle_node(proof[i], sr, sr, e);
			climb(&fn, &sn);
		} else
			code = merkle_node(sr, proof[i], sr, e);
		fn >>= 1;
		sn >>= 1;
	}
	if (code != ERR_OK)
		return code;
	if (sn != 0)
		return refuse(e, "the proof is too short");
	return same(fr, from_root) && same(sr, to_root) ? ERR_OK :
	    refuse(e, "the later tree does not contain the earlier one");
}

enum err_code
merkle_check_consistency(uint64_t from,
    const uint8_t from_root[static DIGEST_LEN], uint64_t to,
    const uint8_t to_root[static DIGEST_LEN],
    const uint8_t (*proof)[DIGEST_LEN], size_t len, struct err *e)
{
	if (from == 0 || from > to || to > MERKLE_SIZE_MAX)
		return refuse(e, "the trees' sizes are not in order");
	if (from == to) {
		if (len != 0)
			return refuse(e, "the proof is too long");
		return same(from_root, to_root) ? ERR_OK :
		    refuse(e, "two trees of one size differ");
	}
	/* Step 2: of a power of two the root is itself a node. */
	if ((from & (from - 1)) == 0)
		return check_growth(from, from_root, to, to_root, from_root,
		    proof, len, e);
	if (len == 0)
		return refuse(e, "the proof is too short");
	return check_growth(from, from_root, to, to_root, proof[0],
	    proof + 1, len - 1, e);
}
