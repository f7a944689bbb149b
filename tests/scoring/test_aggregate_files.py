#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score aggregate: the register, the files that it writes, and what is
wrong."""
import csv
import io
import json
import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed, reports                             # noqa: E402
from scoring.reports import (COUNTS, LEVELS, MEANS, PEOPLE,     # noqa: E402
                             SCORE, Case, share, ticks)
from support import read, run                                   # noqa: E402


class Table(Case):
    """The CSV has what the document has."""

    def numbers(self, v, path=()):
        """Every figure: counts of shares, numbers; and what is hidden."""
        if isinstance(v, dict):
            if "suppressed" in v:
                yield "suppressed", v["suppressed"]
                return
            if "count" in v and "of" in v:
                yield "figure", float(v["count"])
                return
            for key, one in v.items():
                named = key in ("from", "to") or (
                    key == "level" and "exactly" in v)
                if key == "answers":
                    continue
                if not named:
                    yield from self.numbers(one, path + (key,))
        elif isinstance(v, list):
            for one in v:
                yield from self.numbers(one, path)
        elif isinstance(v, (int, float)) and not isinstance(v, bool):
            yield "figure", float(v)

    def check(self, folder, *args):
        out = self.at("out-" + os.path.basename(folder))
        p = run(SCORE, "aggregate", "--questionnaires", self.dir, "-o", out,
                folder, *args)
        self.assertEqual(p.returncode, 0, p.stderr)
        with open(os.path.join(out, "report.json"), encoding="utf-8") as f:
            doc = json.load(f)
        with open(os.path.join(out, "report.csv"), "rb") as f:
            text = f.read().decode("utf-8")
        self.assertEqual(text.count("\r\n"), text.count("\n"))
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(list(rows[0]), [
            "table", "group", "subset", "item", "option", "measure", "value",
            "of", "percent", "suppressed"])
        found = []
        for row in rows:
            self.assertNotIn(None, row)
            if row["table"] == "report" or row["measure"] == "answers":
                continue
            if row["suppressed"]:
                self.assertEqual(row["value"] + row["of"] + row["percent"],
                                 "")
                found.append(("suppressed", row["suppressed"]))
            elif row["value"] != "true":
                found.append(("figure", float(row["value"])))
        self.assertEqual(sorted(found),
                         sorted(self.numbers(doc["groups"])))
        keys = [tuple(row[k] for k in (
            "table", "group", "subset", "item", "option", "measure"))
            for row in rows]
        self.assertEqual(len(keys), len(set(keys)))
        return rows

    def test_levels(self):
        d = self.define(LEVELS)
        r = random.Random(2)
        people = [(i, ("kommun", "myndighet", "region")[i % 15 // 7],
                   ticks(r.randrange(3), r.randrange(3), r.randrange(2)))
                  for i in range(130)]
        now = self.put("now", d, people)
        then = self.put("then", d, people[40:], round="2025")
        rows = self.check(now, "--previous", then)
        self.assertTrue(any(r["suppressed"] for r in rows))
        at_least = [r for r in rows if r["table"] == "levels" and
                    r["group"] == "all" and r["item"] == "1" and
                    r["measure"] == "at_least"]
        self.assertEqual(len(at_least), 1)
        self.assertEqual(at_least[0]["of"], "130")
        self.check(self.put("few", d, people[:12]))

    def test_means_and_counts(self):
        d = self.define(MEANS)
        self.check(self.put("means", d, [
            (i, "kommun", {"1": "s%d" % (i % 4 + 1), "2": "s2"})
            for i in range(60)]))
        d = self.define(COUNTS)
        rows = self.check(self.put("counts", d, reports.ANSWERED), "--least=1")
        self.assertIn(
            {"table": "questions", "group": "all", "subset": "", "item": "1",
             "option": "ja", "measure": "count", "value": "2", "of": "3",
             "percent": "66.7", "suppressed": ""}, rows)


class Register(Case):
    def register(self, *rows):
        path = self.at("register.csv")
        with open(path, "w", encoding="utf-8") as f:
            f.write("number,name,kind\n")
            for i, kind in rows:
                f.write("%s,Organisation,%s\n" % (handed.number(i), kind))
        return path

    def made(self, *rows):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        return self.raw(d, folder, "--least=1", "--register",
                        self.register(*rows))

    def test_rates(self):
        out = self.made(*((i, "kommun") for i in (1, 2, 3, 8)),
                        (4, "myndighet"), (5, "myndighet"), (9, "region"),
                        (6, "annan"))
        doc = out["report"]
        self.assertEqual(self.group(doc)["participation"], {
            "respondents": 5, "asked": 7, "rate": share(5, 7),
            "not_asked": 0, "late": 0})
        self.assertEqual(self.group(doc, "kommun")["participation"]["rate"],
                         share(3, 4))
        self.assertEqual(self.group(doc, "region")["participation"]["rate"],
                         share(0, 1))
        self.assertEqual(out["register"], {
            "organisations": 8, "unknown": [], "other_kind": []})

    def test_only_who_was_asked_counts(self):
        """More answers than organisations in the register: no rate is above
        100 per cent, and who is not in it does not make it higher."""
        doc = self.made((1, "kommun"), (8, "kommun"), (4, "kommun"))["report"]
        whole = self.group(doc)["participation"]
        self.assertEqual(whole, {
            "respondents": 5, "asked": 3, "rate": share(2, 3),
            "not_asked": 3, "late": 0})
        # The fourth answered as an authority, and was asked as another kind.
        self.assertEqual(self.group(doc, "kommun")["participation"], {
            "respondents": 3, "asked": 3, "rate": share(1, 3),
            "not_asked": 2, "late": 0})

    def test_names_are_not_among_the_figures(self):
        """What is passed on has no names; who runs it gets them."""
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        p = run(SCORE, "aggregate", "--questionnaires", self.dir, "--least=1",
                "--register", self.register((1, "kommun")), folder)
        self.assertEqual(p.returncode, 0, p.stderr)
        number = handed.number(2)
        shown = (number[:6] + "-" + number[6:]).encode()
        self.assertNotIn(shown, p.stdout)
        self.assertIn(shown, p.stderr)

    def test_misfits(self):
        out = self.made((1, "region"), (2, "kommun"), (3, "kommun"),
                        (4, "myndighet"), (6, "annan"))
        self.assertEqual(out["register"]["other_kind"], [
            {"number": handed.number(1), "kind": "kommun",
             "registered": "region"}])
        self.assertEqual(out["register"]["unknown"], [
            {"number": handed.number(5), "kind": "myndighet"}])
        # Names are for who runs it, never for the report.
        self.assertNotIn(handed.number(5), json.dumps(out["report"]))

    def test_nobody_asked(self):
        doc = self.made((1, "kommun"))["report"]
        self.assertEqual(self.group(doc, "myndighet")["participation"], {
            "respondents": 2, "asked": 0, "rate": {"count": 0, "of": 0},
            "not_asked": 2, "late": 0})
        # Whom the questionnaire is not for, a register need not have.
        self.assertEqual(self.group(doc, "annan")["participation"],
                         {"respondents": 1, "late": 0})

    def test_wrong(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        with open(self.at("bad.csv"), "w") as f:
            f.write("number,name,kind\n123,A,kommun\n")
        out = self.raw(d, folder, "--register", self.at("bad.csv"), status=65)
        self.assertEqual([(e["code"], e["at"]) for e in out["errors"]],
                         [("organisation-number", 2)])
        self.raw(d, folder, "--register", self.at("none.csv"), status=66)


class Command(Case):
    def test_files_all_or_none(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        out = self.at("out")
        os.mkdir(out)
        with open(os.path.join(out, "report.csv"), "w") as f:
            f.write("mine\n")
        p = run(SCORE, "aggregate", "--questionnaires", self.dir, "-o", out,
                folder)
        self.assertEqual(p.returncode, 74)
        self.assertEqual(p.stdout, b"")
        self.assertEqual(os.listdir(out), ["report.csv"])

    def test_again_is_no_harm(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        for _ in range(2):
            p = run(SCORE, "aggregate", "--questionnaires", self.dir, "-o",
                    self.at("out"), folder)
            self.assertEqual(p.returncode, 0, p.stderr)

    def test_same_bytes_in_any_locale(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        made = []
        for locale in "C", "sv_SE.UTF-8":
            out = self.at("out-" + locale)
            p = run(SCORE, "aggregate", "--questionnaires", self.dir,
                    "--least=1", "-o", out, folder,
                    env=dict(os.environ, LC_ALL=locale))
            self.assertEqual(p.returncode, 0, p.stderr)
            made.append([read(os.path.join(out, name))
                         for name in ("report.json", "report.csv")])
        self.assertEqual(made[0], made[1])
        self.assertIn(b'"mean":2.4', made[0][0])

    def test_no_best(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        for best in "--best=0", "--best=100000000":
            self.assertNotIn("best", self.group(self.report(
                d, folder, "--least=1", best)))

    def test_document_is_the_same_as_json(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        doc = self.report(d, folder, "-o", self.at("out"))
        with open(self.at("out", "report.json"), encoding="utf-8") as f:
            text = f.read()
        self.assertEqual(json.loads(text), doc)
        self.assertTrue(text.endswith("}\n"))

    def test_previous_is_empty(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        os.mkdir(self.at("empty"))
        out = self.raw(d, folder, "--previous", self.at("empty"), status=66)
        self.assertEqual([e["code"] for e in out["errors"]], ["no-input"])

    def test_swedish(self):
        d = self.define(LEVELS)
        folder = self.put("now", d, PEOPLE)
        p = run(SCORE, "aggregate", "--questionnaires", self.dir,
                "--least=1", "--language=sv", folder)
        self.assertIn("kommuner", p.stdout.decode())


if __name__ == "__main__":
    unittest.main()
