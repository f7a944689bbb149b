#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The report says what another program computes from the same answers
(oracle.py): of other organisations than the published ones, made to meet
other marginals, and of answers that follow none; of all three instruments
and the fourth."""
import copy
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import handed  # noqa: E402
import oracle  # noqa: E402
import population  # noqa: E402
from test_published import report  # noqa: E402

FOURTH = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "fourth.json")


def any_answers(definition, chance):
    """Answers that are allowed, whatever they are; some are left out where
    that is."""
    rules, answers = oracle.Rules(definition), {}
    effort = chance.random()
    for q in rules.questions:
        if not rules.asked(q, answers):
            continue
        if not q.get("required", True) and chance.random() < 0.3:
            continue
        options = [o["id"] for o in rules.options(q)]
        if q["type"] == "multiple":
            answers[q["id"]] = [o for o in options
                                if chance.random() < effort]
        elif q["type"] == "number":
            answers[q["id"]] = chance.randint(q["min"], min(
                q["max"], q["min"] + 50))
        elif q["type"] == "text":
            answers[q["id"]] = "Påhittat"[:q.get("max", 20)]
        else:
            answers[q["id"]] = chance.choice(options)
    return answers


def differences(wanted, found, path=""):
    """Where what is wanted is not found; lists of things with ids by id."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return ["%s: %r" % (path, found)]
        return [d for k, v in wanted.items()
                for d in differences(v, found.get(k), "%s.%s" % (path, k))]
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], dict):
        if not isinstance(found, list) or len(found) != len(wanted):
            return ["%s: %r" % (path, found)]
        return [d for i, (v, f) in enumerate(zip(wanted, found))
                for d in differences(v, f, "%s.%s" % (path, v.get("id", i)))]
    same = wanted == found and isinstance(found, bool) == isinstance(
        wanted, bool)
    return [] if same else ["%s: %r, not %r" % (path, found, wanted)]


class Oracle(unittest.TestCase):
    def compare(self, made, now, then=None):
        asked = made.asked
        with tempfile.TemporaryDirectory() as scratch:
            folder = scratch + "/all"
            made.write(folder)
            doc = report(folder, now, then, "--least=1",
                         "--questionnaire=" + made.definition.path,
                         *["--previous-questionnaire=" +
                           made.definition.path][:then is not None])
        rows = {name: {(kind, handed.number(population.FIRST[kind] + i)): a
                       for (kind, i), a in lot.items()}
                for name, lot in made.rounds.items()}
        wanted = oracle.Report(made.definition.data, rows[now], asked,
                               rows.get(then)).groups()
        found = {g["id"]: g for g in doc["groups"]}
        self.assertEqual(list(found), list(wanted))
        self.assertEqual(differences(wanted, found)[:20], [])

    def test_published_ones(self):
        made = population.make(population.load("published-2023.json"))
        self.compare(made, "2023", "2021")

    def test_other_marginals(self):
        published = population.load("published-2023.json")
        told = published["marginals"]
        del told["change"], told["rounds"]["2021"]
        told["rounds"]["2023"]["groups"] = groups = {
            kind: copy.deepcopy(g) for kind, g in
            told["rounds"]["2023"]["groups"].items() if kind != "region"}
        del told["rounds"]["2023"]["all"]
        kommun = groups["kommun"]
        kommun["levels"] = [40, 15, 6, 2]
        kommun["typical"] = {"boxes": 131, "level": 0}
        kommun["best"] = {"level": 2}
        kommun["r2"] = 0.7531
        del groups["myndighet"]["over"], groups["myndighet"]["r2"]
        made = population.make(published, "others")
        self.compare(made, "2023")
        # And it is not the published ones again.
        wanted = oracle.Report(
            made.definition.data, made.rounds["2023"], made.asked).groups()
        self.assertEqual(wanted["kommun"]["levels"][1]["at_least"]["count"],
                         40)
        self.assertEqual(wanted["kommun"]["typical"]["boxes"]["count"], 131)
        self.assertEqual(wanted["kommun"]["lead"]["r2"], 0.7531)

    def random_rounds(self, path, seed, sizes, then=True):
        chance = random.Random(seed)
        made = population.Population(handed.Definition(path))
        made.asked = {kind: 2 * n for kind, n in sizes.items()}
        for name in ["now", "then"][:1 + then]:
            for kind, n in sizes.items():
                for i in chance.sample(range(2 * n), n):
                    made.add(name, kind, i,
                             any_answers(made.definition.data, chance))
        return made

    def test_any_answers(self):
        sizes = {"kommun": 70, "region": 9, "myndighet": 41, "nis": 6}
        for name in sorted(os.listdir("questionnaires")):
            # First editions tell nothing of scoring: there is nothing to
            # compute.
            if not name.endswith(".json") or "scoring" not in \
                    handed.Definition("questionnaires/" + name).data:
                continue
            with self.subTest(name):
                made = self.random_rounds("questionnaires/" + name, name,
                                          sizes)
                self.compare(made, "now", "then")

    def test_the_fourth(self):
        made = self.random_rounds(FOURTH, 4, {"kommun": 44, "annan": 12})
        self.compare(made, "now", "then")


if __name__ == "__main__":
    unittest.main()
