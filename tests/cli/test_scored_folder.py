#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Scoring as a user of its own runs it: service/sigill-score-folder between
the folder that intake hands over to and the one where it takes feedback."""
import json
import os
import shutil
import stat
import subprocess
import unittest

from intake_case import INTAKE
from scored_case import ScoredCase, sha256
from support import BUILD, ITSAK, call, read

SETPRIV = shutil.which("setpriv")
SCRIPT = os.path.abspath("service/sigill-score-folder")


class Folder(ScoredCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.at("done"), 0o700)

    def work(self, *options, status=0):
        """One run of the unit; what it says."""
        p = subprocess.run(
            [SCRIPT, "handoff", "scored", "done", *options],
            cwd=self.scratch.dir, stdin=subprocess.DEVNULL,
            env=dict(os.environ, PATH=BUILD + "/bin:/usr/bin:/bin"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertNotIn(b"Sanitizer", p.stderr)
        self.assertEqual(p.returncode, status, p.stderr)
        return (p.stdout + p.stderr).decode()

    def test_there_and_back(self):
        digests = [self.accepted(), self.accepted(ITSAK)]
        self.assertEqual(self.work(), "")
        self.assertEqual(self.files("handoff"), [])
        self.assertEqual(self.files("done"),
                         sorted(d + ".json" for d in digests))
        documents = {}
        for digest in digests:
            path = self.at("scored/%s.feedback.json" % digest)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
            documents[digest] = read(path)
            self.assertEqual(json.loads(documents[digest])["sealed"], digest)
        self.run_once()
        for digest, document in documents.items():
            self.check_scored(digest, document)
        self.assertEqual(self.refused(), [])

    def test_what_cannot_be_scored_stays(self):
        good, bad = self.accepted(), self.accepted(ITSAK)
        whole = read(self.at("handoff/%s.json" % bad))
        with open(self.at("handoff/%s.json" % bad), "wb") as f:
            f.write(whole[:-10])
        said = self.work(status=1)
        self.assertIn("not scored: handoff/%s.json" % bad, said)
        self.assertEqual(self.files("handoff"), [bad + ".json"])
        self.assertEqual(self.files("scored"), [good + ".feedback.json"])
        with open(self.at("handoff/%s.json" % bad), "wb") as f:
            f.write(whole)
        self.work()
        self.assertEqual(self.files("handoff"), [])
        self.run_once()
        self.assertEqual(set(self.scores()), {good, bad})

    def test_handed_over_again(self):
        digest = self.accepted()
        document = self.at("handoff/%s.json" % digest)
        shutil.copy(document, self.at("again"))
        self.work()
        self.run_once()
        before = self.scores()
        shutil.copy(self.at("again"), document)
        # What a run that was killed has left is made anew.
        with open(self.at("scored/.making/%s.feedback.json" % digest),
                  "w") as f:
            f.write("{")
        self.work()
        self.run_once()
        self.assertEqual((self.scores(), self.refused()), (before, []))

    def test_options(self):
        self.accepted()
        said = self.work("--language=tlh", status=1)
        self.assertIn("[usage]", said)
        self.assertEqual(len(self.files("handoff")), 1)
        self.work("--language=sv")
        p = subprocess.run([SCRIPT, "handoff"], stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 64)

    def test_a_benchmark_of_another_questionnaire(self):
        """It is for some of the documents, and holds up none."""
        digests = [self.accepted(), self.accepted(ITSAK)]
        path = self.at("handoff/%s.json" % digests[0])
        call(BUILD + "/bin/sigill-score", "benchmark", "--least=1", "-o",
             self.at("b.json"), path)
        self.assertEqual(self.work("--benchmark=b.json"), "")
        self.assertEqual(self.files("handoff"), [])
        self.assertEqual(["benchmark" in json.loads(read(self.at(
            "scored/%s.feedback.json" % d))) for d in digests],
            [True, False])

    def test_a_folder_for_its_group(self):
        os.chmod(self.at("handoff"), 0o2770)
        digest = self.accepted()
        info = os.stat(self.at("handoff/%s.json" % digest))
        self.assertEqual(stat.S_IMODE(info.st_mode), 0o640)
        self.assertEqual(info.st_gid, os.stat(self.at("handoff")).st_gid)
        os.chmod(self.at("handoff"), 0o700)
        digest = self.accepted(ITSAK)
        info = os.stat(self.at("handoff/%s.json" % digest))
        self.assertEqual(stat.S_IMODE(info.st_mode), 0o600)


@unittest.skipUnless(os.geteuid() == 0 and SETPRIV, "only root has users")
class TwoUsers(ScoredCase):
    """As the units run: scoring is a user of its own, and intake a member of
    its group."""
    INTAKE_USER, SCORE_USER = 61001, 61002

    def setUp(self):
        super().setUp()
        os.mkdir(self.at("done"))
        self.digest = self.spool(self.seal()[0])
        os.chmod(self.scratch.dir, 0o755)
        for folder, folders, files in os.walk(self.scratch.dir):
            for name in folders + files:
                os.chown(os.path.join(folder, name), self.INTAKE_USER,
                         self.INTAKE_USER)
        os.chown(self.scratch.dir, self.INTAKE_USER, self.INTAKE_USER)
        if self.run_as(self.SCORE_USER, (self.SCORE_USER,), "test", "-x",
                       INTAKE, "-a", "-x", SCRIPT)[0] != 0:
            self.skipTest("the programs are in a folder of root alone")
        for name in "handoff", "scored", "done":
            os.chown(self.at(name), self.SCORE_USER, self.SCORE_USER)
            os.chmod(self.at(name), 0o2770)

    def run_as(self, user, groups, *argv):
        p = subprocess.run(
            [SETPRIV, "--reuid", str(user), "--regid", str(user), "--groups",
             ",".join(map(str, groups)), *argv], cwd=self.scratch.dir,
            env=dict(os.environ, PATH=BUILD + "/bin:/usr/bin:/bin"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        return p.returncode, p.stdout.decode()

    def intake_runs(self):
        status, said = self.run_as(
            self.INTAKE_USER, (self.INTAKE_USER, self.SCORE_USER), INTAKE,
            "--config", self.conf, "run", "--once")
        self.assertEqual(status, 0, said)
        return said

    def test_between_them(self):
        self.intake_runs()
        self.assertEqual(self.run_as(
            self.SCORE_USER, (self.SCORE_USER,), SCRIPT, "handoff", "scored",
            "done"), (0, ""))
        self.assertEqual(self.files("done"), [self.digest + ".json"])
        self.leave("x.feedback.json", b"{}")
        said = self.intake_runs()
        self.assertIn("feedback=sealed", said)
        self.assertEqual(self.refused(), ["x.feedback.json"])
        self.assertEqual(self.files("scored"), ["refused"])
        # What is intake's own, scoring can neither read nor change.
        for name in ("ledger.db", "pki/intake-p256.key",
                     "archive/%s/%s.sigill" % (self.digest[:2],
                                               self.digest)):
            self.assertNotEqual(self.run_as(
                self.SCORE_USER, (self.SCORE_USER,), "cat",
                self.at(name))[0], 0)


class AsCommand(ScoredCase):
    """Intake calls it, and takes what it has left, in one run."""

    def setUp(self):
        super().setUp()
        self.configure(handoff="directory = handoff\ncommand = "
                       "%s/bin/sigill-score feedback -o %s -" % (
                           BUILD, self.at("scored")))

    def test_at_once(self):
        for source in None, ITSAK:
            digest = self.spool(self.seal(*([source] if source else []))[0])
            self.run_once()
            self.assertIn(digest, self.scores())
            self.assertIn(digest + ".scored.p7s", self.files("verdicts"))
        self.assertEqual((self.files("scored"), self.refused()), ([], []))

    def test_when_it_is_away(self):
        good = read(self.conf)
        self.configure(handoff="command = false")
        digest = self.spool(self.seal()[0])
        self.run_once(status=75)
        self.assertEqual(self.scores(), {})
        with open(self.conf, "wb") as f:
            f.write(good)
        self.run_once()
        self.assertEqual(set(self.scores()), {digest})
        self.assertEqual(self.scores()[digest][0], sha256(
            self.made(digest)))

    def made(self, digest):
        """The document's bytes, made once more: they are the same."""
        call(BUILD + "/bin/sigill-score", "feedback", "-o", self.at("again"),
             self.at("handoff/%s.json" % digest))
        return read(self.at("again/%s.feedback.json" % digest))


if __name__ == "__main__":
    unittest.main()
