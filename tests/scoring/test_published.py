#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What was published comes out again: organisations are made up so that the
published figures fit together (population.py), and the report on them is
compared row by row, to the published rounding (published-*.json). Slips of
the printed reports are not reproduced: there the right figure must come out,
and another one than was printed."""
import decimal
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import population  # noqa: E402

BUILD = os.path.abspath(os.environ.get("SIGILL_BUILD", "build"))
SCORE = BUILD + "/bin/sigill-score"


def report(folder, now, then=None, *more):
    argv = [SCORE, "aggregate", "--json", "--questionnaires=questionnaires",
            "--register", folder + "/register.csv", *more]
    if then:
        argv += ["--previous", os.path.join(folder, then)]
    p = subprocess.run(argv + [os.path.join(folder, now)],
                       capture_output=True, text=True)
    if p.returncode:
        raise AssertionError(p.stderr + p.stdout)
    return json.loads(p.stdout)["report"]


def find(doc, path):
    """groups by id, then members; of a list the one with that id or level,
    or that place."""
    at = doc["groups"]
    for step in path.split("."):
        if isinstance(at, dict):
            at = at[step]
            continue
        named = [x for x in at if isinstance(x, dict) and
                 step in (x.get("id"), str(x.get("level")))]
        at = named[0] if named else at[int(step)]
    return at


def rounded(value, like):
    """Half up (away from zero), to the decimals of another figure."""
    places = max(0, -decimal.Decimal(repr(like)).as_tuple().exponent)
    if like == int(like):
        places = 0 if isinstance(like, int) else 1
    return decimal.Decimal(repr(value)).quantize(
        decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP)


class Published(unittest.TestCase):
    """A file's rows against one report; the subclasses name the file."""

    THEN = None

    @classmethod
    def setUpClass(cls):
        cls.published = population.load(cls.NAME)
        cls.scratch = tempfile.TemporaryDirectory()
        folder = cls.scratch.name + "/all"
        made = population.make(cls.published)
        made.write(folder)
        # The published report tells of two regions, too.
        cls.doc = report(folder, cls.NOW, cls.THEN, "--least=1")
        cls.guarded = report(folder, cls.NOW, cls.THEN)
        cls.before = report(folder, cls.THEN, None, "--least=1"
                            ) if cls.THEN else None

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def each(self, check, *members):
        """Checks every row that has these members."""
        rows = [row for row in self.published["rows"]
                if all(m in row for m in members)]
        for row in rows:
            with self.subTest(row["id"], what=row.get("what")):
                check(row)
        return rows

    def like(self, found, printed):
        self.assertEqual(rounded(found, printed),
                         decimal.Decimal(repr(printed)))

    def test_every_row_is_looked_at(self):
        kinds = ("slip", "unknown", "sum", "level", "slice", "paths", "below",
                 "question")
        for row in self.published["rows"]:
            self.assertLessEqual(sum(k in row for k in kinds), 2, row)
            self.assertTrue("path" in row or "paths" in row or
                            "unknown" in row or "question" in row, row)
        ids = [row["id"] for row in self.published["rows"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_figures(self):
        def check(row):
            if not {"slip", "sum", "level", "slice"} & set(row):
                self.like(find(self.doc, row["path"]), row["value"])
        self.each(check, "path", "value")

    def test_slips(self):
        def check(row):
            found = find(self.doc, row["path"])
            self.like(found, row["right"])
            self.assertNotEqual(rounded(found, row["value"]),
                                decimal.Decimal(repr(row["value"])))
        self.each(check, "path", "slip")

    def test_what_protection_leaves_is_the_same(self):
        shown = set()

        def check(row):
            try:
                guarded = find(self.guarded, row["path"])
            except (KeyError, IndexError, TypeError, ValueError):
                return  # it is within something that is not shown
            if isinstance(guarded, (int, float)):
                shown.add(row["id"])
                self.assertEqual(guarded, find(self.doc, row["path"]))
        self.each(check, "path")
        self.assertGreaterEqual(len(shown), self.SHOWN)

    def test_what_does_not_come_out_is_told(self):
        with open("docs/PUBLISHED.md", encoding="utf-8") as f:
            told = f.read()

        def check(row):
            if "unknown" in row or "slip" in row:
                self.assertIn("`%s`" % row["id"], told)
        self.each(check, "id")


class Infosakkollen(Published):
    NAME, NOW, THEN, SHOWN = "published-2023.json", "2023", "2021", 60

    def test_points(self):
        def check(row):
            self.assertEqual(row["value"], sum(
                c[row["sum"]] for c in find(self.doc, row["path"])
                if c["from"] >= row["from"]))
        self.assertTrue(self.each(check, "sum"))

    def test_levels_of_areas(self):
        def check(row):
            reached = {a["id"] for a in find(self.doc, row["path"])
                       if a["level"] >= row["level"]}
            self.assertEqual(len(reached), row["value"], reached)
            self.assertFalse(reached & set(row["not"]))
        self.assertTrue(self.each(check, "level"))

    def test_spread_of_areas(self):
        def check(row):
            found = {a["id"] for a in find(self.doc, row["path"])
                     if a["values"][row["slice"]] >= row["least"]}
            self.assertEqual(len(found), row["value"], found)
            self.assertEqual(found, set(row.get("ids", found)))
        self.assertTrue(self.each(check, "slice"))

    def test_bounds(self):
        def check(row):
            found = find(self.doc, row["path"])
            self.assertTrue(row["over"] < found < row["below"], found)
        self.assertTrue(self.each(check, "below"))

    def test_of_two_reports(self):
        def check(row):
            then, now = (
                find(self.before if p.startswith("then:") else self.doc,
                     p.removeprefix("then:")) for p in row["paths"])
            self.like(100 * (now - then) / then, row["value"])
        self.assertTrue(self.each(check, "paths"))


class Itsakkollen(Published):
    NAME, NOW, SHOWN = "published-it-2023.json", "2023", 2


class Kommunenkat(Published):
    NAME, NOW, SHOWN = "published-2015.json", "2015", 1

    def test_questions(self):
        questions = {q["id"]: q for q in find(self.doc, "kommun.questions")}

        def check(row):
            q = questions[row["question"]]
            self.assertEqual(q["n"], row.get("n", q["n"]))
            if "options" in row:
                self.check_options(row, q)
        self.assertTrue(self.each(check, "question"))

    def check_options(self, row, q):
        options = [o for o in q["options"] if o["id"] in row["options"]]
        count = sum(o["count"] for o in options)
        self.assertEqual(count, row.get("count", count))
        if "slip" in row:
            self.whole(options, count, q["n"], row["right"])
            self.assertNotEqual(row["right"], row["percent"])
        elif "percent" in row:
            self.whole(options, count, q["n"], row["percent"])

    def whole(self, options, count, n, printed):
        """Whole per cent, from the fraction; each option's own share, too,
        which has one decimal."""
        self.assertEqual((200 * count + n) // (2 * n), printed)
        for o in options:
            self.assertEqual(o["of"], n)
            self.assertEqual(o["percent"], float(decimal.Decimal(
                (2000 * o["count"] + n) // (2 * n)) / 10))


del Published

if __name__ == "__main__":
    unittest.main()
