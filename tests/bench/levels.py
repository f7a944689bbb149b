#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""levels.py DEFINITION FOLDER: what could be written in an afternoon instead of
sigill-score aggregate.  Of each kind of organisations: how many have reached
which level, and how many have ticked each box.  Nothing is checked, no other
figure is made, and nothing is withheld."""
import collections
import json
import os
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    definition = json.load(f)
sections = collections.defaultdict(list)
for question in definition["questions"]:
    sections[question["section"]].append(
        (question["id"], len(question["options"])))
demands = [(d["level"], [(q, min(n, d["boxes"]))
                         for q, n in sections[d["section"]]])
           for d in definition["scoring"]["demands"]]


def level(answers):
    reached = max(d["level"] for d in definition["scoring"]["demands"])
    for at, wanted in demands:
        if at <= reached and any(len(answers.get(q, ())) < n
                                 for q, n in wanted):
            reached = at - 1
    return reached


levels = collections.defaultdict(collections.Counter)
boxes = collections.defaultdict(collections.Counter)
for name in os.listdir(sys.argv[2]):
    with open(os.path.join(sys.argv[2], name), encoding="utf-8") as f:
        statement = json.load(f)["submission"]["statement"]
    answers, kind = statement["answers"], statement["organisation"]["kind"]
    levels[kind][level(answers)] += 1
    for question, ticked in answers.items():
        for option in ticked:
            boxes[kind][question + "." + option] += 1
json.dump({"levels": levels, "boxes": boxes}, sys.stdout)
