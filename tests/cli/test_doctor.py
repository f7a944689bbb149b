#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill doctor: each check with the real thing in order, soon to be out of
order, and out of order; and that it leaves nothing at the portal."""
import json
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import BIN, BUILD, Scratch, SwedishScratch  # noqa: E402
from test_sigill_send import Portal  # noqa: E402

# In the order in which they are made.
CHECKS = ["configuration", "certificate", "chain", "key", "recipients",
          "receipt-signers", "anchors", "questionnaires", "outbox", "disk",
          "proxy", "name", "connection", "clock", "health", "access"]
STATUS = {"config": 78, "config-missing": 78, "certificate": 77,
          "signer-expired": 77, "signer-usage": 77, "signer-untrusted": 77,
          "test-certificate": 77, "organisation-number": 65, "key-mode": 77,
          "key": 77, "key-mismatch": 77, "passphrase-needed": 77,
          "no-input": 66, "recipient-certificate": 77, "receipt-signer": 77,
          "definition": 65, "json": 65, "outbox": 74, "no-space": 74,
          "io": 74, "no-network": 75, "proxy": 69, "interrupted": 75,
          "proxy-authentication": 77, "portal-certificate": 77,
          "client-certificate": 77, "clock": 78, "portal-busy": 75,
          "protocol": 76}
EXTENSIONS = """[v]
basicConstraints = critical,CA:false
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
keyUsage = critical,%s
extendedKeyUsage = %s
[root]
basicConstraints = critical,CA:true
subjectKeyIdentifier = hash
keyUsage = critical,keyCertSign,cRLSign
[req]
distinguished_name = dn
[dn]
"""
SENDER = "digitalSignature,nonRepudiation", "clientAuth,emailProtection"
DOCUMENTS = "digitalSignature", "1.3.6.1.5.5.7.3.36"
SUBJECT = "/C=SE/O=Exempel TEST ONLY/organizationIdentifier=NTRSE-%s/CN=x"


class Doctor(Scratch):
    def setUp(self):
        super().setUp()
        self.outbox = self.path(".local/state/sigill/outbox")

    def examine(self, **kw):
        """What it says of each check, all told; the exit status is that of
        the first problem."""
        p = self.sigill("doctor", "--json", **kw)
        self.assertEqual(p.err, "", p.out)
        doc = json.loads(p.out)
        checks = doc["checks"]
        problems = [c["code"] for c in checks if c["result"] == "problem"]
        self.assertEqual(doc["ok"], not problems)
        self.assertEqual([e["code"] for e in doc.get("errors", [])],
                         problems)
        self.assertEqual(p.returncode,
                         STATUS[problems[0]] if problems else 0, p.out)
        # Each check speaks, in its place, and says what to do.
        names = [c["check"] for c in checks]
        self.assertEqual(sorted(names, key=CHECKS.index), names)
        self.assertEqual(set(names), set(CHECKS))
        for c in checks:
            self.assertTrue(c["detail"], c)
            self.assertIn(c["result"], ("ok", "warning", "problem",
                                        "skipped"))
            bad = c["result"] in ("warning", "problem")
            self.assertEqual("code" in c, bad, c)
            self.assertEqual("advice" in c, bad, c)
        return checks

    def about(self, check, **kw):
        """The results and codes of one check, and all that it said."""
        said = [c for c in self.examine(**kw) if c["check"] == check]
        return [(c["result"], c.get("code")) for c in said], said

    def ok(self, check, n=1, **kw):
        results, said = self.about(check, **kw)
        self.assertEqual(results, [("ok", None)] * n, said)
        return said[0]

    def warning(self, check, code, **kw):
        results, said = self.about(check, **kw)
        self.assertIn(("warning", code), results, said)
        self.assertNotIn("problem", [r for r, _ in results], said)
        return said[[r for r, _ in results].index("warning")]

    def problem(self, check, *codes, **kw):
        results, said = self.about(check, **kw)
        self.assertEqual([c for r, c in results if r == "problem"],
                         list(codes), said)
        return said[[r for r, _ in results].index("problem")]

    def skipped(self, check, **kw):
        results, said = self.about(check, **kw)
        self.assertEqual([r for r, _ in results], ["skipped"] * len(said))

    # --- what the checks are given ---

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.dir, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def make_root(self, name="root", days=4000):
        self.write("ext.cnf", EXTENSIONS % DOCUMENTS)
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     name + ".key", "-out", name + ".pem", "-days", str(days),
                     "-config", "ext.cnf", "-extensions", "root", "-subj",
                     "/CN=%s TEST ONLY" % name)

    def issue(self, name, days, usage=SENDER, number="2199990017",
              subject=SUBJECT, more=""):
        """A certificate that ends in so many days, from self.make_root."""
        self.write("ext.cnf", (EXTENSIONS % usage).replace("[root]",
                                                           more + "[root]"))
        self.openssl("req", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     name + ".key", "-out", name + ".csr", "-config",
                     "ext.cnf", "-subj", subject % number if "%" in subject
                     else subject)
        os.chmod(self.path(name + ".key"), 0o600)
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA", "root.pem",
                     "-CAkey", "root.key", "-days", str(days), "-extfile",
                     "ext.cnf", "-extensions", "v", "-out", name + ".pem")

    def preload(self, name, **env):
        lib = self.path(name + ".so")
        if not os.path.exists(lib):
            subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                            lib, "tests/cli/%s.c" % name], check=True)
        return dict(self.env, LD_PRELOAD=lib,
                    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
                    ":verify_asan_link_order=0", **env)

    def clock(self, seconds):
        """A machine whose clock is that far off."""
        return self.preload("moved_clock", MOVED_CLOCK=str(seconds))

    def proxy(self, reply, user=""):
        """A proxy that answers only this; its environment and address."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def run():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(reply)
        threading.Thread(target=run, daemon=True).start()
        address = "127.0.0.1:%d" % listener.getsockname()[1]
        return dict(self.env, no_proxy="",
                    https_proxy="http://%s%s" % (user, address)), address


