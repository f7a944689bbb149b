#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Mandates, as three people meet them: who gives one, who answers by it, and
the authority that judges it."""
import datetime
import glob
import hashlib
import json
import os
import sys
import unittest

import cbor2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE) + "/faults")
import sealer  # noqa: E402
from scene import Libraries  # noqa: E402
from scratch import (  # noqa: E402
    BUILD, CONFIG, DEFAULTS, Scratch, SwedishScratch)
from test_sigill_send import Portal  # noqa: E402

Libraries.sources["moved_clock"] = "tests/cli/moved_clock.c"
DAY = 86400
QUESTIONNAIRE = "infosakkollen-2023"
MUNICIPALITY, REGION, AGENCY = "2199990017", "2199990025", "2199990033"
CONF = {MUNICIPALITY: "sigill.conf", REGION: "region.conf",
        AGENCY: "agency.conf"}


def on_day(days):
    return (datetime.date.today() +
            datetime.timedelta(days=days)).isoformat()


class Three:
    """The municipality's configuration is the usual one."""

    portal_url = None

    def people(self):
        for conf, identity in (("region.conf", "exempelregionen"),
                               ("agency.conf", "exempelmyndigheten")):
            self.configure(conf, identity=identity)
        self.before = self.files()

    def configure(self, name="sigill.conf", extra="", **changes):
        if self.portal_url is not None:
            changes.setdefault("portal", self.portal_url)
        return self.write(name, CONFIG.format(**dict(DEFAULTS, **changes)) +
                          "[outbox]\ndirectory = outbox-%s\n" % name + extra)

    def terms(self, **changes):
        """The options of a mandate; None leaves one out."""
        given = {"submitter": REGION, "questionnaire": QUESTIONNAIRE,
                 "round": "2023", "expires": on_day(30)}
        given.update(changes)
        return [word for name, value in given.items() if value is not None
                for word in ("--" + name, value)]

    def give(self, out="m.mandate", by=MUNICIPALITY, env=None, **changes):
        self.good("mandate", *self.terms(**changes), "-o", out,
                  config=CONF[by], env=env)
        self.before = self.files()
        return out

    def at(self, days):
        """A machine whose clock is some days off."""
        return Libraries.env(self.env, "moved_clock",
                             MOVED_CLOCK=str(days * DAY))

    def content(self, path):
        return sealer.signed_content(self.read(path))

    def verify(self, *argv):
        self.write("verify.conf", """[authority]
name = Provmyndigheten
environment = test
[senders]
anchors = sender-ca.pem
crls = sender-ca.crl
[recipient one]
certificate = intake-p256.pem
key = intake-p256.key
[receipts]
certificate = intake-receipts.pem
key = intake-receipts.key
[round 2023]
opens = 2020-01-01
closes = 2099-12-31
""")
        return sealer.subprocess.run(
            [BUILD + "/bin/sigill-verify", "--config", "verify.conf", *argv],
            cwd=self.dir, capture_output=True)


