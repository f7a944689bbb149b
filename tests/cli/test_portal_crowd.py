#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal when too many want something of it: strangers push out
strangers, and senders get in."""
import os
import re
import selectors
import socket
import ssl
import subprocess
import threading
import time
import unittest

from portal_case import (BUILD, KOPING, REGIONEN, PortalCase,
                         patching, read_answer)

SIGILL = os.path.join(BUILD, "bin/sigill")
SENDER = """[sigill]
environment = test
[identity]
certificate = exempelkoping.pem
key = exempelkoping.key
[authority]
name = Provmyndigheten
portal = https://localhost:{port}
portal_anchors = tls-root.pem
recipients = intake-p256.pem
anchors = authority-root.pem
portal_signers = portal-receipts.pem
intake_signers = intake-receipts.pem
"""


class Attack(threading.Thread):
    """Holds as many connections as it is given addresses and sockets for, and
    opens each anew as soon as it is cut off."""

    def __init__(self, port, addresses, each, begin):
        super().__init__()
        self.port, self.begin = port, begin
        self.wanted = [a for a in addresses for _ in range(each)]
        self.stop, self.full = threading.Event(), threading.Event()
        self.cut = 0

    def open(self, selector, address):
        s = socket.socket()
        s.bind((address, 0))
        s.settimeout(5)
        try:
            s.connect(("127.0.0.1", self.port))
            s.sendall(self.begin)
        except OSError:
            s.close()
            return False
        s.setblocking(False)
        selector.register(s, selectors.EVENT_READ, address)
        return True

    def run(self):
        wanted = list(self.wanted)
        with selectors.DefaultSelector() as selector:
            while not self.stop.is_set():
                for key, _ in selector.select(0 if wanted else 0.05):
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                    wanted.append(key.data)
                    self.cut += 1
                for address in wanted[:10]:
                    if self.open(selector, address):
                        wanted.remove(address)
                if self.cut > 100 or not wanted:
                    self.full.set()
            for key in list(selector.get_map().values()):
                key.fileobj.close()

    def __enter__(self):
        self.start()
        self.full.wait(30)
        return self

    def __exit__(self, *args):
        self.stop.set()
        self.join()


class Crowd(PortalCase):
    settings = None

    def threads(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            return int(re.search(r"Threads:\s+(\d+)", f.read()).group(1))

    def send(self, name):
        with open(self.scratch + "/sigill.conf", "w") as f:
            f.write(SENDER.format(port=self.port))
        receipt = "%s/%s.sigill.stored.p7s" % (self.scratch, name)
        if os.path.exists(receipt):
            os.unlink(receipt)
        p = subprocess.run(
            [SIGILL, "send", name + ".sigill", "--config", "sigill.conf"],
            cwd=self.scratch, stdin=subprocess.DEVNULL, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, HOME=self.scratch, LC_ALL="C.UTF-8",
                     no_proxy="*"))
        self.assertEqual(p.returncode, 0, p.stderr)
        with open(receipt, "rb") as f:
            self.assert_receipt(f.read(), getattr(self, name))

    def attack(self, begin):
        """From twelve addresses, one of which is also the sender's."""
        self.start()
        addresses = ["127.0.0.%d" % n for n in range(1, 13)]
        with self.connect() as c:
            loc = self.begin(self.large)
            # A sender who is there already stays.
            c.send("PATCH", loc, patching(0), length=len(self.large))
            with Attack(self.port, addresses, 60, begin) as a:
                c.sock.sendall(self.large[:1000])
                start = time.monotonic()
                self.send("small")
                for _ in range(5):
                    self.assertEqual(self.ask(
                        "OPTIONS", "/v1/uploads").status, 204)
                self.assertLess(time.monotonic() - start, 20)
                self.assertLess(self.threads(), 310)
                self.assertGreater(a.cut, 100)
                c.sock.sendall(self.large[1000:])
                self.assertEqual(read_answer(c.file).status, 204)
        self.assert_stored(self.small)
        self.assert_stored(self.large)
        self.assertIn("crowded", self.logged())

    def test_silent_strangers(self):
        self.attack(b"")

    def test_strangers_who_begin_a_handshake(self):
        self.attack(b"\x16\x03\x01\x02\x00\x01")

    def test_one_address_cannot_push_out_others(self):
        """Who has most of the strangers' connections loses first."""
        self.start()
        quiet = []
        for n in range(2, 5):
            s = socket.socket()
            s.bind(("127.0.1.%d" % n, 0))
            s.connect(("127.0.0.1", self.port))
            quiet.append(s)
        with Attack(self.port, ["127.0.0.%d" % n for n in range(2, 8)], 60,
                    b"") as a:
            while a.cut < 300:
                self.assertFalse(a.stop.wait(0.02))
            for s in quiet:
                s.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    s.recv(1)
                s.close()

    def test_strangers_with_a_handshake_and_half_a_header(self):
        self.start(portal_extra="patience = 20")
        held = []
        try:
            for n in range(340):
                ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
                s = socket.create_connection(
                    ("127.0.0.1", self.port), 10,
                    ("127.0.0.%d" % (2 + n % 8), 0))
                held.append(s)
                try:
                    held[-1] = ctx.wrap_socket(s)
                    held[-1].sendall(b"GET /v1/health HTTP/1.1\r\nA: ")
                except OSError:
                    pass
            self.assertEqual(self.post(self.small).status, 201)
        finally:
            for s in held:
                s.close()

    def test_a_sender_cannot_take_all(self):
        self.start(portal_extra="max_connections_per_sender = 3",
                   max_uploads=10)
        locs = [self.begin(b"x" * (6000 + n)) for n in range(4)]
        busy = []
        try:
            for loc in locs[:3]:
                busy.append(self.connect())
                busy[-1].send("PATCH", loc, patching(0), length=5000)
                busy[-1].sock.sendall(b"x" * 10)
            for loc in locs[:3]:
                self.wait_for_partial(loc, 10)
            a = self.ask("OPTIONS", "/v1/uploads")
            self.assert_problem(a, 429, "portal-busy")
            self.assertIn("retry-after", a.headers)
            a = self.ask("OPTIONS", "/v1/uploads", who=REGIONEN)
            self.assertEqual(a.status, 204)
            busy[0].sock.sendall(b"x" * 4990)
            self.assertEqual(read_answer(busy[0].file).status, 204)
            # That one is idle now, and goes.
            a = self.ask("OPTIONS", "/v1/uploads")
            self.assertEqual(a.status, 204)
            self.assertEqual(busy[0].sock.recv(1), b"")
        finally:
            for c in busy:
                c.close()

    def wait_for_partial(self, loc, size):
        path = "%s/.portal/partial/%s" % (self.spool, loc.split("/")[-1])
        for _ in range(500):
            if os.path.getsize(path) >= size:
                return
            time.sleep(0.01)
        self.fail("no byte arrived")

    def test_idle_connections_end(self):
        self.start(portal_extra="patience = 1")
        for who in KOPING, None:
            with self.connect(who) as c:
                self.assertEqual(c.request("GET", "/v1/health").status, 200)
                start = time.monotonic()
                self.assertEqual(c.sock.recv(1), b"")
                took = time.monotonic() - start
                self.assertGreater(took, 0.5)
                self.assertLess(took, 6)


if __name__ == "__main__":
    unittest.main()
