#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The units in service/: that systemd understands them, how much they close,
and that the portal does nothing that its unit forbids."""
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import portal_case
from portal_case import BUILD, PORTAL, PortalCase

UNITS = {"sigill-portal.service": ("system", "sbin/sigill-portal"),
         "sigill-intake.service": ("system", "sbin/sigill-intake"),
         "sigill-score.service": ("system", None),
         "sigill-score.timer": ("system", None),
         "sigill-outbox.service": ("user", "bin/sigill"),
         "sigill-outbox.timer": ("user", None)}
ANALYZE = shutil.which("systemd-analyze")
STRACE = shutil.which("strace")


def settings(path):
    """A unit's settings, in order: [(name, value)]."""
    with open(path) as f:
        return [tuple(line.strip().split("=", 1)) for line in f
                if re.match(r"[A-Za-z]+=", line)]


def sanitized():
    with open(PORTAL, "rb") as f:
        return b"__asan_init" in f.read()


@unittest.skipUnless(ANALYZE, "systemd-analyze is not installed")
class Units(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-units-")
        self.addCleanup(shutil.rmtree, self.dir)
        self.env = dict(os.environ, LC_ALL="C.UTF-8",
                        XDG_RUNTIME_DIR=self.dir)

    def copy(self, name):
        """As make install does it, but where the programs are now."""
        program = UNITS[name][1]
        with open("service/" + name) as f:
            text = f.read()
        if program:
            self.assertIn("=/usr/local/%s" % program, text)
            text = text.replace("/usr/local/" + program,
                                "%s/bin/%s" % (BUILD, program.split("/")[1]))
        text = text.replace("/usr/local/lib/sigill/",
                            os.path.abspath("service") + "/")
        with open(self.dir + "/" + name, "w") as f:
            f.write(text)
        return self.dir + "/" + name

    def analyze(self, *args):
        p = subprocess.run([ANALYZE, *args], stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           env=self.env)
        return p.returncode, p.stdout.decode()

    def add_direct(self):
        folder = self.dir + "/sigill-portal.service.d"
        os.mkdir(folder)
        shutil.copy("service/sigill-portal-direct.conf",
                    folder + "/direct.conf")

    def verify(self, name, *more):
        scope = "--user" if UNITS[name][0] == "user" else "--system"
        return self.analyze(scope, "verify", "--man=no", self.dir + "/" + name)

    def test_systemd_understands_them(self):
        for name in UNITS:
            self.copy(name)
        self.assertEqual(set(os.listdir("service")) - set(UNITS),
                         {"sigill-portal-direct.conf", "sigill.sysusers",
                          "roles.sql", "sigill-score-folder"})
        for name in UNITS:
            with self.subTest(name):
                self.assertEqual(self.verify(name), (0, ""))
        self.add_direct()
        self.assertEqual(self.verify("sigill-portal.service"), (0, ""))
        # Which would tell.
        with open(self.dir + "/sigill-portal.service", "a") as f:
            f.write("[Service]\nProtectNothing=yes\n")
        self.assertIn("ProtectNothing", self.verify(
            "sigill-portal.service")[1])

    def exposure(self, name, limit):
        """systemd's own figure, from 0 (closed) to 10."""
        root = self.dir + "/root"
        target = root + "/etc/systemd/system"
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(target)
        shutil.copy(self.copy(name), target)
        if os.path.isdir(self.dir + "/" + name + ".d"):
            shutil.copytree(self.dir + "/" + name + ".d",
                            target + "/" + name + ".d")
        status, text = self.analyze(
            "security", "--offline=true", "--root=" + root,
            "--threshold=%d" % (limit * 10), "--no-pager", name)
        self.assertEqual(status, 0, text)
        return float(re.search(r"exposure level.*: ([0-9.]+)",
                               text).group(1))

    def test_how_much_they_close(self):
        closed = self.exposure("sigill-portal.service", 1.5)
        self.add_direct()
        direct = self.exposure("sigill-portal.service", 2.5)
        self.exposure("sigill-intake.service", 1.5)
        self.exposure("sigill-score.service", 1)
        self.assertGreater(direct, closed)
        self.exposure("sigill-outbox.service", 7)

    def test_waiting_is_no_failure(self):
        self.assertIn(("SuccessExitStatus", "75"),
                      settings("service/sigill-outbox.service"))
        self.assertIn(("ExecStart", "/usr/local/bin/sigill outbox flush --wait 0"),
                      settings("service/sigill-outbox.service"))


class Credentials(PortalCase):
    """systemd lends keys as files that belong to root, or to the service,
    and that only its access control list lets it read."""
    settings = None

    def setUp(self):
        super().setUp()
        self.folder = self.scratch + "/credentials"
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder, 0o700)
        self.key = self.folder + "/portal-tls.key"
        shutil.copy(self.scratch + "/portal-tls.key", self.key)
        os.chmod(self.folder, 0o550)
        os.chmod(self.key, 0o440)
        self.addCleanup(os.chmod, self.folder, 0o700)

    def check(self, folder, key=None):
        env = dict(os.environ)
        env.pop("CREDENTIALS_DIRECTORY", None)
        if folder:
            env["CREDENTIALS_DIRECTORY"] = folder
        tls = "certificate = portal-tls.pem\nkey = " + (key or self.key)
        p = subprocess.run([PORTAL, "--check", "--config",
                            self.configure(tls=tls)], env=env,
                           stderr=subprocess.PIPE, timeout=60)
        self.assertNotIn(b"Sanitizer", p.stderr)
        self.assertIn(p.returncode, (0, 77), p.stderr)
        if p.returncode == 77:
            self.assertIn(b"[key-mode]", p.stderr)
        return p.returncode == 0

    def test_of_the_service_manager(self):
        self.assertTrue(self.check(self.folder))
        self.assertTrue(self.check(self.folder + "/"))

    def test_all_others_are_refused(self):
        self.assertFalse(self.check(None))
        self.assertFalse(self.check("/nonexistent"))
        self.assertFalse(self.check(self.scratch))
        self.assertFalse(self.check(self.key))
        for mode in 0o444, 0o460, 0o450, 0o644, 0o404:
            os.chmod(self.key, mode)
            self.assertFalse(self.check(self.folder), oct(mode))
        os.chmod(self.key, 0o440)
        for mode in 0o570, 0o555, 0o777:
            os.chmod(self.folder, mode)
            self.assertFalse(self.check(self.folder), oct(mode))
        os.chmod(self.folder, 0o550)
        # The same name elsewhere, and a link in the folder that leads there.
        other = self.scratch + "/elsewhere"
        os.mkdir(other, 0o700)
        self.addCleanup(shutil.rmtree, other)
        shutil.copy(self.key, other + "/portal-tls.key")
        self.assertFalse(self.check(self.folder, other + "/portal-tls.key"))
        os.chmod(self.folder, 0o750)
        os.symlink(other + "/portal-tls.key", self.folder + "/link.key")
        os.chmod(self.folder, 0o550)
        self.assertFalse(self.check(self.folder, self.folder + "/link.key"))


