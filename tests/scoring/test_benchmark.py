#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score benchmark: what organisations compare themselves with, as
somebody at the authority makes it."""
import json
import os
import random
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, read, run                            # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
INFOSAK = handed.Definition("questionnaires/infosakkollen-2023.json")
ITSAK = handed.Definition("questionnaires/itsakkollen-2023.json")
COUNTS = handed.Definition("questionnaires/kommunenkat-2015.json")
# Those that are always asked, with how many options.
BOXES = {q["id"]: [o["id"] for o in q["options"]]
         for q in INFOSAK.data["questions"]}


def ticked(share):
    """The first so many of each question's boxes."""
    return {k: ids[:round(share * len(ids))] for k, ids in BOXES.items()}


class BenchmarkCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)
        self.docs = os.path.join(self.dir, "docs")
        os.mkdir(self.docs)
        self.out = os.path.join(self.dir, "benchmark.json")
        self.n = 0

    def add(self, kind, answers, n=1, definition=INFOSAK, **more):
        for _ in range(n):
            self.n += 1
            handed.save(self.docs, handed.document(
                definition, self.n, answers, kind=kind, **more))

    def make(self, *argv, status=0, what=None):
        """The benchmark, or the errors' codes."""
        p = run(SCORE, "benchmark", "--json", *argv, what or self.docs)
        self.assertEqual(p.returncode, status, (p.stdout + p.stderr)[:2000])
        self.assertEqual(p.stderr, b"")
        out = json.loads(p.stdout)
        return [e["code"] for e in out["errors"]] if status else \
            out["benchmark"]

    def groups(self, *argv):
        return {g["id"]: g for g in self.make(*argv)["groups"]}

    def test_typical(self):
        self.add("kommun", ticked(1), 4)
        self.add("kommun", ticked(0.5), 4)
        self.add("kommun", ticked(0), 1)
        b = self.make()
        self.assertEqual(b["format"], "sigill-benchmark")
        self.assertEqual(b["questionnaire"]["sha256"], INFOSAK.sha256)
        self.assertEqual(b["environment"], "production")
        self.assertEqual(b["settings"],
                         {"least": 5, "best": 30, "percent": 50})
        kommun = self.groups()["kommun"]
        self.assertEqual(kommun["organisations"], 9)
        self.assertEqual(kommun["answers"], ticked(0.5))
        # All but one have half of the boxes, and four of nine have all.
        self.assertEqual(self.groups("--typical=44")["kommun"]["answers"],
                         ticked(1))
        self.assertEqual(self.groups("--typical=89")["kommun"]["answers"],
                         ticked(0))
        best = self.groups("--best=4", "--least=4")["kommun-best"]
        self.assertEqual((best["organisations"], best["best"]), (4, 4))
        self.assertEqual(best["answers"], ticked(1))

    def test_who_is_left_out(self):
        self.add("kommun", ticked(0.4), 12)
        self.add("region", ticked(0.4), 4)
        self.add("myndighet", ticked(0.4), 9)
        self.add("nis", ticked(0.4), 5)
        self.assertEqual(list(self.groups()), ["all", "kommun", "nis"])
        self.assertEqual(list(self.groups("--least=4")),
                         ["all", "kommun", "region", "myndighet", "nis"])
        self.assertEqual(self.groups("--least=100"), {})
        text = run(SCORE, "benchmark", self.docs).stdout.decode()
        self.assertEqual(text.count("left out"), 2)

    def test_few_answered(self):
        """What few were asked says nothing of a group that is large."""
        by_id = {q["id"]: q for q in COUNTS.data["questions"]}
        after, before = next(
            (q, by_id[q["follows"]["question"]]) for q in by_id.values()
            if q["type"] in ("single", "multiple") and "follows" in q and
            "follows" not in by_id[q["follows"]["question"]])
        yes = after["follows"]["any_of"][0]
        option = after["options"][0]["id"]
        told = {before["id"]: [yes] if before["type"] == "multiple" else yes,
                after["id"]: [option] if after["type"] == "multiple" else
                option}
        self.add("kommun", told, 4, definition=COUNTS)
        self.assertEqual(self.groups("--least=4")["kommun"]["answers"], told)
        self.add("kommun", {}, 4, definition=COUNTS)
        self.assertEqual(self.groups()["kommun"]["answers"], {})

    def test_counts_have_no_best(self):
        """Of a survey without a result nobody is better than another."""
        self.add("kommun", {}, 20, definition=COUNTS)
        self.assertEqual(list(self.groups("--best=5")), ["all", "kommun"])
        text = run(SCORE, "benchmark", "--best=5",
                   self.docs).stdout.decode()
        self.assertIn("20", text)
        self.assertNotIn("actions", text)

    def test_means(self):
        scale = [o["id"] for o in next(iter(
            ITSAK.data["scales"].values()))]
        ids = [q["id"] for q in ITSAK.data["questions"]]
        for i in range(6):
            self.add("region", {k: scale[i % 4] for k in ids},
                     definition=ITSAK)
        # 1 1 2 2 3 4: the lower one of the two in the middle.
        self.assertEqual(self.groups()["region"]["answers"],
                         {k: scale[1] for k in ids})

    def test_order_does_not_matter(self):
        rng = random.Random(7)
        for _ in range(40):
            self.add(rng.choice(["kommun", "myndighet"]),
                     ticked(rng.random()))
        self.make("-o", self.out, "--best=10")
        names = sorted(os.listdir(self.docs))
        for turn in range(3):
            rng.shuffle(names)
            path = os.path.join(self.dir, "all.jsonl")
            with open(path, "wb") as f:
                for name in names:
                    f.write(read(os.path.join(self.docs, name)))
            other = os.path.join(self.dir, "%d.json" % turn)
            self.make("-o", other, "--best=10", what=path)
            self.assertEqual(read(other), read(self.out))

    def test_file(self):
        self.add("kommun", ticked(0.3), 6)
        b = self.make("-o", self.out)
        text = read(self.out)
        self.assertEqual(json.loads(text), b)
        self.assertTrue(text.endswith(b"}\n"))
        self.assertEqual(text.count(b"\n"), 1)
        self.assertEqual(os.stat(self.out).st_mode & 0o777, 0o600)
        self.make("-o", self.out)                   # again, the same
        self.add("kommun", ticked(1), 6)
        self.assertEqual(self.make("-o", self.out, status=74),
                         ["output-exists"])
        self.assertEqual(read(self.out), text)

    def test_what_is_wrong(self):
        self.add("kommun", ticked(0.3), 6)
        with open(os.path.join(self.docs, "x.json"), "wb") as f:
            f.write(b'{"format": "sigill-verified"}\n')
        self.assertEqual(self.make("-o", self.out, status=65), ["document"])
        self.assertFalse(os.path.exists(self.out))
        self.assertEqual(self.make("--typical=100", status=64), ["usage"])

    def test_feedback_reads_it(self):
        self.add("kommun", ticked(0.6), 6)
        self.make("-o", self.out)
        one = handed.save(self.dir, handed.document(
            INFOSAK, 900, ticked(0.2)), "one.json")
        p = run(SCORE, "feedback", "--json", "--benchmark", self.out, one)
        self.assertEqual(p.returncode, 0, p.stdout)
        told = json.loads(p.stdout)["feedback"]["benchmark"]
        self.assertEqual((told["group"], told["organisations"]),
                         ("kommun", 6))
        self.assertEqual(told["boxes"], sum(map(len, ticked(0.6).values())))


if __name__ == "__main__":
    unittest.main()
