#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""service/roles.sql: what staff can do to a ledger on PostgreSQL with the
commands, and what they cannot do to it by SQL either."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from postgres import Postgres  # noqa: E402
from staff_case import Row, StaffCase, literal  # noqa: E402
from support import read  # noqa: E402

STAFF = "anna"


class Roles(StaffCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.stop)
        cls.made = False

    def setUp(self):
        super().setUp()
        # As the service, which makes the tables.
        owner = self.server.database()
        self.name = owner.split("///")[1].split("?")[0]
        self.configure(database=owner)
        self.run_intake("list")
        # Twice, as after a new version.
        for _ in range(2):
            self.sql(read("service/roles.sql").decode(), user=None)
        if not Roles.made:
            self.sql("CREATE ROLE %s LOGIN IN ROLE sigill_staff" % STAFF,
                     user=None)
            Roles.made = True
        self.conflict = Row("held", code="conflict")
        self.stranger = Row("held", code="not-registered")
        for row in self.conflict, self.stranger:
            columns = row.columns()
            self.sql("INSERT INTO arrivals (%s) VALUES (%s)" % (
                ", ".join(columns), ", ".join(
                    literal(v) for v in columns.values())), user=None)
        self.configure(database=self.server.uri_of(self.name, STAFF))

    def sql(self, text, user=STAFF):
        where = self.server.uri_of(self.name, user) if user else \
            self.server.uri_of(self.name)
        return self.server.query(text, where)

    def refused(self, text):
        with self.assertRaises(AssertionError) as caught:
            self.sql(text)
        said = str(caught.exception)
        self.assertTrue("permission denied" in said or
                        "must be owner" in said or
                        "row-level security" in said, said)

    def test_what_staff_do(self):
        self.assertIn(self.stranger.label, self.run_intake("list"))
        self.run_intake("accept", self.conflict.digest.hex())
        self.assertEqual(self.sql("SELECT decision, done FROM decisions"),
                         "accept|0")
        # Its owner is in the register now.
        self.register([(self.stranger.number, "A", "kommun", "")])
        self.assertEqual(self.sql(
            "SELECT state FROM arrivals WHERE digest = %s" %
            literal(self.stranger.digest)), "queued")
        self.register([(self.conflict.number, "B", "kommun", "")])
        self.assertEqual(self.sql("SELECT number FROM organisations"),
                         self.conflict.number)
        self.run_intake("missing")
        self.run_intake("report")
        self.run_intake("mandate", "list")

    def test_what_they_cannot(self):
        for text in (
                "INSERT INTO verdicts (digest, stage, organisation,"
                " position, size, time, bytes) VALUES"
                r" ('\x00', 'accepted', '', 0, 1, 1, '\x00')",
                "UPDATE verdicts SET time = 1",
                "DELETE FROM verdicts",
                r"INSERT INTO log_entries VALUES (0, '\x00')",
                r"INSERT INTO scores (digest, organisation, feedback, time,"
                r" bytes) VALUES ('\x00', '', '\x00', 1, '\x00')",
                "UPDATE scores SET time = 1", "DELETE FROM scores",
                "UPDATE log_state SET size = 0",
                "DELETE FROM log_entries",
                r"INSERT INTO log_nodes VALUES (0, 0, '\x00')",
                r"INSERT INTO receipts VALUES ('\x00', '', '', '', 1, '\x00')",
                "UPDATE uploads SET complete = 1",
                "DELETE FROM uploads",
                "UPDATE arrivals SET state = 'accepted'",
                "UPDATE arrivals SET counts = 1",
                "UPDATE arrivals SET facts = NULL",
                "DELETE FROM arrivals",
                "UPDATE decisions SET done = 1",
                "UPDATE decisions SET who = 'x'",
                "DELETE FROM decisions",
                r"INSERT INTO decisions VALUES ('\x00', 1, 'accept', '',"
                " 'x', 1, 1)",
                "DELETE FROM mandates",
                "UPDATE sigill_schema SET version = 9",
                "DROP TABLE arrivals", "CREATE TABLE mine (a BIGINT)"):
            self.refused(text)
        # What has been decided is not undone: no row of it can be changed.
        self.sql("UPDATE arrivals SET state = 'queued' WHERE state = 'held'")
        self.assertEqual(self.sql(
            "SELECT DISTINCT state FROM arrivals"), "queued")
        self.sql("UPDATE arrivals SET state = 'queued', code = 'x'"
                 " WHERE state = 'queued'")
        self.assertEqual(self.sql("SELECT DISTINCT code FROM arrivals"
                                  " WHERE code = 'x'"), "")

    def test_the_service_does_everything(self):
        self.sql("UPDATE arrivals SET state = 'accepted', counts = 1",
                 user=None)
        self.sql(r"INSERT INTO log_entries VALUES (0, '\x00')", user=None)
        self.assertEqual(self.sql("SELECT count(*) FROM arrivals"
                                  " WHERE state = 'accepted'"), "2")


if __name__ == "__main__":
    unittest.main()
