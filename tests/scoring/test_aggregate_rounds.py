#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score aggregate: change between rounds, and what is not shown."""
import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring.reports import (LEVELS, MEANS, SCORE, Case, average,  # noqa: E402
                             change, half_up, result, share, ticks)
from support import run                                         # noqa: E402


class Change(Case):
    NOW = [(1, "kommun", ticks(2, 1, 0)), (2, "kommun", ticks(2, 2, 1)),
           (3, "kommun", ticks(0, 0, 0)), (4, "kommun", ticks(1, 1, 1)),
           (6, "region", ticks(1, 0, 0))]
    THEN = [(1, "kommun", ticks(1, 1, 0)), (2, "kommun", ticks(2, 2, 1)),
            (3, "kommun", ticks(1, 0, 0)), (5, "kommun", ticks(1, 0, 0)),
            (7, "kommun", ticks(0, 1, 0))]

    def made(self, now=None, then=None, before=LEVELS, *args):
        d, old = self.define(LEVELS), self.define(before)
        a = self.put("now", d, now or self.NOW)
        b = self.put("then", old, then or self.THEN, round="2025")
        return self.report(d, a, "--previous", b, "--least=1", *args)

    def refused(self, *args, status=64):
        out = self.raw(*args, status=status)
        self.assertNotIn("report", out)
        return [e["code"] for e in out["errors"]]

    def test_no_round_before(self):
        """The round itself, another questionnaire, and what was a test."""
        d = self.define(LEVELS)
        now = self.put("now", d, self.NOW)
        self.assertEqual(self.refused(d, now, "--previous", now), ["usage"])
        means = self.put("means", self.define(MEANS),
                         [(1, "kommun", {"1": "s2"})], round="2025")
        self.assertEqual(self.refused(d, now, "--previous", means),
                         ["usage"])
        test = self.put("test", d, self.THEN, round="2025",
                        environment="test")
        self.assertEqual(self.refused(d, now, "--previous", test, status=77),
                         ["environment"])

    def test_later_one_before(self):
        """It may have been meant, and is told."""
        d = self.define(LEVELS)
        now = self.put("now", d, self.NOW)
        then = self.put("then", d, self.THEN, round="2099")
        p = run(SCORE, "aggregate", "--questionnaires", self.dir, now,
                "--previous", then, "--least=1")
        self.assertEqual(p.returncode, 0)
        self.assertIn(b"2099", p.stderr)

    def test_one_definition_for_both(self):
        """Named once, it is known for both rounds, though it is in no
        folder."""
        d = self.define(LEVELS)
        now = self.put("now", d, self.NOW)
        then = self.put("then", d, self.THEN, round="2025")
        for command in "aggregate", "compare":
            p = run(SCORE, command, "--json", "-q", d.path, now,
                    "--previous", then, "--least=1")
            self.assertEqual(p.returncode, 0, p.stdout)
        # That of another one is not.
        old = self.define(dict(LEVELS, version="0"))
        os.rename(old.path, self.at("old.json"))
        d = self.define(LEVELS)
        p = run(SCORE, "aggregate", "--json", "-q", d.path, now,
                "--previous", self.put("other", old, self.THEN,
                                       round="2025"))
        self.assertEqual([e["code"] for e in json.loads(p.stdout)["errors"]],
                         ["questionnaire-unknown"])

    def test_both(self):
        doc = self.made()
        self.assertEqual((doc["previous"]["id"], doc["previous"]["round"]),
                         ("prov", "2025"))
        c = self.group(doc, "kommun")["change"]
        self.assertEqual(c["respondents"],
                         {"now": 4, "then": 5, "percent": -20.0})
        both = c["both"]
        self.assertEqual(both["organisations"], 3)
        # boxes then 2 5 1, now 3 5 0
        self.assertEqual(both["points"],
                         {"then": 2.67, "now": 2.67, "percent": 0.0})
        self.assertEqual(both["boxes"], {
            "then": 2.67, "now": 2.67, "percent": 0.0,
            "percentage_points": 0.0})
        self.assertEqual(both["level"], {"rose": 0, "same": 3, "fell": 0})
        # led: then 1 2 1, now 2 2 0; tek: then 1 3 0, now 1 3 0
        self.assertEqual(both["areas"], [
            {"id": "led", "then": 1.33, "now": 1.33, "percent": 0.0},
            {"id": "tek", "then": 1.33, "now": 1.33, "percent": 0.0}])
        self.assertEqual(both["areas_mean_percent"], 0.0)
        # Dice: 2 * 3 of 4 + 5
        self.assertEqual(c["in_both"], share(6, 9))

    def test_only(self):
        c = self.group(self.made(), "kommun")["change"]
        self.assertEqual(c["only_now"], {
            "organisations": 1, "points": 3.0, "boxes": 3.0, "areas": [
                {"id": "led", "boxes": 1.0}, {"id": "tek", "boxes": 2.0}]})
        self.assertEqual(c["only_then"], {
            "organisations": 2, "points": 1.0, "boxes": 1.0, "areas": [
                {"id": "led", "boxes": 0.5}, {"id": "tek", "boxes": 0.5}]})
        self.assertEqual(c["only"], {"boxes": {"percent": 200.0},
                                     "areas_mean_percent": 200.0})

    def test_typical(self):
        c = self.group(self.made(), "kommun")["change"]
        # now: a of 1 (3 of 4), a of 2 (3 of 4); b of 1 (2 of 4, not more
        # than half); then: a of 1 (4 of 5), a of 2 (3 of 5)
        self.assertEqual(c["typical"],
                         {"then": 2, "now": 2, "percent": 0.0})

    def test_from_nothing(self):
        doc = self.made(then=[(9, "kommun", ticks(0, 0, 0))],
                        now=[(9, "kommun", ticks(1, 0, 0))])
        boxes = self.group(doc)["change"]["both"]["boxes"]
        self.assertEqual(boxes, {"then": 0.0, "now": 1.0,
                                 "percentage_points": 20.0})

    def test_nobody_in_both(self):
        c = self.group(self.made(then=[(90, "kommun", ticks(1, 0, 0))]))[
            "change"]
        self.assertEqual(c["both"], {"organisations": 0})
        self.assertEqual(c["in_both"], share(0, 6))

    def test_random_rounds(self):
        r = random.Random(8)
        now, then = ([(i, r.choice(("kommun", "myndighet")),
                       ticks(r.randrange(3), r.randrange(3), r.randrange(2)))
                      for i in range(start, start + 150)]
                     for start in (0, 60))
        doc = self.made(now, then)
        was = {i: result(a) for i, _, a in then}
        for id in "all", "kommun", "myndighet":
            mine = [(i, result(a)) for i, k, a in now
                    if id in ("all", k)]
            pairs = [(was[i], a) for i, a in mine if i in was]
            c = self.group(doc, id)["change"]
            a = average([p[1][2] for p in pairs])
            b = average([p[0][2] for p in pairs])
            self.assertEqual(c["both"]["boxes"], {
                "then": half_up(b, 2), "now": half_up(a, 2),
                "percent": change(a, b),
                "percentage_points": half_up(100 * (a - b) / 5, 1)})
            self.assertEqual(c["both"]["level"], {
                "rose": sum(q[0] > p[0] for p, q in pairs),
                "same": sum(q[0] == p[0] for p, q in pairs),
                "fell": sum(q[0] < p[0] for p, q in pairs)})

    def test_other_definition(self):
        before = json.loads(json.dumps(LEVELS))
        before["id"] = "prov-old"
        before["questions"][0]["label"] = "Något annat"
        doc = self.made(None, None, before)
        comparable = doc["previous"]["comparable"]
        self.assertFalse(comparable["points"])
        self.assertEqual(comparable["boxes"], 3)
        self.assertEqual(comparable["left_out"],
                         [{"id": "1", "why": "label"}])
        both = self.group(doc, "kommun")["change"]["both"]
        self.assertNotIn("points", both)
        self.assertNotIn("level", both)
        # Of question 2 and 3: then 1 3 0, now 1 3 0
        self.assertEqual(both["boxes"]["then"], 1.33)


