# SPDX-License-Identifier: EUPL-1.2
"""A sender, a portal and the line between them, in a folder of their own; what
may be done to them; and the one function that says whether all is well."""
import glob
import hashlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE) + "/cli")
import portal_case  # noqa: E402
import scratch      # noqa: E402
from line import Line  # noqa: E402

BUILD = portal_case.BUILD
SIGILL = BUILD + "/bin/sigill"
PORTAL = BUILD + "/bin/sigill-portal"
KOPING = portal_case.KOPING
BOUND = 40          # seconds that one run of a program may take: no hang
RUNS = 6            # of the client, until a fault must be over

with open(PORTAL, "rb") as program:
    SANITIZED = b"__asan_init" in program.read()


class Libraries:
    """What is loaded before a program, built when it is first asked for."""
    folder = None
    sources = {"strike": "tests/faults/strike.c",
               "clock": "tests/faults/clock.c"}
    lock = threading.Lock()

    @classmethod
    def path(cls, name):
        with cls.lock:
            if cls.folder is None:
                cls.folder = tempfile.TemporaryDirectory(
                    prefix="sigill-faults-lib-")
            path = "%s/%s.so" % (cls.folder.name, name)
            if not os.path.exists(path):
                subprocess.run(["gcc", "-D_GNU_SOURCE", "-O", "-shared",
                                "-fPIC", "-o", path, cls.sources[name]],
                               check=True)
            return path

    @classmethod
    def env(cls, base, *names, **more):
        """The environment for a program with these loaded before it."""
        env = dict(base, **more)
        if names:
            env["LD_PRELOAD"] = ":".join(cls.path(n) for n in names)
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + \
                ":verify_asan_link_order=0"
        return env


class Run:
    """One run of the client, as who started it sees it."""

    def __init__(self, argv, p, seconds):
        self.argv, self.status, self.seconds = argv, p.returncode, seconds
        self.err = p.stderr.decode("utf-8", "replace")
        self.out = p.stdout.decode("utf-8", "replace")
        found = re.search(r"\[([a-z0-9-]+)\]\n", self.err)
        self.code = found.group(1) if found else ""
        assert "Sanitizer" not in self.err, self.err
        assert "runtime error" not in self.err, self.err

    def __str__(self):
        if self.status == -signal.SIGKILL:
            return "killed"
        return ("%d %s" % (self.status, self.code)).strip()


