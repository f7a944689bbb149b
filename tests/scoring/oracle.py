# SPDX-License-Identifier: EUPL-1.2
"""The report a second time, by another program in another language: from a
definition and answers to the figures that docs/SCORING.md and
docs/QUESTIONNAIRES.md promise. Slow, simple, in exact fractions, and made
from these pages alone. Nothing is suppressed."""
import math
from fractions import Fraction


def rounded(value, places):
    """Half up, below zero half down; as a float of JSON."""
    scaled = abs(value) * 10 ** places
    whole = math.floor(scaled + Fraction(1, 2))
    return float(Fraction(-whole if value < 0 else whole, 10 ** places))


def share(count, of):
    out = {"count": count, "of": of}
    if of:
        out["percent"] = rounded(Fraction(100 * count, of), 1)
    return out


def mean(values):
    values = list(values)
    return Fraction(sum(values)) / len(values) if values else None


def change(then, now):
    return rounded(100 * (now - then) / Fraction(then), 1)


class Rules:
    """What a definition says of scoring."""

    def __init__(self, definition):
        self.d = definition
        self.questions = definition["questions"]
        self.areas = [a["id"] for a in definition["areas"]]
        self.scoring = definition["scoring"]
        self.result = self.scoring["result"]
        self.multiple = [q for q in self.questions
                         if q["type"] == "multiple"]

    def options(self, q):
        return (self.d["scales"][q["scale"]] if q["type"] == "scale"
                else q.get("options", []))

    def asked(self, q, answers):
        if "follows" not in q:
            return True
        given = answers.get(q["follows"]["question"], [])
        given = given if isinstance(given, list) else [given]
        return bool(set(given) & set(q["follows"]["any_of"]))

    def value(self, q, answers):
        return next((o.get("value") for o in self.options(q)
                     if o["id"] == answers.get(q["id"])), None)

    def ticked(self, q, answers):
        return (len(answers.get(q["id"], []))
                if q["type"] == "multiple" else 0)

    def points(self, q, answers):
        most = q.get("points", 0)
        if q["type"] != "multiple":
            return self.value(q, answers) or 0 if most else 0
        n = self.ticked(q, answers)
        at = q.get("points_at", [
            -(-(i + 1) * len(q["options"]) // most) for i in range(most)])
        return sum(n >= boxes for boxes in at)

    def met(self, demand, q, answers):
        if q["section"] != demand["section"]:
            return True
        if "boxes" in demand:
            return self.ticked(q, answers) >= min(
                demand["boxes"], len(q["options"])
                if q["type"] == "multiple" else 0)
        return self.points(q, answers) >= min(demand["points"],
                                              q.get("points", 0))

    def level(self, questions, answers):
        reached = 0
        for level in range(1, len(self.d["levels"])):
            if not all(self.met(d, q, answers)
                       for d in self.scoring["demands"] if d["level"] == level
                       for q in questions):
                break
            reached = level
        return reached

    def means(self, questions, answers):
        values = [v for v in (self.value(q, answers) for q in questions
                              if q["type"] in ("single", "scale"))
                  if v is not None]
        # Whole millionths: as organisations' results are kept.
        return (Fraction(math.floor(mean(values) * 10 ** 6 +
                                    Fraction(1, 2)), 10 ** 6)
                if values else None)


class Sheet:
    """One organisation's answers, or a typical one's, and its result."""

    def __init__(self, rules, answers):
        self.answers = answers
        self.areas = {a: self.part(rules, [
            q for q in rules.questions if q["area"] == a])
            for a in rules.areas}
        self.whole = self.part(rules, rules.questions)
        if rules.result == "means" and (
                rules.scoring.get("total") == "areas"):
            known = [a["mean"] for a in self.areas.values()
                     if a["mean"] is not None]
            self.whole["mean"] = Fraction(math.floor(
                mean(known) * 10 ** 6 + Fraction(1, 2)), 10 ** 6
                ) if known else None

    def part(self, rules, questions):
        out = {"boxes": sum(rules.ticked(q, self.answers)
                            for q in questions),
               "boxes_of": sum(len(q["options"]) for q in questions
                               if q["type"] == "multiple"),
               "points": sum(rules.points(q, self.answers)
                             for q in questions),
               "points_of": sum(q.get("points", 0) for q in questions)}
        if rules.result == "levels":
            out["level"] = rules.level(questions, self.answers)
        if rules.result == "means":
            out["mean"] = rules.means(questions, self.answers)
        return out

    def key(self, rules):
        """The greater the better."""
        keys = {
            "level": lambda: self.whole["level"],
            "area_levels": lambda: sum(a["level"]
                                       for a in self.areas.values()),
            "points": lambda: self.whole["points"],
            "area_points": lambda: sorted(
                Fraction(a["points"], a["points_of"])
                for a in self.areas.values() if a["points_of"]),
            "mean": lambda: (-1 if self.whole["mean"] is None
                             else self.whole["mean"])}
        return [keys[k]() for k in rules.scoring["order"]]

    def number(self, rules):
        """The result number: what comes after the level are its decimals,
        each as long as its greatest value."""
        if rules.result == "means":
            return self.whole["mean"]
        out, digits = Fraction(self.whole["level"]), 0
        for k in rules.scoring["order"]:
            if k == "area_levels":
                most = len(rules.areas) * (len(rules.d["levels"]) - 1)
                value = sum(a["level"] for a in self.areas.values())
            elif k == "points":
                most, value = self.whole["points_of"], self.whole["points"]
            else:
                continue
            digits += len(str(most))
            out += Fraction(value, 10 ** digits)
        return Fraction(math.floor(out * 10 ** 6), 10 ** 6)


def typical(rules, sheets, percent=50):
    answers = {}
    for q in rules.questions:
        given = [s.answers[q["id"]] for s in sheets if q["id"] in s.answers]
        if not given or not rules.asked(q, answers) or q["type"] == "text":
            continue
        if q["type"] == "multiple":
            answers[q["id"]] = [
                o["id"] for o in q["options"] if 100 * sum(
                    o["id"] in g for g in given) > percent * len(given)]
        elif q["type"] == "number":
            if len(given) >= 2:
                answers[q["id"]] = sorted(given)[(len(given) - 1) // 2]
        else:
            order = [o["id"] for o in rules.options(q)]
            answers[q["id"]] = sorted(given, key=order.index)[
                (len(given) - 1) // 2]
    return Sheet(rules, answers)


class Report:
    """rows: {(kind, number): answers}; before: those of the round before, by
    the same definition."""

    def __init__(self, definition, rows, asked, before=None, best=30):
        self.rules = Rules(definition)
        self.asked, self.n_best = asked, best
        self.now = self.sheets(rows)
        self.then = self.sheets(before) if before else {}

    def sheets(self, rows):
        return {key: Sheet(self.rules, a) for key, a in rows.items()}

    def groups(self):
        kinds = self.rules.scoring["groups"]
        every = [k for k in ("kommun", "region", "myndighet", "nis", "annan")
                 if k in kinds or k in self.asked or
                 any(k == kind for kind, _ in self.now)]
        return {"all": self.group(kinds),
                **{k: self.group([k]) for k in every}}

    def of(self, sheets, kinds):
        return {n: s for (kind, n), s in sheets.items() if kind in kinds}

    def ordered(self, sheets):
        """The worst first; then by number."""
        return [s for _, s in sorted(
            sheets.items(), key=lambda x: (x[1].key(self.rules), x[0]))]

    def group(self, kinds):
        some = self.of(self.now, kinds)
        n, rules = len(some), self.rules
        lot = list(some.values())
        asked = sum(self.asked.get(k, 0) for k in kinds)
        out = {"participation": {"respondents": n}}
        if asked:
            # A made-up register has everybody who has answered.
            out["participation"].update(asked=asked, rate=share(n, asked),
                                        not_asked=0)
        if not n:
            return out
        out["typical"] = {"organisations": n, **self.typical(lot)}
        out["questions"] = [self.question(q, lot) for q in rules.questions]
        if rules.result == "counts":
            return out
        out["areas"] = [{"id": a, **self.area(a, lot)} for a in rules.areas]
        out["spread"] = self.spread(some)
        best = self.ordered(some)[::-1][:self.n_best]
        if len(some) >= 2 * self.n_best:  # else they are most of it
            out["best"] = {"organisations": len(best), **self.typical(best)}
        if rules.result == "levels":
            out["levels"] = self.levels([s.whole["level"] for s in lot])
            out["points"] = {"mean": rounded(mean(
                s.whole["points"] for s in lot), 2)}
            out["boxes"] = {"mean": rounded(mean(
                s.whole["boxes"] for s in lot), 2)}
        else:
            out["mean"] = rounded(mean(
                s.whole["mean"] for s in lot
                if s.whole["mean"] is not None), 2)
        if "lead" in rules.scoring:
            out["lead"] = {"area": rules.scoring["lead"], "r2": self.r2(lot),
                           "organisations": n}
        if self.then:
            out["change"] = self.change(kinds)
        return out

    def levels(self, found):
        n = len(found)
        return [{"level": k, "exactly": share(found.count(k), n),
                 "at_least": share(sum(f >= k for f in found), n)}
                for k in range(len(self.rules.d["levels"]))]

    def area(self, a, lot):
        if self.rules.result == "means":
            return {"mean": rounded(mean(
                s.areas[a]["mean"] for s in lot
                if s.areas[a]["mean"] is not None), 2)}
        found = [s.areas[a]["level"] for s in lot]
        return {"levels": self.levels(found),
                "mean_level": rounded(mean(found), 2),
                "points": rounded(mean(s.areas[a]["points"]
                                       for s in lot), 2),
                "boxes": rounded(mean(s.areas[a]["boxes"] for s in lot), 2)}

    def spread(self, some):
        order, n = self.ordered(some), len(some)
        end = max(1, math.floor(Fraction(n, 10) + Fraction(1, 2)))
        parts = order[:end], order[end:n - end], order[n - end:]
        if not all(parts):
            return {}
        what = "level" if self.rules.result == "levels" else "mean"
        return {"sizes": [len(p) for p in parts],
                "total": [rounded(mean(s.number(self.rules) for s in p), 2)
                          for p in parts],
                "areas": [{"id": a, "values": [
                    rounded(mean(s.areas[a][what] for s in p), 2)
                    for p in parts]} for a in self.rules.areas]}

    def typical(self, lot):
        s = typical(self.rules, lot)
        out = {"answers": s.answers}
        if self.rules.result == "counts":
            return out

        def part(p):
            if self.rules.result == "means":
                return {"mean": rounded(p["mean"], 2)}
            return {"level": p["level"], "points": p["points"],
                    "boxes": share(p["boxes"], p["boxes_of"])}
        return {**out, **part(s.whole), "areas": [
            {"id": a, **part(p)} for a, p in s.areas.items()]}

    def r2(self, lot):
        what = "points" if self.rules.result == "levels" else "mean"
        x = [s.areas[self.rules.scoring["lead"]][what] for s in lot]
        y = [s.whole[what] for s in lot]
        mx, my = mean(x), mean(y)
        xy = sum((a - mx) * (b - my) for a, b in zip(x, y))
        return rounded(xy * xy / (sum((a - mx) ** 2 for a in x) *
                                  sum((b - my) ** 2 for b in y)), 4)

    def question(self, q, lot):
        given = [s for s in lot if q["id"] in s.answers]
        n = len(given)
        out = {"id": q["id"], "n": n}
        if not n:
            return out
        chosen = [s.answers[q["id"]] for s in given]
        options = self.rules.options(q)
        if options:
            out["options"] = [{"id": o["id"], **share(sum(
                o["id"] in (c if isinstance(c, list) else [c])
                for c in chosen), n)} for o in options]
        if q["type"] == "number":
            out["number"] = {"median": sorted(chosen)[(n - 1) // 2],
                             "mean": rounded(mean(chosen), 2)}
        if q.get("points"):
            out["no_points"] = share(sum(
                self.rules.points(q, s.answers) == 0 for s in given), n)
        return out

    # --- two rounds ---

    def change(self, kinds):
        now, then = self.of(self.now, kinds), self.of(self.then, kinds)
        # Who is in both is of its kind of now.
        was = {n: s for (_, n), s in self.then.items()}
        both = sorted(set(now) & set(was))
        only = [s for n, s in now.items() if n not in was]
        gone = [s for n, s in then.items()
                if n not in {m for _, m in self.now}]
        out = {"respondents": {"now": len(now), "then": len(then)},
               "in_both": share(2 * len(both), len(now) + len(then)),
               "both": {"organisations": len(both)},
               "only_now": {"organisations": len(only)},
               "only_then": {"organisations": len(gone)}}
        if then and now:
            out["respondents"]["percent"] = change(len(then), len(now))
        if self.rules.result == "levels":
            self.levels_change(out, [now[n] for n in both],
                               [was[n] for n in both], only, gone)
        return out

    def levels_change(self, out, now, then, only, gone):
        if now:
            steps = [a.whole["level"] - b.whole["level"]
                     for a, b in zip(now, then)]
            boxes = self.pair(then, now, lambda s: s.whole["boxes"])
            size = now[0].whole["boxes_of"]
            boxes["percentage_points"] = rounded(100 * (
                mean(s.whole["boxes"] for s in now) -
                mean(s.whole["boxes"] for s in then)) / size, 1)
            out["both"].update({
                "points": self.pair(then, now, lambda s: s.whole["points"]),
                "boxes": boxes, "level": {
                    "rose": sum(d > 0 for d in steps),
                    "same": steps.count(0),
                    "fell": sum(d < 0 for d in steps)},
                "areas": [{"id": a, **self.pair(
                    then, now, lambda s: s.areas[a]["boxes"])}
                    for a in self.rules.areas]})
            gains = self.gains(then, now)
            if gains:
                out["both"]["areas_mean_percent"] = gains
        for name, lot in (("only_now", only), ("only_then", gone)):
            if lot:
                out[name].update({
                    what: rounded(mean(s.whole[what] for s in lot), 2)
                    for what in ("points", "boxes")})
                out[name]["areas"] = [{"id": a, "boxes": rounded(mean(
                    s.areas[a]["boxes"] for s in lot), 2)}
                    for a in self.rules.areas]
        if only and gone:
            out["only"] = {"boxes": {"percent": self.pair(
                gone, only, lambda s: s.whole["boxes"])["percent"]},
                "areas_mean_percent": self.gains(gone, only)}

    def pair(self, then, now, measure):
        a, b = mean(map(measure, then)), mean(map(measure, now))
        out = {"then": rounded(a, 2), "now": rounded(b, 2)}
        if a:
            out["percent"] = change(a, b)
        return out

    def gains(self, then, now):
        gains = []
        for a in self.rules.areas:
            was = mean(s.areas[a]["boxes"] for s in then)
            if was:
                gains.append(100 * (mean(s.areas[a]["boxes"] for s in now) /
                                    was - 1))
        return rounded(mean(gains), 1) if gains else None
