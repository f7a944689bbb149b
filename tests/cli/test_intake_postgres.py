#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Several sigill-intake on one PostgreSQL: each file gets one verdict, and the
log has one order, whoever is killed."""
import os
import random
import subprocess
import sys
import time
import unittest

from intake_case import INTAKE, IntakeCase, sha256
from support import BUILD, ITSAK, call, read, write

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from postgres import Postgres  # noqa: E402


class Shared(IntakeCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        super().setUp()
        self.uri = self.server.database()
        self.configure(database=self.uri)

    def ask(self, sql):
        return self.server.query(sql, self.uri)

    def population(self, count):
        call(BUILD + "/test/make-population", str(count),
             self.at("pki/intake-p256.pem"),
             "questionnaires/infosakkollen-2023.json", self.at("pop"), "0",
             "3")
        self.configure(database=self.uri, anchors="pop/anchors.pem",
                       crls="pop/crls.pem", verdicts="",
                       rounds=read(self.at("pop/rounds.conf")).decode())
        return [read(os.path.join(self.at("pop/0"), name))
                for name in os.listdir(self.at("pop/0"))]

    def assert_whole(self, digests):
        self.intake("log", "check")
        n = len(digests)
        for sql, expected in (
                ("SELECT count(*) FROM arrivals", n),
                ("SELECT count(*) FROM arrivals WHERE state = 'queued'", 0),
                ("SELECT count(*) FROM verdicts", n),
                ("SELECT count(DISTINCT position) FROM verdicts", n),
                ("SELECT size FROM log_state", n),
                ("SELECT count(*) FROM arrivals WHERE filed = 0", 0),
                ("SELECT count(*) FROM arrivals WHERE counts = 1 "
                 "AND handed = 0", 0)):
            self.assertEqual(int(self.ask(sql)), expected, sql)
        for digest in digests:
            self.assertEqual(sha256(self.archived(digest)), digest)

    def test_one_file(self):
        data, _ = self.seal()
        digest = self.spool(data)
        self.run_once()
        self.assertEqual(self.content(self.receipt(digest))["log"]["size"], 1)
        self.assert_whole([digest])

    def test_two_at_once_that_are_killed(self):
        digests = [self.spool(data) for data in self.population(200)]
        rng = random.Random(8)
        running = [None, None]
        for i in range(24):
            which = i % 2
            if running[which]:
                running[which].kill()
                running[which].wait()
            running[which] = subprocess.Popen(
                [INTAKE, "--config", self.conf, "run"],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.05, 0.3))
        for p in running:
            p.kill()
            p.wait()
        self.run_once()
        self.assert_whole(digests)

    def test_two_share_the_work(self):
        files = self.population(300)
        both, digests, done = [self.start(), self.start()], [], []
        # At first many at once; then some whenever all others are done: who
        # has looked last is not the next who looks.
        for start, end in [(0, 120)] + [(n, n + 40)
                                        for n in range(120, len(files), 40)]:
            digests += [self.spool(data) for data in files[start:end]]
            limit = time.monotonic() + 120
            while sum(done) < len(digests):
                self.assertLess(time.monotonic(), limit, done)
                time.sleep(0.02)
                done = [len(s.events("accepted")) for s in both]
        for service in both:
            self.assertEqual(service.stop(), 0)
        self.assertEqual(sum(done), len(digests))
        self.assertGreater(min(done), 0)
        self.assert_whole(digests)

    def test_the_database_goes_away_and_comes_back(self):
        service = self.start()
        first, _ = self.seal()
        service.wait_for("accepted", digest=self.spool(first))
        self.server.kill()
        second, _ = self.seal(ITSAK)
        digest = self.spool(second)
        service.wait_for("look-failed")
        self.server.start()
        service.wait_for("accepted", digest=digest)
        self.assertEqual(service.stop(), 0)
        # What could not be noted when it was done is done again.
        self.run_once()
        self.assert_whole([sha256(first), digest])


if __name__ == "__main__":
    unittest.main()
