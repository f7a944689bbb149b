#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A ledger that cannot be had: what has to be changed is said, and whether it
is worth trying again."""
import os
import subprocess
import sys
import unittest

from intake_case import INTAKE, IntakeCase
from support import BUILD, PORTAL_CONF, read, run, write

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from postgres import Postgres  # noqa: E402

PORTAL = BUILD + "/bin/sigill-portal"


class Server(IntakeCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.stop)
        cls.server.query("CREATE ROLE nobody_much LOGIN")

    def setUp(self):
        super().setUp()
        self.uri = self.server.database()
        self.name = self.uri.split("///")[1].split("?")[0]

    def run_on(self, uri, status):
        self.configure(database=uri)
        return self.run_once(status)

    def portal(self, uri):
        conf = write(self.at("portal.conf"), PORTAL_CONF +
                     "[ledger]\ndatabase = %s\n" % uri)
        text = read(conf).decode().replace(
            "[portal]\n", "[portal]\nname = north\n")
        write(conf, text)
        p = run(PORTAL, "--config", conf, "--check")
        return p.returncode, p.stderr.decode()

    def test_who_may_not_log_in_need_not_try_again(self):
        self.assertIn("[config]", self.run_on(
            self.server.uri_of(self.name, "unheard_of"), 78))
        self.assertIn("[config]", self.run_on(
            self.server.uri_of("no_such_database"), 78))
        self.assertIn("[ledger]", self.run_on(
            "postgresql:///x?host=" + self.at("archive"), 75))

    def test_roles_before_tables_and_after(self):
        roles = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", "-", self.uri]

        def apply():
            with open("service/roles.sql", "rb") as f:
                return subprocess.run(
                    [self.server.bin + "/psql", *roles[1:]], stdin=f,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p = apply()
        self.assertNotEqual(p.returncode, 0)
        self.assertEqual(p.stderr.count(b"ERROR"), 1, p.stderr)
        self.assertIn(b"no tables yet", p.stderr)
        self.assertEqual(self.server.query(
            "SELECT count(*) FROM pg_roles WHERE rolname = 'sigill_staff'"),
            "0")
        self.assertEqual(self.portal(self.uri)[0], 78)

        self.run_on(self.uri, 0)
        stranger = self.server.uri_of(self.name, "nobody_much")
        self.assertIn("roles.sql", self.run_on(stranger, 78))
        status, said = self.portal(stranger)
        self.assertEqual(status, 78, said)
        self.assertIn("roles.sql", said)

        p = apply()
        self.assertEqual(p.returncode, 0, p.stderr)
        self.server.query("GRANT sigill_portal TO nobody_much")
        self.assertEqual(self.portal(stranger), (0, ""))


class File(IntakeCase):
    def test_a_folder_that_is_not_there_is_named(self):
        self.configure(database="none/ledger.db")
        log = self.run_once(74)
        self.assertIn("none/ledger.db", log)
        self.assertIn("No such file or directory", log)

    def mount(self, size):
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=%dk,mode=700" % size,
                 "none", self.at("disk")],
                stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.at("disk")])

    def test_a_full_disk_is_called_so(self):
        os.mkdir(self.at("disk"))
        self.mount(1024)
        self.configure(database="disk/ledger.db")
        self.run_once()
        with self.assertRaises(OSError):
            with open(self.at("disk/other"), "wb", buffering=0) as f:
                while True:
                    f.write(bytes(4096))
        for argv in (("run", "--once"), ("list",)):
            p = run(INTAKE, "--config", self.conf, *argv)
            self.assertIn(b"[no-space]", p.stderr)


if __name__ == "__main__":
    unittest.main()
