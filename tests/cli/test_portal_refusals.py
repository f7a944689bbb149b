#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal: what it must not take, and what it says then."""
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import time
import unittest

from portal_case import (REGIONEN, TUS, Connection, PortalCase, creation,
                         patching, read_answer, repr_digest)


class Refusals(PortalCase):
    def test_health_tells_nothing(self):
        a = self.ask("GET", "/v1/health", who=None)
        self.assertEqual((a.status, json.loads(a.body)),
                         (200, {"status": "up"}))
        self.assertNotIn("server", a.headers)

    def test_without_certificate(self):
        for method, path in (("OPTIONS", "/v1/uploads"), ("GET", "/"),
                             ("GET", "/v1/receipts/" + "0" * 64 + "/stored"),
                             ("POST", "/v1/health")):
            a = self.ask(method, path, who=None)
            if path == "/v1/health":
                self.assert_problem(a, 405, "method")
            else:
                self.assert_problem(a, 403, "certificate-required")

    def test_bad_certificates(self):
        for who in "expired", "revoked", "wrong-eku", "other-ca-org":
            with self.subTest(who):
                a = self.ask("OPTIONS", "/v1/uploads", who=who)
                self.assert_problem(a, 403, "certificate-required")
                self.assertTrue(a.problem()["detail"])
                # Small bodies are read, large ones cut off; both are told.
                a = self.post(self.small, who=who)
                self.assert_problem(a, 403, "certificate-required")
        self.assert_nothing_left()

    def test_intermediate_issuers(self):
        """Its issuers' lists are needed, each and every one."""
        issued = self.scratch + "/issued"
        with open(self.scratch + "/chain.pem", "w") as out:
            for name in "issued", "issuing-ca":
                with open("%s/%s.pem" % (self.scratch, name)) as f:
                    out.write(f.read())
        shutil.copy(issued + ".key", self.scratch + "/chain.key")
        a = self.ask("OPTIONS", "/v1/uploads", who="chain")
        self.assert_problem(a, 503, "signer-crl")
        a = self.ask("OPTIONS", "/v1/uploads", who="issued")
        self.assert_problem(a, 403, "certificate-required")
        crl = self.scratch + "/sender-ca.crl"
        with open(crl) as f:
            saved = f.read()
        with open(self.scratch + "/issuing-ca.crl") as f:
            both = saved + f.read()
        try:
            self.stop()
            with open(crl, "w") as f:
                f.write(both)
            self.start()
            a = self.ask("OPTIONS", "/v1/uploads", who="chain")
            self.assertEqual(a.status, 204, a.body)
        finally:
            with open(crl, "w") as f:
                f.write(saved)

    def test_revocation_list_that_the_issuer_did_not_sign(self):
        crl = self.scratch + "/sender-ca.crl"
        with open(crl) as f:
            saved = f.read()
        der = bytearray(ssl.PEM_cert_to_DER_cert(
            saved.replace("X509 CRL", "CERTIFICATE")))
        der[-1] ^= 1
        self.stop()
        try:
            with open(crl, "w") as f:
                f.write(ssl.DER_cert_to_PEM_cert(bytes(der)).replace(
                    "CERTIFICATE", "X509 CRL"))
            self.start()
            a = self.ask("OPTIONS", "/v1/uploads")
            self.assert_problem(a, 503, "signer-crl")
        finally:
            with open(crl, "w") as f:
                f.write(saved)

    def test_tls_1_2_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            Connection(self.scratch, self.port,
                       version=ssl.TLSVersion.TLSv1_2)

    def test_options(self):
        a = self.ask("OPTIONS", "/v1/uploads")
        self.assertEqual((a.status, a.headers["tus-version"],
                          a.headers["tus-max-size"]),
                         (204, "1.0.0", "50000000"))
        self.assertEqual(
            set(a.headers["tus-extension"].split(",")),
            {"creation", "creation-with-upload", "expiration", "termination"})

    def test_other_senders_see_nothing(self):
        loc = self.begin(self.small)
        digest = hashlib.sha256(self.small).hexdigest()
        for args in (("HEAD", loc, TUS), ("DELETE", loc, TUS),
                     ("PATCH", loc, patching(0), self.small),
                     ("GET", "/v1/receipts/%s/stored" % digest)):
            a = self.ask(*args, who=REGIONEN)
            self.assertEqual(a.status, 404)
            if args[0] != "HEAD":
                self.assertEqual(a.code, "not-found")
        self.post(self.small)
        a = self.ask("GET", "/v1/receipts/%s/stored" % digest, who=REGIONEN)
        self.assert_problem(a, 404, "not-found")

    def test_what_is_not_sealed_leaves_nothing(self):
        tampered = bytearray(self.small)
        tampered[len(tampered) // 2] ^= 1
        cases = [(os.urandom(9000), "outer-structure"),
                 (self.small + b"\0", "outer-structure"),
                 (bytes(tampered), "outer-signature")]
        for who, code in (("expired", "signer-expired"),
                          ("revoked", "signer-revoked"),
                          ("other-ca-org", "signer-untrusted"),
                          ("wrong-eku", "signer-usage")):
            cases.append((self.make("bad", who, 5000), code))
        for data, code in cases:
            with self.subTest(code):
                self.assert_problem(self.post(data), 422, code)
                self.assert_nothing_left()
                loc = self.begin(data)
                a = self.ask("PATCH", loc, patching(0), data)
                self.assert_problem(a, 422, code)
                self.assert_nothing_left()
                self.assertEqual(self.ask("HEAD", loc, TUS).status, 404)

    def test_digest_mismatch(self):
        # That comes first, whatever else is wrong with the bytes.
        for data in self.small, self.small[:-1] + b"\1", b"0" * 5000:
            a = self.post(data, Repr_Digest=repr_digest(b"other"))
            self.assert_problem(a, 422, "digest-mismatch")
            self.assert_nothing_left()

    def test_creation_headers(self):
        for more, status, code in (
                ({"Tus_Resumable": "0.2.2"}, 412, "tus-version"),
                ({"Upload_Length": "abc"}, 400, "upload-length"),
                ({"Upload_Length": "-1"}, 400, "upload-length"),
                ({"Upload_Length": "50000001"}, 413, "too-large"),
                ({"Upload_Length": "99999999999999999999"}, 400,
                 "upload-length"),
                ({"Upload_Length": "5000"}, 413, "too-large"),
                ({"Upload_Length": "0"}, 422, "sealed-size"),
                ({"Upload_Length": "1023"}, 422, "sealed-size"),
                ({"Upload_Defer_Length": "1"}, 400, "upload-length"),
                ({"Repr_Digest": "sha-256=abc"}, 400, "repr-digest"),
                ({"Repr_Digest": "sha-512=:YWJj:"}, 400, "repr-digest"),
                ({"Repr_Digest": "sha-256=:%s:" % ("A" * 44)}, 400,
                 "repr-digest"),
                ({"Content_Type": "application/octet-stream"}, 415,
                 "media-type")):
            with self.subTest(more):
                self.assert_problem(self.post(self.small, **more), status,
                                    code)
        for name, status in (("Tus-Resumable", 412), ("Upload-Length", 400),
                             ("Repr-Digest", 400), ("Content-Type", 415)):
            h = creation(self.small)
            del h[name]
            a = self.ask("POST", "/v1/uploads", h, self.small)
            self.assertEqual(a.status, status, name)
            if status == 412:
                self.assertEqual(a.headers["tus-version"], "1.0.0")
        self.assert_nothing_left()

    def test_patch_headers(self):
        loc = self.begin(self.small)
        for headers, body, status, code in (
                (patching(1), b"x", 409, "upload-offset"),
                (patching("x"), b"x", 409, "upload-offset"),
                (patching(0), self.small + b"x", 413, "too-large"),
                (patching(0, Content_Type="text/plain"), b"x", 415,
                 "media-type"),
                (patching(0, Tus_Resumable="2.0.0"), b"x", 412,
                 "tus-version")):
            a = self.ask("PATCH", loc, headers, body)
            self.assert_problem(a, status, code)
        self.assertEqual(self.offset(loc), 0)
        self.assertEqual(self.ask("PATCH", "/v1/uploads/" + "0" * 32,
                                  patching(0), b"x").status, 404)

    def test_a_refused_large_body_is_not_waited_for(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(5, Expect="100-continue"),
                   length=len(self.large) - 5)
            self.assert_problem(read_answer(c.file), 409, "upload-offset")
        with self.connect() as c:
            c.send("PATCH", loc, patching(0, Expect="100-continue"),
                   length=len(self.large))
            self.assertEqual(c.file.readline(), b"HTTP/1.1 100 Continue\r\n")
            c.file.readline()
            c.sock.sendall(self.large)
            self.assertEqual(read_answer(c.file).status, 204)

    def test_an_early_refusal_can_be_read(self):
        """Who still sends when the answer comes is not reset at once."""
        with self.connect("other-ca-org") as c:
            c.send("POST", "/v1/uploads", creation(self.large),
                   length=len(self.large))
            self.assertEqual(read_answer(c.file).status, 403)
            self.assertEqual(c.file.read(), b"")
            # Closed for good it would take the first of these, not more.
            for _ in range(4):
                time.sleep(0.2)
                c.sock.sendall(b"x" * 10000)
            for _ in range(100):
                time.sleep(0.1)
                try:
                    c.sock.sendall(b"x" * 10000)
                except OSError:
                    return
            self.fail("it is never closed")

    def test_a_refusal_keeps_the_connection(self):
        with self.connect() as c:
            a = c.request("POST", "/v1/uploads", creation(
                self.small, Repr_Digest="no"), self.small)
            self.assert_problem(a, 400, "repr-digest")
        with self.connect() as c:
            loc = self.begin(self.small)
            a = c.request("PATCH", loc, patching(3), self.small[3:])
            self.assert_problem(a, 409, "upload-offset")
            a = c.request("PATCH", loc, patching(0), self.small)
            self.assertEqual(a.status, 204)

    def test_methods_and_paths(self):
        loc = self.begin(self.small)
        for method, path, allow in (
                ("GET", "/v1/uploads", "OPTIONS, POST"),
                ("BREW", "/v1/uploads", "OPTIONS, POST"),
                ("GET", loc, "HEAD, PATCH, DELETE"),
                ("PUT", loc, "HEAD, PATCH, DELETE"),
                ("DELETE", "/v1/receipts/" + "0" * 64 + "/stored", "GET"),
                ("POST", "/v1/health", "GET")):
            a = self.ask(method, path, TUS)
            self.assert_problem(a, 405, "method")
            self.assertEqual(a.headers["allow"], allow)
        for path in ("/", "/v1", "/v1/", "/v1/uploads/", "/V1/uploads",
                     loc + "/", loc + "?x=1", loc[:-1], loc.upper(),
                     "/v1/uploads/../uploads", "/v1/./health",
                     "/v1/uploads/%2e%2e/health", "/v1/health/", "//v1/health",
                     "/v1/uploads/../../../../../../etc/passwd",
                     "/v1/receipts/" + "0" * 64, "/v1/receipts/x/stored",
                     "/v1/receipts/" + "0" * 64 + "/..",
                     "/v1/receipts/" + "0" * 64 + "/nonsense",
                     "/v1/receipts/" + "g" * 64 + "/stored"):
            self.assert_problem(self.ask("GET", path), 404, "not-found")


class Issued(PortalCase):
    """Certificates as others issue them."""
    settings = None
    not_ca = "basicConstraints=critical,CA:FALSE"
    sign = "keyUsage=critical,digitalSignature"
    subject = ("/C=SE/O=Kommun/organizationIdentifier=NTRSE-2199990017"
               "/CN=Kommun")

    def openssl(self, *args):
        subprocess.run(("openssl",) + args, cwd=self.scratch, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make_ca(self):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
                     "/C=SE/O=Skarp/CN=Skarp CA", "-addext",
                     "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, subject, ca, *extensions):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     name + ".key", "-out", name + ".pem", "-days", "2",
                     "-subj", subject, "-CA", ca + ".pem", "-CAkey",
                     ca + ".key", *sum((("-addext", x) for x in extensions),
                                       ()))
        os.chmod("%s/%s.key" % (self.scratch, name), 0o600)

    def replace(self, name, *parts):
        """For this test, the file has the text of other files."""
        path = self.scratch + "/" + name
        shutil.copy(path, path + ".saved")
        self.addCleanup(os.replace, path + ".saved", path)
        texts = []
        for part in parts:
            with open(self.scratch + "/" + part) as f:
                texts.append(f.read())
        with open(path, "w") as f:
            f.write("".join(texts))

    def test_usages(self):
        """What a certificate does not say, it may not be used for."""
        self.make_ca()
        client = "extendedKeyUsage=clientAuth"
        self.issue("good", self.subject, "ca", self.not_ca, self.sign, client)
        self.issue("no-eku", self.subject, "ca", self.not_ca, self.sign)
        self.issue("mail", self.subject, "ca", self.not_ca, self.sign,
                   "extendedKeyUsage=emailProtection")
        self.issue("no-usage", self.subject, "ca", self.not_ca, client)
        self.replace("sender-ca.pem", "ca.pem")
        self.start(crls="")
        self.assertEqual(self.ask("OPTIONS", "/v1/uploads",
                                  who="good").status, 204)
        for who, word in (("no-eku", "clientAuth"), ("mail", "purpose"),
                          ("no-usage", "digitalSignature")):
            with self.subTest(who):
                a = self.ask("OPTIONS", "/v1/uploads", who=who)
                self.assert_problem(a, 403, "certificate-required")
                self.assertIn(word, a.problem()["detail"])

    def test_test_certificates(self):
        """The sample PKI's issuer is an anchor by mistake, in production."""
        self.make_ca()
        self.issue("real", self.subject, "ca", self.not_ca, self.sign,
                   "extendedKeyUsage=clientAuth,emailProtection")
        self.issue("real-tls", "/CN=localhost", "ca", self.not_ca, self.sign,
                   "subjectAltName=DNS:localhost",
                   "extendedKeyUsage=serverAuth")
        self.issue("real-receipts", "/C=SE/O=Myndighet/CN=Kvitton", "ca",
                   self.not_ca, self.sign,
                   "extendedKeyUsage=1.3.6.1.5.5.7.3.36")
        self.replace("sender-ca.pem", "sender-ca.pem", "ca.pem")
        self.replace("tls-root.pem", "ca.pem")
        self.replace("portal-tls.pem", "real-tls.pem")
        self.replace("portal-tls.key", "real-tls.key")
        self.start(environment="production", receipt_cert="real-receipts",
                   crls="")
        a = self.ask("OPTIONS", "/v1/uploads")
        self.assert_problem(a, 403, "certificate-required")
        self.assertIn("test certificate", a.problem()["detail"])
        a = self.ask("OPTIONS", "/v1/uploads", who="real")
        self.assertEqual(a.status, 204, a.body)
        a = self.post(self.small, who="real")
        self.assert_problem(a, 422, "test-certificate")
        self.assert_nothing_left()
        a = self.post(self.make("genuine", "real", 3000), who="real")
        self.assertEqual(a.status, 201, a.body)


if __name__ == "__main__":
    unittest.main()
