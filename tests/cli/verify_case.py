# SPDX-License-Identifier: EUPL-1.2
"""What the tests of sigill-verify share: a scratch folder with the sample PKI,
a configuration, good and bad sealed files, and ways to run the program."""
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
import unittest

import cbor2

from sealer import call, read, seal, submission

BIN = os.path.abspath(os.environ.get("SIGILL_BUILD", "build")) + "/bin/"
ROOT = os.getcwd()
MARKER = "Hemligt-4711"

CONF = """[authority]
name = Myndigheten Exempel
environment = {environment}
[senders]
anchors = {anchors}
{crls}
[recipient 2026]
certificate = intake-p256.pem
key = {key}
{recipient}
[receipts]
certificate = {receipts}.pem
key = {receipts}.key
[questionnaires]
directory = {questionnaires}
[round 2023]
opens = 2023-05-17
closes = {closes}
{more}
"""


def changed(data, at, to=None):
    data = bytearray(data)
    data[at] = data[at] ^ 1 if to is None else to
    return bytes(data)


def wrong(**changes):
    return seal(submission(**changes))


def answers_with(**changes):
    answers = dict(submission()["statement"]["answers"])
    for question, answer in changes.items():
        answers[question.lstrip("_")] = answer
    return {q: a for q, a in answers.items() if a is not None}


class Verify(unittest.TestCase):
    """A scratch folder with the sample PKI, and good and bad sealed files
    that are made once."""

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="sigill-verify.")
        for name in os.listdir("certs-sample"):
            shutil.copy("certs-sample/" + name, cls.dir)
            os.chmod(cls.at(name), 0o600)
        cls.good = submission()
        cls.sealed = cls.file("good.sigill", seal(cls.good))
        cls.second = cls.file("second.sigill", seal(submission()))
        cls.bad = cls.file("bad.sigill", changed(read(cls.sealed), -1))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def at(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def file(cls, name, data, mode=0o600):
        with open(cls.at(name), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(cls.at(name), mode)
        return cls.at(name)

    def setUp(self):
        self.receipts = tempfile.mkdtemp(dir=self.dir)
        self.handoff = tempfile.mkdtemp(dir=self.dir)

    def conf(self, **changes):
        values = dict(environment="test", anchors="sender-ca.pem",
                      crls="crls = sender-ca.crl", key="intake-p256.key",
                      receipts="intake-receipts", recipient="",
                      questionnaires=ROOT + "/questionnaires",
                      closes="2099-12-31", more="")
        values.update(changes)
        text = CONF.format(**values)
        return self.file("verify-%s.conf" % hashlib.sha256(
            text.encode()).hexdigest()[:12], text)

    def run_it(self, *argv, conf=None, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        return subprocess.run(
            [BIN + "sigill-verify", "-c", conf or self.conf(), *argv],
            stderr=subprocess.PIPE, timeout=300, **how)

    def verdicts(self, *argv, status=None, **how):
        p = self.run_it("--json", *argv, **how)
        doc = json.loads(p.stdout)
        if status is not None:
            self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        self.assertNotIn("error", doc)
        return doc["verdicts"]

    def names(self, folder):
        return sorted(os.listdir(folder))

    def receipt(self, sealed, stage):
        """A receipt's content, after openssl(1) has verified it."""
        path = "%s/%s.%s.p7s" % (self.receipts, hashlib.sha256(
            read(sealed)).hexdigest(), stage)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o644)
        content = call("openssl", "cms", "-verify", "-inform", "DER",
                       "-binary", "-purpose", "any", "-CAfile",
                       "certs-sample/authority-root.pem", "-in", path)
        got = cbor2.loads(content)
        self.assertEqual(cbor2.dumps(got, canonical=True), content)
        self.assertEqual(got["sealed"], hashlib.sha256(
            read(sealed)).digest())
        self.assertEqual(got["size"], len(read(sealed)))
        self.assertEqual(got["stage"], stage)
        self.assertEqual(got["authority"], "Myndigheten Exempel")
        self.assertEqual(got["environment"], "test")
        self.assertLess(abs(got["time"] - time.time()), 120)
        return got