class Hidden(Case):
    def made(self, *sizes, args=(), then=None):
        d = self.define(LEVELS)
        people, i = [], 0
        for kind, n in zip(("kommun", "region", "myndighet", "annan"), sizes):
            for k in range(n):
                i += 1
                people.append((i, kind, ticks(k % 3, k % 2, k % 2)))
        folder = self.put("now%s" % (sizes,), d, people)
        if then is not None:
            old = self.put("then%s" % (then,), d, [
                (j, "kommun", ticks(1, 1, 0)) for j in then], round="2025")
            args = (*args, "--previous", old)
        return self.report(d, folder, *args)

    def test_small(self):
        doc = self.made(4)
        for id in "all", "kommun":
            self.assertEqual(
                self.group(doc, id)["suppressed"], "small")
            self.assertEqual(set(self.group(doc, id)),
                             {"id", "kinds", "suppressed"})
        self.assertNotIn("suppressed", self.group(self.made(5)))

    def test_complementary(self):
        doc = self.made(20, 3, 10)
        self.assertNotIn("suppressed", self.group(doc))
        self.assertNotIn("suppressed", self.group(doc, "kommun"))
        self.assertEqual(self.group(doc, "region")["suppressed"], "small")
        # All but municipalities and agencies would be three regions.
        self.assertEqual(self.group(doc, "myndighet")["suppressed"],
                         "complementary")

    def test_outside_takes_nothing_along(self):
        doc = self.made(20, 5, 10, 3)
        self.assertEqual(self.group(doc, "annan")["suppressed"], "small")
        for id in "all", "kommun", "region", "myndighet":
            self.assertNotIn("suppressed", self.group(doc, id))

    def test_least_is_a_setting(self):
        doc = self.made(20, 3, 10, args=("--least=3",))
        self.assertNotIn("suppressed", self.group(doc, "region"))

    def test_slices(self):
        # 10 % of 44 is 4: too few; of 45 it is 5.
        self.assertEqual(self.group(self.made(44))["spread"],
                         {"suppressed": "small"})
        self.assertEqual(self.group(self.made(45))["spread"]["sizes"],
                         [5, 35, 5])

    def test_rounds(self):
        # 20 now; 17 of them then: three are only in this round.
        c = self.group(self.made(20, then=range(1, 18)), "kommun")["change"]
        self.assertEqual(c["respondents"]["then"], 17)
        # "0 only then" would tell that all 17 are in both.
        for key in "both", "only_now", "only_then", "only", "in_both":
            self.assertIn("suppressed", c[key], key)
        # Eight and twelve can be told.
        c = self.group(self.made(20, then=range(1, 13)), "kommun")["change"]
        self.assertEqual(c["both"]["organisations"], 12)
        self.assertEqual(c["only_now"]["organisations"], 8)

    def test_question_of_few(self):
        optional = json.loads(json.dumps(LEVELS))
        optional["questions"][2]["required"] = False
        d = self.define(optional)
        people = [(i, "kommun", ticks(1, 1, 1)) for i in range(60)]
        for _, _, answers in people[3:]:
            del answers["3"]
        out = self.at("out")
        folder = self.put("now", d, people)
        g = self.group(self.report(d, folder, "-o", out))
        self.assertEqual(g["questions"][2]["n"], {"suppressed": "small"})
        hidden = {"suppressed": "complementary"}
        # What area and whole have more than their other questions is it.
        self.assertEqual((g["points"], g["boxes"]), (hidden, hidden))
        led, tek = g["areas"]
        self.assertEqual(led["boxes"], 1.0)
        for key in "levels", "mean_level", "points", "boxes":
            self.assertEqual(tek[key], hidden, key)
        self.assertEqual(g["spread"]["areas"][1]["values"], [hidden] * 3)
        with open(os.path.join(out, "report.csv"), encoding="utf-8") as f:
            self.assertIn("areas,all,,tek,,levels,,,,complementary",
                          f.read())

    def test_numbers_alone(self):
        # 60 now, 56 then: "nobody only then" would tell that four are new.
        c = self.group(self.made(60, then=range(1, 57)), "kommun")["change"]
        self.assertEqual((c["respondents"]["now"], c["respondents"]["then"]),
                         (60, 56))
        for key in "both", "only_now", "only_then", "in_both":
            self.assertIn("suppressed", c[key], key)
        # Twelve left and twelve came: all can be told.
        c = self.group(self.made(60, then=range(13, 73)), "kommun")["change"]
        self.assertEqual([c[key]["organisations"] for key in (
            "both", "only_now", "only_then")], [48, 12, 12])
        # Ten: but six of those that left were the best tenth.
        c = self.group(self.made(60, then=range(11, 71)), "kommun")["change"]
        self.assertIn("suppressed", c["only_then"])

    def test_small_round_before(self):
        c = self.group(self.made(20, then=range(1, 4)), "kommun")["change"]
        for key in "respondents", "both", "in_both", "typical":
            self.assertIn("suppressed", c[key], key)

    def test_figures_hidden_in_text(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, [(i, "kommun", ticks(1, 1, 1))
                                     for i in range(3)])
        p = run(SCORE, "aggregate", "--questionnaires", self.dir, folder,
                env=dict(os.environ, LC_ALL="C"))
        self.assertEqual(p.returncode, 0)
        for line in p.stdout.decode().splitlines():
            if line.startswith(("  all", "  municipalities")):
                self.assertEqual(line.split()[-1], "*")


if __name__ == "__main__":
    unittest.main()
