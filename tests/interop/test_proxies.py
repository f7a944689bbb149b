#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send through real proxies, tinyproxy and squid: allowed, refused, with
passwords and without, cut off on the way, and one that looks into TLS."""
import base64
import hashlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path[:0] = ["tests", "tests/cli"]
from scripted_portal import fast  # noqa: E402
from support import BUILD, SIGILL, Portal, Scratch, read, run  # noqa: E402

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
TINYPROXY = shutil.which("tinyproxy", path=PATH)
SQUID = shutil.which("squid", path=PATH)
HELPERS = "/usr/lib/squid/"
USER, PASSWORD, WRONG = "sigrid", "hemligt-ord", "fel-ord-helt"
SECONDS = 20

TINY = """Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
LogLevel Connect
LogFile "{log}"
"""
# Nothing is cached, nothing is written but the log of requests.
SQUID_CONF = """http_port 127.0.0.1:{port}
pid_filename none
access_log stdio:{log} logformat=common
cache_log /dev/null
cache_store_log none
cache deny all
memory_cache_shared off
netdb_filename none
pinger_enable off
max_filedescriptors 1024
shutdown_lifetime 0 seconds
visible_hostname localhost
coredump_dir none
{auth}
acl known proxy_auth REQUIRED
http_access allow CONNECT known
http_access deny all
"""
BASIC = """auth_param basic program {helper} {file}
auth_param basic children 1
auth_param basic realm inside"""
DIGEST = """auth_param digest program {helper} -c {file}
auth_param digest children 1
auth_param digest realm inside"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Daemon:
    """A proxy in the foreground; ready when it accepts connections."""

    def __init__(self, argv, port, log):
        self.argv, self.port, self.log = argv, port, log
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionError:
                time.sleep(0.01)
        self.stop()
        raise AssertionError("%s did not start" % self.argv[0])

    def stop(self, how=signal.SIGTERM):
        """With its helpers, which are in its session."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(SECONDS)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def tunnels(self):
        """How many times it was asked for one."""
        return read(self.log).count(b"CONNECT 127.0.0.1:")


class Proxied(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.addClassCleanup(cls.scratch.remove)
        # Squid has another user, who must get at its files.
        cls.open = tempfile.mkdtemp(prefix="sigill-proxy.")
        cls.addClassCleanup(shutil.rmtree, cls.open)
        os.chmod(cls.open, 0o777)
        Proxied.made = 0
        cls.portal = Portal(cls.scratch)
        cls.addClassCleanup(cls.portal.stop)
        with open(cls.scratch.sender, encoding="utf-8") as f:
            cls.conf = f.read()

    def at(self, name):
        return self.scratch.at(name)

    def seal(self, size=5000):
        """A new file to send each time."""
        Proxied.made += 1
        path = self.at("%d.sigill" % Proxied.made)
        run(BUILD + "/test/make-sealed", self.at("pki/exempelkoping"),
            self.at("pki/intake-p256"), str(size), path)
        return path

    def write(self, path, text, mode=0o600):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def daemon(self, argv, conf, **values):
        """One with this configuration on a free port."""
        Proxied.made += 1
        path = "%s/%d" % (self.open, Proxied.made)
        port = free_port()
        log = self.write(path + ".log", "", 0o666)
        self.write(path + ".conf", conf.format(port=port, log=log, **values),
                   0o644)
        d = Daemon(argv + [path + ".conf"], port, log)
        self.addCleanup(d.stop)
        return d

    def tiny(self, more=""):
        self.assertTrue(TINYPROXY, "tinyproxy is missing: make deps")
        return self.daemon([TINYPROXY, "-d", "-c"], TINY + more)

    def squid(self, kind):
        self.assertTrue(SQUID, "squid is missing: make deps")
        path = "%s/passwords" % self.open
        if kind is BASIC:
            word = subprocess.run(
                ["openssl", "passwd", "-apr1", "-stdin"], text=True,
                input=PASSWORD, capture_output=True, check=True).stdout
            self.write(path, "%s:%s\n" % (USER, word.strip()), 0o644)
            helper = "basic_ncsa_auth"
        else:
            a1 = "%s:inside:%s" % (USER, PASSWORD)
            self.write(path, "%s:inside:%s\n" % (
                USER, hashlib.md5(a1.encode()).hexdigest()), 0o644)
            helper = "digest_file_auth"
        Proxied.made += 1
        return self.daemon(
            [SQUID, "-N", "-n", "sigill%dn%d" % (os.getpid(), Proxied.made),
             "-f"], SQUID_CONF,
            auth=kind.format(helper=HELPERS + helper, file=path))

    def send(self, sealed, proxy="", user="", network="", no_proxy="",
             portal=None, hurry=False):
        """With the proxy in the environment (a Daemon or an address), or in
        sigill.conf (network)."""
        if isinstance(proxy, Daemon):
            proxy = "http://%s127.0.0.1:%d" % (user, proxy.port)
        conf = self.conf
        if portal:
            conf = conf.replace("127.0.0.1:%d" % self.portal.port, portal)
        conf = self.write(self.at("sender.conf"), conf + (
            "[network]\n" + network if network else ""))
        env = {k: v for k, v in os.environ.items()
               if not k.lower().endswith("_proxy")}
        env.update(https_proxy=proxy, no_proxy=no_proxy, HOME=self.scratch.dir,
                   LC_ALL="C.UTF-8")
        if hurry:
            env = fast(self.scratch.dir, env)
        p = run(SIGILL, "send", "--config", conf, sealed, env=env)
        p.err = p.stderr.decode()
        # Neither in clear nor as Basic has it.
        for word in PASSWORD, WRONG:
            for secret in word, base64.b64encode(
                    (USER + ":" + word).encode()).decode():
                self.assertNotIn(secret, p.err + p.stdout.decode())
        return p

    def good(self, sealed, *args, **kw):
        p = self.send(sealed, *args, **kw)
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(read(self.stored(sealed)), read(sealed))
        self.assertTrue(os.path.exists(sealed + ".stored.p7s"))

    def bad(self, status, code, sealed, *args, **kw):
        p = self.send(sealed, *args, hurry=True, **kw)
        self.assertEqual(p.returncode, status, p.err)
        self.assertIn("[%s]\n" % code, p.err)
        self.assertFalse(os.path.exists(self.stored(sealed)))
        self.assertFalse(os.path.exists(sealed + ".stored.p7s"))
        return p

    def stored(self, sealed):
        return self.at("spool/%s.sigill" %
                       hashlib.sha256(read(sealed)).hexdigest())

    def partial(self):
        """Bytes of unfinished uploads at the portal."""
        folder = self.at("spool/.portal/partial")
        return sum(e.stat().st_size for e in os.scandir(folder))

    def passwords(self, word):
        return "proxy_user = %s\nproxy_password_file = %s\n" % (
            USER, self.write(self.at("word"), word + "\n"))


class Tinyproxy(Proxied):
    def test_named_by_the_environment(self):
        proxy = self.tiny()
        before = proxy.tunnels()
        self.good(self.seal(), proxy)
        self.assertEqual(proxy.tunnels(), before + 1)

    def test_named_by_the_configuration(self):
        """Which goes before the environment, and before no_proxy."""
        proxy = self.tiny()
        network = "proxy = http://127.0.0.1:%d\n" % proxy.port
        self.good(self.seal(), "http://127.0.0.1:1", network=network,
                  no_proxy="*")
        self.assertEqual(proxy.tunnels(), 1)

    def test_exempt(self):
        proxy = self.tiny()
        for exempt in "127.0.0.1", "*", "localhost, 127.0.0.0/8":
            self.good(self.seal(), proxy, no_proxy=exempt)
        self.good(self.seal(), proxy, network="proxy = none\n")
        self.assertEqual(proxy.tunnels(), 0)
        self.good(self.seal(), proxy, no_proxy="localhost,.example")
        self.assertEqual(proxy.tunnels(), 1)

    def test_password(self):
        proxy = self.tiny("BasicAuth %s %s\n" % (USER, PASSWORD))
        sealed = self.seal()
        wrong = "%s:%s@" % (USER, WRONG)
        self.bad(77, "proxy-authentication", sealed, proxy)
        self.bad(77, "proxy-authentication", sealed, proxy, wrong)
        self.bad(77, "proxy-authentication", sealed, proxy,
                 network=self.passwords(WRONG))
        self.good(sealed, proxy, "%s:%s@" % (USER, PASSWORD))
        self.good(self.seal(), proxy, network=self.passwords(PASSWORD))
        # What the configuration says goes before what is in the address.
        self.good(self.seal(), proxy, wrong,
                  network=self.passwords(PASSWORD))

    def test_port_that_is_not_allowed(self):
        p = self.bad(69, "proxy", self.seal(), self.tiny("ConnectPort 1\n"))
        self.assertIn("403", p.err)

    def test_down(self):
        """The portal is not to blame."""
        port = free_port()
        p = self.bad(75, "no-network", self.seal(),
                     "http://127.0.0.1:%d" % port)
        self.assertIn("127.0.0.1:%d" % port, p.err)

    def test_portal_down(self):
        proxy = self.tiny()
        self.bad(75, "no-network", self.seal(), proxy,
                 portal="127.0.0.1:%d" % free_port())

    def test_large(self):
        self.good(self.seal(20000000), self.tiny())

    def test_proxy_killed_on_the_way(self):
        """Started again, it finds the upload going on."""
        sealed = self.seal(40000000)
        proxy = self.tiny()
        reached = []

        def disturb():
            end = time.monotonic() + SECONDS
            while self.partial() == 0 and time.monotonic() < end:
                time.sleep(0.001)
            proxy.stop(signal.SIGKILL)
            reached.append(self.partial())
            proxy.start()
        thread = threading.Thread(target=disturb)
        thread.start()
        self.good(sealed, proxy)
        thread.join()
        self.assertLess(0, reached[0])
        self.assertLess(reached[0], 40000000)
        self.assertGreater(proxy.tunnels(), 1)

    def test_looks_into_tls(self):
        """Another certificate than the pinned one: nothing is sent."""
        name = self.at("box")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
            "-out", name + ".pem", "-days", "2", "-subj",
            "/O=Inspektion/CN=Looking Glass", "-addext",
            "subjectAltName=IP:127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(name + ".pem", name + ".key")
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        seen, tunnels = [], []

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(SECONDS)
                    tunnels.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    try:
                        with context.wrap_socket(
                                connection, server_side=True) as tls:
                            seen.append(tls.recv(4096))
                    except (OSError, ssl.SSLError):
                        pass
        threading.Thread(target=serve, daemon=True).start()
        p = self.bad(77, "portal-certificate", self.seal(),
                     "http://127.0.0.1:%d" % listener.getsockname()[1])
        self.assertIn("Looking Glass", p.err)
        self.assertTrue(tunnels)
        self.assertEqual([s for s in seen if s], [])
        # The tunnel's own request says nothing of us.
        self.assertNotIn(b"Repr-Digest", b"".join(tunnels))


class Squid(Proxied):
    def check(self, kind):
        proxy = self.squid(kind)
        sealed = self.seal()
        self.bad(77, "proxy-authentication", sealed, proxy)
        self.bad(77, "proxy-authentication", sealed, proxy,
                 "%s:%s@" % (USER, WRONG))
        self.bad(77, "proxy-authentication", sealed, proxy,
                 network=self.passwords(WRONG))
        self.good(sealed, proxy, "%s:%s@" % (USER, PASSWORD))
        self.good(self.seal(8000000), proxy,
                  network=self.passwords(PASSWORD))

    def test_basic(self):
        self.check(BASIC)

    def test_digest(self):
        self.check(DIGEST)


if __name__ == "__main__":
    unittest.main()
