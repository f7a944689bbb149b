#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill send against tus servers that keep the bytes as they should while
the way to them is bad: pieces, limits on bodies, lost answers, expiry, and
servers that are not our portal."""
import email.utils
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scripted_portal import Scripted, hang_up  # noqa: E402

MIB = 1 << 20
HERE = "/v1/uploads/1"


class Tus:
    """The bytes of one upload, and how the server speaks of it.  What is
    complete has no receipt here: the sender says so in the end."""

    def __init__(self, **quirks):
        self.data = None  # None: there is no upload
        self.sizes = []  # of the bodies that were taken
        self.made = 0
        self.location = quirks.get("location", HERE)
        self.offset_at_creation = quirks.get("offset_at_creation", True)
        self.expires = quirks.get("expires", lambda h: {})
        # before(handler, body): True when it has dealt with the request
        self.before = quirks.get("before", lambda h, body: False)

    def __call__(self, h):
        body = h.body
        if self.before(h, body):
            return
        if h.command == "POST":
            if self.data is None:
                self.data, self.made = b"", self.made + 1
            self.data += body[len(self.data):]
            headers = dict(Location=self.location)
            if self.offset_at_creation or body:
                headers["Upload_Offset"] = str(len(self.data))
            h.reply(201, **headers, **self.expires(h))
        elif h.path != HERE:
            h.reply(404)
        elif self.data is None:
            h.reply(410)
        elif h.command == "DELETE":
            self.data = None
            h.reply(204)
        elif h.command == "HEAD":
            h.reply(200, Upload_Offset=str(len(self.data)))
        elif h.headers["Upload-Offset"] != str(len(self.data)):
            h.reply(409)
        else:
            self.data += body
            self.sizes.append(len(body))
            h.reply(204, Upload_Offset=str(len(self.data)))


class Resume(Scripted):
    def setUp(self):
        super().setUp()
        self.outbox = self.path(".local/state/sigill/outbox")

    def deliver(self, tus, status=76, code="protocol", **kw):
        """To a server that has no receipts: nothing but the last step
        fails."""
        log = self.serve(tus, **kw)
        p = self.bad(status, code, "send", "a.sigill")
        if status == 76:
            self.assertIn("it has taken the whole file, but gives no "
                          "receipt: status 404", p.err)
            self.assertEqual(tus.data, self.read("a.sigill"))
        return [(r[0], len(r[3])) for r in log]

    def test_pieces(self):
        self.large(20)
        tus = Tus()
        requests = self.deliver(tus)
        rest = len(tus.data) - 16 * MIB
        self.assertEqual(requests, [
            ("POST", 0), ("PATCH", 8 * MIB), ("PATCH", 8 * MIB),
            ("PATCH", rest), ("GET", 0)])

    def test_not_our_portal(self):
        """What tus leaves open: an absolute Location, no Upload-Offset where
        no body came along, another upload for each creation."""
        for large in True, False:
            if large:
                self.large(2)
            tus = Tus(offset_at_creation=False)
            log = self.serve(tus)
            tus.location = "https://localhost:%d%s" % (self.port, HERE)
            p = self.bad(76, "protocol", "send", "a.sigill")
            self.assertIn("but gives no receipt: status 404", p.err)
            self.assertEqual(tus.data, self.read("a.sigill"))
            self.assertEqual(tus.made, 1)
            self.assertEqual([r[0] for r in log], [
                "POST", "HEAD", "PATCH", "GET"] if large else ["POST", "GET"])
            os.unlink(self.path("a.sigill"))
            self.setUp()

    def test_lost_answers(self):
        """Of a creation, of a piece, of the last one: nothing is sent
        twice."""
        self.large(10)
        lost = []

        def before(h, body):
            if (h.command, len(body)) in lost:
                return False
            lost.append((h.command, len(body)))
            answers = h.reply
            h.reply = lambda *a, **k: hang_up(h)
            tus.before = lambda h, body: False
            tus(h)
            tus.before = before
            h.reply = answers
            return True
        tus = Tus(before=before)
        self.deliver(tus)
        self.assertEqual(sum(tus.sizes), len(tus.data))
        self.assertEqual([command for command, _ in lost],
                         ["POST", "PATCH", "HEAD", "PATCH", "GET"])

    def test_requests_that_never_arrive_whole(self):
        """A proxy that cuts whatever is larger than it likes, and passes
        nothing of it on: the pieces become small enough."""
        self.large(3)

        def before(h, body):
            if len(body) <= 300000:
                return False
            hang_up(h)
            return True
        tus = Tus(before=before)
        self.deliver(tus)
        self.assertGreater(max(tus.sizes), 150000)

    def limit(self, most, large, status=76, code="protocol", html=True):
        if large:
            self.large(large)
        refused = []

        def no(h):
            refused.append(int(h.headers["Content-Length"]))
            if html:
                h.reply(413, b"<html>", Content_Type="text/html")
            else:
                h.reply(413, b'{"code":"too-large"}',
                        Content_Type="application/problem+json")
            h.close_connection = True

        def before(h, body):
            if len(body) <= most:
                return False
            no(h)
            return True

        def expect(h):
            if int(h.headers["Content-Length"]) > most:
                no(h)
                return
            h.send_response_only(100)
            h.end_headers()
        tus = Tus(before=before)
        requests = self.deliver(tus, status, code, expect=expect)
        return tus, refused, requests

    def test_limit_on_bodies(self):
        """A front server's 413: half as much, and so it stays."""
        tus, refused, _ = self.limit(MIB, 10)
        self.assertEqual(refused, [8 * MIB, 4 * MIB, 2 * MIB])
        self.assertEqual(set(tus.sizes[:-1]), {MIB})

    def test_limit_on_bodies_that_go_along(self):
        tus, refused, requests = self.limit(5000, 0, 69, "portal-refused")
        # Less than the smallest piece: there is no way.
        self.assertEqual(requests[1], ("POST", 0))
        self.assertLess(len(refused), 4)

    def test_smallest_limit_on_bodies(self):
        tus, refused, _ = self.limit(1 << 16, 1)
        self.assertGreater(len(refused), 2)
        self.assertEqual(set(tus.sizes[:-1]), {1 << 16})
        self.setUp()
        self.limit((1 << 16) - 1, 1, 69, "portal-refused")

    def test_the_portals_own_limit(self):
        _, refused, _ = self.limit(MIB, 3, 69, "portal-refused", html=False)
        self.assertEqual(len(refused), 1)

    def test_expired(self):
        """By the server's own clock, whatever that is: not sent to any
        more."""
        self.large(2)
        stamps = [email.utils.formatdate(t, usegmt=True)
                  for t in (1000000000, 1000000000, 1000086400)]

        def expires(h):
            h.now = stamps[1]
            if tus.made == 3:
                return {"Upload_Expires": stamps[2]}
            tus.data = None
            return {"Upload_Expires": stamps[0]}
        tus = Tus(expires=expires)
        requests = self.deliver(tus)
        self.assertEqual([r[0] for r in requests],
                         ["POST"] * 3 + ["PATCH", "GET"])

    def test_lost_again_and_again(self):
        self.large(2)

        def before(h, body):
            if h.command == "PATCH":
                tus.data = None
            return False
        tus = Tus(before=before)
        requests = self.deliver(tus, 75, "interrupted")
        self.assertEqual([r[0] for r in requests], ["POST", "PATCH"] * 5)

    def test_offset_beyond_what_was_sent(self):
        self.large(20)

        def before(h, body):
            if h.command == "PATCH":
                h.reply(204, Upload_Offset=str(len(body) + 1))
            return h.command == "PATCH"
        log = self.serve(Tus(before=before))
        p = self.bad(76, "protocol", "send", "a.sigill")
        self.assertIn("Upload-Offset", p.err)
        self.assertEqual([r[0] for r in log], ["POST", "PATCH"])

    def test_progress_starts_the_count_again(self):
        """A line that breaks all the time, but always a little later."""
        self.large(4)

        def before(h, body):
            if h.command != "PATCH":
                return False
            tus.data += body[:100000]
            hang_up(h)
            return True
        tus = Tus(before=before)
        requests = self.deliver(tus)
        self.assertGreater(len(requests), 80)

    def test_given_up(self):
        """The server keeps nothing of it, also when its answer is lost; and
        what it has whole is left alone."""
        self.large(2)
        waiting = ["PATCH"]

        def before(h, body):
            if h.command not in waiting:
                return False
            if h.command == "DELETE":
                waiting.remove("DELETE")
                tus.data = None
                hang_up(h)
            else:
                h.reply(503, Retry_After="3600")
            return True
        tus = Tus(before=before)
        log = self.serve(tus)
        for lost, requests in ((False, ["POST", "DELETE"]),
                               (True, ["POST", "DELETE", "DELETE"])):
            self.assertEqual(self.sigill("submit", "a.json").returncode, 75)
            if lost:
                waiting.append("DELETE")
            self.assertIsNotNone(tus.data)
            log.clear()
            name, = [n for n in os.listdir(self.outbox) if n[0] != "."]
            p = self.good("outbox", "drop", name)
            self.assertEqual([r[0] for r in log], requests, p.out)
            self.assertIsNone(tus.data)
        log.clear()
        self.assertEqual(self.sigill("submit", "a.json").returncode, 75)
        waiting.clear()
        tus.data = b"x" * int(log[0][2]["Upload-Length"])
        log.clear()
        name, = [n for n in os.listdir(self.outbox) if n[0] != "."]
        p = self.sigill("outbox", "drop", name)
        self.assertEqual(p.returncode, 76, p.err)
        self.assertEqual([r[0] for r in log], ["POST", "GET"])

    def test_retry_after(self):
        """In seconds, or as a date by the portal's own clock; waited for when
        it is soon, and not at all when it is not."""
        at = 1000000000
        for value, pause in ((b"40", 0.2), (b"", 0.2), (b"61", None),
                             (b"3600", None), (b"date", None)):
            with self.subTest(value):
                times = []

                def answer(h):
                    times.append(time.monotonic())
                    h.now = email.utils.formatdate(at, usegmt=True)
                    later = 3600 if value == b"date" else 40
                    h.reply(423 if len(times) < 3 else 400, Retry_After=value
                            .decode().strip("date") or email.utils.formatdate(
                                at + later, usegmt=True))
                self.serve(answer)
                if pause is None:
                    self.bad(75, "portal-busy", "send", "a.sigill")
                    self.assertEqual(len(times), 1)
                else:
                    self.bad(69, "portal-refused", "send", "a.sigill")
                    self.assertEqual(len(times), 3)
                    for one, next_one in zip(times, times[1:]):
                        self.assertGreater(next_one - one, pause)


if __name__ == "__main__":
    unittest.main()