class Give(Three, Scratch):
    def setUp(self):
        super().setUp()
        self.people()

    def test_for_people(self):
        p = self.good("mandate", *self.terms(submitter="219999-0025"))
        path = "%s-%s-2023.mandate" % (MUNICIPALITY, QUESTIONNAIRE)
        self.assertEqual(self.new_files(), {path})
        digest = hashlib.sha256(self.content(path)).hexdigest()
        for word in ("219999-0017", "219999-0025", QUESTIONNAIRE, "2023",
                     on_day(30) + " 23:59:59", digest, path, "TEST"):
            self.assertIn(word, p.out)
        self.assertEqual(os.stat(self.path(path)).st_mode & 0o777, 0o644)

    def test_for_programs(self):
        doc = self.json("mandate", *self.terms(), "-o", "x")
        self.assertEqual(doc["mandate_file"], "x")
        self.assertEqual(doc["mandate_digest"],
                         hashlib.sha256(self.content("x")).hexdigest())
        m = doc["mandate"]
        self.assertEqual(
            (m["organisation"], m["submitter"], m["questionnaire"],
             m["round"], m["environment"], m["expires"]),
            (MUNICIPALITY, REGION, QUESTIONNAIRE, "2023", "test",
             on_day(30) + "T23:59:59Z"))

    def test_content_for_other_software(self):
        self.give()
        content = self.content("m.mandate")
        got = cbor2.loads(content)
        self.assertEqual(cbor2.dumps(got, canonical=True), content)
        self.assertEqual(set(got), {
            "format", "version", "organisation", "submitter",
            "questionnaire", "round", "environment", "created", "expires"})
        self.assertEqual((got["format"], got["version"]),
                         ("sigill-mandate", 1))
        sealer.call("openssl", "cms", "-verify", "-inform", "DER", "-binary",
                    "-purpose", "any", "-CAfile", self.path("sender-ca.pem"),
                    "-in", self.path("m.mandate"))

    def test_by_every_kind_of_key(self):
        for by, submitter in ((MUNICIPALITY, REGION), (REGION, AGENCY),
                              (AGENCY, MUNICIPALITY)):
            path = self.give("m-" + by, by=by, submitter=submitter)
            self.good("mandate", path, config=None)

    def test_what_is_missing(self):
        for name in "submitter", "questionnaire", "round", "expires":
            p = self.bad(64, "usage", "mandate", *self.terms(**{name: None}))
            self.assertIn("--" + name, p.err)
        self.bad(64, "usage", "mandate")

    def test_wrong_terms(self):
        for status, code, option, value in (
                (65, "organisation-number", "submitter", "2199990026"),
                (65, "organisation-number", "submitter", "regionen"),
                (64, "usage", "submitter", MUNICIPALITY),
                (64, "usage", "questionnaire", "Infosäkkollen 2023"),
                (64, "usage", "questionnaire", ""),
                (64, "usage", "round", "spring 2023"),
                (64, "usage", "round", ""),
                (64, "usage", "expires", "soon"),
                (64, "usage", "expires", "2027-02-30"),
                (64, "usage", "expires", on_day(-1)),
                (64, "usage", "expires", "2020-01-01T00:00:00Z"),
                (64, "usage", "expires", on_day(1100)),
                (64, "usage", "expires", "9999-12-31")):
            with self.subTest(option=option, value=value):
                p = self.bad(status, code, "mandate",
                             *self.terms(**{option: value}))
                self.assertIn("--" + option, p.err)

    def test_today_and_three_years(self):
        self.give("today", expires=on_day(0))
        self.give("years", expires=on_day(1095))

    def test_other_options(self):
        self.bad(64, "usage", "mandate", *self.terms(), "--wait", "3")
        self.bad(64, "usage", "mandate", *self.terms(), "-o", "-")
        self.bad(64, "usage", "check", "a.json", "--mandate", "m.mandate")
        self.give()
        self.bad(64, "usage", "mandate", "m.mandate", "--round", "2023")
        self.bad(64, "usage", "mandate", "m.mandate", "m.mandate")

    def test_never_overwrites(self):
        self.give()
        was = self.read("m.mandate")
        self.bad(74, "output-exists", "mandate", *self.terms(), "-o",
                 "m.mandate")
        self.assertEqual(self.read("m.mandate"), was)

    def test_passphrase_comes_last(self):
        """What is wrong on the line is told before it is asked for."""
        sealer.call("openssl", "pkcs8", "-topk8", "-in",
                    self.path("exempelkoping.key"), "-passout", "pass:häst",
                    "-out", self.path("locked.key"))
        self.write("pass", "häst\n")
        self.write("sigill.conf", self.read("sigill.conf").replace(
            b"exempelkoping.key", b"locked.key"))
        os.chmod(self.path("locked.key"), 0o600)
        self.before = self.files()
        self.bad(64, "usage", "mandate", *self.terms(expires="soon"))
        self.bad(77, "passphrase-needed", "mandate", *self.terms())
        self.good("mandate", *self.terms(), "--passphrase-file", "pass")

    def test_whose_certificate(self):
        for identity, code in (("expired", "signer-expired"),
                               ("wrong-usage", "signer-usage"),
                               ("wrong-eku", "signer-usage"),
                               ("intake-receipts", "certificate")):
            with self.subTest(identity):
                self.configure(identity=identity)
                self.bad(77, code, "mandate", *self.terms())
        self.configure(environment="production")
        self.bad(77, "test-certificate", "mandate", *self.terms())

    def test_questionnaires(self):
        """One that is not installed is told of; a definition's file will do
        for its name."""
        p = self.good("mandate", *self.terms(questionnaire="okand-2027"),
                      "-o", "one")
        self.assertIn("No questionnaire 'okand-2027'", p.out)
        doc = self.json("mandate", *self.terms(questionnaire=os.path.abspath(
            "questionnaires/itsakkollen-2023.json")), "-o", "two")
        self.assertEqual(doc["mandate"]["questionnaire"], "itsakkollen-2023")

    def test_a_deadline_after_its_end(self):
        self.configure(extra="[round 2023]\ncloses = %s\n" % on_day(60))
        p = self.good("mandate", *self.terms(), "-o", "one")
        self.assertIn("The round closes", p.out)
        p = self.good("mandate", *self.terms(expires=on_day(61)), "-o", "two")
        self.assertNotIn("The round closes", p.out)

    def test_show(self):
        self.give()
        for command in "mandate", "inspect":
            p = self.good(command, "m.mandate", config=None)
            for word in ("219999-0017 lets 219999-0025", "Exempelköping",
                         hashlib.sha256(self.content(
                             "m.mandate")).hexdigest()):
                self.assertIn(word, p.out)
            doc = self.json(command, "m.mandate", config=None)
            self.assertIs(doc["expired"], False)
            self.assertEqual(doc["signer"]["organisation"], MUNICIPALITY)
        doc = self.json("mandate", "m.mandate", env=self.at(31))
        self.assertIs(doc["expired"], True)

    def test_show_what_is_none(self):
        self.give()
        data = self.read("m.mandate")
        self.write("cut", data[:-1])
        self.write("more", data + b"\0")
        self.write("flipped", data.replace(b"2199990025", b"2199990033"))
        self.write("empty", b"")
        self.good("seal", "a.json")
        self.before = self.files()
        for name in "cut", "more", "flipped", "empty", "a.sigill", "a.json":
            with self.subTest(name):
                p = self.bad(77, "mandate", "mandate", name)
                self.assertIn(name, p.err)
        self.bad(66, "no-input", "mandate", "nowhere")
        p = self.bad(65, "receipt-structure", "receipt", "m.mandate")
        self.assertIn("looks like a mandate", p.err)
        self.bad(65, "outer-structure", "send", "m.mandate")


