#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A sealed file is read, and a receipt too, without any code of ours.

openssl(1) verifies and decrypts the layers, asn1crypto parses them, Python's
zlib inflates and cbor2 decodes; the answers must be those that went in.
"""
import hashlib
import json
import sys
import unittest
import zlib

import cbor2
from asn1crypto import cms, core, x509

sys.path.insert(0, "tests")
from support import INFOSAK, SIGILL, Scratch, call, read, write  # noqa: E402


class OtherSoftware(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.made = 0

    @classmethod
    def tearDownClass(cls):
        cls.scratch.remove()

    def at(self, name):
        return self.scratch.at(name)

    def seal(self, org, answers):
        OtherSoftware.made += 1
        out = self.at("%d.sigill" % self.made)
        call(SIGILL, "seal", "--config", self.scratch.sender_conf(org),
             answers, "-o", out)
        return out

    def unwrap(self, sealed, recipient):
        """The four layers from the outside to the inside, by openssl(1)."""
        def verify(der):
            return call("openssl", "cms", "-verify", "-inform", "DER",
                        "-binary", "-CAfile", self.at("pki/sender-ca.pem"),
                        "-purpose", "any", data=der)
        outer = verify(read(sealed))
        inner = call("openssl", "cms", "-decrypt", "-inform", "DER",
                     "-binary", "-recip", self.at("pki/%s.pem" % recipient),
                     "-inkey", self.at("pki/%s.key" % recipient), data=outer)
        return outer, inner, verify(inner)

    def content(self, compressed):
        parsed = cms.CompressedData.load(compressed, strict=True)
        self.assertEqual(parsed["version"].native, "v0")
        self.assertEqual(parsed["compression_algorithm"]["algorithm"].native,
                         "zlib")
        stream = parsed["encap_content_info"]["content"].native
        inflater = zlib.decompressobj()
        data = inflater.decompress(stream)
        self.assertTrue(inflater.eof)
        self.assertEqual(inflater.unused_data, b"")
        return data, stream

    def organisation_of(self, org):
        """Answers of the sample, for another of the sample organisations."""
        numbers = {"exempelkoping": "219999-0017",
                   "exempelregionen": "219999-0025",
                   "exempelmyndigheten": "219999-0033"}
        doc = json.loads(read(INFOSAK))
        doc["organisation"]["number"] = numbers[org]
        return doc, write(self.at(org + ".json"), json.dumps(doc))

    def test_every_signer_and_every_recipient(self):
        for org in "exempelkoping", "exempelregionen", "exempelmyndigheten":
            doc, path = self.organisation_of(org)
            sealed = self.seal(org, path)
            for recipient in "intake-rsa", "intake-p256", "intake-p384":
                with self.subTest(org=org, recipient=recipient):
                    outer, inner, compressed = self.unwrap(sealed, recipient)
                    data, _ = self.content(compressed)
                    got = cbor2.loads(data)
                    self.assertEqual(
                        got["statement"]["organisation"]["number"],
                        doc["organisation"]["number"].replace("-", ""))
                    self.assertEqual(
                        got["statement"]["answers"],
                        {q: sorted(a) for q, a in doc["answers"].items()})

    def test_content_is_bound_and_canonical(self):
        sealed = self.seal("exempelkoping", INFOSAK)
        outer, inner, compressed = self.unwrap(sealed, "intake-p256")
        data, stream = self.content(compressed)
        got = cbor2.loads(data)
        self.assertEqual(cbor2.dumps(got, canonical=True), data)
        self.assertEqual(got["format"], "sigill-submission")
        self.assertEqual(got["environment"], "test")
        want = sorted(
            hashlib.sha256(call("openssl", "x509", "-outform", "DER", "-in",
                                self.at("pki/%s.pem" % r))).digest()
            for r in ("intake-rsa", "intake-p256", "intake-p384"))
        self.assertEqual(got["recipients"], want)
        definition = read("questionnaires/infosakkollen-2023.json")
        self.assertEqual(got["statement"]["questionnaire"]["sha256"],
                         hashlib.sha256(definition).digest())
        # The bucket: Padmé, at least 4 KiB.
        n = len(stream)
        e = n.bit_length() - 1
        s = e.bit_length()
        self.assertTrue(n == 4096 or n % (1 << (e - s)) == 0)
        # The fingerprint that the sender is told is the statement's SHA-256.
        statement = cbor2.dumps(got["statement"], canonical=True)
        told = json.loads(call(SIGILL, "check", "--json", INFOSAK))
        self.assertIn(hashlib.sha256(statement).hexdigest(), told.values())

    def test_reply_certificate(self):
        """What feedback is to be sealed for, by asn1crypto and openssl(1):
        the form that docs/SPEC.md gives, and the key beside the file."""
        sealed = self.seal("exempelkoping", INFOSAK)
        _, _, compressed = self.unwrap(sealed, "intake-p256")
        der = cbor2.loads(self.content(compressed)[0])["reply"]
        got = x509.Certificate.load(der, strict=True)
        self.assertEqual(got.dump(force=True), der)
        self.assertEqual(got.subject.native, {"common_name": "Sigill reply"})
        self.assertEqual(got.issuer.native, got.subject.native)
        self.assertEqual(got.public_key.curve, ("named", "secp256r1"))
        self.assertEqual(got.signature_algo, "ecdsa")
        self.assertEqual(got.hash_algo, "sha256")
        self.assertEqual([e["extn_id"].native for e in
                          got["tbs_certificate"]["extensions"]],
                         ["key_usage", "key_identifier"])
        self.assertEqual(got.key_usage_value.native, {"key_agreement"})
        point = bytes(got.public_key["public_key"])
        self.assertEqual(got.key_identifier,
                         hashlib.sha256(point).digest()[:20])
        length = got.not_valid_after - got.not_valid_before
        self.assertEqual(length.days, 1096)
        beside = sealed + ".reply.pem"
        self.assertEqual(call("openssl", "x509", "-in", beside, "-outform",
                              "DER"), der)
        self.assertEqual(
            call("openssl", "pkey", "-in", beside, "-pubout"),
            call("openssl", "x509", "-in", beside, "-pubkey", "-noout"))
        call("openssl", "verify", "-CAfile", beside, "-check_ss_sig", beside)

    def test_layers_by_asn1crypto(self):
        sealed = self.seal("exempelkoping", INFOSAK)
        whole = read(sealed)
        info = cms.ContentInfo.load(whole, strict=True)
        self.assertEqual(info["content_type"].native, "signed_data")
        signed = info["content"]
        self.assertEqual(len(signed["signer_infos"]), 1)
        attrs = {a["type"].dotted for a in
                 signed["signer_infos"][0]["signed_attrs"]}
        self.assertEqual(attrs, {
            "1.2.840.113549.1.9.3",         # contentType
            "1.2.840.113549.1.9.4",         # messageDigest
            "1.2.840.113549.1.9.5",         # signingTime
            "1.2.840.113549.1.9.16.2.47"})  # signingCertificateV2
        outer, inner, compressed = self.unwrap(sealed, "intake-rsa")
        envelope = cms.ContentInfo.load(outer, strict=True)
        self.assertEqual(envelope["content_type"].native,
                         "authenticated_enveloped_data")
        fields = envelope["content"]
        self.assertEqual(len(fields["recipient_infos"]), 3)
        enc = fields["auth_encrypted_content_info"]
        self.assertEqual(enc["content_encryption_algorithm"]["algorithm"]
                         .dotted, "2.16.840.1.101.3.4.1.46")
        self.assertEqual(len(fields["mac"].native), 16)
        self.assertIsInstance(fields["auth_attrs"], core.Void)


if __name__ == "__main__":
    unittest.main()
