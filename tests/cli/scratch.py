# SPDX-License-Identifier: EUPL-1.2
"""A scratch folder with a sender in it, and ways of running sigill as a person
or a cron job would.  Shared by the tests of the sender's command."""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.path.abspath(os.environ.get("SIGILL_BUILD", "build"))
BIN = BUILD + "/bin/sigill"
CERTS = os.path.abspath("certs-sample")
SAMPLE = os.path.abspath("samples/exempelkoping-infosakkollen-2023.json")
AUTHORITY = "Provmyndigheten"

CONFIG = """[sigill]
environment = {environment}
[identity]
certificate = {identity}.pem
key = {identity}.key
[authority]
name = {authority}
portal = {portal}
portal_anchors = {portal_anchors}
recipients = {recipients}
anchors = {anchors}
portal_signers = {portal_signers}
intake_signers = intake-receipts.pem
"""
DEFAULTS = dict(environment="test", identity="exempelkoping",
                authority=AUTHORITY, portal="https://localhost:1",
                portal_anchors="tls-root.pem", recipients="recipients.pem",
                anchors="authority-root.pem",
                portal_signers="portal-receipts.pem")


def copy_certs(to):
    """What is in certs-sample, with the modes that keys must have."""
    for path in glob.glob(CERTS + "/*.pem") + glob.glob(CERTS + "/*.crl"):
        shutil.copy(path, to)
    for path in glob.glob(CERTS + "/*.key"):
        copy = shutil.copy(path, to)
        os.chmod(copy, 0o600)
    with open(to + "/recipients.pem", "w") as f:
        for name in "intake-rsa", "intake-p256":
            with open("%s/%s.pem" % (CERTS, name)) as one:
                f.write(one.read())


class Scratch(unittest.TestCase):
    """One folder for each test; self.dir is also where sigill runs."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        copy_certs(self.dir)
        self.configure()
        shutil.copy(SAMPLE, self.dir + "/a.json")
        self.env = dict(os.environ, HOME=self.dir, LC_ALL="C.UTF-8",
                        TZ="UTC", no_proxy="*")
        self.env.pop("XDG_CONFIG_HOME", None)
        self.before = self.files()

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path(name), mode)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def answers(self):
        return json.loads(self.read("a.json"))

    def configure(self, name="sigill.conf", extra="", **changes):
        return self.write(name, CONFIG.format(**dict(DEFAULTS, **changes)) +
                          extra)

    def files(self):
        return set(os.listdir(self.dir))

    def new_files(self):
        return self.files() - self.before

    def sigill(self, *args, config="sigill.conf", stdin=None, env=None, **kw):
        """Without a terminal, as in a cron job."""
        argv = [BIN, *args]
        if config is not None:
            argv += ["--config", config]
        p = subprocess.run(argv, cwd=self.dir, env=env or self.env,
                           input=stdin, capture_output=True, timeout=120,
                           stdin=subprocess.DEVNULL if stdin is None else None,
                           start_new_session=True, **kw)
        p.out = p.stdout.decode("utf-8", "replace")
        p.err = p.stderr.decode("utf-8", "replace")
        return p

    def good(self, *args, **kw):
        p = self.sigill(*args, **kw)
        self.assertEqual((p.returncode, p.err), (0, ""), p.out)
        return p

    def bad(self, status, code, *args, leaves=(), **kw):
        """Refused with this status and stable code, a hint line under an
        error line, and no file left behind."""
        p = self.sigill(*args, **kw)
        self.assertEqual(p.returncode, status, p.out + p.err)
        self.assertIn("[%s]\n" % code, p.err)
        for line in p.err.splitlines():
            self.assertRegex(line, r"^sigill: (error|hint): |^sigill: and ")
        self.assertEqual(self.new_files(), set(leaves))
        return p

    def json(self, *args, status=0, **kw):
        """--json: one document and nothing else."""
        p = self.sigill(*args, "--json", **kw)
        self.assertEqual((p.returncode, p.err), (status, ""), p.out)
        doc = json.loads(p.out)
        self.assertEqual(doc["ok"], status == 0)
        self.assertEqual("errors" in doc, status != 0)
        return doc

    def seal(self, name="a.json"):
        self.good("seal", name)
        self.before = self.files()
        return name.replace(".json", ".sigill")


class SwedishScratch(Scratch):
    """The same for a Swedish reader."""

    @classmethod
    def setUpClass(cls):
        """Also where only C.UTF-8 is installed: a locale of our own."""
        cls.locales = tempfile.mkdtemp(prefix="sigill-locale-")
        subprocess.run(["localedef", "-i", "sv_SE", "-f", "UTF-8",
                        cls.locales + "/sv_SE.UTF-8"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.locales)

    def setUp(self):
        super().setUp()
        self.env.update(LC_ALL="C.UTF-8", LANGUAGE="sv")
        if os.path.isdir(self.locales + "/sv_SE.UTF-8"):
            # glibc itself leaks a string when there is a LOCPATH.
            self.write("lsan", "leak:argz_add_sep\n")
            self.env.update(LC_ALL="sv_SE.UTF-8", LOCPATH=self.locales,
                            LSAN_OPTIONS="print_suppressions=0:"
                            "suppressions=" + self.path("lsan"))
            del self.env["LANGUAGE"]
        self.before = self.files()
