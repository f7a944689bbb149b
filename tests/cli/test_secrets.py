#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""An answer and a passphrase that are told from all others must not be found
where they do not belong: not in a file, a message, a log, or a sealed file."""
import base64
import glob
import json
import os
import sys
import unittest

sys.path.insert(0, "tests")
from support import (SIGILL, VERIFY, Portal, Scratch, call, read,  # noqa: E402
                     run, write)

ANSWER = "Hemligt-svar-åäö-7QZ4"
PASSPHRASE = "Lösen-fras-XK93-hemlig"


def spellings(secret):
    """The secret as UTF-8, UTF-16, hexadecimal, JSON escapes and the three
    ways in which it can stand in base64."""
    raw = secret.encode()
    yield raw
    yield secret.encode("utf-16-le")
    yield raw.hex().encode()
    yield json.dumps(secret)[1:-1].encode()
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + raw)
        yield coded[(4 if shift else 0):len(coded) // 4 * 4 - 4]


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.output = []
        cls.key = []
        at = cls.scratch.at
        os.mkdir(at("q"))
        definition = json.loads(read("tests/vectors/questionnaire.json"))
        write(at("q/vectors-1.json"), json.dumps(definition))
        cls.answers = write(at("answers.json"), json.dumps({
            "questionnaire": "vectors-1", "round": "2023",
            "organisation": {"number": "219999-0017", "kind": "kommun",
                             "name": "Exempelköpings kommun"},
            "answers": {"q1": ["a"], "q2": "no", "q4": ANSWER, "q5": "s2"}},
            ensure_ascii=False))
        cls.bad = write(at("bad.json"), read(cls.answers).decode().replace(
            '"q5": "s2"', '"q5": "%s", "q9": "%s"' % (ANSWER, ANSWER)))
        cls.pass_file = write(at("passphrase"), PASSPHRASE + "\n")
        os.chmod(cls.pass_file, 0o600)
        os.mkdir(at("tmp"))
        os.mkdir(at("home"))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.remove()

    def at(self, name):
        return self.scratch.at(name)

    def do(self, *argv, status=0):
        env = dict(os.environ, TMPDIR=self.at("tmp"), HOME=self.at("home"))
        p = run(*argv, env=env)
        self.assertEqual(p.returncode, status, p.stderr.decode())
        self.output += [p.stdout, p.stderr]

    def private_half(self, path):
        """The number in a P-256 key (RFC 5915), as it could be spelt."""
        der = call("openssl", "pkey", "-in", path, "-outform", "DER")
        at = der.index(b"\x02\x01\x01\x04\x20") + 5
        raw = der[at:at + 32]
        yield raw
        yield raw.hex().encode()
        for shift in range(3):
            coded = base64.b64encode(b"x" * shift + raw)
            yield coded[(4 if shift else 0):len(coded) // 4 * 4 - 4]

    def absent(self, data, where):
        for spelling in self.key:
            self.assertNotIn(spelling, data, where)
        for secret in ANSWER, PASSPHRASE:
            for spelling in spellings(secret):
                self.assertNotIn(spelling, data, where)

    def test_nothing_is_told_and_nothing_stays(self):
        # The search itself must be able to find.
        with self.assertRaises(AssertionError):
            self.absent(base64.b64encode(b"ab" + ANSWER.encode() + b"cd"), "")
        pem = self.at("pki/exempelkoping")
        os.rename(pem + ".key", pem + ".plain")
        call("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in",
             pem + ".plain", "-out", pem + ".key", "-passout",
             "file:" + self.pass_file)
        os.chmod(pem + ".key", 0o600)
        os.unlink(pem + ".plain")
        q = ["--questionnaire", self.at("q/vectors-1.json")]
        phrase = ["--passphrase-file", self.pass_file]
        with Portal(self.scratch) as portal:
            conf = ["--config", self.scratch.at("exempelkoping.conf")]
            self.do(SIGILL, "check", *q, self.answers)
            self.do(SIGILL, "check", "--json", *q, self.answers)
            self.do(SIGILL, "check", *q, self.bad, status=65)
            self.do(SIGILL, "check", "--json", *q, self.bad, status=65)
            self.do(SIGILL, "submit", *conf, *phrase, *q, self.answers)
            sealed, = glob.glob(self.at(
                "home/.local/state/sigill/outbox/*/*.sigill"))
            reply = sealed + ".reply.pem"
            self.key = list(self.private_half(reply))
            with self.assertRaises(AssertionError):
                self.absent(b"ab" + self.key[0], "")
            self.do(SIGILL, "inspect", sealed)
            # A wrong passphrase is not told either.
            wrong = write(self.at("wrong"), PASSPHRASE + "x\n")
            os.chmod(wrong, 0o600)
            self.do(SIGILL, "seal", *conf, *q, "--passphrase-file", wrong,
                    "-o", self.at("none"), self.answers, status=77)
            os.unlink(wrong)
            verify = write(self.at("v.conf"), read(self.scratch.verify)
                           .decode() + "[questionnaires]\ndirectory = q\n")
            self.do(VERIFY, "--config", verify, "--receipts",
                    self.at("verdicts"), "--handoff-command",
                    "cat >/dev/null", sealed)
            self.do(VERIFY, "--config", verify, "--json", sealed)
            self.do(SIGILL, "outbox", "list", "--json", *conf)
            self.do(SIGILL, "status", *conf, *phrase)
            self.do(SIGILL, "outbox", "flush", "--json", *conf, *phrase)
            self.do(SIGILL, "send", *conf, *phrase, "--wait", "0", sealed)
            self.do(SIGILL, "receipt", *conf, sealed + ".accepted.p7s")
            portal.stop()
            self.output += portal.log
        for text in self.output:
            self.absent(text, text)
        searched = 0
        for folder, _, names in os.walk(self.scratch.dir):
            for name in names:
                path = os.path.join(folder, name)
                if path not in (self.answers, self.bad, self.pass_file,
                                reply):
                    self.absent(read(path), path)
                    searched += 1
        self.assertGreater(searched, 40)


if __name__ == "__main__":
    unittest.main()
