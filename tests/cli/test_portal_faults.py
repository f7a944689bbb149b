#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal when the machine lets it down: disks and memory."""
import os
import shutil
import signal
import sqlite3
import subprocess
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

    def test_full_file_system(self):
        self.mount(2000)
        self.start()
        a = self.post(self.large)
        self.assert_problem(a, 507, "no-space")
        self.assertEqual(self.partial_files(), [])
        loc = self.begin(self.small)
        with open(self.spool + "/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 4096)
            except OSError:
                pass
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
        """The TLS library's numbers abort the program: as after a crash."""
        if "GNU MP: Cannot allocate" in self.logged():
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
