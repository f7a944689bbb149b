#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The way back from scoring: feedback documents become receipts and sealed
feedback, once for each file, whatever happens in between."""
import csv
import glob
import io
import json
import os
import shutil
import subprocess
import time
import unittest

from intake_case import INTAKE, SANITIZED, sha256
from scored_case import ScoredCase, feedback_for
from support import BUILD, ITSAK, call, read

STRACE = shutil.which("strace")


class Taken(ScoredCase):
    def test_a_document_becomes_a_receipt(self):
        digest = self.accepted()
        document = self.score(digest)
        log = self.run_once()
        self.assertIn("scored digest=" + digest, log)
        self.check_scored(digest, document)
        self.assertEqual(self.refused(), [])
        # It is no leaf: the log is about verdicts.
        self.assertEqual(self.leaves(), 1)
        self.intake("log", "check")

    def test_the_service_sees_it_at_once(self):
        service = self.start()
        digest = self.spool(self.seal()[0])
        service.wait_for("accepted", digest=digest)
        while digest not in self.documents():
            os.sched_yield()
        document = self.score(digest)
        service.wait_for("scored", digest=digest)
        self.assertEqual(service.stop(), 0)
        self.run_once()
        self.check_scored(digest, document)

    def populate(self, count):
        """So many organisations' submissions, accepted; their digests."""
        call(BUILD + "/test/make-population", str(count),
             self.at("pki/intake-p256.pem"),
             "questionnaires/infosakkollen-2023.json", self.at("pop"), "0",
             "7")
        self.configure(anchors="pop/anchors.pem", crls="pop/crls.pem",
                       rounds=read(self.at("pop/rounds.conf")).decode())
        for name in os.listdir(self.at("pop/0")):
            self.spool(read(os.path.join(self.at("pop/0"), name)))
        self.run_once()
        return sorted(self.documents())

    def test_many(self):
        """More than go into one transaction, and one of them is wrong."""
        digests = self.populate(40)
        documents = {d: self.score(d) for d in digests[1:]}
        self.score(digests[0], round="other")
        self.run_once()
        self.assertEqual(self.refused(), [digests[0] + ".feedback.json"])
        self.assertEqual(set(self.scores()), set(documents))
        self.assertGreater(len(documents), 30)
        for digest, document in documents.items():
            self.check_scored(digest, document)

    def test_what_staff_see(self):
        digests = [self.accepted(), self.accepted(ITSAK)]
        before = self.intake("show", digests[0])
        self.assertNotIn("score", before)
        document = self.score(digests[0])
        self.run_once()
        score = self.intake("show", digests[0])["score"]
        self.assertEqual((score["feedback"], score["sealed"]),
                         (sha256(document), self.scores()[digests[0]][2]
                          is not None))
        self.assertEqual({s["sealed_digest"]: s["scored"] for s in
                          self.intake("list")["submissions"]},
                         {digests[0]: True, digests[1]: False})
        self.assertEqual(self.intake("report")["scored"], 1)
        for words in (["show", digests[0]], ["list"], ["report"]):
            out = call(INTAKE, *words, "--config", self.conf).decode()
            self.assertRegex(out, "(?i)scored")
        rows = list(csv.DictReader(io.StringIO(call(
            INTAKE, "list", "--csv", "--config", self.conf).decode())))
        self.assertEqual({r["digest"]: r["scored"] for r in rows},
                         {digests[0]: "yes", digests[1]: "no"})

    def test_the_same_again_is_nothing_new(self):
        digest = self.accepted()
        document = self.score(digest)
        self.run_once()
        before = self.scores(), self.receipt(digest, "scored")
        self.score(digest)
        log = self.run_once()
        self.assertNotIn("scored digest", log)
        self.assertEqual((self.scores(), self.receipt(digest, "scored")),
                         before)
        self.assertEqual(self.refused(), [])
        self.check_scored(digest, document)

    def test_the_first_stays(self):
        digest = self.accepted()
        document = self.score(digest)
        self.run_once()
        before = self.scores()
        for names in ([digest + ".feedback.json"],
                      [digest + ".feedback.json",
                       digest + ".feedback.json.2"]):
            self.score(digest, result="levels")
            log = self.run_once()
            self.assertIn("feedback-refused", log)
            self.assertIn("code=output-exists", log)
            self.assertEqual(self.refused(), names)
        self.assertEqual(self.scores(), before)
        self.check_scored(digest, document)
        # And it is not looked at again.
        self.assertNotIn("feedback-refused", self.run_once())

    def test_without_the_folder_of_verdicts(self):
        self.configure(verdicts="")
        digest = self.accepted()
        self.score(digest)
        self.run_once()
        self.assertEqual(self.scores()[digest][3], 0)
        self.configure()
        self.run_once()
        self.assertEqual(self.scores()[digest][3], 1)

    def test_a_missing_copy_is_put_back(self):
        digest = self.accepted()
        document = self.score(digest)
        self.run_once()
        os.unlink(self.at("verdicts/%s.scored.p7s" % digest))
        self.query("UPDATE scores SET published = 0")
        self.run_once()
        self.check_scored(digest, document)


    def block(self, digest, kind):
        """As somebody who may write to the folder could."""
        path = self.at("verdicts/%s.%s" % (digest, kind))
        (os.mkdir, os.mkfifo, lambda path: os.symlink("/", path))[
            len(self.blocked) % 3](path)
        self.blocked.append(path)

    def test_a_name_that_is_taken(self):
        """It holds up nobody else, and is tried again."""
        self.blocked = []
        digests = self.populate(40)
        documents = {d: self.score(d) for d in digests}
        # More than are published at once.
        for digest in digests[:20]:
            self.block(digest, "scored.p7s")
        for _ in range(2):
            log = self.run_once(status=75)
            self.assertIn("not-published", log)
            self.assertIn("code=output-exists", log)
            for digest in digests[20:]:
                self.check_scored(digest, documents[digest])
            self.assertEqual(set(self.scores()), set(digests))
        for path in self.blocked:
            (os.rmdir if os.path.isdir(path) and not os.path.islink(path)
             else os.unlink)(path)
        self.run_once()
        for digest in digests:
            self.check_scored(digest, documents[digest])

    def test_a_verdict_whose_name_is_taken(self):
        """The same: with its batch, and when it is tried again."""
        good, bad = [self.seal()[0], self.seal(ITSAK)[0]], self.seal()[0]
        path = self.at("verdicts/%s.accepted.p7s" % sha256(bad))
        os.mkdir(path)
        for sealed in [bad] + good:
            self.spool(sealed)
        log = self.run_once(status=75)
        self.assertIn("not-published", log)
        for sealed in good:
            self.assertTrue(self.receipt(sha256(sealed), "accepted"))
        # It stands before the others in upkeep, too.
        self.query("UPDATE verdicts SET published = 0")
        for sealed in good:
            os.unlink(self.at("verdicts/%s.accepted.p7s" % sha256(sealed)))
        self.run_once(status=75)
        for sealed in good:
            self.assertTrue(self.receipt(sha256(sealed), "accepted"))
        self.assertEqual(self.query(
            "SELECT digest FROM verdicts WHERE published = 0"),
            [(bytes.fromhex(sha256(bad)),)])
        os.rmdir(path)
        self.run_once()
        self.assertTrue(self.receipt(sha256(bad), "accepted"))


