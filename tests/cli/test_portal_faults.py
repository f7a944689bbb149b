#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal when the machine lets it down: disks, power and memory."""
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from portal_case import (KOPING, PORTAL, REGIONEN, TUS, PortalCase,
                         patching)


class FullDisk(PortalCase):
    settings = None

    def limit_files(self):
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))

    def test_file_size_limit(self):
        self.start(self.limit_files)
        a = self.post(self.large)
        self.assert_problem(a, 507, "no-space")
        self.assertIn("retry-after", a.headers)
        self.assertNotIn("detail", a.problem())
        self.assertEqual(self.sealed_files(), [])
        self.assertEqual(self.post(self.small).status, 201)
        self.stop()
        # With room again, it goes on where it stopped.
        self.start()
        a = self.post(self.large, b"")
        self.assertEqual(a.headers["upload-offset"], "1000000")
        a = self.ask("PATCH", a.headers["location"], patching(
            1000000, Prefer="return=representation"), self.large[1000000:])
        self.assert_receipt(a.body, self.large)

    def mount(self, size):
        p = subprocess.run(["mount", "-t", "tmpfs", "-o",
                            "mode=700,size=%dk" % size, "none", self.spool],
                           stderr=subprocess.DEVNULL)
        if p.returncode != 0:
            self.skipTest("cannot mount a tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.spool])

    def fill(self):
        with open(self.spool + "/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 4096)
            except OSError:
                pass

    def test_full_file_system(self):
        self.mount(2000)
        self.start()
        a = self.post(self.large)
        self.assert_problem(a, 507, "no-space")
        self.assertEqual(self.partial_files(), [])
        loc = self.begin(self.small)
        self.fill()
        # The upload's own bytes had been reserved; the receipt has no room.
        a = self.ask("PATCH", loc, patching(0), self.small)
        self.assert_problem(a, 507, "no-space")
        self.assertEqual(self.ask("GET", "/v1/health").status, 200)
        os.unlink(self.spool + "/filler")
        self.assertEqual(self.offset(loc), len(self.small))
        self.assert_stored(self.small)
        a = self.post(self.small)
        self.assert_receipt(a.body, self.small)
        self.stop()

    def test_who_is_over_the_quota_reserves_nothing(self):
        self.mount(2000)
        self.start(max_uploads=1)
        self.begin(self.small)
        a = self.post(self.large, b"")      # for which there is no room
        self.assert_problem(a, 429, "portal-busy")

    def test_a_disk_full_of_uploads_is_emptied(self):
        self.mount(2000)
        self.start()
        gone, late, mine = (self.begin(bytes(n)) for n in (
            200001, 200002, 200003))
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE uploads SET expires = 1700000000"
                       " WHERE length = 200002")
        self.fill()
        self.assertEqual(self.ask("DELETE", gone, TUS).status, 204)
        self.assertEqual(self.ask("HEAD", gone, TUS).status, 404)
        self.fill()
        self.process.send_signal(signal.SIGHUP)
        for _ in range(200):
            if len(self.partial_files()) == 1:
                break
            time.sleep(0.02)
        self.assertEqual(self.ask("HEAD", late, TUS).status, 410)
        self.assertEqual(self.partial_files(), [mine.split("/")[-1]])
        # And by a portal that finds the disk full when it starts.
        self.kill()
        self.fill()
        self.start()
        self.assertEqual(self.ask("DELETE", mine, TUS).status, 204)
        self.assertEqual(self.post(self.small).status, 201)
        self.stop()

    def test_blocks_smaller_than_a_page(self):
        image = self.scratch + "/image"
        with open(image, "wb") as f:
            f.truncate(4 << 20)
        subprocess.run(["/sbin/mkfs.ext4", "-q", "-b", "1024", image],
                       check=True)
        p = subprocess.run(["mount", "-o", "loop", image, self.spool],
                           stderr=subprocess.DEVNULL)
        if p.returncode != 0:
            self.skipTest("cannot mount an image here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.spool])
        os.chmod(self.spool, 0o700)
        p = subprocess.run([PORTAL, "--check", "--config", self.configure()],
                           stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 78, p.stderr)
        self.assertIn(b"blocks of 1024 bytes", p.stderr)


class PowerCut(PortalCase):
    settings = None

    def test_a_name_is_not_without_an_owner(self):
        cut = self.scratch + "/cut"
        self.start_with("power_cut", POWER_CUT=cut)
        self.assertEqual(self.post(self.large).status, 201)
        with open(cut, "w"):
            pass
        with self.assertRaises((OSError, AttributeError)):
            self.post(self.small).status
        self.assertEqual(self.process.wait(30), -signal.SIGKILL)
        self.kill()
        self.assertEqual(len(self.sealed_files()), 2)
        # What the log had beyond its last sync is lost.
        ledger = self.spool + "/.portal/ledger.db"
        os.replace(cut + ".wal", ledger + "-wal")
        os.unlink(ledger + "-shm")
        self.start()
        with sqlite3.connect(ledger) as db:
            owned = [d.hex() + ".sigill" for d, in
                     db.execute("SELECT digest FROM receipts")]
        self.assertEqual(sorted(owned), self.sealed_files())
        self.assert_receipt(self.post(self.small).body, self.small)


class BadDisk(PortalCase):
    settings = None

    def setUp(self):
        super().setUp()
        self.start_on_a_bad_disk()

    def test_bytes_that_were_not_synced_do_not_count(self):
        """The second sync succeeds, and means nothing."""
        loc = self.begin(self.small)
        for body in self.small, self.small[:3000]:
            self.fail_sync("/partial/")
            a = self.ask("PATCH", loc, patching(0), body)
            self.assert_problem(a, 500, "io")
            self.assertEqual(self.offset(loc), 0)
            self.assertEqual(self.sealed_files(), [])
        self.fail_sync("/partial/")
        self.assert_problem(self.post(self.small), 500, "io")
        a = self.post(self.small, b"")
        self.assertEqual((a.headers["upload-offset"], a.body), ("0", b""))
        self.assert_receipt(self.post(self.small).body, self.small)
        self.assert_stored(self.small)

    def publish_without_receipt(self, who=KOPING):
        loc = self.begin(self.small, who)
        self.fail_sync("ledger.db-wal")     # when the receipt is kept
        a = self.ask("PATCH", loc, patching(0), self.small, who)
        self.assert_problem(a, 500, "io")
        self.assertEqual(len(self.sealed_files()), 1)
        return loc

    def test_what_is_given_up_is_not_left_for_intake(self):
        loc = self.publish_without_receipt()
        self.assertEqual(self.ask("DELETE", loc, TUS).status, 204)
        self.assert_nothing_left()
        self.publish_without_receipt()
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE uploads SET expires = 1700000000")
        self.process.send_signal(signal.SIGHUP)
        for _ in range(200):
            if not self.sealed_files():
                break
            time.sleep(0.02)
        self.assertEqual(self.sealed_files(), [])
        # What another sender has a receipt for stays.
        self.assertEqual(self.post(self.small).status, 201)
        loc = self.publish_without_receipt(REGIONEN)
        a = self.ask("DELETE", loc, TUS, who=REGIONEN)
        self.assertEqual(a.status, 204)
        self.assert_stored(self.small)

    def test_a_name_that_was_not_synced_is_made_again(self):
        """A second sync of the folder would succeed, and mean nothing."""
        loc = self.begin(self.small)
        self.fail_sync("/spool$")
        a = self.ask("PATCH", loc, patching(0), self.small)
        self.assert_problem(a, 500, "io")
        self.assertEqual(self.sealed_files(), [])
        self.assertEqual(self.offset(loc), len(self.small))
        self.assert_receipt(self.post(self.small).body, self.small)
        self.assert_stored(self.small)

    def test_a_failure_is_that_of_the_names_before_it(self):
        """Also of one that has been made and not been noted yet."""
        hold = self.scratch + "/hold"
        with open(hold, "w"):
            pass
        answers = []
        first = threading.Thread(
            target=lambda: answers.append(self.post(self.small)))
        first.start()
        for _ in range(500):
            if os.path.exists(hold + ".waiting"):
                break
            time.sleep(0.01)
        self.fail_sync("/spool$")
        self.assert_problem(self.post(self.large), 500, "io")
        os.unlink(hold)
        first.join()
        self.assert_problem(answers[0], 500, "io")
        self.assert_receipt(self.post(self.small).body, self.small)

    def test_a_name_that_others_rely_on_stays(self):
        receipt = self.post(self.small, who=REGIONEN).body
        loc = self.begin(self.small)
        self.fail_sync("/spool$")
        a = self.ask("PATCH", loc, patching(0), self.small)
        self.assert_problem(a, 500, "io")
        self.assert_stored(self.small)
        self.assertEqual(self.ask("DELETE", loc, TUS).status, 204)
        self.assert_stored(self.small)
        self.assertEqual(self.post(self.small, who=REGIONEN).body, receipt)

    def test_a_log_that_was_not_synced_is_not_gone_on_with(self):
        def salts():
            with open(self.spool + "/.portal/ledger.db-wal", "rb") as f:
                return f.read(32)[16:24]
        self.assertEqual(self.post(self.large).status, 201)
        before = salts()
        self.fail_sync("ledger.db-wal")
        # The upload was noted without a sync, and the receipt is not.
        self.assert_problem(self.post(self.small), 500, "io")
        self.assertEqual(salts(), before)
        self.assert_receipt(self.post(self.small).body, self.small)
        self.assertNotEqual(salts(), before)    # it has begun anew
        self.assert_receipt(self.post(self.large).body, self.large)

    def test_what_has_its_name_gets_its_receipt(self):
        loc = self.publish_without_receipt()
        self.assertEqual(self.offset(loc), len(self.small))
        self.assert_receipt(self.post(self.small).body, self.small)


class DamagedLedger(PortalCase):
    settings = None

    def test_a_damaged_receipt_is_not_given(self):
        self.start()
        a = self.post(self.small)
        receipt, loc = a.body, a.headers["location"]
        where = "/v1/receipts/%s/stored" % \
            hashlib.sha256(self.small).hexdigest()
        self.assertEqual(self.ask("GET", where).body, receipt)
        other = self.post(self.large).body
        for bad in (receipt[:-1] + bytes([receipt[-1] ^ 1]), receipt[:-1],
                    other):
            self.store(bad)
            a = self.ask("GET", where)
            self.assert_problem(a, 500, "io")
            self.assert_problem(self.post(self.small), 500, "io")
            a = self.ask("PATCH", loc, patching(
                len(self.small), Prefer="return=representation"))
            self.assert_problem(a, 500, "io")
        self.assertIn("ledger-damaged", self.logged())
        self.store(receipt)
        self.assertEqual(self.ask("GET", where).body, receipt)

    def store(self, receipt):
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE receipts SET bytes = ? WHERE digest = ?",
                       (receipt, hashlib.sha256(self.small).digest()))

    def test_a_damaged_ledger_is_not_served_from(self):
        self.start()
        self.post(self.small)
        self.stop()
        path = self.spool + "/.portal/ledger.db"
        with sqlite3.connect(path) as db:
            page, = db.execute("SELECT rootpage FROM sqlite_schema"
                               " WHERE name = 'receipts'").fetchone()
        with open(path, "r+b") as f:
            f.seek((page - 1) * 4096)
            f.write(bytes(4096))
        p = subprocess.run([PORTAL, "--config", self.configure()],
                           stderr=subprocess.PIPE, timeout=30)
        self.assertEqual(p.returncode, 74, p.stderr)
        self.assertIn(b"the ledger is damaged", p.stderr)


class LittleMemory(PortalCase):
    settings = None

    def allocations(self, post):
        """How many a run makes, with or without an upload."""
        count = self.scratch + "/count"
        self.start(env=dict(os.environ, LD_PRELOAD=self.lib,
                            FAIL_COUNT=count))
        if post:
            self.assertEqual(self.post(self.small).status, 201)
        self.stop()
        with open(count) as f:
            return int(f.read())

    def restart_after_gmp(self):
        """The TLS library's numbers abort the program, some of them without a
        word, and we never do: as after a crash."""
        try:
            self.assertEqual(self.process.wait(0.3), -signal.SIGABRT)
        except subprocess.TimeoutExpired:
            return
        self.kill()
        self.start()

    def test_a_lack_of_memory_is_not_the_fault_of_the_file(self):
        with open(PORTAL, "rb") as f:
            if b"__asan_init" in f.read():
                self.skipTest("the sanitizer has its own allocator")
        self.lib = self.scratch + "/fail_malloc.so"
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                        self.lib, "tests/cli/fail_malloc.c"], check=True)
        first = self.allocations(False)
        last = self.allocations(True)
        seen = set()
        for at in range(first, last, (last - first) // 80):
            shutil.rmtree(self.spool)
            os.mkdir(self.spool, 0o700)
            self.start(env=dict(os.environ, LD_PRELOAD=self.lib,
                                FAIL_AT=str(at)))
            for _ in range(3):  # the fault comes once
                try:
                    a = self.post(self.small)
                except OSError:
                    a = None
                if a is None:
                    self.restart_after_gmp()
                    continue
                seen.add(a.status)
                if a.status == 201:
                    break
                self.assertNotEqual(a.status, 422, (at, a.body))
            self.assertEqual(a and a.status, 201, (at, self.logged()))
            self.assert_receipt(a.body, self.small)
            self.stop()
        self.assertIn(201, seen)
        self.assertIn(503, seen)


if __name__ == "__main__":
    unittest.main()
