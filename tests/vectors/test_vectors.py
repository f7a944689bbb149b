#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Every vector is refused with the one code that its recipe names, and the
good ones are accepted; by the real sigill-verify, with real configuration."""
import json
import os
import shutil
import sys
import unittest

sys.path.insert(0, "tests")
from support import BUILD, VERIFY, Scratch, call, read, run, write  # noqa: E402

AT = "2027-01-15T08:00:00Z"

CONF = """[authority]
name = Vectors
environment = {environment}
[senders]
anchors = pki/sender-ca.pem
crls = {crls}
{recipients}[questionnaires]
directory = questionnaires
[round 2027]
opens = 2027-01-01
closes = 2027-12-31
"""


RECIPIENT = """[recipient {0}]
certificate = pki/{0}.pem
key = pki/{1}.key
"""
# A set-up's recipients, where that is not intake-p256 alone; with their keys.
RECIPIENTS = {"production": {"real": "real"},
              "recipient-expired": {"old": "intake-p256"},
              "rotated": {"old": "intake-p256", "intake-p384": "intake-p384"}}

CA = """[ca]
default_ca = one
[one]
database = index.txt
new_certs_dir = .
default_md = sha256
rand_serial = yes
policy = any
x509_extensions = recipient
[any]
commonName = supplied
[req]
distinguished_name = any
[recipient]
keyUsage = critical,keyAgreement
subjectKeyIdentifier = hash
"""


class Vectors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        os.mkdir(cls.at("questionnaires"))
        shutil.copy("tests/vectors/questionnaire.json",
                    cls.at("questionnaires/vectors-1.json"))
        crls = {"test": ("sender-ca.crl", "issuing-ca.crl"),
                "production": ("sender-ca.crl", "issuing-ca.crl"),
                "crl-outdated": ("sender-ca-outdated.crl", "issuing-ca.crl"),
                "no-intermediate-crl": ("sender-ca.crl",),
                "recipient-expired": ("sender-ca.crl",),
                "rotated": ("sender-ca.crl",)}
        for name, lists in crls.items():
            with open(cls.at(name + ".crl"), "wb") as f:
                for crl in lists:
                    f.write(read(cls.at("pki/" + crl)))
            recipients = RECIPIENTS.get(name, {"intake-p256": "intake-p256"})
            write(cls.at(name + ".conf"), CONF.format(
                crls=name + ".crl", recipients="".join(
                    RECIPIENT.format(c, k) for c, k in recipients.items()),
                environment="production" if name == "production" else
                "test"))
        # In production the verifier's own certificate must be a real one too.
        call("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Intake",
             "-addext", "keyUsage=critical,keyAgreement", "-days", "3650",
             "-keyout", cls.at("pki/real.key"),
             "-out", cls.at("pki/real.pem"))
        cls.make_old()
        cls.make("out")
        with open(cls.at("out/index.tsv")) as f:
            cls.index = [line.rstrip("\n").split("\t") for line in f]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.remove()

    @classmethod
    def at(cls, name):
        return cls.scratch.at(name)

    @classmethod
    def make_old(cls):
        """intake-p256's key in a certificate that had its time."""
        conf = write(cls.at("ca.cnf"), CA.replace("= .", "= " + cls.at("."))
                     .replace("index.txt", cls.at("index.txt")))
        write(cls.at("index.txt"), "")
        key = cls.at("pki/intake-p256.key")
        call("openssl", "req", "-new", "-config", conf, "-key", key, "-subj",
             "/CN=Old intake TEST ONLY", "-out", cls.at("old.csr"))
        call("openssl", "ca", "-batch", "-notext", "-selfsign", "-config",
             conf, "-keyfile", key, "-startdate", "20250101000000Z",
             "-enddate", "20270115075959Z", "-in", cls.at("old.csr"),
             "-out", cls.at("pki/old.pem"))

    @classmethod
    def make(cls, out):
        os.mkdir(cls.at(out))
        call(BUILD + "/test/make-vectors", cls.at("pki"),
             "tests/vectors/questionnaire.json", cls.at(out))

    def verify(self, setup, names):
        """{name: code}, "ok" for accepted."""
        p = run(VERIFY, "--config", self.at(setup + ".conf"), "--at", AT,
                "--json", *[self.at("out/%s.sigill" % n) for n in names])
        verdicts = json.loads(p.stdout)["verdicts"]
        self.assertEqual(len(verdicts), len(names))
        return {n: v["error"]["code"] if "error" in v else "ok"
                for n, v in zip(names, verdicts)}

    def test_bad_ones(self):
        bad = [v for v in self.index if v[1] != "ok"]
        self.assertGreaterEqual(len(bad), 80)
        for setup in sorted({v[2] for v in bad}):
            of = [v for v in bad if v[2] == setup]
            got = self.verify(setup, [v[0] for v in of])
            for name, code, _ in of:
                with self.subTest(vector=name):
                    self.assertEqual(got[name], code)

    def test_good_ones(self):
        good = [(v[0], v[2]) for v in self.index if v[1] == "ok"]
        self.assertGreaterEqual(len(good), 5)
        for name, setup in good:
            with self.subTest(vector=name):
                self.assertEqual(self.verify(setup, [name]), {name: "ok"})

    def test_an_old_recipient_is_good_to_the_last_second(self):
        p = run(VERIFY, "--config", self.at("recipient-expired.conf"), "--at",
                "2027-01-15T07:59:59Z", "--json",
                self.at("out/good-one-recipient.sigill"))
        verdict, = json.loads(p.stdout)["verdicts"]
        # It opens; what is inside names another certificate of that key.
        self.assertEqual(verdict["error"]["code"], "recipients-named")

    def test_opening_a_bad_one_gives_nothing(self):
        for name, code, setup in self.index:
            if code == "ok":
                continue
            with self.subTest(vector=name):
                p = run(VERIFY, "--config", self.at(setup + ".conf"), "--at",
                        AT, "--open", self.at("out/%s.sigill" % name))
                self.assertEqual(p.stdout, b"")
                self.assertNotEqual(p.returncode, 0)
                self.assertIn(("[%s]" % code).encode(), p.stderr)

    def test_generator_is_deterministic(self):
        self.make("again")
        names = sorted(os.listdir(self.at("out")))
        self.assertEqual(names, sorted(os.listdir(self.at("again"))))
        for name in names:
            self.assertEqual(read(self.at("out/" + name)),
                             read(self.at("again/" + name)), name)


if __name__ == "__main__":
    unittest.main()
