# SPDX-License-Identifier: EUPL-1.2
"""A second implementation of what docs/SPEC.md says of the log, with Python's
hashlib and cbor2: to verify what ours says, and to forge logs."""
import hashlib

import cbor2


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    """MTH, RFC 9162 section 2.1.1, of hashes of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def nodes(leaves):
    """Of complete subtrees: (level, position, hash)."""
    level = 0
    while leaves:
        yield from ((level, i, h) for i, h in enumerate(leaves))
        leaves = [node(leaves[i], leaves[i + 1])
                  for i in range(0, len(leaves) - 1, 2)]
        level += 1


def root_by_path(hash_of_leaf, index, size, path):
    """RFC 9162 section 2.1.3.2; None when the path's length is wrong."""
    fn, sn, r = index, size - 1, hash_of_leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


def is_growth(first, first_root, second, second_root, path):
    """RFC 9162 section 2.1.4.2."""
    if first == second:
        return not path and first_root == second_root
    path = ([first_root] if first & (first - 1) == 0 else []) + list(path)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr, sn) == (first_root, second_root, 0)


def receipt_leaf(content):
    """A receipt's entry in the log: its CBOR without "log"."""
    receipt = cbor2.loads(content)
    del receipt["log"]
    # What cbor2 calls canonical is RFC 8949 section 4.2.1 for our keys.
    return cbor2.dumps(receipt, canonical=True)
