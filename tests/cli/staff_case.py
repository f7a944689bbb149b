# SPDX-License-Identifier: EUPL-1.2
"""A ledger with whatever the tests of the staff's commands want in it, written
as the service would, without a service."""
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import cbor2

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import support  # noqa: E402
from support import BUILD, write  # noqa: E402

INTAKE = BUILD + "/bin/sigill-intake"

# The keys are nowhere: staff do without.
CONF = """[authority]
name = Myndigheten Exempel TEST ONLY
environment = test
[senders]
anchors = nowhere.pem
[recipient 2026]
certificate = nowhere.pem
key = nowhere.key
[receipts]
certificate = nowhere.pem
key = nowhere.key
[ledger]
database = {database}
[spool portal]
directory = spool
[archive]
directory = archive
{rounds}
"""
ROUND = "[round 2023]\nopens = 2023-05-17\ncloses = 2023-06-30T22:00:00Z\n"
KINDS = "kommun", "region", "myndighet", "nis", "annan"


def number_of(n):
    """The nth correct organisation number."""
    digits = "%09d" % (212000000 + n)
    total = 0
    for i, d in enumerate(int(c) for c in digits):
        d *= 2 if i % 2 == 0 else 1
        total += d - 9 if d > 9 else d
    return digits + str(-total % 10)


def printed(number):
    return number[:6] + "-" + number[6:]


def fingerprint_printed(digest):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    n = int.from_bytes(digest[:10], "big")
    s = "".join(alphabet[n >> (75 - 5 * i) & 31] for i in range(16))
    return "-".join(s[i:i + 4] for i in range(0, 16, 4))


def digest_of(*what):
    return hashlib.sha256(repr(what).encode()).digest()


class Row:
    """An arrival, with facts as a worker gives them."""
    made = 0

    def __init__(self, state="accepted", number=None, name="Exempelköping",
                 kind="kommun", questionnaire="infosakkollen-2023",
                 round="2023", code="", arrived=1686000000, took=60,
                 late=False, duplicate=False, counts=None, handed=None,
                 file=None, place="portal", known=None, content=None,
                 supersedes=None, error=None, mistakes=(), signer=True,
                 attempts=0, over=0):
        Row.made += 1
        self.state, self.code, self.arrived = state, code, arrived
        self.number = number or number_of(Row.made)
        self.name, self.kind = name, kind
        self.questionnaire, self.round = questionnaire, round
        self.digest = digest_of("sealed", Row.made)
        self.submission = digest_of("submission", content or Row.made)[:16]
        self.fingerprint = digest_of("statement", content or Row.made)
        self.supersedes = supersedes
        self.size = 20000 + Row.made
        self.file = file or self.digest.hex() + ".sigill"
        self.place = place
        self.late, self.duplicate = late, duplicate
        done = state in ("accepted", "rejected")
        self.verified = arrived + took if done or state == "held" else 0
        self.counts = (state == "accepted" and not duplicate
                       if counts is None else counts)
        self.handed = (self.verified if state == "accepted" and
                       not duplicate else 0) if handed is None else handed
        self.attempts = attempts
        # Were the content and its round found out?
        self.known = state in ("accepted", "held") if known is None else known
        self.facts = None if state == "queued" or code == "unprocessable" \
            else self._facts(signer, error or code, mistakes, over)
        if self.facts is None:
            self.known = False

    def _facts(self, signer, error, mistakes, over):
        f = {"format": "sigill-facts", "version": 1, "sealed": self.digest,
             "size": self.size,
             "verdict": "accepted" if self.known else "rejected"}
        if signer:
            f["signer"] = {"digest": digest_of("cert", self.number),
                           "number": self.number,
                           "subject": "CN = " + self.name}
        if self.known:
            a = {"kind": self.kind, "late": int(self.late),
                 "name": self.name, "round": self.round,
                 "created": self.arrived - 100, "version": "1.0",
                 "submission": self.submission,
                 "fingerprint": self.fingerprint,
                 "organisation": self.number,
                 "questionnaire": self.questionnaire}
            if self.supersedes:
                a["supersedes"] = self.supersedes
            f["accepted"] = a
        else:
            f["step"] = "answers" if mistakes else "outer"
            f["error"] = {"at": 0, "code": error, "where": "",
                          "message": ""}
            if mistakes:
                f["mistakes"] = [{"at": 0, "code": c, "where": w}
                                 for c, w in mistakes]
            if over:
                f["over"] = over
        return cbor2.dumps(f, canonical=True)

    def columns(self):
        k = self.known
        return {
            "digest": self.digest, "size": self.size, "source": "spool",
            "place": self.place, "name": self.file, "arrived": self.arrived,
            "state": self.state, "attempts": self.attempts,
            "code": self.code, "verified": self.verified,
            "facts": self.facts,
            "organisation": self.number if k else None,
            "questionnaire": self.questionnaire if k else None,
            "round": self.round if k else None,
            "fingerprint": self.fingerprint if k else None,
            "submission": self.submission if k else None,
            "supersedes": self.supersedes if k else None,
            "late": int(self.late), "duplicate": int(self.duplicate),
            "counts": int(self.counts), "handed": self.handed}

    @property
    def label(self):
        return fingerprint_printed(self.fingerprint) if self.known \
            else self.digest.hex()[:16]


