#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill doctor on this machine: each check with the real thing in order,
soon to be out of order, and out of order."""
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from doctor_case import DOCUMENTS, STATUS, Doctor  # noqa: E402
from scratch import BIN, SwedishScratch  # noqa: E402
from test_sigill import on_terminal  # noqa: E402


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
        self.skipped("access")
        self.assertIn("it needs your key", self.sigill("doctor").out)
        self.write("pass", "korrekt häst\n")
        p = self.sigill("doctor", "--json", "--passphrase-file", "pass")
        key = [c for c in json.loads(p.out)["checks"] if c["check"] == "key"]
        self.assertEqual(key[0]["result"], "ok")

        # A person is asked, once.
        for word, result in ("korrekt häst", "ok "), ("fel häst", "problem"):
            _, out = on_terminal(self, ["doctor", "--config", "sigill.conf"],
                                 [word])
            self.assertEqual(out.count("Passphrase for"), 1)
            self.assertRegex(out, r"(?m)^%s +Your key " % result)

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

    def rounds(self, *rounds):
        text = self.read("sigill.conf").decode().split("[round ")[0]
        self.write("sigill.conf", text + "".join(
            "[round %s]\ncloses = %s\n" % r for r in rounds))

    def test_deadlines(self):
        c = self.ok("rounds")
        self.assertEqual((c["closes"], c["detail"]),
                         ({}, "no deadline is set"))
        self.rounds(("2021", "2022-03-31"), ("2023", "2098-03-31"))
        c = self.ok("rounds")
        self.assertEqual(c["closes"], {"2021": "2022-03-31T00:00:00Z",
                                       "2023": "2098-03-31T00:00:00Z"})
        self.assertEqual(c["detail"], "2021 closed 2022-03-31, "
                         "2023 closes 2098-03-31")
        self.rounds(("2021", "2022-03-31"))
        self.assertIn("next one", self.warning("rounds", "config")["advice"])

    def test_deadline_that_is_not_set(self):
        env, _ = self.proxy(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        self.sigill("submit", "a.json", env=env)
        self.rounds(("2026", "2098-03-31"))
        c = self.warning("rounds", "config")
        self.assertIn("round 2023", c["detail"])
        self.assertIn("[round 2023]", c["advice"])
        self.rounds(("2023", "2098-03-31"))
        self.ok("rounds")

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
