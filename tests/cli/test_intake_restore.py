#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A ledger that is put back from a copy: nothing that was given out is
contradicted without somebody saying so, and no file is lost."""
import os
import shutil
import sqlite3
import unittest
from contextlib import closing

from intake_case import INTAKE, IntakeCase, sha256, write_bytes
from support import ITSAK, read, run


class Restored(IntakeCase):
    def copy_of_ledger(self):
        """As OPERATIONS says: with .backup."""
        with closing(sqlite3.connect(self.at("ledger.db"))) as db, \
                closing(sqlite3.connect(self.at("copy.db"))) as to:
            db.backup(to)

    def put_back(self):
        for end in "-wal", "-shm":
            if os.path.exists(self.at("ledger.db" + end)):
                os.unlink(self.at("ledger.db" + end))
        shutil.copy(self.at("copy.db"), self.at("ledger.db"))

    def one_before_and_one_after_the_copy(self):
        first, _ = self.seal()
        first = self.spool(first)
        self.run_once()
        self.copy_of_ledger()
        later, _ = self.seal(ITSAK)
        later = self.spool(later)
        self.run_once()
        self.put_back()
        return first, later

    def test_an_older_log_signs_nothing(self):
        first, later = self.one_before_and_one_after_the_copy()
        another = self.spool(b"nothing that is sealed")
        before = self.receipt(later)
        self.assertIn("[log-damaged]", self.run_once(74))
        self.assertEqual(self.leaves(), 1)
        self.assertEqual(self.receipt(later), before)
        self.assertFalse(os.path.exists(
            self.at("verdicts/%s.rejected.p7s" % another)))
        # Nor does a new one.
        os.unlink(self.at("ledger.db"))
        self.assertIn("[log-damaged]", self.run_once(74))
        self.assertEqual(self.leaves(), 0)

    def test_whoever_says_so_goes_on_and_loses_no_file(self):
        first, later = self.one_before_and_one_after_the_copy()
        before = self.receipt(later)
        os.rename(self.at("archive/head.p7s"), self.at("lost.p7s"))
        log = self.run_once()
        self.assertIn(" regained ", log)
        self.assertIn(" receipt-replaced ", log)
        self.assertEqual(self.state(later)[0], "accepted")
        self.assertEqual(self.state(first)[0], "accepted")
        self.assertEqual(self.archived(later)[:1], b"\x30")
        # What is published is what the ledger has; the first is kept.
        new = self.receipt(later)
        self.assertNotEqual(new, before)
        self.assertEqual(self.content(new)["log"]["index"], 1)
        folder = self.at("archive/" + later[:2])
        self.assertEqual(read("%s/%s.accepted.%s.p7s" % (
            folder, later, sha256(before)[:8])), before)
        self.intake("log", "check", self.at(
            "verdicts/%s.accepted.p7s" % later))
        # It is known now.
        self.assertNotIn("regained", self.run_once())

    def test_what_is_no_head_of_this_log_stops_it(self):
        self.spool(self.seal()[0])
        self.run_once()
        head = read(self.at("archive/head.p7s"))
        self.intake("log", "check", "--head", self.at("archive/head.p7s"))
        for data in b"", head[:-1], self.receipt(
                self.files("verdicts")[0].split(".")[0]):
            write_bytes(self.at("archive/head.p7s"), data)
            self.assertIn("[log-damaged]", self.run_once(74))
        write_bytes(self.at("archive/head.p7s"), head)
        self.run_once()

    def test_the_head_is_there_before_the_receipt(self):
        """However it ends, what is published is witnessed."""
        service = self.start()
        for data in self.seal()[0], self.seal(ITSAK)[0]:
            digest = self.spool(data)
            service.wait_for("accepted", digest=digest)
        service.stop()
        os.rename(self.at("ledger.db"), self.at("other.db"))
        p = run(INTAKE, "--config", self.conf, "run", "--once")
        self.assertIn(b"had 2", p.stderr)


if __name__ == "__main__":
    unittest.main()
