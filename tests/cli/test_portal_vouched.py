#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What sigill-portal remembers of certificates that it has found good ends
when they do, and when the revocation list does."""
import datetime
import os
import shutil
import subprocess
import time
import unittest

from portal_case import MAKE_SEALED, PortalCase

CNF = """\
[ca]
default_ca = one
[one]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
policy = any
preserve = yes
crl_extensions = crl
[any]
countryName = supplied
organizationName = supplied
organizationIdentifier = supplied
commonName = supplied
[crl]
authorityKeyIdentifier = keyid:always
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[sender]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
"""
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
SHORT, LIST = 8, 11     # seconds that the certificate and the list have


class Vouched(PortalCase):
    settings = None

    def openssl(self, *args):
        subprocess.run(("openssl",) + args, cwd=self.scratch + "/ca",
                       check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)

    def make_ca(self):
        ca = self.scratch + "/ca"
        shutil.rmtree(ca, ignore_errors=True)
        os.mkdir(ca)
        for name, text in (("cnf", CNF), ("index.txt", ""),
                           ("serial", "01\n"), ("crlnumber", "01\n")):
            with open("%s/%s" % (ca, name), "w") as f:
                f.write(text)
        self.openssl("req", "-config", "cnf", "-x509", *KEY, "-keyout",
                     "ca.key", "-out", "ca.pem", "-days", "2", "-extensions",
                     "root", "-subj", "/C=SE/O=A/CN=A TEST ONLY")

    def request(self, name):
        self.openssl("req", "-config", "cnf", *KEY, "-keyout",
                     "../%s.key" % name, "-out", name + ".csr", "-subj",
                     "/C=SE/O=Kommun/organizationIdentifier=NTRSE-2199990017"
                     "/CN=%s" % name)
        os.chmod("%s/%s.key" % (self.scratch, name), 0o600)

    def sign(self, name, end):
        self.openssl("ca", "-config", "cnf", "-batch", "-notext", "-cert",
                     "ca.pem", "-keyfile", "ca.key", "-in", name + ".csr",
                     "-out", "../%s.pem" % name, "-extensions", "sender",
                     "-enddate", datetime.datetime.fromtimestamp(
                         end, datetime.timezone.utc).strftime(
                         "%Y%m%d%H%M%SZ"))

    def seal(self, name, n):
        folder = self.scratch + "/sealed"
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        subprocess.run([MAKE_SEALED, "%s/%s" % (self.scratch, name),
                        self.scratch + "/intake-p256", "3000", folder,
                        str(n)], check=True)
        out = []
        for file in sorted(os.listdir(folder)):
            with open("%s/%s" % (folder, file), "rb") as f:
                out.append(f.read())
        return out

    def replace(self, name):
        path = self.scratch + "/" + name
        shutil.copy(path, path + ".saved")
        self.addCleanup(os.replace, path + ".saved", path)

    def options(self, who):
        return self.ask("OPTIONS", "/v1/uploads", who=who)

    def until(self, end, who):
        """Good to the end, and not a moment longer."""
        while (began := time.time()) < end + 3:
            a = self.options(who)
            if a.status != 204:
                break
            self.assertLess(began, end + 1)
            time.sleep(0.1)
        self.assertGreater(time.time(), end - 1)
        return a

    def test_the_end(self):
        self.make_ca()
        for name in "sender-ca.pem", "sender-ca.crl":
            self.replace(name)
        for who in "short", "long":
            self.request(who)
        self.sign("long", time.time() + 86400)
        began = int(time.time())
        self.sign("short", began + SHORT)
        self.openssl("ca", "-config", "cnf", "-gencrl", "-cert", "ca.pem",
                     "-keyfile", "ca.key", "-crlsec", str(LIST), "-out",
                     "../sender-ca.crl")
        listed = int(time.time()) + LIST
        shutil.copy(self.scratch + "/ca/ca.pem",
                    self.scratch + "/sender-ca.pem")
        first, second = self.seal("short", 2)
        self.start()
        for who in "short", "long":
            self.assertEqual(self.options(who).status, 204)
        self.assertEqual(self.post(first, who="long").status, 201)
        self.assert_problem(self.until(began + SHORT, "short"), 403,
                            "certificate-required")
        self.assert_problem(self.post(second, who="long"), 422,
                            "signer-expired")
        self.assert_problem(self.until(listed, "long"), 503, "signer-crl")


if __name__ == "__main__":
    unittest.main()
