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
[recipient one]
certificate = pki/{intake}.pem
key = pki/{intake}.key
[questionnaires]
directory = questionnaires
[round 2027]
opens = 2027-01-01
closes = 2027-12-31
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
                "no-intermediate-crl": ("sender-ca.crl",)}
        for name, lists in crls.items():
            with open(cls.at(name + ".crl"), "wb") as f:
                for crl in lists:
                    f.write(read(cls.at("pki/" + crl)))
            real = name == "production"
            write(cls.at(name + ".conf"), CONF.format(
                crls=name + ".crl", intake="real" if real else "intake-p256",
                environment="production" if real else "test"))
        # In production the verifier's own certificate must be a real one too.
        call("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Intake",
             "-addext", "keyUsage=critical,keyAgreement", "-days", "3650",
             "-keyout", cls.at("pki/real.key"),
             "-out", cls.at("pki/real.pem"))
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
        good = [v[0] for v in self.index if v[1] == "ok"]
        self.assertGreaterEqual(len(good), 5)
        for name in good:
            with self.subTest(vector=name):
                self.assertEqual(self.verify("test", [name]), {name: "ok"})

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
