#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send where the way to the portal is bad: no network, lines that are
silent, another TLS or another certificate than the right ones."""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import BIN  # noqa: E402
from scripted_portal import Scripted, fast  # noqa: E402


def drip(handler):
    """An answer, one byte after another."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        time.sleep(0.2)
        handler.wfile.write(b"x")


def never(connection):
    """Takes all, says nothing, until the other end leaves."""
    while connection.recv(65536):
        pass


class Network(Scripted):
    def setUp(self):
        super().setUp()
        self.seal()

    def at(self, address):
        self.configure(portal="https://" + address.replace("127.0.0.1",
                                                           "localhost"))

    def test_nobody_listens(self):
        p = self.bad(75, "no-network", "send", "a.sigill")
        self.assertIn("https://localhost:1/: the portal cannot be reached: "
                      "Connection refused [", p.err)

    def test_no_such_host(self):
        self.configure(portal="https://portal.invalid")
        p = self.bad(75, "no-network", "send", "a.sigill")
        self.assertIn("its name cannot be looked up", p.err)

    def test_nothing_comes(self):
        """The address is there, and nobody takes the connection."""
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        waiting = []
        for _ in range(4):
            s = socket.socket()
            self.addCleanup(s.close)
            s.setblocking(False)
            s.connect_ex(full.getsockname())
            waiting.append(s)
        self.at("127.0.0.1:%d" % full.getsockname()[1])
        p = self.bad(75, "no-network", "send", "a.sigill",
                     env=fast(self.dir, self.env, 100))
        self.assertIn("no connection within 20 seconds", p.err)

    def test_no_tls_comes(self):
        self.at(self.listen(never))
        p = self.bad(75, "no-network", "send", "a.sigill",
                     env=fast(self.dir, self.env, 100))
        self.assertIn("it was reached, but no TLS session came about within "
                      "20 seconds", p.err)

    def test_line_that_is_silent(self):
        """Bounded in time, also when nothing tells that the line is dead;
        and when the portal's answer never comes to an end."""
        env = fast(self.dir, self.env, 120)
        for answer in lambda h: time.sleep(60), drip:
            log = self.serve(answer)
            p = self.bad(75, "interrupted", "send", "a.sigill", env=env)
            self.assertIn("no whole answer within 120 seconds", p.err)
            self.assertEqual([r[0] for r in log], ["POST"] * 3)

    def test_portal_that_is_busy_for_long(self):
        """A minute and a half after the last byte: it makes a file
        durable."""
        _, log = self.refused(69, "portal-refused", lambda h: (
            time.sleep(3.6), h.reply(403)),
            env=fast(self.dir, self.env, 25))
        self.assertEqual(len(log), 1)

    def test_stall(self):
        """Nothing of a body is taken any more."""
        os.unlink(self.path("a.sigill"))
        os.unlink(self.path("a.sigill.reply.pem"))
        self.large(20)
        ends = []

        def answer(h):
            h.reply(201, Location="/v1/uploads/1", Upload_Offset="0") \
                if h.command == "POST" else h.reply(200, Upload_Offset="0")

        def take(h):
            ends.append(time.monotonic())
            while h.connection.fileno() != -1 and \
                    time.monotonic() - ends[0] < 60:
                time.sleep(0.1)
                if stopped:
                    break
            h.close_connection = True
            raise ConnectionError
        stopped = []
        self.addCleanup(stopped.append, True)
        log = self.serve(answer, take=take)
        p = self.bad(75, "interrupted", "send", "a.sigill",
                     env=fast(self.dir, self.env, 120))
        self.assertIn("no byte moved for 60 seconds", p.err)
        self.assertEqual([r[0] for r in log], ["POST", "HEAD", "HEAD"])
        self.assertEqual(len(ends), 3)

    def test_client_certificate_refused_by_alert(self):
        self.refused(77, "client-certificate", lambda h: h.reply(400),
                     client_ca="other-ca.pem")
        # Also when the connection is closed before we get to listen, as on a
        # machine with much to do.
        with ThreadPoolExecutor(8) as pool:
            for p in pool.map(lambda _: self.sigill("send", "a.sigill"),
                              range(32)):
                self.assertIn("[client-certificate]", p.err)

    def test_certificate_that_is_not_the_pinned_one(self):
        """Who has issued it is said: that tells of a proxy that looks into
        what passes.  And it gets to see neither our certificate nor a
        byte."""
        shown = []

        def answer(h):
            shown.append(h.connection.getpeercert())
            h.reply(400)
        log = self.serve(answer, certificate="intake-p256", client_ca=None)
        p = self.bad(77, "portal-certificate", "send", "a.sigill")
        self.assertRegex(p.err, r"; the one that was shown is issued by '.*"
                         r"CN ?= ?Provmyndigheten.*TEST ONLY")
        self.assertEqual((log, shown), ([], []))

    def test_another_name_than_the_certificate_has(self):
        self.serve(lambda h: h.reply(400))
        self.configure(portal="https://other.localhost:%d" % self.port)
        self.bad(77, "portal-certificate", "send", "a.sigill")

    def test_the_systems_certificates_are_not_trusted(self):
        """Not even when the portal's own root is among them."""
        log = self.serve(lambda h: h.reply(400))
        self.configure(portal="https://localhost:%d" % self.port,
                       portal_anchors="authority-root.pem")
        root = self.path("tls-root.pem")
        name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in",
                               root], capture_output=True, check=True)
        os.mkdir(self.path("certs"))
        for n in name.stdout.decode().strip() + ".0", "ca-certificates.crt":
            shutil.copy(root, self.path("certs/" + n))
        p = subprocess.run(
            ["unshare", "-m", "sh", "-c",
             "mount --bind certs /etc/ssl/certs || exit 99; exec \"$@\"",
             "sh", BIN, "send", "a.sigill", "--config", "sigill.conf"],
            cwd=self.dir, env=self.env, capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot mount here")
        self.assertEqual(p.returncode, 77, p.stderr)
        self.assertIn(b"[portal-certificate]", p.stderr)
        self.assertEqual(log, [])

    def test_no_tls_1_3(self):
        """Another try would be of no use."""
        self.serve(lambda h: h.reply(400), newest=ssl.TLSVersion.TLSv1_2)
        self.bad(76, "protocol", "send", "a.sigill")

    def test_no_tls(self):
        def other(connection):
            connection.sendall(b"SSH-2.0-OpenSSH\r\n")
            connection.recv(4096)
        self.at(self.listen(other))
        self.bad(76, "protocol", "send", "a.sigill")

    def test_address_of_no_use(self):
        for portal in ("http://localhost:1", "ftp://localhost", "localhost",
                       "https://u:p@localhost", "https://localhost/?x=1"):
            self.configure(portal=portal)
            p = self.bad(78, "config", "send", "a.sigill")
            self.assertIn("portal", p.err)

    def test_anchors_that_cannot_be_read(self):
        self.configure(portal_anchors="nope.pem")
        p = self.bad(66, "no-input", "send", "a.sigill")
        self.assertIn("nope.pem", p.err)

    def test_anchors_that_are_none(self):
        self.serve(lambda h: h.reply(400))
        self.configure(portal="https://localhost:%d" % self.port,
                       portal_anchors="a.json")
        p = self.bad(78, "config", "send", "a.sigill")
        self.assertIn("a.json", p.err)


if __name__ == "__main__":
    unittest.main()
