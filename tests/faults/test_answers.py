#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What a portal, or somebody between, may answer: nothing of it may lead to
two submissions, to a receipt for nothing, or to a hang."""
import itertools
import json
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from front import Front, Handler
from scene import Libraries, Scene, portal_case
from table import FaultCase, Table, add_cases

SMALL, LARGE = 20000, 3000000
TABLE = Table("The answers")
ELSEWHERE = "https://evil.example/v1/uploads"


def tearDownModule():
    TABLE.finish()


def says(status, **headers):
    """An answer of somebody who asks nobody."""
    return lambda h: h.reply(status, **headers)


def problem(status, code):
    body = json.dumps({"code": code, "status": status}).encode()
    return lambda h: h.reply(status, body,
                             Content_Type="application/problem+json")


def changed(**headers):
    """The portal's own answer, with other headers."""
    return lambda h: h.pass_on(**headers)


def swallow(h):
    h.ask()
    h.hang_up()


def other_body(make):
    def act(h):
        a = h.ask()
        a.body = make(a.body)
        h.pass_on(a)
    return act


def cut_short(h):
    a = h.ask()
    h.pass_on(a, length=len(a.body), cut=100)
    h.hang_up()


def spoil(h):
    """A byte changes on the way, although TLS says it does not."""
    h.pass_on(h.ask(body=h.body and
                    h.body[:-1] + bytes([h.body[-1] ^ 1])))


def twice(h):
    h.ask()
    h.pass_on()


def many_times(h):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: h.ask(), range(8)))
    assert len({a.body for a in answers}) == 1, answers
    h.pass_on(answers[0])


def expired(h):
    """The portal's own refusal, of an upload whose time is over."""
    s = h.server.scene
    s.stop()
    s.start(env=Libraries.env(s.env, "clock", OTHER_DAY="8"))
    h.pass_on()


def not_taken(h):
    h.reply(204, Upload_Offset=h.headers["Upload-Offset"],
            Tus_Resumable="1.0.0")


def receipt_of_another(h):
    """A true receipt, of a file that is not this one."""
    s = h.server.scene
    s.seal("other", SMALL)
    other = s.read("other")
    a = s.ask("POST", "/v1/uploads", portal_case.creation(other), other)
    h.reply(201, a.body, Location="/v1/uploads/" + "0" * 32,
            Upload_Offset=h.headers["Upload-Length"],
            Content_Type="application/cms")


def forged_receipt(h):
    """A receipt for this file, signed by who may not."""
    s = h.server.scene
    s.stop()
    s.start(receipt_cert="intake-receipts")
    a = h.ask()
    s.stop()
    subprocess.run(["rm", "-r", s.spool], check=True)
    subprocess.run(["mkdir", "-m", "700", s.spool], check=True)
    s.start()
    h.pass_on(a)


PASS = Handler.pass_on


def always(method, act):
    return itertools.repeat(
        lambda h: (act if h.command == method else PASS)(h))


# fault, what happens, size, what the answers are, what the sender sees,
# the requests of all runs together (None: not fixed)
BUSY = [("%d once%s" % (status, " with Retry-After: 1" if headers else ""),
         "tried again", SMALL, [says(status, **headers)], ["0"], None)
        for status, headers in ((408, {}), (423, {"Retry_After": "1"}),
                                (425, {}), (429, {"Retry_After": "1"}),
                                (500, {}), (502, {}),
                                (503, {"Retry_After": "1"}), (504, {}))]
STOP = [("%d" % status, "stops at once; the next run has a portal that is "
         "well", SMALL, [says(status)], ["69 portal-refused", "0"],
         ["POST", "POST"]) for status in (400, 403, 404, 405, 412, 415)]
REDIRECTS = [("redirect %d to elsewhere" % status, "not followed", SMALL,
              [says(status, Location=ELSEWHERE)], ["76 protocol", "0"],
              ["POST", "POST"]) for status in (301, 302, 303, 307, 308)]
LOCATIONS = [("Location " + said, "not followed, although the portal has "
              "the file", SMALL, [changed(location=where)],
              ["76 protocol", "0"], ["POST", "POST"]) for where, said in
             [(w, "`%s`" % w) for w in
              (ELSEWHERE + "/1", "//evil.example/1", "http://localhost/1",
               "https://u:p@localhost/1")] +
             [("x" * 9000, "of 9,000 bytes")]]
OFFSETS = [("Upload-Offset `%s`" % offset,
            "not believed, although the portal has the file", SMALL,
            [changed(upload_offset=offset)], ["76 protocol", "0"],
            ["POST", "POST"]) for offset in
           ("-1", "+1", "1x", "99999999", "9" * 30)]

