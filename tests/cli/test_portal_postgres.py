#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Two sigill-portals on one PostgreSQL: any answers for any other, and a
receipt stands for a file that is in somebody's spool."""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, "tests")

from portal_case import (CONFIG, DEFAULTS, KOPING, PORTAL,  # noqa: E402
                         REGIONEN, TUS, PortalCase, patching, read_answer)
from postgres import Postgres  # noqa: E402
from test_portal_feedback import scored  # noqa: E402
from test_portal_operation import VERIFIER, VERIFY  # noqa: E402

WAIT = 60   # seconds, for what takes one at most


class Node:
    """One of several portals; what it does not have is the test case's."""
    connect, ask, post = PortalCase.connect, PortalCase.ask, PortalCase.post
    begin, offset = PortalCase.begin, PortalCase.offset
    sealed_files = PortalCase.sealed_files
    partial_files = PortalCase.partial_files

    def __init__(self, case, name, database, env=None):
        self.case, self.name = case, name
        self.scratch = case.scratch
        self.spool = "%s/spool-%s" % (case.scratch, name)
        os.mkdir(self.spool, 0o700)
        case.addCleanup(shutil.rmtree, self.spool)
        self.conf = "%s/portal-%s.conf" % (case.scratch, name)
        with open(self.conf, "w") as f:
            f.write("[ledger]\ndatabase = %s\n" % database + CONFIG.format(
                **dict(DEFAULTS, spool=self.spool, max_uploads=100,
                       portal_extra="name = " + name)))
        self.env, self.process = env, None
        self.start()
        case.addCleanup(self.stop)

    def __getattr__(self, name):
        return getattr(self.case, name)

    def start(self):
        self.log_path = self.conf + ".log"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([PORTAL, "--config", self.conf],
                                            stderr=log, env=self.env)
        self.case.wait_for(lambda: "listening port=" in self.logged() or
                           self.process.poll() is not None)
        found = re.search(r"listening port=(\d+)", self.logged())
        self.case.assertTrue(found, self.logged())
        self.port = int(found.group(1))

    def logged(self):
        with open(self.log_path) as f:
            return f.read()

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        status, self.process = self.process.wait(30), None
        self.case.assertEqual(status, 0, self.logged())
        self.case.assertNotIn("Sanitizer", self.logged())
        self.case.assertNotIn("runtime error", self.logged())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def sweep(self):
        """At once, and not when a minute has passed."""
        n = self.logged().count("reloaded")
        self.process.send_signal(signal.SIGHUP)
        self.case.wait_for(lambda: self.logged().count("reloaded") > n)

    def has(self, data):
        name = "%s/%s.sigill" % (self.spool,
                                 hashlib.sha256(data).hexdigest())
        try:
            with open(name, "rb") as f:
                return f.read() == data
        except FileNotFoundError:
            return False

    def receipt(self, data, who=KOPING, stage="stored"):
        return self.ask("GET", "/v1/receipts/%s/%s" % (
            hashlib.sha256(data).hexdigest(), stage), who=who)


class Shared(PortalCase):
    settings = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.database = self.server.database()
        self.nodes = []

    def node(self, name, env=None):
        self.nodes.append(Node(self, name, self.database, env))
        return self.nodes[-1]

    def wait_for(self, what):
        until = time.monotonic() + WAIT
        while not what():
            if time.monotonic() > until:
                self.fail("waited in vain")
            time.sleep(0.01)

    def count(self, what):
        return int(self.server.query("SELECT count(*) FROM " + what,
                                     self.database))

    def assert_settled(self, files):
        """Each file: one receipt, the same from each portal, and the file is
        in a spool."""
        for data in files:
            found = {n.receipt(data).body for n in self.nodes}
            self.assertEqual(len(found), 1)
            self.assert_receipt(found.pop(), data)
            self.assertTrue(any(n.has(data) for n in self.nodes))
        self.assertEqual(self.count("receipts"), len(files))
        self.assertEqual(self.count("uploads WHERE complete = 1"),
                         len(files))

    def run_portal(self, text, database, *args):
        path = self.scratch + "/odd.conf"
        with open(path, "w") as f:
            f.write("[ledger]\ndatabase = %s\n" % database + CONFIG.format(
                **dict(DEFAULTS, portal_extra=text)))
        p = subprocess.run([PORTAL, "--config", path, *args],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=60)
        return p.returncode, p.stderr.decode()


