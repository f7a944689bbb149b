#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal as its operator meets it: limits, full disks, verdicts, start,
stop, and wrong configurations."""
import hashlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from portal_case import (BUILD, KOPING, PORTAL, REGIONEN, TUS, PortalCase,
                         creation, patching, read_answer)

VERIFIER = os.path.join(BUILD, "bin/sigill-verify")
VERIFY = """\
[authority]
name = Provmyndigheten
environment = test
[recipient test]
certificate = intake-p256.pem
key = intake-p256.key
[senders]
anchors = sender-ca.pem
[receipts]
certificate = intake-receipts.pem
key = intake-receipts.key
[questionnaires]
directory = questionnaires
[round 2023]
opens = 2023-01-01
closes = 2040-01-01
"""


class Limits(PortalCase):
    settings = {"max_uploads": 2}

    def test_too_many_uploads(self):
        locs = [self.begin(b"a" * n) for n in (5000, 5001)]
        a = self.post(b"a" * 5002, b"")
        self.assert_problem(a, 429, "portal-busy")
        self.assertIn("retry-after", a.headers)
        self.assertEqual(len(self.partial_files()), 2)
        self.assertEqual(self.post(b"a" * 5002, b"", REGIONEN).status, 201)
        self.ask("DELETE", locs[0], TUS)
        self.assertEqual(self.post(b"a" * 5002, b"").status, 201)

    def test_too_many_bytes(self):
        self.stop()
        self.start(max_size=20000, max_uploads=5,
                   portal_extra="max_bytes_per_sender = 20000")
        loc = self.begin(b"a" * 15000)
        a = self.post(b"a" * 5001, b"")
        self.assert_problem(a, 429, "portal-busy")
        self.assertIn("15000 bytes", a.problem()["detail"])
        self.assertEqual(self.post(b"a" * 5000, b"").status, 201)
        self.assertEqual(len(self.partial_files()), 2)
        a = self.post(b"a" * 20000, b"", REGIONEN)
        self.assertEqual(a.status, 201)
        self.ask("DELETE", loc, TUS)
        self.assertEqual(self.post(b"a" * 5001, b"").status, 201)
        # What is complete does not count.
        self.assertEqual(self.post(self.small).status, 201)

    def test_memory_does_not_depend_on_the_file(self):
        def peak():
            with open("/proc/%d/status" % self.process.pid) as f:
                return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
        big = self.make("big", KOPING, 30000000)
        # What is freed shall be free, in a build with sanitizers too.
        self.stop()
        self.start(env=dict(os.environ, ASAN_OPTIONS=os.environ.get(
            "ASAN_OPTIONS", "") + ":quarantine_size_mb=0"
            ":thread_local_quarantine_size_kb=0"))
        self.assertEqual(self.post(self.small).status, 201)
        before = peak()
        self.assertEqual(self.post(big).status, 201)
        self.assert_stored(big)
        self.assertLess(peak() - before, 4000)  # KiB
        # Refused ones too, whatever they are.
        zeros = bytes(len(big))
        self.assert_problem(self.post(zeros), 422, "outer-structure")
        self.assert_problem(self.post(big[:-1] + b"\1"), 422,
                            "outer-signature")
        self.assertLess(peak() - before, 4000)

    def test_one_address_cannot_take_all_connections(self):
        held = []
        try:
            for _ in range(100):
                s = socket.create_connection(("127.0.0.1", self.port), 10,
                                             ("127.0.0.2", 0))
                s.sendall(b"\x16\x03\x01")      # a handshake's first bytes
                held.append(s)
            start = time.monotonic()
            self.assertEqual(self.post(self.small).status, 201)
            self.assertLess(time.monotonic() - start, 5)
            with open("/proc/%d/status" % self.process.pid) as f:
                threads = int(re.search(r"Threads:\s+(\d+)",
                                        f.read()).group(1))
            self.assertLess(threads, 70)
        finally:
            for s in held:
                s.close()

    def test_who_trickles_is_cut_off(self):
        """Before the header has ended, and in a body nobody waits for."""
        self.stop()
        self.start(portal_extra="patience = 2")
        length = "Host: x\r\nContent-Length: %d\r\n\r\n" % 1000000
        for who, text in ((KOPING, "GET /v1/health HTTP/1.1\r\nA: "),
                          (None, "POST /v1/uploads HTTP/1.1\r\n" + length),
                          (KOPING, "POST /v1/uploads HTTP/1.1\r\n" + length)):
            with self.subTest(text), self.connect(who) as c:
                self.trickle(c, text.encode())

    def trickle(self, c, begin):
        c.sock.sendall(begin)
        start = time.monotonic()
        with self.assertRaises(OSError):
            while time.monotonic() - start < 20:
                c.sock.sendall(b"x")
                time.sleep(0.2)
        took = time.monotonic() - start
        self.assertGreater(took, 1)
        self.assertLess(took, 8)

    def test_a_body_that_trickles_is_cut_off_and_kept(self):
        self.stop()
        self.start(portal_extra="patience = 2")
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            self.trickle(c, b"x")
        self.assertGreater(self.offset(loc), 3)

    def test_a_slow_body_is_waited_for(self):
        self.stop()
        self.start(portal_extra="patience = 2")
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=80000)
            for n in range(0, 80000, 4000):
                c.sock.sendall(self.large[n:n + 4000])
                time.sleep(0.25)
            self.assertEqual(read_answer(c.file).status, 204)
        self.assertEqual(self.offset(loc), 80000)

    def test_too_few_open_files(self):
        def limit(soft, hard):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.stop()
        self.start(lambda: limit(100, 100))
        self.assertIn("few-files limit=100", self.logged())
        self.stop()
        self.start(lambda: limit(100, 1000))    # then it helps itself
        self.assertNotIn("few-files", self.logged())

    def test_completed_uploads_do_not_count(self):
        for i in range(4):
            data = self.make("n%d" % i, KOPING, 500)
            self.assertEqual(self.post(data).status, 201)


class Verdicts(PortalCase):
    def test_verdict_pending_and_foreign_files(self):
        digest = hashlib.sha256(self.small).hexdigest()
        url = "/v1/receipts/%s/%%s" % digest
        self.begin(self.small)
        a = self.ask("GET", url % "stored")
        self.assertEqual((a.status, a.body), (202, b""))
        self.assertIn("retry-after", a.headers)
        stored = self.post(self.small).body
        for stage in "accepted", "rejected", "scored":
            self.assertEqual(self.ask("GET", url % stage).status, 202)
        # A receipt of another stage, and rubbish, are not passed on.
        for content in stored, b"rubbish":
            with open("%s/verdicts/%s.accepted.p7s" % (self.scratch, digest),
                      "wb") as f:
                f.write(content)
            self.assertEqual(self.ask("GET", url % "accepted").status, 202)
        self.assertIn("verdict-unusable", self.logged())

    def test_what_is_no_file_is_not_waited_for(self):
        self.post(self.small)
        digest = hashlib.sha256(self.small).hexdigest()
        path = self.scratch + "/verdicts/%s.%s.p7s"
        os.mkfifo(path % (digest, "accepted"))
        os.mkdir(path % (digest, "rejected"))
        for stage in "accepted", "rejected":
            url = "/v1/receipts/%s/%s" % (digest, stage)
            with self.connect() as c:
                c.sock.settimeout(10)
                self.assertEqual(c.request("GET", url).status, 202)
            self.assertIn("%s.p7s" % stage, self.logged())

    def test_a_rejected_receipt(self):
        """From intake's folder to the sender, and the same ever after."""
        with open(self.scratch + "/verify.conf", "w") as f:
            f.write(VERIFY)
        for folder in "questionnaires", "verdicts":
            os.makedirs(self.scratch + "/" + folder, exist_ok=True)
        shutil.copy("questionnaires/infosakkollen-2023.json",
                    self.scratch + "/questionnaires")
        digest = hashlib.sha256(self.small).hexdigest()
        self.post(self.small)
        sealed = "%s/%s.sigill" % (self.spool, digest)
        subprocess.run([VERIFIER, "--config", self.scratch + "/verify.conf",
                        "--receipts", self.scratch + "/verdicts", sealed],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        name = "%s/verdicts/%s.rejected.p7s" % (self.scratch, digest)
        with open(name, "rb") as f:
            receipt = f.read()
        url = "/v1/receipts/%s/rejected" % digest
        # Who has not handed in the file gets nothing, nor does a stranger.
        self.begin(self.small, REGIONEN)
        self.assertEqual(self.ask("GET", url, who=REGIONEN).status, 202)
        self.assertEqual(self.ask("GET", url,
                                  who="exempelmyndigheten").status, 404)
        a = self.ask("GET", url)
        self.assertEqual((a.status, a.headers["content-type"], a.body),
                         (200, "application/cms", receipt))
        os.unlink(name)
        self.assertEqual(self.ask("GET", url).body, receipt)
        self.assertEqual(self.ask("GET", url.replace(
            "rejected", "accepted")).status, 202)


class Operation(PortalCase):
    settings = None

    def run_portal(self, *args, **changes):
        p = subprocess.run([PORTAL, "--config", self.configure(**changes)] +
                           list(args), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=60)
        return p.returncode, p.stderr.decode()

    def assert_refused(self, status, words, *args, **changes):
        got, text = self.run_portal(*args, **changes)
        self.assertEqual(got, status, text)
        self.assertIn(words, text)
        self.assertTrue(text.startswith("sigill-portal: error: "), text)

    def test_check(self):
        self.assertEqual(self.run_portal("--check"), (0, ""))
        self.assertEqual(os.listdir(self.spool), [])

    def test_check_tells_of_a_list_that_is_out_of_date(self):
        got, text = self.run_portal("--check", crls="crls = sender-ca-outdated.crl")
        self.assertEqual(got, 77, text)
        for words in "crl-outdated", "turned away", "outdated.crl":
            self.assertIn(words, text)
        # Who serves goes on, and tells senders whose fault it is.
        self.start(crls="crls = sender-ca-outdated.crl")
        a = self.ask("OPTIONS", "/v1/uploads")
        self.assert_problem(a, 503, "signer-crl")
        self.assertIn("only the authority", a.problem()["detail"])
        self.assertNotIn("verify", a.problem()["hint"])
        self.assertIn("revocation-list-outdated", self.logged())

    def test_a_list_that_is_none_is_no_reason_to_try_again(self):
        with open(self.scratch + "/empty.crl", "w"):
            pass
        for args in ["--check"], []:
            self.assert_refused(78, "empty.crl", *args,
                                crls="crls = empty.crl")

    def test_a_folder_that_is_missing_or_anothers(self):
        got, text = self.run_portal("--check", spool="nowhere")
        self.assertEqual(got, 78)
        self.assertRegex(text, "install -d -o sigill .*/nowhere")
        if os.geteuid() != 0:
            self.skipTest("only root can give a folder away")
        os.chown(self.spool, 1, 1)
        got, text = self.run_portal("--check")
        self.assertEqual(got, 78)
        self.assertIn("sudo -u daemon sigill-portal", text)

    def test_hints_are_the_operators(self):
        text = self.run_portal("--check", environment="production")[1]
        self.assertIn("test-certificate", text)
        self.assertIn("set environment = test", text)
        self.assertNotIn("seal", text.split("hint:")[1])
        text = self.run_portal("--check", environment="staging")[1]
        self.assertIn("hint: see sigill-portal(8)", text)

    def test_usage(self):
        for args in (["--nonsense"], ["extra"], ["--config"]):
            p = subprocess.run([PORTAL] + args, stderr=subprocess.PIPE)
            self.assertEqual(p.returncode, 64, p.stderr)
        for arg, words in ("--help", b"--config=FILE"), \
                ("--version", b"sigill-portal "):
            p = subprocess.run([PORTAL, arg], stdout=subprocess.PIPE)
            self.assertEqual(p.returncode, 0)
            self.assertIn(words, p.stdout)

    def test_no_configuration(self):
        p = subprocess.run([PORTAL, "--config", "/nonexistent"],
                           stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 78)
        self.assertIn(b"[config-missing]", p.stderr)

    def test_wrong_configuration(self):
        for changes, words in (
                ({"environment": "staging"}, "environment"),
                ({"listen": "localhost:8443"}, "listen"),
                ({"listen": "127.0.0.1"}, "listen"),
                ({"listen": "127.0.0.1:99999"}, "listen"),
                ({"listen": "::1:0"}, "listen"),
                ({"max_size": "1"}, "max_size"),
                ({"max_size": "lots"}, "max_size"),
                ({"max_size": "4294967296"}, "max_size"),
                ({"max_uploads": "0"}, "max_uploads_per_sender"),
                ({"portal_extra": "max_bytes_per_sender = 49999999"},
                 "max_bytes_per_sender"),
                ({"spool": "nowhere"}, "nowhere"),
                ({"spool": "portal-tls.pem"}, "not a folder")):
            with self.subTest(changes):
                self.assert_refused(78, words, "--check", **changes)

    def test_keys(self):
        self.assert_refused(66, "no-input", receipt_cert="nowhere")
        self.assert_refused(77, "test-certificate", environment="production")
        key = self.scratch + "/portal-tls.key"
        os.chmod(key, 0o640)
        try:
            self.assert_refused(77, "key-mode")
        finally:
            os.chmod(key, 0o600)
        for name in "portal-tls.key", "portal-receipts.key":
            path = self.scratch + "/" + name
            shutil.copy(path, path + ".saved")
            shutil.copy(self.scratch + "/intake-p384.key", path)
            try:
                self.assert_refused(77, "key-mismatch")
            finally:
                os.replace(path + ".saved", path)

    def test_keys_with_passphrase(self):
        key = self.scratch + "/portal-tls.key"
        secret = self.scratch + "/secret"
        with open(secret, "w") as f:
            f.write("hemlig fras\n")
        os.chmod(secret, 0o600)
        shutil.copy(key, key + ".saved")
        try:
            subprocess.run(["openssl", "pkcs8", "-topk8", "-v2",
                            "aes-256-cbc", "-passout", "file:" + secret,
                            "-in", key + ".saved", "-out", key], check=True)
            os.chmod(key, 0o600)
            self.assert_refused(77, "passphrase-needed")
            self.start(portal_extra="passphrase_file = secret")
            self.assertEqual(self.ask("GET", "/v1/health").status, 200)
            self.stop()
            with open(secret, "w") as f:
                f.write("fel\n")
            self.assert_refused(77, "[passphrase]",
                                portal_extra="passphrase_file = secret")
        finally:
            os.replace(key + ".saved", key)

    def test_open_spool(self):
        os.chmod(self.spool, 0o777)
        self.assert_refused(78, "chmod o-w")

    def test_a_spool_behind_a_link(self):
        link = self.scratch + "/link"
        os.symlink("spool", link)
        self.addCleanup(os.unlink, link)
        self.assertEqual(self.run_portal("--check", spool="link"), (0, ""))
        self.start(spool="link")
        self.assertEqual(self.post(self.small).status, 201)
        self.assert_stored(self.small)

    def test_one_portal_a_spool(self):
        self.start()
        self.assert_refused(78, "another portal")

    def test_address_in_use(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            self.assert_refused(78, "in use",
                                listen="127.0.0.1:%d" % s.getsockname()[1])

    def test_foreign_ledger(self):
        os.makedirs(self.spool + "/.portal/partial")
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("CREATE TABLE other (x)")
        self.assert_refused(78, "ledger")

    def test_sigint_and_json_log(self):
        with open(self.scratch + "/json", "w+") as log:
            p = subprocess.Popen([PORTAL, "--json-log", "--config",
                                  self.configure()], stderr=log)
            for _ in range(500):
                with open(self.scratch + "/json") as f:
                    if "listening" in f.read():
                        break
                time.sleep(0.02)
            p.send_signal(signal.SIGINT)
            self.assertEqual(p.wait(20), 0)
        with open(self.scratch + "/json") as f:
            events = [json.loads(line) for line in f]
        self.assertEqual([e["event"] for e in events],
                         ["listening", "stopping"])
        self.assertGreater(int(events[0]["port"]), 0)

    def test_stopping_with_open_connections(self):
        self.start()
        with self.connect() as idle, self.connect() as busy:
            idle.request("GET", "/v1/health")
            busy.send("POST", "/v1/uploads", creation(self.large),
                      length=len(self.large))
            busy.sock.sendall(self.large[:100000])
            time.sleep(0.2)
            start = time.monotonic()
            self.stop()
            self.assertLess(time.monotonic() - start, 10)

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind(("::1", 0))
        except OSError:
            self.skipTest("no IPv6 here")
        self.start(listen="[::1]:0")

    def test_reload_revocation_lists(self):
        crl = self.scratch + "/sender-ca.crl"
        self.start()
        self.assertEqual(self.ask("OPTIONS", "/v1/uploads").status, 204)
        shutil.copy(crl, crl + ".saved")
        try:
            shutil.copy(self.scratch + "/sender-ca-outdated.crl", crl)
            self.process.send_signal(signal.SIGHUP)
            for _ in range(100):
                a = self.ask("OPTIONS", "/v1/uploads")
                if a.status != 204:
                    break
                time.sleep(0.05)
            self.assert_problem(a, 503, "signer-crl")
            self.assertIn("revocation-list-outdated", self.logged())
            with open(crl, "w") as f:
                f.write("rubbish")
            self.process.send_signal(signal.SIGHUP)
            for _ in range(100):
                if "not-reloaded" in self.logged():
                    break
                time.sleep(0.05)
            self.assertIn("not-reloaded", self.logged())
        finally:
            os.replace(crl + ".saved", crl)
        self.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            a = self.ask("OPTIONS", "/v1/uploads")
            if a.status == 204:
                break
            time.sleep(0.05)
        self.assertEqual(a.status, 204)


if __name__ == "__main__":
    unittest.main()
