#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What one organisation is told: sigill-score feedback, by hand, by the
definition's rules read once more here, and as intake's command."""
import copy
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, read, run                            # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
INFOSAK = handed.Definition("questionnaires/infosakkollen-2023.json")
ITSAK = handed.Definition("questionnaires/itsakkollen-2023.json")
KOMMUN = handed.Definition("questionnaires/kommunenkat-2015.json")


def ticked(share, seed):
    """Each box of Infosäkkollen with that chance."""
    r = random.Random(seed)
    return {q["id"]: [o["id"] for o in q["options"] if r.random() < share]
            for q in INFOSAK.data["questions"]}


def rated(seed):
    r = random.Random(seed)
    return {q["id"]: "s%d" % r.randint(1, 4)
            for q in ITSAK.data["questions"]}


def level_of(d, answers, area=None):
    """The rules of docs/SCORING.md, literally."""
    level = 0
    for n in sorted(one["level"] for one in d["levels"])[1:]:
        for demand in d["scoring"]["demands"]:
            for q in d["questions"]:
                if demand["level"] > n or q["section"] != demand["section"] \
                        or q["type"] != "multiple" or \
                        (area is not None and q["area"] != area):
                    continue
                if len(answers.get(q["id"], [])) < min(
                        demand["boxes"], len(q["options"])):
                    return level
        level = n
    return level


class FeedbackCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)

    def at(self, name):
        return os.path.join(self.dir, name)

    def folder(self, name, *docs):
        os.makedirs(self.at(name), exist_ok=True)
        for d in docs:
            handed.save(self.at(name), d)
        return self.at(name)

    def score(self, *argv, data=None, status=0, env=None):
        p = run(SCORE, *argv, data=data, env=env)
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        return p.stdout.decode()

    def codes(self, *argv, data=None, status=65):
        out = json.loads(self.score("feedback", "--json", *argv, data=data,
                                    status=status))
        self.assertIs(out["ok"], False)
        return [e["code"] for e in out["errors"]]

    def feedback(self, doc, *options):
        out = json.loads(self.score("feedback", "--json", *options, "-",
                                    data=handed.text(doc)))
        self.assertIs(out["ok"], True)
        return out["feedback"]

    def files(self, name="out"):
        return {f: read(os.path.join(self.at(name), f))
                for f in sorted(os.listdir(self.at(name)))}

    def many(self, docs, *options):
        """Each document's feedback, by what was sealed."""
        self.score("feedback", *options, "-o", self.at("out"),
                   self.folder("in", *docs))
        return {d["sealed"]["sha256"]: json.loads(
            read(self.at("out/%s.feedback.json" % d["sealed"]["sha256"])))
            for d in docs}

    def benchmark(self, definition, answers, **more):
        docs = [handed.document(definition, i, answers(i), round="2025",
                                **more) for i in range(1, 9)]
        self.score("benchmark", "-o", self.at("benchmark.json"),
                   self.folder("bench", *docs))
        return self.at("benchmark.json")