class Together(Shared):
    def test_the_receipt_at_another(self):
        a, b = self.node("a"), self.node("b")
        posted = a.post(self.small)
        self.assertEqual(posted.status, 201)
        self.assertEqual(b.receipt(self.small).body, posted.body)
        again = b.post(self.small)
        self.assertEqual((again.status, again.body, again.headers[
            "location"]), (201, posted.body, posted.headers["location"]))
        self.assertEqual(b.offset(posted.headers["location"]),
                         len(self.small))
        self.assertEqual(b.sealed_files(), [])
        self.assertEqual(b.partial_files(), [])
        # Another sender does not get it, and has its own.
        self.assertEqual(b.receipt(self.small, REGIONEN).status, 404)
        self.assertEqual(b.post(self.small, who=REGIONEN).status, 201)
        self.assertTrue(a.has(self.small) and b.has(self.small))

    def test_begun_here_and_gone_on_with_there(self):
        a, b = self.node("a"), self.node("b")
        loc = a.begin(self.large)
        part = a.ask("PATCH", loc, patching(0), self.large[:100000])
        self.assertEqual(part.status, 204)
        self.assertEqual(b.offset(loc), 0)
        self.assertIn("taken-over", b.logged())
        done = b.ask("PATCH", loc, patching(
            0, Prefer="return=representation"), self.large)
        self.assertEqual(done.status, 200)
        self.assert_receipt(done.body, self.large)
        self.assertEqual(a.partial_files(), [loc.split("/")[-1]])
        a.sweep()
        self.wait_for(lambda: a.partial_files() == [])
        self.assertEqual(a.receipt(self.large).body, done.body)
        self.assertEqual((a.sealed_files(), b.has(self.large)), ([], True))

    def test_there_and_back(self):
        a, b = self.node("a"), self.node("b")
        loc = a.begin(self.large)
        a.ask("PATCH", loc, patching(0), self.large[:100000])
        self.assertEqual(b.offset(loc), 0)
        # What had come here is still good.
        self.assertEqual(a.offset(loc), 100000)
        b.sweep()
        self.wait_for(lambda: b.partial_files() == [])
        done = a.ask("PATCH", loc, patching(
            100000, Prefer="return=representation"), self.large[100000:])
        self.assert_receipt(done.body, self.large)
        self.assert_settled([self.large])

    def test_deleted_at_another(self):
        a, b = self.node("a"), self.node("b")
        loc = a.begin(self.large)
        self.assertEqual(b.ask("DELETE", loc, TUS).status, 204)
        self.assertEqual(a.ask("HEAD", loc, TUS).status, 404)
        a.sweep()
        self.wait_for(lambda: a.partial_files() == [])
        self.assertEqual(b.partial_files(), [])

    def test_a_start_leaves_the_others_alone(self):
        a, b = self.node("a"), self.node("b")
        loc = a.begin(self.large)
        a.ask("PATCH", loc, patching(0), self.large[:100000])
        b.stop()
        b.start()
        b.sweep()
        a.stop()
        a.start()
        self.assertNotIn("taken-over", a.logged() + b.logged())
        self.assertEqual(a.offset(loc), 100000)

    def test_intakes_verdict_in_the_ledger(self):
        a, b = self.node("a"), self.node("b")
        self.assertEqual(a.post(self.small).status, 201)
        b.begin(self.small, REGIONEN)
        with open(self.scratch + "/verify.conf", "w") as f:
            f.write(VERIFY)
        for folder in "questionnaires", "signed":
            os.makedirs(self.scratch + "/" + folder, exist_ok=True)
        shutil.copy("questionnaires/infosakkollen-2023.json",
                    self.scratch + "/questionnaires")
        digest = hashlib.sha256(self.small).hexdigest()
        subprocess.run([VERIFIER, "--config", self.scratch + "/verify.conf",
                        "--receipts", self.scratch + "/signed",
                        "%s/%s.sigill" % (a.spool, digest)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open("%s/signed/%s.rejected.p7s" % (self.scratch, digest),
                  "rb") as f:
            receipt = f.read()
        self.assertEqual(b.receipt(self.small, stage="rejected").status, 202)
        insert = ("INSERT INTO verdicts (digest, stage, organisation,"
                  " position, size, time, bytes) VALUES ('\\x%s', '%s', '',"
                  " %d, 2, 1, '\\x%s')")
        self.server.query(insert % (digest, "rejected", 0, receipt.hex()),
                          self.database)
        for node in a, b:
            answer = node.receipt(self.small, stage="rejected")
            self.assertEqual((answer.status, answer.body), (200, receipt))
        # Only for who has handed it in, and never one of another kind.
        self.assertEqual(b.receipt(self.small, REGIONEN,
                                   "rejected").status, 202)
        self.server.query(insert % (digest, "accepted", 1, receipt.hex()),
                          self.database)
        self.assertEqual(a.receipt(self.small, stage="accepted").status, 202)
        self.assertIn("ledger-damaged", a.logged())


class AtOnce(Shared):
    def slow(self, name):
        """A portal whose syncs wait while there is a file NAME.hold."""
        lib = self.scratch + "/hold_sync.so"
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lib,
                        "tests/cli/hold_sync.c"], check=True)
        self.hold = "%s/%s.hold" % (self.scratch, name)
        for path in self.hold, self.hold + ".waiting":
            if os.path.exists(path):
                os.unlink(path)
        return self.node(name, env=dict(
            os.environ, LD_PRELOAD=lib, HOLD_SYNC=self.hold,
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
            ":verify_asan_link_order=0"))

    def test_completed_elsewhere_meanwhile(self):
        a, b = self.slow("a"), self.node("b")
        loc = a.begin(self.small)
        with a.connect() as c:
            with open(self.hold, "w"):
                pass
            c.send("PATCH", loc, patching(0, Prefer="return=representation"),
                   self.small)
            self.wait_for(lambda: os.path.exists(self.hold + ".waiting"))
            there = b.post(self.small)
            self.assertEqual(there.status, 201)
            os.unlink(self.hold)
            here = read_answer(c.file)
        self.assertEqual((here.status, here.body), (200, there.body))
        self.assertEqual((a.sealed_files(), b.has(self.small)), ([], True))
        self.assert_settled([self.small])

    def test_begun_elsewhere_meanwhile(self):
        a, b = self.slow("a"), self.node("b")
        loc = a.begin(self.small)
        with a.connect() as c:
            with open(self.hold, "w"):
                pass
            c.send("PATCH", loc, patching(0), self.small)
            self.wait_for(lambda: os.path.exists(self.hold + ".waiting"))
            self.assertEqual(b.offset(loc), 0)
            os.unlink(self.hold)
            here = read_answer(c.file)
        self.assert_problem(here, 423, "upload-busy")
        # Neither a receipt, nor a file that none stands for.
        self.assertEqual(self.count("receipts"), 0)
        self.assertEqual(a.sealed_files() + b.sealed_files(), [])
        # Back here, all the bytes are there.
        self.assertEqual(a.offset(loc), len(self.small))
        self.assert_settled([self.small])

    def test_the_same_file_at_both(self):
        a, b = self.node("a"), self.node("b")
        files = [self.make("b%d" % i, KOPING, 6000) for i in range(12)]
        got = {data: set() for data in files}

        def send(node):
            for data in files:
                answer = node.post(data)
                while answer.status == 423:
                    answer = node.post(data)
                got[data].add((answer.status, answer.body))

        threads = [threading.Thread(target=send, args=(n,))
                   for n in (a, b, a, b)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for data in files:
            self.assertEqual(len(got[data]), 1, got[data])
            self.assertEqual(got[data].pop()[0], 201)
        self.assert_settled(files)


class Backup(Shared):
    def test_a_dump_put_back(self):
        a = self.node("a")
        files = [self.make("c%d" % i, KOPING, 4000) for i in range(3)]
        receipts = [a.post(data).body for data in files]
        dump = self.server.folder + "/sigill.dump"
        self.server.run("pg_dump", "--format=custom", "--file=" + dump,
                         self.database)
        late = a.post(self.small).body
        a.stop()
        name = self.server.database()
        self.server.run("pg_restore", "--dbname=" + name, dump)
        with open(a.conf) as f:
            text = f.read().replace(self.database, name)
        with open(a.conf, "w") as f:
            f.write(text)
        self.database = name
        a.start()
        for data, receipt in zip(files, receipts):
            self.assertEqual(a.receipt(data).body, receipt)
        # What is newer than the copy can be handed in again.
        self.assertEqual(a.receipt(self.small).status, 404)
        self.assertTrue(a.has(self.small))
        again = a.post(self.small)
        self.assertEqual(again.status, 201)
        self.assert_receipt(again.body, self.small)
        self.assert_receipt(late, self.small)


class Permissions(Shared):
    """A portal needs no more than service/roles.sql gives it."""

    def test_its_own_tables_and_no_others(self):
        # Who makes the tables owns them.
        Node(self, "first", self.database).stop()
        with open("service/roles.sql") as f:
            self.server.query(f.read(), self.database)
        name = self.database.split("///")[1].split("?")[0]
        self.server.query("CREATE ROLE north LOGIN IN ROLE sigill_portal",
                          self.database)
        self.database = self.server.uri_of(name, "north")
        a, b = self.node("a"), self.node("b")
        self.assertEqual(a.post(self.small).status, 201)
        loc = a.begin(self.large)
        self.assertEqual(b.offset(loc), 0)
        self.assertEqual(b.receipt(self.small, stage="accepted").status, 202)
        self.assertEqual(b.ask("DELETE", loc, TUS).status, 204)
        # What comes back from scoring it sees, and no more than that.
        digest = hashlib.sha256(self.small).hexdigest()
        url = "/v1/feedback/" + digest
        self.assertEqual(b.ask("GET", url).status, 202)
        receipt = scored(self.scratch, self.small)
        self.server.query(
            "INSERT INTO scores (digest, organisation, feedback, time, bytes,"
            r" sealed) VALUES ('\x%s', '', '\x00', 1, '\x%s', '\x%s')" % (
                digest, receipt.hex(), self.small.hex()), self.server.uri_of(name))
        for node in a, b:
            self.assertEqual(node.ask("GET", url).body, self.small)
            self.assertEqual(node.receipt(self.small, stage="scored").body,
                             receipt)
        self.assertNotIn("unusable", a.logged() + b.logged())
        for text in (
                "UPDATE scores SET time = 2", "DELETE FROM scores",
                r"INSERT INTO scores (digest, organisation, feedback, time,"
                r" bytes) VALUES ('\x01', '', '\x00', 1, '\x00')",
                "INSERT INTO verdicts (digest, stage, organisation,"
                " position, size, time, bytes) VALUES"
                r" ('\x00', 'accepted', '', 0, 1, 1, '\x00')",
                r"INSERT INTO log_entries VALUES (0, '\x00')",
                "UPDATE log_state SET size = 1",
                "UPDATE receipts SET time = 1", "DELETE FROM receipts",
                "SELECT facts FROM arrivals",
                "SELECT who FROM decisions",
                "SELECT name FROM organisations"):
            with self.assertRaisesRegex(AssertionError, "permission denied"):
                self.server.query(text, self.database)


    def test_what_it_is_not_permitted(self):
        """roles.sql of the version before: --check tells, and the portal
        takes what is handed in."""
        owner = self.database
        Node(self, "first", owner).stop()
        with open("service/roles.sql") as f:
            self.server.query(f.read(), owner)
        name = owner.split("///")[1].split("?")[0]
        self.server.query("DROP ROLE IF EXISTS west", owner)
        self.server.query("CREATE ROLE west LOGIN IN ROLE sigill_portal",
                          owner)
        self.database = self.server.uri_of(name, "west")
        self.assertEqual(self.run_portal("name = c", self.database,
                                         "--check"), (0, ""))
        self.server.query("REVOKE SELECT ON scores FROM sigill_portal", owner)
        status, said = self.run_portal("name = c", self.database, "--check")
        self.assertEqual(status, 78, said)
        self.assertIn("roles.sql", said)
        a = self.node("a")
        self.assertIn("no-permission", a.logged())
        self.assertEqual(a.post(self.small).status, 201)
        a.stop()
        # The ledger of the version before: intake has to come first.
        self.server.query("DROP TABLE scores; UPDATE sigill_schema SET"
                          " version = 2", owner)
        for args in (), ("--check",):
            status, said = self.run_portal("name = c", self.database, *args)
            self.assertEqual(status, 75, said)
            self.assertIn("[ledger-old]", said)


class Operation(Shared):
    def test_a_name_is_needed(self):
        for text in "", "name =", "name = a b", "name = " + 65 * "a":
            status, said = self.run_portal(text, self.database)
            self.assertEqual(status, 78, said)
            self.assertIn("name", said)

    def test_no_database(self):
        status, said = self.run_portal("name = a",
                                       self.database + "-none-such")
        self.assertEqual(status, 78, said)
        self.assertIn("none-such", said)

    def test_check(self):
        status, said = self.run_portal("name = a", self.database, "--check")
        self.assertEqual(status, 78, said)
        self.assertIn("no tables yet", said)
        # It has made nothing.
        self.assertEqual(self.count("pg_tables WHERE schemaname = 'public'"),
                         0)
        status, said = self.run_portal(
            "name = a", self.server.uri_of("none_such"), "--check")
        self.assertEqual(status, 78, said)
        self.assertIn("none_such", said)

    def test_check_with_tables(self):
        self.node("a")
        self.assertEqual(self.run_portal("name = b", self.database,
                                         "--check"), (0, ""))

    def test_no_password_in_the_configuration(self):
        status, said = self.run_portal("name = a",
                                       self.database + "&password=secret")
        self.assertEqual(status, 78, said)
        self.assertNotIn("secret", said)

    def test_another_file(self):
        """A path is a database of SQLite, and needs no name."""
        other = self.scratch + "/elsewhere.db"
        self.nodes.append(Node(self, "alone", other))
        self.assertEqual(self.nodes[0].post(self.small).status, 201)
        self.assertTrue(os.path.getsize(other) > 0)
        self.assertFalse(os.path.exists(self.nodes[0].spool +
                                        "/.portal/ledger.db"))


if __name__ == "__main__":
    unittest.main()
