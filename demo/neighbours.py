# SPDX-License-Identifier: EUPL-1.2
"""neighbours.py FOLDER: what intake would have handed over of some made-up
municipalities, agencies and regions, for a picture of all in the demo."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tests", "scoring"))
from handed import Definition, document, save  # noqa: E402

HOW_MANY = {"kommun": 45, "myndighet": 24, "region": 3}


def answers(definition, chance):
    """Some do more than others, and everybody the usual things first."""
    out = definition.empty()
    zeal = chance.betavariate(2.2, 2.0)
    for question in definition.data["questions"]:
        options = [o["id"] for o in question["options"]]
        out[question["id"]] = [
            o for i, o in enumerate(options)
            if chance.random() < zeal * (1.5 - i / len(options))]
    return out


def main(folder):
    definition = Definition("questionnaires/infosakkollen-2023.json")
    chance = random.Random(2023)
    i = 0
    for kind, n in HOW_MANY.items():
        for _ in range(n):
            i += 1
            save(folder, document(definition, i, answers(definition, chance),
                                  kind=kind, round="2023",
                                  environment="test"))


if __name__ == "__main__":
    main(sys.argv[1])