class Levels(FeedbackCase):
    def test_by_the_rules(self):
        docs = [handed.document(INFOSAK, i, ticked(i / 40, i))
                for i in range(1, 41)]
        told, seen = self.many(docs), set()
        for d in docs:
            f = told[d["sealed"]["sha256"]]
            answers = d["submission"]["statement"]["answers"]
            self.assertEqual(f["format"], "sigill-feedback")
            self.assertEqual(f["result"], "levels")
            self.assertEqual(f["submission"], d["submission"]["id"])
            self.assertEqual(f["fingerprint"], d["fingerprint"])
            self.assertEqual(f["level"]["level"],
                             level_of(INFOSAK.data, answers))
            self.assertEqual(f["boxes"], {
                "boxes": sum(map(len, answers.values())), "of": 348})
            for area in f["areas"]:
                self.assertEqual(area["level"], level_of(
                    INFOSAK.data, answers, area["id"]))
            self.assertEqual(f["points"]["points"],
                             sum(a["points"] for a in f["areas"]))
            seen.add(f["level"]["level"])
        self.assertEqual(seen, {0, 1, 2, 3, 4})

    def test_what_is_missing_is_enough(self):
        """Doing what is listed reaches exactly that level, and any less
        does not."""
        docs = [handed.document(INFOSAK, i, ticked(.05 + i / 50, i))
                for i in range(1, 41)]
        told = self.many(docs)
        more = []
        for d in docs:
            f = told[d["sealed"]["sha256"]]
            if "next" not in f:
                continue
            answers = copy.deepcopy(d["submission"]["statement"]["answers"])
            last = None
            for gap in f["next"]["missing"]:
                self.assertEqual(gap["unit"], "boxes")
                self.assertGreaterEqual(len(gap["options"]), gap["lacks"])
                for option in gap["options"][:gap["lacks"]]:
                    self.assertNotIn(option["id"], answers[gap["question"]])
                    answers[gap["question"]].append(option["id"])
                last = gap
            more.append((f["next"]["level"], answers))
            self.assertEqual(level_of(INFOSAK.data, answers),
                             f["next"]["level"])
            answers = copy.deepcopy(answers)
            answers[last["question"]].pop()
            self.assertLess(level_of(INFOSAK.data, answers),
                            f["next"]["level"])
        self.assertGreater(len(more), 20)
        again = [handed.document(INFOSAK, 100 + i, answers)
                 for i, (_, answers) in enumerate(more)]
        shutil.rmtree(self.at("in"))
        shutil.rmtree(self.at("out"))
        told = self.many(again)
        self.assertEqual([told[d["sealed"]["sha256"]]["level"]["level"]
                          for d in again], [level for level, _ in more])

    def test_wins(self):
        for seed in range(5):
            answers = ticked(.3, seed)
            f = self.feedback(handed.document(INFOSAK, 1, answers))
            self.assertEqual([w["lacks"] for w in f["wins"]],
                             sorted(w["lacks"] for w in f["wins"]))
            options = {q["id"]: [o["id"] for o in q["options"]]
                       for q in INFOSAK.data["questions"]}
            for win in f["wins"]:
                self.assertLess(level_of(INFOSAK.data, answers, win["area"]),
                                win["level"])
                done = copy.deepcopy(answers)
                for q in win["questions"]:
                    done[q] = options[q]
                self.assertGreaterEqual(
                    level_of(INFOSAK.data, done, win["area"]), win["level"])

    def test_nothing_and_everything(self):
        f = self.feedback(handed.document(INFOSAK, 1, INFOSAK.empty()))
        self.assertEqual(f["level"]["level"], 0)
        self.assertEqual(len(f["next"]["missing"]), 15)
        self.assertEqual({g["section"] for g in f["next"]["missing"]}, {"1"})
        self.assertNotIn("benchmark", f)
        self.assertNotIn("last", f)
        f = self.feedback(handed.document(INFOSAK, 1, ticked(2, 1)))
        self.assertEqual(f["level"]["level"], 4)
        self.assertEqual(f["points"], {"points": 200, "of": 200})
        self.assertNotIn("next", f)
        self.assertEqual(f["wins"], [])

    def test_indication(self):
        """MSBFS 2020:6 is for agencies, and level 3 of the whole."""
        def reached(answers, kind):
            f = self.feedback(handed.document(INFOSAK, 1, answers, kind=kind))
            return [(i["label"], i["level"], i["reached"])
                    for i in f["indications"]]
        self.assertEqual(reached(ticked(2, 1), "kommun"), [])
        self.assertEqual(reached(ticked(2, 1), "myndighet"),
                         [("MSBFS 2020:6", 3, True)])
        self.assertEqual(reached(INFOSAK.empty(), "myndighet"),
                         [("MSBFS 2020:6", 3, False)])

    def test_assumed(self):
        f = self.feedback(handed.document(INFOSAK, 1, INFOSAK.empty()))
        self.assertEqual(f["assumed"], ["demands", "points", "questions"])

        def publish(o):
            if isinstance(o, dict):
                if "basis" in o:
                    o["basis"] = "published"
                for v in o.values():
                    publish(v)
            for v in o if isinstance(o, list) else []:
                publish(v)
        d = copy.deepcopy(INFOSAK.data)
        publish(d)
        with open(self.at("published.json"), "w") as out:
            json.dump(d, out)
        d = handed.Definition(self.at("published.json"))
        f = self.feedback(handed.document(d, 1, d.empty()),
                          "--questionnaire", d.path)
        self.assertEqual(f["assumed"], [])


