#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What lies in intake's folders and is not taken: it is said, and `run --once`
does not end as if all were done."""
import os
import pwd
import shutil
import signal
import unittest

from intake_case import INTAKE, IntakeCase
from support import run


class Lying(IntakeCase):
    def events(self, name):
        return [line for line in self.log.splitlines()
                if (" %s " % name) in line]

    def test_what_is_no_file(self):
        os.mkdir(self.at("folder/from-region"))
        os.symlink(self.at("intake.conf"), self.at("folder/link.sigill"))
        os.mkfifo(self.at("folder/pipe.sigill"))
        self.run_once()
        for name in "from-region", "link.sigill", "pipe.sigill":
            self.assertEqual(len([x for x in self.events("odd-name")
                                  if name in x]), 1, self.log)

    def test_a_name_that_is_no_text_hides_no_other_warning(self):
        for name in b"\xe5.sigill", b"\xe4.sigill":
            with open(self.at("folder").encode() + b"/" + name, "wb"):
                pass
        shutil.rmtree(self.at("spool"))
        self.run_once(75)
        self.assertEqual(len(self.events("odd-name")), 2, self.log)
        self.assertEqual(len(self.events("no-place")), 1, self.log)

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_a_file_that_cannot_be_read(self):
        self.drop("a.sigill", self.seal()[0])
        os.chmod(self.at("folder/a.sigill"), 0)
        who = pwd.getpwnam("nobody").pw_uid
        for top, names, files in os.walk(self.scratch.dir):
            for name in [top] + [os.path.join(top, f) for f in files]:
                if not name.endswith("a.sigill"):
                    os.chown(name, who, -1)
        log = run("setpriv", "--reuid", str(who), "--clear-groups", INTAKE,
                  "--config", self.conf, "run", "--once")
        self.assertEqual(log.returncode, 75, log.stderr)
        self.assertIn(b"not-readable", log.stderr)

    def test_a_spool_that_is_not_there(self):
        shutil.rmtree(self.at("spool"))
        self.run_once(75)
        self.assertIn("no-place", self.log)
        os.mkdir(self.at("spool"))
        self.run_once()

    def test_an_archive_that_takes_nothing(self):
        digest = self.spool(self.seal()[0])
        with open(self.at("archive/" + digest[:2]), "wb"):
            pass
        # Something that is no folder is in the way.
        self.run_once(75)
        self.assertIn("not-filed", self.log)
        self.assertEqual(self.state(digest)[0], "accepted")
        os.unlink(self.at("archive/" + digest[:2]))
        os.mkdir(self.at("archive/" + digest[:2]))
        self.run_once()

    def test_the_same_bytes_under_another_name(self):
        data, _ = self.seal()
        digest = self.drop("svar.sigill", data)
        self.run_once()
        self.assertNotIn("arrived-before", self.log)
        self.drop("kopia (1).sigill", data)
        self.run_once()
        line, = self.events("arrived-before")
        self.assertIn(digest, line)
        self.assertIn("kopia (1).sigill", line)
        self.assertIn("svar.sigill", line)


class Refused(IntakeCase):
    def refused(self, word):
        p = run(INTAKE, "--config", self.conf, "run", "--once")
        self.assertEqual(p.returncode, 78, p.stderr)
        self.assertIn(word, p.stderr.decode())
        self.assertFalse(os.path.exists(self.at("ledger.db")))

    @unittest.skipUnless(os.geteuid() == 0, "needs to be root")
    def test_root_does_not_work_for_another(self):
        os.chown(self.at("archive"), pwd.getpwnam("nobody").pw_uid, -1)
        self.refused("sudo -u nobody sigill-intake")
        os.chown(self.at("archive"), 0, -1)
        os.chown(self.at("handoff"), pwd.getpwnam("nobody").pw_uid, -1)
        self.refused("sudo -u nobody sigill-intake")

    def test_a_folder_that_is_missing(self):
        for name in "archive", "verdicts", "handoff":
            os.rmdir(self.at(name))
            self.refused("install -d")
            os.mkdir(self.at(name), 0o700)

    def test_one_folder_for_two_things(self):
        for name in "folder", "archive", "verdicts", "handoff":
            os.rmdir(self.at("spool"))
            os.symlink(self.at(name), self.at("spool"))
            self.refused("one folder cannot be both")
            os.unlink(self.at("spool"))
            os.mkdir(self.at("spool"), 0o700)


class Lists(IntakeCase):
    def test_an_outdated_list_is_told_at_start_and_reload(self):
        shutil.copy(self.at("pki/sender-ca-outdated.crl"), self.at("crl"))
        self.configure(crls="crl")
        service = self.start()
        self.assertIn("issuer", service.wait_for("revocation-list-outdated"))
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("revocation-list-outdated", count=2)
        shutil.copy(self.at("pki/sender-ca.crl"), self.at("crl"))
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("reloaded", count=2)
        self.assertEqual(len(service.events("revocation-list-outdated")), 2)
        service.stop()


if __name__ == "__main__":
    unittest.main()
