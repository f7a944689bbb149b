# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake export: every row of every table, as it was at one moment, on
both databases."""
import base64
import json
import os
import stat
import subprocess
import unittest

import test_intake_staff_postgres as postgres
from staff_case import INTAKE, Row, StaffCase, digest_of, number_of
from support import run

TABLES = {"uploads", "receipts", "arrivals", "verdicts", "scores",
          "log_entries",
          "log_nodes", "log_state", "decisions", "organisations", "mandates"}
IN_BASE64 = {("receipts", "bytes"), ("verdicts", "bytes"),
             ("log_entries", "bytes"), ("arrivals", "facts"),
             ("scores", "bytes"), ("scores", "sealed")}
MANY = 1003  # more than two pages of rows


def setUpModule():
    postgres.setUpModule()


def tearDownModule():
    postgres.tearDownModule()


class Export(StaffCase):
    def insert(self, table, *rows):
        self.execute("INSERT INTO %s (%s) VALUES (%s)" % (
            table, ", ".join(rows[0]), ", ".join("?" * len(rows[0]))),
            [tuple(r.values()) for r in rows])

    def populate(self):
        d = [digest_of("export", i) for i in range(9)]
        self.register([(number_of(i), 'Ort ""%d""' % i, "kommun",
                        "a%d@example" % i) for i in range(3)])
        self.fill(Row(file="svar%20\u00e5.sigill"), Row(state="queued"),
                  Row(state="held", code="unprocessable"),
                  Row(state="rejected", code="round"),
                  Row(supersedes=digest_of("statement", 1)))
        self.insert("uploads", *({
            "id": "u%d" % i, "sender": number_of(i), "digest": d[i],
            "length": i, "complete": i % 2, "created": 5, "expires": 6,
            "home": "one" if i else ""} for i in range(3)))
        self.insert("receipts", *({
            "digest": d[0], "sender": s, "stage": stage, "signer": "CN=x",
            "time": 7, "bytes": b"\0\xff" + stage.encode()}
            for s in (number_of(1), number_of(2))
            for stage in ("accepted", "stored")))
        self.insert("verdicts", *({
            "digest": d[i // 2], "stage": ("accepted", "scored")[i % 2],
            "organisation": "", "position": i, "size": i + 1, "time": 9,
            "bytes": bytes(range(i + 1)), "published": 0}
            for i in range(6)))
        self.insert("scores", *({
            "digest": d[i], "organisation": number_of(i),
            "feedback": digest_of("feedback", i), "time": 9,
            "bytes": b"receipt", "sealed": b"sealed" if i else None,
            "published": i} for i in range(2)))
        self.insert("log_entries", *({
            "position": i, "bytes": b"entry %d " % i * 30}
            for i in range(MANY)))
        self.insert("log_nodes", *({
            "level": i % 3, "position": i, "hash": digest_of("node", i)}
            for i in range(MANY)))
        self.insert("decisions", *({
            "digest": d[i // 2], "time": i, "decision": "accept",
            "reason": "", "who": "anna", "done": 0, "seq": i + 1}
            for i in range(5)))
        self.insert("mandates", *({
            "digest": d[i], "organisation": number_of(i),
            "submitter": number_of(i + 1), "questionnaire": "q",
            "round": "2023", "expires": 9, "seen": 0} for i in range(4)))

    def tables(self):
        """{table: [column]} as the database has them."""
        return {t: [r[1] for r in self.query("PRAGMA table_info(%s)" % t)]
                for t, in self.query("SELECT name FROM sqlite_schema WHERE "
                                     "type = 'table'")}

    def expected(self):
        """{table: set of rows}, from the database itself."""
        def shown(table, column, value):
            if not isinstance(value, bytes):
                return value
            return base64.b64encode(value).decode() \
                if (table, column) in IN_BASE64 else value.hex()
        return {t: sorted(json.dumps({c: shown(t, c, v) for c, v in
                                      zip(columns, row)}, sort_keys=True)
                          for row in self.query("SELECT %s FROM %s" % (
                              ", ".join(columns), t)))
                for t, columns in self.tables().items()}

    def exported(self, text):
        lines = [json.loads(line) for line in text.splitlines()]
        first, last = lines[0], lines[-1]
        self.assertEqual(first["table"], "export")
        self.assertEqual(first["format"], "sigill-ledger")
        self.assertEqual(first["version"], 1)
        self.assertEqual(first["environment"], "test")
        self.assertRegex(first["time"], r"^20\d\d-.*Z$")
        self.assertEqual(last, {"table": "end", "rows": len(lines) - 2})
        out = {t: [] for t in TABLES}
        for row in lines[1:-1]:
            out[row.pop("table")].append(json.dumps(row, sort_keys=True))
        return {t: sorted(rows) for t, rows in out.items()}

    def export(self, *args, status=0):
        p = run(INTAKE, "export", "--config", self.conf, *args)
        self.assertEqual(p.returncode, status, p.stderr)
        return p.stdout.decode()

    # --- tests --------------------------------------------------------------

    def test_every_row(self):
        self.populate()
        self.assertEqual(set(self.tables()), TABLES)
        want = self.expected()
        self.assertEqual(len(want["log_nodes"]), MANY)
        self.assertTrue(all(want.values()))
        self.assertEqual(self.exported(self.export()), want)

    def test_file(self):
        self.populate()
        out = self.at("ledger.jsonl")
        said = json.loads(self.export("-o", out, "--json"))
        self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)
        with open(out, encoding="utf-8") as f:
            text = f.read()
        self.assertEqual(self.exported(text), self.expected())
        self.assertEqual(said["rows"], len(text.splitlines()) - 2)
        # Never in the place of another; and nothing is left lying about.
        before = sorted(os.listdir(self.dir))
        self.fails("output-exists", "export", "-o", out, status=74)
        self.fails("io", "export", "-o", self.at("none/x"), status=74)
        self.assertEqual(sorted(os.listdir(self.dir)), before)

    def test_not_written(self):
        self.populate()
        with open("/dev/full", "wb") as full:
            p = subprocess.run([INTAKE, "export", "--config", self.conf],
                               stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 74)
        self.assertIn(b"[no-space]", p.stderr)

    def test_usage(self):
        self.ledger()
        self.fails("usage", "export", status=64)  # --json, and no file

    def test_one_moment(self):
        """What changes meanwhile is not in it, and does not wait for it."""
        self.populate()
        want = self.expected()
        p = subprocess.Popen([INTAKE, "export", "--config", self.conf],
                             stdout=subprocess.PIPE)
        with p:
            first = p.stdout.read(1000)  # it waits for us: the pipe is full
            self.execute("DELETE FROM organisations", [()])
            self.insert("mandates", {
                "digest": digest_of("new"), "organisation": "x",
                "submitter": "y", "questionnaire": "q", "round": "2023",
                "expires": 9, "seen": 0})
            text = first + p.stdout.read()
        self.assertEqual(p.returncode, 0)
        self.assertEqual(self.exported(text.decode()), want)


class ExportPostgres(postgres.OnPostgres, Export):
    def tables(self):
        out = {}
        for t, c in self.query(
                "SELECT table_name, column_name FROM"
                " information_schema.columns WHERE table_schema = 'public'"
                " ORDER BY table_name, ordinal_position"):
            out.setdefault(t, []).append(c)
        del out["sigill_schema"]  # its version, and nothing else
        return out


del StaffCase

if __name__ == "__main__":
    unittest.main()
