# SPDX-License-Identifier: EUPL-1.2
"""The staff's commands on PostgreSQL: the same tests as on SQLite, and what
the role of staff may do there."""
import json
import subprocess
import unittest

import test_intake_staff as on_sqlite
import test_intake_staff_words as words
from intake_case import SANITIZED
from staff_case import StaffCase, literal, number_of
from postgres import Postgres
from support import write

server = None
# What they do with rows is the same on SQLite; the rows' way from PostgreSQL
# are List's and Decide's.
only_plain = unittest.skipIf(SANITIZED, "as on SQLite")


def setUpModule():
    global server
    server = Postgres()


def tearDownModule():
    server.stop()


class OnPostgres(StaffCase):
    """A fresh database for each test."""

    def setUp(self):
        self.uri = server.database()
        super().setUp()

    def configure(self, database=None, **more):
        super().configure(database=database or self.uri, **more)

    def psql(self, sql):
        p = subprocess.run(
            [server.bin + "/psql", "-XAtq", "-v", "ON_ERROR_STOP=1",
             self.uri], input=sql.encode(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout.decode()

    @staticmethod
    def bound(sql, row):
        parts = sql.split("?")
        return "".join(a + b for a, b in zip(
            parts, [literal(v) for v in row] + [""])) + ";\n"

    def execute(self, sql, rows):
        self.psql("BEGIN;\n" + "".join(self.bound(sql, r) for r in rows) +
                  "COMMIT;\n")

    def query(self, sql, *values):
        text = self.psql("SELECT json_agg(t) FROM (%s) t;" %
                         self.bound(sql, values).rstrip(";\n"))
        return [tuple(bytes.fromhex(v[2:]) if isinstance(v, str) and
                      v.startswith("\\x") else v for v in row.values())
                for row in json.loads(text) or []] if text.strip() else []

    def ledger(self):
        if not getattr(self, "made", False):
            self.made = True
            self.run_intake("register", "--force", write(
                self.at("one.csv"), "number,name,kind\n%s,Ingen,annan\n" %
                number_of(0)))
            if self.registered is None:
                self.execute("DELETE FROM organisations", [()])

    registered = None

    def register(self, organisations):
        self.registered = self.made = True
        super().register(organisations)


class List(OnPostgres, on_sqlite.List):
    pass


@only_plain
class Show(OnPostgres, on_sqlite.Show):
    pass


class Decide(OnPostgres, on_sqlite.Decide):
    pass


@only_plain
class Missing(OnPostgres, on_sqlite.Missing):
    pass


@only_plain
class Report(OnPostgres, on_sqlite.Report):
    pass


@only_plain
class Slips(OnPostgres, words.Slips):
    pass


@only_plain
class Words(OnPostgres, words.Words):
    pass


class Deciding(OnPostgres, words.Deciding):
    pass


@only_plain
class RevokedMandates(OnPostgres, words.Mandates):
    pass


class NoDatabase(OnPostgres):
    def test_it_is_not_there(self):
        self.configure(database=server.uri_of("nothing"))
        self.fails("config", "list", status=78)


if __name__ == "__main__":
    unittest.main()