class Compared(FeedbackCase):
    def test_group(self):
        path = self.benchmark(INFOSAK, lambda i: ticked(.6, 7))
        f = self.feedback(handed.document(INFOSAK, 50, ticked(.2, 3)),
                          "--benchmark", path)
        b = f["benchmark"]
        self.assertEqual((b["group"], b["best"], b["organisations"],
                          b["round"]), ("kommun", 0, 8, "2025"))
        theirs = ticked(.6, 7)
        self.assertEqual(b["boxes"], sum(map(len, theirs.values())))
        self.assertEqual(b["level"], level_of(INFOSAK.data, theirs))
        for area in f["areas"]:
            self.assertEqual(area["benchmark"]["level"], level_of(
                INFOSAK.data, theirs, area["id"]))
        for gap in f["next"]["missing"]:
            liked = [o.get("benchmark", False) for o in gap["options"]]
            self.assertEqual(liked, sorted(liked, reverse=True))
            self.assertEqual(
                {o["id"] for o in gap["options"] if "benchmark" in o},
                {o["id"] for o in gap["options"]
                 if o["id"] in theirs[gap["question"]]})

    def test_benchmark_of_something_else(self):
        doc = handed.text(handed.document(INFOSAK, 1, INFOSAK.empty()))
        path = self.benchmark(ITSAK, rated)
        self.assertEqual(self.codes("--benchmark", path, "-", data=doc),
                         ["benchmark-other"])
        other = copy.deepcopy(INFOSAK.data)
        other["note"] = "Another edition."
        with open(self.at("other.json"), "w") as out:
            json.dump(other, out)
        mine = handed.text(handed.document(
            handed.Definition(self.at("other.json")), 1, INFOSAK.empty()))
        shutil.rmtree(self.at("bench"))
        os.remove(path)
        path = self.benchmark(INFOSAK, lambda i: ticked(.5, i))
        self.assertEqual(self.codes(
            "--benchmark", path, "--questionnaire", self.at("other.json"),
            "-", data=mine), ["questionnaire-digest"])
        shutil.rmtree(self.at("bench"))
        os.remove(path)
        path = self.benchmark(INFOSAK, lambda i: ticked(.5, i),
                              environment="test")
        self.assertEqual(self.codes("--benchmark", path, "-", data=doc,
                                    status=77), ["environment"])
        with open(path, "wb") as out:
            out.write(b"\x30\x82\x01\x00")
        self.assertEqual(self.codes("--benchmark", path, "-", data=doc),
                         ["benchmark"])
        self.assertEqual(self.codes("--benchmark", self.at("none"), "-",
                                    data=doc, status=66), ["no-input"])

    def test_one_benchmark_for_each_questionnaire(self):
        """As the unit has them: whoever answers is compared with the one of
        her questionnaire, and with none when there is none."""
        made = []
        for d, answers in ((INFOSAK, lambda i: ticked(.6, 7)),
                           (ITSAK, rated)):
            made.append("--benchmark=" + shutil.move(
                self.benchmark(d, answers), self.at(d.data["id"])))
            shutil.rmtree(self.at("bench"))
        one = handed.document(INFOSAK, 50, ticked(.2, 3))
        two = handed.document(ITSAK, 51, rated(1))
        three = handed.document(KOMMUN, 52, {})
        for order in made, made[::-1]:
            self.assertEqual(self.feedback(one, *order)["benchmark"]["level"],
                             level_of(INFOSAK.data, ticked(.6, 7)))
            self.assertIn("mean", self.feedback(two, *order)["benchmark"])
        for doc in one, two, three:
            self.score("feedback", "-o", self.at("out"), *made, "-",
                       data=handed.text(doc))
        told = [json.loads(text) for text in self.files().values()]
        self.assertEqual({f["questionnaire"]["id"]: "benchmark" in f
                          for f in told}, {
            INFOSAK.data["id"]: True, ITSAK.data["id"]: True,
            KOMMUN.data["id"]: False})
        # By hand it is asked for, and an error; and so are two.
        self.assertEqual(self.codes(*made, "-", data=handed.text(three)),
                         ["benchmark-other"])
        self.assertEqual(self.codes(made[0], *made, "-", status=64,
                                    data=handed.text(one)), ["usage"])
        # Of another edition: told, and no reason to keep hers back.
        other = dict(INFOSAK.data, note="Another edition.")
        with open(self.at("other.json"), "w") as out:
            json.dump(other, out)
        mine = handed.document(handed.Definition(self.at("other.json")), 60,
                               INFOSAK.empty())
        p = run(SCORE, "feedback", "-o", self.at("later"), "-q",
                self.at("other.json"), *made, "-", data=handed.text(mine))
        self.assertEqual((p.returncode, p.stdout), (0, b""))
        self.assertIn(b"another edition", p.stderr)

    def test_own_group_is_missing(self):
        path = self.benchmark(INFOSAK, lambda i: ticked(.6, 7))
        doc = handed.text(handed.document(INFOSAK, 50, ticked(.2, 3),
                                          kind="region"))
        said = "compared with all"
        self.assertIn(said, self.score("feedback", "--benchmark", path, "-",
                                       data=doc))
        doc = handed.text(handed.document(INFOSAK, 50, ticked(.2, 3)))
        self.assertNotIn(said, self.score("feedback", "--benchmark", path,
                                          "-", data=doc))

    def test_last_round_of_another_questionnaire(self):
        """By hand it is a slip, even if the round has the same name; with
        the unit's options it is somebody else's."""
        then = self.folder("then", handed.document(ITSAK, 1, rated(1),
                                                   round="2027"))
        doc = handed.text(handed.document(INFOSAK, 1, ticked(.5, 1)))
        p = run(SCORE, "feedback", "--previous", then, "-", data=doc)
        self.assertEqual(p.returncode, 64)
        self.assertIn(ITSAK.data["id"].encode(), p.stderr)
        self.score("feedback", "-o", self.at("out"), "--previous", then, "-",
                   data=doc)
        self.assertNotIn("last", json.loads(*self.files().values()))

    def test_last_round_is_a_later_one(self):
        then = self.folder("then", handed.document(
            INFOSAK, 1, ticked(.5, 1), round="2099"))
        doc = handed.text(handed.document(INFOSAK, 1, ticked(.5, 1)))
        p = run(SCORE, "feedback", "--previous", then, "-", data=doc)
        self.assertEqual(p.returncode, 0)
        self.assertIn(b"2099", p.stderr)

    def test_last_round(self):
        then = self.folder("then", *[handed.document(
            INFOSAK, i, ticked(.2, i), round="2025") for i in (1, 2)])
        f = self.feedback(handed.document(INFOSAK, 2, ticked(.5, 9)),
                          "--previous", then)
        was = ticked(.2, 2)
        self.assertEqual(f["last"]["round"], "2025")
        self.assertEqual(f["last"]["boxes"], sum(map(len, was.values())))
        self.assertEqual(f["last"]["level"], level_of(INFOSAK.data, was))
        self.assertEqual(f["last"]["comparable"], {
            "levels": True, "points": True, "questions": 40, "left_out": 0,
            "boxes": {"then": f["last"]["boxes"], "of": 348,
                      "now": f["boxes"]["boxes"]}})
        # Who did not take part has none.
        self.assertNotIn("last", self.feedback(handed.document(
            INFOSAK, 3, ticked(.5, 9)), "--previous", then))
        # A round is not its own predecessor, and a test is none.
        now = handed.document(INFOSAK, 2, ticked(.5, 9), round="2025")
        self.assertEqual(self.codes("--previous", then, "-", status=64,
                                    data=handed.text(now)), ["usage"])
        now = handed.document(INFOSAK, 2, ticked(.5, 9), environment="test")
        self.assertEqual(self.codes("--previous", then, "-", status=77,
                                    data=handed.text(now)), ["environment"])

    def test_last_round_of_another_definition(self):
        """Question 1 has been worded anew, and 2 has lost its first box."""
        d = copy.deepcopy(INFOSAK.data)
        d["version"] = "1"
        d["questions"][0]["label"] = "Something else?"
        gone = d["questions"][1]["options"].pop(0)["id"]
        d["totals"]["options"] -= 1
        with open(self.at("old.json"), "w") as out:
            json.dump(d, out)
        old = handed.Definition(self.at("old.json"))
        answers = ticked(2, 1)
        answers["2"].remove(gone)
        then = self.folder("then", handed.document(old, 1, answers,
                                                   round="2025"))
        f = self.feedback(handed.document(INFOSAK, 1, ticked(2, 1)),
                          "--previous", then, "--previous-questionnaire",
                          old.path)
        last = f["last"]
        self.assertEqual(last["comparable"]["questions"], 39)
        self.assertEqual(last["comparable"]["left_out"], 1)
        first = len(INFOSAK.data["questions"][0]["options"])
        boxes = 348 - first - 1
        self.assertEqual(last["comparable"]["boxes"], {
            "then": boxes, "now": boxes, "of": boxes})
        for name in "level", "points", "boxes":
            self.assertNotIn(name, last)
        for area in f["areas"]:
            touched = area["id"] in (d["questions"][0]["area"],
                                     d["questions"][1]["area"])
            self.assertEqual("boxes" in area["last"], not touched)


