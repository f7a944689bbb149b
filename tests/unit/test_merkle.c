/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Merkle trees: the hashes that Certificate Transparency's implementations
 * have in common, the structure that RFC 9162 §2.1.5 spells out, and every
 * tree of up to 70 leaves against the definitions, written down as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/merkle.h"

#define MANY	70

typedef uint8_t hash[DIGEST_LEN];

static hash leaves[MANY];		/* of the tree at hand */
static hash nodes[7][MANY];		/* complete subtrees of it */
static uint64_t n_leaves;
static hash roots[MANY + 1];		/* of its first leaves */

static void
grow(const void *entry, size_t len)
{
	uint64_t at = n_leaves++;

	assert_int_equal(merkle_leaf(entry, len, leaves[at], NULL), ERR_OK);
	memcpy(nodes[0][at], leaves[at], sizeof(hash));
	for (unsigned l = 0; (at & 1) != 0; l++, at >>= 1)
		assert_int_equal(merkle_node(nodes[l][at - 1], nodes[l][at],
		    nodes[l + 1][at >> 1], NULL), ERR_OK);
}

/* Fails the test when a node is asked for that is not complete. */
static enum err_code
read_node(void *arg, unsigned level, uint64_t position,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	(void)arg;
	(void)e;
	assert_true(level < 7);
	assert_true((position + 1) << level <= n_leaves);
	memcpy(out, nodes[level][position], DIGEST_LEN);
	return ERR_OK;
}

static const struct merkle_nodes source = { read_node, NULL };

static void
assert_hex(const hash got, const char *want)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(got, hex);
	assert_string_equal(hex, want);
}

/* --- the definitions, word for word ------------------------------------ */

static uint64_t
naive_split(uint64_t n)
{
	uint64_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* MTH(D[lo:hi]), §2.1.1 */
static void
naive_root(uint64_t lo, uint64_t hi, hash out)
{
	hash left, right;
	uint64_t k;

	if (hi - lo == 1) {
		memcpy(out, leaves[lo], sizeof(hash));
		return;
	}
	k = naive_split(hi - lo);
	naive_root(lo, lo + k, left);
	naive_root(lo + k, hi, right);
	assert_int_equal(merkle_node(left, right, out, NULL), ERR_OK);
}

/* PATH(m, D[lo:hi]), §2.1.3.1 */
static size_t
naive_path(uint64_t m, uint64_t lo, uint64_t hi, hash *out)
{
	uint64_t k;
	size_t len;

	if (hi - lo == 1)
		return 0;
	k = naive_split(hi - lo);
	if (m < k) {
		len = naive_path(m, lo, lo + k, out);
		naive_root(lo + k, hi, out[len]);
	} else {
		len = naive_path(m - k, lo + k, hi, out);
		naive_root(lo, lo + k, out[len]);
	}
	return len + 1;
}

/* SUBPROOF(m, D[lo:hi], b), §2.1.4.1 */
static size_t
naive_proof(uint64_t m, uint64_t lo, uint64_t hi, bool b, hash *out)
{
	uint64_t k;
	size_t len;

	if (m == hi - lo) {
		if (!b)
			naive_root(lo, hi, out[0]);
		return b ? 0 : 1;
	}
	k = naive_split(hi - lo);
	if (m <= k) {
		len = naive_proof(m, lo, lo + k, b, out);
		naive_root(lo + k, hi, out[len]);
	} else {
		len = naive_proof(m - k, lo + k, hi, false, out);
		naive_root(lo, lo + k, out[len]);
	}
	return len + 1;
}

static void
grow_many(void)
{
	n_leaves = 0;
	for (unsigned i = 0; i < MANY; i++) {
		grow(&i, sizeof(i));
		naive_root(0, n_leaves, roots[n_leaves]);
	}
}

/* --- known answers ----------------------------------------------------- */

#define EMPTY	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char *const known_roots[] = {
	EMPTY,
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

#define LEAF_1	"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define PAIR_1	"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define LEAF_4	"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define PAIR_2	"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define PAIR_3	"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define RIGHT	"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define ROOT_1	known_roots[1]
#define ROOT_2	known_roots[2]
#define ROOT_4	known_roots[4]

static void
grow_known(void)
{
	static const char entries[][17] = {
		"", "\x00", "\x10", "\x20\x21", "\x30\x31", "@ABC",
		"PQRSTUVW", "`abcdefghijklmno",
	};
	static const size_t lens[] = { 0, 1, 1, 2, 2, 4, 8, 16 };

	n_leaves = 0;
	for (size_t i = 0; i < 8; i++)
		grow(entries[i], lens[i]);
}

static void
test_known_roots(void **state)
{
	hash root;

	(void)state;
	grow_known();
	for (uint64_t n = 0; n <= 8; n++) {
		assert_int_equal(merkle_root(&source, n, root, NULL), ERR_OK);
		assert_hex(root, known_roots[n]);
	}
}

static void
expect_path(const hash *got, size_t len, const char *a, const char *b,
    const char *c)
{
	const char *const want[] = { a, b, c, NULL };
	size_t n = 0;

	while (want[n] != NULL)
		n++;
	assert_int_equal(len, n);
	for (size_t i = 0; i < n; i++)
		assert_hex(got[i], want[i]);
}

static void
test_known_proofs(void **state)
{
	hash path[MERKLE_PATH_MAX];
	size_t len;

	(void)state;
	grow_known();
#define PATH(m, n, a, b, c) do { \
	assert_int_equal(merkle_inclusion(&source, m, n, path, &len, NULL), \
	    ERR_OK); \
	expect_path(path, len, a, b, c); \
} while (0)
#define PROOF(m, n, a, b, c) do { \
	assert_int_equal(merkle_consistency(&source, m, n, path, &len, \
	    NULL), ERR_OK); \
	expect_path(path, len, a, b, c); \
} while (0)
	PATH(0, 1, NULL, NULL, NULL);
	PATH(0, 8, LEAF_1, PAIR_1, RIGHT);
	PATH(5, 8, LEAF_4, PAIR_3, ROOT_4);
	PATH(2, 3, ROOT_2, NULL, NULL);
	PATH(1, 5, ROOT_1, PAIR_1, LEAF_4);
	PROOF(1, 1, NULL, NULL, NULL);
	PROOF(1, 8, LEAF_1, PAIR_1, RIGHT);
	PROOF(6, 8, PAIR_2, PAIR_3, ROOT_4);
	PROOF(2, 5, PAIR_1, LEAF_4, NULL);
}

