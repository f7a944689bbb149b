#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What is known about the two questionnaires of 2023 and the one of 2015 still
stands in our definitions, nothing of ours passes for the authority's, and the
samples are what the demonstration says they are."""
import base64
import collections
import json
import os
import re
import unicodedata
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BASES = {"published", "derived", "assumed"}
ID = re.compile(r"[a-z0-9_-]{1,64}")
LABEL_MAX = 60  # characters: a question fits a line, an option a cell

# Questions whose number and subject the authority has told.
NUMBERED = {14, 15, 17, 18, 23, 24, 26, 27, 30, 31, 33, 34, 35, 36, 37, 39, 40}
# Those where a clear majority of the municipalities got no points.
FEW_POINTS = {14, 15, 17, 18, 26, 27, 30, 33, 34, 35, 36, 37, 39, 40}
# The seven working methods, with the options known for each.
FIVE = ["beslutat", "roller", "modell", "stod", "uppfoljt"]
METHODS = {5: ["uppfoljt"], 6: ["uppfoljt"], 7: FIVE, 8: ["uppfoljt"],
           9: FIVE, 10: FIVE, 11: []}
# Those that the results of 2023 are about; others gave too few answers.
PUBLIC = ["kommun", "region", "myndighet"]
STEPS = ["over-0", "minst-25", "minst-50", "minst-75"]


def no_twins(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member in %r" % [k for k, _ in pairs])
    return members


def text(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def load(*path):
    return json.loads(text(*path), object_pairs_hook=no_twins)


def things(d):
    """Everything in a definition that has a label: (kind, thing)."""
    for kind in ("levels", "areas", "sections", "questions"):
        for thing in d[kind]:
            yield kind, thing
            for option in thing.get("options", []):
                yield "options", option
    for scale in d["scales"].values():
        for step in scale:
            yield "scales", step


def basis_of(thing, fact):
    basis = thing["basis"]
    return basis[fact] if isinstance(basis, dict) else basis


def by_number(d):
    return {int(q["id"]): q for q in d["questions"]}


def ids(things_with_id):
    return [t["id"] for t in things_with_id]


class Definition:
    """Holds for every definition; the subclasses name the file."""

    ID = ID

    MEMBERS = {
        "levels": {"level", "label", "basis"},
        "areas": {"id", "label", "basis"},
        "sections": {"id", "label", "basis"},
        "options": {"id", "label", "basis"},
        "scales": {"id", "label", "value", "basis"},
    }

    def setUp(self):
        self.d = load("questionnaires", self.NAME + ".json")
        self.q = by_number(self.d)

    def test_head(self):
        self.assertEqual(set(self.d), {
            "format", "format_version", "id", "version", "title", "language",
            "note", "sources", "totals", "levels", "areas", "sections",
            "scales", "questions", "scoring"})
        self.assertEqual(self.d["format"], "sigill-questionnaire")
        self.assertEqual(self.d["format_version"], 1)
        self.assertEqual(self.d["id"], self.NAME)
        self.assertEqual(self.d["language"], "sv")
        self.assertTrue(self.d["sources"])

    def test_note_says_whose_it_is_not(self):
        self.assertTrue(self.d["note"].startswith(
            "Inte myndighetens formulär."))
        for word in BASES:
            self.assertIn(word, self.d["note"])

    def test_members(self):
        for kind, thing in things(self.d):
            if kind == "questions":
                self.assertEqual(set(thing), self.QUESTION[thing["type"]])
            else:
                self.assertEqual(set(thing), self.MEMBERS[kind], thing)

    def test_every_fact_has_its_basis(self):
        for _, thing in things(self.d):
            basis = thing["basis"]
            if not isinstance(basis, dict):
                self.assertIn(basis, BASES, thing)
                continue
            self.assertEqual(set(basis), set(thing) - {"basis"}, thing)
            self.assertLessEqual(set(basis.values()), BASES, thing)
            # One word for all of them is the shorter way to say it.
            self.assertGreater(len(set(basis.values())), 1, thing)

    def test_ids_are_unique_and_plain(self):
        for lot in [self.d["areas"], self.d["sections"], self.d["questions"],
                    *[q.get("options", []) for q in self.d["questions"]],
                    *self.d["scales"].values()]:
            self.assertEqual(len(set(ids(lot))), len(lot), ids(lot))
            for i in ids(lot):
                self.assertTrue(self.ID.fullmatch(i), i)

    def test_labels(self):
        for kind, thing in things(self.d):
            label = thing["label"]
            self.assertEqual(label, unicodedata.normalize("NFC", label))
            self.assertEqual(label, " ".join(label.split()))
            self.assertTrue(label)
            if kind in ("questions", "options"):
                self.assertLessEqual(len(label), LABEL_MAX, label)
        for q in self.d["questions"]:
            labels = [o["label"] for o in q.get("options", [])]
            self.assertEqual(len(set(labels)), len(labels), labels)
        labels = [q["label"] for q in self.d["questions"]]
        self.assertEqual(len(set(labels)), len(labels))

    def test_questions_are_numbered_and_placed(self):
        self.assertEqual([q["id"] for q in self.d["questions"]],
                         [str(n + 1) for n in range(len(self.q))])
        for kind, member in (("areas", "area"), ("sections", "section")):
            used = {q[member] for q in self.d["questions"]}
            self.assertEqual(used, set(ids(self.d[kind])))

    def test_totals_add_up(self):
        questions = self.d["questions"]
        self.assertEqual(self.d["totals"], {
            "questions": len(questions),
            "options": sum(len(q["options"]) for q in questions
                           if q["type"] == "multiple"),
            "points": sum(q.get("points", 0) for q in questions)})

    def test_readable_as_a_file(self):
        raw = text("questionnaires", self.NAME + ".json")
        self.assertNotIn("\\u", raw)
        self.assertTrue(raw.endswith("}\n"))
        self.assertNotIn("\t", raw)
        for line in raw.splitlines():  # at most one option a line
            self.assertLessEqual(line.count('"label": "'), 2, line)
            self.assertEqual(line, line.rstrip())


PLACED = {"id", "label", "type", "area", "section", "basis"}


class Infosakkollen(Definition, unittest.TestCase):
    NAME = "infosakkollen-2023"
    QUESTION = {"multiple": PLACED | {"points", "points_at", "options"}}

    def test_size(self):
        self.assertEqual(self.d["totals"],
                         {"questions": 40, "options": 348, "points": 200})
        self.assertEqual({q["points"] for q in self.q.values()}, {5})
        self.assertEqual({q["type"] for q in self.q.values()}, {"multiple"})
        self.assertEqual(self.d["scales"], {})

    def test_levels(self):
        self.assertEqual([v["level"] for v in self.d["levels"]],
                         [0, 1, 2, 3, 4])
        self.assertEqual([basis_of(v, "label") for v in self.d["levels"]],
                         ["assumed"] + 4 * ["published"])

    def test_sections(self):
        self.assertEqual(ids(self.d["sections"]), ["1", "2", "3", "4"])
        last = {"1": 15, "2": 29, "3": 38, "4": 40}
        for n, q in self.q.items():
            self.assertEqual(q["section"],
                             min(s for s in last if n <= last[s]), n)
            self.assertEqual(basis_of(q, "section"),
                             "derived" if n <= 15 else "assumed", n)

    def test_areas(self):
        self.assertEqual(len(self.d["areas"]), 10)
        for area in self.d["areas"]:
            self.assertEqual(basis_of(area, "label"), "published")
        boxes = collections.Counter()
        for q in self.q.values():
            boxes[q["area"]] += len(q["options"])
        self.assertEqual(boxes["upphandling"], 16)
        self.assertEqual([a for a in boxes if boxes[a] <= 16],
                         ["upphandling"])

    def test_what_is_ours_is_marked_so(self):
        for n, q in self.q.items():
            self.assertEqual(basis_of(q, "id"), "published"
                             if n in NUMBERED else "assumed", n)
            if n in NUMBERED:
                self.assertEqual(basis_of(q, "label"), "published", n)
            for fact in ("area", "points", "options"):
                self.assertEqual(basis_of(q, fact), "assumed", n)

    def test_points_are_the_first_boxes(self):
        for n, q in self.q.items():
            boxes = len(q["options"])
            self.assertEqual(q["points_at"],
                             [min(k, boxes) for k in range(1, 6)], n)
            self.assertEqual(basis_of(q, "points_at"), "assumed", n)

    def test_level_1_is_one_box_in_each_of_the_first_fifteen(self):
        self.assertEqual([d for d in self.d["scoring"]["demands"]
                          if d["level"] == 1],
                         [{"level": 1, "section": "1", "boxes": 1,
                           "basis": "published"}])

    def test_levels_accumulate(self):
        # A higher level demands more on the lower sections, too.
        most = collections.defaultdict(int)
        for d in sorted(self.d["scoring"]["demands"],
                        key=lambda d: d["level"]):
            if d["level"] > 1:
                self.assertEqual(d["basis"], "assumed", d)
            self.assertGreater(d["boxes"], most[d["section"]], d)
            most[d["section"]] = d["boxes"]
            self.assertLessEqual(int(d["section"]), d["level"])
        self.assertEqual(set(most), {"1", "2", "3", "4"})

    def test_scoring(self):
        rules = self.d["scoring"]
        self.assertEqual(rules["result"], "levels")
        self.assertEqual(rules["groups"], PUBLIC)
        self.assertEqual(rules["order"], ["level", "area_levels", "points",
                                          "area_points"])
        self.assertEqual(rules["lead"], "ledning")
        self.assertEqual(rules["indications"], [
            {"level": 3, "kinds": ["myndighet"], "label": "MSBFS 2020:6",
             "basis": "published"}])

    def test_published_options(self):
        known = {1: 3, 14: 2, 28: 3, 30: 5, 31: 5, 35: 4, 36: 3, 37: 6, 40: 1}
        known.update({n: len(o) for n, o in METHODS.items() if o})
        found = {n: sum(o["basis"] == "published" for o in q["options"])
                 for n, q in self.q.items()}
        self.assertEqual({n: c for n, c in found.items() if c}, known)

    def test_working_methods(self):
        for n, published in METHODS.items():
            q = self.q[n]
            self.assertEqual(ids(q["options"]), FIVE, n)
            self.assertEqual([o["id"] for o in q["options"]
                              if o["basis"] == "published"], published, n)

    def test_extents_have_every_step_in_order(self):
        measured = 0
        for n, q in self.q.items():
            steps = collections.defaultdict(list)
            for option in q["options"]:
                m = re.fullmatch(r"(.*?)-?(over-0|minst-\d+)", option["id"])
                if m:
                    steps[m[1]].append(m[2])
                    # Only the two lowest steps have been told.
                    self.assertIn(option["basis"], {"derived", "assumed"}
                                  if m[2] in STEPS[:2] else {"assumed"})
            for what, found in steps.items():
                self.assertEqual(found, STEPS, (n, what))
                measured += 1
        self.assertEqual(measured, 16)


class Itsakkollen(Definition, unittest.TestCase):
    NAME = "itsakkollen-2023"
    QUESTION = {"scale": PLACED | {"points", "scale"}}

    def test_scoring(self):
        rules = self.d["scoring"]
        self.assertEqual((rules["result"], rules["total"], rules["order"]),
                         ("means", "questions", ["mean"]))
        self.assertEqual(rules["groups"], PUBLIC)
        self.assertEqual(basis_of(rules, "total"), "assumed")

    def test_size(self):
        self.assertEqual(self.d["totals"],
                         {"questions": 41, "options": 0, "points": 0})
        self.assertEqual(len(self.d["areas"]), 8)
        self.assertEqual(len(self.d["sections"]), 1)

    def test_one_scale_of_four_steps(self):
        self.assertEqual(len(self.d["scales"]), 1)
        (name, steps), = self.d["scales"].items()
        self.assertEqual([(s["id"], s["value"]) for s in steps],
                         [("s1", 1), ("s2", 2), ("s3", 3), ("s4", 4)])
        for step in steps:
            self.assertEqual(basis_of(step, "label"), "published")
            self.assertEqual(basis_of(step, "value"), "assumed")
        for q in self.q.values():
            self.assertEqual((q["type"], q["scale"]), ("scale", name))

    def test_no_statement_passes_for_the_authoritys(self):
        for q in self.q.values():
            self.assertEqual(basis_of(q, "label"), "assumed")
            self.assertEqual(basis_of(q, "id"), "assumed")


# The survey of 2015: figure number and letter, type, what it follows, and
# how many options the report's text shows.
SURVEY = """
F1 multiple 7; F2 single 2; F3 multiple 3 F2=ja; F4 single 2; F4b text;
F5 single 1 F4=ja; F5b single 2 F4=ja; F6 single 3 F4=ja; F7 single 2;
F7b multiple 4 F7=ja; F8 multiple 5 F7=ja; F8b multiple 3 F7=ja;
F9 multiple 4; F10 multiple 5; F11 multiple 3; F12 single 2;
F12b text F12=ja; F12c text F12=nej; F13 single 3 F12=ja;
F14a single 1 F12=ja; F14b single 1 F12=ja; F14c single 1 F12=ja;
F14d single 1 F12=ja; F15 single 2; F15b single 2 F15=ja;
F15c multiple 4 F15=ja; F16 single 2 F15=nej; F17 multiple 3 F15=ja;
F17b single 2 F17=intervall; F17c text F17=handelse; F18 single 2;
F18b text F18=nej; F19 multiple 1 F18=ja; F20 single 2 F18=ja;
F20b single 2 F20=ja; F21 multiple 8; F22 single 2; F22b single 2 F22=ja;
F22c single 2 F22=ja; F22d single 0 F22c=ja; F23 single 2;
F24 single 5 F23=ja; F24b multiple 3 F23=ja; F25 multiple 3 F23=ja;
F26 multiple 2; F27 single 2; F27b text F27=ja; F27c text F27=nej;
F27d text; F28 single 2; F29 single 2; F29b text F29=nej; F30 single 2;
F30b text F30=ja; F31 single 2; F31b text F31=ja; F32 single 2; F32b text
"""


class Kommunenkat(Definition, unittest.TestCase):
    NAME = "kommunenkat-2015"
    ID = re.compile(r"F?[a-z0-9_.-]{1,64}")
    QUESTION = {"multiple": PLACED | {"required", "options"},
                "single": PLACED | {"required", "options"},
                "text": PLACED | {"required"}}

    def setUp(self):
        self.d = load("questionnaires", self.NAME + ".json")
        self.q = {q["id"]: q for q in self.d["questions"]}

    def test_members(self):
        for q in self.d["questions"]:
            self.assertEqual(set(q) - {"follows"}, self.QUESTION[q["type"]])

    def test_questions_are_numbered_and_placed(self):
        names = [re.fullmatch(r"F(\d+)([a-d]?)", i).groups() for i in self.q]
        order = [(int(number), letter) for number, letter in names]
        self.assertEqual(order, sorted(order))
        self.assertEqual({number for number, _ in order},
                         set(range(1, 33)))
        chapters = ["1.3"] + ["2.%d" % n for n in range(1, 13)]
        self.assertEqual(ids(self.d["areas"]), chapters)
        self.assertEqual(ids(self.d["sections"]), chapters)
        placed = [q["area"] for q in self.q.values()]
        self.assertEqual(placed, sorted(placed, key=chapters.index))
        for q in self.q.values():
            self.assertEqual(q["area"], q["section"])

    def test_what_the_report_shows(self):
        told = [line.split() for line in SURVEY.split(";")]
        self.assertEqual([name for name, *_ in told], list(self.q))
        for name, kind, *rest in told:
            q = self.q[name]
            self.assertEqual(q["type"], kind, name)
            if rest and rest[0].isdigit():
                self.assertEqual(int(rest.pop(0)), sum(
                    basis_of(o, "label") == "published"
                    for o in q["options"]), name)
            follows = q.get("follows")
            self.assertEqual(
                ["%s=%s" % (follows["question"], *follows["any_of"])]
                if follows else [], rest, name)

    def test_part_of_an_answer_counts(self):
        for q in self.q.values():
            self.assertIs(q["required"], False)

    def test_what_is_not_known_is_marked_so(self):
        for q in self.q.values():
            for option in q.get("options", []):
                self.assertEqual(basis_of(option, "id"), "assumed")
        self.assertEqual({o["basis"] for o in self.q["F22d"]["options"]},
                         {"assumed"})
        for name in ("F3", "F7b", "F8b", "F10", "F11", "F19", "F21", "F24b",
                     "F26"):  # the figures show more than the text tells
            self.assertEqual(basis_of(self.q[name], "options"), "assumed")
            self.assertEqual(self.q[name]["options"][-1]["basis"], "assumed")

    def test_scoring(self):
        self.assertEqual(self.d["scoring"], {
            "result": "counts", "groups": ["kommun"], "basis": "published"})


class Samples(unittest.TestCase):
    def sample(self, name):
        s = load("samples", "exempelkoping-%s.json" % name)
        self.assertEqual(set(s), {"questionnaire", "round", "organisation",
                                  "answers"})
        self.assertEqual((s["questionnaire"], s["round"]),
                         (name, name[-4:]))
        d = load("questionnaires", name + ".json")
        return s["answers"], (by_number(d) if d["questions"][0]["id"] == "1"
                              else {q["id"]: q for q in d["questions"]})

    def test_organisation_is_the_test_certificates(self):
        pem = text("certs-sample", "exempelkoping.pem")
        der = base64.b64decode("".join(
            pem.split("-----")[2].split()))
        for name in ("infosakkollen-2023", "itsakkollen-2023",
                     "kommunenkat-2015"):
            org = load("samples", "exempelkoping-%s.json" % name)[
                "organisation"]
            self.assertEqual((org["name"], org["kind"]),
                             ("Exempelköpings kommun", "kommun"))
            number = org["number"].replace("-", "")
            self.assertIn(b"NTRSE-" + number.encode(), der)
            luhn = sum(sum(divmod(int(c) * (2 - i % 2), 10))
                       for i, c in enumerate(number))
            self.assertEqual((len(number), luhn % 10), (10, 0))

    def test_infosakkollen(self):
        answers, q = self.sample("infosakkollen-2023")
        self.assertEqual(list(answers), [str(n) for n in range(1, 41)])
        ticked = {n: answers[str(n)] for n in q}
        for n, boxes in ticked.items():  # in the form's order, none twice
            self.assertEqual(boxes, [o for o in ids(q[n]["options"])
                                     if o in boxes], n)
        self.assertEqual(sum(map(len, ticked.values())), 116)
        self.assertEqual(sum(len(b) for n, b in ticked.items()
                             if q[n]["area"] == "upphandling"), 9)
        self.assertTrue(all(ticked[n] for n in range(1, 16)))
        # Like other municipalities: almost nothing where they have nothing.
        self.assertLessEqual(max(len(ticked[n]) for n in FEW_POINTS), 2)

    def test_infosakkollen_extents_stand_on_lower_steps(self):
        answers, _ = self.sample("infosakkollen-2023")
        for n, boxes in answers.items():
            for low, high in zip(STEPS, STEPS[1:]):
                for box in boxes:
                    if box.endswith(high):
                        self.assertIn(box[:-len(high)] + low, boxes, n)

    def test_itsakkollen(self):
        answers, q = self.sample("itsakkollen-2023")
        self.assertEqual(list(answers), [str(n) for n in range(1, 42)])
        self.assertLessEqual(set(answers.values()), {"s1", "s2", "s3", "s4"})
        by_area = collections.defaultdict(list)
        for n in q:
            by_area[q[n]["area"]].append(int(answers[str(n)][1]))
        mean = {a: sum(v) / len(v) for a, v in by_area.items()}
        self.assertAlmostEqual(
            sum(map(sum, by_area.values())) / 41, 2.9, delta=0.05)
        self.assertEqual(min(mean, key=mean.get), "kryptering")
        self.assertEqual(max(mean, key=mean.get), "utrustning")

    def test_kommunenkat(self):
        answers, q = self.sample("kommunenkat-2015")
        self.assertEqual(list(answers), [i for i in q if i in answers])
        for i, answer in answers.items():
            follows = q[i].get("follows")
            if follows:
                self.assertIn(answers[follows["question"]],
                              follows["any_of"], i)
        # What is left out need not be answered; nothing is left empty.
        self.assertTrue(all(answers.values()))
        self.assertLess(len(answers), len(q))


if __name__ == "__main__":
    unittest.main()