class Means(FeedbackCase):
    def test_by_hand(self):
        answers = rated(4)
        value = {"s%d" % n: n for n in range(1, 5)}
        f = self.feedback(handed.document(ITSAK, 1, answers))
        self.assertEqual(f["result"], "means")
        for name in "level", "points", "boxes", "next", "wins":
            self.assertNotIn(name, f)
        self.assertEqual(f["scale"], {"least": 1, "greatest": 4})

        def mean(area=None):
            v = [value[answers[q["id"]]] for q in ITSAK.data["questions"]
                 if area in (None, q["area"])]
            return int(200 * sum(v) / len(v) + 1) // 2 / 100
        self.assertEqual(f["mean"], mean())
        for area in f["areas"]:
            self.assertEqual(area["mean"], mean(area["id"]))
        self.assertEqual(
            [w["value"] for w in f["weakest"]],
            sorted(value[a] for a in answers.values() if a != "s4"))

    def test_weakest_beside_the_group(self):
        path = self.benchmark(ITSAK, lambda i: rated(4))
        f = self.feedback(handed.document(ITSAK, 50, {
            q["id"]: "s1" for q in ITSAK.data["questions"]}),
            "--benchmark", path)
        theirs = [w["benchmark"] for w in f["weakest"]]
        self.assertEqual(theirs, sorted(theirs, reverse=True))
        self.assertEqual(len(theirs), len(ITSAK.data["questions"]))

    def test_nothing_answered(self):
        f = self.feedback(handed.document(ITSAK, 1, {}))
        self.assertNotIn("mean", f)
        self.assertEqual(f["weakest"], [])
        self.score("feedback", "-",
                   data=handed.text(handed.document(ITSAK, 1, {})))


