#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal behind a front server: on a Unix socket as a front server
meets it, and behind a real nginx with the configuration from docs/."""
import json
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import time
import unittest
import urllib.parse

from portal_case import (BUILD, KOPING, PORTAL, REGIONEN, TUS, Connection,
                         PortalCase, creation, patching, read_answer)

SIGILL = os.path.join(BUILD, "bin/sigill")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
ME = pwd.getpwuid(os.geteuid()).pw_name
NOT_ME = "nobody" if ME != "nobody" else "daemon"
VERIFY, CERT = "Sigill-Client-Verify", "Sigill-Client-Cert"
SENDER = """[sigill]
environment = test
[identity]
certificate = {who}.pem
key = {who}.key
[authority]
name = Provmyndigheten
portal = https://localhost:{port}
portal_anchors = tls-root.pem
recipients = intake-p256.pem
anchors = authority-root.pem
portal_signers = portal-receipts.pem
intake_signers = intake-receipts.pem
"""


class Plain(Connection):
    """To a Unix socket, without TLS."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(path)
        self.file = self.sock.makefile("rb")


class Fronted(PortalCase):
    settings = None
    front_user = ME

    def setUp(self):
        super().setUp()
        self.run = self.scratch + "/run"
        shutil.rmtree(self.run, ignore_errors=True)
        os.mkdir(self.run, 0o755)
        self.path = self.run + "/portal.sock"

    def fronted(self, **more):
        return dict(dict(
            listen="unix:" + self.path, tls="",
            portal_extra="front_user = %s" % self.front_user), **more)

    def start(self, *args, **more):
        super().start(*args, **self.fronted(**more))

    def cert(self, who):
        with open("%s/%s.pem" % (self.scratch, who)) as f:
            return f.read()

    def front(self, who=KOPING, verify="SUCCESS"):
        return {VERIFY: verify,
                CERT: urllib.parse.quote(self.cert(who), safe="")}


