#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The outbox where disks, clocks, portals and people do what they should not:
nothing is lost, nothing is sent twice, nothing is silent, nothing hangs."""
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from outbox_case import ID, Libraries, Outbox, when  # noqa: E402
from scratch import BIN  # noqa: E402
from scripted_portal import Scripted  # noqa: E402

STORED = "outbox/%s/a.sigill.stored.p7s" % ID
REJECTED = "outbox/%s/a.sigill.rejected.p7s" % ID

Libraries.sources.update({n: "tests/cli/%s.c" % n for n in (
    "odd_disk", "fast_clock", "moved_clock")})


class Odd(Outbox):
    serve, listen = Scripted.serve, Scripted.listen

    def odd(self, **what):
        return Libraries.env(self.real_env, "odd_disk", **what)

    def fast(self, times):
        return Libraries.env(self.real_env, "fast_clock",
                             FAST_CLOCK=str(times))

    def due(self, *ids):
        for id in ids:
            self.attempts(id, next_attempt=when(-1))

    def copies(self, n):
        """So many entries that are handed in, as one that was copied."""
        self.good("submit", "a.json")
        for i in range(2, n + 1):
            shutil.copytree(self.path("outbox/" + ID),
                            self.path("outbox/%s.%d" % (ID, i)))


class Disk(Odd):
    def test_name_that_cannot_be_given(self):
        """The one that has the name already stays, with its receipts."""
        self.good("submit", "a.json")
        before = self.entry(ID)
        p = self.sigill("submit", "a.json", "--supersedes", "ab" * 32,
                        env=self.odd(ODD_RENAME="1"))
        self.assertEqual(p.returncode, 74, p.out)
        self.assertIn("[io]\n", p.err)
        self.assertEqual(self.entry(ID), before)
        self.assertEqual(os.listdir(self.path("outbox")).count(".lock") + 1,
                         len(os.listdir(self.path("outbox"))))

    def test_folder_that_cannot_be_synced(self):
        """What is said is what is true."""
        env = self.odd(ODD_SYNC=os.path.realpath(self.path("outbox")))
        self.bad(74, "io", "submit", "a.json", env=env)
        self.assertEqual((self.ids(), self.stored()), ([], 0))
        self.waiting()
        p = self.bad(74, "io", "outbox", "drop", ID, "--local", env=env)
        self.assertEqual(self.ids(), [])
        self.assertIn("it has been removed, but", p.err)

    def test_one_file_that_cannot_be_read(self):
        """It is in no other's way."""
        self.waiting()
        other = self.waiting(self.other_answers(), closes=10 * 86400)
        self.configure(portal=self.url, closes=5 * 86400)
        self.due(ID, other)
        for n in range(2):
            p = self.sigill("outbox", "flush", env=self.odd(
                ODD_READ="/%s/a.sigill" % ID))
            self.assertEqual(p.returncode, 74, p.err)
        self.assertEqual(self.stored(), 1)
        self.assertIn("b.sigill.stored.p7s", self.entry(other))

    def test_dropped_while_it_was_read(self):
        self.waiting()
        p = self.good("outbox", "list", env=self.odd(
            ODD_GONE=self.path("gone")))
        self.assertEqual(p.out, "The outbox is empty.\n")

    def test_nowhere_to_keep_a_receipt(self):
        """Not only no file: no name for it."""
        self.seal()
        self.before = self.files()
        p = self.bad(74, "io", "send", "a.sigill",
                     env=self.odd(ODD_NAMES="1"))
        self.assertIn("so nothing was sent", p.err)
        self.assertEqual(self.stored(), 0)

    def test_lock_that_is_none(self):
        os.mkdir(self.path("outbox/.lock"))
        p = self.sigill("doctor")
        self.assertIn(self.path("outbox/.lock"), p.out + p.err)
        self.assertIn("[outbox]", p.out + p.err)

    def test_few_descriptors(self):
        """That is not the network."""
        for most in range(4, 24, 2):
            p = self.sigill("submit", "a.json", preexec_fn=lambda:
                            resource.setrlimit(resource.RLIMIT_NOFILE,
                                               (most, most)))
            self.assertNotIn("[no-network]", p.err, most)
            if p.returncode == 0:
                return
        self.fail(p.err)


