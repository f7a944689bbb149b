#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Reports as somebody reads them who would like to know what a single
organisation has answered, and has all figures and a computer."""
import csv
import json
import os
import random
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from scoring.attack import Row, attack, computable                          # noqa: E402
from support import BUILD, run                                  # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
LEAST = 5
IN_ALL = "kommun", "region", "myndighet"


def fact(**more):
    return dict(more, basis="assumed")


def options(*ids):
    return [fact(id=i, label=i.upper()) for i in ids]


def question(id, type, area, section, **more):
    return fact(id=id, label="Question " + id, type=type, area=area,
                section=section, required=False, **more)


QUESTIONS = [
    question("m1", "multiple", "a", "1", points=4,
             options=options("1", "2", "3", "4")),
    question("m2", "multiple", "a", "1", points=3,
             options=options("1", "2", "3")),
    question("f1", "multiple", "a", "2", points=3, options=options(
        "1", "2", "3"), follows={"question": "m1", "any_of": ["4"]}),
    question("s1", "single", "b", "1", options=options("no", "yes")),
    question("k1", "multiple", "b", "1", points=3,
             options=options("1", "2", "3")),
    question("f2", "multiple", "b", "2", options=options("1", "2"),
             follows={"question": "s1", "any_of": ["yes"]}),
    question("n1", "number", "b", "2", min=0, max=1000000,
             follows={"question": "s1", "any_of": ["yes"]}),
]
DEFINITION = {
    "format": "sigill-questionnaire", "format_version": 1, "id": "prov",
    "version": "1", "title": "Prov", "language": "sv",
    "totals": {"questions": 7, "options": 15, "points": 13},
    "levels": [fact(level=i, label="Level %d" % i) for i in range(3)],
    "areas": [fact(id=i, label=i.upper()) for i in "ab"],
    "sections": [fact(id=i, label=i) for i in "12"],
    "questions": QUESTIONS,
    "scoring": fact(
        result="levels", groups=list(IN_ALL),
        order=["level", "area_levels", "points"], lead="a",
        demands=[fact(level=1, section="1", boxes=1),
                 fact(level=2, section="1", boxes=2)]),
}
BOXES = {q["id"]: q["area"] for q in QUESTIONS if q["type"] == "multiple"}
POINTS = {q["id"]: q["area"] for q in QUESTIONS if q.get("points")}


class People:
    """Who took part in which round, and with what."""

    def __init__(self, seed, few=None):
        self.random = random.Random(seed)
        self.few = few      # so many of a kind are asked what follows
        self.rounds = {"2025": {}, "2027": {}}

    def ticks(self, n, share):
        return [str(i + 1) for i in range(n) if self.random.random() < share]

    def answers(self, asked1, asked2):
        share = self.random.random()
        a = {"m1": self.ticks(3, share) + (["4"] if asked1 else []),
             "m2": self.ticks(3, share), "k1": self.ticks(3, share),
             "s1": "yes" if asked2 else "no"}
        if asked1:
            a["f1"] = self.ticks(3, 0.6)
        if asked2:
            a["f2"] = self.ticks(2, 0.6)
            a["n1"] = self.random.randrange(1000000)
        return a

    def add(self, kind, n, rounds=("2025", "2027"), now=None):
        """n of a kind; now is what they are in the later round."""
        first = 1 + sum(len(r) for r in self.rounds.values())
        for i in range(first, first + n):
            for r in rounds:
                one, two = (self.random.random() < 0.5 for _ in "12")
                if self.few is not None:
                    one = two = i - first < self.few
                self.rounds[r][i] = (now if now and r == "2027" else kind,
                                     self.answers(one, two))
        return self


def result(answers):
    """What comes first in the definition's order."""
    ticks = {k: len(answers.get(k, ())) for k in POINTS}
    a = min(2, ticks["m1"], ticks["m2"])
    b = min(2, ticks["k1"])
    return min(a, b), a + b, sum(ticks.values())


# --- figures that are sums ----------------------------------------------------

def shown(o):
    """Is a figure there, or an object with some?"""
    if isinstance(o, dict):
        return "suppressed" not in o and shown(o.get("mean", 0)) and \
            shown(o.get("now", 0))
    return o is not None