/*
 * RFC 9162 §2.1.5: seven leaves a…f, j; g h i over the pairs, k = (g h),
 * l = (i j), the root over both.
 */
static void
test_rfc_example(void **state)
{
	hash path[MERKLE_PATH_MAX];
	size_t len;

	(void)state;
	grow_many();
#define A	leaves[0]
#define B	leaves[1]
#define C	leaves[2]
#define D	leaves[3]
#define F	leaves[5]
#define J	leaves[6]
#define G	nodes[1][0]
#define H	nodes[1][1]
#define I	nodes[1][2]
#define K	nodes[2][0]
#define IS(i, want)	assert_memory_equal(path[i], want, DIGEST_LEN)
	hash l;

	assert_int_equal(merkle_node(I, J, l, NULL), ERR_OK);
	merkle_inclusion(&source, 0, 7, path, &len, NULL);
	assert_int_equal(len, 3);
	IS(0, B);
	IS(1, H);
	IS(2, l);
	merkle_inclusion(&source, 3, 7, path, &len, NULL);
	assert_int_equal(len, 3);
	IS(0, C);
	IS(1, G);
	IS(2, l);
	merkle_inclusion(&source, 4, 7, path, &len, NULL);
	assert_int_equal(len, 3);
	IS(0, F);
	IS(1, J);
	IS(2, K);
	merkle_inclusion(&source, 6, 7, path, &len, NULL);
	assert_int_equal(len, 2);
	IS(0, I);
	IS(1, K);
	merkle_consistency(&source, 3, 7, path, &len, NULL);
	assert_int_equal(len, 4);
	IS(0, C);
	IS(1, D);
	IS(2, G);
	IS(3, l);
	merkle_consistency(&source, 4, 7, path, &len, NULL);
	assert_int_equal(len, 1);
	IS(0, l);
	merkle_consistency(&source, 6, 7, path, &len, NULL);
	assert_int_equal(len, 3);
	IS(0, I);
	IS(1, J);
	IS(2, K);
}

/* --- every small tree -------------------------------------------------- */

static void
test_against_definitions(void **state)
{
	hash path[MERKLE_PATH_MAX], want[MERKLE_PATH_MAX], root;
	size_t len, n_want;

	(void)state;
	grow_many();
	for (uint64_t n = 1; n <= MANY; n++) {
		assert_int_equal(merkle_root(&source, n, root, NULL), ERR_OK);
		assert_memory_equal(root, roots[n], sizeof(hash));
		for (uint64_t m = 0; m < n; m++) {
			assert_int_equal(merkle_inclusion(&source, m, n,
			    path, &len, NULL), ERR_OK);
			n_want = naive_path(m, 0, n, want);
			assert_int_equal(len, n_want);
			assert_memory_equal(path, want, len * sizeof(hash));
			assert_int_equal(merkle_check_inclusion(leaves[m], m,
			    n, path, len, root, NULL), ERR_OK);
		}
		for (uint64_t m = 1; m <= n; m++) {
			assert_int_equal(merkle_consistency(&source, m, n,
			    path, &len, NULL), ERR_OK);
			n_want = naive_proof(m, 0, n, true, want);
			assert_int_equal(len, n_want);
			assert_memory_equal(path, want, len * sizeof(hash));
			assert_int_equal(merkle_check_consistency(m,
			    roots[m], n, root, path, len, NULL), ERR_OK);
		}
	}
}