class Names(Odd):
    def test_what_is_in_a_receipts_way(self):
        def dangling(path):
            os.symlink("/nonexistent", path)

        def empty(path):
            open(path, "w").close()

        self.waiting()
        for make in os.mkdir, os.mkfifo, dangling, empty:
            self.due(ID)
            make(self.path(STORED))
            for args in (("outbox", "flush"), ("outbox", "list"),
                         ("submit", "a.json"), ("doctor",)):
                p = self.sigill(*args)
                self.assertNotEqual(p.returncode, 0, (make, args))
                self.assertIn(self.path(STORED), p.out + p.err, (make, args))
            self.assertEqual(self.attempts(ID)["attempts"], 1)
            (os.rmdir if make is os.mkdir else os.unlink)(self.path(STORED))
        self.assertEqual(self.stored(), 0)
        empty(self.path(STORED))
        self.good("outbox", "drop", ID, "--local")

    def test_receipt_that_is_not_genuine(self):
        """A scheduled run tells of it as well, every time."""
        for name in STORED, REJECTED:
            self.waiting()
            self.write(name, "0123456789")
            for n in range(2):
                self.due(ID)
                p = self.sigill("outbox", "flush")
                self.assertEqual(p.returncode, 65, p.err)
                self.assertIn(self.path(name), p.err)
            shutil.rmtree(self.path("outbox/" + ID))

    def test_rejection_that_is_not_genuine(self):
        """Makes no room for the same answers, which have been handed in."""
        self.good("submit", "a.json")
        for content in "0123456789", "":
            self.write(REJECTED, content)
            p = self.sigill("submit", "a.json")
            self.assertIn(p.returncode, (65, 74), p.err)
            self.assertIn(self.path(REJECTED), p.err)
            p = self.sigill("outbox", "drop", ID, "--local")
            self.assertEqual(p.returncode, 65, p.err)
            self.assertEqual((self.ids(), self.stored()), ([ID], 1))

    def test_clock_that_was_set_back(self):
        """After a rejection: sealed again once, and not each time."""
        p = self.sigill("submit", "a.json", env=Libraries.env(
            self.real_env, "moved_clock", MOVED_CLOCK=str(3 * 86400)))
        self.assertEqual(p.returncode, 0, p.err)
        self.judge(anchors="tls-root.pem")
        self.assertIn("[rejected]\n", self.sigill("status").err)
        for n in range(3):
            self.good("submit", "a.json")
            self.assertEqual(self.ids(), [ID, ID + ".2"])

    def test_the_same_complaint(self):
        """Is not told in full at every scheduled run, but counts."""
        self.waiting()
        self.due(ID)
        os.chmod(self.path("exempelkoping.key"), 0o644)
        p = self.sigill("outbox", "flush")
        self.assertIn("[key-mode]", p.err)
        q = self.sigill("outbox", "flush")
        self.assertEqual((q.returncode, q.out, q.err), (p.returncode, "", ""))
        self.assertEqual(self.attempts(ID)["attempts"], 1)
        os.chmod(self.path("exempelkoping.key"), 0o600)
        self.due(ID)
        self.assertEqual(self.good("outbox", "flush").out, "1 delivered\n")

    def test_only_looks(self):
        """`sigill receipt` makes no outbox."""
        self.good("submit", "a.json")
        self.write("sigill.conf", self.read("sigill.conf").decode().replace(
            "[outbox]\ndirectory = outbox\n", ""))
        os.mkdir(self.path("home"))
        env = dict(self.env, HOME=self.path("home"))
        self.sigill("receipt", ID, env=env)
        p = self.sigill("receipt", STORED, env=env)
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(os.listdir(self.path("home")), [])


