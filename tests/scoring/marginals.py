# SPDX-License-Identifier: EUPL-1.2
"""Counts of ticked boxes that meet marginals: how many organisations of each
kind reach which level, what the typical one of a group has ticked, and so on.

Everything a report says of an instrument with levels depends on how many
boxes each organisation has ticked in each question, when all tick a
question's boxes in the same order: then the typical sheet of any group has,
in each question, the lower median of the group's counts. So what is made is
a table of counts. First each area's level of each organisation; from it what
it must have and cannot have in each question; then the medians narrow this;
last, what is still free is used to meet means and correlations.
"""
import random


class Impossible(Exception):
    """The marginals contradict each other, or are beyond this method."""


class Form:
    """What a definition demands, by question."""

    def __init__(self, definition):
        questions = definition["questions"]
        self.ids = [q["id"] for q in questions]
        self.areas = [a["id"] for a in definition["areas"]]
        self.area = [self.areas.index(q["area"]) for q in questions]
        self.boxes = [len(q["options"]) for q in questions]
        self.points_at = [q["points_at"] for q in questions]
        self.top = definition["levels"][-1]["level"]
        self.of_area = [[i for i, a in enumerate(self.area) if a == k]
                        for k in range(len(self.areas))]
        self.need = []  # [question][level]
        for q, boxes in zip(questions, self.boxes):
            need = [0] * (self.top + 1)
            for d in definition["scoring"]["demands"]:
                if d["section"] == q["section"]:
                    for level in range(d["level"], self.top + 1):
                        need[level] = max(need[level], min(d["boxes"], boxes))
            self.need.append(need)

    def points(self, question, count):
        return sum(at <= count for at in self.points_at[question])

    def area_level(self, area, counts):
        level = 0
        while level < self.top and all(
                counts[q] >= self.need[q][level + 1]
                for q in self.of_area[area]):
            level += 1
        return level


def half_up(a, b):
    return (2 * a + b) // (2 * b)


def slices(n):
    """Sizes of the weakest, the middle and the best."""
    end = max(1, half_up(n, 10))
    return end, n - 2 * end, end


