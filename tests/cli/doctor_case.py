# SPDX-License-Identifier: EUPL-1.2
"""What sigill doctor said, check by check, and what its checks are given:
certificates that end on any day, clocks that are wrong, proxies.  Shared by
its tests."""
import json
import os
import socket
import subprocess
import threading

from scratch import Scratch

# In the order in which they are made.
CHECKS = ["configuration", "certificate", "chain", "key", "recipients",
          "receipt-signers", "anchors", "questionnaires", "outbox", "rounds",
          "disk", "proxy", "name", "connection", "clock", "health", "access"]
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
