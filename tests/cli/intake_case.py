# SPDX-License-Identifier: EUPL-1.2
"""A real sigill-intake of a Scratch: its configuration, one run of it, or the
service while it runs.  Shared by the tests of intake."""
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import support  # noqa: E402
from support import BUILD, SIGILL, Scratch, call, read, write  # noqa: E402

INTAKE = BUILD + "/bin/sigill-intake"
# Its workers do what files tell them that begin with SIGILL-PLANT.
PLANTED = BUILD + "/test/sigill-intake-planted"
# Such a build takes three times as long, and finds its faults the first time.
SANITIZED = b"__asan_init" in read(INTAKE)

CONF = """[authority]
name = Myndigheten Exempel TEST ONLY
environment = test
[senders]
anchors = {anchors}
crls = {crls}
[recipient 2026]
certificate = pki/intake-p256.pem
key = pki/intake-p256.key
[receipts]
certificate = pki/intake-receipts.pem
key = pki/intake-receipts.key
{rounds}[ledger]
database = {database}
[spool portal]
directory = spool
[folder stick]
directory = folder
[archive]
directory = archive
{verdicts}[handoff]
{handoff}
[service]
workers = {workers}
seconds = {seconds}
"""
DEFAULTS = dict(anchors="pki/sender-ca.pem", crls="pki/sender-ca.crl",
                rounds="[round 2023]\nopens = 2023-05-17\n"
                "closes = 2099-12-31\n",
                database="ledger.db",
                verdicts="[verdicts]\ndirectory = verdicts\n",
                handoff="directory = handoff", workers=2, seconds=20)
# Each finds what must not be.
INVARIANTS = {
    "a verdict without its receipt":
        "SELECT hex(digest), state FROM arrivals a WHERE state IN"
        " ('accepted', 'rejected') AND NOT EXISTS (SELECT 1 FROM verdicts v"
        " WHERE v.digest = a.digest AND v.stage = a.state)",
    "a receipt without its verdict":
        "SELECT hex(digest), stage FROM verdicts v WHERE stage IN"
        " ('accepted', 'rejected') AND NOT EXISTS (SELECT 1 FROM arrivals a"
        " WHERE a.digest = v.digest AND a.state = v.stage)",
    "not exactly one that counts in a round with answers":
        "SELECT organisation, questionnaire, round FROM arrivals"
        " WHERE state = 'accepted' GROUP BY 1, 2, 3 HAVING sum(counts) <> 1",
    "it counts, and should not":
        "SELECT hex(digest), state FROM arrivals WHERE counts = 1"
        " AND (state <> 'accepted' OR duplicate = 1)",
    "handed over, and should not be":
        "SELECT hex(digest), state FROM arrivals WHERE handed <> 0"
        " AND (state <> 'accepted' OR duplicate = 1)",
    "a log with gaps":
        "SELECT size FROM log_state WHERE size <>"
        " (SELECT count(*) FROM log_entries) OR size <>"
        " (SELECT coalesce(max(position) + 1, 0) FROM log_entries)",
    "leaves that are neither receipts nor decisions":
        "SELECT size FROM log_state WHERE size <>"
        " (SELECT count(*) FROM verdicts) +"
        " (SELECT count(*) FROM decisions WHERE done = 1)",
}
EVENT = re.compile(r"^\S+ sigill-intake: \w+: (\S+)(.*)$")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Service:
    """`sigill-intake run`, until it is stopped."""

    def __init__(self, conf, program=INTAKE, env=None):
        self.lines = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            [program, "--config", conf, "run"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip())
                self.changed.notify_all()
        with self.changed:
            self.lines.append(None)
            self.changed.notify_all()

    def log(self):
        with self.changed:
            return "\n".join(x for x in self.lines if x is not None)

    def events(self, name):
        """[{field: value}] of the events with that name."""
        out = []
        for line in self.log().splitlines():
            m = EVENT.match(line)
            if m and m.group(1) == name:
                out.append(dict(re.findall(r"([\w-]+)=(\S+)", m.group(2))))
        return out

    def wait_for(self, name, count=1, timeout=60, **fields):
        """Until there have been so many of these events; the last of them."""
        def found():
            return [e for e in self.events(name)
                    if all(e.get(k) == v for k, v in fields.items())]
        end = time.monotonic() + timeout
        with self.changed:
            while len(found()) < count:
                left = end - time.monotonic()
                if left <= 0 or (self.lines and self.lines[-1] is None):
                    raise AssertionError("no %s %r in\n%s" % (
                        name, fields, self.log()))
                self.changed.wait(left)
        return found()[-1]

    def stop(self, sig=signal.SIGTERM):
        if self.process.returncode is None:
            self.process.send_signal(sig)
        status = self.process.wait(timeout=90)
        self.reader.join()
        self.process.stderr.close()
        for line in self.log().splitlines():
            # What a planted file makes a worker do is on purpose.
            if ("Sanitizer" in line or "runtime error" in line) and \
                    "tests/cli/plant.c" not in line:
                raise AssertionError(self.log())
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.stop()


