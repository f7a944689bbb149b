# SPDX-License-Identifier: EUPL-1.2
"""A sigill-portal on a free port with a scratch PKI, and a client that sends
exactly what it is told: what the portal's tests stand on."""
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
import time
import unittest

import cbor2

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
{portal_extra}
listen = {listen}
{tls}
spool = {spool}
verdicts = verdicts
max_size = {max_size}
upload_days = 7
max_uploads_per_sender = {max_uploads}
[senders]
anchors = sender-ca.pem
{crls}
[receipts]
certificate = {receipt_cert}.pem
key = {receipt_cert}.key
"""
DEFAULTS = dict(portal_extra="", environment="test", listen="127.0.0.1:0",
                spool="spool", max_size=50000000, max_uploads=5,
                receipt_cert="portal-receipts",
                tls="certificate = portal-tls.pem\nkey = portal-tls.key",
                crls="crls = sender-ca.crl")


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
        # Else a small request waits 40 ms for the handshake's last ACK.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        for name in os.listdir(CERTS):
            if name.endswith((".pem", ".key", ".crl")):
                shutil.copy(os.path.join(CERTS, name), cls.scratch)
                os.chmod(os.path.join(cls.scratch, name), 0o600)
        cls.small = cls.make("small", KOPING, 6000)
        cls.large = cls.make("large", KOPING, 3000000)

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

    def start(self, preexec=None, env=None, **changes):
        self.log = open(self.scratch + "/log", "w+")
        self.process = subprocess.Popen(
            [PORTAL, "--config", self.configure(**changes)],
            stderr=self.log, preexec_fn=preexec, env=env)
        for _ in range(600):
            m = re.search(r"listening (?:port=(\d+)|on=)", self.logged())
            if m:
                self.port = m.group(1) and int(m.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.fail("the portal did not start: " + self.logged())

    def start_with(self, library, **env):
        """A portal with tests/cli/LIBRARY.c loaded before it."""
        lib = "%s/%s.so" % (self.scratch, library)
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lib,
                        "tests/cli/%s.c" % library], check=True)
        self.start(env=dict(
            os.environ, LD_PRELOAD=lib, **env,
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
            ":verify_asan_link_order=0"))

    def start_on_a_bad_disk(self):
        """A portal whose syncs can be made to fail, by fail_sync."""
        self.start_with("fail_sync", FAIL_SYNC=self.scratch + "/fail",
                        HOLD_LINK=self.scratch + "/hold")

    def fail_sync(self, path):
        """The next sync of a file with this in its path fails, once."""
        with open(self.scratch + "/fail", "w") as f:
            f.write(path)

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
        content = cbor2.loads(out.stdout)
        self.assertEqual(content["stage"], "stored")
        self.assertEqual(content["sealed"], hashlib.sha256(data).digest())
        self.assertEqual(content["size"], len(data))
        self.assertEqual(content["authority"], "Provmyndigheten")
        self.assertEqual(content["environment"], "test")
        self.assertLess(abs(content["time"] - time.time()), 120)
        return content
