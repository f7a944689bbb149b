#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""`sigill submit` and `sigill outbox flush`: killed at each step, with a disk
that is full, several at once, and with a portal that is not heard."""
import glob
import itertools
import os
import shutil
import signal
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from line import Cut
from scene import Libraries, Scene, scratch
from steps import SweepCase
from table import Table, then

TABLE = Table("The outbox")
OUTBOX = ".local/state/sigill/outbox"
KNOWN = {".lock", "entry.json", "attempts.json", "a.sigill",
         "a.sigill.reply.pem", "a.sigill.stored.p7s"}


def tearDownModule():
    TABLE.finish()


class OutboxScene(Scene):
    """A sender with answers; what is sealed of them lies in the outbox."""

    def __init__(self, script=()):
        super().__init__(0, script)
        shutil.copy(scratch.SAMPLE, self.path("a.json"))

    def submit(self, **kw):
        self.runs.append(self.sigill("submit", "a.json", **kw))
        return self.runs[-1]

    def flush(self, **kw):
        """The next day's, for which everything is due."""
        kw.setdefault("env", self.client(OTHER_DAY="1"))
        self.runs.append(self.sigill("outbox", "flush", **kw))
        return self.runs[-1]

    def entries(self):
        return glob.glob(self.path(OUTBOX + "/[0-9A-Z]*"))

    def recover(self):
        """What comes after a bad day: the scheduled job, until it has nothing
        more to do; and where nothing lies in the outbox, the person."""
        for _ in range(3):
            if self.flush().status == 0:
                break
        else:
            raise AssertionError([r.err for r in self.runs])
        if not self.entries():
            run = self.submit()
            assert run.status == 0, run.err

    def check_outbox(self):
        """One entry, with the submission that the portal has, and no more."""
        assert self.flush().status == 0, self.runs[-1].err
        self.runs.pop()
        found = self.entries()
        assert len(found) == 1, found
        left = {n for _, _, names in os.walk(self.path(OUTBOX))
                for n in names} - KNOWN
        assert not left, left

    def check_folder(self):
        left = set(os.listdir(self.dir))
        assert not [n for n in left if "sigill" in n and
                    n not in ("sigill.conf",)], left


def struck_env(s, struck, **more):
    return s.client("strike", **dict(struck.libraries(), **more))


def kill_submit(s, struck):
    s.start()
    if s.submit(env=struck_env(s, struck)).status == -signal.SIGKILL:
        s.recover()
    s.check_outbox()


def waiting(s):
    """An entry, of which the portal has not heard."""
    s.line.refuse()
    run = s.submit(env=s.client(HURRY="1000"))
    assert str(run) == "75 no-network", run.err
    s.line.listen()
    s.runs.clear()


def kill_flush(s, struck):
    s.start()
    waiting(s)
    run = s.flush(env=struck_env(s, struck, OTHER_DAY="1"))
    if run.status == -signal.SIGKILL:
        # Another day, as the killed run has noted its attempt.
        assert s.flush(env=s.client(OTHER_DAY="2")).status == 0, \
            s.runs[-1].err
    s.check_outbox()


def full_submit(s, struck):
    s.start()
    run = s.submit(env=struck_env(s, struck))
    s.check_no_empty_promise()
    if run.status != 0:
        assert run.status == 74, run.err
        assert not glob.glob(s.path(OUTBOX + "/*/*.p7s"))
        s.recover()
    s.check_outbox()


def full_flush(s, struck):
    s.start()
    waiting(s)
    run = s.flush(env=struck_env(s, struck, OTHER_DAY="1"))
    s.check_no_empty_promise()
    if run.status != 0:
        assert run.status in (74, 75), run.err
        assert s.flush(env=s.client(OTHER_DAY="2")).status == 0, \
            s.runs[-1].err
    s.check_outbox()


