# SPDX-License-Identifier: EUPL-1.2
"""Counts of ticked boxes that meet marginals: how many organisations of each
kind reach which level, what the typical one of a group has ticked, and so on.

Everything a report says of an instrument with levels depends on how many
boxes each organisation has ticked in each question, when all tick a
question's boxes in the same order: then the typical sheet of any group has,
in each question, the lower median of the group's counts. So what is made is
a table of counts. First each area's level of each organisation (kind.py);
from it what it must have and cannot have in each question; then the medians
narrow this; last, what is still free is used to meet means and correlations
(table.py).
"""
import random

from kind import Form, Group, Impossible, slices
from table import Table


def bounds(form, wanted, chance):
    """A round's table, as far as levels and typical ones decide it."""
    groups = {}
    for kind, told in wanted["groups"].items():
        group = groups[kind] = Group(form, told, chance)
        group.level_areas()
        group.sort()
        group.separate(wanted.get("best", 30))
        group.bound()
    table = Table(form, groups, chance)
    kinds = list(groups)
    every = wanted.get("all", {})
    if "areas" in every.get("typical", {}):  # that needs many of all kinds
        table.typical(table.of(kinds), {"areas": every["typical"]["areas"]})
    for kind in kinds:
        if "typical" in wanted["groups"][kind]:
            table.typical(table.of([kind]), wanted["groups"][kind]["typical"])
    n = wanted.get("best", 30)
    for some, told in [([k], wanted["groups"][k]) for k in kinds] + [
            (kinds, every)]:
        if "best" in told:
            table.typical(table.of(some, n), told["best"])
    if "typical" in every:
        table.typical(table.of(kinds), every["typical"])
    table.start()
    for some in [[k] for k in kinds] + [kinds]:
        order = table.of(some)
        weak, middle, best = slices(len(order))
        for at in (best, best + middle, n):
            table.part(order, at)
    for kind in kinds:
        if "over" in wanted["groups"][kind]:
            table.over(table.of([kind]), **wanted["groups"][kind]["over"])
    table.possible()
    table.aim()
    return table


def pairs(now, then, change, chance):
    """Who took part in both rounds: members of one, of the other, by kind;
    the better then are the better now."""
    out = {}
    for kind, n in change["both"].items():
        lots = [sorted(chance.sample(range(len(t.of([kind]))), n))
                for t in (now, then)]
        if kind in change.get("best_stay", []):
            lots[0] = range(n)
        if kind in change.get("leave", {}):
            size = len(then.of([kind]))
            first, last = (int(size * p) for p in change["leave"][kind])
            gone = set(chance.sample(range(first, last), size - n))
            lots[1] = [i for i in range(size) if i not in gone]
        out[kind] = [(now.of([kind])[i], then.of([kind])[j])
                     for i, j in zip(*lots)]
    return out


def correlate(table, wanted):
    for kind, told in wanted["groups"].items():
        if "r2" in told:
            table.correlate(table.of([kind]), wanted["lead"], told["r2"])


def attempt(form, wanted, chance):
    rounds = wanted["rounds"]
    tables = {name: bounds(form, told, chance)
              for name, told in rounds.items()}
    if "change" not in wanted:
        for name, table in tables.items():
            table.reach()
            correlate(table, rounds[name])
        return tables, {}
    change = wanted["change"]
    now, then = (tables[change[side]] for side in ("now", "then"))
    same = pairs(now, then, change, chance)
    all_ = [p for lot in same.values() for p in lot]
    now.sum_points([i for i, _ in all_],
                   round(change["points"]["now"] * len(all_)))
    lost = round(change["points"]["now"] * len(all_)) - round(
        change["points"]["then"] * len(all_))
    # Each kind has gained its part of the points.
    for k, lot in enumerate(same.values()):
        part = lost * len(lot) // sum(map(len, list(same.values())[k:]))
        lost -= part + then.sum_points([j for _, j in lot], sum(
            now.goal[i] for i, _ in lot) - part, k == len(same) - 1)
    now.reach()
    then.reach()
    size = sum(form.boxes)
    for kind, lot in same.items():
        gained = round(change["boxes_points"][kind] * size * len(lot) / 100)
        lately, before = [i for i, _ in lot], [j for _, j in lot]
        most = max(now.boxes(lately), then.boxes(before) + gained)
        now.sum_boxes(lately, most)
        then.sum_boxes(before, most - gained)
    for side in ("now", "then"):  # what takes longest
        correlate(tables[change[side]], rounds[change[side]])
    if "only" in change:
        only(form, now, then, same, change)
    return tables, same


def only(form, now, then, same, change):
    """Those of one round against those of the other: each area of a kind has
    gained so many per cent of its boxes; what kind is not told of makes up
    for all."""
    lately = {k: sorted(set(now.of([k])) - {i for i, _ in lot})
              for k, lot in same.items()}
    before = {k: sorted(set(then.of([k])) - {j for _, j in lot})
              for k, lot in same.items()}
    lots = [[m for k in lot for m in lot[k]] for lot in (lately, before)]
    free = [m for k in before if k not in change["only"] for m in before[k]]
    reach = sum(sum(then.high[m][q] for q in range(len(form.ids)))
                for m in free) * 9 // 10
    while True:
        for kind, told in change["only"].items():
            gain_by_area(form, now, then, lately[kind], before[kind], told)
        total = round(now.boxes(lots[0]) / len(lots[0]) * len(lots[1]) /
                      (1 + change["only_all"] / 100))
        left = total - then.boxes(lots[1]) + then.boxes(free)
        if left <= reach:
            break
        # The more the first kind has, the less is left to the others.
        some = lately[next(iter(change["only"]))]
        now.sum_boxes(some, now.boxes(some) + len(some))
    for m in free:  # the order then is not looked at
        then.least[m], then.most[m] = 0, sum(form.boxes)
    then.sum_boxes(free, left, None, True)


def gain_by_area(form, now, then, lately, before, percent):
    """The mean of the areas' gains; what one area cannot do, the next ones
    make up for."""
    means = [now.boxes(lately, of_area) / len(lately)
             for of_area in form.of_area]
    order = sorted(range(len(means)), key=lambda a: -means[a] / max(
        1, then.boxes(before, form.of_area[a])))
    left = percent * len(order)
    for k, a in enumerate(order):
        total = means[a] / (1 + left / (len(order) - k) / 100) * len(before)
        then.sum_boxes(before, round(total), form.of_area[a], True, False)
        left -= 100 * means[a] * len(before) / then.boxes(
            before, form.of_area[a]) - 100
    if abs(left) / len(order) > 0.04:
        raise Impossible("areas gain %.1f" % (percent - left / len(order)))


def make(definition, wanted, seed, attempts=400):
    """Tables by round, and who is in both.  The same seed makes the same
    ones."""
    form, last = Form(definition), None
    for i in range(attempts):
        try:
            return attempt(form, wanted, random.Random("%s %d" % (seed, i)))
        except Impossible as e:
            last = e
    raise last