class Sums:
    """The rows of a report, by the variables that they are about; and who is
    in which set, which whoever publishes it knows."""

    def __init__(self, people, report, earlier, comparison=None):
        self.now, self.then = people.rounds["2027"], people.rounds["2025"]
        self.rows = {"results": [], "earlier": [], "questions": []}
        self.numbers = set()    # of which sets it is told how many they are
        for group in report["groups"]:
            if "suppressed" not in group:
                self.group(group)
        for group in earlier["groups"]:
            if "suppressed" not in group:
                self.whole(group, self.then, "earlier")
                self.spread(group, self.then, "earlier")
        if comparison is not None:
            for group in comparison["groups"]:
                if "suppressed" not in group:
                    self.compared(group)

    def members(self, group, of):
        return [o for o, (kind, _) in of.items() if kind == group or (
            group == "all" and kind in IN_ALL)]

    def add(self, family, name, who, value=None, variable="x"):
        self.rows[family].append(Row(name, [(variable, o) for o in who],
                                     value))

    def add_questions(self, name, who, ids, value=None):
        """The boxes of some questions, of those that have answered them."""
        self.rows["questions"].append(Row(name, [
            (k, o) for k in ids for o in who if k in self.now[o][1]], value))

    def whole(self, group, of, family):
        who = self.members(group["id"], of)
        boxes = group.get("boxes")
        self.numbers.add((group["id"], "now" if of is self.now else "then"))
        self.add(family, group["id"], who, round(boxes["mean"] * len(who))
                 if shown(boxes) else None)

    def group(self, group):
        g, now = group["id"], self.members(group["id"], self.now)
        self.whole(group, self.now, "results")
        assert group["participation"]["respondents"] == len(now)
        self.box_sums(g, now, group)
        for q in group.get("questions", ()):
            if not shown(q["n"]):
                self.assert_hidden(q)
                continue
            answered = [o for o in now if q["id"] in self.now[o][1]]
            assert q["n"] == len(answered), (q, len(answered))
            self.add_questions(
                "%s %s" % (g, q["id"]), now, [q["id"]],
                sum(o["count"] for o in q["options"])
                if q["id"] in BOXES and answered else None)
        self.spread(group, self.now, "results")
        if "change" in group:
            self.change(group["change"], g, now)

    def box_sums(self, name, who, o, key="mean"):
        """Of all areas and of each; points are boxes here, one each."""
        def value(v):
            v = v.get(key) if isinstance(v, dict) else v
            return None if v is None else round(v * len(who))

        for measure, of in ("boxes", BOXES), ("points", POINTS):
            if shown(o.get(measure)):
                self.add_questions(name + " " + measure, who, of,
                                   value(o[measure]))
            for area in o.get("areas", ()):
                # Those of both rounds have then and now themselves.
                figure = area.get(measure, area if measure == "boxes" and
                                  ("now" in area or "suppressed" in area)
                                  else None)
                if shown(figure):
                    self.add_questions(
                        "%s %s %s" % (name, area["id"], measure), who,
                        [k for k in of if of[k] == area["id"]],
                        value(figure))

    def spread(self, group, of, family):
        for i, who in enumerate(self.slices(group, of)):
            self.add(family, "%s slice %d" % (group["id"], i), who)

    def slices(self, group, of):
        """Who is in the slices that are shown."""
        if not shown(group.get("spread")):
            return
        at = 0
        ordered = sorted(self.members(group["id"], of), key=lambda o: (
            self.result(of[o][1]), handed.number(o)))
        for n in group["spread"]["sizes"]:
            yield ordered[at:at + n]
            at += n

    result = staticmethod(result)

    @staticmethod
    def assert_hidden(o):
        """No number anywhere in it."""
        for v in o.values():
            assert not isinstance(v, (int, float)), o
            if isinstance(v, dict):
                Sums.assert_hidden(v)
            assert not isinstance(v, list), o

    def change(self, change, g, now):
        both = [o for o in now if o in self.then]
        only_now = [o for o in now if o not in self.then]
        then = self.members(g, self.then)
        only_then = [o for o in then if o not in self.now]
        if shown(change.get("respondents")):
            self.numbers.add((g, "then"))
        if shown(change.get("in_both")):
            self.numbers.add((g, "both"))
        for key, who, family in (("both", both, "results"),
                                 ("both", both, "earlier"),
                                 ("only_now", only_now, "results"),
                                 ("only_then", only_then, "earlier")):
            part = change.get(key)
            if part is None or "suppressed" in part:
                continue
            assert part["organisations"] == len(who), (g, key)
            self.numbers.add((g, key))
            self.add(family, g + " " + key, who)
            if family == "results" and who:
                self.box_sums(g + " " + key, who, part, "now")

    def compared(self, group):
        both = [o for o in self.members(group["id"], self.now)
                if o in self.then]
        self.numbers.add((group["id"], "both"))
        self.add("results", group["id"] + " compared", both)
        self.add("earlier", group["id"] + " compared", both)
        self.box_sums(group["id"] + " compared", both, group, "now")
        for q in group.get("questions", ()):
            if "suppressed" not in q:
                self.add_questions("%s compared %s" % (
                    group["id"], q["id"]), both, [q["id"]])

    def truth(self, variable, o):
        """Boxes ticked in the later round; of "number" one each."""
        answers = self.now[o][1] if o in self.now else {}
        if variable == "x":
            return sum(len(answers.get(k, ())) for k in BOXES)
        return len(answers.get(variable, ()))

    def cells(self):
        """Of how organisations can lie in the two rounds, how many do."""
        n = {c: 0 for k in handed.KINDS
             for c in ((k, k), (k, None), (None, k))}
        for o in {**self.then, **self.now}:
            cell = tuple(r[o][0] if o in r else None
                         for r in (self.then, self.now))
            n[cell] = n.get(cell, 0) + 1
        return n

    def small_numbers(self, least):
        """Sets of fewer than least whose number can be computed."""
        n = self.cells()

        def of(name):
            group, part = name
            kinds = IN_ALL if group == "all" else (group,)
            return frozenset(
                (was, now) for was, now in n
                if (was if part in ("then", "only_then") else now) in kinds
                and not (part == "both" and was is None)
                and not (part == "only_now" and was)
                and not (part == "only_then" and now))

        told = {of(name) for name in self.numbers}
        return [name for name in (
            (g, part) for g in ("all",) + handed.KINDS
            for part in ("now", "then", "both", "only_now", "only_then"))
            if 0 < sum(n[c] for c in of(name)) < least and
            computable(told, of(name))]

    def attacked(self, least=LEAST):
        """What is found in each family of figures."""
        found = {family: attack(rows, least)
                 for family, rows in self.rows.items()}
        found["numbers"] = self.small_numbers(least)
        return {family: what for family, what in found.items() if what}


