# SPDX-License-Identifier: EUPL-1.2
"""Somebody who has published figures, and adds and subtracts them: is there a
combination that tells of fewer organisations than it should?

Every figure that is a sum over organisations is an equation: a row with a
coefficient for each (variable, organisation), and the value that was
published.  What can be computed is the rows' span, in exact fractions.
"""
from fractions import Fraction


class Row:
    """One figure: what is summed, over whom, and what was published; None
    when only its being there counts.  Columns are (variable, organisation),
    or with how much each weighs."""

    def __init__(self, name, columns, value=None):
        self.name, self.value = name, value
        self.weights = columns if isinstance(columns, dict) else \
            dict.fromkeys(columns, 1)
        self.columns = frozenset(self.weights)

    def __repr__(self):
        return "%s=%s" % (self.name, self.value)


def vanish(rows, column):
    """What of the span of rows is zero in that column.  A row is a list of
    cells, and what it was made of."""
    pivot = next((r for r in rows if r[0][column]), None)
    if pivot is None:
        return rows
    out = []
    for cells, made in rows:
        if (cells, made) == pivot:
            continue
        factor = cells[column] / pivot[0][column]
        if factor:
            cells = [a - factor * b for a, b in zip(cells, pivot[0])]
            made = [a - factor * b for a, b in zip(made, pivot[1])]
        if any(cells):
            out.append((cells, made))
    return out


def subsets(classes, room):
    """Of indexes of classes, all that are together smaller than room."""
    def grow(start, chosen, left):
        yield chosen
        for i in range(start, len(classes)):
            if classes[i] <= left:
                yield from grow(i + 1, chosen | {i}, left - classes[i])
    yield from grow(0, frozenset(), room - 1)


class Found:
    """A combination of rows that rests on a few organisations."""

    def __init__(self, rows, made, who):
        self.parts = [(r, c) for r, c in zip(rows, made) if c]
        self.who = who

    def value(self):
        """As computed from what was published; None where that is not
        known."""
        if any(r.value is None for r, _ in self.parts):
            return None
        return sum(c * r.value for r, c in self.parts)

    def truth(self, of):
        """The same, from what nobody should know: of(variable,
        organisation)."""
        cells = {}
        for row, c in self.parts:
            for column, weight in row.weights.items():
                cells[column] = cells.get(column, 0) + c * weight
        return sum(c * of(*column) for column, c in cells.items() if c)

    def __repr__(self):
        return "of %s: %s" % (sorted(self.who), " ".join(
            "%+g*%r" % (c, r) for r, c in self.parts))


def attack(rows, least):
    """The first combination that rests on fewer than least; None."""
    seen = {}
    for row in rows:                    # the same sum twice tells nothing
        sum_ = frozenset(row.weights.items())
        seen.setdefault(sum_, row)
        if seen[sum_].value is None:
            seen[sum_] = row
    rows = [r for r in seen.values() if r.columns]
    who = sorted({o for r in rows for _, o in r.columns})
    # Organisations that are in the same sums cannot be told apart.
    alike = {}
    at = {}
    for i, row in enumerate(rows):
        for (variable, o), weight in row.weights.items():
            at.setdefault(o, {})[variable, i] = weight
    for o in who:
        alike.setdefault(frozenset(at[o].items()), []).append(o)
    classes = [(dict(sums), of) for sums, of in sorted(
        alike.items(), key=lambda c: -len(c[1]))]
    columns = [(k, variable) for k, (sums, _) in enumerate(classes)
               for variable in sorted({v for v, _ in sums}, key=str)]
    n = len(rows)
    span = [([Fraction(classes[k][0].get((variable, i), 0))
              for k, variable in columns],
             [Fraction(i == j) for j in range(n)]) for i in range(n)]
    for c, (k, _) in enumerate(columns):
        if len(classes[k][1]) >= least:
            span = vanish(span, c)
    if not span:
        return None
    left = [k for k in range(len(classes)) if any(
        r[0][c] for r in span for c, (of, _) in enumerate(columns)
        if of == k)]
    for chosen in subsets([len(classes[k][1]) for k in left], least):
        few = {left[i] for i in chosen}
        rest = span
        for c, (k, _) in enumerate(columns):
            if k not in few:
                rest = vanish(rest, c)
        if rest:
            return Found(rows, rest[0][1],
                         [o for k in few for o in classes[k][1]])
    return None


def computable(rows, target):
    """Is the sum over target in the span of rows, all of them sets of cells?
    As many as an organisation may be in a cell, or none."""
    cells = sorted(set().union(target, *rows), key=str)
    span = [([Fraction(c in row) for c in cells], [0]) for row in rows]
    goal = [Fraction(c in target) for c in cells]
    for i in range(len(cells)):
        pivot = next((r for r in span if r[0][i]), None)
        if pivot is None:
            if goal[i]:
                return False
            continue
        factor = goal[i] / pivot[0][i]
        goal = [a - factor * b for a, b in zip(goal, pivot[0])]
        span = vanish(span, i)
    return True
