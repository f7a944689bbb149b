#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL of whatever is there, again and again, while a population is being
verified: in the end it is as if nothing had happened."""
import os
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, "tests")
from intake_case import Service
from many_case import COUNT, ManyCase
from postgres import Postgres

KILLS = 10


def words(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return f.read().decode("utf-8", "replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def children(pid, role):
    """The service's processes that are its workers, or its key holder."""
    pids = []
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task),
                      encoding="ascii") as f:
                pids += [int(p) for p in f.read().split()]
    except FileNotFoundError:
        pass
    return sorted(p for p in pids if role in words(p))


def shoot(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class KillCase(ManyCase):
    count = min(COUNT, 2000)
    server = None

    def setUp(self):
        super().setUp()
        self.make()
        self.chance = random.Random(int(os.environ.get("SIGILL_SEED", "7")))
        where = dict(self.settings)
        if self.server:
            where["database"] = self.server.database()
        self.configure(**where)
        self.register()

    def wait_gone(self, pids, role):
        """Whom a service leaves behind must end by themselves."""
        end = time.monotonic() + 30
        while any(role in words(p) for p in pids):
            self.assertLess(time.monotonic(), end, (role, pids))
            time.sleep(0.05)

    def kill_service(self, service):
        orphans = [(role, children(service.process.pid, role))
                   for role in ("worker", "keyholder")]
        service.stop(signal.SIGKILL)
        for role, pids in orphans:
            self.wait_gone(pids, role)
        return self.start()

    def strike(self, service, victim):
        if victim == "service":
            return self.kill_service(service)
        if victim == "database":
            self.server.kill()
            self.server.start()
            return service
        pids = children(service.process.pid, victim)
        if pids:
            shoot(self.chance.choice(pids))
        return service

    def run_with_kills(self, victims):
        service = self.start()
        known = 0
        for wave in 0, 1:
            files = [m for m in self.manifest if m["wave"] == wave]
            self.chance.shuffle(files)
            kills = KILLS if wave == 0 else 2
            part = len(files) // kills + 1
            for i in range(kills):
                self.spool_files(files[i * part:(i + 1) * part])
                # Somewhere in the middle of what they are doing.
                time.sleep(self.chance.uniform(0, 0.6))
                service = self.strike(service, victims[i % len(victims)])
            known += len(files)
            self.wait_settled(known)
        self.assertEqual(service.stop(), 0)
        self.check_all()
        self.assertEqual(self.files("spool"), sorted(
            m["sha256"] + ".sigill" for m in self.manifest
            if m["state"] == "held"))


class OnSqlite(KillCase):
    def test_in_turns(self):
        self.run_with_kills(["service", "worker", "keyholder"])


class OnPostgres(KillCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_in_turns(self):
        self.run_with_kills(["database", "service", "worker", "keyholder"])


if __name__ == "__main__":
    unittest.main()