static void
refused(enum err_code code)
{
	assert_int_equal(code, ERR_LOG_PROOF);
}

/* One bit of each hash, one more or less of each number and of the path; and
 * another leaf at the same place. */
static void
test_altered_inclusion(void **state)
{
	hash path[MERKLE_PATH_MAX + 1] = { { 0 } }, bad;
	const uint8_t *root;
	size_t len;

	(void)state;
	grow_many();
#define CHECK(leaf, m, n, len, root) merkle_check_inclusion(leaf, m, n, path, \
	len, root, NULL)
	for (uint64_t n = 1; n <= MANY; n++) {
		root = roots[n];
		for (uint64_t m = 0; m < n; m++) {
			assert_int_equal(merkle_inclusion(&source, m, n,
			    path, &len, NULL), ERR_OK);
			for (size_t i = 0; i < len; i++) {
				path[i][m % 32] ^= 1;
				refused(CHECK(leaves[m], m, n, len, root));
				path[i][m % 32] ^= 1;
			}
			memcpy(bad, root, sizeof(hash));
			bad[31] ^= 0x80;
			refused(CHECK(leaves[m], m, n, len, bad));
			refused(CHECK(leaves[(m + 1) % MANY], m, n, len,
			    root));
			if (len > 0)
				refused(CHECK(leaves[m], m, n, len - 1, root));
			memset(path[len], 0, sizeof(hash));
			refused(CHECK(leaves[m], m, n, len + 1, root));
			memcpy(path[len], root, sizeof(hash));
			refused(CHECK(leaves[m], m, n, len + 1, root));
			for (uint64_t other = 0; other <= n + 1; other++)
				if (other != m)
					refused(CHECK(leaves[m], other, n,
					    len, root));
			refused(CHECK(leaves[m], m, m, len, root));
			refused(CHECK(leaves[m], m, 0, len, root));
			refused(CHECK(leaves[m], m, UINT64_MAX, len, root));
			refused(CHECK(leaves[m], UINT64_MAX, n, len, root));
		}
	}
#undef CHECK
}

/* Nor does a path lead to the root of a tree of another size. */
static void
test_no_other_size(void **state)
{
	hash path[MERKLE_PATH_MAX];
	size_t len;

	(void)state;
	grow_many();
	for (uint64_t n = 1; n <= MANY; n++)
		for (uint64_t m = 0; m < n; m++) {
			assert_int_equal(merkle_inclusion(&source, m, n,
			    path, &len, NULL), ERR_OK);
			for (uint64_t other = m + 1; other <= MANY; other++) {
				if (other == n)
					continue;
				refused(merkle_check_inclusion(leaves[m], m,
				    other, path, len, roots[other], NULL));
			}
		}
}

static void
test_altered_consistency(void **state)
{
	hash proof[MERKLE_PATH_MAX + 1] = { { 0 } }, old, new;
	size_t len;

	(void)state;
	grow_many();
#define CHECK(m, old, n, new, len) merkle_check_consistency(m, old, n, new, \
	proof, len, NULL)
	for (uint64_t n = 1; n <= MANY; n++)
		for (uint64_t m = 1; m <= n; m++) {
			memcpy(old, roots[m], sizeof(hash));
			memcpy(new, roots[n], sizeof(hash));
			assert_int_equal(merkle_consistency(&source, m, n,
			    proof, &len, NULL), ERR_OK);
			assert_int_equal(CHECK(m, old, n, new, len), ERR_OK);
			for (size_t i = 0; i < len; i++) {
				proof[i][n % 32] ^= 4;
				refused(CHECK(m, old, n, new, len));
				proof[i][n % 32] ^= 4;
			}
			old[m % 32] ^= 1;
			refused(CHECK(m, old, n, new, len));
			old[m % 32] ^= 1;
			new[n % 32] ^= 1;
			refused(CHECK(m, old, n, new, len));
			new[n % 32] ^= 1;
			if (len > 0)
				refused(CHECK(m, old, n, new, len - 1));
			memset(proof[len], 0, sizeof(hash));
			refused(CHECK(m, old, n, new, len + 1));
			memcpy(proof[len], new, sizeof(hash));
			refused(CHECK(m, old, n, new, len + 1));
			for (uint64_t other = 1; other <= MANY; other++) {
				if (other != m)
					refused(CHECK(other, roots[other], n,
					    new, len));
				if (other != n)
					refused(CHECK(m, old, other,
					    roots[other], len));
			}
			refused(CHECK(0, old, n, new, len));
			refused(CHECK(n + 1, old, n, new, len));
			refused(CHECK(m, old, UINT64_MAX, new, len));
		}
