#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill feedback, as somebody uses it before she hands anything in, and on
what has come back: right, and with all that people mistake for one another."""
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, HERE + "/..", HERE + "/../faults"]
import sealer                                               # noqa: E402
from scene import Libraries                                 # noqa: E402
from scoring import handed                                  # noqa: E402
from scratch import AUTHORITY, BUILD, Scratch, SwedishScratch  # noqa: E402
from support import call, read                              # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
INFOSAK = handed.Definition("questionnaires/infosakkollen-2023.json")
ITSAK = handed.Definition("questionnaires/itsakkollen-2023.json")
ITSAK_SAMPLE = os.path.abspath("samples/exempelkoping-itsakkollen-2023.json")


class FeedbackCase(Scratch):
    def benchmark(self, definition=INFOSAK, environment="test", path="b.json"):
        """What sigill-score makes of eight who ticked every second box."""
        def answers(i):
            if definition is ITSAK:
                return {q["id"]: "s3" for q in ITSAK.data["questions"]}
            return {q["id"]: [o["id"] for o in q["options"][::2]]
                    for q in definition.data["questions"]}
        text = b"".join(handed.text(handed.document(
            definition, i, answers(i), round="2025",
            environment=environment)) for i in range(1, 9))
        call(SCORE, "benchmark", "-q", definition.path, "-o",
             self.path(path), "-", data=text)
        return self.read(path)

    def signed(self, document=None, org="intake-receipts", name="b.p7m",
               **lie):
        """As sigill-intake signs it, by openssl(1)."""
        self.write(name, sealer.signed(document or self.benchmark(), org,
                                       "mandate", **lie))
        self.before = self.files()
        return name

    def refused(self, status, code, *args, **kw):
        """On standard error, and as a program reads it."""
        p = self.bad(status, code, "feedback", *args, **kw)
        self.assertEqual(p.out, "")
        doc = self.json("feedback", *args, status=status, **kw)
        self.assertNotIn("feedback", doc)
        return p


class Before(FeedbackCase):
    def test_without_anything(self):
        """No configuration, no key, no network."""
        os.remove(self.path("sigill.conf"))
        self.before = self.files()
        p = self.good("feedback", "a.json", config=None)
        self.assertIn("219999-0017", p.out)
        self.assertRegex(p.out, r"level \d of 4")
        self.assertLess(p.out.count("\n"), 50)
        self.assertNotIn("\033", p.out)
        self.assertEqual(self.new_files(), set())
        f = self.json("feedback", "a.json", config=None)["feedback"]
        self.assertEqual(f["level"]["of"], 4)
        self.assertNotIn("sealed", f)
        self.assertNotIn("submission", f)
        check = self.json("check", "a.json", config=None)
        self.assertEqual(f["fingerprint"], check["statement"])
        self.assertEqual(f["boxes"]["boxes"], check["answers"]["ticked"])

    def test_says_what_it_is_worth(self):
        """Assumed rules, and no audit."""
        p = self.good("feedback", "a.json")
        self.assertIn("Your own answers, counted here", p.out)
        self.assertRegex(p.out, r"\nAssumed +what the levels demand\n")
        self.assertIn("has not published these rules", p.out)
        self.assertIn("an indication, no audit", p.out)

    def test_standard_input(self):
        self.assertEqual(
            self.json("feedback", "-", stdin=self.read("a.json"))["feedback"],
            self.json("feedback", "a.json")["feedback"])

    def test_all_mistakes_at_once(self):
        """As check tells them."""
        a = self.answers()
        a["answers"]["1"].append("nonsense")
        del a["answers"]["2"]
        self.write("a.json", json.dumps(a))
        first = self.json("check", "a.json", status=65)["errors"]
        self.assertEqual(len(first), 2)
        again = self.json("feedback", "a.json", status=65)
        self.assertEqual(again["errors"], first)
        self.assertNotIn("feedback", again)

    def test_means(self):
        shutil.copy(ITSAK_SAMPLE, self.path("it.json"))
        self.before = self.files()
        p = self.good("feedback", "it.json")
        self.assertRegex(p.out, r"mean \d\.\d\d, on a scale from 1 to 4")
        f = self.json("feedback", "it.json")["feedback"]
        self.assertEqual(f["result"], "means")

    def test_last_round(self):
        a = self.answers()
        a["round"] = "2021"
        for q in a["answers"]:
            a["answers"][q] = a["answers"][q][:1]
        self.write("old.json", json.dumps(a))
        self.before = self.files()
        f = self.json("feedback", "a.json", "--previous",
                      "old.json")["feedback"]
        self.assertEqual(f["last"]["round"], "2021")
        self.assertEqual(f["last"]["boxes"],
                         sum(map(len, a["answers"].values())))
        self.assertIn("2021", self.good("feedback", "a.json", "--previous",
                                        "old.json").out)
        self.refused(64, "usage", "a.json", "--previous", "a.json")
        self.refused(66, "no-input", "a.json", "--previous", "none.json")
        a["organisation"]["number"] = "219999-0033"
        self.write("old.json", json.dumps(a))
        self.refused(64, "usage", "a.json", "--previous", "old.json")
        a["answers"]["1"] = ["nonsense"]
        self.write("old.json", json.dumps(a))
        p = self.refused(65, "option-unknown", "a.json", "--previous",
                         "old.json")
        self.assertIn("old.json:", p.err)

    def test_page(self):
        self.good("feedback", "a.json", "--html", "page.html")
        self.assertEqual(self.new_files(), {"page.html"})
        page = self.read("page.html")
        self.assertEqual(stat.S_IMODE(os.stat(
            self.path("page.html")).st_mode), 0o600)
        self.assertIn(b"Exempelk", page)
        # Never over something that is there, nor half.
        self.bad(74, "output-exists", "feedback", "a.json", "--html",
                 "page.html", leaves=["page.html"])
        self.assertEqual(self.read("page.html"), page)
        self.bad(74, "output-exists", "feedback", "a.json", "--html",
                 "a.json", leaves=["page.html"])
        self.bad(74, "io", "feedback", "a.json", "--html", "no/page.html",
                 leaves=["page.html"])

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.assertEqual(self.into(full), 74)

    def into(self, out):
        return subprocess.run(
            [BUILD + "/bin/sigill", "feedback", "a.json", "--config",
             "sigill.conf"], cwd=self.dir, env=self.env, stdout=out,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL).returncode


class Group(FeedbackCase):
    def test_signed_by_the_authority(self):
        self.signed()
        f = self.json("feedback", "a.json", "--benchmark", "b.p7m")["feedback"]
        self.assertEqual(
            {k: f["benchmark"][k] for k in ("group", "organisations",
                                            "round")},
            {"group": "kommun", "organisations": 8, "round": "2025"})
        p = self.good("feedback", "a.json", "--benchmark", "b.p7m")
        self.assertIn("municipalities", p.out)

    def test_no_group(self):
        """Too few of a kind are no group; that is said, and no error."""
        doc = json.loads(self.benchmark())
        doc["groups"] = []
        self.signed(json.dumps(doc).encode())
        f = self.json("feedback", "a.json", "--benchmark", "b.p7m")["feedback"]
        self.assertNotIn("benchmark", f)
        self.assertIn("no group", self.good("feedback", "a.json",
                                            "--benchmark", "b.p7m").out)

    def test_not_signed(self):
        self.benchmark()
        self.before = self.files()
        self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                     "b.json")

    def test_forged(self):
        """By whoever is not intake; about something else; and touched."""
        doc = self.benchmark()
        for org in "exempelkoping", "portal-receipts", "intake-p256":
            self.signed(doc, org=org)
            self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                         "b.p7m")
        self.signed(doc, digest_of=doc + b" ")
        self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                     "b.p7m")
        der = self.read(self.signed(doc))
        self.write("b.p7m", der.replace(b'"organisations":8',
                                        b'"organisations":9', 1))
        self.assertNotEqual(self.read("b.p7m"), der)
        self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                     "b.p7m")
        for n in len(der) - 1, len(der) // 2, 100:
            self.write("b.p7m", der[:n])
            self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                         "b.p7m")
        self.write("b.p7m", der + b"\0")
        self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                     "b.p7m")

    def test_expired_authority(self):
        """A signer that is configured, and not of the authority's root."""
        self.signed(org="expired")
        conf = self.read("sigill.conf").decode().replace(
            "intake-receipts.pem", "expired.pem")
        self.write("sigill.conf", conf)
        self.refused(77, "benchmark-signature", "a.json", "--benchmark",
                     "b.p7m")

    def test_of_another_survey(self):
        self.signed(self.benchmark(ITSAK))
        self.refused(65, "benchmark-other", "a.json", "--benchmark",
                     "b.p7m")

    def test_without_a_group_of_its_kind(self):
        """It is compared with all, and told."""
        doc = json.loads(self.benchmark())
        doc["groups"] = [g for g in doc["groups"] if g["id"] == "all"]
        self.signed(json.dumps(doc).encode())
        p = self.good("feedback", "a.json", "--benchmark", "b.p7m")
        self.assertIn("compared with all", p.out)

    def test_of_another_edition(self):
        d = dict(INFOSAK.data, note="Another edition.")
        self.write("other.json", json.dumps(d))
        self.signed(self.benchmark(handed.Definition(
            self.path("other.json"))))
        self.refused(65, "questionnaire-digest", "a.json", "--benchmark",
                     "b.p7m")

    def test_of_another_environment(self):
        self.signed(self.benchmark(environment="production"))
        self.refused(77, "environment", "a.json", "--benchmark", "b.p7m")

    def test_signed_nonsense(self):
        """Intake would not; but it is judged here, too."""
        self.signed(b'{"format":"sigill-benchmark","version":1}\n')
        self.refused(65, "benchmark", "a.json", "--benchmark", "b.p7m")
        doc = json.loads(self.benchmark())
        doc["groups"][0]["answers"]["1"] = ["nonsense"]
        self.signed(json.dumps(doc).encode())
        self.refused(65, "benchmark", "a.json", "--benchmark", "b.p7m")

    def test_needs_to_know_the_authority(self):
        self.signed()
        os.remove(self.path("sigill.conf"))
        self.before = self.files()
        self.refused(78, "config-missing", "a.json", "--benchmark", "b.p7m",
                     config=None)


