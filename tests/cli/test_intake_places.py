#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Where sealed files lie: what goes away, turns up elsewhere, lies under the
wrong name or cannot be taken."""
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

from intake_case import INTAKE, IntakeCase, sha256
from support import read, write

STRACE = shutil.which("strace")
STICK = "[folder stick]\ndirectory = folder\n"


class Places(IntakeCase):
    def rows(self):
        return self.query("SELECT place, name FROM arrivals")

    def assert_taken(self, digest, data):
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.assertEqual(self.archived(digest), data)
        self.receipt(digest)
        self.assertEqual(self.files("spool") + self.files("folder"), [])

    def register(self, data, source, place, name, **more):
        """A file that is in the ledger, and nowhere else."""
        digest = sha256(data)
        if not os.path.exists(self.at("ledger.db")):
            self.run_once()
        self.query("INSERT INTO arrivals (digest, size, source, place, name,"
                   " arrived, due, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   bytes.fromhex(digest), more.get("size", len(data)), source,
                   place, name, int(time.time()), more.get("due", 0), more.get("code", ""))
        return digest

    def edit(self, old, new):
        text = read(self.conf).decode()
        self.assertIn(old, text)
        write(self.conf, text.replace(old, new))

    # --- a file that goes -------------------------------------------------

    def test_a_file_of_a_folder_is_evidence_from_the_first(self):
        """It goes before it has its verdict."""
        data, _ = self.seal(change=None)
        first, _ = self.seal(change=lambda a: a["answers"].update(
            {k: v[:1] for k, v in a["answers"].items()
             if isinstance(v, list)}))
        self.spool(first)
        self.run_once()
        digest = self.drop("x", data)
        self.run_once()
        self.assertEqual(self.state(digest), ("held", "conflict"))
        self.assertEqual(self.archived(digest), data)
        os.unlink(self.at("folder/x"))
        self.intake("accept", digest)
        self.run_once()
        self.assert_taken(digest, data)

    def test_the_bytes_turn_up_in_the_spool(self):
        data, _ = self.seal()
        digest = self.register(data, "folder", "stick", "gone",
                               due=2 ** 40, code="no-input", size=7)
        self.run_once(75)
        self.spool(data)
        self.run_once()
        self.assert_taken(digest, data)
        self.assertEqual(self.rows(), [("portal", digest + ".sigill")])

    def test_the_bytes_turn_up_in_a_folder(self):
        data, _ = self.seal()
        digest = self.register(data, "spool", "portal", "gone", due=2 ** 40,
                               code="no-input")
        self.drop("brought", data)
        self.run_once()
        self.assert_taken(digest, data)
        self.assertEqual(self.rows(), [("stick", "brought")])

    def test_they_come_back_where_they_were(self):
        data, _ = self.seal()
        digest = self.register(data, "spool", "portal",
                               sha256(data) + ".sigill", due=2 ** 40,
                               code="no-input")
        self.spool(data)
        self.run_once()
        self.assert_taken(digest, data)

    def test_other_bytes_of_that_name_are_not_they(self):
        data, _ = self.seal()
        digest = self.register(data, "folder", "stick", "gone")
        write(self.at("spool/%s.sigill" % digest), "x" * len(data))
        self.run_once(75)
        self.assertEqual(self.state(digest), ("queued", "no-input"))
        self.assertEqual(self.rows(), [("stick", "gone")])
        self.drop("brought", data)
        self.run_once()
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.assertEqual(self.archived(digest), data)
        self.assertEqual(len(self.files("spool")), 1)

    def test_staff_reject_what_is_lost(self):
        data, _ = self.seal()
        digest = self.register(data, "spool", "portal", "gone")
        self.run_once(75)
        self.intake("accept", digest, status=65)
        self.intake("reject", digest, "--reason", "please send it again")
        self.run_once()
        self.assertEqual(self.state(digest), ("rejected", "declined"))
        self.assertEqual(self.content(self.receipt(digest, "rejected"))
                         ["advice"], "please send it again")
        self.assertEqual(self.leaves(), 2)
        self.run_once()

    def test_what_is_only_queued_cannot_be_rejected(self):
        data, _ = self.seal()
        digest = self.register(data, "spool", "portal", "gone")
        self.intake("reject", digest, "--reason", "no", status=65)

    # --- a place that goes ------------------------------------------------

    def test_a_folder_leaves_the_configuration(self):
        data, _ = self.seal()
        digest = self.drop("x", data)
        service = self.start()
        service.wait_for("accepted", digest=digest)
        self.assertEqual(service.stop(), 0)
        other, _ = self.seal()
        late = self.register(other, "folder", "stick", "y")
        os.makedirs(self.at("archive/" + late[:2]), exist_ok=True)
        with open(self.at("archive/%s/%s.sigill" % (late[:2], late)),
                  "wb") as f:
            f.write(other)
        self.edit(STICK, "")
        self.run_once()
        self.assertIn("place-gone place=stick files=1", self.log)
        self.assertEqual(self.state(late)[0], "accepted")
        self.assertNotIn("place-gone", self.run_once())

    def test_a_spool_is_brought_as_a_folder(self):
        """Its portal is gone for good."""
        data, _ = self.seal()
        digest = self.register(data, "spool", "portal",
                               sha256(data) + ".sigill")
        os.rename(self.at("spool"), self.at("rescued"))
        os.mkdir(self.at("spool"))
        self.edit("[spool portal]\ndirectory = spool",
                  "[folder rescued]\ndirectory = rescued")
        with open(self.at("rescued/%s.sigill" % digest), "wb") as f:
            f.write(data)
        self.run_once()
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.assertEqual(self.archived(digest), data)

    def test_a_renamed_place_is_handed_over(self):
        data, _ = self.seal()
        self.configure(handoff="command = exit 1")
        digest = self.spool(data)
        self.run_once(75)
        self.assertEqual(self.documents(), {})
        self.configure()
        self.edit("[spool portal]", "[spool front]")
        self.run_once()
        self.assertEqual(list(self.documents()), [digest])

    # --- what is not taken ------------------------------------------------

    def test_what_is_too_large_is_left(self):
        with open(self.at("folder/huge"), "wb") as f:
            f.truncate(3 << 30)
        data, _ = self.seal()
        service = self.start()
        service.wait_for("odd-name", place="stick")
        digest = self.spool(data)
        service.wait_for("accepted", digest=digest, timeout=15)
        start = time.monotonic()
        self.assertEqual(service.stop(), 0)
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(self.files("folder"), ["huge"])
        self.assertEqual(len(self.rows()), 1)
        self.run_once(75)

    def test_once_does_not_wait_for_what_grows_for_ever(self):
        done = threading.Event()
        self.drop("grows", b"x")

        def grow():
            while not done.wait(0.5):
                with open(self.at("folder/grows"), "ab") as f:
                    f.write(b"x")
        thread = threading.Thread(target=grow)
        thread.start()
        try:
            data, _ = self.seal()
            digest = self.spool(data)
            self.run_once(75)
        finally:
            done.set()
            thread.join()
        self.assertIn("still-written place=stick name=grows", self.log)
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.run_once()         # it does not grow any more
        self.assertEqual(self.files("folder"), [])

    # --- names that are taken ---------------------------------------------

    def test_somebody_elses_document_is_not_ours(self):
        data, _ = self.seal()
        digest = sha256(data)
        write(self.at("handoff/%s.json" % digest), "junk")
        self.spool(data)
        self.run_once(75)
        self.assertIn("output-exists", self.log)
        self.assertEqual(self.query("SELECT handed FROM arrivals"), [(0,)])
        os.unlink(self.at("handoff/%s.json" % digest))
        self.run_once()
        self.assertEqual(list(self.documents()), [digest])

    # --- killed -----------------------------------------------------------

    @unittest.skipUnless(STRACE, "strace is not installed")
    def test_killed_while_a_folder_is_emptied(self):
        data, _ = self.seal()
        for step, when in (("syncfs", 1), ("renameat", 1), ("syncfs", 2),
                           ("fdatasync", 2), ("unlink", 1)):
            with self.subTest(step=step, when=when):
                for name in ("archive", "handoff", "verdicts"):
                    shutil.rmtree(self.at(name))
                    os.mkdir(self.at(name), 0o700)
                for name in os.listdir(self.scratch.dir):
                    if name.startswith("ledger.db"):
                        os.unlink(self.at(name))
                digest = self.drop("x", data)
                subprocess.run(
                    [STRACE, "-f", "-qq", "-o", "/dev/null", "-e",
                     "trace=" + step, "-e", "inject=%s:signal=KILL:when=%d" %
                     (step, when), INTAKE, "--config", self.conf, "run",
                     "--once"], stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, timeout=60)
                self.assertTrue(self.files("folder") or
                                self.archived(digest) == data)
                self.run_once()
                self.assert_taken(digest, data)
                self.assertEqual(self.leaves(), 1)

    @unittest.skipUnless(STRACE, "strace is not installed")
    def test_a_name_that_is_found_is_made_durable(self):
        """The run that gave it may have been killed before it was."""
        data, _ = self.seal()
        digest = self.spool(data)
        self.run_once()
        self.query("UPDATE verdicts SET published = 0")
        self.query("UPDATE arrivals SET filed = 0, handed = 0")
        self.spool(data)
        trace = self.at("trace")
        # A leak detector traces its own process, which strace does already.
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        subprocess.run([STRACE, "-f", "-qq", "-y", "-o", trace, "-e",
                        "trace=fsync,unlink,unlinkat", INTAKE, "--config",
                        self.conf, "run", "--once"],
                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=env, timeout=60, check=True)
        lines = read(trace).decode().splitlines()

        def first(*words):
            return min(i for i, line in enumerate(lines)
                       if all(w in line for w in words))
        self.assertLess(first("fsync(", "/archive/%s>" % digest[:2]),
                        first("unlink", "/spool/%s.sigill" % digest))
        first("fsync(", "/verdicts>")
        first("fsync(", "/handoff>")
        self.assert_taken(digest, data)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unittest.main()
