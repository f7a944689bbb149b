#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send and receipt against the real portal and verifier; submit is in
test_outbox.py."""
import glob
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import AUTHORITY, BUILD, Scratch  # noqa: E402
from scripted_portal import Scripted  # noqa: E402

PORTAL = """[authority]
name = {authority}
environment = test
[portal]
listen = 127.0.0.1:0
certificate = portal-tls.pem
key = portal-tls.key
spool = spool
verdicts = verdicts
[senders]
anchors = sender-ca.pem
[receipts]
certificate = portal-receipts.pem
key = portal-receipts.key
"""
VERIFY = """[authority]
name = {authority}
environment = test
[senders]
anchors = sender-ca.pem
crls = sender-ca.crl
[recipient one]
certificate = intake-p256.pem
key = intake-p256.key
[receipts]
certificate = intake-receipts.pem
key = intake-receipts.key
[questionnaires]
directory = {questionnaires}
[round 2023]
opens = {opens}
closes = 2099-01-01
"""


class Portal(Scratch):
    """The real one, on a port of its own."""

    def setUp(self):
        super().setUp()
        for name in "spool", "verdicts":
            os.mkdir(self.path(name), 0o700)
        self.write("portal.conf", PORTAL.format(authority=AUTHORITY))
        self.portal = subprocess.Popen(
            [BUILD + "/bin/sigill-portal", "--config", "portal.conf"],
            cwd=self.dir, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(self.stop)
        line = self.portal.stderr.readline().decode()
        self.assertRegex(line, r"port=\d+")
        self.url = "https://localhost:" + re.search(r"port=(\d+)", line)[1]
        threading.Thread(target=self.portal.stderr.read, daemon=True).start()
        self.configure(portal=self.url)
        self.before = self.files()

    def stop(self):
        self.portal.terminate()
        self.portal.wait()
        try:
            self.portal.stderr.close()
        except ValueError:
            pass

    def verify(self, opens="2020-01-01"):
        """What intake does, once."""
        self.write("verify.conf", VERIFY.format(
            authority=AUTHORITY, opens=opens,
            questionnaires=BUILD + "/share/sigill/questionnaires"))
        return subprocess.run(
            [BUILD + "/bin/sigill-verify", "--config", "verify.conf",
             "--receipts", "verdicts", "a.sigill"], cwd=self.dir,
            capture_output=True)

    def hand_in(self):
        self.seal()
        self.good("send", "a.sigill")

    def stored(self):
        return len([p for p in glob.glob(self.path("spool/**"),
                                         recursive=True)
                    if os.path.isfile(p) and os.path.getsize(p) ==
                    os.path.getsize(self.path("a.sigill"))])


class Deliver(Portal):
    def test_send(self):
        self.seal()
        p = self.good("send", "a.sigill")
        self.assertEqual(self.new_files(), {"a.sigill.stored.p7s"})
        self.assertIn("stored: the portal has the whole file", p.out)
        digest = hashlib.sha256(self.read("a.sigill")).hexdigest()
        self.assertIn(digest, p.out)

    def test_json(self):
        self.good("seal", "a.json", "-o", "b.sigill")
        doc = self.json("send", "b.sigill")
        self.assertEqual(doc["stored_receipt"], "b.sigill.stored.p7s")
        self.assertEqual(doc["receipt"]["stage"], "stored")
        self.assertEqual(doc["receipt"]["sealed"], hashlib.sha256(
            self.read("b.sigill")).hexdigest())
        self.assertFalse(doc["already_delivered"])

    def test_send_twice_delivers_once(self):
        self.seal()
        self.good("send", "a.sigill")
        receipt = self.read("a.sigill.stored.p7s")
        self.assertEqual(self.stored(), 1)
        self.assertTrue(self.json("send", "a.sigill")["already_delivered"])
        # Also when the receipt was lost on the way: the same one again.
        os.unlink(self.path("a.sigill.stored.p7s"))
        self.good("send", "a.sigill")
        self.assertEqual(self.read("a.sigill.stored.p7s"), receipt)
        self.assertEqual(self.stored(), 1)

    def test_second_run_needs_neither_key_nor_network(self):
        self.hand_in()
        os.unlink(self.path("exempelkoping.key"))
        self.stop()
        self.good("send", "a.sigill")

    def test_large_file(self):
        """Over 1 MiB: creation first, then the bytes."""
        big = os.urandom(3 << 20)
        self.write("evidence.pdf", big)
        a = self.answers()
        a["attachments"] = [{"file": "evidence.pdf", "name": "evidence.pdf",
                             "media_type": "application/pdf"}]
        self.write("a.json", json.dumps(a))
        p = self.sigill("check", "a.json")
        self.assertEqual(p.returncode, 0, p.err)
        self.hand_in()
        self.assertGreater(os.path.getsize(self.path("a.sigill")), 3 << 20)
        self.assertEqual(self.stored(), 1)

    def cut_line(self, cuts):
        """A line to the portal that breaks after so many bytes up, once for
        each of the cuts; then it holds.  Its address."""
        port = int(self.url.rsplit(":", 1)[1])
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        cuts = list(cuts)

        def pump(source, sink, left):
            try:
                while left > 0:
                    data = source.recv(min(65536, left))
                    if not data:
                        break
                    sink.sendall(data)
                    left -= len(data)
            except OSError:
                pass
            for end in source, sink:
                try:
                    # A reset: what is half closed may stall instead.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
                    end.close()
                except OSError:
                    pass

        def run():
            while True:
                try:
                    near, _ = listener.accept()
                except OSError:
                    return
                far = socket.create_connection(("127.0.0.1", port))
                self.addCleanup(near.close)
                self.addCleanup(far.close)
                limit = cuts.pop(0) if cuts else 1 << 40
                for job in (near, far, limit), (far, near, 1 << 40):
                    threading.Thread(target=pump, args=job,
                                     daemon=True).start()
        threading.Thread(target=run, daemon=True).start()
        return "https://localhost:%d" % listener.getsockname()[1]

    def test_line_that_breaks(self):
        """Goes on where it stopped, in the same run and in the next."""
        self.write("evidence.pdf", os.urandom(6 << 20))
        a = self.answers()
        a["attachments"] = [{"file": "evidence.pdf", "name": "evidence.pdf",
                             "media_type": "application/pdf"}]
        self.write("a.json", json.dumps(a))
        self.good("seal", "a.json")
        url = self.cut_line([4 << 20, 2 << 20, 100000])
        self.configure(portal=url)
        for _ in range(6):
            p = self.sigill("send", "a.sigill")
            if p.returncode == 0:
                break
            self.assertEqual(p.returncode, 75, p.err)
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(self.stored(), 1)

    def test_every_kind_of_key(self):
        for number, identity in (("219999-0025", "exempelregionen"),
                                 ("219999-0033", "exempelmyndigheten")):
            a = self.answers()
            a["organisation"]["number"] = number
            self.write(identity + ".json", json.dumps(a))
            self.configure(portal=self.url, identity=identity)
            self.good("submit", identity + ".json")

    def test_key_in_pkcs12(self):
        """One passphrase, asked for once, serves signing and TLS."""
        self.write("pass", "a pass phrase\n")
        subprocess.run(
            ["openssl", "pkcs12", "-export", "-in", "exempelkoping.pem",
             "-inkey", "exempelkoping.key", "-out", "key.p12", "-passout",
             "file:pass"], cwd=self.dir, check=True, capture_output=True)
        os.chmod(self.path("key.p12"), 0o600)
        os.rename(self.path("key.p12"), self.path("exempelkoping.key"))
        self.good("submit", "a.json", "--passphrase-file", "pass")

    def test_certificate_from_an_intermediate(self):
        a = self.answers()
        a["organisation"]["number"] = "219999-0041"
        self.write("i.json", json.dumps(a))
        self.configure(portal=self.url, identity="issued")
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf", text.replace(
            "[authority]", "chain = issuing-ca.pem\n[authority]"))
        self.good("submit", "i.json")

    def test_verdict_pending(self):
        self.seal()
        p = self.sigill("send", "a.sigill", "--wait", "0")
        self.assertEqual(p.returncode, 75)
        self.assertIn("[verdict-pending]", p.err)
        self.assertIn("stored", p.out)

    def test_accepted(self):
        self.hand_in()
        p = self.verify()
        self.assertEqual(p.returncode, 0, p.stderr)
        doc = self.json("send", "a.sigill", "--wait", "20")
        self.assertEqual(doc["verdict"], "accepted")
        self.assertEqual(doc["accepted_receipt"], "a.sigill.accepted.p7s")
        self.assertEqual(doc["receipt"]["organisation"], "2199990017")
        self.stop()
        # From now on the answer is here.
        self.good("send", "a.sigill", "--wait", "0")
        p = self.good("receipt", "a.sigill.accepted.p7s")
        self.assertIn("accepted", p.out)
        self.assertIn("byte for byte", p.out)
        # And it says what a correction replaces.
        self.good("seal", "a.json", "-o", "b.sigill", "--supersedes",
                  "a.sigill.accepted.p7s")
        self.before = self.files()
        self.bad(64, "usage", "seal", "a.json", "-o", "c.sigill",
                 "--supersedes", "a.sigill.stored.p7s")

    def test_rejected(self):
        self.hand_in()
        self.assertNotEqual(self.verify(opens="2098-01-01").returncode, 0)
        p = self.sigill("send", "a.sigill", "--wait", "20")
        self.assertEqual(p.returncode, 77, p.err)
        self.assertIn("[rejected]", p.err)
        self.assertIn("[round]", p.err)
        self.assertIn("What to do", p.out)
        self.assertTrue(os.path.exists(self.path("a.sigill.rejected.p7s")))
        self.assertEqual(self.sigill("send", "a.sigill", "--wait=0")
                         .returncode, 77)

    def test_certificate_that_the_portal_does_not_accept(self):
        self.seal()
        self.configure(portal=self.url, identity="other-ca-org")
        p = self.bad(77, "client-certificate", "send", "a.sigill")
        self.assertNotIn("SSL routines", p.err.split("[")[0][:80])

    def test_portal_that_is_not_pinned(self):
        self.seal()
        self.configure(portal=self.url, portal_anchors="authority-root.pem")
        self.bad(77, "portal-certificate", "send", "a.sigill")
        # Another name than the certificate's.
        self.configure(portal=self.url.replace("localhost", "other.localhost"))
        self.bad(77, "portal-certificate", "send", "a.sigill")

    def test_receipt_by_one_who_may_not_sign_it(self):
        self.seal()
        self.configure(portal=self.url, portal_signers="intake-receipts.pem")
        self.bad(77, "receipt-signer", "send", "a.sigill")
        self.configure(portal=self.url, authority="Somebody else")
        self.bad(77, "receipt-signer", "send", "a.sigill")

    def test_no_receipt_where_one_is_kept(self):
        """Noticed before anything is delivered, and never waited for."""
        for stage, args in (("stored", ()), ("accepted", ("--wait", "0"))):
            for make in (os.mkdir, os.mkfifo,
                         lambda p: os.symlink("/nonexistent/x", p),
                         lambda p: os.symlink(p, p)):
                if not os.path.exists(self.path("a.sigill")):
                    self.seal()
                name = "a.sigill.%s.p7s" % stage
                make(self.path(name))
                self.before = self.files()
                p = self.bad(74, "output-exists", "send", "a.sigill", *args)
                self.assertIn(name, p.err)
                self.assertEqual(self.stored(), int(stage == "accepted"))
                there = self.path(name)
                (os.rmdir if os.path.isdir(there) else os.unlink)(there)
            self.good("send", "a.sigill")

    def test_name_too_long_for_a_receipt(self):
        self.seal()
        longest = 255 - len("..accepted.p7s.XXXXXX")
        for n in longest + 1, 247, 255:
            shutil.copy(self.path("a.sigill"), self.path("n" * n))
            self.before = self.files()
            p = self.bad(74, "io", "send", "n" * n)
            self.assertIn("so nothing was sent: File name too long", p.err)
            self.assertEqual(self.stored(), 0)
            os.unlink(self.path("n" * n))
        shutil.copy(self.path("a.sigill"), self.path("n" * longest))
        self.good("send", "n" * longest)

    def test_delivered_but_the_receipt_cannot_be_kept(self):
        """A full disk, as far as the program can tell."""
        self.seal()
        p = self.bad(74, "io", "send", "a.sigill", restore_signals=False,
                     preexec_fn=lambda: resource.setrlimit(
                         resource.RLIMIT_FSIZE, (100, 100)))
        self.assertIn("has been delivered", p.err)
        self.assertEqual(self.stored(), 1)
        self.good("send", "a.sigill")


class Receipt(Portal):
    def setUp(self):
        super().setUp()
        self.hand_in()
        self.before = self.files()

    def test_compares_with_the_file_beside_it(self):
        p = self.good("receipt", "a.sigill.stored.p7s")
        self.assertIn("a.sigill, byte for byte", p.out)

    def test_without_a_sealed_file(self):
        shutil.copy(self.path("a.sigill.stored.p7s"), self.path("r"))
        p = self.good("receipt", "r")
        self.assertIn("not been compared", p.out)
        self.good("receipt", "r", "--sealed", "a.sigill")

    def test_another_file(self):
        self.good("seal", "a.json", "-o", "b.sigill")
        self.before = self.files()
        self.bad(77, "receipt-digest", "receipt", "a.sigill.stored.p7s",
                 "--sealed", "b.sigill")

    def test_every_changed_byte(self):
        data = self.read("a.sigill.stored.p7s")
        for i in range(0, len(data), len(data) // 16):
            self.write("r", data[:i] + bytes([data[i] ^ 4]) + data[i + 1:])
            p = self.sigill("receipt", "r")
            self.assertIn(p.returncode, (65, 77), "byte %d" % i)

    def test_test_receipt_in_production(self):
        self.configure(environment="production")
        self.bad(77, "test-certificate", "receipt", "a.sigill.stored.p7s")

    def test_other_kinds_of_file(self):
        for name, word in (("a.sigill", "sealed file"),
                           ("a.json", "answers file"),
                           ("tls-root.pem", "certificate")):
            p = self.bad(65, "receipt-structure", "receipt", name)
            self.assertIn(word, p.err)

    def test_receipt_given_to_other_commands(self):
        for command, code in (("check", "json"), ("seal", "json"),
                              ("send", "outer-structure"),
                              ("inspect", "outer-structure")):
            p = self.bad(65, code, command, "a.sigill.stored.p7s")
            self.assertIn("sigill receipt", p.err)

    def test_receipt_of_another_file_beside_it(self):
        self.good("seal", "a.json", "-o", "b.sigill")
        shutil.copy(self.path("a.sigill.stored.p7s"),
                    self.path("b.sigill.stored.p7s"))
        self.before = self.files()
        self.bad(77, "receipt-digest", "send", "b.sigill")


def drip(handler):
    """An answer, one byte after another."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        time.sleep(0.2)
        handler.wfile.write(b"x")


class Drip(Portal):
    """The real portal until the file is delivered, and then one whose answer
    never comes to an end."""
    serve = Scripted.serve

    def test_wait_is_bounded(self):
        self.serve(drip)
        dripping = self.read("sigill.conf")
        self.configure(portal=self.url)
        self.good("send", "a.sigill")
        self.write("sigill.conf", dripping)
        self.before = self.files()
        began = time.monotonic()
        self.bad(75, "interrupted", "send", "a.sigill", "--wait", "0")
        self.assertLess(time.monotonic() - began, 60)


if __name__ == "__main__":
    unittest.main()
