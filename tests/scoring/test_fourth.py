#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""An instrument that no program has heard of, with all types of questions,
against the rules of docs/QUESTIONNAIRES.md written down here once more."""
import json
import math
import os
import random
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, call                                 # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
FOURTH = handed.Definition("tests/scoring/fourth.json")
QUESTIONS = FOURTH.data["questions"]
SCALES = FOURTH.data["scales"]


def options(q):
    return SCALES[q["scale"]] if q["type"] == "scale" else q.get("options")


def points(q, answer):
    most = q.get("points", 0)
    if q["type"] == "multiple":
        n = len(q["options"])
        at = q.get("points_at") or [
            max(1, math.ceil((i + 1) * n / most)) for i in range(most)]
        return sum(len(answer or ()) >= boxes for boxes in at)
    for option in options(q) or ():
        if most and option["id"] == answer:
            return option["value"]
    return 0


def lacks(q, answer, demand):
    if q["section"] != demand["section"]:
        return False
    if "points" in demand:
        return points(q, answer) < min(demand["points"], q.get("points", 0))
    return q["type"] == "multiple" and len(answer or ()) < min(
        demand["boxes"], len(q["options"]))


def level(answers, area=None):
    reached = 0
    for at in (1, 2, 3):
        if any(lacks(q, answers.get(q["id"]), demand)
               for demand in FOURTH.data["scoring"]["demands"]
               for q in QUESTIONS
               if demand["level"] <= at and area in (None, q["area"])):
            break
        reached = at
    return reached


def answer(r, eager):
    """What somebody may answer, the more the more eager."""
    answers = {}
    for q in QUESTIONS:
        follows = q.get("follows")
        if follows:
            before = answers.get(follows["question"], ())
            if isinstance(before, str):
                before = (before,)
            if not set(before) & set(follows["any_of"]):
                continue
        if r.random() > 0.6 + 0.4 * eager:
            continue            # a partial answer
        if q["type"] == "multiple":
            answers[q["id"]] = [o["id"] for o in q["options"]
                                if r.random() < eager]
        elif q["type"] == "number":
            answers[q["id"]] = r.randint(q["min"], q["max"])
        elif q["type"] == "text":
            answers[q["id"]] = "Because."
        else:
            best = max(options(q), key=lambda o: o.get("value", 0))
            answers[q["id"]] = (best if r.random() < eager else
                                r.choice(options(q)))["id"]
    return answers


class Fourth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        r = random.Random(4)
        cls.dir = tempfile.mkdtemp(prefix="sigill-test.")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        os.mkdir(cls.dir + "/handed")
        shutil.copy(FOURTH.path, cls.dir)
        cls.people = []
        for i in range(240):
            answers = answer(r, (0.3, 0.8, 0.97, 1)[i % 4])
            doc = handed.document(FOURTH, i, answers, position=i,
                                  kind=("nis", "annan", "kommun")[i % 3])
            handed.save(cls.dir + "/handed", doc)
            cls.people.append((doc, answers))
        cls.report = json.loads(cls.score("aggregate", "--json"))["report"]

    @classmethod
    def score(cls, command, *more):
        return call(SCORE, command, "--questionnaires", cls.dir,
                    cls.dir + "/handed", *more)

    def test_feedback(self):
        """Of each one: the level, the areas', points and boxes."""
        self.score("feedback", "-o", self.dir + "/out")
        seen = set()
        for doc, answers in self.people:
            with open("%s/out/%s.feedback.json" % (
                    self.dir, doc["sealed"]["sha256"])) as f:
                told = json.load(f)
            seen.add(told["level"]["level"])
            self.assertEqual(told["level"]["level"], level(answers))
            self.assertEqual(told["level"]["of"], 3)
            self.assertEqual(told["points"], {
                "of": 27, "points": sum(points(q, answers.get(q["id"]))
                                        for q in QUESTIONS)})
            for area in told["areas"]:
                own = [q for q in QUESTIONS if q["area"] == area["id"]]
                self.assertEqual(area["level"], level(answers, area["id"]))
                self.assertEqual(area["points"], sum(
                    points(q, answers.get(q["id"])) for q in own))
                self.assertEqual(area["boxes"], sum(
                    len(answers.get(q["id"], ())) for q in own
                    if q["type"] == "multiple"))
        self.assertEqual(seen, {0, 1, 2, 3})

    def group(self, name):
        return next(g for g in self.report["groups"] if g["id"] == name)

    def members(self, *kinds):
        return [a for doc, a in self.people if doc["submission"]["statement"]
                ["organisation"]["kind"] in kinds]

    def test_levels_of_groups(self):
        for name, kinds in (("all", ("nis", "annan")), ("nis", ("nis",)),
                            ("annan", ("annan",)), ("kommun", ("kommun",))):
            group, people = self.group(name), self.members(*kinds)
            self.assertEqual(group["participation"]["respondents"],
                             len(people))
            for row in group["levels"]:
                at = [level(a) for a in people]
                self.assertEqual(row["exactly"]["count"],
                                 at.count(row["level"]))
                self.assertEqual(row["at_least"]["count"], sum(
                    n >= row["level"] for n in at))

    def test_questions_have_their_own_n(self):
        people = self.members("nis", "annan")
        for told in self.group("all")["questions"]:
            given = [a[told["id"]] for a in people if told["id"] in a]
            self.assertEqual(told["n"], len(given), told["id"])
            for option in told.get("options", ()):
                self.assertEqual(option["count"], sum(
                    option["id"] in (a if isinstance(a, list) else (a,))
                    for a in given))
                self.assertEqual(option["of"], len(given))

    def test_benchmark_and_pages(self):
        """Whatever else there is goes through without a word of code."""
        benchmark = self.dir + "/benchmark.json"
        self.score("benchmark", "-o", benchmark)
        with open(benchmark) as f:
            made = json.load(f)
        self.assertIn("all", [g["id"] for g in made["groups"]])
        typical = made["groups"][0]["answers"]
        people = self.members("nis", "annan")
        for q in QUESTIONS:
            if q["type"] == "multiple" and "follows" not in q:
                given = [a[q["id"]] for a in people if q["id"] in a]
                self.assertEqual(typical[q["id"]], [
                    o["id"] for o in q["options"]
                    if 2 * sum(o["id"] in a for a in given) > len(given)])
        call(SCORE, "feedback", "--questionnaires", self.dir, "--benchmark",
             benchmark, "-o", self.dir + "/compared",
             "%s/handed/%s.json" % (self.dir,
                                    self.people[0][0]["sealed"]["sha256"]))
        text = self.score("aggregate").decode()
        self.assertIn("A fourth instrument", text)


if __name__ == "__main__":
    unittest.main()
