#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Every vector is refused with the one code that its recipe names, and the
good ones are accepted; by the real sigill-verify, with real configuration."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.path.abspath(os.environ.get("SIGILL_BUILD", "build"))
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
        cls.dir = tempfile.mkdtemp(prefix="sigill-vectors.")
        shutil.copytree("certs-sample", cls.at("pki"))
        for name in os.listdir(cls.at("pki")):
            if name.endswith(".key"):
                os.chmod(cls.at("pki/" + name), 0o600)
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
                    with open(cls.at("pki/" + crl), "rb") as one:
                        f.write(one.read())
            with open(cls.at(name + ".conf"), "w") as f:
                f.write(CONF.format(
                    crls=name + ".crl",
                    intake="real" if name == "production"
                    else "intake-p256",
                    environment="production" if name == "production"
                    else "test"))
        # In production the verifier's own certificate must be a real one too.
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Intake",
             "-addext", "keyUsage=critical,keyAgreement", "-days", "3650",
             "-keyout", cls.at("pki/real.key"),
             "-out", cls.at("pki/real.pem")],
            check=True, stderr=subprocess.DEVNULL)
        cls.make("out")
        with open(cls.at("out/index.tsv")) as f:
            cls.index = [line.rstrip("\n").split("\t") for line in f]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def at(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def make(cls, out):
        os.mkdir(cls.at(out))
        subprocess.run([BUILD + "/test/make-vectors", cls.at("pki"),
                        "tests/vectors/questionnaire.json", cls.at(out)],
                       check=True)

    def verify(self, setup, names):
        """{name: code}, "ok" for accepted."""
        p = subprocess.run(
            [BUILD + "/bin/sigill-verify", "--config",
             self.at(setup + ".conf"), "--at", AT, "--json"] +
            [self.at("out/%s.sigill" % n) for n in names],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertNotIn(b"Sanitizer", p.stderr, p.stderr)
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
                p = subprocess.run(
                    [BUILD + "/bin/sigill-verify", "--config",
                     self.at(setup + ".conf"), "--at", AT, "--open",
                     self.at("out/%s.sigill" % name)],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(p.stdout, b"")
                self.assertNotEqual(p.returncode, 0)
                self.assertIn(("[%s]" % code).encode(), p.stderr)

    def test_generator_is_deterministic(self):
        self.make("again")
        names = sorted(os.listdir(self.at("out")))
        self.assertEqual(names, sorted(os.listdir(self.at("again"))))
        for name in names:
            with open(self.at("out/" + name), "rb") as a, \
                    open(self.at("again/" + name), "rb") as b:
                self.assertEqual(a.read(), b.read(), name)


if __name__ == "__main__":
    unittest.main()
