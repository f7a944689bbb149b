/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Faults of the CMS layers.  Paths in the trees:
 *
 *	SignedData         1.0    version, digestAlgorithms (1.0.1),
 *	                          encapContentInfo (1.0.2), certificates (1.0.3),
 *	                          signerInfos (1.0.4)
 *	SignerInfo         1.0.4.0   version, sid, digestAlgorithm,
 *	                          signedAttrs (.3), signatureAlgorithm, signature
 *	AuthEnvelopedData  1.0    version, recipientInfos (1.0.1),
 *	                          content (1.0.2), mac (1.0.3)
 *	ktri               1.0.1.0   version, rid, algorithm (.2), key (.3)
 *	kari               1.0.1.1   version, originator (.1), algorithm (.2),
 *	                          recipientEncryptedKeys (.3)
 */
#include "tests/vectors/recipe.h"

#define E(op, ...)	{ EDIT_##op, __VA_ARGS__ }
#define NO_HEX		NULL

static void
nothing_left(struct buf *sealed)
{
	sealed->len = 0;
}

static void
a_few_bytes(struct buf *sealed)
{
	sealed->len = 1000;
}

static void
half(struct buf *sealed)
{
	sealed->len /= 2;
}

static void
last_byte_away(struct buf *sealed)
{
	sealed->len--;
}

static void
a_page_of_html(struct buf *sealed)
{
	sealed->len = 0;
	while (sealed->len < 5000)
		buf_add_str(sealed, "<html><body>Not found</body></html>\n");
}

static void
pem_instead_of_der(struct buf *sealed)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef";
	struct buf text = { 0 };

	buf_add_str(&text, "-----BEGIN CMS-----\n");
	for (size_t i = 0; i < sealed->len; i++)
		buf_add_u8(&text, (uint8_t)digits[sealed->data[i] % 32]);
	buf_add_str(&text, "\n-----END CMS-----\n");
	buf_move(sealed, &text);
}

