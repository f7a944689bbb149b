#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What is counted over questions that some have left out: means, in which the
answers of those weigh otherwise, and levels, which they do not reach."""
import copy
import os
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import test_disclosure as base                     # noqa: E402
from scoring.test_disclosure import People, fact, question, shown  # noqa: E402

AREAS = base.MEANS
QUESTIONS = dict(AREAS, scoring=fact(
    result="means", groups=list(base.IN_ALL), order=["mean"]))
ALL = "a1", "a2", "b1", "b2"


class WeightedSums(base.Sums):
    """Every mean as a sum over single answers, by their weights."""

    of_areas = True

    def mean(self, side, name, who, of, area=None):
        cells = {}
        for o in who:
            answered = list(of[o][1])
            areas = {k[0] for k in answered}
            for k in answered:
                own = sum(k[0] == j[0] for j in answered)
                if area is None:
                    weight = (Fraction(1, len(areas) * own) if self.of_areas
                              else Fraction(1, len(answered)))
                elif k[0] == area:
                    weight = Fraction(1, own)
                else:
                    continue
                cells[k, o] = weight
        self.rows.setdefault(side, []).append(base.Row(
            "%s %s" % (name, area or "mean"), cells))

    def question(self, side, name, who, of, k):
        self.rows.setdefault(side, []).append(base.Row(
            "%s %s" % (name, k), [(k, o) for o in who if k in of[o][1]]))

    def means(self, side, name, who, o, of, key):
        """What a part of the report has; key: then, now; None: one mean."""
        def there(figure):
            if key is not None and isinstance(figure, dict):
                figure = figure.get(key)
            return figure is not None and shown(figure)

        if "mean" in o and there(o["mean"]):
            self.mean(side, name, who, of)
        for area in o.get("areas", ()):
            if there(area.get("mean", area if key else None)):
                self.mean(side, name, who, of, area["id"])

    def whole(self, group, of, family):
        side = "now" if of is self.now else "then"
        who = self.members(group["id"], of)
        self.numbers.add((group["id"], side))
        self.means(side, group["id"], who, group, of, None)
        for q in group.get("questions", ()):
            if shown(q["n"]):
                self.question(side, group["id"], who, of, q["id"])

    def group(self, group):
        self.whole(group, self.now, "now")
        self.spread(group, self.now, "now")
        if "change" in group:
            self.change(group["change"], group["id"],
                        self.members(group["id"], self.now))

    def spread(self, group, of, family):
        side = "now" if of is self.now else "then"
        for i, who in enumerate(self.slices(group, of)):
            name = "%s slice %d" % (group["id"], i)
            if shown(group["spread"]["total"][i]):
                self.mean(side, name, who, of)
            for area in group["spread"]["areas"]:
                if shown(area["values"][i]):
                    self.mean(side, name, who, of, area["id"])

    def result(self, answers):
        """In millionths, as the program has it."""
        def mean(v):
            return Fraction(int(Fraction(sum(v)) / len(v) * 10 ** 6 +
                                Fraction(1, 2)), 10 ** 6)

        if not self.of_areas:
            return mean([int(v) for v in answers.values()])
        return mean([mean([int(v) for k, v in answers.items() if k[0] == a])
                     for a in {k[0] for k in answers}])

    def change(self, change, g, now):
        then = self.members(g, self.then)
        for key, who, sides in (
                ("both", [o for o in now if o in self.then],
                 (("now", self.now, "now"), ("then", self.then, "then"))),
                ("only_now", [o for o in now if o not in self.then],
                 (("now", self.now, None),)),
                ("only_then", [o for o in then if o not in self.now],
                 (("then", self.then, None),))):
            if shown(change[key]):
                for side, of, member in sides:
                    self.means(side, g + " " + key, who, change[key], of,
                               member)

    def compared(self, group):
        both = [o for o in self.members(group["id"], self.now)
                if o in self.then]
        for side, of in ("now", self.now), ("then", self.then):
            name = group["id"] + " compared"
            self.means(side, name, both, group, of, side)
            for q in group.get("questions", ()):
                if "suppressed" not in q:
                    self.question(side, name, both, of, q["id"])

    def small_numbers(self, least):
        return []


class QuestionSums(WeightedSums):
    of_areas = False


class PartialCase(base.DisclosureCase):
    data, sums_of = AREAS, WeightedSums

    def people(self, seed):
        p = People(seed)
        p.answers = lambda *_: {k: str(p.random.randint(1, 4)) for k in ALL}
        return p

    def test_everything_is_answered(self):
        """Then all of it is shown."""
        p = self.people(1).add("kommun", 60, ["2027"])
        p.add("region", 50, ["2027"])
        self.put(p)
        rows = self.sums(p, base.LEAST).rows["now"]
        # All and two kinds, four questions, two areas and the mean of all,
        # the latter of three slices, too.
        self.assertEqual(len(rows), 3 * (4 + 3 + 9))

    def test_few_left_out_one(self):
        for n in 1, 4, 6:
            for left in "b2", "b1":
                with self.subTest(n=n, left=left):
                    p = self.people(n).add("kommun", 40, ["2027"])
                    p.add("region", 12, ["2027"])
                    for o in range(1, n + 1):
                        del p.rounds["2027"][o][1][left]
                    self.check(p, ["now"] if n < base.LEAST else [])

    def test_few_left_out_an_area(self):
        for n in 1, 3, 7:
            with self.subTest(n=n):
                p = self.people(n).add("kommun", 40, ["2027"])
                p.add("myndighet", 30, ["2027"])
                for o in range(35, 35 + n):
                    del p.rounds["2027"][o][1]["b1"]
                    del p.rounds["2027"][o][1]["b2"]
                self.check(p, ["now"] if n < base.LEAST else [])

    def test_enough_left_out(self):
        """Six of each kind that are in both rounds: means are shown."""
        p = self.people(5).add("kommun", 40).add("region", 30)
        for round in p.rounds.values():
            for first in 1, 81:
                for o in range(first, first + 6):
                    del round[o][1]["a1"]
        self.check(p)
        names = [r.name for r in self.sums(p, base.LEAST).rows["now"]]
        for name in "kommun a", "kommun mean", "all compared b":
            self.assertIn(name, names)

    def test_few_in_both_rounds(self):
        for round in "2025", "2027":
            for n in 1, 4, 6:
                with self.subTest(round=round, n=n):
                    p = self.people(n).add("kommun", 30)
                    p.add("kommun", 9, ["2027"]).add("kommun", 8, ["2025"])
                    # Enough, but not of those in both.
                    for o in list(range(1, n + 1)) + list(p.rounds[round])[
                            -6:]:
                        p.rounds[round][o][1].pop("b2", None)
                    self.check(p)

    def test_left_out_at_random(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                p = self.people(seed)
                p.add("kommun", 40).add("region", 12)
                p.add("kommun", 9, ["2027"]).add("myndighet", 20, ["2025"])
                for round in p.rounds.values():
                    for _, answers in round.values():
                        if p.random.random() < 0.1 * seed:
                            del answers[p.random.choice(ALL)]
                self.check(p)


class PartialOfQuestionsCase(PartialCase):
    data, sums_of = QUESTIONS, QuestionSums


RARE = copy.deepcopy(base.DEFINITION)
RARE["totals"]["questions"] += 1
RARE["questions"].append(question(
    "r1", "single", "b", "1", options=base.options("x", "y"),
    follows={"question": "s1", "any_of": ["yes"]}))
RARE["scoring"]["demands"].append(fact(level=1, section="2", boxes=1))


class LevelsCase(base.DisclosureCase):
    """Section 2 is asked of some, and demanded: the others are at level 0."""
    data = RARE

    def made_of(self, p):
        self.put(p)
        now, then = (os.path.join(self.dir, r + ".jsonl")
                     for r in ("2027", "2025"))
        previous = ["--previous=" + then, "--previous-questionnaire=" +
                    self.definition.path]
        return (self.made("aggregate", now, *previous)["report"]["groups"],
                self.made("compare", now, *previous)["comparison"]["groups"])

    def test_few_could_reach_a_level(self):
        for few, told in (1, False), (4, False), (12, True):
            with self.subTest(few=few):
                p = People(few, few).add("kommun", 40).add("region", 40)
                report, comparison = self.made_of(p)
                for g in report[:3]:
                    self.assertEqual(isinstance(g["levels"], list), told)
                    both = g["change"]["both"]
                    self.assertEqual("rose" in both["level"], told)
                    self.assertEqual("classes" in g["points"], told)
                for g in comparison:
                    self.assertEqual("at_least" in g["level"], told)

    def test_what_counts_in_nothing_hides_nothing(self):
        p = People(3, 40).add("kommun", 40).add("region", 40)
        for round in p.rounds.values():
            for o in 1, 2, 3:
                round[o][1]["r1"] = "x"
        for g in self.made_of(p)[0][:2]:
            told = {q["id"]: q for q in g["questions"]}
            self.assertEqual(told["r1"]["n"], {"suppressed": "small"})
            self.assertIn("mean", g["boxes"])
            self.assertIn("mean_level", g["areas"][1])
            self.assertIsInstance(g["levels"], list)


# What they inherit is of boxes.
for case in PartialCase, LevelsCase:
    for name in dir(base.DisclosureCase):
        if name.startswith("test_") and name not in vars(case):
            setattr(case, name, None)
del case


if __name__ == "__main__":
    unittest.main()