class Socket(Fronted):
    def tell(self, headers, raw=None):
        with Plain(self.path) as c:
            if raw is not None:
                return c.raw(raw)
            return c.request("OPTIONS", "/v1/uploads", headers)

    def test_who_the_header_names(self):
        self.start()
        self.assertEqual(self.tell(self.front()).status, 204)
        with Plain(self.path) as c:
            h = dict(creation(self.small), **self.front())
            a = c.request("POST", "/v1/uploads", h, self.small)
            self.assertEqual(a.status, 201, a.body)
            self.assert_receipt(a.body, self.small)
            # The next request may be another's, on the same connection.
            loc = a.headers["location"]
            for who, status in ((REGIONEN, 404), (KOPING, 200)):
                a = c.request("HEAD", loc, dict(TUS, **self.front(who)))
                self.assertEqual(a.status, status)
        self.assert_stored(self.small)
        a = self.tell({})
        self.assert_problem(a, 403, "certificate-required")
        with Plain(self.path) as c:
            a = c.request("GET", "/v1/health")
            self.assertEqual((a.status, json.loads(a.body)),
                             (200, {"status": "up"}))

    def test_the_verdict_of_the_front_is_not_enough(self):
        self.start()
        for who in "expired", "revoked", "wrong-eku", "other-ca-org":
            with self.subTest(who):
                a = self.tell(self.front(who))
                self.assert_problem(a, 403, "certificate-required")
        self.stop()
        self.start(crls="crls = sender-ca-outdated.crl")
        self.assert_problem(self.tell(self.front()), 503, "signer-crl")

    def test_the_verdict_of_the_front_is_needed(self):
        self.start()
        for verify in ("NONE", "FAILED", "FAILED:unable to verify", "success",
                       "SUCCESS,SUCCESS", ""):
            with self.subTest(verify):
                a = self.tell(self.front(verify=verify))
                self.assert_problem(a, 403, "certificate-required")
        h = self.front()
        del h[VERIFY]
        self.assert_problem(self.tell(h), 403, "certificate-required")
        self.assert_problem(self.tell({VERIFY: "NONE"}), 403,
                            "certificate-required")

    def test_how_the_certificate_is_written(self):
        self.start()
        good = self.front()[CERT]
        pem = self.cert(KOPING)
        two = urllib.parse.quote(pem + self.cert(REGIONEN), safe="")
        der = ssl.PEM_cert_to_DER_cert(pem)
        longer = ssl.DER_cert_to_PEM_cert(der + b"\0")
        for bad in ("", "x", good[:-3], good[:-1], good + "%", good + "%4",
                    good + "%0a", good + "%0A", "%20" + good, good * 2, two,
                    good.lower(), good.replace("%2B", "+"),
                    good.replace("%0A", "%0D%0A"),
                    good.replace("BEGIN", "%42EGIN"),
                    good.replace("%0A", "%0a"), good.replace("%0A", "", 5),
                    good.replace("%20", " "), good.replace("%20", "+"),
                    good.replace("CERTIFICATE", "X509%20CRL"),
                    good.replace("%0A", "%00"), "A" * 20000,
                    urllib.parse.quote("Proc: x\n" + pem, safe="")):
            with self.subTest(bad[-80:]):
                a = self.tell({VERIFY: "SUCCESS", CERT: bad})
                self.assert_problem(a, 400, "bad-request")
        a = self.tell({VERIFY: "SUCCESS",
                       CERT: urllib.parse.quote(longer, safe="")})
        self.assertIn(a.status, (400, 403))
        a = self.tell({VERIFY: "SUCCESS"})
        self.assert_problem(a, 400, "bad-request")
        lines = "".join("%s: %s\r\n" % h for h in self.front().items())
        for twice in (lines + "%s: SUCCESS\r\n" % VERIFY,
                      lines + "%s: %s\r\n" % (CERT, good),
                      lines + "%s: %s\r\n" % (CERT.lower(), good)):
            a = self.tell(None, ("OPTIONS /v1/uploads HTTP/1.1\r\nHost: x\r\n"
                                 + twice + "\r\n").encode())
            self.assert_problem(a, 400, "bad-request")
        self.assertEqual(self.tell(self.front()).status, 204)

    def test_intermediate_issuers_are_anchors(self):
        with open(self.scratch + "/both.pem", "w") as f:
            f.write(self.cert("sender-ca") + self.cert("issuing-ca"))
        with open(self.scratch + "/both.crl", "w") as f:
            for name in "sender-ca", "issuing-ca":
                with open("%s/%s.crl" % (self.scratch, name)) as crl:
                    f.write(crl.read())
        self.start(crls="crls = both.crl")
        self.assert_problem(self.tell(self.front("issued")), 403,
                            "certificate-required")
        self.stop()
        shutil.copy(self.scratch + "/sender-ca.pem", self.scratch + "/saved")
        try:
            shutil.copy(self.scratch + "/both.pem",
                        self.scratch + "/sender-ca.pem")
            self.start(crls="crls = both.crl")
            self.assertEqual(self.tell(self.front("issued")).status, 204)
        finally:
            os.replace(self.scratch + "/saved",
                       self.scratch + "/sender-ca.pem")

    def test_framing_is_checked_here_too(self):
        self.start()
        lines = "".join("%s: %s\r\n" % h for h in self.front().items())
        head = "POST /v1/uploads HTTP/1.1\r\nHost: x\r\n" + lines
        for more in ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                     "X: a\r\n b\r\n\r\n", "X:  a\r\n\r\n"):
            a = self.tell(None, (head + more).encode())
            self.assert_problem(a, 400, "bad-request")

    def test_over_tls_the_headers_are_refused(self):
        PortalCase.start(self)
        for h in self.front(), {VERIFY: "SUCCESS"}, {CERT: "x"}, \
                {VERIFY: "NONE"}:
            for who in KOPING, None:
                a = self.ask("OPTIONS", "/v1/uploads", h, who=who)
                self.assert_problem(a, 400, "bad-request")

    def test_nobody_else_is_served(self):
        """Whoever has the socket's name can connect: the kernel tells who."""
        self.front_user = NOT_ME
        self.start()
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o666)
        for _ in range(5):
            with Plain(self.path) as c:
                try:
                    a = c.request("GET", "/v1/health")
                except OSError:
                    a = None
                self.assertIsNone(a)
        self.assertIn("not-the-front-server", self.logged())

    @unittest.skipUnless(os.geteuid() == 0, "needs to be root")
    def test_root_is_not_its_user(self):
        os.chmod(self.scratch, 0o755)
        self.front_user = "nobody"
        self.start()
        ask = ("import socket,sys; s=socket.socket(socket.AF_UNIX); "
               "s.connect(sys.argv[1]); s.sendall(b'GET /v1/health HTTP/1.1"
               "\\r\\nHost: x\\r\\n\\r\\n'); print(s.recv(99))")
        out = subprocess.run(
            ["/usr/bin/python3", "-c", ask, self.path], user="nobody",
            stdout=subprocess.PIPE, check=True)
        self.assertIn(b"HTTP/1.1 200", out.stdout)
        with Plain(self.path) as c:
            with self.assertRaises((OSError, AttributeError)):
                self.assertEqual(c.request("GET", "/v1/health").status, 0)

    def test_the_socket_of_an_earlier_run(self):
        self.start()
        self.kill()
        self.assertTrue(stat.S_ISSOCK(os.lstat(self.path).st_mode))
        self.start()
        self.assertEqual(self.tell(self.front()).status, 204)
        self.stop()
        self.assertFalse(os.path.exists(self.path))

    def refused(self, words, **more):
        p = subprocess.run(
            [PORTAL, "--config", self.configure(**self.fronted(**more))],
            stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(p.returncode, 78, p.stderr)
        self.assertIn(words, p.stderr.decode())

    def test_what_is_not_ours_is_not_removed(self):
        with open(self.path, "w") as f:
            f.write("mine")
        self.refused("something else")
        with open(self.path) as f:
            self.assertEqual(f.read(), "mine")
        os.unlink(self.path)
        os.symlink("elsewhere", self.path)
        self.refused("something else")
        os.unlink(self.path)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            s.listen()
            self.refused("answers on it")
        self.assertTrue(os.path.exists(self.path))
        os.unlink(self.path)
        # Nor is another's that has taken the place meanwhile.
        self.start()
        os.unlink(self.path)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            self.stop()
            self.assertTrue(os.path.exists(self.path))

    def test_configuration(self):
        user = "front_user = " + ME
        for words, more in (
                ("certificate and key are the front server's",
                 {"tls": "certificate = portal-tls.pem"}),
                ("certificate and key are the front server's",
                 {"tls": "key = portal-tls.key"}),
                ("front_user is missing", {"portal_extra": ""}),
                ("no user", {"portal_extra": "front_user = no-such-user"}),
                ("front_user needs", {"listen": "127.0.0.1:0"}),
                ("certificate and key", {"listen": "127.0.0.1:0",
                                         "portal_extra": ""}),
                ("begins with /", {"listen": "unix:portal.sock"}),
                ("begins with /", {"listen": "unix:"}),
                ("at most 107", {"listen": "unix:/" + "x" * 107}),
                ("No such file", {"listen": "unix:/nonexistent/x"})):
            with self.subTest(more):
                self.refused(words, **dict({"portal_extra": user}, **more))


@unittest.skipUnless(NGINX, "nginx is not installed")
class Nginx(Fronted):
    front_user = "www-data" if os.geteuid() == 0 else ME
    settings = None

    def setUp(self):
        super().setUp()
        os.chmod(self.scratch, 0o711)
        self.nginx = None
        self.start()
        self.start_nginx()

    def tearDown(self):
        if self.nginx:
            self.nginx.send_signal(signal.SIGTERM)
            self.nginx.wait(20)
        super().tearDown()

    def configure_nginx(self, port):
        """The sample, with nothing changed but what it says must be."""
        with open("docs/nginx.conf") as f:
            sample = f.read()
        for old, new in (
                ("unix:/run/sigill/portal.sock", "unix:" + self.path),
                ("listen 443 ssl;", "listen 127.0.0.1:%d ssl;" % port),
                ("listen [::]:443 ssl;", ""),
                ("server_name portal.example.se;", "server_name localhost;"),
                ("/etc/sigill/portal-tls", self.scratch + "/portal-tls"),
                ("/etc/sigill/senders.pem", self.scratch + "/sender-ca.pem"),
                ("/var/log/nginx/sigill.log", self.run + "/access.log")):
            self.assertIn(old, sample)
            sample = sample.replace(old, new)
        with open(self.run + "/nginx.conf", "w") as f:
            f.write("daemon off;\npid %s/nginx.pid;\nerror_log %s/error.log "
                    "info;\n%sevents { worker_connections 2000; }\nhttp {\n" %
                    (self.run, self.run, "user www-data;\n"
                     if os.geteuid() == 0 else ""))
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                f.write("%s_temp_path %s/%s;\n" % (name, self.run, name))
            f.write(sample + "}\n")

    def start_nginx(self):
        # It takes over a socket that listens already, as after an upgrade of
        # its own; so the port is free for certain.
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(100)
            self.port = s.getsockname()[1]
            self.configure_nginx(self.port)
            fd = s.fileno()
            self.nginx = subprocess.Popen(
                [NGINX, "-p", self.run, "-c", self.run + "/nginx.conf",
                 "-e", self.run + "/error.log"], pass_fds=[fd],
                env={"NGINX": "%d;" % fd}, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                if self.ask("GET", "/v1/health", who=None).status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        with open(self.run + "/error.log") as f:
            self.fail(f.read())

    def sigill(self, *args, who=KOPING):
        conf = self.scratch + "/sigill.conf"
        with open(conf, "w") as f:
            f.write(SENDER.format(who=who, port=self.port))
        p = subprocess.run(
            [SIGILL, *args, "--config", conf], cwd=self.scratch, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=dict(
                os.environ, HOME=self.run, LC_ALL="C.UTF-8", no_proxy="*"))
        self.assertNotIn(b"Sanitizer", p.stderr)
        return p

    def test_our_client_delivers(self):
        for name in "small", "large":
            path = "%s/%s.sigill.stored.p7s" % (self.scratch, name)
            self.addCleanup(os.unlink, path)
            p = self.sigill("send", name + ".sigill")
            self.assertEqual(p.returncode, 0, p.stderr)
            with open(path, "rb") as f:
                self.assert_receipt(f.read(), getattr(self, name))
            self.assert_stored(getattr(self, name))

    def test_our_client_hears_a_refusal(self):
        for who in "expired", "other-ca-org", "revoked", "wrong-eku":
            for name in "small", "large":
                with self.subTest((who, name)):
                    p = self.sigill("send", name + ".sigill", who=who)
                    self.assertEqual(p.returncode, 77, p.stderr)
        self.assert_nothing_left()

    def test_refusals(self):
        a = self.ask("GET", "/v1/health", who=None)
        self.assertEqual((a.status, json.loads(a.body)),
                         (200, {"status": "up"}))
        for who in None, "expired", "other-ca-org", "revoked", "wrong-eku":
            with self.subTest(who):
                a = self.ask("OPTIONS", "/v1/uploads", who=who)
                self.assert_problem(a, 403, "certificate-required")
                a = self.post(self.small, who=who)
                self.assert_problem(a, 403, "certificate-required")
        with self.connect() as c:
            c.send("POST", "/v1/uploads", creation(self.small), length=2**40)
            self.assert_problem(read_answer(c.file), 413, "too-large")
        # What the portal answers comes through as it is.
        self.assert_problem(self.post(b"x" * 5000), 422, "outer-structure")
        self.assert_problem(self.ask("GET", "/"), 404, "not-found")
        a = self.ask("HEAD", "/v1/uploads/" + "0" * 32, TUS)
        self.assertEqual(a.status, 404)
        self.assert_nothing_left()

    def test_nobody_can_claim_to_be_another(self):
        """What a client sends under these names is overwritten."""
        loc = self.begin(self.small)
        for who in None, REGIONEN:
            for names in ((VERIFY, CERT), (VERIFY.lower(), CERT.lower()),
                          (VERIFY.replace("-", "_"), CERT.replace("-", "_"))):
                h = dict(TUS, **dict(zip(names, self.front().values())))
                a = self.ask("HEAD", loc, h, who=who)
                self.assertEqual(a.status, 404 if who else 403)
        # And who is known stays who it is.
        h = dict(TUS, **self.front(REGIONEN))
        self.assertEqual(self.ask("HEAD", loc, h).status, 200)
        self.assertEqual(self.ask("HEAD", loc, h, who=REGIONEN).status, 404)

    def test_smuggling(self):
        loc = self.begin(self.small)
        inner = ("HEAD %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n" %
                 loc + "".join("%s: %s\r\n" % h for h in
                               self.front().items()) + "\r\n").encode()
        post = b"POST /v1/uploads HTTP/1.1\r\nHost: localhost\r\n"
        size = b"Content-Length: %d\r\n" % len(inner)
        for data in (
                post + size + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                inner,
                post + b"Content-Length: 0\r\n" + size + b"\r\n" + inner,
                post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
                post + b"Transfer-Encoding: xchunked\r\n\r\n" + inner,
                post + b"Content-Length: +0\r\n\r\n" + inner,
                post + b"Content-Length: 0\r\n X: y\r\n\r\n" + inner,
                post + b"Content-Length : 0\r\n\r\n" + inner,
                post + b"X: a\0b\r\n\r\n"):
            with self.subTest(data), self.connect(REGIONEN) as c:
                a = c.raw(data)
                self.assertIn(a.status, (400, 501), a.body)
                self.assertNotIn(b" 200 ", a.body + c.file.read())
        # A second request in a body stays a body.
        with self.connect(REGIONEN) as c:
            a = c.raw(post + size + b"\r\n" + inner)
            self.assert_problem(a, 412, "tus-version")

    def test_resume(self):
        """Bytes that came before the cut are the portal's."""
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:1000000])
            time.sleep(0.3)
        n = self.offset(loc)
        self.assertGreater(n, 500000)
        a = self.ask("PATCH", loc, patching(n, Prefer="return=representation"),
                     self.large[n:])
        self.assertEqual(a.status, 200, a.body)
        self.assert_receipt(a.body, self.large)
        self.assert_stored(self.large)

    def test_a_stalled_request_is_pre_empted(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:700000])
            start = time.monotonic()
            n = self.offset(loc)
            self.assertLess(time.monotonic() - start, 5)
            self.assertGreater(n, 300000)
            a = self.ask("PATCH", loc, patching(n), self.large[n:])
            self.assertEqual(a.status, 204, a.body)
            # The first one hears that it is over, in some way.
            try:
                self.assertIn(read_answer(c.file).status, (503,))
            except (OSError, AttributeError):
                pass
        self.assert_stored(self.large)

    def begin_slowly(self, address):
        """A stranger's request whose body does not come."""
        ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ctx.load_verify_locations(self.scratch + "/tls-root.pem")
        s = ctx.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), 20,
                                     (address, 0)),
            server_hostname="localhost")
        self.addCleanup(s.close)
        s.sendall(b"POST /v1/uploads HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Length: 1000\r\n\r\nx")
        return s

    def test_strangers_push_out_strangers(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:1000])
            held = [self.begin_slowly("127.0.0.%d" % (2 + n % 7))
                    for n in range(260)]
            p = self.sigill("send", "small.sigill")
            self.addCleanup(os.unlink,
                            self.scratch + "/small.sigill.stored.p7s")
            self.assertEqual(p.returncode, 0, p.stderr)
            c.sock.sendall(self.large[1000:])
            self.assertEqual(read_answer(c.file).status, 204)
        # The oldest of them have been told that it was too much.
        with held[0].makefile("rb") as f:
            a = read_answer(f)
        self.assertEqual((a.status, a.headers["retry-after"]), (503, "5"))
        self.assert_stored(self.small)
        self.assert_stored(self.large)

    def test_limit_of_an_address(self):
        for _ in range(60):
            self.begin_slowly("127.0.0.2")
        s = self.begin_slowly("127.0.0.2")
        with s.makefile("rb") as f:
            a = read_answer(f)
        self.assert_problem(a, 429, "portal-busy")
        self.assertEqual(self.ask("GET", "/v1/health").status, 200)

    def test_a_portal_that_is_away(self):
        loc = self.begin(self.large)
        self.stop()
        a = self.ask("HEAD", loc, TUS)
        self.assertEqual((a.status, a.headers["retry-after"]), (503, "5"))
        self.start_portal_again()
        self.assertEqual(self.offset(loc), 0)

    def start_portal_again(self):
        port = self.port
        self.start()
        self.port = port

    def test_memory_of_a_large_upload(self):
        size = 48000000
        data = self.make("huge", KOPING, size)
        loc = self.begin(data)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(data) - 1)
            c.sock.sendall(data[:-1])
            self.assertEqual(read_answer(c.file).status, 204)
        for p in [self.process.pid] + self.children(self.nginx.pid):
            with open("/proc/%d/status" % p) as f:
                text = f.read()
            peak = int(re.search(r"VmHWM:\s+(\d+)", text).group(1))
            if p != self.process.pid or not self.sanitized():
                self.assertLess(peak, 40000, text)
        self.assertEqual(
            [n for n in os.listdir(self.run + "/client_body")], [])
        a = self.ask("PATCH", loc, patching(len(data) - 1), data[-1:])
        self.assertEqual(a.status, 204, a.body)
        self.assert_stored(data)

    @staticmethod
    def sanitized():
        with open(PORTAL, "rb") as f:
            return b"__asan_init" in f.read()

    @staticmethod
    def children(pid):
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(n) for n in f.read().split()]


if __name__ == "__main__":
    unittest.main()