class Seal(Three, Scratch):
    """The client refuses what the authority would refuse."""

    def setUp(self):
        super().setUp()
        self.people()
        self.give()

    def seal_by(self, mandate="m.mandate", conf="region.conf", **how):
        return self.sigill("seal", "a.json", "--mandate", mandate, "-o",
                           "out.sigill", config=conf, **how)

    def refused(self, mandate="m.mandate", where=None, conf="region.conf",
                code="mandate", **how):
        p = self.bad(77, code, "seal", "a.json", "--mandate", mandate,
                     config=conf, **how)
        self.assertIn(mandate, p.err)
        if where is not None:
            self.assertIn("mandate." + where, p.err)
        return p

    def test_accepted(self):
        p = self.seal_by()
        self.assertEqual((p.returncode, p.err), (0, ""))
        self.assertIn("219999-0017 lets 219999-0025", p.out)
        p = self.verify("--json", "out.sigill")
        self.assertEqual(p.returncode, 0, p.stdout)
        v, = json.loads(p.stdout)["verdicts"]
        self.assertEqual(v["organisation"]["number"], MUNICIPALITY)
        self.assertEqual(v["signer"]["organisation"], REGION)
        self.assertEqual(v["mandate"], {
            "sha256": hashlib.sha256(self.content("m.mandate")).hexdigest(),
            "expires": on_day(30) + "T23:59:59Z"})
        p = self.verify("--open", "out.sigill")
        doc = json.loads(p.stdout)
        self.assertEqual(doc["mandate"], v["mandate"])
        self.assertEqual(doc["submission"]["statement"]["organisation"]
                         ["number"], MUNICIPALITY)
        p = self.verify("out.sigill")
        self.assertIn(b"by mandate: signed by 219999-0025", p.stdout)

    def test_without_one(self):
        p = self.bad(77, "organisation-mismatch", "seal", "a.json",
                     config="region.conf")
        self.assertIn("mandate", p.err)     # what to do

    def test_needless(self):
        self.refused(conf="sigill.conf")

    def test_of_another_organisation(self):
        self.give("agency", by=AGENCY)
        p = self.refused("agency", "organisation")
        self.assertIn("219999-0033", p.err)
        self.assertIn("219999-0017", p.err)

    def test_for_another_submitter(self):
        self.refused(where="submitter", conf="agency.conf")

    def test_for_another_questionnaire(self):
        self.give("it", questionnaire="itsakkollen-2023")
        self.refused("it", "questionnaire")

    def test_for_another_round(self):
        self.give("2024", round="2024")
        self.refused("2024", "round")

    def test_for_another_environment(self):
        """Only the configuration differs: no certificate would do."""
        self.configure("region.conf", identity="exempelregionen",
                       environment="production")
        self.bad(77, "mandate", "seal", "a.json", "--mandate", "m.mandate",
                 config="region.conf")

    def test_in_time(self):
        self.assertEqual(self.seal_by(env=self.at(29)).returncode, 0)
        os.unlink(self.path("out.sigill"))
        os.unlink(self.path("out.sigill.reply.pem"))
        self.refused(where="expires", env=self.at(31))
        p = self.refused(where="created", env=self.at(-2))
        self.assertIn("clock", p.err)

    def test_by_whom(self):
        """Others than the organisation sign in its name."""
        self.write("forged", self.forged("issued"))
        self.before = self.files()
        self.refused("forged", "signer")

    def forged(self, org):
        """The same content, signed by another key, with none of our code."""
        return sealer.signed(self.content("m.mandate"), org, "mandate")

    def test_signed_by_other_software(self):
        """With the organisation's own key: as good."""
        self.write("other", self.forged("exempelkoping"))
        p = self.seal_by("other")
        self.assertEqual((p.returncode, p.err), (0, ""))
        p = self.verify("out.sigill")
        self.assertEqual(p.returncode, 0, p.stdout)

    def test_expired_signer(self):
        for org in "expired", "wrong-usage":
            self.write("m2", self.forged(org))
            self.before = self.files()
            self.refused("m2", "signer")

    def test_revoked_signer_is_the_authoritys_to_see(self):
        self.write("m2", self.forged("revoked"))
        self.assertEqual(self.seal_by("m2").returncode, 0)
        p = self.verify("--json", "out.sigill")
        v, = json.loads(p.stdout)["verdicts"]
        self.assertEqual((v["verdict"], v["error"]["code"],
                          v["error"]["where"]),
                         ("rejected", "mandate", "mandate.signer"))
        self.assertNotIn("mandate", v)

    def test_expired_at_the_authority(self):
        self.assertEqual(self.seal_by().returncode, 0)
        late = on_day(31) + "T00:00:00Z"
        for at, code in ((on_day(30) + "T23:59:59Z", None),
                         (late, "mandate")):
            p = self.verify("--json", "--at", at, "out.sigill")
            v, = json.loads(p.stdout)["verdicts"]
            # No list is current so far ahead.
            if "error" in v and v["error"]["code"] == "signer-crl":
                continue
            self.assertEqual(v.get("error", {}).get("code"), code)

    def test_what_is_no_mandate(self):
        data = self.read("m.mandate")
        self.write("cut", data[:-1])
        self.write("huge", b"\x30" * 40000)
        self.before = self.files()
        for name in "cut", "huge", "a.json":
            self.refused(name)
        self.bad(66, "no-input", "seal", "a.json", "--mandate", "nowhere",
                 config="region.conf")

    def test_before_the_passphrase(self):
        sealer.call("openssl", "pkcs8", "-topk8", "-in",
                    self.path("exempelregionen.key"), "-passout",
                    "pass:häst", "-out", self.path("locked.key"))
        os.chmod(self.path("locked.key"), 0o600)
        self.write("region.conf", self.read("region.conf").replace(
            b"exempelregionen.key", b"locked.key"))
        self.before = self.files()
        self.give("2024", round="2024")
        self.refused("2024", "round")
        self.bad(77, "passphrase-needed", "seal", "a.json", "--mandate",
                 "m.mandate", config="region.conf")


