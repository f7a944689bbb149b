# SPDX-License-Identifier: EUPL-1.2
"""docs/FAULTS.md holds what the tests see: they write down a row for each
fault, and fail when it is not the page's.  `make faults` writes the page."""
import json
import os
import sys
import unittest

from scene import RUNS, SANITIZED

PAGE = "docs/FAULTS.md"
HEAD = ("| fault | what happens | the sender sees | in the end |\n"
        "|---|---|---|---|\n")


class Table:
    """The rows of one file of tests, under one heading."""

    def __init__(self, heading):
        self.heading = heading
        self.rows = []

    def add(self, fault, happens, sees, end, at=None):
        """at: the row's place, when tests end in any order."""
        row = "| %s | %s | %s | %s |" % (fault, happens, sees, end)
        assert row.split(" | ")[0] not in [r.split(" | ")[0]
                                           for r in self.rows], row
        self.rows.append(row)

    def page_rows(self):
        with open(PAGE, encoding="utf-8") as f:
            text = f.read()
        _, _, rest = text.partition("## %s\n" % self.heading)
        lines = rest.partition("\n## ")[0].splitlines()
        return [line for line in lines if line.startswith("| ")][1:]

    def finish(self):
        """Call it from tearDownModule."""
        folder = os.environ.get("FAULTS_ROWS")
        if folder:
            name = os.path.basename(sys.argv[0])
            with open("%s/%s.json" % (folder, name), "w") as f:
                json.dump([self.heading, self.rows], f)
            return
        page = self.page_rows()
        # Not each outcome that is possible is seen each time.
        other = [r for r in self.rows if not any(within(r, p) for p in page)]
        assert not other, "%s does not have (make faults): %s" % (
            PAGE, "\n".join(other))
        # A part of the tests, or a build that does not take every step.
        if len(sys.argv) > 1 or SANITIZED:
            return
        order = [next(p for p in page if within(r, p)) for r in self.rows]
        assert order == page, "%s has more, or in another order: %s" % (
            PAGE, "\n".join(p for p in page if p not in order))


def within(row, whole):
    """The same row, or one with some of the outcomes."""
    a, b = row.split(" | "), whole.split(" | ")
    return (a[:2], a[3:]) == (b[:2], b[3:]) and \
        set(a[2].split("; or ")) <= set(b[2].split("; or "))


class FaultCase(unittest.TestCase):
    """A case is one delivery under one fault."""
    table = None

    def settle(self, scene, expected, name="a.sigill", run=None,
               between=None):
        """Runs the client until it ends with 0, which must happen as
        expected: "75 interrupted", "0"; between() comes after each."""
        before = len(scene.runs)
        for _ in range(RUNS):
            data = scene.read(name)
            (run or scene.send)()
            self.assertEqual(scene.read(name), data)
            if between:
                between()
            if scene.runs[-1].status == 0:
                break
        self.assertEqual([str(r) for r in scene.runs[before:]], expected,
                         [r.err for r in scene.runs])

    def row(self, fault, happens, scene, end="one file, one receipt"):
        self.table.add(fault, happens, then(scene.runs), end)


def then(runs):
    return ", then ".join("%s" % r for r in runs)


def add_cases(cls, cases, run):
    """A test for each: run(self, *case)."""
    for i, case in enumerate(cases):
        word = "".join(c if c.isalnum() else "_" for c in case[0].lower())

        def test(self, case=case):
            run(self, *case)
        setattr(cls, "test_%02d_%s" % (i, word[:60]), test)
