#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A whole population through the real service, on both kinds of ledger;
SIGILL_MANY tells how many files (600)."""
import os
import random
import signal
import sys
import unittest

sys.path.insert(0, "tests")
from many_case import ManyCase
from postgres import Postgres
from support import read


class OnSqlite(ManyCase):
    def test_every_verdict(self):
        self.make()
        self.configure(**self.settings)
        self.register()
        for wave in 0, 1:
            self.spool_wave(wave)
            self.run_once()
        self.check_all()


class OnPostgres(ManyCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_every_verdict(self):
        self.make()
        self.configure(database=self.server.database(), **self.settings)
        self.register()
        for wave in 0, 1:
            self.spool_wave(wave)
            self.run_once()
        self.check_all()


if __name__ == "__main__":
    unittest.main()