class Group:
    """The organisations of one kind, the best first."""

    def __init__(self, form, wanted, chance):
        self.form, self.wanted, self.chance = form, wanted, chance
        self.n = wanted["respondents"]
        at_least = wanted["levels"]
        self.level = [sum(o < c for c in at_least) for o in range(self.n)]
        self.areas = [[None] * len(form.areas) for _ in range(self.n)]
        self.low = [[0] * len(form.ids) for _ in range(self.n)]
        self.high = [list(form.boxes) for _ in range(self.n)]

    # --- levels of areas ---

    def values(self, total, members, ones, tops):
        """Levels that add up to total, none below its owner's: how many of
        them are over 0 (ones) and at least 3 (tops) may be told."""
        least = sorted((self.level[o] for o in members), reverse=True)
        out = list(least)
        limit = ones if ones is not None else len(out)
        left = total - sum(out)
        cap = self.form.top
        # Some go all the way first, so that there are organisations that
        # are good at this and bad at other things.
        i = 0
        while tops is not None and i < tops:
            if out[i] < 3:
                left -= 3 - out[i]
                out[i] = 3
            i += 1
        # Those over 0, then the rest evenly, the highest first.
        for i in range(limit):
            if left > 0 and out[i] == 0:
                out[i], left = 1, left - 1
        level = 1
        while left > 0:
            moved = False
            for i in range(limit):
                roof = cap if tops is None or i < tops else 2
                if left > 0 and out[i] == level and out[i] < roof:
                    out[i], left, moved = out[i] + 1, left - 1, True
            level += 1
            if level > cap and not moved:
                raise Impossible("levels that add up to %d" % total)
        if left < 0:
            raise Impossible("levels that add up to only %d" % total)
        return out

    def level_areas(self):
        """The level of each area of each organisation."""
        weak, middle, best = slices(self.n)
        parts = [range(self.n - weak, self.n), range(best, best + middle),
                 range(best)]
        for name, told in self.wanted["areas"].items():
            area = self.form.areas.index(name)
            for i, part in enumerate(parts):
                members = list(part)
                more = told["at_least"] if i == 1 else {}
                values = self.values(told["sums"][i], members,
                                     more.get("1"), more.get("3"))
                self.give(area, members, values)
        for part in parts:
            self.hold_back(list(part))
        self.part(parts[0], parts[1])
        self.part(parts[1], parts[2])

    def part(self, worse, better):
        """With equal levels, the areas of all in the better slice add up to
        more than those of all in the worse one: one that has too little
        changes one of its levels for a higher one of a richer one."""
        for _ in range(1000):
            sums = [sum(row) for row in self.areas]
            low = [o for o in better if any(
                self.level[p] == self.level[o] and sums[p] >= sums[o]
                for p in worse)]
            if not low:
                return
            o = min(low, key=lambda o: sums[o])
            swaps = [(sums[r], r, a) for r in better
                     for a in range(len(self.form.areas))
                     if self.areas[r][a] > self.areas[o][a] >= self.level[r]
                     and sums[r] - self.areas[r][a] > sums[o] -
                     self.areas[o][a] and self.spare(o, a)
                     and self.areas[r][a] >= self.level[o]]
            if not swaps:
                break
            _, r, a = max(swaps)
            self.areas[o][a], self.areas[r][a] = (
                self.areas[r][a], self.areas[o][a])
        raise Impossible("the slices are mixed")

    def give(self, area, members, values):
        """Who of them has which: the better, roughly, the higher, and none
        below its own level."""
        order = sorted(members, key=lambda o: (
            -self.level[o], o + self.chance.gauss(0, len(members) / 2)))
        # Those with a level are before all others, and values are sorted.
        runs = {}
        for o in order:
            runs.setdefault(self.level[o], []).append(o)
        pool = sorted(values)
        for level in sorted(runs, reverse=True):
            fit = [v for v in pool if v >= level]
            if level and len(fit) > len(runs[level]):  # not always the best
                fit = sorted(self.chance.sample(fit, len(runs[level])))
            taken = sorted(fit[-len(runs[level]):], reverse=True)
            for o, v in zip(runs[level], taken):
                self.areas[o][area] = v
                pool.remove(v)

    def hold_back(self, members):
        """No organisation is better in every area than as a whole: it gives
        one of its levels away for a lower one."""
        for o in members:
            own = self.level[o]
            if own == self.form.top or min(self.areas[o]) == own:
                continue
            swaps = [(other, a) for other in members
                     for a in range(len(self.form.areas))
                     if self.areas[other][a] == own
                     and self.level[other] <= own
                     and self.areas[o][a] > own
                     and self.spare(other, a)]
            if swaps:
                other, a = self.chance.choice(swaps)
                self.areas[o][a], self.areas[other][a] = (
                    self.areas[other][a], self.areas[o][a])
            else:
                self.lower(o, members)

    def spare(self, o, area):
        """May this area of it become better?"""
        return (self.areas[o][area] > self.level[o] or
                self.areas[o].count(self.level[o]) > 1)

    def lower(self, o, members):
        """One area falls to the organisation's own level, and others of the
        same kind of result rise in it instead."""
        for a in sorted(range(len(self.form.areas)),
                        key=lambda a: self.areas[o][a]):
            may = [other for other in members if other != o
                   and self.areas[other][a] > 0 and self.spare(other, a)
                   for _ in range(self.areas[other][a], self.form.top)
                   if self.areas[other][a] != 2]
            fall = self.areas[o][a] - self.level[o]
            if len(may) < fall:
                continue
            for other in self.chance.sample(may, fall):
                self.areas[other][a] += 1
            self.areas[o][a] = self.level[o]
            return
        raise Impossible("organisation %d is too good" % o)

    def sort(self):
        """The order of results; the levels of areas decide within one."""
        order = sorted(range(self.n), key=lambda o: (
            -self.level[o], -sum(self.areas[o])))
        self.level = [self.level[o] for o in order]
        self.areas = [self.areas[o] for o in order]
    def separate(self, at):
        """The areas' levels decide who is before that place in the order:
        where two beside it are equal, the one before gets a level of another
        one that comes later, in the same slice."""
        weak, middle, best = slices(self.n)
        if not best < at < best + middle:
            return
        key = [(v, sum(a)) for v, a in zip(self.level, self.areas)]
        if key[at - 1] != key[at]:
            return
        later = range(at, best + middle)
        for o in [o for o in range(best, at) if key[o] == key[at]]:
            # Neither how many are over 0 changes nor, where it is told, how
            # many are over 2.
            told = [self.wanted["areas"][name]["at_least"]
                    for name in self.form.areas]
            may = [(a, other) for a, counts in enumerate(told)
                   for other in later
                   if 0 < self.areas[o][a] < self.form.top
                   and self.areas[other][a] > max(1, self.level[other])
                   and self.spare(o, a) and ("3" not in counts or (
                       self.areas[o][a] != 2 and self.areas[other][a] != 3))]
            if not may:
                raise Impossible("equal results at %d" % at)
            a, other = self.chance.choice(may)
            self.areas[o][a] += 1
            self.areas[other][a] -= 1
        self.sort()

    # --- counts ---

    def bound(self):
        """What the areas' levels leave to each question."""
        form, turn = self.form, {}
        for o in range(self.n):
            for a, level in enumerate(self.areas[o]):
                for q in form.of_area[a]:
                    self.low[o][q] = form.need[q][level]
                if level == form.top:
                    continue
                # One question holds the area back; another one each time, and
                # the first ones seldom: basics come first.
                may = [q for q in form.of_area[a]
                       if form.need[q][level + 1] > form.need[q][level]]
                may += may[1:]
                at = turn[a, level] = turn.get((a, level), -1) + 1
                q = may[at % len(may)]
                self.high[o][q] = form.need[q][level + 1] - 1