class Configuration(Doctor):
    def test_none(self):
        p = self.problem("configuration", "config-missing", config=None)
        self.assertIn("sigill init", p["advice"])
        checks = self.examine(config=None)
        for c in checks:
            if c["check"] not in ("configuration", "questionnaires"):
                self.assertEqual(c["result"], "skipped", c)
        # It begins nothing on its own.
        self.assertFalse(os.path.exists(self.outbox))

    def test_none_in_words(self):
        p = self.sigill("doctor", config=None)
        self.assertEqual((p.returncode, p.err), (78, ""))
        self.assertRegex(p.out, r"(?m)^problem +Configuration .*"
                         r"\[config-missing\]\n +begin with 'sigill init'")
        self.assertNotIn("skipped", p.out)

    def test_named_and_missing(self):
        p = self.problem("configuration", "config-missing", config="no.conf")
        self.assertIn("no.conf", p["detail"])

    def test_good(self):
        c = self.ok("configuration")
        self.assertIn("sigill.conf", c["detail"])
        self.assertEqual(c["environment"], "test")
        self.assertIn("TEST", c["detail"])

    def test_cannot_be_read(self):
        self.write("sigill.conf", "[sigill]\nenvironment = test\nnonsense\n")
        p = self.problem("configuration", "config")
        self.assertIn("sigill.conf:3", p["detail"])
        self.skipped("certificate")
        self.skipped("outbox")

    def test_half(self):
        self.write("sigill.conf", "[sigill]\nenvironment = test\n[authority]\n"
                   "anchors = authority-root.pem\n[identity]\n"
                   "certificate = exempelkoping.pem\n")
        p = self.problem("configuration", "config")
        for key in ("[identity] key", "[authority] portal,",
                    "[authority] recipients", "[authority] portal_signers"):
            self.assertIn(key, p["detail"])
        self.assertNotIn("certificate", p["detail"])
        self.ok("certificate")
        for check in ("key", "recipients", "proxy", "name", "connection",
                      "clock", "health", "access"):
            self.skipped(check)

    def test_portal_without_tls(self):
        self.configure(portal="http://localhost:1")
        self.problem("configuration", "config")

    def test_anybody_can_change_it(self):
        os.chmod(self.path("sigill.conf"), 0o666)
        self.warning("configuration", "config")


