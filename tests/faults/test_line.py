#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A line that breaks, stalls, halves or swallows, at every place that
matters; and what happens to a delivery while it is under way."""
import glob
import itertools
import os
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

import scene as scenes
from line import Cut
from scene import KOPING, Libraries, Scene
from table import FaultCase, Table, add_cases, then

SMALL, LARGE = 20000, 3000000
TABLE = Table("The line")


def tearDownModule():
    TABLE.finish()


def always(cut):
    return itertools.repeat(cut)


# fault, what happens, size, cuts, what the sender sees (None: the run gives
# up, and the next one has a line that holds)
CASES = [
    ("reset when the connection is made", "tried again", SMALL,
     [Cut(up=0)], ["0"]),
    ("reset in the first message of the handshake", "tried again", SMALL,
     [Cut(up=100)], ["0"]),
    ("reset in the portal's part of the handshake", "tried again", SMALL,
     [Cut(down=1000)], ["0"]),
    ("reset in the middle of a small file", "tried again; the portal skips "
     "what it has", SMALL, [Cut(up=12000)], ["0"]),
    ("reset in the middle of a small file, always", "given up",
     SMALL, always(Cut(up=12000)), None),
    ("reset in the middle of a large file", "goes on where it was", LARGE,
     [Cut(up=1500000)], ["0"]),
    ("reset after every 700,000 bytes", "goes on each time", LARGE,
     always(Cut(up=700000, linger=0.1)), ["0"]),
    ("reset after every 300,000 bytes", "goes on each time", LARGE,
     always(Cut(up=300000, linger=0.1)), ["0"]),
    ("FIN towards the portal in a small file", "tried again", SMALL,
     [Cut(up=12000, how="half-up")], ["0"]),
    ("FIN towards the portal after every 700,000 bytes",
     "goes on each time", LARGE, always(Cut(up=700000, how="half-up")),
     ["0"]),
    ("FIN towards the sender in the handshake", "tried again", SMALL,
     [Cut(down=1000, how="half-down")], ["0"]),
    ("FIN towards the sender after every 700,000 bytes that went up",
     "goes on each time", LARGE,
     always(Cut(up=700000, how="half-down")), ["0"]),
    ("stall in the handshake", "given up after a while, tried again", SMALL,
     [Cut(up=100, how="stall")], ["0"]),
    ("stall in the middle of a small file", "given up after a minute, tried "
     "again", SMALL, [Cut(up=12000, how="stall")], ["0"]),
    ("stall in the middle of a large file", "given up after a minute; the "
     "portal cuts off the stalled request", LARGE,
     [Cut(up=1500000, how="stall")], ["0"]),
    ("60 ms of delay for every chunk", "it takes longer", SMALL,
     always(Cut(delay=0.06)), ["0"]),
]


def on_the_line(self, fault, happens, size, cuts, expected):
    with Scene(size, cuts) as s:
        s.start()
        if expected is None:
            self.assertEqual(str(s.send()), "75 interrupted")
            s.line.script = iter(())
            expected = ["0"]
        self.settle(s, expected)
        s.check()
        self.row(fault, happens, s)


class OnTheLine(FaultCase):
    table = TABLE


add_cases(OnTheLine, CASES, on_the_line)


class Swallowed(FaultCase):
    """The request went up, and its answer never comes down."""
    table = TABLE

    def swallow(self, fault, happens, size, silent=False):
        with Scene(size) as s:
            # The file is shorter than what goes up: no answer comes before.
            s.line.script = iter([Cut(
                up=size, how="swallow",
                until=None if silent else s.stored)])
            s.start()
            self.settle(s, ["0"])
            self.assertGreater(s.line.connections, 1)
            s.check()
            self.row(fault, happens, s)

    def test_1_post_reset(self):
        self.swallow("answer to POST lost, connection reset",
                     "asked again: the same receipt", SMALL)

    def test_2_post_silent(self):
        self.swallow("answer to POST lost, silence", "asked again after two "
                     "minutes: the same receipt", SMALL, True)

    def test_3_patch_reset(self):
        self.swallow("answer to the last PATCH lost, connection reset",
                     "asked again: the receipt", LARGE)

    def test_4_patch_silent(self):
        self.swallow("answer to the last PATCH lost, silence",
                     "asked again after two minutes: the receipt", LARGE,
                     True)

    def test_5_every_answer(self):
        """A run that never hears anything, and the next."""
        with Scene(SMALL) as s:
            # More than the first message of the handshake, less than all.
            s.line.script = always(Cut(up=700, how="swallow",
                                       until=s.stored))
            s.start()
            self.assertEqual(s.send().status, 75)
            s.line.script = iter(())
            self.settle(s, ["0"])
            s.check()
            self.row("every answer lost, as long as the run goes on",
                     "the next run gets the receipt", s)


class Circumstances(FaultCase):
    """What changes between two tries."""
    table = TABLE

    def interrupted(self, s):
        """A run that ends when about half has arrived."""
        s.line.script = itertools.chain([Cut(up=1500000, linger=0.1)],
                                        always(Cut(up=100)))
        self.assertEqual(str(s.send()), "75 interrupted")
        partial = glob.glob(s.spool + "/.portal/partial/*")
        self.assertGreater(os.path.getsize(partial[0]), 1000000)
        s.line.script = iter(())
        open_ones = s.ledger("SELECT complete FROM uploads")
        self.assertEqual(open_ones, [(0,)])

    def test_01_nobody_listens(self):
        with Scene() as s:
            s.start()
            s.line.refuse()
            self.assertEqual(s.send().status, 75)
            s.line.listen()
            self.settle(s, ["0"])
            s.check()
            self.row("nobody listens, later somebody does", "told at once; "
                     "the next run delivers", s)

    def test_02_portal_killed(self):
        self.restarted("portal killed in the middle of an upload and "
                       "started again", lambda s: s.kill())

    def test_03_portal_restarted(self):
        self.restarted("portal stopped in the middle of an upload and "
                       "started again", lambda s: s.stop())

    def restarted(self, fault, end):
        with Scene(LARGE) as s:
            # The line stalls, the portal goes, the line waits for the next.
            s.line.script = iter([Cut(up=1500000, how="stall")])
            s.start()
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(self.settle, s, ["0"])
                partial = s.spool + "/.portal/partial/"
                scenes.wait_for(lambda: any(
                    os.path.getsize(partial + n) > 1000000
                    for n in os.listdir(partial)))
                end(s)
                s.start()
                sending.result()
            s.check()
            self.row(fault, "goes on where it was", s)

    def test_04_expired(self):
        with Scene(LARGE) as s:
            s.start()
            self.interrupted(s)
            s.stop()
            late = Libraries.env(s.env, "clock", OTHER_DAY="8")
            s.start(env=late)
            self.settle(s, ["0"])
            s.check()
            self.row("upload expired between two runs", "begun anew", s)

    def test_05_file_changed(self):
        with Scene(LARGE) as s:
            s.start()
            self.interrupted(s)
            s.seal("a.sigill", LARGE - 5000)
            self.settle(s, ["0"])
            s.check(unfinished=1)
            # What was begun of the other file goes when its time is over.
            for days in "8", "16":
                s.start(env=Libraries.env(s.env, "clock", OTHER_DAY=days))
                s.sweep()
                left = int(days == "8")     # what is told: expired
                scenes.wait_for(lambda: len(s.ledger(
                    "SELECT id FROM uploads WHERE complete = 0")) == left and
                    not os.listdir(s.spool + "/.portal/partial"))
                s.stop()
            s.check()
            self.row("file changed between two runs", "another file, another "
                     "upload; the portal forgets the first one when it "
                     "expires", s)

    def test_06_certificate_renewed(self):
        with Scene(LARGE) as s:
            authority = scenes.SenderAuthority(s.dir)
            authority.issue("new", "2199990017")
            s.start(crls="")
            self.interrupted(s)
            s.configure(identity="new")
            before = s.ledger("SELECT id FROM uploads")
            self.settle(s, ["0"])
            self.assertEqual(s.ledger("SELECT id FROM uploads"), before)
            s.check()
            self.row("certificate renewed between two runs", "goes on where "
                     "it was: the sender is the organisation", s)

    def test_07_certificate_of_another(self):
        """Not the same sender: nothing of the first one's is seen."""
        with Scene(LARGE) as s:
            s.start()
            self.interrupted(s)
            s.configure(identity="exempelregionen")
            self.settle(s, ["0"])
            s.check(unfinished=1)
            self.row("another organisation goes on with the file", "an "
                     "upload of its own", s, "one file, one receipt for the "
                     "one that delivered it")

    def test_08_at_once(self):
        with Scene(SMALL) as s:
            s.start()
            with ThreadPoolExecutor(6) as pool:
                runs = list(pool.map(lambda _: s.sigill("send", "a.sigill"),
                                     range(6)))
            self.assertEqual([str(r) for r in runs], ["0"] * 6,
                             [r.err for r in runs])
            s.runs = [then(runs)]
            s.check()
            s.runs = runs[:1]
            self.row("six `sigill send` of one file at once", "all get the "
                     "same receipt", s)

    def test_09_at_once_large(self):
        with Scene(LARGE, always(Cut(delay=0.002))) as s:
            s.start()
            for n in "bcd":
                subprocess.run(["cp", s.path("a.sigill"),
                                s.path(n + ".sigill")], check=True)
            with ThreadPoolExecutor(4) as pool:
                runs = list(pool.map(
                    lambda n: s.sigill("send", n + ".sigill"), "abcd"))
            for n, run in zip("abcd", runs):
                self.assertIn(run.status, (0, 75), run.err)
                if run.status != 0:
                    self.assertEqual(str(s.sigill("send", n + ".sigill")),
                                     "0")
                self.assertEqual(s.read(n + ".sigill.stored.p7s"),
                                 s.read("a.sigill.stored.p7s"))
            s.check()
            s.runs = runs[:1]
            self.table.add("four copies of a large file at once", "they cut "
                           "each other off", "0, or 75 then 0",
                           "one file, one receipt")


if __name__ == "__main__":
    unittest.main()