const struct recipe recipes_cms[] = {
	/* --- size ------------------------------------------------------- */
	{ .name = "empty", .code = ERR_SEALED_SIZE, .file = nothing_left },
	{ .name = "a-few-bytes", .code = ERR_SEALED_SIZE,
	  .file = a_few_bytes },

	/* --- outer structure -------------------------------------------- */
	{ .name = "outer-half", .code = ERR_OUTER_STRUCTURE, .file = half },
	{ .name = "outer-last-byte-away", .code = ERR_OUTER_STRUCTURE,
	  .file = last_byte_away },
	{ .name = "outer-html", .code = ERR_OUTER_STRUCTURE,
	  .file = a_page_of_html },
	{ .name = "outer-pem", .code = ERR_OUTER_STRUCTURE,
	  .file = pem_instead_of_der },
	{ .name = "outer-trailing-byte", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(APPEND, "", "00") } },
	{ .name = "outer-indefinite", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(INDEFINITE, "", NO_HEX) } },
	{ .name = "outer-inside-indefinite", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(INDEFINITE, "1.0.2", NO_HEX) } },
	{ .name = "outer-long-length", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(LONG_LENGTH, "1.0.0", NO_HEX) } },
	{ .name = "outer-segmented-content", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(SEGMENT, "1.0.2.1.0", NO_HEX) } },
	{ .name = "outer-detached", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(DELETE, "1.0.2.1", NO_HEX) } },
	{ .name = "outer-version-1", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(REPLACE, "1.0.0", "020101") } },
	{ .name = "outer-content-type-changed", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(REPLACE, "1.0.2.0", "06092a864886f70d010701") } },
	{ .name = "outer-no-certificates", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(DELETE, "1.0.3", NO_HEX) } },
	{ .name = "outer-same-certificate-twice", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(TWICE, "1.0.3.0", NO_HEX) } },
	{ .name = "outer-no-signer", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(DELETE, "1.0.4.0", NO_HEX) } },
	{ .name = "outer-signer-twice", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(TWICE, "1.0.4.0", NO_HEX) } },
	{ .name = "outer-two-digest-algorithms", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(TWICE, "1.0.1.0", NO_HEX) } },
	{ .name = "outer-signer-version-3", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(REPLACE, "1.0.4.0.0", "020103") } },
	{ .name = "outer-unsigned-attribute", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(ADD, "1.0.4.0",
	  "a1133011060a2b0601040182370a0a01310304 0101") } },
	{ .name = "outer-attributes-unsorted", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(SWAP, "1.0.4.0.3.0", NO_HEX) } },
	{ .name = "outer-attribute-twice", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(TWICE, "1.0.4.0.3.0", NO_HEX) } },
	{ .name = "outer-attribute-missing", .code = ERR_OUTER_STRUCTURE,
	  .outer = { E(DELETE, "1.0.4.0.3.1", NO_HEX) } },
	{ .name = "outer-attribute-more", .code = ERR_OUTER_STRUCTURE,
	  .outer_variant = SIGNED_SMIMECAP },
	{ .name = "outer-signed-attributes-stripped",
	  .code = ERR_OUTER_STRUCTURE, .outer_variant = SIGNED_STRIPPED },
	{ .name = "outer-signature-over-content-only",
	  .code = ERR_OUTER_STRUCTURE, .outer_variant = SIGNED_NO_ATTRIBUTES },
	{ .name = "outer-no-signing-certificate", .code = ERR_OUTER_STRUCTURE,
	  .outer_variant = SIGNED_NO_ESS },
	{ .name = "outer-signer-by-key-id", .code = ERR_OUTER_STRUCTURE,
	  .outer_variant = SIGNED_BY_KEY_ID },
	{ .name = "outer-two-signers", .code = ERR_OUTER_STRUCTURE,
	  .outer_variant = SIGNED_TWO_SIGNERS },
	{ .name = "outer-with-crl", .code = ERR_OUTER_STRUCTURE,
	  .outer_variant = SIGNED_WITH_CRL },

	/* --- outer algorithms and signature ------------------------------ */
	{ .name = "outer-md5", .code = ERR_OUTER_ALGORITHM,
	  .outer_variant = SIGNED_MD5, .signer = "exempelmyndigheten" },
	{ .name = "outer-sha1", .code = ERR_OUTER_ALGORITHM,
	  .outer_variant = SIGNED_SHA1 },
	{ .name = "outer-pkcs1", .code = ERR_OUTER_ALGORITHM,
	  .outer_variant = SIGNED_PKCS1, .signer = "exempelmyndigheten" },
	{ .name = "outer-pss-maximal-salt", .code = ERR_OUTER_ALGORITHM,
	  .outer_variant = SIGNED_PSS_MAX_SALT,
	  .signer = "exempelmyndigheten" },
	{ .name = "outer-signature-flipped", .code = ERR_OUTER_SIGNATURE,
	  .outer = { E(FLIP, "1.0.4.0.5", NO_HEX) } },
	{ .name = "outer-content-flipped", .code = ERR_OUTER_SIGNATURE,
	  .outer = { E(FLIP, "1.0.2.1.0", NO_HEX) } },
	{ .name = "outer-content-cut", .code = ERR_OUTER_SIGNATURE,
	  .outer = { E(CUT, "1.0.2.1.0", NO_HEX) } },
	{ .name = "outer-digest-attribute-flipped",
	  .code = ERR_OUTER_SIGNATURE,
	  .outer = { E(FLIP, "1.0.4.0.3.2.1.0", NO_HEX) } },

	{ .name = "outer-forged", .code = ERR_OUTER_SIGNATURE,
	  .outer_variant = SIGNED_FORGED },

	/* --- the signer's certificate ------------------------------------ */
	{ .name = "signer-of-another-ca", .code = ERR_SIGNER_UNTRUSTED,
	  .signer = "other-ca-org" },
	{ .name = "signer-without-its-intermediate",
	  .code = ERR_SIGNER_UNTRUSTED, .signer = "issued", .no_chain = true },
	{ .name = "signer-with-unneeded-certificate",
	  .code = ERR_SIGNER_UNTRUSTED, .extra_cert = "issuing-ca" },
	{ .name = "signer-expired", .code = ERR_SIGNER_EXPIRED,
	  .signer = "expired" },
	{ .name = "signer-revoked", .code = ERR_SIGNER_REVOKED,
	  .signer = "revoked" },
	{ .name = "signer-crl-outdated", .code = ERR_SIGNER_CRL,
	  .verifier = VERIFIER_CRL_OUTDATED },
	{ .name = "signer-crl-missing", .code = ERR_SIGNER_CRL,
	  .signer = "issued", .verifier = VERIFIER_NO_INTERMEDIATE_CRL },
	{ .name = "signer-wrong-key-usage", .code = ERR_SIGNER_USAGE,
	  .signer = "wrong-usage" },
	{ .name = "signer-wrong-extended-usage", .code = ERR_SIGNER_USAGE,
	  .signer = "wrong-eku" },
	{ .name = "signer-test-in-production", .code = ERR_TEST_CERTIFICATE,
	  .verifier = VERIFIER_PRODUCTION },

	/* --- envelope structure ------------------------------------------ */
	{ .name = "envelope-trailing-byte", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(APPEND, "", "00") } },
	{ .name = "envelope-indefinite", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(INDEFINITE, "1.0", NO_HEX) } },
	{ .name = "envelope-long-length", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(LONG_LENGTH, "1.0.3", NO_HEX) } },
	{ .name = "envelope-segmented", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(SEGMENT, "1.0.2.2", NO_HEX) } },
	{ .name = "envelope-version-2", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "1.0.0", "020102") } },
	{ .name = "envelope-originator-info", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(INSERT, "1.0.1", "a000") } },
	{ .name = "envelope-authenticated-attributes",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(INSERT, "1.0.3",
	  "a11a301806092a864886f70d010903310b06092a864886f70d010701") } },
	{ .name = "envelope-unauthenticated-attributes",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(ADD, "1.0",
	  "a21a301806092a864886f70d010903310b06092a864886f70d010701") } },
	{ .name = "envelope-content-type-changed",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "1.0.2.0", "06092a864886f70d010702") } },
	{ .name = "envelope-no-recipient", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(DELETE, "1.0.1.0", NO_HEX),
	  E(DELETE, "1.0.1.0", NO_HEX) } },
	{ .name = "envelope-recipient-twice", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(TWICE, "1.0.1.0", NO_HEX) } },
	{ .name = "envelope-recipients-unsorted",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(SWAP, "1.0.1.0", NO_HEX) } },
	{ .name = "envelope-recipient-version", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "1.0.1.0.0", "020100") } },
	{ .name = "envelope-user-keying-material",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(INSERT, "1.0.1.1.2", "a10604 0401020304") } },
	{ .name = "envelope-key-for-two", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(TWICE, "1.0.1.1.3.0", NO_HEX) } },
	{ .name = "envelope-tag-4-bytes", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "1.0.3", "040401020304") } },
	{ .name = "envelope-tag-12-bytes", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "1.0.3",
	  "040c0102030405060708090a0b0c"),
	  E(DELETE, "1.0.2.1.1.1", NO_HEX) } },
	{ .name = "envelope-tag-missing", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(DELETE, "1.0.3", NO_HEX) } },
	{ .name = "envelope-by-issuer-and-serial",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope_variant = ENVELOPE_BY_SERIAL },
	{ .name = "envelope-enveloped-data", .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope_variant = ENVELOPE_CBC },
	{ .name = "envelope-gcm-in-enveloped-data",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .envelope = { E(REPLACE, "0", "06092a864886f70d010703"),
	  E(DELETE, "1.0.3", NO_HEX) } },

	/* --- envelope algorithms ------------------------------------------ */
	{ .name = "envelope-icv-length-12", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1.1.1", "02010c") } },
	{ .name = "envelope-icv-length-absent", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(DELETE, "1.0.2.1.1.1", NO_HEX) } },
	{ .name = "envelope-nonce-16-bytes", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1.1.0",
	  "0410000102030405060708090a0b0c0d0e0f") } },
	{ .name = "envelope-cipher-to-cbc", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1.0", "0609608648016503 04012a") } },
	{ .name = "envelope-cipher-to-ofb", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1",
	  "301d060960864801650304012b0410000102030405060708090a0b0c0d0e0f") } },
	{ .name = "envelope-cipher-to-cfb", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1",
	  "301d060960864801650304012c0410000102030405060708090a0b0c0d0e0f") } },
	{ .name = "envelope-cipher-to-ccm", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope = { E(REPLACE, "1.0.2.1.0", "0609608648016503 04012f") } },
	{ .name = "envelope-aes-128", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope_variant = ENVELOPE_AES128 },
	{ .name = "envelope-pkcs1", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope_variant = ENVELOPE_PKCS1 },
	{ .name = "envelope-oaep-sha1", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope_variant = ENVELOPE_OAEP_SHA1 },
	{ .name = "envelope-kdf-sha1", .code = ERR_ENVELOPE_ALGORITHM,
	  .envelope_variant = ENVELOPE_KDF_SHA1 },

	/* --- recipient, decryption ---------------------------------------- */
	{ .name = "not-recipient", .code = ERR_NOT_RECIPIENT,
	  .recipients = { "intake-rsa", "intake-p384" } },
	{ .name = "recipient-expired", .code = ERR_RECIPIENT_EXPIRED,
	  .verifier = VERIFIER_RECIPIENT_EXPIRED },
	/* What has expired is not even tried. */
	{ .name = "recipient-expired-tag-flipped",
	  .code = ERR_RECIPIENT_EXPIRED,
	  .verifier = VERIFIER_RECIPIENT_EXPIRED,
	  .envelope = { E(FLIP, "1.0.3", NO_HEX) } },
	{ .name = "recipient-expired-trailing-byte",
	  .code = ERR_ENVELOPE_STRUCTURE,
	  .verifier = VERIFIER_RECIPIENT_EXPIRED,
	  .envelope = { E(APPEND, "", "00") } },
	{ .name = "rotated-for-the-old-only", .code = ERR_RECIPIENT_EXPIRED,
	  .verifier = VERIFIER_ROTATED, .recipients = { "intake-p256" } },
	{ .name = "decryption-tag-flipped", .code = ERR_DECRYPTION,
	  .envelope = { E(FLIP, "1.0.3", NO_HEX) } },
	{ .name = "decryption-nonce-flipped", .code = ERR_DECRYPTION,
	  .envelope = { E(FLIP, "1.0.2.1.1.0", NO_HEX) } },
	{ .name = "decryption-ciphertext-flipped", .code = ERR_DECRYPTION,
	  .envelope = { E(FLIP, "1.0.2.2", NO_HEX) } },
	{ .name = "decryption-ciphertext-cut", .code = ERR_DECRYPTION,
	  .envelope = { E(CUT, "1.0.2.2", NO_HEX) } },
	{ .name = "decryption-wrapped-key-flipped", .code = ERR_DECRYPTION,
	  .envelope = { E(FLIP, "1.0.1.1.3.0.1", NO_HEX) } },
	{ .name = "decryption-ephemeral-key-off-curve",
	  .code = ERR_DECRYPTION,
	  .envelope = { E(FLIP, "1.0.1.1.1.0.1", NO_HEX) } },

	/* --- inner -------------------------------------------------------- */
	{ .name = "inner-trailing-byte", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(APPEND, "", "00") } },
	{ .name = "inner-indefinite", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(INDEFINITE, "1", NO_HEX) } },
	{ .name = "inner-segmented-content", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(SEGMENT, "1.0.2.1.0", NO_HEX) } },
	{ .name = "inner-content-type-changed", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(REPLACE, "1.0.2.0", "06092a864886f70d010701") } },
	{ .name = "inner-signer-twice", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(TWICE, "1.0.4.0", NO_HEX) } },
	{ .name = "inner-signed-attributes-stripped",
	  .code = ERR_INNER_STRUCTURE, .inner_variant = SIGNED_STRIPPED },
	{ .name = "inner-unsigned-attribute", .code = ERR_INNER_STRUCTURE,
	  .inner = { E(ADD, "1.0.4.0",
	  "a1133011060a2b0601040182370a0a01310304 0101") } },
	{ .name = "inner-no-signing-certificate",
	  .code = ERR_INNER_STRUCTURE, .inner_variant = SIGNED_NO_ESS },
	{ .name = "inner-sha1", .code = ERR_INNER_ALGORITHM,
	  .inner_variant = SIGNED_SHA1 },
	{ .name = "inner-pkcs1", .code = ERR_INNER_ALGORITHM,
	  .inner_variant = SIGNED_PKCS1, .signer = "exempelmyndigheten" },
	{ .name = "inner-signature-flipped", .code = ERR_INNER_SIGNATURE,
	  .inner = { E(FLIP, "1.0.4.0.5", NO_HEX) } },
	{ .name = "inner-content-flipped", .code = ERR_INNER_SIGNATURE,
	  .inner = { E(FLIP, "1.0.2.1.0", NO_HEX) } },

	{ .name = "inner-forged", .code = ERR_INNER_SIGNATURE,
	  .inner_variant = SIGNED_FORGED },
	{ .name = "inner-unneeded-certificate", .code = ERR_INNER_STRUCTURE,
	  .inner_extra_cert = "issuing-ca" },

	/* --- another organisation's outer signature around the inside ------ */
	{ .name = "signer-mismatch", .code = ERR_SIGNER_MISMATCH,
	  .outer_signer = "exempelregionen" },

	/* --- compressed data ------------------------------------------------ */
	{ .name = "compressed-version-3", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(REPLACE, "0", "020103") } },
	{ .name = "compressed-other-algorithm",
	  .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(REPLACE, "1.0", "060b2a864886f70d0109100309") } },
	{ .name = "compressed-parameters", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(ADD, "1", "0500") } },
	{ .name = "compressed-content-type", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(REPLACE, "2.0", "06092a864886f70d010702") } },
	{ .name = "compressed-trailing-byte", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(APPEND, "", "00") } },
	{ .name = "compressed-indefinite", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(INDEFINITE, "2", NO_HEX) } },
	{ .name = "compressed-segmented", .code = ERR_COMPRESSED_STRUCTURE,
	  .compressed = { E(SEGMENT, "2.1.0", NO_HEX) } },

	{ .name = NULL },
};