class Identity(Doctor):
    def test_good(self):
        c = self.ok("certificate")
        self.assertEqual(c["organisation"], "2199990017")
        self.assertEqual(c["not_after"], "2045-01-01T00:00:00Z")
        self.assertIn("219999-0017", c["detail"])
        self.ok("key")
        self.ok("chain")

    def test_expired(self):
        self.configure(identity="expired")
        p = self.problem("certificate", "signer-expired")
        self.assertIn("2021-01-01", p["detail"])
        self.assertEqual(p["organisation"], "2199990017")
        self.ok("key")

    def test_not_yet_valid(self):
        p = self.problem("certificate", "signer-expired",
                         env=self.clock(-5 * 365 * 86400))
        self.assertIn("clock", p["advice"])

    def test_ends_soon(self):
        self.make_root()
        for days, result in (29, self.warning), (32, self.ok):
            self.issue("soon", days)
            self.configure(identity="soon")
            args = ["signer-expired"] if days < 30 else []
            c = result("certificate", *args)
            self.assertIn(c["not_after"][:10], c["detail"])

    def test_wrong_usage(self):
        self.configure(identity="wrong-usage")
        self.problem("certificate", "signer-usage", "certificate")
        # Good for signing, but not for the connection; and the reverse.
        self.make_root()
        for usage, code in (
                (("digitalSignature", "emailProtection"), "certificate"),
                (("nonRepudiation", "clientAuth,emailProtection"),
                 "certificate"),
                (("digitalSignature", "clientAuth"), "signer-usage")):
            self.issue("one", 100, usage)
            self.configure(identity="one")
            self.problem("certificate", code)

    def test_organisation(self):
        self.make_root()
        self.issue("one", 100, subject="/CN=nobody in particular")
        self.configure(identity="one")
        p = self.problem("certificate", "certificate")
        self.assertIn("organisation number", p["detail"])
        self.issue("one", 100, number="2199990018")
        self.problem("certificate", "organisation-number")

    def test_test_certificate_in_production(self):
        self.configure(environment="production")
        self.problem("certificate", "test-certificate")
        self.problem("recipients", "test-certificate")
        self.problem("receipt-signers", "test-certificate",
                     "test-certificate")

    def test_all_that_is_wrong_with_it(self):
        self.configure(identity="expired", environment="production")
        self.problem("certificate", "signer-expired", "test-certificate")

    def test_no_such_file(self):
        os.unlink(self.path("exempelkoping.pem"))
        self.problem("certificate", "no-input")
        self.ok("key")

    def test_key_of_another(self):
        shutil.copy(self.path("expired.key"), self.path("exempelkoping.key"))
        self.problem("key", "key-mismatch")
        self.skipped("access")

    def test_key_that_others_can_read(self):
        os.chmod(self.path("exempelkoping.key"), 0o640)
        p = self.problem("key", "key-mode")
        self.assertIn("chmod", p["advice"])

    def test_key_that_is_none(self):
        self.write("exempelkoping.key", "nothing\n")
        self.problem("key", "key")

    def test_passphrase(self):
        self.openssl("pkcs8", "-topk8", "-in", "exempelkoping.key", "-out",
                     "locked.key", "-passout", "pass:korrekt häst",
                     "-iter", "2048")
        os.chmod(self.path("locked.key"), 0o600)
        os.rename(self.path("locked.key"), self.path("exempelkoping.key"))
        self.problem("key", "passphrase-needed")
        self.write("pass", "korrekt häst\n")
        p = self.sigill("doctor", "--json", "--passphrase-file", "pass")
        key = [c for c in json.loads(p.out)["checks"] if c["check"] == "key"]
        self.assertEqual(key[0]["result"], "ok")

    def chain(self, path):
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf", text.replace(
            "[authority]", "chain = %s\n[authority]" % path))

    def test_chain(self):
        self.configure(identity="issued")
        self.chain("issuing-ca.pem")
        c = self.ok("chain")
        self.assertEqual(c["certificates"], 1)

    def test_chain_of_another(self):
        self.chain("issuing-ca.pem")
        self.problem("chain", "signer-untrusted")

    def test_chain_out_of_date(self):
        self.chain("expired.pem")
        self.problem("chain", "signer-expired")

    def test_chain_that_ends_soon(self):
        self.make_root(days=10)
        self.issue("one", 9)
        self.configure(identity="one")
        self.chain("root.pem")
        self.warning("chain", "signer-expired")

    def test_chain_too_long(self):
        self.configure(identity="issued")
        self.write("long.pem", b"".join(self.read(n + ".pem") for n in (
            "issuing-ca", "sender-ca", "other-ca", "tls-root")))
        self.chain("long.pem")
        self.problem("chain", "certificate")


