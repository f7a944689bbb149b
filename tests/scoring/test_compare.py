#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score compare: two rounds, of which the later one asks something
else."""
import copy
import json
import os
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, read, run                            # noqa: E402

SCORE = BUILD + "/bin/sigill-score"


def fact(**more):
    return dict(more, basis="assumed")


def options(*ids):
    return [fact(id=i, label=i.upper()) for i in ids]


EARLIER = {
    "format": "sigill-questionnaire", "format_version": 1, "id": "prov",
    "version": "1", "title": "Prov", "language": "sv",
    "totals": {"questions": 4, "options": 6, "points": 6},
    "levels": [fact(level=i, label="Level %d" % i) for i in range(2)],
    "areas": [fact(id=i, label=i.upper()) for i in "ab"],
    "sections": [fact(id="1", label="1")],
    "questions": [
        fact(id="m", label="M", type="multiple", area="a", section="1",
             points=3, options=options("1", "2", "3")),
        fact(id="k", label="K", type="multiple", area="b", section="1",
             points=3, options=options("1", "2", "3")),
        fact(id="s", label="S", type="single", area="b", section="1",
             required=False, options=options("no", "yes")),
        fact(id="n", label="N", type="number", area="b", section="1",
             required=False, min=0, max=100,
             follows={"question": "s", "any_of": ["yes"]})],
    "scoring": fact(result="levels", groups=["kommun", "region"],
                    order=["level", "points"],
                    demands=[fact(level=1, section="1", boxes=1)]),
}


class CompareCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)
        self.then = self.define("then", EARLIER)
        self.later = copy.deepcopy(EARLIER)
        self.later["version"] = "2"

    def at(self, name):
        return os.path.join(self.dir, name)

    def define(self, name, data):
        with open(self.at(name + ".definition.json"), "w",
                  encoding="utf-8") as f:
            json.dump(data, f)
        return handed.Definition(self.at(name + ".definition.json"))

    def put(self, name, definition, who):
        """A round: (number, kind, answers) of each."""
        os.makedirs(self.at(name), exist_ok=True)
        for i, kind, answers in who:
            handed.save(self.at(name), handed.document(
                definition, i, answers, kind=kind, round=name))

    def compare(self, *argv, status=0):
        p = run(SCORE, "compare", "--json",
                "-q", self.at("now.definition.json"),
                "--previous-questionnaire", self.then.path, *argv,
                self.at("2027"), self.at("2025"))
        self.assertEqual(p.returncode, status, (p.stdout + p.stderr)[:2000])
        self.assertEqual(p.stderr, b"")
        out = json.loads(p.stdout)
        return [e["code"] for e in out["errors"]] if status else \
            out["comparison"]

    def rounds(self, change=lambda later: None, n=6):
        """n municipalities: two boxes then, three now, in each question."""
        change(self.later)
        now = self.define("now", self.later)
        self.put("2025", self.then, [
            (i, "kommun", {"m": ["1", "2"], "k": ["1", "2"],
                           "s": "yes", "n": 10}) for i in range(1, n + 1)])
        self.put("2027", now, [
            (i, "kommun", {"m": ["1", "2", "3"], "k": ["1", "2", "3"],
                           "s": "yes", "n": 20 + i})
            for i in range(1, n + 1)])

    @staticmethod
    def group(doc, id="kommun"):
        return next(g for g in doc["groups"] if g["id"] == id)

    def test_all_the_same(self):
        self.rounds()
        doc = self.compare()
        self.assertEqual(doc["comparable"], {
            "levels": True, "points": True, "boxes": True, "means": False,
            "questions": 4, "left_out": 0, "common_boxes": 6})
        self.assertEqual((doc["left_out"], doc["options_left_out"]), ([], []))
        g = self.group(doc)
        self.assertEqual(g["organisations"], 6)
        self.assertEqual(g["boxes"], {"then": 4.0, "now": 6.0,
                                      "percent": 50.0})
        self.assertEqual(g["points"], g["boxes"])
        self.assertEqual((g["level"]["rose"], g["level"]["same"]), (0, 6))
        at_least = g["level"]["at_least"][1]
        self.assertEqual(at_least["now"],
                         {"count": 6, "of": 6, "percent": 100.0})
        self.assertEqual(g["areas"][0]["boxes"], {
            "then": 2.0, "now": 3.0, "percent": 50.0})
        m, k, s, n = g["questions"]
        self.assertEqual((m["options"][2]["then"]["count"],
                          m["options"][2]["now"]["count"]), (0, 6))
        self.assertEqual(s["options"][1]["now"]["count"], 6)
        self.assertEqual((n["then"], n["now"]), (
            {"n": 6, "mean": 10.0}, {"n": 6, "mean": 23.5}))

    def test_itself(self):
        self.rounds()
        p = run(SCORE, "compare", "--json", "-q", self.then.path,
                self.at("2025"), self.at("2025"))
        self.assertEqual(p.returncode, 64)
        self.assertEqual([e["code"] for e in json.loads(p.stdout)["errors"]],
                         ["usage"])

    def test_nothing_in_common(self):
        def change(later):
            for q in later["questions"]:
                q["label"] += ", asked otherwise"
        self.rounds(change)
        self.assertEqual(self.compare(status=64), ["usage"])

    def test_a_question_that_is_worded_otherwise(self):
        def change(later):
            later["questions"][1]["label"] = "K, otherwise"
        self.rounds(change)
        doc = self.compare()
        self.assertEqual(doc["left_out"], [
            {"question": "k", "label": "K, otherwise", "reason": "label"}])
        self.assertFalse(doc["comparable"]["points"])
        g = self.group(doc)
        self.assertNotIn("points", g)
        self.assertNotIn("level", g)
        self.assertEqual(g["boxes"], {"then": 2.0, "now": 3.0,
                                      "percent": 50.0})
        # The other area is the same as before.
        self.assertEqual([("points" in a) for a in g["areas"]],
                         [True, False])
        self.assertNotIn("k", [q["id"] for q in g["questions"]])

    def test_an_option_more(self):
        def change(later):
            later["questions"][0]["options"].append(fact(id="4", label="4"))
            later["totals"]["options"] = 7
        self.rounds(change)
        doc = self.compare()
        self.assertEqual(doc["options_left_out"], [
            {"question": "m", "now": [{"id": "4", "label": "4"}],
             "then": []}])
        self.assertEqual(doc["comparable"]["common_boxes"], 6)
        self.assertEqual(doc["comparable"]["questions"], 4)
        g = self.group(doc)
        self.assertEqual(g["boxes"]["now"], 6.0)
        self.assertNotIn("points", g)

    def test_who_is_in_one_round_only(self):
        self.rounds()
        now = handed.Definition(self.at("now.definition.json"))
        self.put("2027", now, [
            (i, "kommun", {"m": [], "k": []}) for i in range(20, 26)])
        self.put("2025", self.then, [
            (i, "region", {"m": [], "k": []}) for i in range(30, 36)])
        doc = self.compare()
        self.assertEqual(self.group(doc)["organisations"], 6)
        self.assertEqual(self.group(doc)["boxes"]["now"], 6.0)
        self.assertEqual(doc["now"]["organisations"], 12)
        self.assertEqual([g["id"] for g in doc["groups"]],
                         ["all", "kommun"])

    def test_not_of_a_few(self):
        self.rounds(n=4)
        self.assertEqual(self.group(self.compare()), {
            "id": "kommun", "suppressed": "small"})
        self.assertEqual(self.group(self.compare("--least=4"))[
            "organisations"], 4)
        # Six in both; one who came would be seven less six.
        self.rounds(n=6)
        now = handed.Definition(self.at("now.definition.json"))
        self.put("2027", now, [(40, "kommun", {"m": [], "k": []})])
        self.assertEqual(self.group(self.compare()), {
            "id": "kommun", "suppressed": "complementary"})

    def test_a_question_that_few_answered(self):
        """Then, or now: it is hidden in both."""
        self.rounds(n=8)
        now = handed.Definition(self.at("now.definition.json"))

        def some(n):
            return [(i, "kommun", {"m": ["1"], "k": ["1"],
                                   "s": "yes" if i <= n else "no",
                                   **({"n": 3} if i <= n else {})})
                    for i in range(1, 9)]

        def asked(then, after):
            for name in "2025", "2027":
                shutil.rmtree(self.at(name))
            self.put("2025", self.then, some(then))
            self.put("2027", now, some(after))
            return self.group(self.compare())

        shown = asked(6, 5)["questions"][3]
        self.assertEqual((shown["then"]["n"], shown["now"]["n"]), (6, 5))
        for few in (4, 6), (6, 4):
            g = asked(*few)
            self.assertEqual(g["questions"][3],
                             {"id": "n", "suppressed": "small"})
            self.assertEqual(g["boxes"]["now"], 2.0)    # it has none

    def test_file_and_bytes(self):
        self.rounds()
        out = self.at("out.json")
        doc = self.compare("-o", out)
        self.assertEqual(json.loads(read(out)), doc)
        before = read(out)
        self.compare("-o", out)
        self.assertEqual(read(out), before)
        # THEN may be given as --previous.
        p = run(SCORE, "compare", "--json", "-q",
                self.at("now.definition.json"), "--previous-questionnaire",
                self.then.path, "--previous", self.at("2025"),
                self.at("2027"))
        self.assertEqual(json.loads(p.stdout)["comparison"], doc)

    def test_definitions_are_found(self):
        """By the SHA-256 that the documents name, in one folder."""
        self.rounds()
        shutil.copy(self.at("now.definition.json"), self.at("prov.json"))
        shutil.copy(self.then.path, self.at("prov-1.json"))
        p = run(SCORE, "compare", "--json", "--questionnaires", self.dir,
                self.at("2027"), self.at("2025"))
        self.assertEqual(p.returncode, 0, p.stdout)
        self.assertEqual(json.loads(p.stdout)["comparison"],
                         self.compare())

    def test_what_is_wrong(self):
        self.rounds()
        for argv in ([self.at("2027")], [self.at("2027")] * 3):
            p = run(SCORE, "compare", *argv)
            self.assertEqual(p.returncode, 64, argv)
        with open(self.at("2025/x.json"), "wb") as f:
            f.write(b"{}\n")
        out = self.at("out.json")
        self.assertEqual(self.compare("-o", out, status=65), ["document"])
        self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    unittest.main()