class Portals(Odd):
    def test_more_entries_than_descriptors(self):
        self.copies(60)

        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        p = self.sigill("status", preexec_fn=few)
        self.assertEqual((p.returncode, p.err), (0, ""))
        p = self.sigill("outbox", "flush", "--wait", "0", preexec_fn=few)
        self.assertEqual((p.returncode, p.err), (75, ""), p.out)
        self.judge()
        p = self.sigill("outbox", "flush", "--wait", "0", preexec_fn=few)
        self.assertEqual((p.returncode, p.err), (0, ""))
        self.assertIn("60 with a verdict", p.out)

    def test_nobody_is_held_up_by_who_waits(self):
        self.good("submit", "a.json")
        asked = threading.Event()

        def answer(h):
            asked.set()
            h.reply(202)
        self.seal()
        self.serve(answer)
        for args in (["outbox", "flush"], ["submit", "a.json"]):
            asked.clear()
            p = subprocess.Popen(
                [BIN, *args, "--wait", "600", "--config", "sigill.conf"],
                cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                self.assertTrue(asked.wait(20))
                self.good("submit", "a.json")
            finally:
                p.terminate()
                p.wait()

    def asked_for(self, seconds, answer):
        """When each of its questions came, from the first on."""
        self.good("submit", "a.json")
        self.seal()
        times = []

        def take(h):
            times.append(time.monotonic())
            answer(h)
        self.serve(take)
        p = self.sigill("submit", "a.json", "--wait", str(seconds))
        self.assertEqual(p.returncode, 75, p.err)
        return p, [t - times[0] for t in times]

    def test_who_waits_asks_soon_and_at_the_end(self):
        """A portal's Retry-After is not longer than anybody's patience."""
        p, times = self.asked_for(
            3, lambda h: h.reply(202, Retry_After="60"))
        self.assertIn("[verdict-pending]", p.err)
        self.assertGreaterEqual(len(times), 6, times)
        self.assertGreater(times[-1], 1.9, times)

    def test_a_portal_that_is_busy_is_left_alone(self):
        """But asked once more at the end."""
        p, times = self.asked_for(
            3, lambda h: h.reply(429, Retry_After="60"))
        self.assertIn("[portal-busy]", p.err)
        self.assertEqual(len(times), 2, times)

    def test_silent(self):
        """It is asked once and not for each, and the time is kept."""
        self.copies(6)
        over = threading.Event()
        self.addCleanup(over.set)
        self.seal()
        log = self.serve(lambda h: over.wait(60))
        began = time.monotonic()
        p = self.sigill("outbox", "flush", "--wait", "0", env=self.fast(20))
        self.assertEqual(p.returncode, 75, p.err)
        self.assertEqual(len(log), 1)
        self.assertLess((time.monotonic() - began) * 20, 30)

    def test_byte_by_byte(self):
        """A run comes to an end; the next one goes on."""
        self.waiting()
        self.due(ID)
        self.before = self.files()
        size = os.path.getsize(self.path("outbox/%s/a.sigill" % ID))

        def answer(h):
            at = int(h.headers.get("Upload-Offset", 0))
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="0")
            else:
                time.sleep(0.02)
                h.reply(204, Upload_Offset=str(min(at + 1, size)))
        self.seal()
        log = self.serve(answer)
        p = self.sigill("outbox", "flush", env=self.fast(100))
        self.assertEqual((p.returncode, p.err), (75, ""), p.out)
        self.assertIn("[interrupted]", p.out)
        self.assertLess(len(log), 900)
        self.assertIn("too little", self.attempts(ID)["last_message"])

    def test_endless_header(self):
        def answer(h):
            h.wfile.write(b"HTTP/1.1 201 Created\r\nX: ")
            try:
                while True:
                    h.wfile.write(b"a" * 60000)
            except OSError:
                h.close_connection = True
        self.seal()
        self.serve(answer)
        p = self.sigill("send", "a.sigill", env=self.fast(1))
        self.assertIn("[protocol]\n", p.err)
        self.assertNotIn("memory", p.err)

    def test_session_keys_stay_here(self):
        env = dict(self.env, SSLKEYLOGFILE=self.path("keys"))
        self.good("submit", "a.json", env=env)
        self.assertFalse(os.path.exists(self.path("keys")))


if __name__ == "__main__":
    unittest.main()
