#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-verify as intake staff and scheduled jobs use it."""
import fcntl
import hashlib
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import cbor2

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sealer  # noqa: E402
from sealer import call, read, seal, submission  # noqa: E402

BIN = os.path.abspath(os.environ.get("SIGILL_BUILD", "build")) + "/bin/"
ROOT = os.getcwd()
MARKER = "Hemligt-4711"

CONF = """[authority]
name = Myndigheten Exempel
environment = {environment}
[senders]
anchors = {anchors}
{crls}
[recipient 2026]
certificate = intake-p256.pem
key = {key}
{recipient}
[receipts]
certificate = {receipts}.pem
key = {receipts}.key
[questionnaires]
directory = {questionnaires}
[round 2023]
opens = 2023-05-17
closes = {closes}
{more}
"""


def changed(data, at, to=None):
    data = bytearray(data)
    data[at] = data[at] ^ 1 if to is None else to
    return bytes(data)


def wrong(**changes):
    return seal(submission(**changes))


def answers_with(**changes):
    answers = dict(submission()["statement"]["answers"])
    for question, answer in changes.items():
        answers[question.lstrip("_")] = answer
    return {q: a for q, a in answers.items() if a is not None}


class Verify(unittest.TestCase):
    """A scratch folder with the sample PKI, and good and bad sealed files
    that are made once."""

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="sigill-verify.")
        for name in os.listdir("certs-sample"):
            shutil.copy("certs-sample/" + name, cls.dir)
            os.chmod(cls.at(name), 0o600)
        cls.good = submission()
        cls.sealed = cls.file("good.sigill", seal(cls.good))
        cls.second = cls.file("second.sigill", seal(submission()))
        cls.bad = cls.file("bad.sigill", changed(read(cls.sealed), -1))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def at(cls, name):
        return os.path.join(cls.dir, name)

    @classmethod
    def file(cls, name, data, mode=0o600):
        with open(cls.at(name), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(cls.at(name), mode)
        return cls.at(name)

    def setUp(self):
        self.receipts = tempfile.mkdtemp(dir=self.dir)
        self.handoff = tempfile.mkdtemp(dir=self.dir)

    def conf(self, **changes):
        values = dict(environment="test", anchors="sender-ca.pem",
                      crls="crls = sender-ca.crl", key="intake-p256.key",
                      receipts="intake-receipts", recipient="",
                      questionnaires=ROOT + "/questionnaires",
                      closes="2099-12-31", more="")
        values.update(changes)
        text = CONF.format(**values)
        return self.file("verify-%s.conf" % hashlib.sha256(
            text.encode()).hexdigest()[:12], text)

    def run_it(self, *argv, conf=None, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("stdout", subprocess.PIPE)
        return subprocess.run(
            [BIN + "sigill-verify", "-c", conf or self.conf(), *argv],
            stderr=subprocess.PIPE, timeout=300, **how)

    def verdicts(self, *argv, status=None, **how):
        p = self.run_it("--json", *argv, **how)
        doc = json.loads(p.stdout)
        if status is not None:
            self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        self.assertNotIn("error", doc)
        return doc["verdicts"]

    def names(self, folder):
        return sorted(os.listdir(folder))

    def receipt(self, sealed, stage):
        """A receipt's content, after openssl(1) has verified it."""
        path = "%s/%s.%s.p7s" % (self.receipts, hashlib.sha256(
            read(sealed)).hexdigest(), stage)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o644)
        content = call("openssl", "cms", "-verify", "-inform", "DER",
                       "-binary", "-purpose", "any", "-CAfile",
                       "certs-sample/authority-root.pem", "-in", path)
        got = cbor2.loads(content)
        self.assertEqual(cbor2.dumps(got, canonical=True), content)
        self.assertEqual(got["sealed"], hashlib.sha256(
            read(sealed)).digest())
        self.assertEqual(got["size"], len(read(sealed)))
        self.assertEqual(got["stage"], stage)
        self.assertEqual(got["authority"], "Myndigheten Exempel")
        self.assertEqual(got["environment"], "test")
        self.assertLess(abs(got["time"] - time.time()), 120)
        return got


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
        twin = dict(self.good, created=1690000001)
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
            ("twin", seal(twin), "duplicate", 65),
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
        v, = self.verdicts("--receipts", self.receipts, twin, status=65)
        self.assertEqual(v["error"]["code"], "duplicate")
        self.verdicts(twin, status=0)   # without the receipts it cannot know

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
        name = os.path.join(self.dir.encode(), b"\xff\x1b[31m\xc2\x9b5m.sigill")
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
        v, = self.verdicts("--at", "2025-01-15", self.sealed, status=0,
                           conf=self.conf(crls="crls = sender-ca-outdated.crl"))

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


class Receipts(Verify):
    def test_accepted_and_rejected(self):
        got = self.verdicts("--receipts", self.receipts, self.sealed,
                            self.bad, status=77)
        r = self.receipt(self.sealed, "accepted")
        self.assertEqual(r["submission"], self.good["id"])
        self.assertEqual(r["fingerprint"], sealer.fingerprint(self.good))
        self.assertEqual(r["organisation"], "2199990017")
        self.assertEqual(r["round"], "2023")
        self.assertEqual(self.receipt(self.bad, "rejected")["reason"],
                         "outer-signature")
        self.assertEqual({v["receipt"] for v in got}, {
            self.receipts + "/" + n for n in self.names(self.receipts)})

    def test_a_receipt_stands(self):
        argv = "--receipts", self.receipts, self.sealed, self.bad
        self.run_it(*argv)
        before = {n: read(self.receipts + "/" + n)
                  for n in self.names(self.receipts)}
        self.assertEqual(len(before), 2)
        time.sleep(1.1)     # a new one would have another time in it
        self.assertEqual(self.run_it(*argv).returncode, 77)
        self.assertEqual(before, {n: read(self.receipts + "/" + n)
                                  for n in self.names(self.receipts)})

    def test_the_other_stage_stands(self):
        """Accepted once, and no longer acceptable; and the reverse."""
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)
        v, = self.verdicts("--receipts", self.receipts, "--at",
                           "2046-01-01", self.sealed, status=65,
                           conf=self.conf(crls=""))
        self.assertEqual((v["verdict"], v["error"]["code"]),
                         ("undecided", "duplicate"))
        self.assertEqual(len(self.names(self.receipts)), 1)
        digest = hashlib.sha256(read(self.sealed)).hexdigest()
        os.rename("%s/%s.accepted.p7s" % (self.receipts, digest),
                  "%s/%s.rejected.p7s" % (self.receipts, digest))
        v, = self.verdicts("--receipts", self.receipts, "--handoff",
                           self.handoff, self.sealed, status=65)
        self.assertEqual((v["verdict"], v["error"]["code"]),
                         ("undecided", "duplicate"))
        self.assertEqual(self.names(self.handoff), [])
        self.assertEqual(len(self.names(self.receipts)), 1)

    def test_a_damaged_receipt_stops_the_run(self):
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)
        name, = self.names(self.receipts)
        path = self.receipts + "/" + name
        data = read(path)
        with open(path, "wb") as f:
            f.write(changed(data, len(data) // 2))
        p = self.run_it("--json", "--receipts", self.receipts, self.second)
        self.assertEqual(p.returncode, 74)
        doc = json.loads(p.stdout)
        self.assertEqual(doc["verdicts"], [])
        self.assertEqual(doc["error"]["where"], path)
        self.assertEqual(self.names(self.receipts), [name])

    def test_one_run_at_a_time(self):
        fd = os.open(self.receipts, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            p = self.run_it("--receipts", self.receipts, self.sealed)
        finally:
            os.close(fd)
        self.assertEqual((p.returncode, p.stdout), (75, b""))
        self.assertIn(b"[busy]", p.stderr)
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)

    def test_no_folder(self):
        p = self.run_it("--receipts", self.at("nowhere"), self.sealed)
        self.assertEqual((p.returncode, p.stdout), (74, b""))


class Handoff(Verify):
    def test_folder(self):
        argv = "--receipts", self.receipts, "--handoff", self.handoff
        self.verdicts(*argv, self.sealed, self.bad, status=77)
        name = hashlib.sha256(read(self.sealed)).hexdigest() + ".json"
        self.assertEqual(self.names(self.handoff), [name])
        path = self.handoff + "/" + name
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        first = read(path)
        doc = json.loads(first)
        opened = json.loads(self.run_it("--open", self.sealed).stdout)
        for d in doc, opened:
            self.assertRegex(d.pop("verified"), r"^\d{4}-.*Z$")
        self.assertEqual(doc, opened)
        time.sleep(1.1)
        self.verdicts(*argv, self.sealed, status=0)
        self.assertEqual(read(path), first)

    def test_folder_that_cannot_be_written(self):
        v, = self.verdicts("--receipts", self.receipts, "--handoff",
                           self.at("nowhere"), self.sealed, status=74)
        self.assertEqual(v["verdict"], "undecided")
        self.assertEqual(self.names(self.receipts), [])

    def hand(self, command, *more, status=0, **how):
        v, = self.verdicts("--receipts", self.receipts, "--handoff-command",
                           command, *more, self.sealed, status=status, **how)
        self.assertEqual(len(self.names(self.receipts)),
                         1 if status == 0 else 0)
        if status != 0:
            self.assertEqual((v["verdict"], v["error"]["code"]),
                             ("undecided", "handoff"))
        return v

    def test_command(self):
        out = self.at("taken")
        v = self.hand("cat >%s; echo $SIGILL_SEALED $SIGILL_SUBMISSION "
                      "$SIGILL_FINGERPRINT >>%s; echo told" % (out, out))
        document, ids = read(out).decode().splitlines()
        self.assertEqual(json.loads(document)["submission"]["id"],
                         self.good["id"].hex())
        self.assertEqual(ids.split(), [
            v["sealed"]["sha256"], self.good["id"].hex(), v["fingerprint"]])

    def test_command_is_told_in_vain_to_write_here(self):
        p = self.run_it("--open", "--handoff-command",
                        "cat >/dev/null; echo told", self.sealed)
        json.loads(p.stdout)
        self.assertEqual(p.stderr, b"told\n")

    def test_commands_that_fail(self):
        self.hand("cat >/dev/null; exit 3", status=75)
        self.hand("cat >/dev/null; kill -9 $$", status=75)
        self.hand("true", status=75)
        self.hand("exec 0</dev/null; sleep 0.1", status=75)
        self.hand("head -c 100 >/dev/null", status=75)
        self.hand("/nowhere/at/all", status=75)
        self.hand("cat >/dev/null")     # and then it succeeds

    def test_parent_that_ignores_its_children(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.hand("cat >/dev/null; exit 3", status=75, preexec_fn=ignore)
        self.hand("cat >/dev/null", preexec_fn=ignore)

    def test_large_submission_to_commands_that_do_not_read(self):
        """More than a pipe holds."""
        path = self.file("big.sigill", wrong(attachments=[{
            "name": "a.bin", "media_type": "application/octet-stream",
            "data": os.urandom(400000)}]))
        for command, status in [("true", 75), ("head -c 9 >/dev/null", 75),
                                ("exec 0<&-; sleep 0.2", 75),
                                ("sleep 0.2; cat >/dev/null", 0)]:
            v, = self.verdicts("--handoff-command", command, path,
                               status=status)

    def test_slow_command_is_ended_with_its_children(self):
        mark = self.at("survivor")
        start = time.monotonic()
        self.hand("cat >/dev/null; (sleep 5; touch %s) & wait" % mark,
                  "--handoff-timeout", "1", status=75)
        self.assertLess(time.monotonic() - start, 5)
        time.sleep(max(0, 6 - (time.monotonic() - start)))
        self.assertFalse(os.path.exists(mark))


class Machine(Verify):
    def test_standard_output_full(self):
        for argv in [], ["--json"], ["--open"]:
            with open("/dev/full", "wb") as full:
                p = self.run_it(*argv, self.sealed, stdout=full)
            self.assertEqual(p.returncode, 74)
            self.assertIn(b"[no-space]", p.stderr)

    def test_standard_output_closed(self):
        p = subprocess.run(["sh", "-c", '"$@" >&-', "sh",
                            BIN + "sigill-verify", "-c", self.conf(),
                            "--receipts", self.receipts, self.sealed],
                           stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(p.returncode, 74)
        self.receipt(self.sealed, "accepted")

    def test_reader_gone(self):
        r, w = os.pipe()
        os.close(r)
        with os.fdopen(w, "wb") as out:
            p = self.run_it(self.sealed, stdout=out)
        self.assertEqual(p.returncode, 74)

    def test_disk_full(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        with tempfile.TemporaryFile() as out:
            p = self.run_it("--receipts", self.receipts, "--handoff",
                            self.handoff, self.sealed, self.bad, stdout=out,
                            preexec_fn=limit)
            self.assertEqual(p.returncode, 74)
        self.assertEqual(self.names(self.receipts), [])
        self.assertEqual(self.names(self.handoff), [])
        self.verdicts("--receipts", self.receipts, "--handoff",
                      self.handoff, self.sealed, status=0)

    def test_memory_that_runs_out_is_no_fault_of_the_file(self):
        """One allocation fails, somewhere while the file is judged."""
        if b"__asan_init" in read(BIN + "sigill-verify"):
            self.skipTest("the sanitizer has its own allocator")
        lib, count = self.at("fail_malloc.so"), self.at("count")
        call("gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lib,
             "tests/cli/fail_malloc.c")
        env = dict(os.environ, LD_PRELOAD=lib)
        self.verdicts(self.sealed, status=0,
                      env=dict(env, FAIL_COUNT=count))
        total = int(read(count))
        seen = set()
        for i in range(total - 2600, total, 37):
            p = self.run_it("--json", "--receipts", self.receipts,
                            self.sealed, env=dict(env, FAIL_AT=str(i)))
            self.assertIn(p.returncode, (0, 74, 75), (i, p.stdout))
            doc = json.loads(p.stdout or b'{"verdicts": []}')
            seen.update(v["verdict"] for v in doc["verdicts"])
            for name in self.names(self.receipts):
                self.assertIn(".accepted.p7s", name)
                os.unlink(self.receipts + "/" + name)
        self.assertEqual(seen, {"accepted", "undecided"})

    def test_nothing_of_the_content_is_left(self):
        """No file of the folder has the answers but the handoff's."""
        option = submission()
        option["statement"]["organisation"]["name"] = MARKER
        path = self.file("marked.sigill", seal(option))
        scratch = tempfile.mkdtemp(dir=self.dir)
        self.run_it("--receipts", self.receipts, path, cwd=scratch,
                    env=dict(os.environ, TMPDIR=scratch))
        self.assertEqual(self.names(scratch), [])
        name, = self.names(self.receipts)
        self.assertNotIn(MARKER.encode(), read(self.receipts + "/" + name))


    @unittest.skipUnless(os.geteuid() == 0, "only root may look")
    def test_one_file_is_gone_from_memory_when_the_next_comes(self):
        """The handoff command of the second file looks into our memory for
        the content of the first; and for its own, to see that it can."""
        first, second = submission(), submission()
        for s, text in (first, "Fordonsregistret"), (second, "Vattenverket"):
            s["statement"]["attachments"] = [{
                "name": "a.txt", "media_type": "text/plain",
                "data": (text * 50).encode()}]
            s["statement"]["organisation"]["name"] = text + " kommun"
        look = self.file("look.py", """
import os, re, sys
sys.stdin.buffer.read()
if os.environ["SIGILL_SUBMISSION"] != sys.argv[1]:
    sys.exit(0)
pid = os.getppid()
found = {b"Fordonsregistret": 0, b"Vattenverket": 0}
with open("/proc/%d/mem" % pid, "rb") as mem:
    for line in open("/proc/%d/maps" % pid):
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if m is None or "[v" in line:
            continue
        start, end = (int(x, 16) for x in m.groups())
        if end - start > 1 << 32:   # the sanitizer's own
            continue
        while start < end:
            try:
                mem.seek(start)
                data = mem.read(min(end - start, 1 << 22))
            except (OSError, ValueError, OverflowError):
                break
            if not data:
                break
            for text in found:
                found[text] += data.count(text)
            start += len(data)
print(found[b"Fordonsregistret"], found[b"Vattenverket"])
""")
        paths = [self.file("m%d.sigill" % i, seal(s))
                 for i, s in enumerate((first, second))]
        p = self.run_it("--handoff-command", "exec /usr/bin/python3 %s %s" % (
            look, second["id"].hex()), *paths)
        self.assertEqual(p.returncode, 0, p.stderr)
        gone, there = map(int, p.stderr.split(b"\n")[0].split())
        self.assertGreater(there, 0)
        self.assertEqual(gone, 0)


class Setup(Verify):
    def refused(self, conf, code, status, *argv, **how):
        for way in [], ["--json"], ["--open"]:
            p = self.run_it(*way, *argv, self.sealed, conf=conf, **how)
            self.assertEqual(p.returncode, status, p.stderr)
            self.assertIn(("[%s]" % code).encode(), p.stderr)
            if way == ["--json"]:
                doc = json.loads(p.stdout)
                self.assertEqual(doc["verdicts"], [])
                self.assertEqual(doc["error"]["code"], code)
            else:
                self.assertEqual(p.stdout, b"")
        return p.stderr.decode()

    def edited(self, old, new):
        return self.file("edited.conf", read(self.conf()).decode().replace(
            old, new))

    def test_configuration(self):
        self.refused(self.at("no.conf"), "config-missing", 78)
        self.refused(self.edited("anchors", "anchor"), "config", 78)
        self.refused(self.edited("= test", "= tset"), "config", 78)
        self.refused(self.edited("[recipient 2026]", "[recipient]"),
                     "config", 78)
        self.refused(self.edited("[round 2023]\nopens = 2023-05-17\n"
                                 "closes = 2099-12-31", ""), "config", 78)
        self.refused(self.conf(closes="2022-01-01"), "config", 78)
        self.refused(self.edited("Myndigheten Exempel", ""), "config", 78)
        self.refused(self.conf(anchors="nowhere.pem"), "config", 78)
        self.refused(self.conf(crls="crls = sender-ca.pem"), "config", 78)
        said = self.refused(self.conf(questionnaires="nowhere"), "config",
                            78)
        self.assertIn("nowhere", said)

    def test_definitions(self):
        folder = tempfile.mkdtemp(dir=self.dir)
        self.refused(self.conf(questionnaires=folder), "config", 78)
        shutil.copy("questionnaires/itsakkollen-2023.json", folder)
        self.verdicts(self.sealed, status=0,
                      conf=self.conf(questionnaires=folder))
        with open(folder + "/z.json", "w") as f:
            f.write('{"id": ')
        said = self.refused(self.conf(questionnaires=folder), "config", 78)
        self.assertIn("z.json", said)

    def test_keys(self):
        said = self.refused(self.conf(key="nowhere.key"), "config", 78)
        self.assertIn("nowhere.key", said)
        shutil.copy(self.at("intake-p256.key"), self.at("open.key"))
        os.chmod(self.at("open.key"), 0o644)
        self.refused(self.conf(key="open.key"), "key-mode", 77)
        self.refused(self.conf(key="intake-p384.key"), "key-mismatch", 77)
        self.refused(self.conf(key="verify.txt"), "config", 78)
        self.file("junk.key", "junk")
        self.refused(self.conf(key="junk.key"), "key", 77)

    def test_receipts_section(self):
        conf = self.edited("[receipts]\ncertificate = intake-receipts.pem\n"
                           "key = intake-receipts.key\n", "")
        self.verdicts(self.sealed, conf=conf, status=0)
        self.refused(conf, "config", 78, "--receipts", self.receipts)
        self.assertEqual(self.names(self.receipts), [])
        # A certificate that has expired would sign what nobody accepts.
        self.refused(self.conf(receipts="expired"), "config", 78,
                     "--receipts", self.receipts)

    def test_passphrases(self):
        locked = self.at("locked.key")
        call("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in",
             self.at("intake-p256.key"), "-passout", "pass:rätt fras",
             "-out", locked)
        os.chmod(locked, 0o600)
        conf = self.conf(key="locked.key")
        # Nobody sits there: no prompt, no waiting.
        self.refused(conf, "passphrase-needed", 77, start_new_session=True)
        self.file("right", "rätt fras\n")
        self.file("wrong", "fel\n")
        self.verdicts(self.sealed, status=0, conf=self.conf(
            key="locked.key", recipient="passphrase_file = right"))
        self.refused(self.conf(
            key="locked.key", recipient="passphrase_file = wrong"),
            "passphrase", 77)
        for name, status in ("right", 0), ("wrong", 77):
            with open(self.at(name), "rb") as f:
                p = self.run_it("--passphrase-fd", str(f.fileno()),
                                self.sealed, conf=conf,
                                pass_fds=[f.fileno()])
            self.assertEqual(p.returncode, status)
            self.assertNotIn("fras".encode(), p.stdout + p.stderr)
        # One descriptor serves several keys.
        shutil.copy(locked, self.at("locked2.key"))
        conf = self.conf(key="locked.key", more="[recipient again]\n"
                         "certificate = intake-p256.pem\n"
                         "key = locked2.key\n")
        p = self.run_it("--passphrase-fd", "0", self.sealed, conf=conf,
                        stdin=None, input="rätt fras\n".encode())
        self.assertEqual(p.returncode, 0, p.stderr)

    def test_usage(self):
        for argv in ([], ["--open", "a", "b"], ["--open", "--json", "a"],
                     ["--handoff", "a", "--handoff-command", "b", "c"],
                     ["--at", "yesterday", "a"], ["--frobnicate", "a"],
                     ["--handoff-timeout", "0", "a"],
                     ["--passphrase-fd", "x", "a"]):
            p = self.run_it(*argv)
            self.assertEqual((p.returncode, p.stdout), (64, b""), argv)
            self.assertIn(b"--help", p.stderr)
        for argv in "--help", "--version":
            p = self.run_it(argv)
            self.assertEqual((p.returncode, p.stderr), (0, b""))
            self.assertIn(b"sigill-verify", p.stdout)


if __name__ == "__main__":
    unittest.main()