class Authority(Doctor):
    """What comes from the authority."""
    def test_good(self):
        self.assertEqual(self.ok("recipients")["certificates"], 2)
        self.ok("receipt-signers", 2)
        self.ok("anchors", 2)

    def test_recipient_from_elsewhere(self):
        self.configure(anchors="other-ca.pem")
        self.problem("recipients", "recipient-certificate")
        self.problem("receipt-signers", "receipt-signer", "receipt-signer")

    def test_recipient_out_of_date(self):
        self.make_root()
        self.issue("old", 0, ("keyAgreement", "emailProtection"))
        self.configure(anchors="root.pem", recipients="old.pem")
        time.sleep(1.1)     # its last second
        self.problem("recipients", "recipient-certificate")

    def test_recipient_that_ends_soon(self):
        self.make_root()
        self.issue("one", 100, ("keyAgreement", "emailProtection"))
        self.issue("two", 20, ("keyAgreement", "emailProtection"))
        self.write("both.pem", self.read("one.pem") + self.read("two.pem"))
        self.configure(anchors="root.pem", recipients="both.pem")
        self.warning("recipients", "recipient-certificate")
        self.configure(anchors="root.pem", recipients="one.pem")
        self.ok("recipients")

    def test_recipient_twice(self):
        self.write("both.pem", self.read("intake-rsa.pem") * 2)
        self.configure(recipients="both.pem")
        self.problem("recipients", "recipient-certificate")

    def test_no_recipient(self):
        self.configure(recipients="a.json")
        self.problem("recipients", "certificate")

    def test_signer_that_ends_soon(self):
        self.make_root()
        self.issue("one", 20, DOCUMENTS)
        self.write("anchors.pem", self.read("root.pem") +
                   self.read("authority-root.pem"))
        self.configure(anchors="anchors.pem", portal_signers="one.pem")
        self.warning("receipt-signers", "receipt-signer")

    def test_old_signer_beside_a_new_one(self):
        """Kept for older receipts: no fault."""
        self.make_root()
        self.issue("old", 0, DOCUMENTS)
        time.sleep(1.1)
        self.write("anchors.pem", self.read("root.pem") +
                   self.read("authority-root.pem"))
        self.write("both.pem", self.read("old.pem") +
                   self.read("portal-receipts.pem"))
        self.configure(anchors="anchors.pem", portal_signers="both.pem")
        self.ok("receipt-signers", 2)
        self.configure(anchors="anchors.pem", portal_signers="old.pem")
        self.problem("receipt-signers", "receipt-signer")

    def test_signer_of_something_else(self):
        self.configure(portal_signers="exempelkoping.pem")
        self.problem("receipt-signers", "receipt-signer")

    def test_anchor_that_ends_soon(self):
        self.make_root(days=10)
        self.configure(portal_anchors="root.pem")
        self.warning("anchors", "certificate")

    def test_anchor_missing(self):
        os.unlink(self.path("tls-root.pem"))
        self.problem("anchors", "no-input")
        self.problem("connection", "no-input")


class Questionnaires(Doctor):
    def folder(self, name):
        with open(self.path("sigill.conf"), "a") as f:
            f.write("[questionnaires]\ndirectory = %s\n" % name)

    def test_installed(self):
        c = self.ok("questionnaires")
        self.assertIn("infosakkollen-2023", c["detail"])

    def test_configured(self):
        os.mkdir(self.path("q"))
        shutil.copy("tests/vectors/questionnaire.json", self.path("q"))
        before = self.ok("questionnaires")["definitions"]
        self.folder("q")
        self.assertEqual(self.ok("questionnaires")["definitions"],
                         before + 1)

    def test_damaged(self):
        os.mkdir(self.path("q"))
        self.write("q/one.json", "{")
        self.write("q/two.json", "{}")
        self.folder("q")
        self.problem("questionnaires", "json", "definition")

    def test_no_such_folder(self):
        self.folder("q")
        self.problem("questionnaires", "no-input")

    def test_none(self):
        os.makedirs(self.path("alone/bin"))
        shutil.copy(BIN, self.path("alone/bin/sigill"))
        p = subprocess.run(
            [self.path("alone/bin/sigill"), "doctor", "--json", "--config",
             "sigill.conf"], cwd=self.dir, env=self.env, capture_output=True,
            stdin=subprocess.DEVNULL)
        said = [c for c in json.loads(p.stdout)["checks"]
                if c["check"] == "questionnaires"]
        self.assertEqual([(c["result"], c["code"]) for c in said],
                         [("warning", "questionnaire-unknown")])


