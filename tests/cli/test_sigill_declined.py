#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What staff decided, as the sender reads it: their words everywhere where a
rejection is told, and nothing that they declined goes out again by itself."""
import json
import os
import unittest

from intake_case import INTAKE, IntakeCase
import support
from support import INFOSAK, SIGILL

WORDS = "Ni har redan svarat.\nRing 08-123 å."
LONG = "Svaren " + "å" * 5 + " och ord" * 40 + " slut"


class Declined(IntakeCase):
    def setUp(self):
        super().setUp()
        self.env = dict(os.environ, XDG_STATE_HOME=self.at("state"))
        self.portal = support.Portal(self.scratch)
        self.addCleanup(lambda: self.portal.__exit__())
        self.second = self.at("second.json")
        with open(INFOSAK, encoding="utf-8") as f:
            answers = json.load(f)
        answers["answers"]["9"] = answers["answers"]["9"][:1]
        support.write(self.second, json.dumps(answers))

    def do(self, status, *args, **env):
        p = support.run(SIGILL, args[0], "--config", self.scratch.sender,
                        *args[1:], env=dict(self.env, **env))
        out, err = p.stdout.decode(), p.stderr.decode()
        if status is not None:
            self.assertEqual(p.returncode, status, out + err)
        return out, err

    def decline(self, words):
        """Two answers for one round; staff decline the second.  Its id."""
        self.do(0, "submit", INFOSAK)
        self.run_once()
        out, _ = self.do(0, "submit", self.second, "--json")
        self.run_once()
        doc = json.loads(out)
        p = support.run(INTAKE, "--config", self.conf, "reject",
                        doc["sealed_digest"], "--reason", words)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.run_once()
        return doc["id"]

    def test_their_words(self):
        id = self.decline(WORDS)
        out, err = self.do(77, "submit", self.second, "--wait", "0")
        for text in out, err:
            self.assertIn('"Ni har redan svarat.', text)
        out, err = self.do(77, "status", id)
        self.assertIn('    "Ni har redan svarat.\n     Ring 08-123 å."\n',
                      out)
        self.assertIn('not accept the submission: "Ni har redan svarat. '
                      'Ring 08-123 å." [declined] [rejected]', err)
        out, _ = self.do(0, "receipt", id)
        self.assertRegex(out, r'(?m)^Authority says +"Ni har redan svarat\.$')
        self.assertRegex(out, r'(?m)^ {16} Ring 08-123 å\."$')
        out, _ = self.do(0, "outbox", "--all")
        self.assertIn('Authority says  "Ni har redan svarat.\n', out)
        out, _ = self.do(0, "outbox", "--all", "--json")
        entry, = [e for e in json.loads(out)["entries"] if e["id"] == id]
        self.assertEqual((entry["reason"], entry["advice"]),
                         ("declined", WORDS))
        sv, _ = self.do(0, "receipt", id, LC_ALL="sv_SE.UTF-8")
        self.assertRegex(sv, r'(?m)^Motivering +"Ni har redan svarat\.$')

    def test_in_what_a_job_mails(self):
        self.decline(LONG)
        _, err = self.do(77, "outbox", "flush", "--wait", "0")
        self.assertIn(': "Svaren ååååå och ord ', err)
        self.assertIn('och ord …" [declined]', err)

    def test_not_sent_again_by_itself(self):
        id = self.decline("Ring oss.")
        self.do(77, "status", id)
        before = set(os.listdir(self.at("archive")))
        out, err = self.do(77, "submit", self.second)
        self.assertIn("[declined]", err)
        self.assertIn("sigill outbox drop " + id, out)
        self.assertEqual(self.files("spool"), [])
        self.assertEqual(set(os.listdir(self.at("archive"))), before)
        # A person says so, in one way or the other.
        first, = [e["id"] for e in json.loads(self.do(
            None, "status", "--json")[0])["submissions"] if e["id"] != id]
        self.do(0, "submit", self.second, "--supersedes", first)
        self.assertEqual(len(self.files("spool")), 1)
        # Two begin so now; and what begins no other way is no file either.
        _, err = self.do(66, "receipt", id[:6])
        self.assertIn("2 begin like that [outbox-entry]", err)
        _, err = self.do(66, "receipt", "nosuch")
        self.assertIn("outbox", err)
        self.assertIn("[no-input]", err)
        self.do(0, "outbox", "drop", id)

    def test_a_reason_of_its_own_is_not_said_twice(self):
        """Intake's English for a code is no quotation."""
        self.configure(rounds="[round 2023]\nopens = 2098-01-01\n"
                       "closes = 2099-12-31\n")
        out, _ = self.do(0, "submit", INFOSAK, "--json")
        self.run_once()
        out, _ = self.do(77, "status")
        self.assertIn("[round]", out)
        self.assertNotIn('"', out)
        out, _ = self.do(0, "receipt", json.loads(self.do(
            77, "status", "--json")[0])["submissions"][0]["id"])
        self.assertIn("What to do", out)
        self.assertNotIn("Authority says", out)


if __name__ == "__main__":
    unittest.main()
