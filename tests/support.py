# SPDX-License-Identifier: EUPL-1.2
"""What several of the test files need: the programs, a scratch folder with
the test PKI in it, configurations, and a real portal."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

BUILD = os.path.abspath(os.environ.get("SIGILL_BUILD", "build"))
SIGILL = BUILD + "/bin/sigill"
VERIFY = BUILD + "/bin/sigill-verify"
PORTAL = BUILD + "/bin/sigill-portal"
INFOSAK = os.path.abspath("samples/exempelkoping-infosakkollen-2023.json")
ITSAK = os.path.abspath("samples/exempelkoping-itsakkollen-2023.json")

SENDER_CONF = """[sigill]
environment = test
[identity]
certificate = pki/{org}.pem
key = pki/{org}.key
[authority]
name = Myndigheten Exempel TEST ONLY
portal = https://127.0.0.1:{port}
portal_anchors = pki/tls-root.pem
recipients = recipients.pem
anchors = pki/authority-root.pem
portal_signers = pki/portal-receipts.pem
intake_signers = pki/intake-receipts.pem
"""

VERIFY_CONF = """[authority]
name = Myndigheten Exempel TEST ONLY
environment = test
[senders]
anchors = pki/sender-ca.pem
crls = pki/sender-ca.crl
[recipient 2026]
certificate = pki/intake-p256.pem
key = pki/intake-p256.key
[receipts]
certificate = pki/intake-receipts.pem
key = pki/intake-receipts.key
[round 2023]
opens = 2023-05-17
closes = 2099-12-31
"""

PORTAL_CONF = """[authority]
name = Myndigheten Exempel TEST ONLY
environment = test
[portal]
listen = 127.0.0.1:0
certificate = pki/portal-tls.pem
key = pki/portal-tls.key
spool = spool
verdicts = verdicts
[senders]
anchors = pki/sender-ca.pem
crls = pki/sender-ca.crl
[receipts]
certificate = pki/portal-receipts.pem
key = pki/portal-receipts.key
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def run(*argv, data=None, env=None):
    """The finished process; a sanitizer's report is an error by itself."""
    p = subprocess.run(argv, input=data, env=env, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE,
                       **({} if data is not None
                          else {"stdin": subprocess.DEVNULL}))
    for word in b"Sanitizer", b"runtime error:":
        if word in p.stderr:
            raise AssertionError(p.stderr.decode("utf-8", "replace"))
    return p


def call(*argv, data=None):
    """Standard output of a command that must end with 0."""
    p = run(*argv, data=data)
    if p.returncode != 0:
        raise AssertionError("%s ended with %d: %s" % (
            argv, p.returncode, p.stderr.decode("utf-8", "replace")))
    return p.stdout


class Scratch:
    """A folder with the PKI (keys 0600) and everybody's configuration."""

    def __init__(self, org="exempelkoping"):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        shutil.copytree("certs-sample", self.at("pki"))
        for name in os.listdir(self.at("pki")):
            if name.endswith(".key"):
                os.chmod(self.at("pki/" + name), 0o600)
        with open(self.at("recipients.pem"), "wb") as f:
            for name in "intake-rsa", "intake-p256", "intake-p384":
                f.write(read(self.at("pki/%s.pem" % name)))
        self.org = org
        self.sender = self.sender_conf(org)
        self.verify = write(self.at("verify.conf"), VERIFY_CONF)
        for name in "spool", "verdicts":
            os.mkdir(self.at(name), 0o700)

    def at(self, name):
        return os.path.join(self.dir, name)

    def sender_conf(self, org, port=1):
        return write(self.at(org + ".conf"),
                     SENDER_CONF.format(org=org, port=port))

    def remove(self):
        shutil.rmtree(self.dir)


class Portal:
    """A real sigill-portal of a Scratch; stop it, or use it as a context.
    The sender's configuration then names its port."""

    def __init__(self, scratch):
        conf = write(scratch.at("portal.conf"), PORTAL_CONF)
        self.log = []
        self.process = subprocess.Popen(
            [PORTAL, "--config", conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.port = None
        for line in self.process.stderr:
            self.log.append(line)
            found = re.search(rb"listening.*port=(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        if self.port is None:
            self.process.wait()
            raise AssertionError(b"".join(self.log).decode())
        # Somebody must read on, or the portal would wait for the pipe.
        self.reader = threading.Thread(
            target=lambda: self.log.extend(self.process.stderr))
        self.reader.start()
        scratch.sender_conf(scratch.org, self.port)

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        status = self.process.wait(timeout=20)
        self.reader.join()
        self.process.stderr.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.stop()
