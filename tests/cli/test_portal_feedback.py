#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Sealed feedback on its way to who has handed in, and to nobody else: from
intake's folder, and from a ledger that portals share with intake."""
import hashlib
import os
import subprocess
import time
import unittest

import cbor2

import portal_case
from portal_case import BUILD, REGIONEN, PortalCase

MAKE_RECEIPT = os.path.join(BUILD, "test/make-receipt")


def receipt(scratch, stage, sealed, **more):
    """As intake signs it."""
    content = dict({
        "format": "sigill-receipt", "version": 1, "stage": stage,
        "sealed": hashlib.sha256(sealed).digest(), "size": len(sealed),
        "time": int(time.time()), "authority": "Provmyndigheten",
        "environment": "test"}, **more)
    return subprocess.run(
        [MAKE_RECEIPT, scratch + "/intake-receipts.pem",
         scratch + "/intake-receipts.key"],
        input=cbor2.dumps(content, canonical=True), stdout=subprocess.PIPE,
        check=True).stdout


def scored(scratch, sealed):
    return receipt(scratch, "scored", sealed, feedback=b"\7" * 32)


class Feedback(PortalCase):
    def setUp(self):
        super().setUp()
        self.digest = hashlib.sha256(self.small).hexdigest()
        self.url = "/v1/feedback/" + self.digest

    def put(self, kind, data):
        with open("%s/verdicts/%s.%s" % (self.scratch, self.digest, kind),
                  "wb") as f:
            f.write(data)

    def get(self, **more):
        return self.ask("GET", self.url, **more)

    def wait_well(self, answer):
        self.assertEqual((answer.status, answer.body), (202, b""))
        self.assertIn("retry-after", answer.headers)
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_to_its_sender(self):
        self.assert_problem(self.get(), 404, "not-found")
        self.begin(self.small)
        self.put("feedback.sigill", self.large)
        self.wait_well(self.get())      # not the whole file yet
        self.post(self.small)
        a = self.get()
        self.assertEqual((a.status, a.headers["content-type"], a.body),
                         (200, "application/cms", self.large))
        self.assertEqual(a.headers["cache-control"], "no-store")
        self.assertEqual(self.get().body, self.large)
        # Others have it not, also who has begun to hand it in, too.
        self.assert_problem(self.get(who="exempelmyndigheten"), 404,
                            "not-found")
        self.assert_problem(self.get(who=REGIONEN), 404, "not-found")
        self.begin(self.small, REGIONEN)
        self.wait_well(self.get(who=REGIONEN))
        self.assert_problem(self.get(who=None), 403, "certificate-required")

    def test_while_there_is_none(self):
        self.post(self.small)
        self.wait_well(self.get())
        self.put("scored.p7s", scored(self.scratch, self.small))
        self.assert_problem(self.get(), 404, "not-found")

    def test_both_are_of_the_same_time(self):
        """When intake's ledger was put back both may change: the portal
        keeps neither without the other."""
        self.post(self.small)
        url = "/v1/receipts/%s/scored" % self.digest
        for document in b"\7", b"\10":
            signed = receipt(self.scratch, "scored", self.small,
                             feedback=document * 32)
            box = self.make("feedback", "intake-receipts", 900000)
            self.put("scored.p7s", signed)
            self.put("feedback.sigill", box)
            for _ in range(2):
                self.assertEqual(self.ask("GET", url).body, signed)
                self.assertEqual(self.get().body, box)
        # Nor does it say more than what is there.
        for kind in "scored.p7s", "feedback.sigill":
            os.unlink("%s/verdicts/%s.%s" % (self.scratch, self.digest,
                                             kind))
        self.assertEqual(self.ask("GET", url).status, 202)
        self.wait_well(self.get())

    def test_what_is_rejected_gets_none(self):
        self.post(self.small)
        self.put("rejected.p7s", receipt(
            self.scratch, "rejected", self.small, reason="round", advice="-"))
        self.assert_problem(self.get(), 404, "not-found")

    def test_both(self):
        self.post(self.small)
        self.put("feedback.sigill", self.large)
        self.put("scored.p7s", scored(self.scratch, self.small))
        self.assertEqual(self.get().body, self.large)

    def test_what_is_no_feedback(self):
        self.post(self.small)
        path = "%s/verdicts/%s.feedback.sigill" % (self.scratch, self.digest)
        changed = bytearray(self.large)
        changed[len(changed) // 2] ^= 1
        for data in (b"", b"rubbish", self.large + b"\0", bytes(changed),
                     scored(self.scratch, self.small),
                     b"\x30" + b"\0" * (2 * 1024 * 1024)):
            self.put("feedback.sigill", data)
            self.wait_well(self.get())
            self.assertIn("feedback-unusable", self.logged())
            os.unlink(path)
        self.put("scored.p7s", scored(self.scratch, self.small))
        for make in os.mkfifo, os.mkdir:
            make(path)
            self.wait_well(self.get())
            (os.rmdir if os.path.isdir(path) else os.unlink)(path)
        self.assert_problem(self.get(), 404, "not-found")

    def test_addresses(self):
        self.post(self.small)
        for path in (self.url + "/", self.url.upper(), self.url[:-1],
                     self.url + "0", "/v1/feedback/", "/v1/feedback",
                     self.url + "?a", self.url + "/scored"):
            self.assertEqual(self.ask("GET", path).status, 404, path)
        for method in "POST", "PUT", "DELETE":
            a = self.ask(method, self.url)
            self.assertEqual((a.status, a.headers["allow"]), (405, "GET"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What a sealed feedback looks like from outside; it may be as large.
        cls.large = cls.make("feedback", "intake-receipts", 900000)


del portal_case

if __name__ == "__main__":
    unittest.main()
