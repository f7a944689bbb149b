/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/sniff.h"

#include <stdbool.h>
#include <string.h>

#include "base/message.h"

/* Object identifiers, DER with tag and length. */
static const uint8_t oid_signed_data[] = {	/* 1.2.840.113549.1.7.2 */
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
};
static const uint8_t oid_content_info[] = {	/* …1.9.16.1.6 */
	0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10,
	0x01, 0x06,
};
static const uint8_t oid_data[] = {		/* …1.7.1 */
	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
};

/* What a file says that it is, in its first bytes: only a mandate's round
 * stands before. */
static const struct { const char *format; enum sniff_kind kind; } contents[] = {
	{ "\x66" "format\x6e" "sigill-mandate", SNIFF_MANDATE },
	{ "\"sigill-benchmark\"", SNIFF_SIGNED_BENCHMARK },
}, documents[] = {
	{ "\"sigill-benchmark\"", SNIFF_BENCHMARK },
	{ "\"sigill-feedback\"", SNIFF_FEEDBACK },
};
static const char proof_format[] = "\"sigill-log-proof\"";

static bool
says(const uint8_t *data, size_t len, size_t head, const char *format)
{
	return memmem(data, len < head ? len : head, format,
	    strlen(format)) != NULL;
}

static enum sniff_kind
sniff_signed(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (says(data, len, 256, contents[i].format))
			return contents[i].kind;
	return SNIFF_RECEIPT;
}

/* Answers may have any of these words in a text, further down. */
static enum sniff_kind
sniff_document(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		if (says(data, len, 64, documents[i].format))
			return documents[i].kind;
	return says(data, len, len, proof_format) ? SNIFF_PROOF : SNIFF_JSON;
}

enum sniff_kind
sniff(const uint8_t *data, size_t len)
{
	/* Both identifiers stand before the content. */
	const size_t head = len < 96 ? len : 96;
	size_t i = 0;

	if (len == 0)
		return SNIFF_EMPTY;
	if (len > 4 && memcmp(data, "PK\003\004", 4) == 0)
		return SNIFF_ZIP;
	if (len > 11 && memcmp(data, "-----BEGIN ", 11) == 0)
		return SNIFF_PEM;
	if (data[0] == 0x30 && memmem(data, head, oid_signed_data,
	    sizeof(oid_signed_data)) != NULL) {
		if (memmem(data, head, oid_content_info,
		    sizeof(oid_content_info)) != NULL)
			return SNIFF_SEALED;
		if (memmem(data, head, oid_data, sizeof(oid_data)) != NULL)
			return sniff_signed(data, len);
	}
	while (i < len && strchr(" \t\r\n", data[i]) != NULL && data[i] != 0)
		i++;
	if (i == len || data[i] != '{')
		return SNIFF_OTHER;
	return sniff_document(data + i, len - i);
}

enum err_code
sniff_expect(enum sniff_kind expected, const uint8_t *data, size_t len,
    enum err_code code, const char *path, struct err *e)
{
	static const char *const words[] = {
		[SNIFF_EMPTY] = N_("it is empty"),
		[SNIFF_JSON] = N_("it looks like an answers file, "
		    "for 'sigill check' and 'sigill submit'"),
		[SNIFF_SEALED] = N_("it looks like a sealed file, "
		    "for 'sigill send' and 'sigill inspect'"),
		[SNIFF_RECEIPT] = N_("it looks like a receipt, "
		    "for 'sigill receipt'"),
		[SNIFF_PEM] = N_("it looks like a certificate or a key"),
		[SNIFF_MANDATE] = N_("it looks like a mandate, "
		    "for 'sigill submit --mandate' and 'sigill mandate'"),
		[SNIFF_PROOF] = N_("it looks like a proof about a log, "
		    "for 'sigill receipt --proof'"),
		[SNIFF_BENCHMARK] = N_("it looks like a benchmark that the "
		    "authority has not signed yet"),
		[SNIFF_SIGNED_BENCHMARK] = N_("it looks like a benchmark, "
		    "for 'sigill feedback --benchmark'"),
		[SNIFF_FEEDBACK] = N_("it looks like feedback, "
		    "for 'sigill feedback'"),
		[SNIFF_ZIP] = N_("it looks like a workbook or another zip "
		    "archive"),
	};
	enum sniff_kind kind = sniff(data, len);

	if (kind == expected || kind == SNIFF_OTHER)
		return ERR_OK;
	return err_set(e, code, path, 0, "%s", _(words[kind]));
}
