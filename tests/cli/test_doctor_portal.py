#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill doctor on the way to the portal: networks, proxies, the real portal
and portals that answer just this; and that it leaves nothing there."""
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from doctor_case import Doctor  # noqa: E402
from scratch import BIN  # noqa: E402
from test_sigill_send import Portal  # noqa: E402

# Brings the loopback interface up and is the name server that says nothing.
ALONE = """import fcntl, socket, struct, subprocess, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
s.bind(("127.0.0.1", 53))
began = time.monotonic()
status = subprocess.run(sys.argv[1:]).returncode
assert time.monotonic() - began < 9
sys.exit(status)
"""


class Network(Doctor):
    def test_portal_is_down(self):
        p = self.problem("connection", "no-network")
        self.assertIn("localhost:1", p["detail"])
        for check in "clock", "health", "access":
            self.skipped(check)

    def test_no_such_name(self):
        # Too long a label to be looked up anywhere.
        self.configure(portal="https://%s.invalid" % ("x" * 64))
        p = self.problem("name", "no-network")
        self.assertIn("x" * 64, p["detail"])
        self.skipped("connection")

    def test_name_servers_that_are_dead(self):
        """In a network of its own, whose only name server says nothing."""
        self.configure(portal="https://portal.example.se")
        self.write("resolv.conf", "nameserver 127.0.0.1\n")
        self.write("alone.py", ALONE)
        p = subprocess.run(
            ["unshare", "-mn", "sh", "-c", "mount --bind resolv.conf "
             "/etc/resolv.conf || exit 99; exec \"$@\"", "-",
             "/usr/bin/python3", "alone.py", BIN, "doctor", "--json",
             "--config", "sigill.conf"], cwd=self.dir, env=self.env,
            capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot make a network here")
        self.assertEqual(p.returncode, 75, p.stderr)
        said = [c for c in json.loads(p.stdout)["checks"]
                if c["check"] == "name"]
        self.assertEqual(said[0]["code"], "no-network")
        self.assertIn("no name server answered", said[0]["detail"])

    def test_addresses(self):
        self.configure(portal="https://127.0.0.1:1")
        self.assertEqual(self.ok("name")["addresses"], ["127.0.0.1"])
        self.configure(portal="https://[::1]:1")
        c = self.ok("name")
        self.assertEqual((c["host"], c["addresses"]), ("::1", ["::1"]))

    def test_proxy(self):
        for status, code in ((403, "proxy"), (407, "proxy-authentication"),
                             (502, "no-network")):
            env, address = self.proxy(
                b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status,
                "anna:hemligt@")
            c = self.ok("proxy", env=env)
            self.assertEqual(c["proxy"], "http://" + address)
            self.assertEqual(c["source"], "https_proxy")
            self.assertIn("anna", c["detail"])
            self.assertEqual(self.ok("name", env=env)["host"], "127.0.0.1")
            self.problem("connection", code, env=env)
            p = self.sigill("doctor", env=env)
            self.assertNotIn("hemligt", p.out)

    def test_none(self):
        c = self.ok("proxy")
        self.assertNotIn("proxy", c)

    def test_configured(self):
        with open(self.path("sigill.conf"), "a") as f:
            f.write("[network]\nproxy = http://127.0.0.1:1\n")
        c = self.ok("proxy")
        self.assertEqual((c["proxy"], c["source"]),
                         ("http://127.0.0.1:1", "sigill.conf"))
        self.problem("connection", "no-network")

    def test_address_of_no_use(self):
        env = dict(self.env, no_proxy="", https_proxy="ftp://127.0.0.1:1")
        self.problem("proxy", "config", env=env)
        self.skipped("name", env=env)


class Real(Doctor, Portal):
    """The portal itself."""
    def spool(self):
        found = []
        for root, _, names in os.walk(self.path("spool")):
            found += [os.path.join(root, n) for n in names
                      if ".db" not in n]
        return found

    def test_all_in_order(self):
        before = self.spool()
        checks = self.examine()
        self.assertEqual({c["result"] for c in checks}, {"ok"})
        by = {c["check"]: c for c in checks}
        self.assertEqual(by["connection"]["not_after"],
                         "2045-01-01T00:00:00Z")
        self.assertEqual(by["clock"]["offset_seconds"], 0)
        self.assertGreater(by["access"]["max_size"], 1000000)
        self.assertEqual(self.spool(), before)
        self.assertFalse(os.path.exists(self.path("a.sigill")))

    def test_in_words(self):
        p = self.good("doctor")
        *lines, empty, last = p.out.splitlines()
        self.assertEqual(empty, "")
        self.assertIn("can be delivered", last)
        for line in lines:
            self.assertRegex(line, "^ok        [A-Z][a-z]")
        # A problem: its line, and what to do on the next one.
        os.chmod(self.path("exempelkoping.key"), 0o644)
        p = self.sigill("doctor")
        self.assertEqual((p.returncode, p.err), (77, ""))
        self.assertRegex(p.out, r"(?m)^problem +Your key .*\[key-mode\]\n"
                         r" {28}run chmod 600")
        self.assertIn("must be solved before", p.out)

    def test_not_the_pinned_one(self):
        self.configure(portal=self.url, portal_anchors="other-ca.pem")
        self.problem("connection", "portal-certificate")
        self.skipped("access")

    def test_certificate_that_the_portal_does_not_accept(self):
        self.configure(portal=self.url, identity="other-ca-org")
        p = self.problem("access", "client-certificate")
        self.assertIn("[identity] chain", p["advice"])
        self.ok("health")

    def test_clock(self):
        for seconds in 0, 20, -20:
            self.ok("clock", env=self.clock(seconds))
        for seconds in 100, -100:
            c = self.warning("clock", "clock", env=self.clock(seconds))
            self.assertAlmostEqual(c["offset_seconds"], seconds, delta=8)
            self.assertIn("ahead" if seconds > 0 else "behind", c["detail"])
        for seconds in 4000, -4000:
            p = self.problem("clock", "clock", env=self.clock(seconds))
            self.assertAlmostEqual(p["offset_seconds"], seconds, delta=8)

    def test_clock_so_wrong_that_no_certificate_is_valid(self):
        for years, word in (-5, "not yet valid"), (30, "expired"):
            env = self.clock(years * 365 * 86400)
            p = self.problem("connection", "portal-certificate", env=env)
            self.assertIn(word, p["detail"])
            self.assertIn("clock", p["advice"])


def date(seconds=0):
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT",
                         time.gmtime(time.time() + seconds))


def answer(status, body=b"", **headers):
    lines = ["HTTP/1.1 %d x" % status, "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % (k.replace("_", "-"), v)
              for k, v in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def up(seconds=0):
    return answer(200, b'{"status":"up"}', Date=date(seconds))


CAN = dict(Tus_Version="1.0.0", Tus_Max_Size=50000000,
           Tus_Extension="creation,creation-with-upload,expiration,"
           "termination")


class Scripted(Doctor):
    """Portals that answer just this."""
    def serve(self, health, options=None, newest=None,
              certificate="portal-tls", client_ca=None, silent=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(certificate + ".pem"),
                                self.path(certificate + ".key"))
        if newest is not None:
            context.maximum_version = newest
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path(client_ca))
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.asked = []

        def serve_one(raw):
            with raw:
                try:
                    if silent:
                        raw.recv(1)
                        while raw.recv(4096):
                            pass
                        return
                    with context.wrap_socket(raw, server_side=True) as s:
                        line = s.makefile("rb").readline().decode()
                        self.asked.append(" ".join(line.split()[:2]))
                        text = options if line.startswith("OPTIONS") \
                            else health
                        s.sendall(text() if callable(text) else text)
                        while s.recv(4096):
                            pass
                except OSError:
                    pass

        def run():
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve_one, args=(raw,),
                                 daemon=True).start()
        threading.Thread(target=run, daemon=True).start()
        self.configure(portal="https://localhost:%d"
                       % listener.getsockname()[1])

    def test_what_it_asks(self):
        self.serve(up(), answer(204, **CAN))
        self.ok("access")
        self.assertEqual(self.asked, ["GET /v1/health",
                                      "OPTIONS /v1/uploads"])

    def test_health(self):
        for text, code in (
                (answer(503, Date=date()), "portal-busy"),
                (answer(404, b"<html>", Date=date()), "protocol"),
                (answer(302, Location="https://localhost/"), "protocol"),
                (answer(200, b'{"status":"down"}'), "protocol"),
                (answer(200, b"up"), "protocol")):
            self.serve(text, answer(204, **CAN))
            self.problem("health", code)
            self.ok("connection")

    def test_no_date(self):
        for headers in {}, {"Date": "yesterday"}:
            self.serve(answer(200, b'{"status":"up"}', **headers),
                       answer(204, **CAN))
            self.skipped("clock")

    def test_portal_with_a_wrong_clock(self):
        self.serve(up(-400), answer(204, **CAN))
        self.problem("clock", "clock")

    def test_half_of_the_round_trip_is_allowed_for(self):
        """A date that was true when the request came, and not quite half a
        minute off; the answer took three seconds more."""
        def late():
            text = up(-29.7)
            time.sleep(3)
            return text
        self.serve(late, answer(204, **CAN))
        self.ok("clock")

    def test_refused_in_front_of_the_portal(self):
        """As nginx does it, which has no words for it."""
        for status in 400, 401, 403:
            self.serve(up(), answer(status, b"<html>No required SSL "
                                  b"certificate was sent</html>"))
            self.problem("access", "client-certificate")

    def test_refused_by_alert(self):
        self.serve(up(), answer(204, **CAN), client_ca="other-ca.pem")
        # Without a certificate already.
        self.problem("connection", "client-certificate")

    def test_portal_that_is_busy(self):
        self.serve(up(), answer(503))
        self.problem("access", "portal-busy")

    def test_no_tus(self):
        self.serve(up(), answer(404))
        self.problem("access", "protocol")
        for missing in "Tus_Version", "Tus_Extension":
            self.serve(up(), answer(204, **{k: v for k, v in CAN.items()
                                          if k != missing}))
            self.warning("access", "protocol")
        self.serve(up(), answer(204, **dict(CAN, Tus_Extension="creation")))
        c = self.warning("access", "protocol")
        self.assertIn("creation-with-upload", c["detail"])
        self.serve(up(), answer(204, **dict(CAN, Tus_Version="0.2,2.0.0")))
        self.warning("access", "protocol")
        # Not one of tus' musts.
        self.serve(up(), answer(204, **{k: v for k, v in CAN.items()
                                      if k != "Tus_Max_Size"}))
        self.ok("access")

    def test_no_tls_1_3(self):
        self.serve(up(), newest=ssl.TLSVersion.TLSv1_2)
        self.problem("connection", "protocol")

    def front(self, name, days):
        """A portal with a certificate for that name."""
        self.make_root()
        self.issue("front", days, ("digitalSignature", "serverAuth"),
                   subject="/CN=" + name,
                   more="subjectAltName = DNS:%s\n" % name)
        self.serve(up(), answer(204, **CAN), certificate="front")
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf", text.replace("tls-root.pem", "root.pem"))

    def test_certificate_of_the_portal_ends_soon(self):
        self.front("localhost", 20)
        c = self.warning("connection", "portal-certificate")
        self.assertIn(c["not_after"][:10], c["detail"])

    def test_certificate_for_another_name(self):
        self.front("portal.example.se", 100)
        self.problem("connection", "portal-certificate")

    def test_silence_is_bounded(self):
        self.serve(b"", silent=True)
        # Twenty times as fast: of half a minute this is a part.
        env = self.preload("fast_clock", FAST_CLOCK="20")
        began = time.monotonic()
        self.problem("connection", "no-network", env=env)
        self.assertLess(time.monotonic() - began, 4)

    def test_answer_that_does_not_come(self):
        self.serve(lambda: time.sleep(30) or b"")
        env = self.preload("fast_clock", FAST_CLOCK="20")
        began = time.monotonic()
        self.problem("connection", "interrupted", env=env)
        self.assertLess(time.monotonic() - began, 4)


if __name__ == "__main__":
    unittest.main()