class WrongFile(FeedbackCase):
    def test_files_for_one_another(self):
        self.seal()
        sealed = self.read("a.sigill")
        self.write("r.p7s", sealer.receipt("stored", sealed))
        self.signed()
        f = self.json("feedback", "a.json")["feedback"]
        self.write("f.json", json.dumps(f))
        self.before = self.files()
        for name in "r.p7s", "b.json", "b.p7m", "exempelkoping.pem":
            self.assertIn("it looks like", self.refused(
                65, "json", name).err, name)
        self.refused(66, "no-feedback", "a.sigill")
        for name in "a.json", "f.json", "a.sigill", "r.p7s", \
                "exempelkoping.pem":
            self.assertIn("it looks like", self.refused(
                65, "benchmark", "a.json", "--benchmark", name).err, name)
        self.assertIn("'sigill feedback'", self.bad(
            65, "json", "check", "f.json").err)
        self.assertIn("--benchmark", self.bad(
            65, "receipt-structure", "receipt", "b.p7m").err)
        self.bad(65, "json", "feedback", "a.json", "--previous", "f.json")
        self.write("empty", "")
        self.before = self.files()
        self.refused(65, "json", "empty")
        self.refused(65, "benchmark", "a.json", "--benchmark", "empty")

    def test_nothing_there(self):
        self.refused(66, "no-input", "none.json")
        self.refused(66, "no-input", "a.json", "--benchmark", "none.p7m")
        self.refused(66, "no-input", "ABCD")
        self.refused(66, "no-input", "./ABCD")
        os.mkdir(self.path("folder"))
        self.before = self.files()
        self.refused(66, "no-input", "folder")

    def test_options_of_others(self):
        self.bad(64, "usage", "check", "a.json", "--benchmark", "b")
        self.bad(64, "usage", "feedback")
        self.refused(64, "usage", "a.json", "--previous-questionnaire", "b")
        self.bad(64, "usage", "feedback", "a.json", "b.json")