class Submit(Three, Portal):
    """One submitter, many organisations: entries are about whose answers they
    are, and sent by who signs."""

    def setUp(self):
        super().setUp()
        self.portal_url = self.url
        self.configure()
        self.people()
        self.give()

    def submit(self, name="a.json", *more, mandate="m.mandate", status=0):
        doc = self.json("submit", name, "--mandate", mandate, *more,
                        config="region.conf", status=status)
        self.before = self.files()
        return doc

    def answers_of(self, number, name, **changes):
        a = self.answers()
        a["organisation"] = {"number": number, "name": name,
                             "kind": "myndighet"}
        a.update(changes)
        self.write(number + ".json", json.dumps(a))
        return number + ".json"

    def verify_all(self):
        files = [p for p in glob.glob(self.path("spool/**"), recursive=True)
                 if os.path.isfile(p) and p.endswith(".sigill")]
        self.assertTrue(files)
        return Three.verify(self, "--json", "--receipts", "verdicts", *files)

    def test_the_whole_way(self):
        doc = self.submit()
        self.assertEqual(doc["mandate"]["organisation"], MUNICIPALITY)
        self.assertEqual(doc["receipt"]["stage"], "stored")
        again = self.submit()
        self.assertIs(again["already_delivered"], True)
        self.assertEqual(again["id"], doc["id"])
        p = self.verify_all()
        self.assertEqual(p.returncode, 0, p.stdout)
        doc = self.json("status", "--wait", "5", config="region.conf")
        one, = doc["submissions"]
        self.assertEqual(one["state"], "accepted")
        self.assertEqual((one["organisation"], one["signer"]),
                         (MUNICIPALITY, REGION))
        self.assertEqual(one["mandate"], hashlib.sha256(
            self.content("m.mandate")).hexdigest())

    def test_again_when_it_has_expired(self):
        """What has been handed in needs no mandate any more."""
        self.submit()
        p = self.sigill("submit", "a.json", "--mandate", "m.mandate",
                        config="region.conf", env=self.at(31))
        self.assertEqual((p.returncode, p.err), (0, ""))

    def test_many_organisations(self):
        """The same answers of two organisations are two submissions, and
        neither is taken for another edition of the other."""
        self.give("agency", by=AGENCY)
        other = self.answers_of(AGENCY, "Exempelmyndigheten")
        one = self.submit()
        two = self.submit(other, mandate="agency")
        self.assertNotEqual(one["id"], two["id"])
        self.assertNotIn("other", two)
        self.assertIs(two["already_delivered"], False)
        own = self.answers_of(REGION, "Region Exempel")
        three = self.json("submit", own, config="region.conf")
        self.assertNotIn("other", three)
        p = self.bad(64, "usage", "submit", other, "--mandate", "agency",
                     "--supersedes", one["id"], config="region.conf",
                     leaves=self.new_files())
        self.assertIn("another organisation", p.err)
        verdicts = json.loads(self.verify_all().stdout)["verdicts"]
        self.assertEqual(
            {(v["organisation"]["number"], v["signer"]["organisation"])
             for v in verdicts},
            {(MUNICIPALITY, REGION), (AGENCY, REGION), (REGION, REGION)})

    def test_supersedes(self):
        """Other answers of the same organisation are its kin."""
        one = self.submit()
        a = self.answers()
        a["answers"]["9"] = a["answers"]["9"][:1]
        self.write("b.json", json.dumps(a))
        two = self.submit("b.json", "--supersedes", one["id"])
        self.assertNotEqual(one["id"], two["id"])
        p = self.verify_all()
        self.assertEqual(p.returncode, 0, p.stdout)
        a["answers"]["9"] = []
        self.write("c.json", json.dumps(a))
        three = self.submit("c.json")
        self.assertIn(three["other"], (one["id"], two["id"]))

    def test_another_mandate_for_what_waits(self):
        """It is not sealed again: what waits may have arrived."""
        self.portal_url = "https://localhost:1"
        self.people()
        self.give("newer", expires=on_day(40))
        online, self.env = self.env, Libraries.env(self.env, "clock",
                                                   HURRY="300")
        p = self.sigill("submit", "a.json", "--mandate", "m.mandate",
                        config="region.conf")
        self.assertEqual(p.returncode, 75)
        entry, = glob.glob(self.path("outbox-region.conf/*/entry.json"))
        with open(entry) as f:
            self.assertEqual(json.load(f)["mandate"], hashlib.sha256(
                self.content("m.mandate")).hexdigest())
        for mandate, told in ("m.mandate", False), ("newer", True):
            p = self.sigill("submit", "a.json", "--mandate", mandate,
                            config="region.conf")
            self.assertEqual(p.returncode, 75)
            self.assertEqual("another mandate" in p.out, told)
        self.portal_url, self.env = self.url, online
        self.people()
        self.submit()

    def test_rejected_for_its_mandate(self):
        """Sealed again with a better one, since the answers are not to
        blame."""
        self.write("revoked", Seal.forged(self, "revoked"))
        self.before = self.files()
        one = self.submit(mandate="revoked")
        self.verify_all()
        self.sigill("status", "--wait", "5", config="region.conf")
        p = self.sigill("status", config="region.conf")
        self.assertIn("[mandate]", p.out + p.err)
        two = self.submit()
        self.assertNotEqual(one["id"], two["id"])
        self.verify_all()
        doc = self.json("status", "--wait", "5", config="region.conf")
        self.assertIn("accepted", [s["state"]
                                   for s in doc["submissions"]])