class Scene:
    """Paths are under self.dir; the client runs there."""

    def __init__(self, size=20000, script=()):
        self.dir = tempfile.mkdtemp(prefix="sigill-faults-")
        scratch.copy_certs(self.dir)
        self.spool = self.path("spool")
        for name in "spool", "verdicts":
            os.mkdir(self.path(name), 0o700)
        self.env = dict(os.environ, HOME=self.dir, LC_ALL="C.UTF-8",
                        no_proxy="*")
        self.env.pop("XDG_CONFIG_HOME", None)
        self.env.pop("XDG_STATE_HOME", None)
        # The client pauses between tries and waits for what does not come.
        self.client_env = self.client()
        self.process, self.port, self.log = None, None, []
        self.supervisor, self.restarting = None, threading.Lock()
        self.runs = []
        self.line = Line(None, script)
        self.configure()
        if size:
            self.seal("a.sigill", size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.supervisor:
            self.stop_supervised()
        if self.process:
            self.kill()
        self.line.close()
        shutil.rmtree(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    # --- the client ---------------------------------------------------------

    def client(self, *libraries, **more):
        """Its environment; its time runs faster than the portal's."""
        return Libraries.env(self.env, "clock", *libraries,
                             **dict({"HURRY": "30"}, **more))

    def configure(self, port=None, identity=KOPING, name="sigill.conf"):
        with open(self.path(name), "w") as f:
            f.write(scratch.CONFIG.format(**dict(
                scratch.DEFAULTS, identity=identity,
                portal="https://localhost:%d" % (port or self.line.port))))

    def seal(self, name, size, signer=KOPING):
        subprocess.run([portal_case.MAKE_SEALED, self.path(signer),
                        self.path("intake-p256"), str(size),
                        self.path(name)], check=True)

    def sigill(self, *args, env=None, config="sigill.conf"):
        argv = [SIGILL, *args, "--config", config]
        began = time.monotonic()
        p = subprocess.run(argv, cwd=self.dir, env=env or self.client_env,
                           stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=BOUND)
        return Run(argv, p, time.monotonic() - began)

    def send(self, name="a.sigill", **kw):
        self.runs.append(self.sigill("send", name, **kw))
        return self.runs[-1]

    def deliver(self, name="a.sigill", **kw):
        """Until it has arrived, as somebody would who reads the exit."""
        for _ in range(RUNS):
            run = self.send(name, **kw)
            if run.status == 0:
                return
            assert run.status == 75 or run.status == -signal.SIGKILL, \
                (str(run), run.err)
        raise AssertionError([str(r) for r in self.runs] +
                             [self.runs[-1].err])

    # --- the portal ---------------------------------------------------------

    def start(self, env=None, **changes):
        """Returns when it listens, or has ended: false then."""
        with open(self.path("portal.conf"), "w") as f:
            f.write(portal_case.CONFIG.format(**dict(
                portal_case.DEFAULTS, **changes)))
        p = subprocess.Popen([PORTAL, "--config", self.path("portal.conf")],
                             stdin=subprocess.DEVNULL, env=env or self.env,
                             stderr=subprocess.PIPE)
        began = threading.Event()

        def read():
            for line in p.stderr:
                line = line.decode("utf-8", "replace")
                self.log.append(line)
                found = re.search(r"listening.*port=(\d+)", line)
                if found:
                    self.port = int(found.group(1))
                    began.set()
            began.set()
        self.port = None
        self.reader = threading.Thread(target=read)
        self.reader.start()
        assert began.wait(BOUND), "the portal does not start"
        self.process = p
        if self.port is None:
            self.ended()
            return False
        self.line.retarget(self.port)
        return True

    def ended(self):
        """The exit of a portal that ends or has ended."""
        p, self.process = self.process, None
        status = p.wait(BOUND)
        self.reader.join()
        p.stderr.close()
        text = "".join(self.log)
        assert "Sanitizer" not in text and "runtime error" not in text, text
        return status

    def kill(self):
        self.line.retarget(None)
        self.process.kill()
        return self.ended()

    def stop(self):
        self.line.retarget(None)
        self.process.terminate()
        return self.ended()

    def sweep(self):
        """What it does every now and then, at once."""
        self.process.send_signal(signal.SIGHUP)

    def supervise(self):
        """When it is killed, it is started again, as systemd would."""
        first = self.process

        def watch():
            if first.wait() == -signal.SIGKILL:
                with self.restarting:
                    self.line.retarget(None)
                    self.ended()
                    self.start()
        self.supervised = first
        self.supervisor = threading.Thread(target=watch)
        self.supervisor.start()

    def stop_supervised(self):
        """True when it was never killed, while stopping neither."""
        with self.restarting:
            self.process.terminate()
        self.supervisor.join()
        self.supervisor = None
        unharmed = self.process is self.supervised
        if not unharmed:
            self.process.terminate()
        assert self.ended() == 0, self.log
        return unharmed

    def logged(self, word):
        return any(word in line for line in list(self.log))

    def stored(self):
        return self.logged(" stored ")

    def ask(self, method, path, headers=(), body=b""):
        """Without the line between."""
        with portal_case.Connection(self.dir, self.port, KOPING) as c:
            return c.request(method, path, headers, body)

    def forget(self, name):
        """Takes a whole submission, which a test handed in by itself, out of
        the spool and the ledger."""
        digest = hashlib.sha256(self.read(name)).digest()
        self.stop()
        os.unlink("%s/%s.sigill" % (self.spool, digest.hex()))
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            for table in "uploads", "receipts":
                n = db.execute("DELETE FROM %s WHERE digest = ?" % table,
                               (digest,)).rowcount
                assert n == 1, (table, n)

    # --- what must be so ----------------------------------------------------

    def sealed_files(self):
        return sorted(n for n in os.listdir(self.spool)
                      if not n.startswith("."))

    def ledger(self, query):
        with closing(sqlite3.connect(
                self.spool + "/.portal/ledger.db")) as db:
            return db.execute(query).fetchall()

    def check(self, name="a.sigill", unfinished=0):
        """
        The invariant, when a delivery has ended: one file in the spool, the
        one that was sent; one upload and one stored receipt in the ledger;
        the receipt that the client keeps is that one, and it verifies;
        nothing partial is left, here or there, but for so many uploads that
        were given up unfinished.
        """
        if self.process is None:
            assert self.start()     # whatever a crash left, it clears away
        assert self.stop() == 0, self.log
        data = self.read(name)
        digest = hashlib.sha256(data)
        assert self.sealed_files() == [digest.hexdigest() + ".sigill"], \
            self.sealed_files()
        stored = self.read("spool/" + self.sealed_files()[0])
        assert hashlib.sha256(stored).digest() == digest.digest()
        partial = os.listdir(self.spool + "/.portal/partial")
        assert len(partial) == unfinished, partial
        rows = self.ledger("SELECT digest, length FROM uploads "
                           "WHERE complete = 1")
        assert rows == [(digest.digest(), len(data))], rows
        open_rows = self.ledger("SELECT id FROM uploads WHERE complete = 0")
        assert sorted(r[0] for r in open_rows) == sorted(partial), open_rows
        receipts = self.ledger("SELECT digest, stage, bytes FROM receipts")
        assert [r[:2] for r in receipts] == [(digest.digest(), "stored")]
        kept = self.read(name + ".stored.p7s")
        assert kept == receipts[0][2], "another receipt than the ledger's"
        verdict = self.sigill("receipt", name + ".stored.p7s",
                              "--sealed", name)
        assert verdict.status == 0, verdict.err
        self.check_folder()

    def check_nothing_arrived(self):
        """Nothing that looks like a submission, here or there."""
        assert self.sealed_files() == [], self.sealed_files()
        assert self.ledger("SELECT * FROM receipts") == []
        assert glob.glob(self.path("*.p7s")) == []
        self.check_folder()

    def check_no_empty_promise(self):
        """Whatever else is wrong: no receipt without its file, not even one
        that nobody has been given."""
        files = self.sealed_files()
        for digest, in self.ledger("SELECT digest FROM receipts"):
            assert digest.hex() + ".sigill" in files, (digest.hex(), files)

    def check_folder(self):
        """No half-written file beside the sender's own.  A client that was
        killed may leave the file that it was about to name, hidden."""
        left = [n for n in os.listdir(self.dir)
                if n.startswith(".") and n != ".local"]
        killed = any(str(r) == "killed" for r in self.runs)
        assert not left or killed, left


def wait_for(so):
    """Until it is so; what nobody announces is looked for."""
    end = time.monotonic() + BOUND
    while not so():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


class SenderAuthority:
    """Another issuer of senders' certificates, which the portal of a folder
    then trusts as well: the sample's own has thrown its key away."""

    def __init__(self, folder):
        self.folder = folder
        self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "scratch-ca.key",
            "-out", "scratch-ca.pem", "-days", "3650", "-subj",
            "/C=SE/O=Prov/CN=Scratch sender CA TEST ONLY", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign")
        with open(folder + "/sender-ca.pem", "a") as anchors, \
                open(folder + "/scratch-ca.pem") as new:
            anchors.write(new.read())
        with open(folder + "/scratch.cnf", "w") as f:
            f.write("basicConstraints = critical,CA:false\n"
                    "keyUsage = critical,digitalSignature,nonRepudiation\n"
                    "extendedKeyUsage = clientAuth,emailProtection\n"
                    "subjectKeyIdentifier = hash\n"
                    "authorityKeyIdentifier = keyid:always\n")

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True,
                       stderr=subprocess.DEVNULL)

    def issue(self, name, number):
        """NAME.pem and NAME.key for an organisation number."""
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     name + ".key", "-out", name + ".csr", "-subj",
                     "/C=SE/O=Prov %s/serialNumber=%s/CN=Prov TEST ONLY" %
                     (number, number))
        os.chmod("%s/%s.key" % (self.folder, name), 0o600)
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA",
                     "scratch-ca.pem", "-CAkey", "scratch-ca.key", "-days",
                     "3650", "-extfile", "scratch.cnf", "-out",
                     name + ".pem")
