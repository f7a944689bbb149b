#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The made-up population is what its manifest says, as far as sigill-verify
can tell: what only a register or the ledger knows is accepted there."""
import collections
import hashlib
import json
import os
import sys
import unittest

sys.path.insert(0, "tests")
from support import BUILD, VERIFY, Scratch, call, read, run, write  # noqa: E402

QUESTIONNAIRES = ("infosakkollen-2023", "itsakkollen-2023")

CONF = """[authority]
name = Population TEST ONLY
environment = test
[senders]
anchors = {0}/anchors.pem
crls = {0}/crls.pem
[recipient one]
certificate = pki/intake-p256.pem
key = pki/intake-p256.key
"""


class Population(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.remove()

    def make(self, out, count=400, questionnaire=QUESTIONNAIRES[0],
             faults=400, seed=1):
        call(BUILD + "/test/make-population", str(count),
             self.scratch.at("pki/intake-p256.pem"),
             "questionnaires/%s.json" % questionnaire, self.scratch.at(out),
             str(faults), str(seed))
        with open(self.scratch.at(out + "/manifest.jsonl")) as f:
            return [json.loads(line) for line in f]

    def compare(self, out, manifest):
        conf = write(self.scratch.at(out + ".conf"), CONF.format(out) +
                     read(self.scratch.at(out + "/rounds.conf")).decode())
        manifest = sorted(manifest, key=lambda m: m["wave"])
        p = run(VERIFY, "--config", conf, "--json",
                *[self.scratch.at(out + "/" + m["file"]) for m in manifest])
        verdicts = json.loads(p.stdout)["verdicts"]
        self.assertEqual(len(verdicts), len(manifest))
        duplicates = collections.Counter()
        for m, v in zip(manifest, verdicts):
            with self.subTest(case=m["case"], file=m["file"]):
                held = m["state"] == "held"
                self.assertEqual(
                    v["error"]["code"] if "error" in v else "ok",
                    "ok" if held else m["code"])
                self.assertEqual(v["sealed"]["sha256"], m["sha256"])
                if "error" in v:
                    continue
                self.assertEqual(v.get("late", False), m["late"])
                duplicates[m.get("twin", 0)] += v.get("duplicate", False)
        for twin in {m.get("twin", 0) for m in manifest}:
            self.assertEqual(duplicates[twin], int(twin != 0), twin)

    def test_every_verdict(self):
        manifest = self.make("all")
        self.assertEqual(len(manifest), 400)
        cases = collections.Counter(m["case"] for m in manifest)
        self.assertGreaterEqual(len(cases), 45)
        for m in manifest:
            self.assertEqual(hashlib.sha256(read(
                self.scratch.at("all/" + m["file"]))).hexdigest(),
                m["sha256"])
        self.compare("all", manifest)

    def test_one_that_counts_for_each_round(self):
        manifest = self.make("round", count=900, faults=50)
        faults = [m for m in manifest if m["state"] != "accepted"]
        self.assertTrue(25 <= len(faults) <= 70, len(faults))
        kinds = {m["case"] for m in manifest}
        self.assertLessEqual({"plain", "corrected", "chain", "rewrapped"},
                             kinds)
        counts = collections.Counter()
        for key in {(m["organisation"], m["round"], m.get("twin", m["file"]))
                    for m in manifest if m["counts"]}:
            counts[key[:2]] += 1
        self.assertEqual(set(counts.values()), {1})
        self.assertTrue(any(m["late"] for m in manifest))
        self.assertEqual({m["wave"] for m in manifest}, {0, 1})

    def test_another_questionnaire(self):
        self.compare("it", self.make("it", 200, QUESTIONNAIRES[1]))

    def test_the_same_seed_gives_the_same_bytes(self):
        self.make("a", 60)
        self.make("b", 60)
        self.make("c", 60, seed=2)
        names = {out: sorted(os.path.relpath(os.path.join(at, n),
                                             self.scratch.at(out))
                             for at, _, of in os.walk(self.scratch.at(out))
                             for n in of) for out in "abc"}
        self.assertEqual(names["a"], names["b"])
        self.assertNotEqual(names["a"], names["c"])
        for name in names["a"]:
            self.assertEqual(read(self.scratch.at("a/" + name)),
                             read(self.scratch.at("b/" + name)), name)

    def test_register(self):
        self.make("register", 50)
        text = read(self.scratch.at("register/register.csv")).decode()
        rows = [line.split(";") for line in text.splitlines()]
        self.assertEqual(rows[0], ["number", "name", "kind", "contact"])
        numbers = [r[0] for r in rows[1:]]
        self.assertEqual(len(set(numbers)), len(numbers))
        for number in numbers:
            doubled = [int(d) * (2 - i % 2) for i, d in enumerate(number)]
            self.assertEqual(sum(d // 10 + d % 10 for d in doubled) % 10, 0)


if __name__ == "__main__":
    unittest.main()
