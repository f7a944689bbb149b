#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL at each step, before and after it: of the portal, from its first
start until it has stopped; of the portal that starts after such a death; and
of the client."""
import os
import shutil
import signal
import subprocess
import unittest

from scene import Libraries, Scene
from steps import STRIDE, Struck, SweepCase
from table import Table

TABLE = Table("Kills")
LARGE = 1200000     # more than goes along with the creation


def tearDownModule():
    TABLE.finish()


def kill_portal(s, struck):
    """Started again as soon as it is dead, as systemd would."""
    env = Libraries.env(s.env, "strike", **struck.libraries())
    if not s.start(env=env):
        s.start()
    s.supervise()
    s.deliver()
    s.stop_supervised()
    s.check()


def kill_client(s, struck):
    """Who finds it dead starts it again."""
    s.start()
    s.send(env=s.client("strike", **struck.libraries()))
    if s.runs[0].status == -signal.SIGKILL:
        s.deliver()
    s.check()


class Kills(SweepCase):
    table = TABLE

    def test_1_portal(self):
        found = self.sweep("before", kill_portal)
        found += self.sweep("after", kill_portal)
        self.rows(found, "portal killed before or after %s",
                  "started again; the same run of the client goes on")

    def spread(self, size, one):
        """Of calls in a row that are alike, the first two, one of the middle
        and the last."""
        with Scene(size) as s:
            struck = Struck(0, "before", s.dir)
            one(s, struck)
            steps = struck.steps()
        chosen, begin = set(), 0
        for i in range(1, len(steps) + 1):
            if i == len(steps) or steps[i] != steps[begin]:
                chosen |= {begin, begin + (i > begin + 1),
                           (begin + i - 1) // 2, i - 1}
                begin = i
        return [n + 1 for n in sorted(chosen)][::STRIDE]

    def test_2_portal_large(self):
        """Creation and PATCH."""
        chosen = self.spread(LARGE, kill_portal)
        found = self.sweep("before", kill_portal, LARGE, chosen)
        self.rows([f for f in found if "partial file" in f[0] or
                   "spool" in f[0]],
                  "portal killed before %s, of a large file",
                  "started again; the same run of the client goes on")

    def test_3_portal_that_recovers(self):
        """Killed when the file had its name and no receipt, and again at
        each step of what it then does at its start."""
        with Scene() as first:
            at = self.step_that_names(first)
        with Scene() as first:
            struck = Struck(at, "after", first.dir)
            env = Libraries.env(first.env, "strike", **struck.libraries())
            first.start(env=env)
            first.line.script = iter(())
            self.assertEqual(first.send().status, 75)
            self.assertEqual(first.ended(), -signal.SIGKILL)
            self.assertEqual(len(first.sealed_files()), 1)
            self.assertEqual(first.ledger("SELECT * FROM receipts"), [])
            # Nobody opens this one, so that it is always the same.
            subprocess.run(["cp", "-a", first.spool, first.path("kept")],
                           check=True)

            def recover(s, again):
                for name, kept in ("spool", "kept"), ("a.sigill",) * 2:
                    path = s.path(name)
                    (shutil.rmtree if os.path.isdir(path) else
                     os.unlink)(path)
                    subprocess.run(["cp", "-a", first.path(kept), path],
                                   check=True)
                kill_portal(s, again)
            found = []
            for how in "before", "after":
                found += self.sweep(how, recover)
        self.rows(found, "portal killed with a file but no receipt, and at "
                  "its next start before or after %s",
                  "started once more; the receipt is made then")

    def step_that_names(self, s):
        struck = Struck(0, "before", s.dir)
        kill_portal(s, struck)
        names = [i for i, step in enumerate(struck.steps())
                 if "the sealed file's name in the spool" in step]
        self.assertEqual(len(names), 1)
        return names[0] + 1

    def test_4_client(self):
        found = self.sweep("before", kill_client)
        found += self.sweep("after", kill_client)
        self.rows(found, "`sigill send` killed before or after %s",
                  "run again")


if __name__ == "__main__":
    unittest.main()
