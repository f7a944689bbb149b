#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake does nothing that service/sigill-intake.service forbids, and
tells the service manager where it stands."""
import os
import re
import signal
import socket
import unittest

import test_service
from intake_case import INTAKE, IntakeCase, Service, sha256
from scored_case import ScoredCase
from support import read, write
from test_service import ANALYZE, STRACE, sanitized, settings

UNIT = "sigill-intake.service"


class Manager(IntakeCase):
    def test_what_it_is_told(self):
        self.assertIn(("Type", "notify"), settings("service/" + UNIT))
        name = self.at("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind(name)
            s.settimeout(20)
            service = self.start(env=dict(os.environ, NOTIFY_SOCKET=name))
            self.assertEqual(s.recv(100), b"READY=1")
            self.assertEqual(service.stop(signal.SIGTERM), 0)
            self.assertEqual(s.recv(100), b"STOPPING=1")


@unittest.skipUnless(ANALYZE and STRACE, "systemd-analyze and strace needed")
@unittest.skipIf(sanitized(), "sanitizers do what the program does not")
class Confined(ScoredCase):
    def test_what_it_asks_of_the_kernel(self):
        wrapper = self.at("traced")
        write(wrapper, "#!/bin/sh\nexec %s -D -f -qq -s 0 -o %s %s \"$@\"\n" % (
            STRACE, self.at("trace"), INTAKE))
        os.chmod(wrapper, 0o700)
        data, _ = self.seal()
        service = Service(self.conf, wrapper)
        service.wait_for("started")
        self.drop("other", b"x" * 2000)
        service.wait_for("accepted", digest=self.spool(data))
        service.wait_for("rejected")
        service.wait_for("accepted")
        while not self.documents():
            os.sched_yield()
        self.leave("x.feedback.json", b"{}")
        self.score(sha256(data))
        service.wait_for("scored")
        service.wait_for("feedback-refused")
        self.assertEqual(service.stop(), 0)
        text = read(self.at("trace")).decode()
        used = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", text, re.M))
        self.assertLess({"openat", "fdatasync", "renameat2", "seccomp"}, used)
        if os.geteuid() == 0:
            used.discard("fchown")      # SQLite's, and only as root
        allowed = test_service.Confined.allowed(self, UNIT)
        self.assertEqual(used - allowed - {"execve"}, set())
        # RestrictAddressFamilies=
        self.assertLessEqual(
            set(re.findall(r" socket(?:pair)?\((AF_[A-Z0-9_]+)", text)),
            {"AF_UNIX"})
        # MemoryDenyWriteExecute=
        for line in re.findall(r"(?:mmap|mprotect)\(.*", text):
            self.assertFalse("PROT_WRITE" in line and "PROT_EXEC" in line,
                             line)


del ScoredCase

if __name__ == "__main__":
    unittest.main()
