#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal when it is stopped, started again and told to read files
again, while senders are there."""
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

from portal_case import PortalCase, patching, read_answer


class Stop(PortalCase):
    settings = None

    def start_on_a_slow_disk(self):
        """Its syncs wait while there is a file, self.hold."""
        lib = self.scratch + "/hold_sync.so"
        self.hold = self.scratch + "/hold"
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lib,
                        "tests/cli/hold_sync.c"], check=True)
        for name in self.hold, self.hold + ".waiting":
            if os.path.exists(name):
                os.unlink(name)
        self.start(env=dict(
            os.environ, LD_PRELOAD=lib, HOLD_SYNC=self.hold,
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
            ":verify_asan_link_order=0"))

    def complete_slowly(self, c):
        """A whole file has come on c, and its completion has begun."""
        loc = self.begin(self.small)
        with open(self.hold, "w"):
            pass
        c.send("PATCH", loc, patching(0, Prefer="return=representation"),
               self.small)
        self.wait_for(lambda: os.path.exists(self.hold + ".waiting"))

    def wait_for(self, what):
        for _ in range(1000):
            if what():
                return
            time.sleep(0.01)
        self.fail("waited in vain")

    def wait_for_partial(self, loc, size):
        path = "%s/.portal/partial/%s" % (self.spool, loc.split("/")[-1])
        self.wait_for(lambda: os.path.getsize(path) >= size)

    def refuses_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return False
        except OSError:
            return True

    def test_what_is_being_completed_is_answered(self):
        self.start_on_a_slow_disk()
        loc = self.begin(self.large)
        with self.connect() as c, self.connect() as idle, \
                self.connect() as busy:
            idle.request("GET", "/v1/health")
            busy.send("PATCH", loc, patching(0), length=len(self.large))
            busy.sock.sendall(self.large[:100000])
            self.wait_for_partial(loc, 100000)
            self.complete_slowly(c)
            self.process.send_signal(signal.SIGTERM)
            # Everybody else is cut off at once, and nobody gets in.
            self.assertEqual(idle.sock.recv(1), b"")
            self.assertEqual(busy.sock.recv(1), b"")
            self.wait_for(self.refuses_connections)
            self.assertIsNone(self.process.poll())
            os.unlink(self.hold)
            a = read_answer(c.file)
            self.assertEqual((a.status, a.headers["connection"]),
                             (200, "close"))
            self.assert_receipt(a.body, self.small)
            self.assertEqual(c.sock.recv(1), b"")
        self.assertEqual(self.process.wait(10), 0)
        self.assertNotIn("stopped-early", self.logged())
        self.assert_stored(self.small)

    def test_a_disk_that_hangs_does_not_keep_it(self):
        self.start_on_a_slow_disk()
        with self.connect() as c:
            self.complete_slowly(c)
            start = time.monotonic()
            self.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.process.wait(15), 0)
            self.assertLess(time.monotonic() - start, 8)
        self.assertIn("stopped-early", self.logged())
        self.process = None
        self.log.close()
        # What was not completed is, when it starts again.
        self.start()
        self.assert_stored(self.small)
        self.assert_receipt(self.post(self.small).body, self.small)

    def test_uploads_go_on_after_a_restart(self):
        self.start()
        locs = [self.begin(self.large), self.begin(self.small)]
        done = [1700000, 2500]
        for data, loc, n in zip((self.large, self.small), locs, done):
            c = self.connect()
            self.addCleanup(c.close)
            c.send("PATCH", loc, patching(0), length=len(data))
            c.sock.sendall(data[:n])
            self.wait_for_partial(loc, n)
        start = time.monotonic()
        self.stop()
        self.assertLess(time.monotonic() - start, 4)
        self.start()
        for data, loc, n in zip((self.large, self.small), locs, done):
            self.assertEqual(self.offset(loc), n)
            a = self.ask("PATCH", loc, patching(n), data[n:])
            self.assertEqual(a.status, 204, a.body)
            self.assert_stored(data)

    def test_stopping_with_many_connections(self):
        self.start()
        held = []
        try:
            for n in range(150):
                s = socket.create_connection(("127.0.0.1", self.port), 10,
                                             ("127.0.0.%d" % (2 + n % 5), 0))
                s.sendall(b"\x16\x03\x01")
                held.append(s)
            with self.connect() as c:
                self.assertEqual(c.request("GET", "/v1/health").status, 200)
                start = time.monotonic()
                self.stop()
                self.assertLess(time.monotonic() - start, 4)
        finally:
            for s in held:
                s.close()


class Renewal(PortalCase):
    """The server's own certificate, renewed while it runs."""
    settings = None

    def openssl(self, *args):
        subprocess.run(("openssl",) + args, cwd=self.scratch, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def hangup(self, word):
        n = self.logged().count(" " + word)
        self.process.send_signal(signal.SIGHUP)
        for _ in range(500):
            if self.logged().count(" " + word) > n:
                return
            time.sleep(0.01)
        self.fail(self.logged())

    def presented(self):
        with self.connect() as c:
            return c.sock.getpeercert()["subject"][-1][0][1]

    def test_renewal(self):
        for name in "portal-tls.pem", "portal-tls.key", "tls-root.pem":
            path = self.scratch + "/" + name
            shutil.copy(path, path + ".saved")
            self.addCleanup(os.replace, path + ".saved", path)
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     "new.key", "-out", "new.pem", "-days", "2", "-subj",
                     "/CN=renewed", "-addext",
                     "subjectAltName=DNS:localhost")
        with open(self.scratch + "/tls-root.pem", "a") as f, \
                open(self.scratch + "/new.pem") as new:
            f.write(new.read())
        self.start()
        before = self.presented()
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:1000000])
            # A new certificate whose key has not come yet is not taken.
            shutil.copy(self.scratch + "/new.pem",
                        self.scratch + "/portal-tls.pem")
            self.hangup("not-reloaded")
            self.assertIn("key-mismatch", self.logged())
            self.assertEqual(self.presented(), before)
            shutil.copy(self.scratch + "/new.key",
                        self.scratch + "/portal-tls.key")
            self.hangup("reloaded")
            self.assertEqual(self.presented(), "renewed")
            # Who was connected before stays so.
            c.sock.sendall(self.large[1000000:])
            self.assertEqual(read_answer(c.file).status, 204)
        self.assert_stored(self.large)
        self.hangup("reloaded")
        self.assertEqual(self.presented(), "renewed")


if __name__ == "__main__":
    unittest.main()
