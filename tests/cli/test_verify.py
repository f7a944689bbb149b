#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-verify's verdicts: accepted, rejected for one fault, undecided."""
import hashlib
import json
import os
import shutil
import sys
import unittest

import cbor2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sealer  # noqa: E402
from sealer import call, read, seal, submission  # noqa: E402
from verify_case import (  # noqa: E402
    BIN, MARKER, Verify, answers_with, changed, wrong)


class Verdicts(Verify):
    def test_accepted_for_people(self):
        p = self.run_it(self.sealed)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertRegex(p.stdout.decode(), r"^%s: ACCEPTED [0-9A-Z]{4}-"
                         r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4} 219999-0017 "
                         "Exempelköpings kommun\n$" % self.sealed)
        self.assertEqual(p.stderr, b"")

    def test_accepted_for_programs(self):
        v, = self.verdicts(self.sealed, status=0)
        self.assertEqual(v["file"], self.sealed)
        self.assertEqual(v["verdict"], "accepted")
        self.assertEqual(v["status"], 0)
        data = read(self.sealed)
        self.assertEqual(v["sealed"], {
            "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
        self.assertEqual(v["fingerprint"],
                         sealer.fingerprint(self.good).hex())
        self.assertEqual(v["submission"], self.good["id"].hex())
        self.assertEqual(v["signer"]["organisation"], "2199990017")
        self.assertEqual(v["signer"]["sha256"],
                         sealer.cert_digest("exempelkoping").hex())
        self.assertEqual(v["organisation"]["number"], "2199990017")
        self.assertEqual(v["round"], "2023")
        self.assertIs(v["late"], False)
        self.assertNotIn("answers", json.dumps(v))

    def test_open(self):
        p = self.run_it("--open", self.sealed)
        self.assertEqual(p.returncode, 0, p.stderr)
        doc = json.loads(p.stdout)
        self.assertEqual(list(doc), [
            "format", "version", "sealed", "verified", "late", "signer",
            "fingerprint", "fingerprint_printed", "submission"])
        self.assertEqual((doc["format"], doc["version"]),
                         ("sigill-verified", 1))
        self.assertEqual(doc["fingerprint"],
                         sealer.fingerprint(self.good).hex())
        self.assertEqual(doc["submission"]["id"], self.good["id"].hex())
        self.assertEqual(doc["submission"]["statement"]["answers"],
                         self.good["statement"]["answers"])
        self.assertEqual(doc["submission"]["created"],
                         "2023-07-22T04:26:40Z")

    def test_our_client_and_other_software_agree(self):
        """The same answers, sealed by sigill(1) and without it."""
        conf = self.file("sigill.conf", """[sigill]
environment = test
[identity]
certificate = exempelkoping.pem
key = exempelkoping.key
[authority]
name = Myndigheten Exempel
portal = https://127.0.0.1:1
portal_anchors = tls-root.pem
recipients = intake-p256.pem
anchors = authority-root.pem
portal_signers = portal-receipts.pem
intake_signers = intake-receipts.pem
""")
        path = self.at("client.sigill")
        call(BIN + "sigill", "seal", "--config", conf, "--questionnaire",
             "questionnaires/itsakkollen-2023.json",
             "samples/exempelkoping-itsakkollen-2023.json", "-o", path)
        ours, other = self.verdicts(path, self.sealed, status=0)
        self.assertEqual(ours["fingerprint"], other["fingerprint"])
        self.assertNotEqual(ours["submission"], other["submission"])

    def test_standard_input(self):
        with open(self.sealed, "rb") as f:
            v, = self.verdicts("-", status=0, stdin=f)
        self.assertEqual((v["file"], v["verdict"]), ("-", "accepted"))

    def test_each_of_several_recipients_can_open(self):
        both = ["intake-p256", "intake-p384"]
        s = submission(recipients=sorted(map(sealer.cert_digest, both)))
        path = self.file("both.sigill", seal(s, recipients=both))
        for name in both:
            text = read(self.conf()).decode().replace("intake-p256", name)
            self.verdicts(path, status=0,
                          conf=self.file("one.conf", text))

    def test_late_is_accepted_and_marked(self):
        for conf, argv, late in [
                (self.conf(closes="2023-09-29"), [], True),
                (self.conf(closes="2027-09-29"),
                 ["--at", "2027-09-29T00:00:01Z"], True),
                (self.conf(closes="2027-09-29"), ["--at", "2027-09-29"],
                 False)]:
            v, = self.verdicts(*argv, self.sealed, conf=conf, status=0)
            self.assertIs(v["late"], late)
        # Sealed after the end by its own account, whatever --at says.
        path = self.file("late.sigill", wrong(created=1850000000))
        v, = self.verdicts(path, conf=self.conf(closes="2027-09-29"),
                           status=0)
        self.assertIs(v["late"], True)
        p = self.run_it(self.sealed, conf=self.conf(closes="2023-09-29"))
        self.assertIn(b"\n    late: ", p.stdout)


class Refusals(Verify):
    """One fault each: the code, the status, a rejected receipt that tells
    nothing of the content, and nothing on standard output with --open."""

    def faults(self):
        good = read(self.sealed)
        s = submission()
        other = submission()
        other["statement"]["questionnaire"] = dict(
            other["statement"]["questionnaire"], sha256=bytes(32))
        version = submission()
        version["statement"]["questionnaire"] = dict(
            version["statement"]["questionnaire"], version="99")
        unknown = submission()
        unknown["statement"]["questionnaire"] = dict(
            unknown["statement"]["questionnaire"], id="okand-2023")
        twin = wrong(answers=answers_with(_3="s1"), id=self.good["id"])
        return [
            ("empty", b"", "sealed-size", 65),
            ("short", good[:300], "sealed-size", 65),
            ("cut", good[:-1], "outer-structure", 65),
            ("more", good + b"\0", "outer-structure", 65),
            ("text", b"Hej " * 2000, "outer-structure", 65),
            ("tampered", changed(good, len(good) // 2), "outer-signature",
             77),
            ("digest", sealer.signed(good, "exempelkoping", "outer", b"x"),
             "outer-signature", 77),
            ("expired", seal(s, "expired"), "signer-expired", 77),
            ("revoked", seal(s, "revoked"), "signer-revoked", 77),
            ("usage", seal(s, "wrong-usage"), "signer-usage", 77),
            ("issuer", seal(s, "other-ca-org"), "signer-untrusted", 77),
            ("envelope", sealer.signed(b"0" * 5000, "exempelkoping",
                                       "outer"), "envelope-structure", 65),
            ("recipient", seal(s, recipients=["intake-p384"]),
             "not-recipient", 77),
            ("inner", seal(s, digest_of=b"x"), "inner-signature", 77),
            ("bomb", seal(s, stream=sealer.pack(bytes(70 << 20))),
             "inflate", 65),
            ("half", seal(s, stream=sealer.pack(bytes(90))[:-4]), "inflate",
             65),
            ("order", seal(cbor2.dumps(s)), "not-canonical", 65),
            ("member", wrong(surplus=1), "schema", 65),
            ("environment", wrong(environment="production"), "environment",
             77),
            ("named", wrong(recipients=[bytes(32)]), "recipients-named",
             77),
            ("count", wrong(recipients=sorted(
                [bytes(32), sealer.cert_digest("intake-p256")])),
             "recipients-named", 77),
            ("mandate", wrong(mandate=b"0" * 50), "mandate", 77),
            ("organisation", wrong(organisation={
                "number": "2199990025", "kind": "region", "name": "R"}),
             "organisation-mismatch", 77),
            ("edition", seal(other), "questionnaire-digest", 65),
            ("version", seal(version), "questionnaire-digest", 65),
            ("survey", seal(unknown), "questionnaire-unknown", 65),
            ("option", wrong(answers=answers_with(_7=MARKER)),
             "option-unknown", 65),
            ("question", wrong(answers=answers_with(**{MARKER: "s1"})),
             "question-unknown", 65),
            ("missing", wrong(answers=answers_with(_3=None)),
             "answer-missing", 65),
            ("type", wrong(answers=answers_with(_5=[MARKER])),
             "answer-type", 65),
            ("round", wrong(round="2021"), "round", 65),
            ("twin", twin, "duplicate", 65),
            ("itself", seal(dict(self.good, id=os.urandom(16),
                                 supersedes=sealer.fingerprint(self.good))),
             "duplicate", 65),
        ]

    def test_one_fault_each(self):
        faults = self.faults()
        paths = [self.file(f[0] + ".sigill", f[1]) for f in faults]
        got = self.verdicts("--receipts", self.receipts, "--handoff",
                            self.handoff, self.sealed, *paths,
                            status=faults[0][3])
        self.assertEqual(got[0]["verdict"], "accepted")
        self.assertEqual(len(got), len(faults) + 1)
        for path, v, (name, data, code, status) in zip(paths, got[1:],
                                                       faults):
            with self.subTest(name):
                self.assertEqual(v["file"], path)
                self.assertEqual(v["verdict"], "rejected")
                self.assertEqual(v["error"]["code"], code)
                self.assertEqual(v["status"], status)
                self.assertNotIn("fingerprint", v)
                self.assertNotIn("submission", v)
                r = self.receipt(path, "rejected")
                self.assertEqual(r["reason"], code)
                self.assertIn(v["error"]["sentence"], r["advice"])
                self.assertEqual(set(r), {
                    "stage", "format", "version", "sealed", "size", "time",
                    "authority", "environment", "reason", "advice"})
        self.assertEqual(len(self.names(self.handoff)), 1)
        self.assertEqual(len(self.names(self.receipts)), len(faults) + 1)
        self.assertNotIn(MARKER, json.dumps(got))
        for name in self.names(self.receipts):
            self.assertNotIn(MARKER.encode(),
                             read(self.receipts + "/" + name))
        for path, (name, data, code, status) in zip(paths, faults):
            if name in ("twin", "itself", "bomb"):
                continue
            with self.subTest(name, way="--open"):
                p = self.run_it("--open", path)
                self.assertEqual(p.stdout, b"")
                self.assertEqual(p.returncode, status)
                self.assertIn(("[%s]" % code).encode(), p.stderr)
                self.assertNotIn(MARKER.encode(), p.stderr)

    def test_another_signer_outside(self):
        """A genuine inside, wrapped by another accepted organisation."""
        path = self.file("wrapped.sigill", seal(submission(),
                                                outer="issued"))
        ca = read("certs-sample/sender-ca.pem") + read(
            "certs-sample/issuing-ca.pem")
        self.file("both-ca.pem", ca)
        crls = read("certs-sample/sender-ca.crl") + read(
            "certs-sample/issuing-ca.crl")
        self.file("both.crl", crls)
        v, = self.verdicts(path, status=77, conf=self.conf(
            anchors="both-ca.pem", crls="crls = both.crl"))
        self.assertEqual(v["error"]["code"], "signer-mismatch")

    def test_another_organisation_cannot_be_replaced(self):
        self.file("both-ca.pem", read("certs-sample/sender-ca.pem") + read(
            "certs-sample/issuing-ca.pem"))
        self.file("both.crl", read("certs-sample/sender-ca.crl") + read(
            "certs-sample/issuing-ca.crl"))
        conf = self.conf(anchors="both-ca.pem", crls="crls = both.crl")
        theirs = self.file("theirs.sigill", seal(submission(
            supersedes=sealer.fingerprint(self.good), organisation={
                "number": "2199990041", "kind": "annan", "name": "F"}),
            "issued"))
        ours = self.file("ours.sigill", seal(submission(
            supersedes=sealer.fingerprint(self.good),
            answers=answers_with(_1="s1"))))
        got = self.verdicts("--receipts", self.receipts, self.sealed, theirs,
                            ours, status=77, conf=conf)
        self.assertEqual([v["verdict"] for v in got],
                         ["accepted", "rejected", "accepted"])
        self.assertEqual(got[1]["error"]["code"], "organisation-mismatch")
        self.assertEqual(got[2]["supersedes"],
                         sealer.fingerprint(self.good).hex())
        self.assertEqual(self.receipt(ours, "accepted")["supersedes"],
                         sealer.fingerprint(self.good))

    def test_all_mistakes_are_listed(self):
        path = self.file("three.sigill", wrong(answers=answers_with(
            _2=MARKER, _4=[MARKER], **{MARKER: "s1"})))
        v, = self.verdicts(path, status=65)
        got = {(m["code"], m.get("where")) for m in v["mistakes"]}
        self.assertEqual(got, {
            ("option-unknown", "answers.2"), ("answer-type", "answers.4"),
            ("question-unknown", "answers")})
        p = self.run_it(path)
        self.assertEqual(p.stdout.count(b"\n    "), 3)
        self.assertNotIn(MARKER.encode(), p.stdout + p.stderr)

    def test_a_later_run_knows_a_twin(self):
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)
        twin = self.file("twin.sigill", seal(self.good))
        v, = self.verdicts("--receipts", self.receipts, "--handoff",
                           self.handoff, twin, status=0)
        self.assertTrue(v["duplicate"])
        self.assertEqual(self.names(self.handoff), [])
        self.assertEqual(len(self.names(self.receipts)), 2)
        p = self.run_it("--receipts", self.receipts, twin)
        self.assertIn(b"duplicate: ", p.stdout)
        # Without the receipts it cannot know.
        v, = self.verdicts("--handoff", self.handoff, twin, status=0)
        self.assertFalse(v["duplicate"])
        self.assertEqual(len(self.names(self.handoff)), 1)

    def test_too_large(self):
        path = self.file("large.sigill", b"")
        os.truncate(path, 90 << 20)
        v, = self.verdicts("--receipts", self.receipts, path, status=65)
        self.assertEqual(v["error"]["code"], "sealed-size")
        self.assertEqual(v["sealed"]["size"], 90 << 20)
        self.assertEqual(self.receipt(path, "rejected")["reason"],
                         "sealed-size")

    def test_round_not_open_yet(self):
        conf = self.conf(more="[round 2031]\nopens = 2031-01-01\n"
                         "closes = 2031-12-31")
        path = self.file("early.sigill", wrong(round="2031"))
        v, = self.verdicts(path, conf=conf, status=65)
        self.assertEqual(v["error"]["code"], "round")

    def test_test_certificates_in_production(self):
        p = self.run_it(self.sealed, conf=self.conf(
            environment="production"))
        self.assertEqual(p.returncode, 77)
        self.assertEqual(p.stdout, b"")
        self.assertIn(b"[test-certificate]", p.stderr)


class Undecided(Verify):
    """What is not the file's fault gets no receipt."""

    def undecided(self, code, status, *argv, **how):
        v, = self.verdicts("--receipts", self.receipts, *argv,
                           status=status, **how)
        self.assertEqual(v["verdict"], "undecided")
        self.assertEqual(v["error"]["code"], code)
        self.assertEqual(v["status"], status)
        self.assertEqual(self.names(self.receipts), [])
        return v

    def test_unreadable(self):
        v = self.undecided("no-input", 66, self.at("nothing.sigill"))
        self.assertNotIn("sealed", v)
        self.undecided("no-input", 66, self.dir)
        p = self.run_it("--open", self.at("nothing.sigill"))
        self.assertEqual((p.returncode, p.stdout), (66, b""))

    def test_name_that_is_not_text(self):
        name = os.path.join(self.dir.encode(),
                            b"\xff\x1b[31m\xc2\x9b5m.sigill")
        shutil.copy(self.bad.encode(), name)
        p = self.run_it(name)
        self.assertEqual(p.returncode, 77)
        self.assertNotIn(b"\x1b", p.stdout)
        self.assertNotIn(b"\xc2\x9b", p.stdout)
        v, = self.verdicts(name, status=77)
        self.assertIn("?", v["file"])

    def test_revocation_list_out_of_date(self):
        self.undecided("signer-crl", 75, self.sealed, conf=self.conf(
            crls="crls = sender-ca-outdated.crl"))
        # At a time when it was current, the file can be judged.
        conf = self.conf(crls="crls = sender-ca-outdated.crl")
        self.verdicts("--at", "2025-01-15", self.sealed, status=0, conf=conf)

    def test_exit_status_of_a_batch(self):
        missing = self.at("nothing.sigill")
        for files, status in [
                ([self.sealed, self.second], 0),
                ([self.sealed, self.bad, self.sealed], 77),
                ([self.bad, missing, self.sealed], 66),
                ([missing, self.bad], 66)]:
            p = self.run_it(*files)
            self.assertEqual(p.returncode, status)
            lines = [x for x in p.stdout.decode().split("\n")
                     if x and not x.startswith("    ")]
            self.assertEqual([x.split(": ")[0] for x in lines], files)
            self.assertRegex(p.stderr.decode(), r"^sigill-verify: \d "
                             r"accepted, \d rejected, \d undecided\n$")

    def test_hundreds_in_one_run(self):
        files = []
        for i in range(200):
            files.append(self.file("many-%d" % i, read(
                self.bad if i % 50 == 7 else self.sealed)))
        got = self.verdicts(*files, status=77)
        self.assertEqual([v["file"] for v in got], files)
        for i, v in enumerate(got):
            self.assertEqual(v["verdict"], "rejected" if i % 50 == 7
                             else "accepted")


if __name__ == "__main__":
    unittest.main()