class Table:
    """All organisations of a round: cells between what they must have and
    what they cannot have."""

    def __init__(self, form, groups, chance):
        self.form, self.chance = form, chance
        self.members = [(kind, o) for kind, g in groups.items()
                        for o in range(g.n)]
        self.level = [groups[kind].level[o] for kind, o in self.members]
        self.sums = [sum(groups[kind].areas[o]) for kind, o in self.members]
        self.low = [list(groups[kind].low[o]) for kind, o in self.members]
        self.high = [list(groups[kind].high[o]) for kind, o in self.members]
        self.order = sorted(range(len(self.members)), key=lambda m: (
            -self.level[m], -self.sums[m], m))
        self.rank = [0] * len(self.members)
        for i, m in enumerate(self.order):
            self.rank[m] = i
        for kind, group in groups.items():
            if "over" in group.wanted:
                self.set_back(self.of([kind]), **group.wanted["over"])

    def set_back(self, some, points, organisations, without_level):
        """Those that are not to have many points have only what their levels
        take."""
        lots = ([m for m in some if self.level[m] == 0], without_level), (
            [m for m in some if self.level[m] > 0],
            organisations - without_level)
        for lot, n in lots:
            for m in lot[n:]:
                self.rank[m] += 2 * len(self.members)

    def of(self, kinds, best=None):
        """Members of these kinds, the best first; the best of them."""
        out = [m for m in self.order if self.members[m][0] in kinds]
        return out[:best] if best else out

    def median_range(self, some, q):
        """What the lower median of a question can become: the most that more
        than half must have, and the most that more than half can have."""
        half = len(some) // 2
        return (sorted((self.low[m][q] for m in some), reverse=True)[half],
                sorted((self.high[m][q] for m in some), reverse=True)[half])

    def typical(self, some, wanted):
        """Makes the typical one of some be as it is wanted: boxes in all,
        boxes and levels of areas, the level of the whole."""
        form = self.form
        areas = wanted.get("areas", {})
        whole = "boxes" in wanted or "level" in wanted
        questions = [q for q in range(len(form.ids))
                     if whole or form.areas[form.area[q]] in areas]
        ranges = {q: list(self.median_range(some, q)) for q in questions}
        for name, told in areas.items():
            self.level_range(form.areas.index(name), told, ranges)
        if "level" in wanted:
            for q in questions:
                ranges[q][0] = max(ranges[q][0],
                                   form.need[q][wanted["level"]])
        for q, (least, most) in ranges.items():
            if least > most:
                raise Impossible("question %s: typical from %d to %d" % (
                    form.ids[q], least, most))
        counts = {q: r[0] for q, r in ranges.items()}
        for name, told in areas.items():
            if "boxes" in told:
                self.fill(counts, ranges, told["boxes"],
                          form.of_area[form.areas.index(name)])
        if "boxes" in wanted:
            fixed = {form.areas.index(name) for name, told in areas.items()
                     if "boxes" in told}
            self.fill(counts, ranges, wanted["boxes"] - sum(
                n for q, n in counts.items() if form.area[q] in fixed),
                [q for q in questions if form.area[q] not in fixed])
        for q, n in counts.items():
            self.half(some, q, n)

    def level_range(self, a, told, ranges):
        """Narrows the questions of an area to a level: at_least, at_most,
        or exactly."""
        form = self.form
        level = told.get("level", told.get("at_least", 0))
        for q in form.of_area[a]:
            ranges[q][0] = max(ranges[q][0], form.need[q][level])
        level = told.get("level", told.get("at_most", form.top))
        if level == form.top:
            return
        may = [q for q in form.of_area[a]
               if ranges[q][0] < form.need[q][level + 1]]
        if not may:
            raise Impossible("the typical one is above level %d in %s" % (
                level, form.areas[a]))
        # Where the fewest boxes are given up.
        q = min(may, key=lambda q: ranges[q][1] - form.need[q][level + 1])
        ranges[q][1] = min(ranges[q][1], form.need[q][level + 1] - 1)

    def fill(self, counts, ranges, total, questions):
        left = total - sum(counts[q] for q in questions)
        while left > 0:
            may = [q for q in questions if counts[q] < ranges[q][1]]
            if not may:
                break
            # Evenly by share, with some chance.
            q = min(may, key=lambda q: counts[q] / self.form.boxes[q] +
                    self.chance.random() * 0.2)
            counts[q] += 1
            left -= 1
        if left:
            raise Impossible("%d boxes; they would be %d" % (
                total, total - left))

    def half(self, some, q, n):
        """More than half of them have n boxes, no more than half have
        more."""
        half = len(some) // 2
        order = sorted(some, key=lambda m: self.rank[m] +
                       self.chance.gauss(0, len(some) / 6))
        must = [m for m in order if self.low[m][q] >= n]
        can = [m for m in order
               if self.low[m][q] < n <= self.high[m][q]]
        for m in can[:max(0, half + 1 - len(must))]:
            self.low[m][q] = n
        over = [m for m in order if self.low[m][q] > n]
        more = [m for m in order if self.low[m][q] <= n < self.high[m][q]
                and m in some]
        keep = max(0, half - len(over))
        more.sort(key=lambda m: (self.low[m][q] < n, self.rank[m]))
        for m in more[keep:]:
            self.high[m][q] = n

    # --- what is still free ---

    def row_points(self, row):
        return sum(self.form.points(q, n) for q, n in enumerate(row))

    def start(self):
        """From the least that each must have; between which points it can
        come to lie."""
        self.count = [list(row) for row in self.low]
        self.least = [self.row_points(row) for row in self.low]
        self.most = [self.row_points(row) for row in self.high]

    def part(self, order, at):
        """The points of those before and behind a place in the order must
        not change it, where levels do not decide."""
        if not 0 < at < len(order):
            return
        key = [(self.level[m], self.sums[m]) for m in order]
        if key[at - 1] != key[at]:
            return
        run = [i for i, k in enumerate(key) if k == key[at]]
        before = [order[i] for i in run if i < at]
        after = [order[i] for i in run if i >= at]
        least = max(self.least[m] for m in after) + 1
        most = min(self.most[m] for m in before)
        if least > most:
            raise Impossible("the order at %d, %s, %d" % (at, self.members[order[0]], len(order)))
        edge = (least + most) // 2
        for m in before:
            self.least[m] = max(self.least[m], edge)
        for m in after:
            self.most[m] = min(self.most[m], edge - 1)

    def over(self, some, points, organisations, without_level):
        """So many of them have more points than that, and so many of these
        no level."""
        none = [m for m in some if self.level[m] == 0]
        more = [m for m in some if self.level[m] > 0]
        for lot, n in ((none, without_level),
                       (more, organisations - without_level)):
            # Those that can reach further are over it.
            lot = sorted(lot, key=lambda m: (
                self.least[m] <= points,
                self.rank[m] >= len(self.members),
                -self.least[m] - self.most[m]))
            for m in lot[:n]:
                self.least[m] = max(self.least[m], points + 1)
            for m in lot[n:]:
                self.most[m] = min(self.most[m], points)
        self.possible()

    def possible(self):
        for m, (least, most) in enumerate(zip(self.least, self.most)):
            if least > most:
                raise Impossible("%s %d: %d to %d points" % (
                    *self.members[m], least, most))

    def aim(self, share=0.4):
        """Points that each is to have: somewhere in between."""
        self.goal = []
        for least, most in zip(self.least, self.most):
            at = share + self.chance.uniform(-0.25, 0.25)
            self.goal.append(round(least + min(max(at, 0), 1) *
                                   (most - least)))

    def sum_points(self, some, total, wholly=True):
        """Goals come to lie so that some have so many points together;
        gives what cannot be reached."""
        left = total - sum(self.goal[m] for m in some)
        while left:
            step = 1 if left > 0 else -1
            may = [m for m in some if
                   self.least[m] <= self.goal[m] + step <= self.most[m]]
            if not may and wholly:
                raise Impossible("%d points; %d are left" % (total, left))
            if not may:
                break
            for m in self.chance.sample(may, min(len(may), abs(left))):
                self.goal[m] += step
                left -= step
        return left

    def gain(self, m, q):
        """Points of one more box."""
        n = self.count[m][q]
        return self.form.points(q, n + 1) - self.form.points(q, n)

    def reach(self):
        """Boxes are ticked until everyone has its points."""
        for m, row in enumerate(self.count):
            left = self.goal[m] - self.row_points(row)
            while left > 0:
                may = [q for q in range(len(row)) if row[q] < self.high[m][q]
                       and 0 < self.gain(m, q) <= left]
                if not may:
                    raise Impossible("%s %d: %d points more" % (
                        *self.members[m], left))
                q = self.chance.choice(may)
                left -= self.gain(m, q)
                row[q] += 1

    def boxes(self, some, questions=None):
        return sum(n for m in some for q, n in enumerate(self.count[m])
                   if questions is None or q in questions)

    def sum_boxes(self, some, total, questions=None, points=False,
                  wholly=True):
        """Boxes that give no point, or any, are ticked and unticked until
        there are so many."""
        questions = set(questions if questions is not None
                        else range(len(self.form.ids)))
        left = total - self.boxes(some, questions)
        cells = [(m, q) for m in some for q in questions]
        while left and cells:
            i = self.chance.randrange(len(cells))
            m, q = cells[i]
            if self.step(m, q, 1 if left > 0 else -1, points):
                left += -1 if left > 0 else 1
            else:
                cells[i] = cells[-1]
                cells.pop()
        if left and wholly:
            raise Impossible("%d boxes; %d are left" % (total, left))

    def step(self, m, q, by, points):
        """One box more or less, if that is allowed."""
        row, n = self.count[m], self.count[m][q] + by
        if not self.low[m][q] <= n <= self.high[m][q]:
            return False
        more = self.form.points(q, n) - self.form.points(q, row[q])
        if more and not (points and self.least[m] <=
                         self.row_points(row) + more <= self.most[m]):
            return False
        row[q] = n
        return True

    def correlate(self, some, area, wanted, tries=40000):
        """Points move between an area and the others until the squared
        correlation of the area's with all is as wanted, to four decimals."""
        inside = self.form.of_area[area]
        outside = [q for q in range(len(self.form.ids)) if q not in inside]
        y = {m: self.row_points(self.count[m]) for m in some}
        x = {m: sum(self.form.points(q, self.count[m][q]) for q in inside)
             for m in some}
        n, sy = len(some), sum(y.values())
        vy = n * sum(v * v for v in y.values()) - sy * sy
        sx, sxx = sum(x.values()), sum(v * v for v in x.values())
        sxy = sum(x[m] * y[m] for m in some)

        def r2(sx, sxx, sxy):
            vx = n * sxx - sx * sx
            return (n * sxy - sx * sy) ** 2 / (vx * vy) if vx and vy else 0

        best = r2(sx, sxx, sxy)
        for _ in range(tries):
            if abs(best - wanted) < 0.000049:
                return
            m = self.chance.choice(some)
            up, down = self.chance.choice(inside), self.chance.choice(outside)
            if self.chance.random() < 0.5:
                up, down = down, up
            row = self.count[m]
            if not (row[up] < self.high[m][up] and self.gain(m, up) == 1 and
                    row[down] > self.low[m][down] and
                    self.form.points(down, row[down]) -
                    self.form.points(down, row[down] - 1) == 1):
                continue
            d = 1 if up in inside else -1
            new = (sx + d, sxx + 2 * d * x[m] + 1, sxy + d * y[m])
            off = abs(r2(*new) - wanted)
            if off < abs(best - wanted) or (
                    off < 0.001 and self.chance.random() < 0.05):
                row[up], row[down] = row[up] + 1, row[down] - 1
                sx, sxx, sxy = new
                x[m] += d
                best = r2(*new)
        if abs(best - wanted) >= 0.000049:
            raise Impossible("R2 %.4f, not %.4f" % (best, wanted))


# --- a round, and two ---------------------------------------------------------

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


def finish(table, wanted):
    table.reach()
    for kind, told in wanted["groups"].items():
        if "r2" in told:
            table.correlate(table.of([kind]), wanted["lead"], told["r2"])


def attempt(form, wanted, chance):
    rounds = wanted["rounds"]
    tables = {name: bounds(form, told, chance)
              for name, told in rounds.items()}
    if "change" not in wanted:
        for name, table in tables.items():
            finish(table, rounds[name])
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
    for side in ("now", "then"):
        finish(tables[change[side]], rounds[change[side]])
    size = sum(form.boxes)
    for kind, lot in same.items():
        gained = round(change["boxes_points"][kind] * size * len(lot) / 100)
        lately, before = [i for i, _ in lot], [j for _, j in lot]
        most = max(now.boxes(lately), then.boxes(before) + gained)
        now.sum_boxes(lately, most)
        then.sum_boxes(before, most - gained)
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