class Noise(ScoredCase):
    def test_two_kinds_of_trouble(self):
        """Each is told once a minute, however they alternate."""
        held = self.accepted()
        self.query("UPDATE arrivals SET state = 'held', code = 'conflict'")
        document = feedback_for(self.documents()[held])
        with open(self.at("scored/refused"), "wb"):
            pass                        # so nothing can be put aside
        for i in range(60):
            self.leave("%064x.feedback.json" % i, b"{}")
        self.leave(held + ".feedback.json", document)
        for i in range(60):
            self.leave("x%d.feedback.json" % i, b"{}")
            os.symlink("/", self.at("scored/y%d.feedback.json" % i))
        log = self.run_once(status=75)
        for event, code in (("feedback-refused", "feedback"),
                            ("not-scored", "queued")):
            self.assertEqual(len([line for line in log.splitlines() if
                                  event in line and "code=%s " % code in
                                  line]), 1, log)
        self.query("UPDATE arrivals SET state = 'accepted', code = ''")


class PutBack(ScoredCase):
    """What was given out stands, if the ledger knows of it or not."""

    def setUp(self):
        super().setUp()
        self.digest = self.accepted()
        self.copy = {n: read(self.at(n)) for n in self.ledger()}
        self.document = self.score(self.digest)
        self.run_once()
        self.before = self.scores()
        self.given = self.published()

    def ledger(self):
        return [n for n in os.listdir(self.scratch.dir)
                if n.startswith("ledger.db")]

    def published(self):
        return {n: read(self.at("verdicts/" + n)) for n in
                self.files("verdicts") if ".accepted." not in n}

    def put_back(self, copy):
        for name in self.ledger():
            os.unlink(self.at(name))
        for name, data in copy.items():
            with open(self.at(name), "wb") as f:
                f.write(data)

    def test_a_copy_from_before_it_was_scored(self):
        self.put_back(self.copy)
        self.assertEqual(self.scores(), {})
        self.assertIn("scores-regained", self.run_once())
        self.assertEqual(self.scores(), self.before)
        self.assertNotIn("regained", self.run_once())
        # Scoring answers again; with another benchmark now.
        self.score(self.digest, newer=1)
        self.assertIn("code=output-exists", self.run_once())
        self.check_scored(self.digest, self.document)
        self.assertEqual(self.published(), self.given)

    def test_a_ledger_that_is_lost(self):
        self.put_back({})
        os.unlink(self.at("archive/head.p7s"))
        self.run_once()
        self.assertEqual(self.scores(), {})
        self.score(self.digest, newer=1)
        self.assertIn("code=output-exists", self.run_once())
        shutil.rmtree(self.at("scored/refused"))
        self.query("DELETE FROM scores")
        self.score(self.digest)
        self.run_once()
        self.assertEqual(self.scores(), self.before)
        self.assertEqual(self.published(), self.given)
        self.intake("log", "check")

    def test_what_is_not_its_own(self):
        """It goes into the archive, and another is signed."""
        path = self.at("verdicts/%s.scored.p7s" % self.digest)
        name = "%s.scored.p7s" % self.digest
        for bad in (b"", b"rubbish", self.given[name][:-1],
                    self.receipt(self.digest, "accepted")):
            with self.subTest(bad[:9]):
                self.put_back(self.copy)
                with open(path, "wb") as f:
                    f.write(bad)
                self.assertNotIn("scores-regained", self.run_once())
                self.assertEqual(self.scores(), {})
                self.assertIn("receipt-replaced", self.score_anew())
                self.assertIn(bad, [read(p) for p in glob.glob(self.at(
                    "archive/%s/%s.scored.????????.p7s" % (
                        self.digest[:2], self.digest)))])

    def score_anew(self):
        document = self.score(self.digest, newer=1)
        log = self.run_once()
        self.check_scored(self.digest, document)
        return log

    def test_a_receipt_without_its_feedback(self):
        box = "%s.feedback.sigill" % self.digest
        if box not in self.given:
            return
        self.put_back(self.copy)
        os.unlink(self.at("verdicts/" + box))
        self.assertNotIn("scores-regained", self.run_once())
        # The document that it names is sealed anew; another is for nobody.
        self.score(self.digest)
        self.run_once()
        self.check_scored(self.digest, self.document)
        self.assertEqual(self.scores()[self.digest][1],
                         self.before[self.digest][1])
        self.put_back(self.copy)
        os.unlink(self.at("verdicts/" + box))
        self.score_anew()