class Counts(FeedbackCase):
    def test_own_answers(self):
        path = self.benchmark(KOMMUN, lambda i: {"F2": "ja", "F3": ["lis"]})
        then = self.folder("then", handed.document(
            KOMMUN, 1, {"F2": "ja"}, round="2013"))
        f = self.feedback(
            handed.document(KOMMUN, 1, {"F1": ["it", "jurist"], "F2": "nej",
                                        "F4b": "Flera."}),
            "--benchmark", path, "--previous", then)
        self.assertEqual(f["result"], "counts")
        q = {one["id"]: one for one in f["questions"]}
        self.assertEqual(len(q), len(KOMMUN.data["questions"]))
        self.assertEqual([o["id"] for o in q["F1"]["answer"]],
                         ["it", "jurist"])
        self.assertEqual(q["F2"]["answer"][0]["label"], "Nej")
        self.assertEqual(q["F2"]["benchmark"][0]["id"], "ja")
        self.assertEqual(q["F2"]["last"][0]["id"], "ja")
        self.assertIs(q["F3"]["asked"], False)
        self.assertNotIn("answer", q["F3"])
        self.assertIs(q["F4b"]["answer"], True)      # and not its text
        self.assertNotIn("Flera", json.dumps(f))


class Follows(FeedbackCase):
    """An instrument that nobody knows by heart."""
    THING = staticmethod(lambda i, **more: dict(
        {"id": i, "label": i.upper(), "basis": "published"}, **more))

    def definition(self):
        t = self.THING
        return {
            "format": "sigill-questionnaire", "format_version": 1,
            "id": "fourth", "version": "1", "title": "Fourth",
            "language": "en",
            "totals": {"questions": 3, "options": 2, "points": 5},
            "levels": [{"level": n, "label": "L%d" % n, "basis": "published"}
                       for n in (0, 1)],
            "areas": [t("one")], "sections": [t("s")],
            "questions": [
                t("a", type="single", area="one", section="s", points=2,
                  options=[t("no", value=0), t("some", value=1),
                           t("all", value=2)]),
                t("b", type="multiple", area="one", section="s", points=3,
                  points_at=[1, 1, 2], options=[t("x"), t("y")],
                  follows={"question": "a", "any_of": ["some", "all"]}),
                t("c", type="text", area="one", section="s",
                  required=False)],
            "scoring": {"result": "levels", "groups": ["annan"],
                        "order": ["level"], "demands": [
                            {"level": 1, "section": "s", "points": 3,
                             "basis": "published"}], "basis": "published"}}

    def test_points_are_told_as_what_people_tick(self):
        with open(self.at("fourth.json"), "w") as out:
            json.dump(self.definition(), out)
        d = handed.Definition(self.at("fourth.json"))
        f = self.feedback(handed.document(d, 1, {"a": "no"}, kind="annan"),
                          "--questionnaire", d.path)
        one, two = f["next"]["missing"]
        self.assertEqual(
            (one["question"], one["lacks"], one["unit"]), ("a", 2, "points"))
        self.assertEqual([o["id"] for o in one["options"]], ["all"])
        self.assertEqual(
            (two["question"], two["lacks"], two["unit"]), ("b", 2, "boxes"))
        self.assertEqual(two["follows"]["question"], "a")
        self.assertEqual([o["id"] for o in two["follows"]["options"]],
                         ["some", "all"])
        self.assertEqual(f["questionnaire"]["language"], "en")
        done = self.feedback(handed.document(
            d, 1, {"a": "all", "b": ["x", "y"]}, kind="annan"),
            "--questionnaire", d.path)
        self.assertEqual(done["level"]["level"], 1)