CASES = BUSY + [
    ("429 with Retry-After: 3600", "not waited for", SMALL,
     [says(429, Retry_After="3600")], ["75 portal-busy", "0"],
     ["POST", "POST"]),
    ("503 on PATCH once", "tried again", LARGE,
     [PASS, says(503, Retry_After="1")], ["0"], None),
    ("423 on HEAD once", "tried again", LARGE,
     [PASS, says(503), says(423, Retry_After="1")], ["0"], None),
    ("413 once", "sent in smaller parts", SMALL, [says(413)], ["0"], None),
    ("413 for everything", "stops", SMALL, itertools.repeat(says(413)),
     ["69 portal-refused", "0"], None),
    ("401", "our certificate", SMALL, [says(401)],
     ["77 client-certificate", "0"], ["POST", "POST"]),
] + STOP + REDIRECTS + LOCATIONS + OFFSETS + [
    ("Location `a b`, with the receipt", "nothing more is asked there",
     SMALL, [changed(location="a b")], ["0"], ["POST"]),
    ("no Location", "not believed, although the portal has the file", SMALL,
     [changed(location=None)], ["76 protocol", "0"], ["POST", "POST"]),
    ("no Upload-Offset", "asked for", SMALL, [changed(upload_offset=None)],
     ["0"], None),
    ("Upload-Offset too low, of a complete upload", "409, then asked; the "
     "receipt", SMALL, [lambda h: h.reply(
         201, Location=h.ask().headers["location"], Upload_Offset="5")],
     ["0"], None),
    ("Upload-Offset too high", "409, then asked", LARGE,
     [changed(upload_offset="1000000")], ["0"], None),
    ("409 on PATCH once", "asked, then goes on", LARGE, [PASS, says(409)],
     ["0"], None),
    ("409 on every PATCH", "ends; the next run has a portal that is well",
     LARGE, always("PATCH", says(409)), ["75 interrupted", "0"], None),
    ("204 for bytes that were not taken, once", "asked, then goes on", LARGE,
     [PASS, not_taken], ["0"], None),
    ("204 for bytes that are never taken", "ends; the next run has a portal "
     "that is well", LARGE, always("PATCH", not_taken),
     ["75 interrupted", "0"], None),
    ("404 on PATCH", "begun anew", LARGE, [PASS, says(404)], ["0"], None),
    ("410 on PATCH: the upload has expired", "begun anew", LARGE,
     [PASS, expired], ["0"], None),
    ("422 digest-mismatch: a byte was spoilt on the way", "sent anew, once",
     SMALL, [spoil], ["0"], None),
    ("bytes spoilt in a large file", "sent anew, once", LARGE,
     [PASS, spoil], ["0"], None),
    ("bytes spoilt each time", "stops", SMALL, itertools.repeat(spoil),
     ["69 portal-refused", "0"], None),
    ("answer to POST lost", "asked again: the same receipt", SMALL,
     [swallow], ["0"], None),
    ("answer to the creation of a large upload lost", "finds the same "
     "upload", LARGE, [swallow], ["0"], None),
    ("answer to the last PATCH lost", "asked again: the receipt", LARGE,
     [PASS, swallow], ["0"], None),
    ("answer to POST cut in the receipt's middle", "asked again", SMALL,
     [cut_short], ["0"], None),
    ("receipt left out of the answer", "fetched", SMALL,
     [other_body(lambda b: b"")], ["0"], ["POST", "GET"]),
    ("receipt replaced by a page", "not believed; the next run gets it",
     SMALL, [other_body(lambda b: b"<html>log in</html>")],
     ["65 receipt-structure", "0"], None),
    ("receipt with one bit changed", "not believed; the next run gets it",
     SMALL, [other_body(lambda b: b[:-9] + bytes([b[-9] ^ 1]) + b[-8:])],
     ["77 receipt-signature", "0"], None),
    ("receipt of another file", "not believed; the file is sent in the next "
     "run", SMALL, [receipt_of_another], ["77 receipt-digest", "0"], None),
    ("receipt by one who may not sign it", "not believed; the file is sent "
     "in the next run", SMALL, [forged_receipt], ["77 receipt-signer", "0"],
     None),
    ("200 with a login page", "not believed", SMALL,
     [lambda h: h.reply(200, b"<html>", Content_Type="text/html")],
     ["76 protocol", "0"], ["POST", "POST"]),
    ("POST passed on twice", "the portal gives the same receipt", SMALL,
     [twice], ["0"], ["POST"]),
    ("POST passed on eight times at once", "the portal gives the same "
     "receipt eight times", SMALL, [many_times], ["0"], ["POST"]),
]


def answered(self, fault, happens, size, script, expected, methods):
    with Scene(size) as s:
        s.start()
        with Front(s, script) as front:
            # One run, and then peace: the next ones have a portal that is
            # well.
            self.settle(s, expected,
                        between=lambda: setattr(front, "script", iter(())))
            if methods is not None:
                self.assertEqual(front.methods(), methods)
        if "another file" in fault:
            s.forget("other")
        s.check()
        self.row(fault, happens, s)


class Answers(FaultCase):
    table = TABLE

    def test_99_busy_for_ever(self):
        """One run is bounded; what it did is not lost."""
        with Scene(SMALL) as s:
            s.start()
            with Front(s, itertools.repeat(says(503))) as front:
                self.assertEqual(str(s.send()), "75 portal-busy")
                self.assertLess(s.runs[0].seconds, 30)
                s.stop()
                s.check_nothing_arrived()
                s.start()
                front.script = iter(())
                self.settle(s, ["0"])
            s.check()
            self.row("503 for ever", "given up; the next run has a portal "
                     "that is well", s)


add_cases(Answers, CASES, answered)

if __name__ == "__main__":
    unittest.main()