class Manager(PortalCase):
    """Type=notify: the manager hears when the portal listens and stops."""
    settings = None

    def test_what_it_is_told(self):
        self.assertIn(("Type", "notify"),
                      settings("service/sigill-portal.service"))
        for name in self.scratch + "/notify", "\0" + self.scratch[1:]:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                s.bind(name)
                s.settimeout(20)
                self.start(env=dict(os.environ, NOTIFY_SOCKET=name.replace(
                    "\0", "@")))
                self.assertEqual(s.recv(100), b"READY=1")
                self.assertEqual(self.ask("GET", "/v1/health").status, 200)
                self.stop()
                self.assertEqual(s.recv(100), b"STOPPING=1")

    def test_nobody_listens(self):
        for name in "/nonexistent", "@nobody-is-there", "", "x", "/" * 200:
            self.start(env=dict(os.environ, NOTIFY_SOCKET=name))
            self.stop()


@unittest.skipUnless(ANALYZE and STRACE, "systemd-analyze and strace needed")
@unittest.skipIf(sanitized(), "sanitizers do what the program does not")
class Confined(PortalCase):
    """What strace sees of a start, deliveries and a stop is what the unit
    allows.  So there is no need of systemd as the first process."""
    settings = None

    def traced(self, use, **changes):
        """What strace has seen of a start, of use, and of a stop."""
        real = portal_case.PORTAL
        wrapper = self.scratch + "/traced"
        self.trace_file = self.scratch + "/trace"
        with open(wrapper, "w") as f:
            f.write("#!/bin/sh\nexec %s -D -f -qq -s 0 -y -o %s %s \"$@\"\n" %
                    (STRACE, self.trace_file, real))
        os.chmod(wrapper, 0o700)
        portal_case.PORTAL = wrapper
        try:
            self.start(**changes)
        finally:
            portal_case.PORTAL = real
        use()
        self.stop()
        with open(self.trace_file) as f:
            return f.read()

    def deliver(self):
        self.assertEqual(self.post(self.small).status, 201)
        loc = self.begin(self.large)
        self.assertEqual(self.offset(loc), 0)
        self.assertEqual(self.ask("DELETE", loc, {
            "Tus-Resumable": "1.0.0"}).status, 204)
        self.assertEqual(self.ask("GET", "/v1/receipts/%s/accepted" % (
            "0" * 64)).status, 404)

    def ask_as_front(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.scratch + "/portal.sock")
            s.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b" 200 ", s.recv(1000))

    def allowed(self, unit="sigill-portal.service"):
        """SystemCallFilter=, with systemd's own groups (systemd.exec(5))."""
        text = subprocess.run([ANALYZE, "syscall-filter", "--no-pager"],
                              stdout=subprocess.PIPE, check=True,
                              stderr=subprocess.DEVNULL,
                              env=dict(os.environ, LC_ALL="C.UTF-8"))
        groups, name = {}, None
        for line in text.stdout.decode().splitlines():
            line = re.sub("\x1b\\[[0-9;]*m", "", line)
            if line.startswith("@"):
                name = line.strip()
                groups[name] = set()
            elif name and line.startswith("    ") and "#" not in line:
                groups[name].add(line.strip())

        def expand(words):
            found = set()
            for w in words:
                found |= expand(groups[w]) if w.startswith("@") else {w}
            return found
        calls = set()
        for key, value in settings("service/" + unit):
            if key == "SystemCallFilter":
                if value.startswith("~"):
                    calls -= expand(value[1:].split())
                else:
                    calls |= expand(value.split())
        self.assertIn("read", calls)
        self.assertNotIn("mount", calls)
        return calls | expand({"@default"})

    def allowed_families(self, *units):
        found = set()
        for unit in units:
            for key, value in settings("service/" + unit):
                if key == "RestrictAddressFamilies":
                    found |= set(value.split())
        return found

    def check(self, text, families, folders):
        used = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", text, re.M))
        self.assertLess({"accept4", "openat", "fdatasync"}, used |
                        {"fdatasync"})
        if os.geteuid() == 0:
            used.discard("fchown")      # SQLite's, and only as root
        # The one execve is systemd's own.
        self.assertEqual(len(re.findall(r" execve\(", text)), 1)
        self.assertEqual(used - self.allowed() - {"execve"}, set())
        # MemoryDenyWriteExecute=
        for line in re.findall(r"(?:mmap|mprotect)\(.*", text):
            self.assertFalse("PROT_WRITE" in line and "PROT_EXEC" in line,
                             line)
            if line.startswith("mprotect"):
                self.assertNotIn("PROT_EXEC", line)
        # RestrictAddressFamilies=
        self.assertEqual(set(re.findall(r" socket\((AF_[A-Z0-9_]+)", text)) -
                         families, set())
        # ProtectSystem=strict: only what is the service's own is written to.
        # Others than root cannot see files of a process that dumps no core.
        if os.geteuid() != 0:
            return
        wrote = re.findall(r"O_(?:RDWR|WRONLY)[^)]*\) = \d+<([^>]*)>", text)
        wrote += re.findall(r" (?:rename|unlink|link|mkdir|chmod)\w*\("
                            r"\"([^\"]*)\"", text)
        self.assertTrue(any("/spool/" in p for p in wrote), wrote)
        for p in wrote:
            self.assertTrue(p.startswith(folders), p)

    def test_direct(self):
        families = self.allowed_families("sigill-portal.service",
                                         "sigill-portal-direct.conf")
        self.check(self.traced(self.deliver), families, (self.spool,))

    def test_behind_a_front_server(self):
        families = self.allowed_families("sigill-portal.service")
        self.assertEqual(families, {"AF_UNIX"})
        path = self.scratch + "/portal.sock"
        text = self.traced(
            self.ask_as_front, listen="unix:" + path, tls="",
            portal_extra="front_user = " + pwd.getpwuid(os.geteuid()).pw_name)
        self.check(text, families, (self.spool, path))


if __name__ == "__main__":
    unittest.main()