class Outbox(Doctor):
    def test_good(self):
        c = self.ok("outbox")
        self.assertEqual((c["waiting"], c["submissions"]), (0, 0))
        self.assertEqual(os.path.realpath(c["directory"]),
                         os.path.realpath(self.outbox))
        c = self.ok("disk")
        self.assertGreater(c["free_bytes"], c["needed_bytes"])
        # What was written to try the disk is gone.
        self.assertEqual([n for n in os.listdir(self.outbox)
                          if n != ".lock"], [])

    def test_others_can_write(self):
        os.makedirs(self.outbox)
        os.chmod(self.outbox, 0o777)
        self.problem("outbox", "outbox")
        self.skipped("disk")

    def test_others_can_read(self):
        os.makedirs(self.outbox)
        os.chmod(self.outbox, 0o755)
        self.warning("outbox", "outbox")

    def test_waiting(self):
        # A refusal that is not tried again.
        env, _ = self.proxy(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(self.sigill("submit", "a.json", env=env).returncode,
                         STATUS["proxy"])
        c = self.warning("outbox", "waiting")
        self.assertEqual((c["waiting"], c["submissions"]), (1, 1))
        self.assertEqual(c["waiting_since"][:10], c["detail"][-10:])
        self.assertIn("outbox flush", c["advice"])

    def test_broken_entry(self):
        os.makedirs(self.outbox, 0o700)
        os.mkdir(self.outbox + "/0000-0000-0000-0000")
        self.problem("outbox", "outbox")

    def test_limited(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        self.problem("disk", "io", preexec_fn=limit)

    def on_disk(self, size):
        """The check of a disk of that size."""
        os.makedirs(self.outbox, 0o700)
        script = ("mount -t tmpfs -o mode=700,%s none \"$1\" || exit 99; "
                  "exec \"$0\" doctor --json --config sigill.conf" % size)
        p = subprocess.run(["unshare", "-m", "sh", "-c", script, BIN,
                            self.outbox], cwd=self.dir, env=self.env,
                           capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot mount here")
        said = [c for c in json.loads(p.stdout)["checks"]
                if c["check"] == "disk"]
        self.assertEqual(len(said), 1)
        return said[0]

    def test_small_disk(self):
        c = self.on_disk("size=20m")
        self.assertEqual((c["result"], c["code"]), ("warning", "no-space"))
        self.assertLess(c["free_bytes"], c["needed_bytes"])

    def test_full_disk(self):
        c = self.on_disk("size=100k")
        self.assertEqual((c["result"], c["code"]), ("problem", "no-space"))

    def test_no_more_files(self):
        c = self.on_disk("size=200m,nr_inodes=6")
        self.assertEqual((c["result"], c["code"]), ("warning", "no-space"))
        self.assertLess(c["free_inodes"], 8)


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
        self.assertIn("cannot be delivered", p.out)

    def test_not_the_pinned_one(self):
        self.configure(portal=self.url, portal_anchors="other-ca.pem")
        self.problem("connection", "portal-certificate")
        self.skipped("access")

    def test_certificate_that_the_portal_does_not_accept(self):
        self.configure(portal=self.url, identity="other-ca-org")
        self.problem("access", "client-certificate")
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
        self.assertLess(time.monotonic() - began, 1.5)

    def test_answer_that_does_not_come(self):
        self.serve(lambda: time.sleep(30) or b"")
        env = self.preload("fast_clock", FAST_CLOCK="20")
        began = time.monotonic()
        self.problem("connection", "interrupted", env=env)
        self.assertLess(time.monotonic() - began, 1.5)


class Swedish(SwedishScratch):
    def test_words(self):
        os.chmod(self.path("exempelkoping.key"), 0o644)
        p = self.sigill("doctor")
        self.assertEqual((p.returncode, p.err), (77, ""))
        self.assertRegex(p.out, r"(?m)^problem +Er nyckel .*"
                         r"\[key-mode\]\n {28}kör chmod 600")
        self.assertRegex(p.out, r"(?m)^ej prövat +Klocka ")
        for word in "skipped", "valid until", "the portal", "missing":
            self.assertNotIn(word, p.out)
        # A program is told in English.
        p = self.sigill("doctor", "--json")
        self.assertIn("valid until", p.out)
        self.assertIn('"skipped"', p.out)


if __name__ == "__main__":
    unittest.main()
