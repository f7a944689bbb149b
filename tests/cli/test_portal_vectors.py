#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The vectors at the portal, which checks a file where it lies: it refuses
what sigill-verify, which checks in memory, refuses for what is outside, with
the same code, and takes the others."""
import os
import subprocess
import unittest

from portal_case import BUILD, PortalCase, creation

# What needs no key.
OUTSIDE = ("sealed-size", "outer-", "signer-", "test-certificate")
# Comes after decryption, although its name begins like those.
INSIDE = ("signer-mismatch",)


class Vectors(PortalCase):
    settings = {"crls": "crls = both.crl"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.scratch + "/both.crl", "wb") as both:
            for name in "sender-ca.crl", "issuing-ca.crl":
                with open(os.path.join(cls.scratch, name), "rb") as f:
                    both.write(f.read())
        cls.out = cls.scratch + "/out"
        os.mkdir(cls.out)
        subprocess.run([BUILD + "/test/make-vectors", cls.scratch,
                        "tests/vectors/questionnaire.json", cls.out],
                       check=True)
        with open(cls.out + "/index.tsv") as f:
            cls.index = [line.rstrip("\n").split("\t") for line in f]

    def test_each(self):
        codes = set()
        connection = self.connect()
        self.addCleanup(connection.close)
        for name, code, setup in self.index:
            if setup != "test":     # other revocation lists, or production
                continue
            with open("%s/%s.sigill" % (self.out, name), "rb") as f:
                data = f.read()
            with self.subTest(vector=name):
                a = connection.request("POST", "/v1/uploads", creation(data),
                                       data)
                if code.startswith(OUTSIDE) and code not in INSIDE:
                    self.assert_problem(a, 422, code)
                    codes.add(code)
                else:
                    self.assertEqual(a.status, 201, (code, a.body))
                    self.assert_stored(data)
        self.assertLessEqual({"outer-structure", "outer-algorithm",
                              "outer-signature", "signer-untrusted"}, codes)
        self.assertEqual(self.partial_files(), [])


if __name__ == "__main__":
    unittest.main()