def number(v):
    """As it is compared; a text is itself (an answer's option)."""
    try:
        return round(float(v), 6)
    except ValueError:
        return v


def numbers(o):
    """All numbers and texts in a document's part."""
    if isinstance(o, dict):
        return set().union({number(k) for k in o},
                           *(numbers(v) for v in o.values()))
    if isinstance(o, list):
        return set().union(*map(numbers, o))
    return {number(o)} if isinstance(o, (int, float, str)) else set()


def primary(rows, least=LEAST):
    """As if only what is about too few by itself were left out."""
    return [r for r in rows if not 0 < len(
        {o for _, o in r.columns}) < least]


# --- the tests ------------------------------------------------------------------

class DisclosureCase(unittest.TestCase):
    data, seeds = DEFINITION, 8
    sums_of = Sums

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)
        path = os.path.join(self.dir, "prov.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(self.data, f)
        self.definition = handed.Definition(path)

    def put(self, people):
        """The rounds as they are handed over."""
        for round, who in people.rounds.items():
            with open(os.path.join(self.dir, round + ".jsonl"), "wb") as f:
                for o, (kind, answers) in who.items():
                    f.write(handed.text(handed.document(
                        self.definition, o, answers, kind=kind,
                        round=round)))

    def made(self, command, *argv):
        p = run(SCORE, command, "--json", "-q", self.definition.path, *argv)
        self.assertEqual(p.returncode, 0, (p.stdout + p.stderr)[:2000])
        return json.loads(p.stdout)

    def check_csv(self, report, *argv):
        """The table has no number that is not in the document, of the same
        group."""
        folder = tempfile.mkdtemp(dir=self.dir)
        self.made("aggregate", "-o", folder, *argv)
        told = {g["id"]: numbers(g) for g in report["groups"]}
        rows = 0
        with open(os.path.join(folder, "report.csv"), encoding="utf-8",
                  newline="") as f:
            for row in csv.DictReader(f):
                values = [row[k] for k in ("value", "of", "percent")
                          if row[k] != ""]
                if row["suppressed"]:
                    self.assertEqual(values, [], row)
                if row["group"]:
                    rows += 1
                    for v in values:        # "true" is a typical tick
                        self.assertTrue(v == "true" or number(v) in
                                        told[row["group"]], row)
        self.assertGreater(rows, 0)

    def sums(self, people, least):
        now, then = (os.path.join(self.dir, r + ".jsonl")
                     for r in ("2027", "2025"))
        which = "--least=%d" % least
        previous = ["--previous=" + then, "--previous-questionnaire=" +
                    self.definition.path] if people.rounds["2025"] else []
        report = self.made("aggregate", which, now, *previous)["report"]
        self.check_csv(report, which, now, *previous)
        earlier, comparison = {"groups": []}, None
        if previous:
            earlier = self.made("aggregate", which, then)["report"]
            comparison = self.made("compare", which, now,
                                   *previous)["comparison"]
        return self.sums_of(people, report, earlier, comparison)

    def check(self, people, needed=()):
        """Nothing can be had from the figures; from those that would be there
        without complementary suppression something could, in the families
        that are needed, and it is true."""
        self.put(people)
        found = self.sums(people, LEAST).attacked()
        self.assertEqual(found, {}, str(found))
        if not needed:
            return
        everything = self.sums(people, 1)
        self.assertNotEqual(everything.attacked(), {})
        for family in needed:
            rows = primary(everything.rows[family])
            found = attack(rows, LEAST)
            self.assertIsNotNone(found, family)
            self.assertLess(len(found.who), LEAST)
            if family in ("results", "questions") and \
                    found.value() is not None:
                self.assertEqual(round(found.value()),
                                 found.truth(everything.truth), found)
                self.told += 1

    told = 0

    def test_a_small_kind(self):
        p = People(1)
        p.add("kommun", 30, ["2027"]).add("region", 3, ["2027"])
        p.add("myndighet", 27, ["2027"]).add("nis", 4, ["2027"])
        self.check(p, ["results", "questions"])
        self.assertEqual(self.told, 2)

    def test_all_are_small(self):
        p = People(2)
        p.add("kommun", 4, ["2027"]).add("region", 3, ["2027"])
        p.add("myndighet", 2, ["2027"]).add("annan", 1, ["2027"])
        self.check(p)

    def test_two_small_kinds(self):
        p = People(3)
        p.add("kommun", 40, ["2027"]).add("region", 2, ["2027"])
        p.add("myndighet", 2, ["2027"])
        self.check(p)

    def test_nearly_the_same_as_before(self):
        for seed, (new, gone) in enumerate(((3, 0), (0, 2), (1, 1), (4, 7),
                                            (7, 4), (6, 6))):
            with self.subTest(new=new, gone=gone):
                p = People(seed)
                p.add("kommun", 50).add("kommun", new, ["2027"])
                p.add("kommun", gone, ["2025"])
                p.add("region", 12).add("myndighet", 30)
                p.add("myndighet", 6, ["2027"]).add("nis", 2)
                self.check(p)

    def test_few_were_asked(self):
        for few in 1, 2, 4, 5:
            with self.subTest(few=few):
                p = People(few, few)
                p.add("kommun", 30, ["2027"]).add("region", 9, ["2027"])
                p.add("myndighet", 20, ["2027"])
                self.check(p, ["questions"] if few < LEAST else [])

    def test_few_of_one_kind_were_asked(self):
        p = People(9, 3)
        p.add("kommun", 30, ["2027"])
        p.few = 12
        p.add("region", 14, ["2027"]).add("myndighet", 20, ["2027"])
        self.check(p, ["questions"])
        self.assertEqual(self.told, 1)

    def test_the_weakest_left(self):
        """They were the lowest tenth of the earlier round's own report, and
        one more."""
        for more in 1, 4, 6:
            with self.subTest(more=more):
                p = People(more).add("kommun", 50).add("region", 20)
                p.add("kommun", 10, ["2027"])
                before = sorted(range(1, 51), key=lambda o: (
                    result(p.rounds["2025"][o][1]), handed.number(o)))
                for o in before[:5] + before[20:20 + more]:
                    del p.rounds["2027"][o]
                self.check(p)

    def test_kinds_changed(self):
        p = People(12)
        p.add("kommun", 30).add("myndighet", 20).add("region", 10)
        p.add("kommun", 2, now="region").add("nis", 3, now="myndighet")
        self.check(p)

    def test_outside_all(self):
        for n in 1, 2, 3, 4, 5, 8:
            with self.subTest(n=n):
                p = People(n)
                p.add("kommun", 20).add("nis", n).add("annan", 2)
                p.add("annan", 5 - n if n < 5 else 3, ["2027"])
                self.check(p)

    def test_at_random(self):
        for seed in range(self.seeds):
            with self.subTest(seed=seed):
                p = People(seed, seed % 7 if seed % 2 else None)
                for kind in handed.KINDS:
                    for rounds in ["2025", "2027"], ["2025"], ["2027"]:
                        p.add(kind, p.random.choice(
                            (0, 1, 2, 4, 6, 12, 25)), rounds)
                if seed % 3 == 2:
                    p.add(p.random.choice(handed.KINDS), 1 + seed % 7,
                          now=p.random.choice(handed.KINDS))
                if p.rounds["2027"] and p.rounds["2025"]:
                    self.check(p)


class CountsCase(DisclosureCase):
    """The same questions, of which nothing but answers are counted."""
    data = {k: v for k, v in DEFINITION.items()
            if k not in ("levels", "scoring")}
    data["scoring"] = fact(result="counts", groups=list(IN_ALL))
    seeds = 4
    # These are about sums.
    test_nearly_the_same_as_before = test_outside_all = None
    test_the_weakest_left = None

    def test_a_small_kind(self):
        p = People(1)
        p.add("kommun", 30, ["2027"]).add("region", 3, ["2027"])
        p.add("myndighet", 27, ["2027"]).add("nis", 4, ["2027"])
        self.check(p, ["questions"])
        self.assertEqual(self.told, 1)

    def test_few_were_asked(self):
        """Nothing is summed over questions, so nothing can be taken away."""
        for few in 1, 2, 4, 5:
            with self.subTest(few=few):
                p = People(few, few)
                p.add("kommun", 30, ["2027"]).add("region", 9, ["2027"])
                self.check(p)


SCALES = [question(k, "scale", k[0], "1", scale="x")
          for k in ("a1", "a2", "b1", "b2")]
MEANS = dict(
    {k: v for k, v in DEFINITION.items() if k != "levels"},
    totals={"questions": 4, "options": 0, "points": 0},
    sections=[fact(id="1", label="1")],
    scales={"x": [fact(id=str(i), label=str(i), value=i)
                  for i in (1, 2, 3, 4)]},
    questions=SCALES,
    scoring=fact(result="means", groups=list(IN_ALL), order=["mean"],
                 total="areas"))


class MeansSums(Sums):
    """Means of an area are of those who have answered something in it."""

    def have(self, who, of, area):
        return [o for o in who if any(k[0] == area for k in of[o][1])]

    def whole(self, group, of, family):
        self.numbers.add((group["id"], "now" if of is self.now else "then"))
        self.means(group["id"], self.members(group["id"], of), group, of,
                   family)

    def means(self, name, who, o, of, family, key="mean"):
        for area in o.get("areas", ()):
            if shown(area.get(key)) and "suppressed" not in area:
                self.add(family, "%s %s" % (name, area["id"]),
                         self.have(who, of, area["id"]), None,
                         area["id"])

    def box_sums(self, name, who, o, key="mean"):
        if name.endswith(" only_now"):
            self.means(name, who, o, self.now, "results")
        elif name.endswith(" both"):
            for family, key, of in (("results", "now", self.now),
                                    ("earlier", "then", self.then)):
                self.means(name, who, o, of, family, key)

    def compared(self, group):
        pass

    def spread(self, group, of, family):
        pass


class MeansCase(DisclosureCase):
    data, seeds = MEANS, 0
    sums_of = MeansSums

    def people(self, seed, lack):
        """Some have nothing in area b, in one round or the other."""
        p = People(seed)
        p.answers = lambda *_: {
            k: str(p.random.randint(1, 4)) for k in
            (("a1", "a2") if p.random.random() < lack else
             ("a1", "a2", "b1"))}
        return p

    def test_some_lack_an_area(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                p = self.people(seed, 0.03 * seed)
                p.add("kommun", 40).add("kommun", 8, ["2027"])
                p.add("myndighet", 20).add("region", 9)
                p.add("kommun", 7, ["2025"])
                self.check(p)


    def test_one_had_nothing_before(self):
        """Each round's mean is of those that have one in it, so that it is
        nobody's own that is missing in one of them."""
        for round in "2025", "2027":
            for n in 1, 4, 6:
                with self.subTest(round=round, n=n):
                    p = self.people(n, 0)
                    p.add("kommun", 40).add("kommun", 8, ["2027"])
                    p.add("myndighet", 20).add("kommun", 7, ["2025"])
                    for o in range(1, n + 1):
                        del p.rounds[round][o][1]["b1"]
                    self.check(p)


# What they inherit is of boxes.
for name in dir(DisclosureCase):
    if name.startswith("test_") and name not in vars(MeansCase):
        setattr(MeansCase, name, None)


if __name__ == "__main__":
    unittest.main()
