#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal as its clients and its operator meet it: a real server on a
free port, real TLS, sealed files made for the purpose."""
import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

BUILD = os.path.abspath(os.environ.get("SIGILL_BUILD", "build"))
PORTAL = os.path.join(BUILD, "bin/sigill-portal")
MAKE_SEALED = os.path.join(BUILD, "test/make-sealed")
CERTS = os.path.abspath("certs-sample")
KOPING, REGIONEN = "exempelkoping", "exempelregionen"

CONFIG = """\
[authority]
name = Provmyndigheten
environment = {environment}
[portal]
listen = {listen}
certificate = portal-tls.pem
key = portal-tls.key
spool = {spool}
verdicts = verdicts
max_size = {max_size}
upload_days = 7
max_uploads_per_sender = {max_uploads}
[senders]
anchors = sender-ca.pem
crls = sender-ca.crl
[receipts]
certificate = {receipt_cert}.pem
key = {receipt_cert}.key
"""
DEFAULTS = dict(environment="test", listen="127.0.0.1:0", spool="spool",
                max_size=50000000, max_uploads=5,
                receipt_cert="portal-receipts")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def problem(self):
        assert self.headers["content-type"] == "application/problem+json"
        return json.loads(self.body)

    @property
    def code(self):
        return self.problem()["code"]


def read_answer(f, head=False):
    line = f.readline()
    if not line:
        return None
    status = int(line.split()[1])
    headers = {}
    while True:
        line = f.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, value = line.split(":", 1)
        assert name.lower() not in headers, line
        headers[name.lower()] = value.strip()
    if 100 <= status < 200:
        return read_answer(f, head)
    n = 0 if head or status == 204 else int(headers.get("content-length", 0))
    return Answer(status, headers, f.read(n))


class Connection:
    """One TLS connection, which sends exactly what it is told."""

    def __init__(self, scratch, port, who=KOPING, version=None):
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.load_verify_locations(scratch + "/tls-root.pem")
        if version:
            ctx.maximum_version = version
        if who:
            ctx.load_cert_chain("%s/%s.pem" % (scratch, who),
                                "%s/%s.key" % (scratch, who))
        raw = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.sock = ctx.wrap_socket(raw, server_hostname="localhost")
        self.file = self.sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def close(self):
        self.file.close()
        self.sock.close()

    def raw(self, data, head=False):
        self.sock.sendall(data)
        return read_answer(self.file, head)

    def send(self, method, path, headers=(), body=b"", length=None):
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: localhost"]
        lines += ["%s: %s" % h for h in dict(headers).items()]
        if body or length is not None or method in ("POST", "PATCH"):
            lines.append("Content-Length: %d" %
                         (len(body) if length is None else length))
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def request(self, method, path, headers=(), body=b""):
        self.send(method, path, headers, body)
        return read_answer(self.file, method == "HEAD")


def repr_digest(data):
    return "sha-256=:%s:" % base64.b64encode(
        hashlib.sha256(data).digest()).decode()


def creation(data, **more):
    h = {"Tus-Resumable": "1.0.0", "Upload-Length": len(data),
         "Repr-Digest": repr_digest(data),
         "Content-Type": "application/offset+octet-stream"}
    h.update({k.replace("_", "-"): v for k, v in more.items()})
    return h


def patching(offset, **more):
    h = {"Tus-Resumable": "1.0.0", "Upload-Offset": offset,
         "Content-Type": "application/offset+octet-stream"}
    h.update({k.replace("_", "-"): v for k, v in more.items()})
    return h


TUS = {"Tus-Resumable": "1.0.0"}


class PortalCase(unittest.TestCase):
    """A scratch folder with keys for each class, a portal for each test."""
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp(prefix="sigill-portal-")
        for name in os.listdir(CERTS):
            if name.endswith((".pem", ".key", ".crl")):
                shutil.copy(os.path.join(CERTS, name), cls.scratch)
                os.chmod(os.path.join(cls.scratch, name), 0o600)
        cls.small = cls.make("small", KOPING, 6000)
        cls.large = cls.make("large", KOPING, 3000000)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    @classmethod
    def make(cls, name, signer, size):
        path = "%s/%s.sigill" % (cls.scratch, name)
        subprocess.run([MAKE_SEALED, "%s/%s" % (cls.scratch, signer),
                        cls.scratch + "/intake-p256", str(size), path],
                       check=True)
        with open(path, "rb") as f:
            return f.read()

    def setUp(self):
        self.process = None
        self.spool = self.scratch + "/spool"
        shutil.rmtree(self.spool, ignore_errors=True)
        shutil.rmtree(self.scratch + "/verdicts", ignore_errors=True)
        os.mkdir(self.spool, 0o700)
        os.mkdir(self.scratch + "/verdicts", 0o700)
        if self.settings is not None:
            self.start(**self.settings)

    def tearDown(self):
        if self.process:
            self.stop()

    def configure(self, **changes):
        path = self.scratch + "/portal.conf"
        with open(path, "w") as f:
            f.write(CONFIG.format(**dict(DEFAULTS, **changes)))
        return path

    def start(self, preexec=None, **changes):
        self.log = open(self.scratch + "/log", "w+")
        self.process = subprocess.Popen(
            [PORTAL, "--config", self.configure(**changes)],
            stderr=self.log, preexec_fn=preexec)
        for _ in range(600):
            m = re.search(r"listening port=(\d+)", self.logged())
            if m:
                self.port = int(m.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.fail("the portal did not start: " + self.logged())

    def logged(self):
        with open(self.scratch + "/log") as f:
            return f.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        self.process = None
        self.log.close()
        text = self.logged()
        self.assertEqual(status, 0, text)
        self.assertNotIn("Sanitizer", text)
        self.assertNotIn("runtime error", text)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None
        self.log.close()

    def connect(self, who=KOPING):
        return Connection(self.scratch, self.port, who)

    def ask(self, method, path, headers=(), body=b"", who=KOPING):
        with self.connect(who) as c:
            return c.request(method, path, headers, body)

    def post(self, data, body=None, who=KOPING, **more):
        return self.ask("POST", "/v1/uploads", creation(data, **more),
                        data if body is None else body, who)

    def begin(self, data, who=KOPING):
        a = self.post(data, b"", who)
        self.assertEqual(a.status, 201, a.body)
        return a.headers["location"]

    def offset(self, location, who=KOPING):
        a = self.ask("HEAD", location, TUS, who=who)
        self.assertEqual(a.status, 200)
        return int(a.headers["upload-offset"])

    def sealed_files(self):
        return sorted(n for n in os.listdir(self.spool)
                      if not n.startswith("."))

    def partial_files(self):
        return sorted(os.listdir(self.spool + "/.portal/partial"))

    def assert_stored(self, data):
        name = hashlib.sha256(data).hexdigest() + ".sigill"
        self.assertIn(name, self.sealed_files())
        with open(os.path.join(self.spool, name), "rb") as f:
            self.assertEqual(f.read(), data)

    def assert_nothing_left(self):
        self.assertEqual(self.sealed_files(), [])
        self.assertEqual(self.partial_files(), [])
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            for table in "uploads", "receipts":
                n = db.execute("SELECT count(*) FROM " + table).fetchone()[0]
                self.assertEqual(n, 0, table)

    def assert_problem(self, answer, status, code):
        p = answer.problem()
        self.assertEqual((answer.status, p["status"], p["code"]),
                         (status, status, code), p)
        self.assertTrue(p["title"])
        self.assertEqual(p["type"], "urn:sigill:problem:" + code)
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def assert_receipt(self, der, data):
        path = self.scratch + "/receipt.p7s"
        with open(path, "wb") as f:
            f.write(der)
        out = subprocess.run(
            ["openssl", "cms", "-verify", "-inform", "DER", "-in", path,
             "-CAfile", self.scratch + "/authority-root.pem", "-purpose",
             "any"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(out.returncode, 0, out.stderr)
        import cbor2
        content = cbor2.loads(out.stdout)
        self.assertEqual(content["stage"], "stored")
        self.assertEqual(content["sealed"], hashlib.sha256(data).digest())
        self.assertEqual(content["size"], len(data))
        self.assertEqual(content["authority"], "Provmyndigheten")
        self.assertEqual(content["environment"], "test")
        self.assertLess(abs(content["time"] - time.time()), 120)


class Deliveries(PortalCase):
    def test_one_request(self):
        a = self.post(self.small)
        self.assertEqual(a.status, 201, a.body)
        self.assertRegex(a.headers["location"], "^/v1/uploads/[0-9a-f]{32}$")
        self.assertEqual(int(a.headers["upload-offset"]), len(self.small))
        self.assertRegex(a.headers["upload-expires"],
                         r"^[MTWFS]..., \d\d ... \d{4} .* GMT$".replace(
                             "...,", "..,"))
        self.assertEqual(a.headers["content-type"], "application/cms")
        self.assertEqual(a.headers["tus-resumable"], "1.0.0")
        self.assertEqual(a.headers["cache-control"], "no-store")
        self.assert_receipt(a.body, self.small)
        self.assert_stored(self.small)
        self.assertEqual(self.partial_files(), [])

    def test_repeats_are_one_upload_with_one_receipt(self):
        first = self.post(self.small)
        time.sleep(1.1)     # a receipt made anew would have another time
        for body in (None, b""):
            again = self.post(self.small, body)
            self.assertEqual((again.status, again.body, again.headers[
                "location"]), (201, first.body, first.headers["location"]))
        self.stop()
        self.start()
        self.assertEqual(self.post(self.small).body, first.body)
        got = self.ask("GET", "/v1/receipts/%s/stored" %
                       hashlib.sha256(self.small).hexdigest())
        self.assertEqual((got.status, got.body), (200, first.body))

    def test_pieces(self):
        loc, n = self.begin(self.large), 0
        with self.connect() as c:
            while n < len(self.large):
                piece = self.large[n:n + 700000]
                a = c.request("PATCH", loc, patching(n), piece)
                n += len(piece)
                self.assertEqual((a.status, a.headers["upload-offset"]),
                                 (204, str(n)), a.body)
                self.assertEqual(a.body, b"")
                a = c.request("HEAD", loc, TUS)
                self.assertEqual(a.headers["upload-offset"], str(n))
                self.assertEqual(a.headers["upload-length"],
                                 str(len(self.large)))
                self.assertIn("upload-expires", a.headers)
                self.assertEqual(a.headers["cache-control"], "no-store")
        self.assert_stored(self.large)

    def test_receipt_from_the_last_patch(self):
        loc = self.begin(self.small)
        a = self.ask("PATCH", loc, patching(
            0, Prefer="respond-async, return=representation"), self.small)
        self.assertEqual(a.status, 200)
        self.assertEqual(a.headers["preference-applied"],
                         "return=representation")
        self.assert_receipt(a.body, self.small)
        # The same again, after a lost answer: nothing more to bring.
        b = self.ask("PATCH", loc, patching(
            len(self.small), Prefer="return=representation"))
        self.assertEqual((b.status, b.body), (200, a.body))

    def test_a_repeated_post_goes_on_where_the_upload_stands(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:1000])
        a = self.post(self.small, b"")
        self.assertEqual((a.status, a.headers["upload-offset"], a.body),
                         (201, "1000", b""))
        a = self.post(self.small, self.small[:2500])
        self.assertEqual(a.headers["upload-offset"], "2500")
        a = self.post(self.small)
        self.assertEqual(a.headers["location"], loc)
        self.assert_receipt(a.body, self.small)

    def test_parallel_posts_are_one_upload(self):
        answers = []

        def go():
            answers.append(self.post(self.small))
        threads = [threading.Thread(target=go) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(answers), 8)
        self.assertEqual({a.status for a in answers}, {201})
        self.assertEqual(len({a.headers["location"] for a in answers}), 1)
        self.assertEqual(len({a.body for a in answers}), 1)
        self.assertEqual(len(self.sealed_files()), 1)

    def test_two_senders_of_one_file_get_a_receipt_each(self):
        a, b = self.post(self.small), self.post(self.small, who=REGIONEN)
        self.assertNotEqual(a.headers["location"], b.headers["location"])
        for answer in a, b:
            self.assertEqual(answer.status, 201)
            self.assert_receipt(answer.body, self.small)
        self.assertEqual(len(self.sealed_files()), 1)
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            rows = db.execute("SELECT sender, signer FROM receipts"
                              " ORDER BY sender").fetchall()
        self.assertEqual(rows, [("2199990017", "2199990017"),
                                ("2199990025", "2199990017")])

    def test_knowing_a_digest_is_not_having_the_file(self):
        self.post(self.small)
        loc = self.begin(self.small, REGIONEN)
        self.assertEqual(self.offset(loc, REGIONEN), 0)
        a = self.ask("GET", "/v1/receipts/%s/stored" %
                     hashlib.sha256(self.small).hexdigest(), who=REGIONEN)
        self.assertEqual(a.status, 202)

    def test_curl(self):
        p = subprocess.run(
            ["/usr/bin/curl", "-sS", "--tlsv1.3", "--cacert",
             self.scratch + "/tls-root.pem", "--cert",
             "%s/%s.pem" % (self.scratch, KOPING), "--key",
             "%s/%s.key" % (self.scratch, KOPING), "-w", "%{http_code}",
             "-H", "Tus-Resumable: 1.0.0", "-H",
             "Upload-Length: %d" % len(self.large), "-H",
             "Repr-Digest: " + repr_digest(self.large), "-H",
             "Content-Type: application/offset+octet-stream",
             "--data-binary", "@%s/large.sigill" % self.scratch, "-o",
             self.scratch + "/curl.p7s",
             "https://localhost:%d/v1/uploads" % self.port],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(p.stdout, b"201")
        with open(self.scratch + "/curl.p7s", "rb") as f:
            self.assert_receipt(f.read(), self.large)

    def test_delete(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:100])
        self.assertEqual(self.ask("DELETE", loc, TUS).status, 204)
        self.assert_nothing_left()
        self.assert_problem(self.ask("DELETE", loc, TUS), 404, "not-found")
        loc = self.post(self.small).headers["location"]
        self.assert_problem(self.ask("DELETE", loc, TUS), 405, "method")
        self.assert_stored(self.small)

    @unittest.skipIf("san" in BUILD, "sanitizers keep what was freed")
    def test_memory_does_not_grow_with_the_upload(self):
        data = os.urandom(40000000)
        loc = self.begin(data)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(data) - 1)
            c.sock.sendall(data[:-1])
            self.assertEqual(read_answer(c.file).status, 204)
        with open("/proc/%d/status" % self.process.pid) as f:
            peak = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
        self.assertLess(peak, 24000)    # of which the programs' libraries


class Interruptions(PortalCase):
    def test_kill_between_patches(self):
        loc, n = self.begin(self.large), 0
        for _ in range(3):
            piece = self.large[n:n + 900000]
            self.ask("PATCH", loc, patching(n), piece)
            n += len(piece)
            self.kill()
            self.start()
            self.assertEqual(self.offset(loc), n)
        a = self.ask("PATCH", loc, patching(n, Prefer="return=representation"),
                     self.large[n:])
        self.assert_receipt(a.body, self.large)
        self.assert_stored(self.large)

    def test_kill_in_a_patch(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:1500000])
            time.sleep(0.3)
            self.kill()
        self.start()
        n = self.offset(loc)
        self.assertLessEqual(n, 1500000)
        self.assertGreater(n, 0)
        self.assertEqual(self.ask("PATCH", loc, patching(n),
                                  self.large[n:]).status, 204)
        self.assert_stored(self.large)

    def test_a_lost_connection_keeps_what_arrived(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:500000])
        n = self.offset(loc)
        self.assertGreater(n, 0)
        self.assertLessEqual(n, 500000)
        self.assertEqual(self.offset(loc), n)

    def test_head_cuts_off_a_stalled_patch(self):
        loc = self.begin(self.large)
        with self.connect() as stalled:
            stalled.send("PATCH", loc, patching(0), length=len(self.large))
            stalled.sock.sendall(self.large[:400000])
            time.sleep(0.2)
            start = time.monotonic()
            n = self.offset(loc)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(n, 400000)
            try:
                stalled.sock.sendall(self.large[400000:])
                self.assertIsNone(read_answer(stalled.file))
            except OSError:
                pass
        self.assertEqual(self.offset(loc), n)
        self.ask("PATCH", loc, patching(n), self.large[n:])
        self.assert_stored(self.large)

    def test_patch_cuts_off_a_stalled_patch(self):
        loc = self.begin(self.small)
        with self.connect() as stalled:
            stalled.send("PATCH", loc, patching(0), length=len(self.small))
            a = self.ask("PATCH", loc, patching(0), self.small)
            self.assertEqual(a.status, 204)
        self.assert_stored(self.small)

    def crash_after(self, step):
        """What is on the disk if the portal dies after a step."""
        loc = self.begin(self.small)
        self.stop()
        upload = loc.rsplit("/", 1)[1]
        partial = self.spool + "/.portal/partial/" + upload
        with open(partial, "wb") as f:
            f.write(self.small)
        if step == "rename":
            os.rename(partial, "%s/%s.sigill" % (
                self.spool, hashlib.sha256(self.small).hexdigest()))
        self.start()
        return loc

    def test_crash_before_and_after_the_rename(self):
        for step in "sync", "rename":
            with self.subTest(step):
                loc = self.crash_after(step)
                a = self.ask("GET", "/v1/receipts/%s/stored" %
                             hashlib.sha256(self.small).hexdigest())
                self.assertEqual(a.status, 200)
                self.assert_receipt(a.body, self.small)
                self.assertEqual(self.offset(loc), len(self.small))
                self.assertEqual(self.post(self.small).body, a.body)
                self.assert_stored(self.small)
                self.stop()
                shutil.rmtree(self.spool)
                os.mkdir(self.spool, 0o700)
                self.start()

    def test_crash_after_the_rename_and_intake_was_quicker(self):
        loc = self.crash_after("rename")    # finishes it
        self.assertEqual(self.offset(loc), len(self.small))
        self.stop()
        shutil.rmtree(self.spool)
        os.mkdir(self.spool, 0o700)
        self.start()
        loc = self.begin(self.small)
        self.stop()
        os.unlink(self.spool + "/.portal/partial/" + loc.rsplit("/", 1)[1])
        self.start()
        self.assertEqual(self.offset(loc), 0)
        self.assert_receipt(self.post(self.small).body, self.small)

    def test_orphans_are_swept(self):
        self.stop()
        with open(self.spool + "/.portal/partial/" + "0" * 32, "w") as f:
            f.write("left from a crash")
        self.start()
        self.assertEqual(self.partial_files(), [])

    def test_expired(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:100])
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE uploads SET expires = 1700000000")
        for method, headers in ("HEAD", TUS), ("PATCH", patching(100)):
            a = self.ask(method, loc, headers)
            self.assertEqual(a.status, 410)
        self.assertEqual(a.code, "upload-expired")
        again = self.post(self.small)
        self.assertNotEqual(again.headers["location"], loc)
        self.assert_receipt(again.body, self.small)
        self.assertEqual(self.ask("HEAD", loc, TUS).status, 404)
        self.assertEqual(self.partial_files(), [])


class Refusals(PortalCase):
    def test_health_tells_nothing(self):
        a = self.ask("GET", "/v1/health", who=None)
        self.assertEqual((a.status, json.loads(a.body)),
                         (200, {"status": "up"}))
        self.assertNotIn("server", a.headers)

    def test_without_certificate(self):
        for method, path in (("OPTIONS", "/v1/uploads"), ("GET", "/"),
                             ("GET", "/v1/receipts/" + "0" * 64 + "/stored"),
                             ("POST", "/v1/health")):
            a = self.ask(method, path, who=None)
            if path == "/v1/health":
                self.assert_problem(a, 405, "method")
            else:
                self.assert_problem(a, 403, "certificate-required")

    def test_bad_certificates(self):
        for who in "expired", "revoked", "wrong-eku", "other-ca-org":
            with self.subTest(who):
                a = self.ask("OPTIONS", "/v1/uploads", who=who)
                self.assert_problem(a, 403, "certificate-required")
                self.assertTrue(a.problem()["detail"])
                # Small bodies are read, large ones cut off; both are told.
                a = self.post(self.small, who=who)
                self.assert_problem(a, 403, "certificate-required")
        self.assert_nothing_left()

    def test_tls_1_2_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            Connection(self.scratch, self.port,
                       version=ssl.TLSVersion.TLSv1_2)

    def test_options(self):
        a = self.ask("OPTIONS", "/v1/uploads")
        self.assertEqual((a.status, a.headers["tus-version"],
                          a.headers["tus-max-size"]),
                         (204, "1.0.0", "50000000"))
        self.assertEqual(
            set(a.headers["tus-extension"].split(",")),
            {"creation", "creation-with-upload", "expiration", "termination"})

    def test_other_senders_see_nothing(self):
        loc = self.begin(self.small)
        digest = hashlib.sha256(self.small).hexdigest()
        for args in (("HEAD", loc, TUS), ("DELETE", loc, TUS),
                     ("PATCH", loc, patching(0), self.small),
                     ("GET", "/v1/receipts/%s/stored" % digest)):
            a = self.ask(*args, who=REGIONEN)
            self.assertEqual(a.status, 404)
            if args[0] != "HEAD":
                self.assertEqual(a.code, "not-found")
        self.post(self.small)
        a = self.ask("GET", "/v1/receipts/%s/stored" % digest, who=REGIONEN)
        self.assert_problem(a, 404, "not-found")

    def test_what_is_not_sealed_leaves_nothing(self):
        tampered = bytearray(self.small)
        tampered[len(tampered) // 2] ^= 1
        cases = [(os.urandom(9000), "outer-structure"),
                 (b"x" * 100, "sealed-size"),
                 (self.small + b"\0", "outer-structure"),
                 (bytes(tampered), "outer-signature")]
        for who, code in (("expired", "signer-expired"),
                          ("revoked", "signer-revoked"),
                          ("other-ca-org", "signer-untrusted"),
                          ("wrong-eku", "signer-usage")):
            cases.append((self.make("bad", who, 5000), code))
        for data, code in cases:
            with self.subTest(code):
                self.assert_problem(self.post(data), 422, code)
                self.assert_nothing_left()
                loc = self.begin(data)
                a = self.ask("PATCH", loc, patching(0), data)
                self.assert_problem(a, 422, code)
                self.assert_nothing_left()
                self.assertEqual(self.ask("HEAD", loc, TUS).status, 404)

    def test_digest_mismatch(self):
        a = self.post(self.small, Repr_Digest=repr_digest(b"other"))
        self.assert_problem(a, 422, "digest-mismatch")
        self.assert_nothing_left()

    def test_creation_headers(self):
        for more, status, code in (
                ({"Tus_Resumable": "0.2.2"}, 412, "tus-version"),
                ({"Upload_Length": "abc"}, 400, "upload-length"),
                ({"Upload_Length": "-1"}, 400, "upload-length"),
                ({"Upload_Length": "50000001"}, 413, "too-large"),
                ({"Upload_Length": "99999999999999999999"}, 400,
                 "upload-length"),
                ({"Upload_Length": "10"}, 413, "too-large"),
                ({"Upload_Defer_Length": "1"}, 400, "upload-length"),
                ({"Repr_Digest": "sha-256=abc"}, 400, "repr-digest"),
                ({"Repr_Digest": "sha-512=:YWJj:"}, 400, "repr-digest"),
                ({"Repr_Digest": "sha-256=:%s:" % ("A" * 44)}, 400,
                 "repr-digest"),
                ({"Content_Type": "application/octet-stream"}, 415,
                 "media-type")):
            with self.subTest(more):
                self.assert_problem(self.post(self.small, **more), status,
                                    code)
        for name, status in (("Tus-Resumable", 412), ("Upload-Length", 400),
                             ("Repr-Digest", 400), ("Content-Type", 415)):
            h = creation(self.small)
            del h[name]
            a = self.ask("POST", "/v1/uploads", h, self.small)
            self.assertEqual(a.status, status, name)
            if status == 412:
                self.assertEqual(a.headers["tus-version"], "1.0.0")
        self.assert_nothing_left()

    def test_patch_headers(self):
        loc = self.begin(self.small)
        for headers, body, status, code in (
                (patching(1), b"x", 409, "upload-offset"),
                (patching("x"), b"x", 409, "upload-offset"),
                (patching(0), self.small + b"x", 413, "too-large"),
                (patching(0, Content_Type="text/plain"), b"x", 415,
                 "media-type"),
                (patching(0, Tus_Resumable="2.0.0"), b"x", 412,
                 "tus-version")):
            a = self.ask("PATCH", loc, headers, body)
            self.assert_problem(a, status, code)
        self.assertEqual(self.offset(loc), 0)
        self.assertEqual(self.ask("PATCH", "/v1/uploads/" + "0" * 32,
                                  patching(0), b"x").status, 404)

    def test_a_refused_large_body_is_not_waited_for(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(5, Expect="100-continue"),
                   length=len(self.large) - 5)
            self.assert_problem(read_answer(c.file), 409, "upload-offset")
        with self.connect() as c:
            c.send("PATCH", loc, patching(0, Expect="100-continue"),
                   length=len(self.large))
            self.assertEqual(c.file.readline(), b"HTTP/1.1 100 Continue\r\n")
            c.file.readline()
            c.sock.sendall(self.large)
            self.assertEqual(read_answer(c.file).status, 204)

    def test_a_refusal_keeps_the_connection(self):
        with self.connect() as c:
            a = c.request("POST", "/v1/uploads", creation(
                self.small, Repr_Digest="no"), self.small)
            self.assert_problem(a, 400, "repr-digest")
        with self.connect() as c:
            loc = self.begin(self.small)
            a = c.request("PATCH", loc, patching(3), self.small[3:])
            self.assert_problem(a, 409, "upload-offset")
            a = c.request("PATCH", loc, patching(0), self.small)
            self.assertEqual(a.status, 204)

    def test_methods_and_paths(self):
        loc = self.begin(self.small)
        for method, path, allow in (
                ("GET", "/v1/uploads", "OPTIONS, POST"),
                ("BREW", "/v1/uploads", "OPTIONS, POST"),
                ("GET", loc, "HEAD, PATCH, DELETE"),
                ("PUT", loc, "HEAD, PATCH, DELETE"),
                ("DELETE", "/v1/receipts/" + "0" * 64 + "/stored", "GET"),
                ("POST", "/v1/health", "GET")):
            a = self.ask(method, path, TUS)
            self.assert_problem(a, 405, "method")
            self.assertEqual(a.headers["allow"], allow)
        for path in ("/", "/v1", "/v1/", "/v1/uploads/", "/V1/uploads",
                     loc + "/", loc + "?x=1", loc[:-1], loc.upper(),
                     "/v1/uploads/../uploads", "/v1/./health",
                     "/v1/uploads/%2e%2e/health", "/v1/health/", "//v1/health",
                     "/v1/uploads/../../../../../../etc/passwd",
                     "/v1/receipts/" + "0" * 64, "/v1/receipts/x/stored",
                     "/v1/receipts/" + "0" * 64 + "/..",
                     "/v1/receipts/" + "0" * 64 + "/nonsense",
                     "/v1/receipts/" + "g" * 64 + "/stored"):
            self.assert_problem(self.ask("GET", path), 404, "not-found")

    def test_malformed_requests(self):
        head = b"OPTIONS /v1/uploads HTTP/1.1\r\nHost: localhost\r\n"
        post = (b"POST /v1/uploads HTTP/1.1\r\nHost: localhost\r\n"
                b"Tus-Resumable: 1.0.0\r\n")
        with self.connect() as c:
            self.assertEqual(c.raw(head + b"\r\n").status, 204)
        for data in (
                post + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
                b"\r\n0\r\n\r\n",
                post + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + b"Transfer-Encoding: identity\r\n\r\n",
                post + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                post + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
                post + b"Content-Length: +3\r\n\r\nabc",
                post + b"Content-Length: -3\r\n\r\nabc",
                post + b"Content-Length: 0x3\r\n\r\nabc",
                post + b"Content-Length: 3, 3\r\n\r\nabc",
                post + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
                post + b"Upload-Length: 9\r\nUpload-Length: 9\r\n\r\n",
                head + b"X: a\r\n b\r\n\r\n",
                head + b"X: a\r\n\tb\r\n\r\n",
                head + b"X: a\0b\r\n\r\n",
                head + b"X: a\x01b\r\n\r\n",
                head + b"X : a\r\n\r\n",
                head + b"X:   a\r\n\r\n",
                head + b"X: a\n\r\n",
                head + b"no colon\r\n\r\n",
                head + b"Content-Length: 3\r\n\r\nabc",
                b"OPTIONS  /v1/uploads HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"OPTIONS /v1/uploads HTTP/1.0\r\nHost: localhost\r\n\r\n",
                b"OPTIONS /v1/uploads HTTP/1.1\r\n\r\n",
                b"OPTIONS /v1/uploads\r\n\r\n",
                b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 5\r\n\r\nhello"):
            with self.subTest(data):
                with self.connect() as c:
                    try:
                        a = c.raw(data)
                    except ConnectionError:
                        a = None
                    # Never taken; told, or cut off, and closed.  (What
                    # the library refuses itself, it tells twice.)
                    if a is not None:
                        self.assertIn(a.status, (400, 413), a.body)
                        try:
                            rest = c.file.read()
                        except ConnectionError:
                            rest = b""
                        self.assertNotIn(b"HTTP/1.1 2", a.body + rest)
                        self.assertNotIn(b"problem+json", rest)
        for data in (b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n",
                     head + b"X: " + b"y" * 100000 + b"\r\n\r\n"):
            with self.connect() as c:
                try:
                    self.assertIn(c.raw(data).status, (413, 414, 431))
                except (ConnectionError, ssl.SSLError):
                    pass    # the answer may drown in what was still sent
        self.assert_nothing_left()
        self.assertEqual(self.ask("GET", "/v1/health", who=None).status, 200)


class Limits(PortalCase):
    settings = {"max_uploads": 2}

    def test_too_many_uploads(self):
        locs = [self.begin(b"a" * n) for n in (10, 11)]
        a = self.post(b"a" * 12, b"")
        self.assert_problem(a, 429, "portal-busy")
        self.assertIn("retry-after", a.headers)
        self.assertEqual(len(self.partial_files()), 2)
        self.assertEqual(self.post(b"a" * 12, b"", REGIONEN).status, 201)
        self.ask("DELETE", locs[0], TUS)
        self.assertEqual(self.post(b"a" * 12, b"").status, 201)

    def test_completed_uploads_do_not_count(self):
        for i in range(4):
            data = self.make("n%d" % i, KOPING, 500)
            self.assertEqual(self.post(data).status, 201)


class FullDisk(PortalCase):
    settings = None

    def limit_files(self):
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))

    def test_file_size_limit(self):
        self.start(self.limit_files)
        a = self.post(self.large)
        self.assert_problem(a, 507, "no-space")
        self.assertIn("retry-after", a.headers)
        self.assertNotIn("detail", a.problem())
        self.assertEqual(self.sealed_files(), [])
        self.assertEqual(self.post(self.small).status, 201)
        self.stop()
        # With room again, it goes on where it stopped.
        self.start()
        a = self.post(self.large, b"")
        self.assertEqual(a.headers["upload-offset"], "1000000")
        a = self.ask("PATCH", a.headers["location"], patching(
            1000000, Prefer="return=representation"), self.large[1000000:])
        self.assert_receipt(a.body, self.large)

    def mount(self, size):
        p = subprocess.run(["mount", "-t", "tmpfs", "-o",
                            "mode=700,size=%dk" % size, "none", self.spool],
                           stderr=subprocess.DEVNULL)
        if p.returncode != 0:
            self.skipTest("cannot mount a tmpfs here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.spool])

    def test_full_file_system(self):
        self.mount(2000)
        self.start()
        a = self.post(self.large)
        self.assert_problem(a, 507, "no-space")
        self.assertEqual(self.partial_files(), [])
        loc = self.begin(self.small)
        with open(self.spool + "/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 4096)
            except OSError:
                pass
        # The upload's own bytes had been reserved; the receipt has no room.
        a = self.ask("PATCH", loc, patching(0), self.small)
        self.assert_problem(a, 507, "no-space")
        self.assertEqual(self.ask("GET", "/v1/health").status, 200)
        os.unlink(self.spool + "/filler")
        self.assertEqual(self.offset(loc), len(self.small))
        self.assert_stored(self.small)
        a = self.post(self.small)
        self.assert_receipt(a.body, self.small)
        self.stop()


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
                ({"max_uploads": "0"}, "max_uploads_per_sender"),
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

    def test_open_spool(self):
        os.chmod(self.spool, 0o777)
        self.assert_refused(78, "chmod o-w")

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