class After(FeedbackCase):
    """What status has fetched: the document, and the scored receipt."""

    def fetched(self, told=None, **changes):
        self.seal()
        sealed = self.read("a.sigill")
        if told is None:
            told = self.json("feedback", "a.json")["feedback"]
            told["sealed"] = hashlib.sha256(sealed).hexdigest()
            told["submission"] = "ab" * 16
        text = json.dumps(told).encode() + b"\n"
        self.write("a.sigill.feedback.json", text)
        self.write("a.sigill.scored.p7s", sealer.receipt(
            "scored", sealed, authority=AUTHORITY, **dict(
                {"feedback": hashlib.sha256(text).digest()}, **changes)))
        self.before = self.files()
        return told

    def test_vouched_for(self):
        told = self.fetched()
        out = self.json("feedback", "a.sigill.feedback.json")
        self.assertIs(out["vouched"], True)
        self.assertEqual(out["feedback"], told)
        p = self.good("feedback", "a.sigill.feedback.json", "--html", "p.html")
        self.assertIn("The authority's feedback", p.out)
        self.assertIn(b"<html", self.read("p.html"))

    def test_another_ones(self):
        """A receipt and its document, both good, of another organisation,
        beside a sealed file that they are not about."""
        self.fetched()
        self.write("a.sigill", self.read("a.sigill") + b"\0")
        self.before = self.files()
        for name in "a.sigill.feedback.json", "a.sigill":
            self.refused(77, "receipt-digest", name)
        # Moved away from theirs, they still belong together.
        os.remove(self.path("a.sigill"))
        self.before = self.files()
        self.assertIs(self.json("feedback",
                                "a.sigill.feedback.json")["vouched"], True)

    def test_by_the_sealed_file(self):
        """The name that 'sigill status' is given."""
        told = self.fetched()
        out = self.json("feedback", "a.sigill")
        self.assertIs(out["vouched"], True)
        self.assertEqual(out["feedback"], told)

    def test_nobody_vouches(self):
        self.fetched()
        os.remove(self.path("a.sigill.scored.p7s"))
        self.before = self.files()
        out = self.json("feedback", "a.sigill.feedback.json")
        self.assertIs(out["vouched"], False)
        self.assertIn("Nobody vouches", self.good(
            "feedback", "a.sigill.feedback.json").out)
        self.assertIs(self.json("feedback", "a.sigill.feedback.json",
                                config=None)["vouched"], False)

    def test_changed(self):
        told = self.fetched()
        told["level"]["level"] = 4
        self.write("a.sigill.feedback.json", json.dumps(told))
        self.refused(77, "feedback-sealed", "a.sigill.feedback.json")

    def test_receipt_of_somebody_else(self):
        for org in "portal-receipts", "exempelkoping":
            self.fetched(org=org)
            p = self.sigill("feedback", "a.sigill.feedback.json", "--json")
            self.assertNotEqual(p.returncode, 0)
            self.assertNotIn("feedback", json.loads(p.stdout))
            for name in "a.sigill", "a.sigill.feedback.json", \
                    "a.sigill.scored.p7s":
                os.remove(self.path(name))
            for name in self.files():
                if name.endswith(".reply.pem"):
                    os.remove(self.path(name))

    def test_compared_already(self):
        self.fetched()
        self.refused(64, "usage", "a.sigill.feedback.json", "--benchmark",
                     "b.p7m")
        self.refused(64, "usage", "a.sigill.feedback.json", "--previous",
                     "a.json")

    def test_documents_of_strangers(self):
        """What is not as it should be is told by its member and line; what
        is more than that is for later versions."""
        told = self.fetched()
        for change in (
                lambda d: d.pop("result"), lambda d: d.pop("areas"),
                lambda d: d.update(version=2),
                lambda d: d["level"].update(level="1"),
                lambda d: d["level"].update(level=-1),
                lambda d: d.update(result="other"),
                lambda d: d.update(result="means"),
                lambda d: d["areas"][0].pop("points"),
                lambda d: d["areas"][0].update(label="\u202eNi"),
                lambda d: d["areas"][0].update(label="a\nb"),
                lambda d: d["wins"][0].update(area="nowhere"),
                lambda d: d["next"]["missing"][0].update(unit="miles"),
                lambda d: d["next"]["missing"][0].update(options={}),
                lambda d: d.update(assumed=[1])):
            doc = json.loads(json.dumps(told))
            change(doc)
            self.write("x.json", json.dumps(doc, indent=1))
            self.before = self.files()
            p = self.refused(65, "feedback", "x.json")
            self.assertRegex(p.err, r"x\.json(:\d+)?: ")
        told["more"] = {"of": "later"}
        self.write("x.json", json.dumps(told))
        self.assertEqual(self.json("feedback", "x.json")["feedback"], told)

    def test_in_the_outbox(self):
        """By its id, when there is any; the portal is not asked."""
        # Nobody is there to take it, and pauses are short.
        self.sigill("submit", "a.json", env=Libraries.env(
            self.env, "clock", HURRY="3000"))
        entry = self.json("outbox")["entries"][0]
        self.before = self.files()
        self.refused(66, "no-input", "none.json")
        p = self.refused(66, "no-feedback", entry["id"])
        self.assertIn("sigill status", p.err)
        sealed = read(entry["sealed"])
        told = self.json("feedback", "a.json")["feedback"]
        text = json.dumps(told).encode()
        for ending, data in (
                (".feedback.json", text),
                (".scored.p7s", sealer.receipt(
                    "scored", sealed, authority=AUTHORITY,
                    feedback=hashlib.sha256(text).digest()))):
            with open(entry["sealed"] + ending, "wb") as f:
                f.write(data)
        out = self.json("feedback", entry["id"])
        self.assertEqual((out["vouched"], out["feedback"]), (True, told))


class Swedish(SwedishScratch):
    def test_words(self):
        p = self.good("feedback", "a.json")
        self.assertIn("nivå", p.out)
        self.assertIn("Era egna svar, räknade hos er", p.out)
        self.assertIn("Nästa nivå", p.out)
        self.assertIn("\nAntaget", p.out)
        self.assertLess(p.out.count("\n"), 50)
        shutil.copy(ITSAK_SAMPLE, self.path("it.json"))
        self.assertTrue(re.search(r"medelvärde \d,\d\d, på en skala",
                                  self.good("feedback", "it.json").out))
        # A program is told in English, whoever reads the terminal.
        self.assertEqual(self.json("feedback", "a.json")["feedback"]["result"],
                         "levels")

    def test_mistakes(self):
        p = self.sigill("feedback", "a.json", "--benchmark", "a.json")
        self.assertEqual(p.returncode, 65)
        self.assertIn("det ser ut som en svarsfil", p.err)


if __name__ == "__main__":
    unittest.main()
