#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill outbox flush, as cron and systemd timers run it: without a person, a
terminal or a home, again and again, two at a time, over whatever has been
left behind."""
import datetime
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from outbox_case import ID, Outbox, when  # noqa: E402
from scratch import BIN, SwedishScratch  # noqa: E402
from test_sigill import on_terminal  # noqa: E402


class Case(Outbox):
    def line(self, status, text, *args, **kw):
        """One summary line and nothing else; but a quiet run, when text is
        empty."""
        p = self.sigill("outbox", "flush", *args, **kw)
        self.assertEqual((p.returncode, p.err), (status, ""), p.out)
        self.assertIn(text, p.out)
        self.assertEqual(p.out.count("\n"), int(text != ""), p.out)
        return p

    def counted(self):
        """The portal's address on a line that counts its connections."""
        port = int(self.url.rsplit(":", 1)[1])
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.connections = 0

        def pump(source, sink):
            try:
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        def run():
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                self.connections += 1
                far = socket.create_connection(("127.0.0.1", port))
                for ends in (near, far), (far, near):
                    threading.Thread(target=pump, args=ends,
                                     daemon=True).start()
        threading.Thread(target=run, daemon=True).start()
        return "https://localhost:%d" % listener.getsockname()[1]


class Flush(Case):
    def test_nothing_to_do(self):
        self.line(0, "")
        self.good("submit", "a.json")
        self.line(0, "")
        doc = self.json("outbox", "flush")
        self.assertEqual((doc["delivered"], doc["waiting"]), (0, 0))
        status, out = on_terminal(self, ["outbox", "flush", "--config",
                                         "sigill.conf"], [])
        self.assertEqual((status, out),
                         (0, "Nothing is waiting in the outbox.\r\n"))

    def test_delivers_what_waits(self):
        """On one connection for all."""
        self.waiting()
        other = self.waiting(self.other_answers())
        for id in ID, other:
            self.attempts(id, next_attempt=when(-1))
        self.configure(portal=self.counted())
        self.line(0, "2 delivered\n")
        self.assertEqual(self.connections, 1)
        self.assertEqual(self.stored(), 2)
        self.line(0, "")
        for id, name in (ID, "a"), (other, "b"):
            self.assertIn(name + ".sigill.stored.p7s", self.entry(id))

    def test_from_a_job_with_nothing_around_it(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        p = subprocess.run(
            [BIN, "outbox", "flush", "--config",
             self.path("sigill.conf")], cwd="/", env={},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        self.assertEqual((p.returncode, p.stdout, p.stderr),
                         (0, b"1 delivered\n", b""))
        self.assertEqual(self.stored(), 1)

    def test_no_place_and_no_configuration(self):
        p = subprocess.run([BIN, "outbox", "flush"], cwd="/", env={},
                           stdin=subprocess.DEVNULL, capture_output=True)
        self.assertEqual(p.returncode, 78)
        self.assertIn(b"[config-missing]", p.stderr)
        self.assertIn(b"HOME is not set", p.stderr)
        # There is one, and it is no file that can be read.
        p = self.bad(66, "no-input", "outbox", "flush", config="outbox")
        self.assertNotIn("sigill init", p.err)

    def test_line_that_is_down(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.offline()
        p = self.line(75, "1 waiting: the portal cannot be reached "
                      "[no-network]; next try in ")
        self.assertTrue(p.out.startswith("0 delivered, "))
        self.assertEqual(self.attempts(ID)["attempts"], 2)
        # No news, no mail; a program is told all the same.
        self.line(75, "")
        self.assertEqual(self.attempts(ID)["attempts"], 2)
        doc = self.json("outbox", "flush", status=75)
        self.assertEqual(doc["waiting"], 1)
        self.assertEqual(doc["errors"][0]["code"], "waiting")
        self.assertEqual(doc["entries"][0]["last_error"], "no-network")
        # Who names it does not have to wait; the pause grows meanwhile.
        self.line(75, "1 waiting", ID)
        self.online()
        self.line(75, "")
        self.line(0, "1 delivered\n", ID)

    def test_pauses_grow_to_an_hour(self):
        self.waiting()
        self.offline()
        pauses = []
        for n in 1, 3, 30:
            self.attempts(ID, attempts=n - 1, next_attempt=when(-1))
            self.line(75, "1 waiting")
            doc = self.json("outbox", "list")["entries"][0]
            self.assertEqual(doc["attempts"], n)
            pauses.append(self.seconds(doc))
        for pause, most in zip(pauses, (60, 240, 3600)):
            self.assertGreaterEqual(pause, most * 3 // 4 - 3)
            self.assertLessEqual(pause, most)

    def seconds(self, doc):
        last, due = (self.clock(doc[k])
                     for k in ("last_attempt", "next_attempt"))
        return due - last

    @staticmethod
    def clock(text):
        return int(datetime.datetime.strptime(
            text, "%Y-%m-%dT%H:%M:%S%z").timestamp())

    def test_deadline_comes_near(self):
        """What no pause may reach past."""
        self.waiting()
        hour = dict(attempts=9, last_attempt=when(-660),
                    next_attempt=when(2900))
        self.attempts(ID, **hour)
        self.configure(portal=self.url, closes=2 * 86400)
        self.line(75, "")
        # On the last day: ten minutes at most.
        self.configure(portal=self.url, closes=5 * 3600)
        self.attempts(ID, last_attempt=when(-540))
        self.line(75, "")
        # In the last two hours: in every run.
        self.configure(portal=self.url, closes=7000)
        self.attempts(ID, last_attempt=when(-1))
        self.line(0, "1 delivered\n")

    def test_ten_minutes_on_the_last_day(self):
        self.waiting()
        self.attempts(ID, attempts=9, last_attempt=when(-601),
                      next_attempt=when(2900))
        self.configure(portal=self.url, closes=5 * 3600)
        self.line(0, "1 delivered\n")

    def test_a_deadline_is_told(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.offline(closes=90 * 60 + 115)
        self.line(75, "; the deadline is in 91 minutes\n")
        self.offline(closes=-5 * 3600 - 60)
        self.line(75, "; the deadline was 5 hours ago\n", ID)

    def test_late_is_sent_all_the_same(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.configure(portal=self.url, closes=-86400)
        self.line(0, "1 delivered\n")

    def test_most_urgent_first(self):
        self.waiting(self.other_answers("x.json", round="later"))
        self.waiting(self.other_answers("y.json", round="none"))
        self.waiting(self.other_answers("z.json", round="2023"))
        extra = "[round later]\ncloses = %s\n" % when(9 * 86400)
        self.configure(portal=self.url, closes=86400, extra=extra)
        doc = self.json("outbox", "flush", status=75)
        self.assertEqual([e["round"] for e in doc["entries"]],
                         ["2023", "later", "none"])

    def test_clock_that_was_set_back(self):
        self.waiting()
        self.attempts(ID, last_attempt=when(86400 * 30),
                      next_attempt=when(86400 * 30 + 60))
        self.line(0, "1 delivered\n")

    def test_notes_that_are_lost_or_damaged(self):
        self.waiting()
        for text in "", "{", "[]", '{"attempts": -1}', "\0":
            self.write("outbox/%s/attempts.json" % ID, text)
            doc = self.json("outbox", "list")["entries"][0]
            self.assertEqual(doc["attempts"], 1)
        self.line(0, "1 delivered\n")


class People(Case):
    """What needs a person has a status, a code and a hint of its own."""

    def test_certificate_that_is_refused(self):
        self.waiting()
        other = self.waiting(self.other_answers())
        for id in ID, other:
            self.attempts(id, next_attempt=when(-1))
        self.configure(portal=self.url, portal_anchors="authority-root.pem")
        p = self.bad(77, "portal-certificate", "outbox", "flush")
        self.assertEqual(p.err.count("error:"), 1)
        self.assertIn("1 cannot be sent", p.out)
        # Also when it is not tried again yet: the status stays.
        for id in ID, other:
            self.attempts(id, next_attempt=when(600),
                          last_error="portal-certificate")
        p = self.sigill("outbox", "flush")
        self.assertEqual((p.returncode, p.out, p.err), (77, "", ""))

    def test_sealed_file_that_was_changed(self):
        self.waiting()
        other = self.waiting(self.other_answers())
        for id in ID, other:
            self.attempts(id, next_attempt=when(-1))
        path = "outbox/%s/a.sigill" % ID
        good = self.read(path)
        for bad in good[:-1], good[:-1] + b"x", good + b"x", b"":
            self.write(path, bad)
            p = self.bad(65, "sealed-changed", "outbox", "flush", ID)
            self.assertIn(path, p.err)
            self.assertEqual(self.stored(), 0)
        os.unlink(self.path(path))
        os.symlink("/etc/hostname", self.path(path))
        self.bad(65, "sealed-changed", "outbox", "flush", ID)
        # It does not stop the others, and is kept.
        p = self.sigill("outbox", "flush")
        self.assertIn("1 delivered, 1 cannot be sent", p.out)
        os.unlink(self.path(path))
        self.write(path, good)
        self.line(0, "1 delivered\n", ID)

    def test_never_a_prompt(self):
        """Not even on a terminal: it may be a job's."""
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.write("pass", "x" * 12 + "\n")
        subprocess.run(
            ["openssl", "pkcs8", "-topk8", "-in", "exempelkoping.key",
             "-out", "locked.key", "-passout", "file:pass"], cwd=self.dir,
            check=True, capture_output=True)
        os.chmod(self.path("locked.key"), 0o600)
        os.rename(self.path("locked.key"), self.path("exempelkoping.key"))
        self.before = self.files()
        status, out = on_terminal(self, ["outbox", "flush", "--config",
                                         "sigill.conf"], ["y" * 12])
        self.assertEqual(status, 77, out)
        self.assertIn("[passphrase-needed]", out)
        self.assertNotIn("Passphrase for", out)
        self.assertEqual(self.attempts(ID)["attempts"], 1)
        self.attempts(ID, next_attempt=when(-1))
        self.line(0, "1 delivered\n", "--passphrase-file", "pass")

    def test_what_does_not_belong_there(self):
        """Told, each of it, and the others go on."""
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        outbox = self.path("outbox/")
        shutil.copytree(outbox + ID, outbox + "0000-0000-0000-0000")
        shutil.copytree(outbox + ID, outbox + ID + ".2")
        self.write("outbox/%s.2/entry.json" % ID, '{"version": 2}')
        shutil.copytree(outbox + ID, outbox + ID + ".3")
        os.chmod(outbox + ID + ".3", 0o770)
        shutil.copytree(outbox + ID, outbox + ID + ".4")
        os.chmod(outbox + ID + ".4/entry.json", 0o606)
        os.symlink(ID, outbox + ID + ".5")
        os.mkdir(outbox + ID + ".6")
        os.mkfifo(outbox + ID + ".7")
        self.write("outbox/Thumbs.db", "")
        p = self.bad(74, "outbox", "outbox", "flush")
        self.assertEqual(p.err.count("error:"), 8)
        for name in (".2", ".3", ".4", ".5", ".6", ".7"):
            self.assertIn("outbox/" + ID + name, p.err)
        self.assertIn("1 delivered\n", p.out)
        self.assertEqual(self.stored(), 1)
        p = self.bad(74, "outbox", "outbox", "list")
        self.assertIn(ID, p.out)
        p = self.bad(74, "outbox", "status")
        self.assertIn(ID, p.out)

    def test_other_environment_and_organisation(self):
        """Theirs is another configuration's job."""
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.configure(portal=self.url, environment="production")
        self.line(0, "")
        doc = self.json("outbox", "flush")
        self.assertEqual((doc["elsewhere"], doc["waiting"]), (1, 0))
        self.bad(77, "environment", "outbox", "flush", ID)
        self.configure(portal=self.url, identity="exempelregionen")
        self.line(0, "")
        self.assertEqual(self.attempts(ID)["last_error"], "no-network")
        self.bad(77, "organisation-mismatch", "outbox", "flush", ID)
        self.assertEqual(self.stored(), 0)
        self.configure(portal=self.url)
        self.line(0, "1 delivered\n")

    def test_read_only(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        script = ("mount --bind outbox outbox && "
                  "mount -o remount,bind,ro outbox || exit 99; "
                  'for c in "outbox list" "outbox flush" status; do '
                  '"$0" $c --config sigill.conf; echo "status $?"; done')
        p = subprocess.run(["unshare", "-m", "sh", "-c", script, BIN],
                           cwd=self.dir, env=self.env, capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot mount here")
        self.assertEqual([int(s) for s in p.stdout.split()
                          if s.isdigit() and len(s) < 3 and s != b"1"][-2:],
                         [74, 75], p.stdout)
        self.assertIn(b"Read-only file system [outbox]", p.stderr)
        self.assertEqual(self.stored(), 0)


class Together(Case):
    """More than one run, and runs that were cut off."""

    def test_entry_that_another_run_has(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        with open(self.path("outbox/%s/entry.json" % ID), "r+") as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            self.line(75, "")
            doc = self.json("outbox", "flush", status=75)
            self.assertEqual(doc["waiting"], 1)
            self.bad(75, "busy", "submit", "a.json")
            p = self.bad(75, "busy", "outbox", "drop", ID)
            self.assertIn("it sends this submission", p.err)
            self.assertEqual(self.stored(), 0)
        self.line(0, "1 delivered\n")

    def test_several_runs_send_each_once(self):
        ids = [self.waiting(self.other_answers("%d.json" % n, round=str(n)))
               for n in range(4)]
        for id in ids:
            self.attempts(id, next_attempt=when(-1))
        with ThreadPoolExecutor(4) as pool:
            runs = [r.result() for r in [pool.submit(
                self.sigill, "outbox", "flush", "--json")
                for _ in range(4)]]
        docs = [json.loads(p.out) for p in runs]
        self.assertEqual(sum(d["delivered"] for d in docs), 4)
        self.assertEqual(self.stored(), 4)
        for p in runs:
            self.assertIn(p.returncode, (0, 75), p.out)
        self.line(0, "")

    def test_what_dead_runs_left(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        os.mkdir(self.path("outbox/.new.aB3xYz"), 0o700)
        self.write("outbox/.new.aB3xYz/a.sigill", "x")
        self.write("outbox/%s/.attempts.json.aB3xYz" % ID, "x")
        self.write("outbox/%s/.a.sigill.stored.p7s.aB3xYz" % ID, "x")
        with open(self.path("outbox/.lock"), "r+") as f:
            # Somebody is just putting something: it may be that one's.
            fcntl.flock(f, fcntl.LOCK_EX)
            self.good("outbox", "list")
            self.assertTrue(os.path.exists(
                self.path("outbox/.new.aB3xYz/a.sigill")))
        self.line(0, "1 delivered\n")
        self.assertEqual(sorted(os.listdir(self.path("outbox"))),
                         [".lock", ID])
        self.assertEqual(len(self.entry(ID)), 5)

    def test_verdicts(self):
        self.good("submit", "a.json")
        self.good("submit", self.other_answers())
        p = self.sigill("outbox", "flush", "--wait", "0")
        self.assertEqual((p.returncode, p.out, p.err), (75, "", ""))
        self.judge()
        self.line(0, "0 delivered, 2 with a verdict\n", "--wait", "20")
        self.line(0, "", "--wait", "0")

    def test_verdicts_that_cannot_be_asked_for(self):
        """Said once a day: a job that says nothing for ever is no help."""
        self.good("submit", "a.json")
        self.offline()
        said = "0 delivered, 1 without a verdict yet: the portal cannot be " \
            "reached [no-network]\n"
        self.line(75, said, "--wait", "0")
        self.line(75, "", "--wait", "0")
        self.line(0, "")
        told = self.path("outbox/.told")
        os.utime(told, (time.time() - 86500,) * 2)
        self.line(75, said, "--wait", "0")
        # A clock that was set back hides nothing.
        os.utime(told, (time.time() + 86500,) * 2)
        self.line(75, said, "--wait", "0")
        self.online()
        self.line(75, "", "--wait", "0")
        self.assertFalse(os.path.exists(told))

    def test_rejected(self):
        self.waiting()
        self.line(0, "1 delivered\n", ID)
        self.judge(opens="2098-01-01")
        p = self.bad(77, "rejected", "outbox", "flush", "--wait", "20")
        self.assertIn(ID, p.err)
        # Told once, but the status stays until somebody has seen to it.
        self.line(77, "", "--wait", "0")
        doc = self.json("outbox", "flush", "--wait", "0", status=77)
        self.assertEqual((doc["rejected"], doc["errors"][0]["code"]),
                         (1, "rejected"))
        self.assertIn("rejected by the authority", self.good("outbox").out)
        self.line(0, "")
        other = self.other_answers()
        self.good("submit", other)
        self.line(75, "", "--wait", "0")
        self.assertNotIn(ID, self.good("outbox").out)

    def test_rejected_and_thrown_away(self):
        self.good("submit", "a.json")
        self.judge(opens="2098-01-01")
        self.bad(77, "rejected", "outbox", "flush", "--wait", "0")
        self.stop()
        self.good("outbox", "drop", ID)
        self.line(0, "", "--wait", "0")
        self.assertEqual(self.ids(), [])

    def test_by_hand_all_are_tried_at_once(self):
        self.waiting()
        other = self.waiting(self.other_answers())
        self.attempts(other, next_attempt=when(-1))
        self.offline()
        # Not due, so not tried, so nothing is said of why.
        p = self.line(75, "0 delivered, 2 waiting: ")
        self.assertEqual((self.attempts(ID)["attempts"],
                          self.attempts(other)["attempts"]), (1, 2))
        self.attempts(other, next_attempt=when(1800), last_attempt=when(0))
        self.online()
        status, out = on_terminal(self, ["outbox", "flush", "--config",
                                         "sigill.conf"], [])
        self.assertEqual((status, out), (0, "2 delivered\r\n"))


class Swedish(SwedishScratch, Outbox):
    def test_summary(self):
        self.waiting()
        self.attempts(ID, next_attempt=when(-1))
        self.offline(closes=5 * 3600 + 60)
        p = self.sigill("outbox", "flush")
        self.assertEqual((p.returncode, p.err), (75, ""))
        self.assertRegex(p.out, r"^0 har levererats, 1 väntar: portalen kan inte "
                         r"nås \[no-network\]; nästa försök om .*; det är 5 "
                         r"timmar till stängning\n$")
        self.assertIn("väntar på att skickas", self.sigill("outbox").out)
        self.assertIn("5 timmar kvar", self.sigill("outbox").out)
        self.assertIn("väntar", self.sigill("status").out)
        self.online()
        p = self.sigill("submit", "a.json")
        self.assertIn("väntar i utkorgen", p.out)
        doc = self.json("outbox", "flush")
        self.assertEqual(doc["delivered"], 0)


if __name__ == "__main__":
    unittest.main()
