#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send against portals that misbehave in one way each: what is asked
of them, and what a person is told."""
import base64
import hashlib
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scripted_portal import Scripted, hang_up  # noqa: E402

TRIES = 8  # in a row, without one more byte


class Answers(Scripted):
    def test_the_request(self):
        """What a portal sees, to the letter."""
        _, log = self.refused(69, "portal-refused", lambda h: h.reply(400))
        method, path, headers, body = log[0]
        sealed = self.read("a.sigill")
        digest = base64.b64encode(hashlib.sha256(sealed).digest()).decode()
        self.assertEqual((method, path), ("POST", "/v1/uploads"))
        self.assertEqual(headers["Tus-Resumable"], "1.0.0")
        self.assertEqual(headers["Upload-Length"], str(len(sealed)))
        self.assertEqual(headers["Repr-Digest"], "sha-256=:%s:" % digest)
        self.assertEqual(headers["Content-Type"],
                         "application/offset+octet-stream")
        self.assertNotIn("Expect", headers)
        self.assertEqual(body, sealed)
        self.assertEqual(len(log), 1)

    def test_reason_of_a_refusal(self):
        problem = json.dumps({"code": "upload-length", "detail": "at most 5",
                              "title": "no"}).encode()
        p, _ = self.refused(
            69, "portal-refused", lambda h: h.reply(
                413, problem, Content_Type="application/problem+json"))
        self.assertIn("upload-length: the upload's length is missing", p.err)
        self.assertIn(': "at most 5" [', p.err)

    def test_long_reason(self):
        """In its own words, which end between two of them."""
        problem = json.dumps({"code": "signer-crl", "detail":
                              "the certificate may be good, " * 9}).encode()
        self.seal()
        log = self.serve(lambda h: h.reply(
            503, problem, Content_Type="application/problem+json"))
        self.configure(portal="https://localhost:%d" % self.port)
        p = self.sigill("send", "a.sigill")
        self.assertIn(': "the certificate may be good, the', p.err)
        self.assertRegex(p.err, r'(the|certificate|may|be|good,) …" \[portal-')
        self.assertTrue(log)

    def test_reason_that_we_do_not_know(self):
        problem = json.dumps({"code": "new-thing",
                              "title": "\x1b[31mIt is Sunday"}).encode()
        p, _ = self.refused(
            69, "portal-refused", lambda h: h.reply(
                400, problem, Content_Type="application/problem+json"))
        self.assertIn("new-thing: ?[31mIt is Sunday", p.err)

    def test_redirect(self):
        p, log = self.refused(76, "protocol", lambda h: h.reply(
            307, Location="https://localhost:1/v1/uploads"))
        self.assertEqual(len(log), 1)

    def test_login_page(self):
        self.refused(76, "protocol", lambda h: h.reply(
            200, b"<html>log in</html>", Content_Type="text/html"))

    def test_foreign_location(self):
        for where in ("https://evil.example/u/1", "//evil.example/u/1",
                      "http://localhost/v1/uploads/1",
                      "https://u:p@localhost/v1/uploads/1", "", "a b"):
            with self.subTest(where):
                self.setUp()
                self.refused(76, "protocol", lambda h: h.reply(
                    201, Location=where, Upload_Offset="0"))

    def test_wrong_offset(self):
        for offset in "-1", "1x", "999999999", "99999999999999999999", "":
            with self.subTest(offset):
                self.setUp()
                self.refused(76, "protocol", lambda h: h.reply(
                    201, Location="/v1/uploads/1", Upload_Offset=offset))

    def test_header_twice(self):
        def answer(h):
            h.send_response(201)
            for offset in "0", "1":
                h.send_header("Upload-Offset", offset)
            h.send_header("Location", "/v1/uploads/1")
            h.send_header("Content-Length", "0")
            h.end_headers()
        self.refused(76, "protocol", answer)

    def test_endless_answer(self):
        self.refused(76, "protocol", lambda h: h.reply(
            201, b"x" * (1 << 20), Location="/v1/uploads/1",
            Upload_Offset="0"))

    def test_no_http(self):
        self.refused(76, "protocol",
                     lambda h: h.wfile.write(b"SSH-2.0-OpenSSH\r\n") and
                     setattr(h, "close_connection", True))

    def test_busy(self):
        p, log = self.refused(75, "portal-busy", lambda h: h.reply(503))
        self.assertEqual(len(log), TRIES)

    def test_connection_lost(self):
        """The first bytes may have arrived: what comes after only asks how
        many, as a repeat of the whole would break at the same place."""
        _, log = self.refused(75, "interrupted", hang_up)
        self.assertEqual([r[0] for r in log], ["POST"] * TRIES)
        sealed = self.read("a.sigill")
        self.assertEqual([r[3] for r in log], [sealed] + [b""] * (TRIES - 1))
        self.assertNotIn("Content-Type", log[1][2])

    def test_forged_receipt(self):
        def answer(h):
            h.reply(201, b"not a receipt", Location="/v1/uploads/1",
                    Upload_Offset=h.headers["Upload-Length"],
                    Content_Type="application/cms")
        self.refused(65, "receipt-structure", answer)

    def test_resumes_where_the_portal_stands(self):
        """The first bytes are there; only the rest is sent."""
        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="uploads/1", Upload_Offset="1000")
            else:
                h.reply(400)
        _, log = self.refused(69, "portal-refused", answer)
        method, path, headers, body = log[1]
        self.assertEqual((method, path), ("PATCH", "/v1/uploads/1"))
        self.assertEqual(headers["Upload-Offset"], "1000")
        self.assertEqual(body, self.read("a.sigill")[1000:])

    def test_offset_conflict(self):
        """409: asks, goes on from there, and does not do so for ever."""
        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="0")
            elif h.command == "HEAD":
                h.reply(200, Upload_Offset="0")
            else:
                h.reply(409)
        _, log = self.refused(75, "interrupted", answer)
        self.assertEqual([r[0] for r in log],
                         ["POST"] + ["PATCH", "HEAD"] * (TRIES - 1) +
                         ["PATCH"])

    def test_bare_400_to_a_piece(self):
        """Perhaps it broke off on its way: tried again, and then believed."""
        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="0")
            elif h.command == "HEAD":
                h.reply(200, Upload_Offset="0")
            else:
                h.reply(400)
        _, log = self.refused(69, "portal-refused", answer)
        self.assertEqual([r[0] for r in log],
                         ["POST"] + ["PATCH", "HEAD"] * 3 + ["PATCH"])

    def test_upload_gone(self):
        """410: begins anew, a few times."""
        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="0")
            else:
                h.reply(410)
        _, log = self.refused(75, "interrupted", answer)
        self.assertEqual([r[0] for r in log], ["POST", "PATCH"] * 5)

    def test_no_progress(self):
        """204 for bytes that were not taken: a few tries, not a thousand."""
        for offset in "0", "5":
            with self.subTest(offset):
                self.setUp()
                _, log = self.refused(
                    75, "interrupted", lambda h: h.reply(
                        {"POST": 201, "HEAD": 200}.get(h.command, 204),
                        Location="/v1/uploads/1", Upload_Offset=offset
                        if h.command == "PATCH" else "5"))
                self.assertEqual([r[0] for r in log], ["POST", "PATCH"] +
                                 ["HEAD", "PATCH"] * (TRIES - 1))

    def test_spoilt_on_the_way(self):
        """422 digest-mismatch: begins anew, once."""
        problem = json.dumps({"code": "digest-mismatch"}).encode()

        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="5")
            else:
                h.reply(422, problem, Content_Type="application/problem+json")
        p, log = self.refused(69, "portal-refused", answer)
        self.assertEqual([r[0] for r in log], ["POST", "PATCH"] * 2)
        self.assertIn("digest-mismatch", p.err)


if __name__ == "__main__":
    unittest.main()
