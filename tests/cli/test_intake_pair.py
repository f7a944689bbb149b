#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Two portals and two intakes on one PostgreSQL: one of each is killed in the
middle of it, and every file has one verdict, which any portal gives."""
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, "tests")
from intake_case import CONF, DEFAULTS, IntakeCase, Service, sha256
from many_case import ManyCase
from postgres import Postgres
import support
from support import (INFOSAK, ITSAK, PORTAL, PORTAL_CONF, SENDER_CONF,
                     SIGILL, read, write)

ORGANISATIONS = (("exempelkoping", "219999-0017", "kommun"),
                 ("exempelregionen", "219999-0025", "region"),
                 ("exempelmyndigheten", "219999-0033", "myndighet"))
ROUNDS = ("2023", "2024", "2025")
WAIT = 120


class Portal:
    """One of several on a shared ledger; it keeps its port."""

    def __init__(self, case, name, database):
        self.case, self.name, self.port = case, name, 0
        self.conf = case.at("portal-%s.conf" % name)
        self.text = ("[ledger]\ndatabase = %s\n" % database +
                     PORTAL_CONF.replace("spool = spool",
                                         "spool = spool-" + name)
                     .replace("verdicts = verdicts\n", "")
                     .replace("[portal]", "[portal]\nname = " + name))
        self.start()
        case.addCleanup(self.stop, signal.SIGKILL)

    def start(self):
        write(self.conf, self.text.replace("127.0.0.1:0",
                                           "127.0.0.1:%d" % self.port))
        self.process = subprocess.Popen(
            [PORTAL, "--config", self.conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for line in self.process.stderr:
            found = re.search(rb"listening.*port=(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            raise AssertionError("the portal did not start")
        self.reader = threading.Thread(target=self.process.stderr.read)
        self.reader.start()

    def stop(self, sig=signal.SIGTERM):
        if self.process.returncode is not None:
            return None
        self.process.send_signal(sig)
        status = self.process.wait(timeout=30)
        self.reader.join()
        self.process.stderr.close()
        return status


class Shared(IntakeCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        super().setUp()
        self.database = self.server.database()
        for name in "a", "b":
            os.mkdir(self.at("spool-" + name), 0o700)

    def intake_conf(self, name, **changes):
        """Each sees both spools: on one machine, or by a shared disk."""
        values = dict(DEFAULTS, database=self.database, verdicts="",
                      rounds="".join("[round %s]\nopens = 2023-05-17\n"
                                     "closes = 2099-12-31\n" % r
                                     for r in ROUNDS), **changes)
        return write(self.at("intake-%s.conf" % name), CONF.format(
            **values).replace(
            "[spool portal]\ndirectory = spool\n",
            "[spool a]\ndirectory = spool-a\n"
            "[spool b]\ndirectory = spool-b\n"))

    def serve(self, conf):
        service = Service(conf)
        self.addCleanup(lambda: service.process.returncode is None and
                        service.stop(signal.SIGKILL))
        service.wait_for("started")
        return service

    def seal_all(self):
        """[(path, organisation)] of what are all different rounds."""
        out = []
        for org, number, kind in ORGANISATIONS:
            for source in INFOSAK, ITSAK:
                for name in ROUNDS:
                    def change(answers):
                        answers["round"] = name
                        answers["organisation"]["number"] = number
                        answers["organisation"]["kind"] = kind
                    self.seal(source, org, change)
                    out.append((self.at("sealed-%d.sigill" % self.sealed),
                                org))
        return out

    def sender(self, org, portal):
        return write(self.at("%s-%s-%d.conf" % (
            org, portal.name, threading.get_ident())), SENDER_CONF.format(
            org=org, port=portal.port))

    def deliver(self, path, org, portal):
        """As cron does: again until it is there."""
        conf, end = self.sender(org, portal), time.monotonic() + WAIT
        while True:
            p = support.run(SIGILL, "send", "--config", conf, path)
            if p.returncode == 0:
                return
            self.assertEqual(p.returncode, 75, p.stderr)
            self.assertLess(time.monotonic(), end, p.stderr)
            time.sleep(0.2)

    def verdict(self, path, org, portal):
        """What that portal gives for it, once there is something."""
        folder = self.at("at-" + portal.name)
        os.makedirs(folder, exist_ok=True)
        copy = os.path.join(folder, os.path.basename(path))
        shutil.copy(path, copy)
        shutil.copy(path + ".stored.p7s", copy + ".stored.p7s")
        conf, end = self.sender(org, portal), time.monotonic() + WAIT
        while not os.path.exists(copy + ".accepted.p7s"):
            self.assertLess(time.monotonic(), end)
            support.run(SIGILL, "status", "--config", conf, copy)
        return read(copy + ".accepted.p7s")


class TwoOfEach(Shared):
    def test_one_of_each_is_killed(self):
        files = self.seal_all()
        portals = [Portal(self, name, self.database) for name in "ab"]
        confs = [self.intake_conf(name) for name in "ab"]
        self.conf = confs[1]
        services = [self.serve(conf) for conf in confs]
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(self.deliver, path, org, portals[i % 2])
                    for i, (path, org) in enumerate(files)]
            sent[len(files) // 3].result()
            services[0].stop(signal.SIGKILL)
            portals[0].stop(signal.SIGKILL)
            sent[2 * len(files) // 3 + 1].result()
            portals[0].start()
            for s in sent:
                s.result()
        # The other intake alone brings all to their verdict; and either
        # portal gives what the one has taken or the other.
        for i, (path, org) in enumerate(files):
            self.assertEqual(self.verdict(path, org, portals[0]),
                             self.verdict(path, org, portals[1]))
        services[0] = self.serve(confs[0])
        for service in services:
            self.assertEqual(service.stop(), 0)
        self.check(files)
        for portal in portals:
            self.assertEqual(portal.stop(), 0)

    def check(self, files):
        want = {sha256(read(path)) for path, _ in files}
        listed = self.intake("list", "--limit=0")["submissions"]
        self.assertEqual({a["sealed_digest"] for a in listed}, want)
        self.assertEqual(len(listed), len(want))
        for a in listed:
            self.assertEqual((a["state"], a["counts"], a["duplicate"]),
                             ("accepted", True, False), a)
        self.assertEqual(set(self.documents()), want)
        positions = self.server.query(
            "SELECT position FROM verdicts ORDER BY position",
            self.database).split()
        self.assertEqual(positions, [str(i) for i in range(len(want))])
        self.intake("log", "check")


class TwoIntakes(ManyCase):
    """A population between two intakes, one of which is killed."""

    def test_a_population(self):
        with Postgres() as server:
            self.make()
            conf = self.configure(database=server.database(),
                                  **self.settings)
            self.register()
            other = write(self.at("other.conf"), read(conf).decode())
            services = [self.start(), None]
            services[1] = Service(other)
            self.addCleanup(lambda: services[1].process.returncode is None
                            and services[1].stop(signal.SIGKILL))
            services[1].wait_for("started")
            n = self.spool_wave(0)
            end = time.monotonic() + WAIT
            while len(self.files("verdicts")) < n // 3:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)
            services[0].stop(signal.SIGKILL)
            killed = len(services[0].events("accepted"))
            # What it had settled, and not followed up, the other one finds
            # in minutes, and it itself when it starts again.
            services[0] = self.start()
            self.wait_settled(n)
            self.wait_settled(n + self.spool_wave(1))
            worked = [len(s.events("accepted")) for s in services]
            worked[0] += killed
            for service in services:
                self.assertEqual(service.stop(), 0)
            self.assertGreater(min(worked), 0, worked)
            self.check_all()


if __name__ == "__main__":
    unittest.main()
