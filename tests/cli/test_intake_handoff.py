#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What scoring gets, and what it can tell from it: whoever overtakes whom,
fails or is killed, the document with the greatest position is the one that
counts.  On both ledgers."""
import json
import os
import signal
import sys
import time
import unittest

from intake_case import IntakeCase, sha256, write_bytes
from support import BUILD, call, read, write

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from postgres import Postgres  # noqa: E402

# What it should do with a file stands in files of ours.
RECEIVE = """#!/bin/sh
cd '%s' || exit 1
cat >document.$SIGILL_SEALED || exit 1
test -e refuse -o -e refuse.$SIGILL_SEALED && exit 1
test -e kill && rm kill && kill -KILL $PPID && exit 1
test -e slow && sleep 1.1
test -e block.$SIGILL_SEALED && : >begun && read x <block.$SIGILL_SEALED
printf '%%s %%s %%s\\n' $SIGILL_SEALED $SIGILL_POSITION "$(cat document.$SIGILL_SEALED)" >>received
"""


def change(letter):
    def answers(a):
        a["organisation"]["name"] += " " + letter
    return answers


class Receiver(IntakeCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.at("scoring"), 0o700)
        write(self.at("receive"), RECEIVE % self.at("scoring"))
        os.chmod(self.at("receive"), 0o700)
        self.use(handoff="command = exec " + self.at("receive"))

    def use(self, **changes):
        self.configure(**changes)

    def ask(self, sql):
        self.query(sql)

    def tell(self, name):
        write(self.at("scoring/" + name), "")

    def received(self):
        """[(digest, position)] in the order in which they came."""
        try:
            lines = read(self.at("scoring/received")).decode().splitlines()
        except FileNotFoundError:
            return []
        out = []
        for line in lines:
            digest, position, document = line.split(" ", 2)
            document = json.loads(document)
            self.assertEqual(document["sealed"]["sha256"], digest)
            self.assertEqual(document["position"], int(position))
            self.assertEqual(list(document)[-1], "position")
            self.assertEqual(self.content(self.receipt(digest))["log"]
                             ["index"], int(position))
            out.append((digest, int(position)))
        return out

    def wait(self, done):
        end = time.monotonic() + 60
        while not done():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def counts(self):
        listed = self.intake("list")["submissions"]
        return [a["sealed_digest"] for a in listed if a["counts"]]

    def assert_right(self, received):
        """Scoring got these, and knows by itself which of them counts."""
        got = self.received()
        self.assertEqual([d for d, _ in got], received)
        self.assertEqual([max(got, key=lambda x: x[1])[0]], self.counts())
        self.assertEqual(self.intake("list", "--unhanded")["submissions"],
                         [])
        self.assertEqual(self.intake("report")["unhanded"], 0)


class Handoff(Receiver):
    def original(self):
        data, _ = self.seal()
        return self.spool(data)

    def correction(self, of):
        data, _ = self.seal(change=change("B"), supersedes=self.at(
            "verdicts/%s.accepted.p7s" % of))
        return self.spool(data)

    def test_the_correction_comes_after(self):
        a = self.original()
        self.run_once()
        b = self.correction(a)
        self.run_once()
        self.assert_right([a, b])
        self.run_once()
        self.assert_right([a, b])

    def test_the_original_waits_and_is_replaced(self):
        self.tell("refuse")
        a = self.original()
        self.assertIn("not-handed-over", self.run_once(status=75))
        self.assertEqual([x["sealed_digest"] for x in self.intake(
            "list", "--unhanded")["submissions"]], [a])
        b = self.correction(a)
        self.run_once(status=75)
        os.unlink(self.at("scoring/refuse"))
        self.run_once()
        self.assert_right([b])
        # For good, and people are told so.
        self.assertIsNone(self.intake("show", a)["submission"]["handed"])

    def test_both_are_in_one_batch(self):
        self.use(handoff="command = exec " + self.at("receive"), workers=1)
        a, said = self.seal()
        b, _ = self.seal(change=change("B"), supersedes=said["statement"])
        os.utime(self.at("spool/%s.sigill" % self.spool(a)), (1, 1))
        self.spool(b)
        self.run_once()
        self.assert_right([sha256(b)])

    def test_overtaken_by_its_correction(self):
        service = self.start()
        data, _ = self.seal()
        a = sha256(data)
        os.mkfifo(self.at("scoring/block." + a))
        self.spool(data)
        self.wait(lambda: os.path.exists(self.at("scoring/begun")))
        b = self.correction(a)
        self.wait(lambda: len(self.received()) == 1)
        with open(self.at("scoring/block." + a), "w", encoding="ascii") as f:
            f.write("\n")
        self.wait(lambda: len(self.received()) == 2)
        self.assertEqual(service.stop(), 0)
        self.assert_right([b, a])

    def test_a_conflict_that_staff_accept(self):
        a = self.original()
        self.run_once()
        data, _ = self.seal(change=change("B"))
        b = self.spool(data)
        self.run_once()
        self.assertEqual([d for d, _ in self.received()], [a])
        self.intake("accept", b, "--reason", "they rang")
        self.run_once()
        self.assert_right([a, b])

    def test_the_same_answers_again_do_not_count(self):
        a = self.original()
        self.run_once()
        data, _ = self.seal()
        b = self.spool(data)
        self.run_once()
        self.assertEqual(self.intake("show", b)["submission"]["state"],
                         "accepted")
        self.assert_right([a])

    def test_a_retry_has_the_same_position(self):
        self.tell("refuse")
        a = self.original()
        self.run_once(status=75)
        first = read(self.at("scoring/document." + a))
        os.unlink(self.at("scoring/refuse"))
        self.run_once()
        self.assert_right([a])
        again = read(self.at("scoring/document." + a))
        self.assertEqual(dict(json.loads(first), verified=None),
                         dict(json.loads(again), verified=None))

    def killed(self):
        """After the commit, and before the handover."""
        self.tell("kill")
        a = self.original()
        self.run_once(status=-signal.SIGKILL)
        self.assertEqual(self.received(), [])
        self.assertEqual(self.counts(), [a])
        return a

    def test_killed_before_the_handover(self):
        a = self.killed()
        self.run_once()
        self.assert_right([a])

    def test_killed_and_replaced(self):
        self.tell("refuse")
        a = self.original()
        self.run_once(status=75)
        os.unlink(self.at("scoring/refuse"))
        self.use(handoff="timeout = 60")
        b = self.correction(a)
        self.run_once()
        self.use(handoff="command = exec " + self.at("receive"))
        self.tell("kill")
        self.run_once(status=-signal.SIGKILL)
        self.run_once()
        self.assert_right([b])

    def test_into_the_folder(self):
        self.use()
        a = self.original()
        self.run_once()
        b = self.correction(a)
        self.run_once()
        self.assertEqual({d: x["position"] for d, x in
                          self.documents().items()}, {a: 0, b: 1})


class Stuck(Receiver):
    """Many files, and some of them for which nothing can be done."""

    def accepted(self, count, later=0):
        """Digests in the order in which they wait, handed over to nobody
        yet; one an organisation.  So many come later."""
        call(BUILD + "/test/make-population", str(count),
             self.at("pki/intake-p256.pem"),
             "questionnaires/infosakkollen-2023.json", self.at("pop"), "0",
             "7")
        self.change = dict(anchors="pop/anchors.pem", crls="pop/crls.pem",
                           rounds=read(self.at("pop/rounds.conf")).decode())
        self.use(handoff="timeout = 60", **self.change)
        self.fresh = [read(os.path.join(self.at("pop/0"), name))
                      for name in sorted(os.listdir(self.at("pop/0")))]
        for data in self.fresh[later:]:
            self.spool(data)
        self.run_once()
        waiting = self.intake("list", "--unhanded", "--limit", "0")
        return [a["sealed_digest"] for a in sorted(
            waiting["submissions"],
            key=lambda a: (a["verified"], a["sealed_digest"]))]

    def path(self, digest):
        return self.at("archive/%s/%s.sigill" % (digest[:2], digest))

    def test_bytes_that_are_gone(self):
        waiting = self.accepted(60)
        gone, rest = waiting[:40], waiting[40:]
        self.assertTrue(rest)
        for digest in gone[:-1]:
            os.unlink(self.path(digest))
        write_bytes(self.path(gone[-1]), b"something else")
        # None of them is in the archive, as far as the ledger knows.
        self.ask("UPDATE arrivals SET filed = 0")
        self.use(**self.change)
        log = self.run_once(status=75)
        self.assertEqual(set(self.documents()), set(rest))
        filed = self.intake("list", "--limit", "0")["submissions"]
        self.assertEqual({a["sealed_digest"] for a in filed
                          if not a["filed"]}, set(gone))
        for event in "cannot-hand-over", "cannot-file":
            lines = [x for x in log.splitlines() if " %s " % event in x]
            self.assertEqual(len(lines), 1, log)
            self.assertIn("files=40", lines[0])
            self.assertIn("digest=%s" % gone[0], lines[0])
        self.assertNotIn("not-readable", log)
        self.assertNotIn("not-filed", log)
        self.assertEqual(
            {a["sealed_digest"] for a in self.intake(
                "list", "--unhanded", "--limit", "0")["submissions"]},
            set(gone))

    def test_documents_that_are_refused(self):
        """More in a row than one round of upkeep tries."""
        waiting = self.accepted(12)
        refused = waiting[:6]
        for digest in refused:
            self.tell("refuse." + digest)
        self.use(handoff="command = exec " + self.at("receive"), **self.change)
        service = self.start()
        self.wait(lambda: len(self.received_digests()) ==
                  len(waiting) - len(refused))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(set(self.received_digests()), set(waiting[6:]))

    def receive(self, **changes):
        self.use(handoff="command = exec " + self.at("receive"),
                 **self.change, **changes)

    def test_one_that_is_refused(self):
        waiting = self.accepted(12, later=3)
        self.tell("refuse." + waiting[0])
        self.receive()
        # Neither those of earlier runs wait for it nor the next ones.
        data = [self.spool(x) for x in self.fresh[:3]]
        log = self.run_once(status=75)
        self.assertIn("not-handed-over", log)
        self.assertEqual(set(self.received_digests()),
                         {*waiting[1:], *data})
        self.assertEqual([a["sealed_digest"] for a in self.intake(
            "list", "--unhanded")["submissions"]], waiting[:1])

    def test_a_clock_that_was_ahead(self):
        waiting = self.accepted(3)
        self.ask("UPDATE arrivals SET verified = verified + 18000")
        self.receive()
        self.run_once()
        self.assertEqual(sorted(self.received_digests()), sorted(waiting))

    def judged_while(self, service):
        """The verdict on a file that comes now."""
        digest = self.spool(b"\0" * 3000)
        service.wait_for("rejected", digest=digest, timeout=30)

    def test_verdicts_do_not_wait_for_what_is_behind(self):
        waiting = self.accepted(3)
        for digest in waiting:
            os.mkfifo(self.at("scoring/block." + digest))
        self.receive(workers=1)
        service = self.start()
        for digest in waiting:
            # It has begun with this one, and does not end.
            with open(self.at("scoring/block." + digest), "w",
                      encoding="ascii") as f:
                if digest == waiting[0]:
                    self.judged_while(service)
                f.write("\n")
        self.wait(lambda: len(self.received_digests()) == len(waiting))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(self.received_digests(), waiting)

    def test_verdicts_do_not_wait_for_what_is_slow(self):
        waiting = self.accepted(7, later=6)
        self.tell("slow")
        self.receive(workers=1)
        fresh = [self.spool(x) for x in self.fresh[:6]]
        service = self.start()
        service.wait_for("accepted", len(fresh))
        self.judged_while(service)
        self.assertLess(len(self.received_digests()), len(fresh))
        os.unlink(self.at("scoring/slow"))
        self.wait(lambda: len(self.received_digests()) == len(fresh) +
                  len(waiting))
        self.assertEqual(service.stop(), 0)

    def received_digests(self):
        try:
            return [x.split()[0] for x in read(
                self.at("scoring/received")).decode().splitlines()]
        except FileNotFoundError:
            return []


class Shared:
    """The same on PostgreSQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def setUp(self):
        self.uri = self.server.database()
        super().setUp()

    def use(self, **changes):
        self.configure(database=self.uri, **changes)

    def ask(self, sql):
        self.server.query(sql, self.uri)


class SharedHandoff(Shared, Handoff):
    pass


class SharedStuck(Shared, Stuck):
    pass


if __name__ == "__main__":
    unittest.main()
