#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal against what is malformed, cut off or sent in one go: every
request of raw_cases.py, a good one that ends after each byte of its head and
many of its body, and what is not even TLS; and the same on the Unix socket
that a front server uses, and through nginx.  Whatever comes, nothing is
stored, nothing grows, and the next one is served."""
import hashlib
import os
import socket
import sqlite3
import ssl
import struct
import unittest

import test_portal_front as front
from portal_case import KOPING, PortalCase, read_answer
from raw_cases import CLOSED, Table

SECONDS = 20        # for one answer; only a failure takes as long


def end_half(sock):
    """No more from us, and no close_notify; answers can still be read."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_WR)
    except OSError:
        pass


def end_with_reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


def end_in_order(sock):
    """close_notify; the answer to it is not waited for."""
    sock.settimeout(0)
    try:
        sock.unwrap()
    except (ssl.SSLError, OSError):
        pass


def exchange(connection, data, wanted, head=False):
    """The statuses of at most so many answers, and all bytes after them."""
    got = []
    connection.sock.settimeout(SECONDS)
    try:
        connection.sock.sendall(data)
    except (ConnectionError, ssl.SSLError):
        pass            # closed already, but an answer may be there
    try:
        while len(got) < wanted:
            a = read_answer(connection.file, head)
            if a is None:
                return got, b""
            got.append(a.status)
        end_half(connection.sock)
        return got, connection.file.read()
    except (ConnectionError, ssl.SSLError):
        return got, b""


class Raw(PortalCase):
    settings = None
    ends = end_half, end_with_reset, end_in_order
    step = 97       # a connection costs a handshake

    def setUp(self):
        super().setUp()
        self.start()
        self.upload = self.begin(self.large)
        self.table = self.table_of(KOPING)

    def table_of(self, who):
        return Table(self.small, self.upload)

    def partial(self, location):
        return "%s/.portal/partial/%s" % (self.spool,
                                          location.rsplit("/", 1)[1])

    def rows(self):
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            return [db.execute("SELECT count(*) FROM " + t).fetchone()[0]
                    for t in ("uploads", "receipts")]

    def assert_alive(self):
        a = self.ask("GET", "/v1/health", who=None)
        self.assertEqual(a.status, 200, self.logged())

    def assert_as_before(self):
        """Nothing but the one upload, which has not grown."""
        self.assert_alive()
        self.assertEqual(self.sealed_files(), [])
        self.assertEqual(len(self.partial_files()), 1)
        self.assertEqual(os.path.getsize(self.partial(self.upload)), 0)
        self.assertEqual(self.rows(), [1, 0])

    def assert_works(self):
        """After all that: the same file, without a fault, is taken."""
        with self.connect() as c:
            got, rest = exchange(c, self.table.good(), 1)
        self.assertEqual((got, rest), ([201], b""))
        self.assert_stored(self.small)
        self.assertEqual(self.rows(), [2, 1])

    def run_case(self, case, who, after):
        data = case.data + (after if case.last else b"")
        answers = case.answers
        if who is None:
            answers = [a - {204} | {403} for a in answers]
        with self.connect(who) as c:
            got, rest = exchange(
                c, data, sum(a != {CLOSED} for a in case.answers),
                head=data.startswith(b"HEAD"))
        for status, right in zip(got, answers):
            self.assertIn(status, right)
        # Cut off only where that is right.
        for right in answers[len(got):]:
            self.assertIn(CLOSED, right, got)
        # What the library refuses itself, it tells twice; but then it has
        # closed the connection.  (A stranger's body is read and dropped.)
        self.assertNotIn(b"HTTP/1.1 2", rest)
        if who is not None:
            self.assertNotIn(b"problem+json", rest)

    def run_table(self, who):
        table = self.table_of(who)
        self.assertGreater(len(table.cases), 40)
        for case in table.cases:
            with self.subTest(case.name):
                self.run_case(case, who, table.options())
                self.assert_as_before()

    def test_table(self):
        self.run_table(KOPING)
        self.assert_works()

    def test_table_without_certificate(self):
        self.run_table(None)
        self.assert_works()

    def points(self, head, end):
        """Everywhere in the head, and so often in the body."""
        return sorted({*range(head + 40), *range(head, end, self.step),
                       *range(end - 20, end)})

    @staticmethod
    def rest(connection):
        try:
            return connection.file.read()
        except (ConnectionError, ssl.SSLError):
            return b""

    def test_ends_too_early(self):
        good = self.table.good()
        head = len(good) - len(self.small)
        for n in self.points(head, len(good)):
            with self.connect() as c:
                c.sock.sendall(good[:n])
                self.ends[n % len(self.ends)](c.sock)
                if n % len(self.ends) == 0:
                    self.assertEqual(self.rest(c), b"", n)
            if n < head:
                self.assertEqual(len(self.partial_files()), 1, n)
            elif n % 23 == 0:
                location = self.begin(self.small)
                self.assertLessEqual(self.offset(location), n - head)
                with open(self.partial(location), "rb") as f:
                    self.assertTrue(good[head:n].startswith(f.read()), n)
            self.assertEqual(self.sealed_files(), [], n)
        self.assertEqual(self.rows(), [2, 0])
        self.assert_works()


