# SPDX-License-Identifier: EUPL-1.2
"""The organisations of one kind: which level they reach in which area, so
that the sums over slices and the number at each level are as wanted."""

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
