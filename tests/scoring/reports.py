# SPDX-License-Identifier: EUPL-1.2
"""What the tests of reports have in common: three made-up instruments, and
figures in the plainest way."""
import json
import os
import shutil
import sys
import tempfile
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, run                                  # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
BASIS = "published"


def thing(id, **more):
    return dict({"id": id, "label": "Om " + id, "basis": BASIS}, **more)


def multiple(id, area, section, n, points=0, **more):
    return thing(id, type="multiple", area=area, section=section,
                 options=[thing("abcdefgh"[i]) for i in range(n)],
                 **dict({"points": points} if points else {}, **more))


def definition(id, questions, scoring, levels=0, **more):
    d = {"format": "sigill-questionnaire", "format_version": 1, "id": id,
         "version": "1", "title": "Prov", "language": "sv",
         "totals": {
             "questions": len(questions),
             "options": sum(len(q["options"]) for q in questions
                            if q["type"] == "multiple"),
             "points": sum(q.get("points", 0) for q in questions)},
         "areas": [thing("led"), thing("tek")],
         "sections": [thing("s1"), thing("s2")]}
    if levels:
        d["levels"] = [{"level": i, "label": "Nivå %d" % i, "basis": BASIS}
                       for i in range(levels)]
    d.update(more)
    d["questions"] = questions
    d["scoring"] = scoring
    return d


# 5 boxes and 5 points; level 1: a box in each of section 1, level 2: two in
# each, and one in section 2.
LEVELS = definition(
    "prov", [multiple("1", "led", "s1", 2, 2), multiple("2", "tek", "s1", 2, 2),
             multiple("3", "tek", "s2", 1, 1)],
    {"result": "levels", "groups": ["kommun", "region", "myndighet"],
     "order": ["level", "area_levels", "points"], "lead": "led",
     "demands": [
         {"level": 1, "section": "s1", "boxes": 1, "basis": BASIS},
         {"level": 2, "section": "s1", "boxes": 2, "basis": BASIS},
         {"level": 2, "section": "s2", "boxes": 1, "basis": "assumed"}],
     "basis": BASIS}, 3)

STEPS = [thing("s%d" % i, value=i) for i in range(1, 5)]
MEANS = definition(
    "prov-m", [thing(str(i), type="scale", area=area, section="s1",
                     scale="steg", required=False)
               for i, area in enumerate(("led", "led", "tek"), 1)],
    {"result": "means", "groups": ["kommun", "myndighet"], "order": ["mean"],
     "total": "areas", "basis": BASIS}, scales={"steg": STEPS})

COUNTS = definition(
    "prov-c", [thing("1", type="single", area="led", section="s1",
                     options=[thing("ja"), thing("nej")], required=False),
               thing("2", type="multiple", area="led", section="s1",
                     options=[thing("x"), thing("y")],
                     follows={"question": "1", "any_of": ["ja"]}),
               thing("3", type="number", area="tek", section="s1", min=0,
                     max=1000, required=False),
               thing("4", type="text", area="tek", section="s1",
                     required=False)],
    {"result": "counts", "groups": ["kommun"], "basis": BASIS})


def half_up(x, decimals):
    """Half away from zero, of a fraction."""
    scaled = abs(x) * 10 ** decimals
    n = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (-1 if x < 0 else 1) * n / 10 ** decimals


def share(count, of):
    d = {"count": count, "of": of}
    if of:
        d["percent"] = half_up(Fraction(100 * count, of), 1)
    return d


def mean(values):
    return half_up(Fraction(sum(values)) / len(values), 2)


def change(now, then):
    return half_up(100 * (now - then) / then, 1)


def average(values):
    return Fraction(sum(values)) / len(values)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)
        self.files = 0

    def at(self, *names):
        return os.path.join(self.dir, *names)

    def define(self, data):
        path = self.at(data["id"] + ".json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(data, f)
        return handed.Definition(path)

    def put(self, folder, d, people, **more):
        """people: (i, kind, answers)."""
        os.makedirs(self.at(folder), exist_ok=True)
        for i, kind, answers in people:
            self.files += 1
            handed.save(self.at(folder),
                        handed.document(d, i, answers, kind=kind, **more),
                        "%06d.json" % self.files)
        return self.at(folder)

    def raw(self, d, *args, status=0):
        p = run(SCORE, "aggregate", "--questionnaires", self.dir,
                "--json", *args)
        self.assertEqual(p.returncode, status, (p.stdout + p.stderr)[:2000])
        self.assertEqual(p.stderr, b"")
        return json.loads(p.stdout)

    def report(self, d, folder, *args):
        return self.raw(d, folder, *args)["report"]

    def group(self, doc, id="all"):
        found = [g for g in doc["groups"] if g["id"] == id]
        self.assertEqual(len(found), 1, id)
        return found[0]


def ticks(a, b, c):
    return {"1": ["a", "b"][:a], "2": ["a", "b"][:b], "3": ["a"][:c]}


def result(answers):
    """Level, sum of areas' levels, points, levels of led and tek."""
    a, b, c = (len(answers[k]) for k in "123")
    led = min(a, 2)
    tek = 0 if b < 1 else 2 if b == 2 and c == 1 else 1
    return min(led, tek), led + tek, a + b + c, led, tek


# level, led, tek, points: by hand
PEOPLE = [(1, "kommun", ticks(0, 0, 0)),    # 0, 0 0, 0
          (2, "kommun", ticks(1, 0, 0)),    # 0, 1 0, 1
          (3, "kommun", ticks(1, 1, 0)),    # 1, 1 1, 2
          (4, "myndighet", ticks(2, 2, 0)),   # 1, 2 1, 4
          (5, "myndighet", ticks(2, 2, 1)),   # 2, 2 2, 5
          (6, "annan", ticks(2, 2, 1))]

# Of COUNTS.
ANSWERED = [(1, "kommun", {"1": "ja", "2": ["x"], "3": 10, "4": "text"}),
            (2, "kommun", {"1": "ja", "2": [], "3": 20}),
            (3, "kommun", {"1": "nej", "3": 40}),
            (4, "kommun", {}), (5, "region", {"1": "ja", "2": ["x", "y"]})]