class Refused(ScoredCase):
    def refuse(self, name, data, why=None):
        self.leave(name, data)
        log = self.run_once()
        self.assertIn("feedback-refused", log)
        if why:
            self.assertIn(why, log)
        self.assertIn(name, self.refused())
        self.assertEqual(self.scores(), {})

    def test_what_is_not_right(self):
        digest = self.accepted()
        document = self.documents()[digest]
        name = digest + ".feedback.json"
        whole = feedback_for(document)
        other = json.loads(whole)
        other["organisation"] = dict(other["organisation"],
                                     number="2120000142")
        bad = [b"", b"{}", b"[]", b"null", whole[:-2], whole + b"{}",
               b"\xff" + whole, whole.replace(b'"version": 1', b'"version": 2'),
               whole.replace(b'"version": 1', b'"version": 1, "version": 1'),
               whole.replace(b"sigill-feedback", b"sigill-report"),
               b"{" + b'"a":[' * 5000 + b"]" * 5000 + b"}",
               whole + b" " * (1024 * 1024),
               json.dumps(other).encode(),
               feedback_for(document, sealed="00" * 32),
               feedback_for(document, submission="00" * 16),
               feedback_for(document, fingerprint="00" * 32),
               feedback_for(document, round="2099"),
               feedback_for(document, round=None),
               feedback_for(document, organisation="Exempelköping"),
               feedback_for(document, questionnaire={"id": "other"})]
        for i, data in enumerate(bad):
            with self.subTest(i):
                self.refuse(name, data, "code=feedback")
                shutil.rmtree(self.at("scored/refused"))
        # And then the right one is taken.
        self.leave(name, whole)
        self.run_once()
        self.check_scored(digest, whole)

    def test_names_and_kinds(self):
        digest = self.accepted()
        whole = feedback_for(self.documents()[digest])
        for name in ("x.feedback.json", digest.upper() + ".feedback.json",
                     digest[1:] + ".feedback.json",
                     digest + "0.feedback.json", "\nx.feedback.json"):
            with self.subTest(name):
                self.refuse(name, whole)
        # What is not for intake stays where it is.
        others = [".%s.feedback.json" % digest, digest + ".feedback.html",
                  digest + ".json", "README"]
        for name in others:
            self.leave(name, whole)
        log = self.run_once()
        self.assertNotIn("feedback-refused", log)
        self.assertEqual(sorted(set(os.listdir(self.at("scored"))) -
                                {"refused"}), sorted(others))
        for make in (lambda p: os.symlink(self.at("scored/README"), p),
                     os.mkfifo, os.mkdir):
            shutil.rmtree(self.at("scored/refused"), ignore_errors=True)
            make(self.at("scored/%s.feedback.json" % digest))
            log = self.run_once()
            self.assertIn("feedback-refused", log)
            self.assertEqual(self.refused(), [digest + ".feedback.json"])
        self.assertEqual(self.scores(), {})

    def test_of_nothing_that_was_accepted(self):
        digest = self.accepted()
        document = self.documents()[digest]
        bad = self.spool(b"x" * 2000)
        self.run_once()
        for sealed, why in ((bad, "rejected"), ("00" * 32, "no such file")):
            changed = dict(document, sealed={"sha256": sealed})
            self.refuse(sealed + ".feedback.json", feedback_for(changed),
                        why)

    def test_what_waits_is_not_refused(self):
        digest = self.accepted()
        self.query("UPDATE arrivals SET state = 'held', code = 'conflict'")
        self.score(digest)
        self.assertIn("not-scored", self.run_once(status=75))
        self.assertEqual(self.refused(), [])
        self.query("UPDATE arrivals SET state = 'accepted', code = ''")
        self.run_once()
        self.assertIn(digest, self.scores())

    def test_a_folder_is_for_one_thing(self):
        for other in ("spool", "archive", "verdicts", "handoff", "none"):
            with self.subTest(other):
                super().configure()
                with open(self.conf, encoding="utf-8") as f:
                    text = f.read()
                with open(self.conf, "w", encoding="utf-8") as f:
                    f.write(text.replace("directory = scored",
                                         "directory = " + other))
                self.assertIn("[config]", self.run_once(status=78))