class Tls(Raw):
    def test_what_is_not_tls(self):
        context = ssl.create_default_context()
        outgoing = ssl.MemoryBIO()
        tls = context.wrap_bio(ssl.MemoryBIO(), outgoing,
                               server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        hello = outgoing.read()
        for data in [hello[:n] for n in range(0, len(hello), 16)] + [
                self.table.good(), b"\0" * 5000, b"\xff" * 5000,
                b"\x80\x2e\x01\x00\x02" + b"\0" * 50, b"SSH-2.0-OpenSSH\r\n",
                hello + self.table.good(), hello + hello,
                hello[:5] + b"\xff" * 20000, b"\x16\x03\x01\xff\xff" + hello,
                b"\x17\x03\x03\x00\x10" + b"x" * 16,
                b"\x15\x03\x03\x00\x02\x02\x28"]:
            with socket.create_connection(("127.0.0.1", self.port)) as sock:
                sock.settimeout(SECONDS)
                sock.sendall(data)
                end_half(sock)
                answer = b""
                try:
                    while more := sock.recv(65536):
                        answer += more
                except ConnectionError:
                    pass
                self.assertNotIn(b"HTTP", answer)
        self.assert_as_before()
        self.assert_works()


class Behind(Raw, front.Fronted):
    """As a front server meets it; who it is that sends stands in two fields
    of each request."""
    ends = end_half, end_with_reset, lambda sock: None
    step = 7

    def connect(self, who=KOPING):
        return front.Plain(self.path)

    def ask(self, method, path, headers=(), body=b"", who=KOPING):
        if who is not None:
            headers = dict(headers, **self.front(who))
        return super().ask(method, path, headers, body, who)

    def table_of(self, who):
        always = self.front(who) if who else {front.VERIFY: "NONE"}
        return Table(self.small, self.upload, [
            ("%s: %s" % line).encode() for line in always.items()])


class BehindNginx(Raw, front.Nginx):
    """nginx reads the request, and writes it anew; what it mends, it may
    send on.  But a file is stored only when its sender has been told."""

    def start(self, *args, **more):
        if self.process is None:
            super().start(*args, **more)

    def answers_to(self, case, data):
        with self.connect() as c:
            try:
                # What the portal would not answer nginx may have mended.
                wanted = sum(a != {CLOSED} for a in case.answers) or \
                    int(data.strip() != b"")
                return exchange(c, data, wanted,
                                data.startswith(b"HEAD"))[0]
            except (ValueError, IndexError):
                return []       # HTTP/0.9: an answer without a head

    def test_table(self):
        table, stored, refused = self.table, [], 0
        for n, case in enumerate(self.table.cases):
            with self.subTest(case.name):
                got = self.answers_to(case, table.cases[n].data)
                self.assertNotIn(429, got)
                refused += 201 not in got
                if 201 in got:
                    stored.append(hashlib.sha256(table.sealed).hexdigest() +
                                  ".sigill")
                    table = Table(self.make("next", KOPING, 100 + n),
                                  self.upload)
                self.assertEqual(self.sealed_files(), sorted(stored))
                self.assertEqual(self.rows()[1], len(stored))
                self.assertEqual(os.path.getsize(
                    self.partial(self.upload)), 0)
        self.assert_alive()
        # Most of it nginx does not mend.
        self.assertGreater(refused, len(self.table.cases) / 2)

    test_table_without_certificate = test_ends_too_early = None


for inherited in dir(front.Nginx):
    if inherited.startswith("test_"):
        setattr(BehindNginx, inherited, None)
del Raw     # is not to be run itself


if __name__ == "__main__":
    unittest.main()
