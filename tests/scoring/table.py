# SPDX-License-Identifier: EUPL-1.2
"""How many boxes each organisation has ticked in each question: between what
it must have and what it cannot have, narrowed until medians, points, boxes
and correlations are as wanted."""
from kind import Impossible


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
        more = [m for m in order if self.low[m][q] <= n < self.high[m][q]]
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
            raise Impossible("the order at %d of %d" % (at, len(order)))
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