def literal(value):
    """For PostgreSQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return r"'\x%s'" % value.hex()
    if isinstance(value, int):
        return str(value)
    return "'%s'" % value.replace("'", "''")


class StaffCase(unittest.TestCase):
    """A folder with intake.conf for each test, and a ledger in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sigill-staff.")
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        self.configure()

    def at(self, name):
        return os.path.join(self.dir, name)

    def configure(self, database="ledger.db", rounds=ROUND):
        self.conf = write(self.at("intake.conf"), CONF.format(
            database=database, rounds=rounds))

    # --- what is in it ----------------------------------------------------

    def register(self, organisations):
        """[(number, name, kind, contact)], by the command itself."""
        path = write(self.at("register.csv"), "number,name,kind,contact\n" +
                     "".join('%s,"%s",%s,%s\n' % o for o in organisations))
        self.run_intake("register", "--force", path)

    def execute(self, sql, rows):
        db = sqlite3.connect(self.at("ledger.db"), timeout=20)
        try:
            with db:
                db.executemany(sql, rows)
        finally:
            db.close()

    def query(self, sql, *values):
        db = sqlite3.connect(self.at("ledger.db"), timeout=20)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def ledger(self):
        """There is one, which is empty."""
        if not os.path.exists(self.at("ledger.db")):
            self.register([(number_of(0), "Ingen", "annan", "")])
            self.execute("DELETE FROM organisations", [()])

    def fill(self, *rows):
        self.ledger()
        columns = rows[0].columns() if rows else {}
        self.execute("INSERT INTO arrivals (%s) VALUES (%s)" % (
            ", ".join(columns), ", ".join("?" * len(columns))),
            [tuple(row.columns().values()) for row in rows])
        return rows

    # --- the command ------------------------------------------------------

    def run_intake(self, *args, status=0, env=None):
        p = support.run(INTAKE, "--config", self.conf, *args, env=env)
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        self.errors = p.stderr.decode()
        return p.stdout.decode()

    def json(self, *args, status=0):
        return json.loads(self.run_intake(*args, "--json", status=status))

    def fails(self, code, *args, status=None):
        """Ends with this code; the errors."""
        p = subprocess.run([INTAKE, "--config", self.conf, *args, "--json"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        doc = json.loads(p.stdout)
        self.assertEqual((doc["ok"], doc["errors"][0]["code"], p.stderr),
                         (False, code, b""), p.stdout)
        if status is not None:
            self.assertEqual(p.returncode, status)
        else:
            self.assertNotEqual(p.returncode, 0)
        return doc["errors"]