class Outbox(SweepCase):
    table = TABLE
    scene = OutboxScene
    workers = 8

    def test_1_submit_killed(self):
        found = self.sweep("before", kill_submit)
        found += self.sweep("after", kill_submit)
        self.rows(found, "`sigill submit` killed before or after %s",
                  "`sigill outbox flush`; `submit` again if nothing was in "
                  "the outbox yet")

    def test_2_flush_killed(self):
        found = self.sweep("before", kill_flush)
        found += self.sweep("after", kill_flush)
        self.rows(found, "`sigill outbox flush` killed before or after %s",
                  "the next one")

    def test_3_submit_full(self):
        self.rows(self.sweep("full", full_submit),
                  "`sigill submit`, disk full from %s on",
                  "room later; `flush`, or `submit` again")

    def test_4_flush_full(self):
        self.rows(self.sweep("full", full_flush),
                  "`sigill outbox flush`, disk full from %s on",
                  "room later; the next one")

    def test_5_answers_lost(self):
        with OutboxScene(itertools.repeat(
                Cut(up=700, how="swallow", until=lambda: True))) as s:
            s.start()
            self.assertEqual(str(s.submit()), "75 interrupted")
            # It waits for its time, and says so by its exit.
            again = s.flush(env=s.client_env)
            self.assertEqual((again.status, again.err), (75, ""))
            s.runs.pop()
            s.line.script = iter(())
            self.assertEqual(str(s.flush()), "0")
            s.check_outbox()
            self.row("`sigill submit`, every answer lost", "`sigill outbox "
                     "flush` a day later", s)

    def test_6_stored_but_never_heard(self):
        with OutboxScene() as s:
            s.line.script = itertools.chain([Cut(
                up=7000, how="swallow", until=s.stored)],
                itertools.repeat(Cut(up=100)))
            s.start()
            self.assertEqual(str(s.submit()), "75 interrupted")
            self.assertTrue(s.stored())
            s.line.script = iter(())
            self.assertEqual(str(s.flush()), "0")
            s.check_outbox()
            self.row("`sigill submit`, stored, answer lost, then no line",
                     "`sigill outbox flush` a day later: the same receipt",
                     s)

    def at_once(self, run, s):
        with ThreadPoolExecutor(4) as pool:
            return [f.result() for f in [pool.submit(run) for _ in range(4)]]

    def test_7_flushes_at_once(self):
        with OutboxScene(itertools.repeat(Cut(delay=0.02))) as s:
            s.start()
            waiting(s)
            runs = self.at_once(s.flush, s)
            self.assertIn(0, [r.status for r in runs])
            for r in runs:
                self.assertIn(r.status, (0, 75), r.err)
            s.check_outbox()
            self.table.add("four `sigill outbox flush` at once", "one works "
                           "on the entry", "0, or 75 when another was at it",
                           "one file, one receipt")

    def test_8_submits_at_once(self):
        with OutboxScene(itertools.repeat(Cut(delay=0.02))) as s:
            s.start()
            runs = self.at_once(s.submit, s)
            self.assertIn(0, [r.status for r in runs], then(runs))
            for r in runs:
                self.assertIn(r.status, (0, 75), r.err)
            s.recover()
            s.check_outbox()
            self.table.add("four `sigill submit` of the same answers at "
                           "once", "one seals and sends", "0, or 75 when "
                           "another was at it", "one file, one receipt")

    def test_9_sealed_file_changed(self):
        with OutboxScene() as s:
            s.start()
            waiting(s)
            path = s.entries()[0] + "/a.sigill"
            data = s.read(path)
            os.chmod(path, 0o600)
            with open(path, "wb") as f:
                f.write(data[:-1] + bytes([data[-1] ^ 1]))
            run = s.flush()
            self.assertEqual((run.status, run.code),
                             (65, "sealed-changed"), run.err)
            s.stop()
            self.assertEqual(s.sealed_files(), [])
            s.start()
            with open(path, "wb") as f:
                f.write(data)
            self.assertEqual(s.flush(env=s.client(OTHER_DAY="3")).status, 0)
            s.check_outbox()
            self.row("sealed file in the outbox changed, later put back",
                     "not sent; sent when it is as it was", s)


if __name__ == "__main__":
    unittest.main()