class IntakeCase(unittest.TestCase):
    """A folder for each test, with intake.conf and the folders that it
    names."""
    program = INTAKE

    def setUp(self):
        self.scratch = Scratch()
        self.addCleanup(self.scratch.remove)
        for name in "folder", "archive", "handoff":
            os.mkdir(self.at(name), 0o700)
        self.configure()
        self.sealed = 0
        self.addCleanup(self.check_ledger)

    def at(self, name):
        return self.scratch.at(name)

    def configure(self, **changes):
        self.conf = write(self.at("intake.conf"),
                          CONF.format(**dict(DEFAULTS, **changes)))
        return self.conf

    # --- files ------------------------------------------------------------

    def seal(self, source=support.INFOSAK, org="exempelkoping", change=None,
             supersedes=None, more=()):
        """The bytes of a sealed file, and what sigill says of it; change:
        what to do with the answers first."""
        self.sealed += 1
        with open(source, encoding="utf-8") as f:
            answers = json.load(f)
        if change:
            change(answers)
        path = write(self.at("answers-%d.json" % self.sealed),
                     json.dumps(answers))
        out = self.at("sealed-%d.sigill" % self.sealed)
        if supersedes:
            more = [*more, "--supersedes", supersedes]
        conf = self.scratch.sender
        if org != self.scratch.org:
            conf = self.scratch.sender_conf(org)
        said = json.loads(call(SIGILL, "seal", "--config", conf, path, "-o",
                               out, "--json", *more))
        return read(out), said

    def spool(self, data):
        """As a portal does it: whole at once, under its digest."""
        digest = sha256(data)
        with open(self.at("spool/.new"), "wb") as f:
            f.write(data)
        os.rename(self.at("spool/.new"), self.at("spool/%s.sigill" % digest))
        return digest

    def drop(self, name, data):
        with open(self.at("folder/" + name), "wb") as f:
            f.write(data)
        return sha256(data)

    def receipt(self, digest, stage="accepted"):
        return read(self.at("verdicts/%s.%s.p7s" % (digest, stage)))

    def content(self, der):
        """What a receipt says, once its signature has been checked."""
        write_bytes(self.at("receipt.p7s"), der)
        return json.loads(call(SIGILL, "receipt", "--config",
                               self.scratch.sender, self.at("receipt.p7s"),
                               "--json"))["receipt"]

    def documents(self):
        return {n[:-5]: json.loads(read(self.at("handoff/" + n)))
                for n in os.listdir(self.at("handoff"))
                if not n.startswith(".")}

    def archived(self, digest):
        return read(self.at("archive/%s/%s.sigill" % (digest[:2], digest)))

    def files(self, name):
        return sorted(n for n in os.listdir(self.at(name))
                      if not n.startswith("."))

    # --- the service ------------------------------------------------------

    def run_once(self, status=0, program=None):
        p = support.run(program or self.program, "--config", self.conf,
                        "run", "--once")
        self.log = p.stderr.decode("utf-8", "replace")
        self.assertEqual(p.returncode, status, self.log)
        return self.log

    def start(self, program=None, env=None):
        service = Service(self.conf, program or self.program, env)
        self.addCleanup(lambda: service.process.returncode is None and
                        service.stop(signal.SIGKILL))
        service.wait_for("started")
        return service

    def intake(self, *args, status=0):
        p = support.run(INTAKE, *args, "--config", self.conf, "--json")
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def query(self, sql, *values):
        db = sqlite3.connect(self.at("ledger.db"), timeout=20)
        try:
            with db:
                return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def check_ledger(self):
        """What holds at every moment, whatever the test was about."""
        if not os.path.exists(self.at("ledger.db")):
            return
        for why, sql in INVARIANTS.items():
            self.assertEqual(self.query(sql), [], why)

    def state(self, digest):
        """(state, code) of a file; the code is "" when there is none."""
        rows = self.query("SELECT state, code FROM arrivals WHERE digest = ?",
                          bytes.fromhex(digest))
        return rows[0] if rows else None

    def leaves(self):
        return self.query("SELECT size FROM log_state")[0][0]


def write_bytes(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def copy(source, target):
    shutil.copy(source, target)
