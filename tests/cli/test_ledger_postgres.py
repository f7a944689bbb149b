# SPDX-License-Identifier: EUPL-1.2
"""The unit tests about the ledger, on a real PostgreSQL: they use SQLite
unless SIGILL_TEST_DATABASE has a URI (tests/unit/database.h)."""
import os
import sys
import unittest

sys.path.insert(0, "tests")

from postgres import Postgres  # noqa: E402
from support import BUILD, run  # noqa: E402

# Each that opens a database with database_make.
PROGRAMS = "test_sql", "test_commits", "test_tree", "test_arrivals", \
    "test_book", "test_register"


class OnPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


def _program(name):
    def test(self):
        p = run(BUILD + "/test/" + name, env=dict(
            os.environ, SIGILL_TEST_DATABASE=self.server.database()))
        said = (p.stdout + p.stderr).decode("utf-8", "replace")
        self.assertEqual(p.returncode, 0, said)
        self.assertIn("[       OK ]", said)
    return test


for name in PROGRAMS:
    setattr(OnPostgres, name, _program(name))


if __name__ == "__main__":
    unittest.main()
