#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score aggregate: figures of one round against what is computed here by
hand or in the plainest way, with levels, with means and with counts."""
import os
import random
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring.reports import (ANSWERED, COUNTS, LEVELS, MEANS,   # noqa: E402
                             PEOPLE, SCORE, Case, average, half_up,
                             mean, result, share, ticks)
from support import run                                         # noqa: E402


class Levels(Case):
    def made(self, *args, people=None):
        d = self.define(LEVELS)
        folder = self.put("now", d, people or PEOPLE)
        return self.report(d, folder, "--least=1", *args)

    def test_head(self):
        doc = self.made("--best=2", "--typical=40")
        self.assertEqual(doc["format"], "sigill-report")
        self.assertEqual(doc["version"], 1)
        self.assertEqual(doc["round"], "2027")
        self.assertEqual(doc["environment"], "production")
        self.assertEqual(doc["settings"],
                         {"least": 1, "best": 2, "percent": 40})
        self.assertEqual(doc["assumed"], ["demands"])
        q = doc["questionnaire"]
        self.assertEqual((q["id"], q["result"], q["language"]),
                         ("prov", "levels", "sv"))
        self.assertEqual(q["areas"], [
            {"id": "led", "label": "Om led", "boxes": 2, "points": 2},
            {"id": "tek", "label": "Om tek", "boxes": 3, "points": 3}])
        self.assertNotIn("previous", doc)
        self.assertEqual([g["id"] for g in doc["groups"]],
                         ["all", "kommun", "region", "myndighet", "annan"])
        self.assertEqual(self.group(doc)["kinds"],
                         ["kommun", "region", "myndighet"])

    def test_levels_and_points(self):
        g = self.group(self.made())
        self.assertEqual(g["participation"], {"respondents": 5, "late": 0})
        self.assertEqual(g["levels"], [
            {"level": 0, "exactly": share(2, 5), "at_least": share(5, 5)},
            {"level": 1, "exactly": share(2, 5), "at_least": share(3, 5)},
            {"level": 2, "exactly": share(1, 5), "at_least": share(1, 5)}])
        self.assertEqual(g["points"]["mean"], 2.4)
        self.assertEqual(g["points"]["of"], 5)
        self.assertEqual(
            [(c["from"], c["to"], c["count"], c["without_level"])
             for c in g["points"]["classes"]],
            [(0, 1, 2, 2), (2, 2, 1, 0), (3, 3, 0, 0), (4, 4, 1, 0),
             (5, 5, 1, 0)])
        self.assertEqual(g["boxes"], {"mean": 2.4, "of": 5})

    def test_areas(self):
        led, tek = self.group(self.made())["areas"]
        self.assertEqual(led["id"], "led")
        self.assertEqual([(r["exactly"]["count"], r["at_least"]["count"])
                          for r in led["levels"]], [(1, 5), (2, 4), (2, 2)])
        self.assertEqual((led["mean_level"], led["points"], led["boxes"]),
                         (1.2, 1.2, 1.2))
        self.assertEqual((tek["mean_level"], tek["points"], tek["boxes"]),
                         (0.8, 1.2, 1.2))

    def test_typical_and_best(self):
        g = self.group(self.made("--best=2"))
        t = g["typical"]
        self.assertEqual(t["organisations"], 5)
        # a of 1: 4 of 5; b of 1: 2; a of 2: 3; b of 2: 2; a of 3: 1.
        self.assertEqual(t["answers"], {"1": ["a"], "2": ["a"], "3": []})
        self.assertEqual((t["level"], t["points"]), (1, 2))
        self.assertEqual(t["boxes"], share(2, 5))
        self.assertEqual(
            [(a["id"], a["level"], a["points"], a["boxes"])
             for a in t["areas"]],
            [("led", 1, 1, share(1, 2)), ("tek", 1, 1, share(1, 3))])
        # More than half of two: both of them.
        self.assertEqual(g["best"]["organisations"], 2)
        self.assertEqual(g["best"]["answers"],
                         {"1": ["a", "b"], "2": ["a", "b"], "3": []})
        # Twice as many are needed: 3 municipalities have no two best.
        self.assertNotIn("best", self.group(self.made("--best=2"), "kommun"))

    def test_lead(self):
        lead = self.group(self.made())["lead"]
        # led 0 1 1 2 2 against 0 1 2 4 5: 81/86 by hand
        x, y = [0, 1, 1, 2, 2], [0, 1, 2, 4, 5]
        n = len(x)
        cov = n * sum(a * b for a, b in zip(x, y)) - sum(x) * sum(y)
        r2 = Fraction(cov * cov, (n * sum(a * a for a in x) - sum(x) ** 2) *
                      (n * sum(a * a for a in y) - sum(y) ** 2))
        self.assertEqual(lead, {"area": "led", "r2": half_up(r2, 4),
                                "organisations": 5})

    def test_lead_without_difference(self):
        doc = self.made(people=[(i, "kommun", ticks(1, 1, 0))
                                for i in range(5)])
        self.assertEqual(self.group(doc)["lead"], {"area": "led"})

    def test_questions(self):
        g = self.group(self.made())
        one = g["questions"][0]
        self.assertEqual({k: one[k] for k in ("id", "type", "area", "n")},
                         {"id": "1", "type": "multiple", "area": "led",
                          "n": 5})
        self.assertEqual(one["options"], [
            dict(share(4, 5), id="a", label="Om a"),
            dict(share(2, 5), id="b", label="Om b")])
        self.assertEqual([q["no_points"] for q in g["questions"]],
                         [share(1, 5), share(2, 5), share(4, 5)])
        self.assertEqual(g["mostly_without_points"], ["3"])

    def test_outside_all(self):
        doc = self.made()
        self.assertEqual(self.group(doc, "annan")["participation"],
                         {"respondents": 1, "late": 0})
        self.assertEqual(self.group(doc, "annan")["levels"][2]["exactly"],
                         share(1, 1))

    def test_empty_group(self):
        self.assertEqual(self.group(self.made(), "region"), {
            "id": "region", "kinds": ["region"],
            "participation": {"respondents": 0, "late": 0}})

    def test_one_organisation(self):
        doc = self.made(people=PEOPLE[:1])
        g = self.group(doc)
        self.assertEqual(g["levels"][0]["exactly"], share(1, 1))
        self.assertEqual(g["typical"]["answers"], {"1": [], "2": [], "3": []})
        # It is the weakest tenth and the best one.
        self.assertEqual(g["spread"], {"suppressed": "small"})

    def test_late(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE[:2])
        self.put("now", d, PEOPLE[2:3], late=True)
        g = self.group(self.report(d, folder, "--least=1"))
        self.assertEqual(g["participation"]["late"], 1)

    def test_spread(self):
        people = [(i, "kommun", ticks(i * 3 // 40, i * 3 // 60, i // 35))
                  for i in range(45)]
        g = self.group(self.made(people=people))
        # 10 % of 45 is 4.5: 5
        self.assertEqual(g["spread"]["sizes"], [5, 35, 5])
        results = sorted(result(a) for _, _, a in people)
        parts = results[:5], results[5:40], results[40:]
        led = [mean([r[3] for r in part]) for part in parts]
        tek = [mean([r[4] for r in part]) for part in parts]
        self.assertEqual(g["spread"]["areas"], [
            {"id": "led", "values": led}, {"id": "tek", "values": tek}])
        for value, part in zip(g["spread"]["total"], parts):
            whole = average([r[0] for r in part])
            self.assertTrue(whole <= value <= whole + 1, (value, whole))

    def test_random_population(self):
        r = random.Random(5)
        people = [(i, r.choice(("kommun", "region", "myndighet")),
                   ticks(r.randrange(3), r.randrange(3), r.randrange(2)))
                  for i in range(200)]
        doc = self.made(people=people)
        for id in "all", "kommun", "region", "myndighet":
            g = self.group(doc, id)
            mine = [result(a) for _, kind, a in people
                    if id in ("all", kind)]
            n = len(mine)
            self.assertEqual(g["levels"], [
                {"level": k,
                 "exactly": share(sum(m[0] == k for m in mine), n),
                 "at_least": share(sum(m[0] >= k for m in mine), n)}
                for k in range(3)])
            self.assertEqual(g["points"]["mean"], mean([m[2] for m in mine]))
            self.assertEqual(sum(c["count"] for c in g["points"]["classes"]),
                             n)
            self.assertEqual([a["mean_level"] for a in g["areas"]],
                             [mean([m[3] for m in mine]),
                              mean([m[4] for m in mine])])

    def test_same_bytes_in_any_order(self):
        d = self.define(LEVELS)
        people = list(PEOPLE)
        first = self.raw(d, self.put("a", d, people), "--least=1")
        random.Random(1).shuffle(people)
        self.assertEqual(self.raw(d, self.put("b", d, people), "--least=1"),
                         first)
        for name in "a", "b":
            run(SCORE, "aggregate", "--questionnaires", self.dir,
                "--least=1", "-o", self.at("out-" + name), self.at(name))
        for file in "report.json", "report.csv":
            with open(self.at("out-a", file), "rb") as x, \
                    open(self.at("out-b", file), "rb") as y:
                self.assertEqual(x.read(), y.read())


class Means(Case):
    def test_means(self):
        d = self.define(MEANS)
        # led, tek; the third has no answer in tek, the fourth none at all
        people = [(1, "kommun", {"1": "s1", "2": "s2", "3": "s4"}),
                  (2, "kommun", {"1": "s4", "2": "s4", "3": "s4"}),
                  (3, "kommun", {"1": "s3"}), (4, "kommun", {})]
        doc = self.report(d, self.put("now", d, people), "--least=1")
        self.assertEqual(doc["questionnaire"]["scale"], {"from": 1, "to": 4})
        g = self.group(doc)
        self.assertEqual(g["participation"]["respondents"], 4)
        # totals: the mean of the areas' means: 2.75, 4, 3
        self.assertEqual(g["mean"], 3.25)
        self.assertEqual(g["areas"], [{"id": "led", "mean": 2.83},
                                      {"id": "tek", "mean": 4.0}])
        for key in "levels", "points", "boxes", "lead":
            self.assertNotIn(key, g)
        self.assertEqual(g["questions"][0]["n"], 3)
        self.assertEqual(g["questions"][0]["mean"], 2.67)
        self.assertEqual(g["typical"]["answers"],
                         {"1": "s3", "2": "s2", "3": "s4"})

    def test_change(self):
        d = self.define(MEANS)
        folder = self.put("now", d, [
            (1, "kommun", {"1": "s2", "2": "s2", "3": "s2"})])
        then = self.put("then", d, [
            (1, "kommun", {"1": "s1", "2": "s1", "3": "s2"})], round="2025")
        c = self.group(self.report(d, folder, "--previous", then,
                                   "--least=1"))["change"]
        self.assertEqual(c["both"]["mean"],
                         {"then": 1.5, "now": 2.0, "percent": 33.3})
        self.assertEqual(c["both"]["areas"], [
            {"id": "led", "then": 1.0, "now": 2.0, "percent": 100.0},
            {"id": "tek", "then": 2.0, "now": 2.0, "percent": 0.0}])
        self.assertEqual(c["both"]["areas_mean_percent"], 50.0)
        self.assertEqual(c["typical"],
                         {"then": 1.5, "now": 2.0, "percent": 33.3})

    def test_few_have_a_mean(self):
        d = self.define(MEANS)
        people = [(i, "kommun", {"1": "s2"} if i > 3 else
                   {"1": "s2", "3": "s3"}) for i in range(1, 11)]
        g = self.group(self.report(d, self.put("now", d, people)))
        self.assertEqual(g["areas"][0]["mean"], 2.0)
        self.assertIn("suppressed", g["areas"][1]["mean"])
        self.assertEqual(g["questions"][2]["n"], {"suppressed": "small"})


class Counts(Case):
    def test_own_n(self):
        d = self.define(COUNTS)
        doc = self.report(d, self.put("now", d, ANSWERED), "--least=1")
        g = self.group(doc)
        self.assertEqual(g["participation"]["respondents"], 4)
        one, two, three, four = g["questions"]
        self.assertEqual(one["n"], 3)
        self.assertEqual([o["count"] for o in one["options"]], [2, 1])
        self.assertEqual(one["options"][0]["percent"], 66.7)
        # Asked only of those who said yes: not of three.
        self.assertEqual(two["n"], 2)
        self.assertEqual(two["options"], [
            dict(share(1, 2), id="x", label="Om x"),
            dict(share(0, 2), id="y", label="Om y")])
        self.assertEqual(three["number"], {"median": 20, "mean": 23.33})
        self.assertEqual({k: four[k] for k in ("n", "type")},
                         {"n": 1, "type": "text"})
        for key in "levels", "points", "boxes", "mean", "areas", "spread", \
                "best", "lead", "mostly_without_points":
            self.assertNotIn(key, g)
        self.assertEqual(self.group(doc, "region")["questions"][1]["n"], 1)

    def test_text(self):
        d = self.define(COUNTS)
        folder = self.put("now", d, ANSWERED)
        p = run(SCORE, "aggregate", "--questionnaires", self.dir,
                "--least=1", "--language=en", folder)
        rows = [line.split() for line in p.stdout.decode().splitlines()]
        self.assertIn(["Om", "ja", "2", "66.7%"], rows)
        self.assertIn(["mean", "23.33"], rows)

    def test_nobody_answered(self):
        d = self.define(COUNTS)
        g = self.group(self.report(d, self.put("now", d, [
            (i, "kommun", {}) for i in range(6)])))
        self.assertEqual(g["questions"][0], {
            "id": "1", "label": "Om 1", "type": "single", "area": "led",
            "n": 0})

    def test_numbers_of_few(self):
        d = self.define(COUNTS)
        for n, median in (9, {"suppressed": "small"}), (10, 5):
            folder = self.put("n%d" % n, d, [
                (i, "kommun", {"3": i}) for i in range(1, n + 1)])
            g = self.group(self.report(d, folder))
            self.assertEqual(g["questions"][2]["number"]["median"], median)

    def test_typical_without_few(self):
        d = self.define(COUNTS)
        people = [(i, "kommun", {"1": "ja", "2": ["x"]} if i < 3 else
                   {"1": "nej"}) for i in range(10)]
        g = self.group(self.report(d, self.put("now", d, people)))
        self.assertEqual(g["questions"][1]["n"], {"suppressed": "small"})
        self.assertEqual(g["typical"]["answers"], {"1": "nej"})


if __name__ == "__main__":
    unittest.main()
