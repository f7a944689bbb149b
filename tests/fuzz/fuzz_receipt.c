/* SPDX-License-Identifier: EUPL-1.2 */
/* What parses as a receipt, a tree head or a decision is encoded to the same
 * bytes again, and is nothing else. */
#include <stdlib.h>

#include "format/receipt.h"
#include "format/tree_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
as_receipt(const uint8_t *data, size_t len)
{
	struct receipt r = { 0 };
	struct buf again = { 0 }, leaf = { 0 };
	struct err e = { 0 };
	int taken = receipt_parse(data, len, &r, &e) == ERR_OK;

	if (taken) {
		if (receipt_encode(&r, &again, &e) != ERR_OK ||
		    !buf_equal(&again, data, len) ||
		    receipt_leaf(&r, &leaf, &e) != ERR_OK ||
		    (leaf.len == again.len) == r.has_log)
			abort();
		json_decref(receipt_json(&r));
	}
	receipt_wipe(&r);
	buf_wipe(&again);
	buf_wipe(&leaf);
	return taken;
}

static int
as_head(const uint8_t *data, size_t len)
{
	struct tree_head h = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };
	int taken = tree_head_parse(data, len, &h, &e) == ERR_OK;

	if (taken && (tree_head_encode(&h, &again, &e) != ERR_OK ||
	    !buf_equal(&again, data, len)))
		abort();
	if (taken)
		json_decref(tree_head_json(&h));
	tree_head_wipe(&h);
	buf_wipe(&again);
	return taken;
}

static int
as_decision(const uint8_t *data, size_t len)
{
	struct decision_entry d = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };
	int taken = decision_entry_parse(data, len, &d, &e) == ERR_OK;

	if (taken && (decision_entry_encode(&d, &again, &e) != ERR_OK ||
	    !buf_equal(&again, data, len)))
		abort();
	decision_entry_wipe(&d);
	buf_wipe(&again);
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (as_receipt(data, len) + as_head(data, len) +
	    as_decision(data, len) > 1)
		abort();
	return 0;
}