class Killed(ScoredCase):
    @unittest.skipUnless(STRACE, "strace is not installed")
    def test_at_each_step(self):
        self.configure(workers=1)
        digests = [self.accepted(), self.accepted(ITSAK)]
        documents = {d: feedback_for(self.documents()[d]) for d in digests}
        kills = 0
        for step in ("openat", "fdatasync", "syncfs", "renameat2", "fsync",
                     "unlinkat", "unlink"):
            for when in ((1, 2) if SANITIZED else (1, 2, 3, 4)):
                with self.subTest(step=step, when=when):
                    self.query("DELETE FROM scores")
                    for name in self.files("verdicts"):
                        if "scored" in name or "feedback" in name:
                            os.unlink(self.at("verdicts/" + name))
                    for digest, data in documents.items():
                        self.leave(digest + ".feedback.json", data)
                    kills += self.kill(step, when)
                    seen = self.scores()
                    published = {n: read(self.at("verdicts/" + n))
                                 for n in self.files("verdicts")}
                    self.run_once()
                    for digest, data in documents.items():
                        self.check_scored(digest, data)
                    for digest, row in seen.items():
                        self.assertEqual(self.scores()[digest][:3], row[:3])
                    for name, data in published.items():
                        self.assertEqual(read(self.at("verdicts/" + name)),
                                         data)
                    self.assertEqual(self.refused(), [])
        self.assertGreater(kills, 8)

    def kill(self, step, when):
        """At that call with one of these folders in it, or a commit."""
        paths = [] if step == "fdatasync" else [
            "-P", self.at("scored"), "-P", self.at("verdicts")]
        p = subprocess.run(
            [STRACE, "-f", "-qq", "-o", "/dev/null", *paths, "-e",
             "trace=" + step, "-e", "inject=%s:signal=KILL:when=%d" % (
                 step, when), INTAKE, "--config", self.conf, "run", "--once"],
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        return p.returncode != 0


if __name__ == "__main__":
    unittest.main()
