#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A thousand uploads from fifty organisations at once, while connections are
reset at random.  FAULTS_SEED repeats a run's resets, though not its threads'
order."""
import hashlib
import os
import random
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import cbor2

from line import Cut, Line
from scene import SANITIZED, Scene, SenderAuthority, portal_case
from table import FaultCase, Table

SENDERS = 50
EACH = 2 if SANITIZED else 20
ATTEMPTS = 100      # connections for one upload, at most
TABLE = Table("Many at once")


def tearDownModule():
    TABLE.finish()


def number(i):
    """An organisation number: ten digits, the last one by Luhn."""
    nine = "2198%05d" % i
    total = sum(sum(divmod(int(d) * (2 - k % 2), 10))
                for k, d in enumerate(nine))
    return nine + str(-total % 10)


class Sender:
    """A tus client that gives up nothing."""

    def __init__(self, scene, name, port):
        self.place = scene.dir, port, name
        self.connection, self.connections = None, 0

    def request(self, method, *args):
        if self.connection is None:
            self.connections += 1
            self.connection = portal_case.Connection(*self.place)
        answer = self.connection.request(method, *args)
        # What ends too early has been cut off, not ended.
        if answer is None or (method != "HEAD" and len(answer.body) != int(
                answer.headers.get("content-length", 0))):
            raise ConnectionResetError
        return answer

    def close(self):
        connection, self.connection = self.connection, None
        if connection:
            connection.close()

    def step(self, data, location):
        """One request: (the receipt, where the upload is)."""
        if location is None:
            a = self.request("POST", "/v1/uploads",
                             portal_case.creation(data), data)
            location = a.headers.get("location")
        else:
            a = self.request("HEAD", location, portal_case.TUS)
            offset = a.headers.get("upload-offset")
            if a.status == 200:
                a = self.request(
                    "PATCH", location, portal_case.patching(
                        offset, Prefer="return=representation"),
                    data[int(offset):])
        if a.status in (404, 410):
            return None, None
        assert a.status in (200, 201, 204, 409, 423, 429, 503), \
            (a.status, a.body)
        done = a.headers.get("content-type") == "application/cms"
        return a.body if done else None, location

    def deliver(self, data):
        location = None
        for _ in range(ATTEMPTS):
            try:
                receipt, location = self.step(data, location)
                if receipt:
                    return receipt
            except (OSError, ValueError, IndexError):
                # Reset: in the handshake, in a line, anywhere.
                self.close()
        raise AssertionError("%d connections were not enough" % ATTEMPTS)


class Many(FaultCase):
    table = TABLE

    def cuts(self, rng):
        """No connection lasts: most break within a file or two."""
        while True:
            if rng.random() < 0.8:
                yield Cut(up=rng.randrange(60000),
                          how=rng.choice(["reset", "reset", "half-up"]))
            else:
                yield Cut(down=rng.randrange(8000),
                          how=rng.choice(["reset", "reset", "half-down"]))

    def addresses(self):
        """Fifty senders do not come from one address."""
        while True:
            for i in range(SENDERS):
                yield "127.0.1.%d" % (i + 1)

    def test_many(self):
        seed = int(os.environ.get("FAULTS_SEED", time.time_ns() % 1000000))
        print("FAULTS_SEED=%d" % seed, flush=True)
        with Scene(size=0) as s:
            authority = SenderAuthority(s.dir)
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda i: self.prepare(s, authority, i, seed),
                              range(SENDERS)))
            s.start(crls="", max_uploads=EACH)
            with Line(s.port, self.cuts(random.Random(seed)),
                      self.addresses()) as line:
                began = time.monotonic()
                with ThreadPoolExecutor(SENDERS) as pool:
                    connections = sum(pool.map(
                        lambda i: self.send_all(s, line, i),
                        range(SENDERS)))
                took = time.monotonic() - began
            print("%d uploads, %d connections, %d resets, %.1f s" % (
                SENDERS * EACH, connections, line.resets, took))
            self.assertGreater(line.resets, SENDERS * EACH / 4)
            self.assertEqual(s.stop(), 0, s.log)
            self.check_all(s)
        if not SANITIZED:
            self.table.add(
                "1,000 uploads from 50 senders at once, every connection "
                "reset or half-closed at random", "each goes on until it has "
                "its receipt", "the receipt",
                "1,000 files, 1,000 receipts, all valid")

    def prepare(self, s, authority, i, seed):
        """A certificate and sealed files for one organisation."""
        authority.issue("org%d" % i, number(i))
        rng = random.Random(seed * 1000 + i)
        for n in range(EACH):
            s.seal(self.name(i, n), rng.choice([500, 5000, 15000, 60000]),
                   "org%d" % i)

    def name(self, i, n):
        return "f%d-%d.sigill" % (i, n)

    def send_all(self, s, line, i):
        sender = Sender(s, "org%d" % i, line.port)
        try:
            for n in range(EACH):
                data = s.read(self.name(i, n))
                with open(s.path(self.name(i, n) + ".stored.p7s"),
                          "wb") as f:
                    f.write(sender.deliver(data))
        finally:
            sender.close()
        return sender.connections

    def check_all(self, s):
        names = [self.name(i, n) for i in range(SENDERS)
                 for n in range(EACH)]
        sent = {hashlib.sha256(s.read(n)).digest(): n for n in names}
        self.assertEqual(len(sent), SENDERS * EACH)
        self.assertEqual(s.sealed_files(), sorted(
            d.hex() + ".sigill" for d in sent))
        for name in s.sealed_files():
            self.assertEqual(hashlib.sha256(s.read(
                "spool/" + name)).hexdigest() + ".sigill", name)
        self.assertEqual(os.listdir(s.spool + "/.portal/partial"), [])
        uploads = s.ledger("SELECT digest, sender, length, complete "
                           "FROM uploads")
        self.assertEqual(sorted(uploads), sorted(
            (d, number(self.owner(n)), os.path.getsize(s.path(n)), 1)
            for d, n in sent.items()))
        receipts = s.ledger("SELECT digest, sender, stage, bytes "
                            "FROM receipts")
        self.assertEqual(len(receipts), SENDERS * EACH)
        for digest, sender, stage, der in receipts:
            name = sent[digest]
            self.assertEqual((sender, stage),
                             (number(self.owner(name)), "stored"))
            self.assertEqual(s.read(name + ".stored.p7s"), der, name)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda n: self.check_receipt(s, n), names))

    def owner(self, name):
        return int(name[1:].partition("-")[0])

    def check_receipt(self, s, name):
        """By other software; and by ours, for one of each sender."""
        p = subprocess.run(
            ["openssl", "cms", "-verify", "-inform", "DER", "-in",
             s.path(name + ".stored.p7s"), "-CAfile",
             s.path("authority-root.pem"), "-purpose", "any"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 0, p.stderr)
        content, data = cbor2.loads(p.stdout), s.read(name)
        self.assertEqual((content["stage"], content["sealed"],
                          content["size"]),
                         ("stored", hashlib.sha256(data).digest(),
                          len(data)))
        if "-0." in name:
            run = s.sigill("receipt", name + ".stored.p7s", "--sealed", name)
            self.assertEqual(run.status, 0, run.err)


if __name__ == "__main__":
    unittest.main()