class Files(FeedbackCase):
    def test_same_bytes_in_any_order(self):
        docs = [handed.document(INFOSAK, i, ticked(.4, i))
                for i in range(1, 8)]
        self.many(docs)
        first = self.files()
        self.assertEqual(len(first), 7)
        for name in first:
            self.assertEqual(stat.S_IMODE(os.stat(self.at(
                "out/" + name)).st_mode), 0o600)
            self.assertEqual(first[name].count(b"\n"), 1)
            self.assertTrue(first[name].endswith(b"}\n"))
        docs.reverse()
        self.score("feedback", "-o", self.at("again"), "-", data=b"".join(
            map(handed.text, docs)))
        self.assertEqual(self.files("again"), first)

    def test_as_intakes_command(self):
        """Again and again: the first one stays, and it always ends well."""
        doc = handed.document(INFOSAK, 1, ticked(.4, 1), position=7)
        name = doc["sealed"]["sha256"] + ".feedback.json"
        command = "feedback", "-o", self.at("out"), "-"
        self.assertEqual(self.score(*command, data=handed.text(doc)), "")
        first = self.files()
        self.assertEqual(list(first), [name])
        doc["verified"] = "2027-05-01T00:00:00Z"
        self.assertEqual(self.score(*command, data=handed.text(doc)), "")
        self.assertEqual(self.files(), first)
        # With something else to compare with, another document would be due;
        # the first may have been signed for.
        then = self.folder("then", handed.document(
            INFOSAK, 1, ticked(.1, 1), round="2025"))
        out = json.loads(self.score(*command, "--json", "--previous", then,
                                    data=handed.text(doc)))
        self.assertEqual((out["written"], out["same"], out["kept"]),
                         (0, 0, 1))
        self.assertEqual(out["files"], [name])
        self.assertEqual(self.files(), first)

    def test_many_at_once(self):
        """Intake calls it from several threads, and twice after a crash."""
        docs = [handed.text(handed.document(INFOSAK, i, ticked(.4, i)))
                for i in range(1, 5)] * 6
        runs = [subprocess.Popen(
            [SCORE, "feedback", "-o", self.at("out"), "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT) for _ in docs]
        for p, doc in zip(runs, docs):
            p.stdin.write(doc)
        for p in runs:
            p.stdin.close()
        for p in runs:
            self.assertEqual((p.stdout.read(), p.wait()), (b"", 0))
            p.stdout.close()
        self.assertEqual(len(self.files()), 4)
        for text in self.files().values():
            self.assertEqual(json.loads(text)["format"], "sigill-feedback")

    def test_cut_short(self):
        """What has no end is refused, and leaves nothing."""
        text = handed.text(handed.document(INFOSAK, 1, ticked(.4, 1)))
        for n in 0, 1, 100, len(text) // 2, len(text) - 2:
            self.assertEqual(self.codes("-o", self.at("out"), "-",
                                        data=text[:n]), ["document"])
            self.assertFalse(os.path.exists(self.at("out")))

    def test_what_cannot_be(self):
        one = handed.document(INFOSAK, 1, ticked(.4, 1))
        two = handed.document(INFOSAK, 2, ticked(.4, 2))
        both = handed.text(one) + handed.text(two)
        self.assertEqual(self.codes("-", data=both, status=64), ["usage"])
        self.assertEqual(self.codes("-o", self.at("out"), "--html",
                                    self.at("x.html"), "-", status=64,
                                    data=handed.text(one)), ["usage"])
        with open(self.at("file"), "wb") as f:
            f.write(b"here")
        self.assertEqual(len(self.codes("-o", self.at("file"), "-", status=74,
                                        data=handed.text(one))), 1)
        self.assertEqual(read(self.at("file")), b"here")
        os.mkdir(self.at("in"))
        self.assertEqual(self.codes(self.at("in"), status=66), ["no-input"])

    def test_page(self):
        doc = handed.text(handed.document(INFOSAK, 1, ticked(.4, 1)))
        page = self.at("page.html")
        self.score("feedback", "--html", page, "-", data=doc)
        first = read(page)
        self.assertTrue(first.lower().startswith(b"<!doctype html>"))
        self.score("feedback", "--html", page, "-", data=doc)
        self.assertEqual(self.codes("--html", page, "--language", "en", "-",
                                    data=handed.text(handed.document(
                                        INFOSAK, 1, ticked(.6, 1))),
                                    status=74), ["output-exists"])
        self.assertEqual(read(page), first)

    def test_languages(self):
        doc = handed.text(handed.document(INFOSAK, 1, ticked(.4, 1)))
        env = dict(os.environ, LC_ALL="C")
        english = self.score("feedback", "-", data=doc, env=env)
        swedish = self.score("feedback", "--language", "sv", "-", data=doc,
                             env=env)
        self.assertNotEqual(english, swedish)
        self.assertEqual(self.score("feedback", "--language", "en", "-",
                                    data=doc, env=env), english)
        # Labels stay as they are, and lines fit.
        for text in english, swedish:
            self.assertIn("Ledningens styrning och kontroll", text)
            self.assertNotIn(" \n", text)
            self.assertLess(text.count("\n"), 50)


if __name__ == "__main__":
    unittest.main()
