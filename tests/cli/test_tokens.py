#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The authority's keys in a token: SoftHSM with the sample keys, used by
sigill-verify and by the intake service."""
import json
import os
import re
import signal
import sys
import time
import unittest

sys.path.insert(0, "tests")
from intake_case import IntakeCase, sha256
import support
from support import ITSAK, VERIFY, VERIFY_CONF, call, read, write

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "87654321"
KEYS = (("intake-p256", "01", "derive"), ("intake-p384", "02", "derive"),
        ("intake-rsa", "03", "decrypt"), ("intake-receipts", "04", "sign"))
KEY = re.compile(r"^key = pki/(.*)\.key$", re.M)


def in_token(text, token="authority", pin="pin", module=MODULE):
    """A configuration whose keys are files, with the keys in a token."""
    return "[pkcs11]\nmodule = %s\n" % module + KEY.sub(
        lambda m: "key = pkcs11:token=%s;object=%s;type=private\n"
        "passphrase_file = %s" % (token, m.group(1), pin), text)


class TokenCase(IntakeCase):
    def setUp(self):
        super().setUp()
        self.hsm("authority")
        before = os.environ.get("SOFTHSM2_CONF")
        os.environ["SOFTHSM2_CONF"] = self.at("hsm/softhsm2.conf")
        self.addCleanup(lambda: os.environ.pop("SOFTHSM2_CONF") if
                        before is None else
                        os.environ.update(SOFTHSM2_CONF=before))
        self.secret("pin", PIN)
        # Nothing here can be read from a file.
        for name, _, _ in KEYS:
            os.unlink(self.at("pki/%s.key" % name))

    def hsm(self, label, keys=KEYS):
        os.makedirs(self.at("hsm"), exist_ok=True)
        call("tests/make-token.sh", self.at("hsm"), label, PIN,
             *[x for name, number, usage in keys for x in (
                 self.at("pki/%s.key" % name), number, usage)])

    def secret(self, name, text):
        write(self.at(name), text + "\n")
        os.chmod(self.at(name), 0o600)

    def verify_conf(self, text=VERIFY_CONF, **where):
        return write(self.at("verify.conf"), in_token(text, **where))

    def verify(self, *args, conf, data=None):
        p = support.run(VERIFY, "--config", conf, "--json", *args, data=data)
        self.assertNotIn(PIN.encode(), p.stdout + p.stderr)
        return p.returncode, json.loads(p.stdout)


class Verifying(TokenCase):
    def sealed_for(self, *recipients):
        """A sealed file for these alone."""
        with open(self.at("recipients.pem"), "wb") as f:
            for name in recipients:
                f.write(read(self.at("pki/%s.pem" % name)))
        self.seal()
        return self.at("sealed-%d.sigill" % self.sealed)

    def test_every_kind_of_key_opens(self):
        for name, _, _ in KEYS[:3]:
            with self.subTest(key=name):
                conf = self.verify_conf(
                    VERIFY_CONF.replace("intake-p256", name))
                status, said = self.verify(self.sealed_for(name), conf=conf)
                self.assertEqual(status, 0, said)
                self.assertEqual(said["verdicts"][0]["verdict"], "accepted")

    def test_bad_files_are_told_as_with_key_files(self):
        path = self.sealed_for("intake-rsa", "intake-p256")
        data = bytearray(read(path))
        data[len(data) // 2] ^= 1
        with open(self.at("bad.sigill"), "wb") as f:
            f.write(data)
        status, said = self.verify(self.at("bad.sigill"), path,
                                   conf=self.verify_conf())
        self.assertEqual([v.get("error", {}).get("code")
                          for v in said["verdicts"]],
                         ["outer-signature", None])

    def test_receipts(self):
        path = self.sealed_for("intake-p256")
        os.mkdir(self.at("receipts"))
        status, said = self.verify("--receipts", self.at("receipts"), path,
                                   conf=self.verify_conf())
        self.assertEqual(status, 0, said)
        receipt, = self.files("receipts")
        self.assertEqual(receipt, "%s.accepted.p7s" % sha256(read(path)))
        der = read(self.at("receipts/" + receipt))
        self.assertEqual(self.content(der)["stage"], "accepted")
        call("openssl", "cms", "-verify", "-inform", "DER", "-binary",
             "-purpose", "any", "-CAfile", self.at("pki/authority-root.pem"),
             "-in", self.at("receipts/" + receipt))

    def fails(self, code, status, text=None, data=None, args=(), **where):
        conf = self.verify_conf(text or VERIFY_CONF, **where)
        got, said = self.verify(*args, "--receipts", self.at("spool"),
                                self.at("recipients.pem"), conf=conf,
                                data=data)
        self.assertEqual((said["error"]["code"], got), (code, status), said)
        return said["error"]

    def test_what_is_wrong_with_it(self):
        self.secret("wrong", "12121212")
        self.fails("passphrase", 77, pin="wrong")
        self.fails("key-service", 75, token="another")
        self.fails("token", 77, module="/nonexistent.so")
        self.fails("token", 77, VERIFY_CONF.replace(
            "pki/intake-p256.key", "pki/intake.key"))
        self.fails("key-mismatch", 77, VERIFY_CONF.replace(
            "pki/intake-p256.key", "pki/intake-p384.key"))
        os.chmod(self.at("pin"), 0o644)
        self.fails("key-mode", 77)

    def test_configuration(self):
        conf = in_token(VERIFY_CONF)
        for change in (("[pkcs11]\nmodule = %s\n" % MODULE, ""),
                       ("object=intake-p256", "object=intake-p256;x=1"),
                       ("object=intake-p256", "slot-id=1"),
                       ("type=private", "type=private?pin-value=" + PIN),
                       ("type=private", "type=public")):
            with self.subTest(change=change):
                path = write(self.at("verify.conf"),
                             conf.replace(*change, 1))
                status, said = self.verify(self.at("recipients.pem"),
                                           conf=path)
                self.assertEqual((said["error"]["code"], status),
                                 ("config", 78))

    def test_the_pin_from_a_descriptor(self):
        path = self.sealed_for("intake-p256")
        conf = write(self.at("verify.conf"), in_token(VERIFY_CONF).replace(
            "passphrase_file = pin\n", ""))
        status, said = self.verify("--passphrase-fd", "0", path, conf=conf,
                                   data=PIN.encode() + b"\n")
        self.assertEqual(status, 0, said)
        status, said = self.verify(path, conf=conf)
        self.assertEqual((said["error"]["code"], status),
                         ("passphrase-needed", 77))


class Serving(TokenCase):
    def configure(self, **changes):
        path = super().configure(**changes)
        write(path, in_token(read(path).decode()))
        return path

    def test_the_service(self):
        first, _ = self.seal()
        second, _ = self.seal(ITSAK)
        for data in first, second:
            self.spool(data)
        self.run_once()
        for data in first, second:
            self.assertEqual(self.state(sha256(data)), ("accepted", ""))
            self.assertEqual(self.content(self.receipt(sha256(data)))
                             ["stage"], "accepted")
        self.assertNotIn(PIN, self.log)

    def test_a_wrong_pin_is_told_at_the_start(self):
        self.secret("pin", "12121212")
        self.assertIn("passphrase", self.run_once(status=77))

    def test_the_token_goes_and_comes(self):
        service = self.start()
        first, _ = self.seal()
        service_sees = self.spool(first)
        service.wait_for("accepted", digest=service_sees)
        os.rename(self.at("hsm/tokens"), self.at("hsm/away"))
        os.mkdir(self.at("hsm/tokens"))
        second, _ = self.seal(ITSAK)
        digest = self.spool(second)
        end = time.monotonic() + 30
        # The signing key is in the token too: what needs it may come first.
        while not (self.state(digest) and "key-service" in service.log()):
            self.assertLess(time.monotonic(), end, service.log())
            time.sleep(0.1)
        # No fault of the file: it waits.
        self.assertEqual(self.state(digest)[0], "queued")
        os.rmdir(self.at("hsm/tokens"))
        os.rename(self.at("hsm/away"), self.at("hsm/tokens"))
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("accepted", digest=digest, timeout=120)
        self.assertEqual(service.stop(), 0)
        self.assertEqual(self.content(self.receipt(digest))["stage"],
                         "accepted")


if __name__ == "__main__":
    unittest.main()