INTAKE = """[authority]
name = Provmyndigheten
environment = test
[senders]
anchors = sender-ca.pem
crls = sender-ca.crl
[recipient one]
certificate = intake-p256.pem
key = intake-p256.key
[receipts]
certificate = intake-receipts.pem
key = intake-receipts.key
[round 2023]
opens = 2020-01-01
closes = 2099-12-31
[ledger]
database = ledger.db
[spool portal]
directory = spool
[archive]
directory = archive
[verdicts]
directory = verdicts
[handoff]
directory = handoff
"""


class WholeWay(Three, Portal):
    """Organisation, submitter, portal and a real intake."""

    def setUp(self):
        super().setUp()
        self.portal_url = self.url
        self.configure()
        for name in "archive", "handoff":
            os.mkdir(self.path(name), 0o700)
        self.write("intake.conf", INTAKE)
        self.people()
        self.give()

    def intake(self, *argv):
        p = sealer.subprocess.run(
            [BUILD + "/bin/sigill-intake", *argv, "--config", "intake.conf"],
            cwd=self.dir, capture_output=True)
        self.assertEqual(p.returncode, 0, p.stdout + p.stderr)

    def submit(self, mandate):
        return self.sigill("submit", "a.json", "--mandate", mandate,
                           "--json", config="region.conf")

    def state(self):
        p = self.sigill("status", "--wait", "5", "--json",
                        config="region.conf")
        return [s["state"] for s in json.loads(p.out)["submissions"]]

    def test_revoked(self):
        self.intake("run", "--once")
        self.intake("mandate", "revoke", "m.mandate", "--reason", "over")
        self.assertEqual(self.submit("m.mandate").returncode, 0)
        self.intake("run", "--once")
        self.assertEqual(self.state(), ["rejected"])
        # The same one again: refused here. Another one: taken.
        p = self.submit("m.mandate")
        doc = json.loads(p.out)
        self.assertEqual((p.returncode, doc["errors"][0]["code"]),
                         (77, "rejected"))
        self.assertIn("mandate has been revoked",
                      doc["errors"][0]["message"])
        self.give("newer", expires=on_day(31))
        self.assertEqual(self.submit("newer").returncode, 0)
        self.intake("run", "--once")
        self.assertEqual(sorted(self.state()), ["accepted", "rejected"])


class Swedish(Three, SwedishScratch):
    def setUp(self):
        super().setUp()
        self.people()

    def test_give_and_show(self):
        p = self.good("mandate", *self.terms(), "-o", "m.mandate")
        self.assertIn("Fullmakt", p.out)
        self.assertIn("219999-0017 låter 219999-0025 svara", p.out)
        self.assertNotIn("lets", p.out)
        p = self.good("inspect", "m.mandate", config=None)
        self.assertIn("Fullmakt", p.out)
        p = self.sigill("mandate", "--help")
        self.assertIn("fullmakt", p.out)

    def test_refusals(self):
        self.give()
        p = self.sigill("seal", "a.json", "--mandate", "m.mandate",
                        config="agency.conf")
        self.assertIn("fullmakten", p.err)
        self.assertIn("den är för 219999-0025, och certifikatet är för "
                      "219999-0033", p.err)
        p = self.sigill("mandate", *self.terms(expires=on_day(-1)))
        self.assertIn("har redan passerat", p.err)


if __name__ == "__main__":
    unittest.main()