#undef CHECK
}

/* --- trees that nobody can hold ---------------------------------------- */

/* In a tree of equal leaves, a node is known by its level. */
static enum err_code
read_equal(void *arg, unsigned level, uint64_t position,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	const hash *by_level = arg;

	(void)e;
	assert_true(level <= 48);
	assert_true((position + 1) << level <= MERKLE_SIZE_MAX);
	memcpy(out, by_level[level], DIGEST_LEN);
	return ERR_OK;
}

static void
test_largest(void **state)
{
	static const uint64_t sizes[] = {
		MERKLE_SIZE_MAX, MERKLE_SIZE_MAX - 1, MERKLE_SIZE_MAX / 2 + 1,
		(UINT64_C(1) << 40) + 12345,
	};
	hash by_level[49], path[MERKLE_PATH_MAX], root, old;
	struct merkle_nodes equal = { read_equal, by_level };
	size_t len, longest = 0;

	(void)state;
	merkle_leaf("x", 1, by_level[0], NULL);
	for (size_t i = 1; i < 49; i++)
		merkle_node(by_level[i - 1], by_level[i - 1], by_level[i],
		    NULL);
	for (size_t i = 0; i < 4; i++) {
		uint64_t n = sizes[i], m[] = { 1, 3, n / 2, n / 3, n - 1 };

		assert_int_equal(merkle_root(&equal, n, root, NULL), ERR_OK);
		for (size_t j = 0; j < 5; j++) {
			assert_int_equal(merkle_inclusion(&equal, m[j], n,
			    path, &len, NULL), ERR_OK);
			assert_int_equal(merkle_check_inclusion(by_level[0],
			    m[j], n, path, len, root, NULL), ERR_OK);
			assert_int_equal(merkle_consistency(&equal, m[j], n,
			    path, &len, NULL), ERR_OK);
			longest = len > longest ? len : longest;
			assert_int_equal(merkle_root(&equal, m[j], old, NULL),
			    ERR_OK);
			assert_int_equal(merkle_check_consistency(m[j], old,
			    n, root, path, len, NULL), ERR_OK);
		}
	}
	assert_int_equal(longest, MERKLE_PATH_MAX);
}

static enum err_code
read_broken(void *arg, unsigned level, uint64_t position,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	int *left = arg;

	(void)level;
	(void)position;
	memset(out, 0, DIGEST_LEN);
	return (*left)-- > 0 ? ERR_OK : err_set(e, ERR_LEDGER, NULL, 0, NULL);
}

static void
test_what_is_not_there(void **state)
{
	hash path[MERKLE_PATH_MAX];
	int left;
	struct merkle_nodes broken = { read_broken, &left };
	size_t len;

	(void)state;
	for (int i = 0; i < 3; i++) {
		left = i;
		assert_int_equal(merkle_root(&broken, 7, path[0], NULL),
		    ERR_LEDGER);
		left = i;
		assert_int_equal(merkle_inclusion(&broken, 0, 7, path, &len,
		    NULL), ERR_LEDGER);
		left = i;
		assert_int_equal(merkle_consistency(&broken, 3, 7, path, &len,
		    NULL), ERR_LEDGER);
	}
	assert_int_equal(merkle_inclusion(&source, 7, 7, path, &len, NULL),
	    ERR_INTERNAL);
	assert_int_equal(merkle_inclusion(&source, 0, MERKLE_SIZE_MAX + 1,
	    path, &len, NULL), ERR_INTERNAL);
	assert_int_equal(merkle_consistency(&source, 0, 7, path, &len, NULL),
	    ERR_INTERNAL);
	assert_int_equal(merkle_consistency(&source, 8, 7, path, &len, NULL),
	    ERR_INTERNAL);
	assert_int_equal(merkle_root(&source, UINT64_MAX, path[0], NULL),
	    ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_roots),
		cmocka_unit_test(test_known_proofs),
		cmocka_unit_test(test_rfc_example),
		cmocka_unit_test(test_against_definitions),
		cmocka_unit_test(test_altered_inclusion),
		cmocka_unit_test(test_no_other_size),
		cmocka_unit_test(test_altered_consistency),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
