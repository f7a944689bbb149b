#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Makes what intake would have handed over if organisations had answered so
that given figures come about:

    tests/scoring/population.py tests/scoring/published-2023.json FOLDER [SEED]

writes FOLDER/ROUND/*.json (docs/HANDOFF.md) and FOLDER/register.csv, all
that were asked. The same seed makes the same files. The figures are the
member "marginals"; what it may hold is told in README.md beside this. Which
way they are met depends on what the questionnaire's answers become: levels
(marginals.py), means or counts (here)."""
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import handed  # noqa: E402
import marginals  # noqa: E402
from kind import Impossible, slices  # noqa: E402

ROOT = os.path.join(HERE, "..", "..")
# Where the numbers of a kind's organisations begin, in handed.number.
FIRST = {kind: 100000 * (i + 1) for i, kind in enumerate(handed.KINDS)}


class Population:
    """Answers by round, kind and organisation; who was asked."""

    def __init__(self, definition):
        self.definition = definition
        self.rounds = {}
        self.asked = {}

    def add(self, round_, kind, i, answers):
        self.rounds.setdefault(round_, {})[kind, i] = answers

    def write(self, folder):
        for round_, answers in self.rounds.items():
            place = os.path.join(folder, round_)
            os.makedirs(place)
            for position, ((kind, i), given) in enumerate(answers.items()):
                handed.save(place, handed.document(
                    self.definition, FIRST[kind] + i, given, kind=kind,
                    round=round_, position=position,
                    name="Påhittad %s %d" % (kind, i)))
        with open(os.path.join(folder, "register.csv"), "w",
                  encoding="utf-8") as f:
            f.write("number,name,kind\n")
            for kind, n in self.asked.items():
                for i in range(n):
                    f.write("%s,Påhittad %s %d,%s\n" % (
                        handed.number(FIRST[kind] + i), kind, i, kind))


# --- levels -------------------------------------------------------------------

def of_levels(definition, wanted, seed, out):
    """An organisation of the round before is the same as one of now when it
    took part in both; others have numbers of their own."""
    tables, same = marginals.make(definition.data, wanted, seed)
    change = wanted.get("change")
    for name, table in tables.items():
        then = change and name == change["then"]
        known = {j: i for lot in same.values() for i, j in lot} if then else {}
        last = {kind: g["respondents"] for kind, g in
                wanted["rounds"][change["now"]]["groups"].items()
                } if then else {}
        for m, (kind, o) in enumerate(table.members):
            if m in known:
                o = tables[change["now"]].members[known[m]][1]
            elif then:
                o, last[kind] = last[kind], last[kind] + 1
            out.add(name, kind, o, {
                question["id"]: [option["id"] for option in
                                 question["options"][:table.count[m][q]]]
                for q, question in enumerate(definition.data["questions"])})
    chance = random.Random("%s others" % seed)
    for name, told in wanted["rounds"].items():
        for kind, n in told.get("others", {}).items():
            for i in range(n):
                out.add(name, kind, i, {
                    q["id"]: [o["id"] for o in q["options"][
                        :chance.randrange(len(q["options"]) + 1)]]
                    for q in definition.data["questions"]})


# --- means --------------------------------------------------------------------

def of_means(definition, wanted, seed, out):
    """The mean of all values in each slice of each kind, the weakest first;
    every organisation is on its slice's side of the next."""
    chance = random.Random(seed)
    scales = definition.data["scales"]
    steps = [[(s["value"], s["id"]) for s in scales[q["scale"]]]
             for q in definition.data["questions"]]
    ids = [q["id"] for q in definition.data["questions"]]
    for name, told in wanted["rounds"].items():
        for kind, group in told["groups"].items():
            edges = [round(len(ids) * e) for e in group["edges"]]
            o = 0
            for i, n in enumerate(slices(group["respondents"])):
                sums = even_sums(round(group["means"][i] * len(ids) * n), n,
                                 edges[i], edges[i + 1] - 1, chance)
                for total in sums:
                    row = even_sums(total, len(ids), 1, 4, chance)
                    out.add(name, kind, o, {
                        q: next(s for v, s in step if v == value)
                        for q, value, step in zip(ids, row, steps)})
                    o += 1


def even_sums(total, n, least, most, chance):
    """n whole numbers from least to most that add up."""
    if not n * least <= total <= n * most:
        raise Impossible("%d of %d to %d add up to %d" % (
            n, least, most, total))
    out = [min(max(round(chance.gauss(total / n, (most - least) / 4)), least),
               most) for _ in range(n)]
    left = total - sum(out)
    while left:
        i = chance.randrange(n)
        step = 1 if left > 0 else -1
        if least <= out[i] + step <= most:
            out[i] += step
            left -= step
    return out


# --- counts -------------------------------------------------------------------

def of_counts(definition, wanted, seed, out):
    """How many have answered each question, and how many chose each option,
    or some of them together; what is not told falls as it may. Questions that
    follow others are answered only by those who were asked."""
    chance = random.Random(seed)
    for name, told in wanted["rounds"].items():
        for kind, group in told["groups"].items():
            answers = [{} for _ in range(group["respondents"])]
            for question in definition.data["questions"]:
                answer_question(question, group["questions"].get(
                    question["id"], {}), answers, chance)
            for o, given in enumerate(answers):
                out.add(name, kind, o, given)


def is_asked(question, given):
    follows = question.get("follows")
    if follows is None:
        return True
    chosen = given.get(follows["question"], [])
    return any(o in (chosen if isinstance(chosen, list) else [chosen])
               for o in follows["any_of"])


def answer_question(question, told, answers, chance):
    asked = [given for given in answers if is_asked(question, given)]
    n = told.get("n", len(asked) * 9 // 10)
    if n > len(asked):
        raise Impossible("%d answers to %s; %d are asked" % (
            n, question["id"], len(asked)))
    who = chance.sample(asked, n)
    # An organisation that has answered nothing else answers the first.
    if question["type"] == "text":
        for given in who:
            given[question["id"]] = "Ett påhittat svar"
        return
    counts = dict(told.get("options", {}))
    free = [o["id"] for o in question["options"] if o["id"] not in counts]
    for lot in told.get("groups", []):
        parts = even_sums(lot["count"], len(lot["options"]), 0, lot["count"],
                          chance)
        counts.update(zip(lot["options"], parts))
        free = [o for o in free if o not in lot["options"]]
    if question["type"] == "multiple":
        several(question, counts, free, who, chance)
    else:
        one(question, counts, free, who, chance)


def several(question, counts, free, who, chance):
    for option in free:
        counts[option] = chance.randrange(len(who) // 2 + 1)
    for given in who:
        given[question["id"]] = []
    for option in question["options"]:
        for given in chance.sample(who, counts[option["id"]]):
            given[question["id"]].append(option["id"])


def one(question, counts, free, who, chance):
    left = len(who) - sum(counts.values())
    if left < 0 or left > 0 and not free:
        raise Impossible("%s: options add up to %d of %d" % (
            question["id"], sum(counts.values()), len(who)))
    chosen = [o for o, n in counts.items() for _ in range(n)]
    chosen += [chance.choice(free) for _ in range(left)]
    for given, option in zip(who, chosen):
        given[question["id"]] = option


# --- all ----------------------------------------------------------------------

WAYS = {"levels": of_levels, "means": of_means, "counts": of_counts}


def make(published, seed=6):
    """From what a file of figures holds."""
    definition = handed.Definition(os.path.join(
        ROOT, "questionnaires", published["questionnaire"] + ".json"))
    out = Population(definition)
    wanted = published["marginals"]
    WAYS[definition.data["scoring"]["result"]](definition, wanted, seed, out)
    out.asked = wanted["asked"]
    return out


def load(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return json.load(f)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as f:
        published = json.load(f)
    make(published, *sys.argv[3:]).write(sys.argv[2])


if __name__ == "__main__":
    main()
