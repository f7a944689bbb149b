#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake that is killed, and workers that crash and hang: nothing is
lost, and nothing is seen to happen twice."""
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from intake_case import INTAKE, PLANTED, SANITIZED, IntakeCase, sha256
from support import BUILD, ITSAK, call, read

STRACE = shutil.which("strace")
# Where the bytes, names and commits of a verdict become durable.
STEPS = ("fdatasync", "syncfs", "renameat2", "fsync", "unlink", "sendmsg")
WHEN = (1, 3) if SANITIZED else (1, 2, 3, 5)


class Killed(IntakeCase):
    def assert_whole(self, digests):
        """What must hold when all is done, however it came about."""
        rows = self.query("SELECT digest, state, handed, filed, duplicate, "
                          "counts FROM arrivals")
        self.assertEqual({r[0].hex() for r in rows}, set(digests))
        accepted = {r[0].hex() for r in rows if r[1] == "accepted" and
                    not r[4]}
        self.assertEqual({r[1] for r in rows} - {"accepted", "rejected"},
                         set())
        verdicts = self.query("SELECT digest, stage, bytes, published FROM "
                              "verdicts")
        self.assertEqual(len(verdicts), len(digests))
        self.assertEqual(self.leaves(), len(digests))
        for digest, stage, der, published in verdicts:
            self.assertEqual(self.receipt(digest.hex(), stage), der)
            self.assertEqual(published, 1)
            self.assertEqual(sha256(self.archived(digest.hex())),
                             digest.hex())
        # What counts, and what may have counted before it was replaced.
        counting = {r[0].hex() for r in rows if r[5]}
        documents = set(self.documents())
        handed = {r[0].hex() for r in rows if r[2]}
        self.assertEqual((counting - handed, handed - documents,
                          documents - accepted), (set(), set(), set()))
        self.assertTrue(all(r[3] for r in rows))
        self.assertEqual(self.files("spool"), [])
        self.assertEqual(len(self.files("verdicts")), len(digests))
        self.intake("log", "check")

    def remember(self, seen):
        """Receipts that somebody may have seen: they must stay."""
        for name in self.files("verdicts"):
            der = read(self.at("verdicts/" + name))
            self.assertEqual(seen.setdefault(name, der), der)

    @unittest.skipUnless(STRACE, "strace is not installed")
    def test_killed_at_each_step(self):
        files = [self.seal()[0], self.seal(ITSAK)[0], b"x" * 2000]
        self.configure(workers=1)
        kills = 0
        for step in STEPS:
            for when in WHEN:
                with self.subTest(step=step, when=when):
                    for name in ("archive", "handoff", "verdicts"):
                        shutil.rmtree(self.at(name))
                        os.mkdir(self.at(name), 0o700)
                    for name in os.listdir(self.scratch.dir):
                        if name.startswith("ledger.db"):
                            os.unlink(self.at(name))
                    digests = [self.spool(data) for data in files]
                    p = subprocess.run(
                        [STRACE, "-f", "-qq", "-o", "/dev/null", "-e",
                         "trace=" + step, "-e", "inject=%s:signal=KILL:when="
                         "%d" % (step, when), INTAKE, "--config", self.conf,
                         "run", "--once"], stdin=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL, timeout=60)
                    kills += p.returncode != 0
                    seen = {}
                    self.remember(seen)
                    self.run_once()
                    self.remember(seen)
                    self.assert_whole(digests)
        self.assertGreater(kills, len(STEPS) * len(WHEN) // 4)

    def test_killed_at_any_time(self):
        """Until all is done, again and again."""
        call(BUILD + "/test/make-population", "150",
             self.at("pki/intake-p256.pem"),
             "questionnaires/infosakkollen-2023.json", self.at("pop"), "0",
             "7")
        self.configure(anchors="pop/anchors.pem", crls="pop/crls.pem",
                       rounds=read(self.at("pop/rounds.conf")).decode())
        digests = [self.spool(read(os.path.join(self.at("pop/0"), name)))
                   for name in os.listdir(self.at("pop/0"))]
        rng = random.Random(4)
        seen = {}
        for _ in range(10 if SANITIZED else 25):
            p = subprocess.Popen([INTAKE, "--config", self.conf, "run"],
                                 stdin=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.02, 0.75 if SANITIZED else 0.25))
            p.kill()
            p.wait()
            self.remember(seen)
        self.run_once()
        self.remember(seen)
        self.assert_whole(digests)


class Planted(IntakeCase):
    """Files that break workers."""
    program = PLANTED

    def plant(self, word):
        return self.spool(("SIGILL-PLANT " + word).encode().ljust(2000))

    def test_a_crash_costs_one_file(self):
        good, _ = self.seal()
        bad = [self.plant(word) for word in ("crash", "say", "leave")]
        digest = self.spool(good)
        service = self.start()
        for each in bad:
            service.wait_for("held", digest=each, code="unprocessable")
        service.wait_for("accepted", digest=digest)
        self.assertEqual(service.stop(), 0)
        for each in bad:
            self.assertEqual(self.state(each), ("held", "unprocessable"))
            self.assertEqual(self.query(
                "SELECT attempts FROM arrivals WHERE digest = ?",
                bytes.fromhex(each)), [(2,)])
        self.assertEqual(self.leaves(), 1)
        self.assertEqual(sorted(self.files("spool")),
                         sorted(each + ".sigill" for each in bad))
        # A person looks, and the sender is told.
        self.intake("reject", bad[0], "--reason", "please send it again")
        self.run_once(program=INTAKE)
        self.assertEqual(self.state(bad[0]), ("rejected", "declined"))
        self.assertEqual(self.content(self.receipt(bad[0], "rejected"))
                         ["advice"], "please send it again")
        self.assertEqual(self.leaves(), 3)

    def test_a_loop_costs_its_time(self):
        self.configure(seconds=1, workers=1)
        bad = self.plant("loop")
        good, _ = self.seal()
        service = self.start()
        service.wait_for("put-off", digest=bad, code="worker-late")
        digest = self.spool(good)
        service.wait_for("accepted", digest=digest)
        service.wait_for("held", digest=bad, code="unprocessable")
        self.assertEqual(service.stop(), 0)

    def test_a_key_holder_that_is_killed_is_no_fault_of_the_file(self):
        service = self.start()
        first, _ = self.seal()
        service.wait_for("accepted", digest=self.spool(first))
        holder = [pid for pid in self.children(service.process.pid)
                  if b"keyholder" in read("/proc/%d/cmdline" % pid)]
        self.assertEqual(len(holder), 1)
        os.kill(holder[0], signal.SIGKILL)
        second, _ = self.seal(ITSAK)
        digest = self.spool(second)
        service.wait_for("accepted", digest=digest)
        self.assertEqual(service.stop(), 0)
        self.assertEqual(self.query("SELECT max(attempts) FROM arrivals"),
                         [(0,)])

    def children(self, pid):
        out = []
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task)) as f:
                out += [int(child) for child in f.read().split()]
        return out


if __name__ == "__main__":
    unittest.main()
