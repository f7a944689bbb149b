/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Merkle trees (RFC 9162 §2.1): hashes of leaves and of trees, inclusion and
 * consistency proofs, made and verified.  SHA-256 throughout.
 *
 * A tree of n leaves is held as its complete subtrees: node (level, position)
 * is the hash over leaves position·2^level up to (position + 1)·2^level − 1.
 * Where they are kept is the caller's business (intake/book/tree.h).
 */
#ifndef SIGILL_CRYPTO_MERKLE_H
#define SIGILL_CRYPTO_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

/* Hashes in a proof: a tree of 2^48 leaves has inclusion paths of 48, and
 * consistency proofs of one more. */
#define MERKLE_PATH_MAX	49
#define MERKLE_SIZE_MAX	(UINT64_C(1) << 48)

/* Where nodes come from.  read fills out with node (level, position), which
 * is complete in the tree at hand; what it returns is passed on. */
struct merkle_nodes {
	enum err_code (*read)(void *arg, unsigned level, uint64_t position,
	    uint8_t out[static DIGEST_LEN], struct err *e);
	void *arg;
};

/* SHA-256(0x00 ‖ entry), SHA-256(0x01 ‖ left ‖ right) (§2.1.1). */
enum err_code merkle_leaf(const void *entry, size_t len,
    uint8_t out[static DIGEST_LEN], struct err *e);
enum err_code merkle_node(const uint8_t left[static DIGEST_LEN],
    const uint8_t right[static DIGEST_LEN], uint8_t out[static DIGEST_LEN],
    struct err *e);

/* MTH of the first size leaves (§2.1.1); of none, the hash of nothing. */
enum err_code merkle_root(const struct merkle_nodes *nodes, uint64_t size,
    uint8_t out[static DIGEST_LEN], struct err *e);
/* PATH(index, D_size) (§2.1.3.1), of *len hashes; index < size. */
enum err_code merkle_inclusion(const struct merkle_nodes *nodes,
    uint64_t index, uint64_t size, uint8_t out[static MERKLE_PATH_MAX]
    [DIGEST_LEN], size_t *len, struct err *e);
/* PROOF(from, D_to) (§2.1.4.1); 0 < from <= to. */
enum err_code merkle_consistency(const struct merkle_nodes *nodes,
    uint64_t from, uint64_t to, uint8_t out[static MERKLE_PATH_MAX]
    [DIGEST_LEN], size_t *len, struct err *e);

/* §2.1.3.2 and §2.1.4.2.  ERR_LOG_PROOF when it does not hold. */
enum err_code merkle_check_inclusion(const uint8_t leaf[static DIGEST_LEN],
    uint64_t index, uint64_t size, const uint8_t (*path)[DIGEST_LEN],
    size_t len, const uint8_t root[static DIGEST_LEN], struct err *e);
enum err_code merkle_check_consistency(uint64_t from,
    const uint8_t from_root[static DIGEST_LEN], uint64_t to,
    const uint8_t to_root[static DIGEST_LEN],
    const uint8_t (*proof)[DIGEST_LEN], size_t len, struct err *e);

#endif
