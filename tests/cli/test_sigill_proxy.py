#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send through proxies: which one is taken, who gets to know what, and
how their refusals read."""
import base64
import hashlib
import os
import re
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scripted_portal import Scripted, fast, read_head, relay  # noqa: E402

USER, PASSWORD = "annakarin", "h%mligt ö"


def md5(*parts):
    return hashlib.md5(b":".join(parts)).hexdigest().encode()


def basic(head):
    """Are the credentials there?"""
    given = re.search(rb"\r\nProxy-Authorization: Basic (\S+)\r\n", head)
    return given is not None and base64.b64decode(given[1]) == \
        ("%s:%s" % (USER, PASSWORD)).encode()


def digest(head):
    """The same without showing the password (RFC 7616)."""
    line = re.search(rb"\r\nProxy-Authorization: Digest (.*)\r\n", head)
    if line is None:
        return False
    f = dict(re.findall(rb'(\w+)="?([^",]*)"?', line[1]))
    ha1 = md5(USER.encode(), b"staff", PASSWORD.encode())
    ha2 = md5(b"CONNECT", f[b"uri"])
    return f[b"response"] == md5(ha1, f[b"nonce"], f[b"nc"], f[b"cnonce"],
                                 f[b"qop"], ha2)


class Proxy(Scripted):
    def setUp(self):
        super().setUp()
        del self.env["no_proxy"]
        self.before = self.files()

    def proxy(self, allows=lambda head: True, answer=None, offers=(
            b'Digest realm="staff", nonce="n", qop="auth"',
            b'Basic realm="staff"')):
        """An HTTP proxy; its address, and what it was asked."""
        heads = []

        def handle(connection):
            while True:
                head = read_head(connection)
                if not head:
                    return
                heads.append(head)
                if answer is not None:
                    connection.sendall(answer)
                    return
                if allows(head):
                    break
                connection.sendall(
                    b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n" + b"".join(
                        b"Proxy-Authenticate: %s\r\n" % o for o in offers) +
                    b"\r\n")
            host, port = re.match(rb"CONNECT (\S+):(\d+) ", head).groups()
            with socket.create_connection((host, int(port))) as far:
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                relay(connection, far)
        return self.listen(handle), heads

    def network(self, **keys):
        """Adds [network] to the configuration."""
        text = self.read("sigill.conf").decode().split("[network]")[0]
        self.write("sigill.conf", text + "[network]\n" + "".join(
            "%s = %s\n" % item for item in keys.items()))

    def send(self, status=69, code="portal-refused", **env):
        """To a portal that says 400 when it is reached."""
        return self.bad(status, code, "send", "a.sigill",
                        env=dict(self.env, **env))

    def test_the_way(self):
        """CONNECT has the portal's name and nothing of what is meant for
        the portal; the portal learns nothing of the proxy."""
        log = self.serve(lambda h: h.reply(400))
        address, heads = self.proxy()
        self.send(https_proxy="http://" + address)
        self.assertEqual(len(heads), 1)
        self.assertEqual(
            sorted(h.split(b":")[0] for h in heads[0].split(b"\r\n")[1:] if h),
            [b"Host", b"Proxy-Connection", b"User-Agent"])
        self.assertIn(b"CONNECT localhost:%d HTTP/1.1\r\n" % self.port,
                      heads[0])
        self.assertEqual(len(log), 1)
        self.assertNotIn("proxy", str(log[0][2]).lower())

    def test_which_one(self):
        log = self.serve(lambda h: h.reply(400))
        first, heads = self.proxy()
        other = "http://127.0.0.1:1"
        for env, used in (
                (dict(https_proxy="http://" + first), True),
                (dict(https_proxy=first), True),
                (dict(HTTPS_PROXY="http://" + first), True),
                (dict(all_proxy="http://" + first), True),
                (dict(ALL_PROXY="http://" + first + "/"), True),
                (dict(https_proxy=first, HTTPS_PROXY=other, all_proxy=other),
                 True),
                (dict(https_proxy="", ALL_PROXY=first), True),
                (dict(http_proxy=first), False),
                (dict(https_proxy=other, no_proxy="*"), False),
                (dict(https_proxy=other, NO_PROXY="example.se, localhost"),
                 False),
                (dict(https_proxy=first, no_proxy="example.se,ocalhost"),
                 True)):
            with self.subTest(env):
                heads.clear()
                self.send(**env)
                self.assertEqual(len(heads), int(used))
        # The configuration goes before the environment.
        self.network(proxy="http://" + first)
        heads.clear()
        self.send(https_proxy=other, no_proxy="*")
        self.assertEqual(len(heads), 1)
        self.network(proxy="none")
        self.send(https_proxy=other)
        self.assertEqual(len(heads), 1)
        self.assertEqual(len(log), 13)

    def test_credentials(self):
        """The strongest way that the proxy offers, and only to it."""
        log = self.serve(lambda h: h.reply(400))
        user = USER
        self.write("secret", PASSWORD + "\n")
        self.before = self.files()
        for allows, offers in ((basic, (b"Negotiate",
                                        b'Basic realm="staff"')),
                               (digest, (b'Basic realm="staff"', b'Digest '
                                         b'realm="staff", nonce="n", '
                                         b'qop="auth"'))):
            address, heads = self.proxy(allows, offers=offers)
            self.network(proxy="http://" + address, proxy_user=user,
                         proxy_password_file="secret")
            self.send()
            # Not before it was asked for.
            self.assertEqual([b"Proxy-Authorization" in h for h in heads],
                             [False, True])
            self.network()
            heads.clear()
            self.send(https_proxy="http://annakarin:h%25mligt%20%C3%B6@" +
                      address)
            self.assertEqual(len(heads), 2)
            # To the proxy of the environment as well.
            self.network(proxy_user=user, proxy_password_file="secret")
            self.send(https_proxy=address)
            self.send(https_proxy="http://other:wrong@" + address)
        self.assertEqual(len(log), 8)
        for _, _, headers, _ in log:
            self.assertNotIn("authorization", str(headers).lower())

    def test_other_credentials_wanted(self):
        self.seal()
        for offers in ((b'Basic realm="staff"',),
                       (b'Digest realm="staff", nonce="n", qop="auth"',),
                       (b"Unheard-Of",), ()):
            address, heads = self.proxy(lambda head: False, offers=offers)
            p = self.send(77, "proxy-authentication", https_proxy=address)
            self.assertIn("http://%s: " % address, p.err)
            self.assertIn("status 407", p.err)
            self.assertEqual(len(heads), 1)
            p = self.send(77, "proxy-authentication",
                          https_proxy="http://me:topsecret@" + address)
            self.assertNotIn("topsecret", p.err)
            doc = self.json("send", "a.sigill", status=77, env=dict(
                self.env, https_proxy="http://me:topsecret@" + address))
            self.assertNotIn("topsecret", str(doc))

    def test_refused(self):
        self.seal()
        for status in 400, 403, 405:
            address, heads = self.proxy(answer=b"HTTP/1.1 %d No\r\nContent-"
                                        b"Length: 0\r\n\r\n" % status)
            p = self.send(69, "proxy", https_proxy=address)
            self.assertIn("http://%s: the proxy refused the connection: the "
                          "proxy answered with status %d [proxy]"
                          % (address, status), p.err)
            self.assertEqual(len(heads), 1)

    def test_portal_out_of_the_proxys_reach(self):
        """It may be starting again: worth another try."""
        self.seal()
        for answer, code, words in (
                (b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n",
                 "no-network", "the proxy answered with status 502"),
                (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
                 "no-network", "the proxy answered with status 503"),
                (b"", "interrupted", "")):
            address, heads = self.proxy(answer=answer)
            p = self.send(75, code, https_proxy=address)
            self.assertIn(words, p.err)
            self.assertGreaterEqual(len(heads), 8)

    def test_no_such_proxy(self):
        self.seal()
        for address, words in (
                ("http://me:topsecret@proxy.invalid:3128",
                 "http://proxy.invalid:3128: the portal cannot be reached: "
                 "the proxy's name cannot be looked up [no-network]"),
                ("socks5h://me:topsecret@proxy.invalid",
                 "socks5h://proxy.invalid:1080: the portal cannot be "
                 "reached: the proxy's name cannot be looked up"),
                ("http://me:topsecret@127.0.0.1:1",
                 "http://127.0.0.1:1: the portal cannot be reached: no "
                 "connection with the proxy: Connection refused ["),
                ("socks5://me:topsecret@127.0.0.1:1",
                 "no connection with the proxy: Connection refused")):
            p = self.send(75, "no-network", https_proxy=address)
            self.assertIn(words, p.err)
            self.assertNotIn("topsecret", p.err)

    def test_silent_proxy(self):
        self.seal()
        address = self.listen(lambda c: [None for _ in iter(
            lambda: c.recv(4096), b"")])
        p = self.bad(75, "no-network", "send", "a.sigill", env=dict(
            fast(self.dir, self.env, 100), https_proxy=address))
        self.assertIn("http://%s: the portal cannot be reached: the proxy "
                      "said nothing for 20 seconds" % address, p.err)

    def test_settings_of_no_use(self):
        """Told without the password that may be in them."""
        self.seal()
        for address in ("gopher://user:topsecret@localhost:1",
                        "https://user:topsecret@localhost:1",
                        "http://user:topsecret@[:::/",
                        "http://user:topsecret@localhost:1x",
                        "user:top secret@localhost:1",
                        "http://user:topsecret", "http://",
                        "http://user:topsecret@localhost:1/x",
                        "http://user:top%00secret@localhost:1",
                        "http://user:topsecret@" + "x" * 90 + "/#x"):
            p = self.send(78, "config", https_proxy=address)
            self.assertIn("https_proxy", p.err)
            self.assertNotIn("secret", p.err)
            self.network(proxy=address)
            p = self.send(78, "config")
            self.assertIn("[network] proxy", p.err)
            self.assertNotIn("secret", p.err)
            self.network()
        # In the configuration a password has a file of its own.
        for address in "http://user:topsecret@localhost:1", "user@localhost:1":
            self.network(proxy=address)
            p = self.send(78, "config")
            self.assertNotIn("secret", p.err)

    def test_password_file(self):
        self.seal()
        self.write("secret", "topsecret\n", mode=0o640)
        self.before = self.files()
        keys = dict(proxy="http://127.0.0.1:1", proxy_user="me",
                    proxy_password_file="secret")
        self.network(**keys)
        p = self.send(77, "key-mode")
        self.assertIn("secret: ", p.err)
        self.network(**dict(keys, proxy_password_file="missing"))
        self.send(66, "no-input")
        self.write("secret", "\n")
        self.network(**keys)
        self.send(78, "config")
        self.write("secret", "topsecret\n")
        self.network(proxy="http://127.0.0.1:1", proxy_password_file="secret")
        p = self.send(78, "config")
        self.assertIn("proxy_user", p.err)


class Socks(Scripted):
    """RFC 1928 and RFC 1929, as much of them as is spoken here."""

    def setUp(self):
        super().setUp()
        del self.env["no_proxy"]

    def proxy(self, user=None, reply=0):
        asked = []

        def handle(c):
            n = c.recv(2)[1]
            methods = c.recv(n)
            wanted = 2 if user is not None else 0
            if wanted not in methods:
                c.sendall(b"\5\xff")
                return
            c.sendall(bytes([5, wanted]))
            if user is not None:
                name = c.recv(c.recv(2)[1])
                word = c.recv(c.recv(1)[0])
                asked.append((name, word))
                c.sendall(b"\1\0" if (name, word) == user else b"\1\1")
                if (name, word) != user:
                    return
            kind = c.recv(4)[3]
            host = c.recv(c.recv(1)[0]).decode() if kind == 3 else \
                socket.inet_ntop(socket.AF_INET if kind == 1 else
                                 socket.AF_INET6, c.recv(4 if kind == 1
                                                         else 16))
            port = int.from_bytes(c.recv(2), "big")
            asked.append((kind, host, port))
            c.sendall(bytes([5, reply, 0, 1]) + bytes(6))
            if reply == 0:
                with socket.create_connection(("127.0.0.1", port)) as far:
                    relay(c, far)
        return self.listen(handle), asked

    def send(self, proxy, status, code):
        return self.bad(status, code, "send", "a.sigill",
                        env=dict(self.env, ALL_PROXY=proxy))

    def test_the_way(self):
        log = self.serve(lambda h: h.reply(400))
        address, asked = self.proxy()
        self.send("socks5h://" + address, 69, "portal-refused")
        self.assertEqual(asked, [(3, "localhost", self.port)])
        asked.clear()
        self.send("socks5://" + address, 69, "portal-refused")
        self.assertIn(asked[0][0], (1, 4))
        self.assertEqual(len(log), 2)

    def test_credentials(self):
        self.serve(lambda h: h.reply(400))
        address, asked = self.proxy((b"me", b"topsecret"))
        self.send("socks5h://me:topsecret@" + address, 69, "portal-refused")
        self.assertEqual(asked[0], (b"me", b"topsecret"))
        for wrong in "me:nosecret@", "":
            p = self.send("socks5h://" + wrong + address, 77,
                          "proxy-authentication")
            self.assertNotIn("nosecret", p.err)

    def test_refusals(self):
        self.seal()
        for reply, status, code in ((2, 69, "proxy"), (5, 75, "no-network"),
                                    (4, 75, "no-network"), (7, 69, "proxy")):
            address, _ = self.proxy(reply=reply)
            self.send("socks5h://" + address, status, code)


if __name__ == "__main__":
    unittest.main()
