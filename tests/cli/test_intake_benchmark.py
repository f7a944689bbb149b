#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake benchmark: signs what sigill-score has made, and nothing
else."""
import json
import os
import stat
import unittest

from intake_case import INTAKE, IntakeCase
import support
from support import SIGILL, call, read, write
from test_tokens import TokenCase, in_token

DOC = {"format": "sigill-benchmark", "version": 1, "questionnaire": {
           "id": "infosakkollen-2023", "version": "1", "sha256": "00" * 32,
           "title": "Infosäkkollen"},
       "round": "2027", "environment": "test",
       "settings": {"least": 5, "best": 30, "percent": 50},
       "groups": [{"id": "kommun", "kind": "kommun", "best": 0,
                   "organisations": 153, "answers": {"1": ["policy"]}}]}


def content_of(der, root):
    """The signed content, by openssl(1)."""
    return call("openssl", "cms", "-verify", "-CAfile", root, "-purpose",
                "any", "-inform", "DER", "-binary", data=der)


class Benchmark(IntakeCase):
    def sign(self, text, status=0, code=None, out="out.p7m", extra=()):
        if not isinstance(text, (str, bytes)):
            text = json.dumps(text, ensure_ascii=False)
        path = self.at("benchmark.json")
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        p = support.run(INTAKE, "--config", self.conf, "--json", "benchmark",
                        path, "-o", self.at(out), *extra)
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        doc = json.loads(p.stdout)
        if code:
            self.assertEqual(doc["errors"][0]["code"], code)
            self.assertFalse(os.path.exists(self.at(out)))
        return doc

    def test_signed_byte_for_byte(self):
        text = json.dumps(DOC, indent=1) + "\n"
        said = self.sign(text)
        self.assertEqual(said["questionnaire"], "infosakkollen-2023")
        self.assertEqual(said["round"], "2027")
        self.assertEqual(said["groups"], 1)
        der = read(self.at("out.p7m"))
        self.assertEqual(stat.S_IMODE(os.stat(self.at("out.p7m")).st_mode),
                         0o644)
        self.assertEqual(
            content_of(der, self.at("pki/authority-root.pem")),
            text.encode())
        # The ledger has not been touched, nor made.
        self.assertFalse(os.path.exists(self.at("ledger.db")))

    def test_never_overwrites(self):
        self.sign(DOC)
        before = read(self.at("out.p7m"))
        p = support.run(INTAKE, "--config", self.conf, "benchmark",
                        self.at("benchmark.json"), "-o", self.at("out.p7m"))
        self.assertEqual(p.returncode, 74)
        self.assertEqual(read(self.at("out.p7m")), before)

    def test_nothing_else_is_signed(self):
        twice = json.dumps(DOC)[:-1] + ', "round": "2028"}'
        for text, status, code in (
                ("", 65, "json"), ("[]", 65, "json"), ("{", 65, "json"),
                (twice, 65, "json"), (json.dumps(DOC) + "x", 65, "json"),
                (b'{"a": "\xff"}', 65, "json"),
                (dict(DOC, format="sigill-report"), 65, "benchmark"),
                (dict(DOC, version=2), 65, "benchmark"),
                ({k: v for k, v in DOC.items() if k != "round"}, 65,
                 "benchmark"),
                (dict(DOC, groups={}), 65, "benchmark"),
                (" " + json.dumps(DOC), 65, "benchmark"),
                (dict(DOC, environment="production"), 77, "environment"),
                (dict(DOC, environment="TEST"), 77, "environment"),
                (dict(DOC, more="x" * (4 << 20)), 65, "too-large")):
            with self.subTest(code=code, text=str(text)[:60]):
                self.sign(text, status, code)

    def test_the_line(self):
        path = write(self.at("benchmark.json"), json.dumps(DOC))
        for args in ((path,), (), (path, path, "-o", self.at("x"))):
            p = support.run(INTAKE, "--config", self.conf, "benchmark", *args)
            self.assertEqual(p.returncode, 64, args)

    def test_no_receipt_and_no_head(self):
        """What the same key signs does not pass for something else."""
        self.sign(DOC)
        p = support.run(SIGILL, "receipt", "--config", self.scratch.sender,
                        "--json", self.at("out.p7m"))
        self.assertEqual(
            [e["code"] for e in json.loads(p.stdout)["errors"]],
            ["receipt-structure"])
        self.run_once()
        p = support.run(INTAKE, "--config", self.conf, "--json", "log",
                        "check", "--head", self.at("out.p7m"))
        self.assertIn("log-head", [
            e["code"] for e in json.loads(p.stdout)["errors"]])

    def test_without_the_key(self):
        os.unlink(self.at("pki/intake-receipts.key"))
        self.sign(DOC, 78, "config")


class InToken(TokenCase):
    def test_signed_in_a_token(self):
        conf = write(self.at("token.conf"), in_token(read(self.conf).decode()))
        path = write(self.at("benchmark.json"), json.dumps(DOC))
        call(INTAKE, "--config", conf, "benchmark", path, "-o",
             self.at("out.p7m"))
        self.assertEqual(
            content_of(read(self.at("out.p7m")),
                       self.at("pki/authority-root.pem")),
            json.dumps(DOC).encode())


if __name__ == "__main__":
    unittest.main()
