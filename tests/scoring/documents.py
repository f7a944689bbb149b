# SPDX-License-Identifier: EUPL-1.2
"""Documents of made-up organisations, in the shapes of docs/SCORING.md, for the
tests of pages: made from the real definitions' areas, questions and labels,
with figures that nobody has computed."""
import copy
import json

INFOSAK = "questionnaires/infosakkollen-2023.json"
ITSAK = "questionnaires/itsakkollen-2023.json"
COUNTS = "questionnaires/kommunenkat-2015.json"

# Whatever a name or a label may have in it, it stays a text.
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp; <!-- ]]> </style>"


def definition(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def head(d, kind="kommun", name="Exempelköpings kommun"):
    return {
        "format": "sigill-feedback", "version": 1,
        "questionnaire": {"id": d["id"], "version": d["version"],
                          "sha256": "5e" * 32, "title": d["title"],
                          "language": d["language"]},
        "round": "2027",
        "organisation": {"number": "2199990017", "name": name, "kind": kind},
        "sealed": "ab" * 32, "submission": "cd" * 16,
        "fingerprint": "ef" * 32,
    }


def pick(options, n, benchmark=0):
    return [dict({"id": o["id"], "label": o["label"]},
                 **({"benchmark": True} if i < benchmark else {}))
            for i, o in enumerate(options[:n])]


def levels(kind="myndighet", missing=12, benchmark=True, last=True, level=1):
    d = definition(INFOSAK)
    doc = head(d, kind)
    of = {a["id"]: [q for q in d["questions"] if q["area"] == a["id"]]
          for a in d["areas"]}
    doc.update({
        "assumed": ["demands", "points", "questions"], "result": "levels",
        "level": {"level": level, "label": d["levels"][level]["label"],
                  "of": 4},
        "points": {"points": 96, "of": 200},
        "boxes": {"boxes": 1500, "of": 3480}, "areas": []})
    for i, area in enumerate(d["areas"]):
        n = sum(len(q["options"]) for q in of[area["id"]])
        points = sum(q["points"] for q in of[area["id"]])
        own = {"id": area["id"], "label": area["label"],
               "level": (1, 2, 4, 1, 3, 1, 2, 1, 1, 2)[i],
               "points": points * (3 + i) // 14, "points_of": points,
               "boxes": n * (3 + i) // 16, "boxes_of": n}
        if benchmark:
            own["benchmark"] = {"level": (2, 1, 0, 1, 2, 2, 3, 1, 0, 2)[i],
                                "points": points // 2, "boxes": n // 2}
        if last:
            own["last"] = {"level": (0, 1, 2, 1, 3, 0, 2, 0, 1, 1)[i],
                           "points": points // 3, "boxes": n // 3}
        doc["areas"].append(own)
    questions = (d["questions"] * 2)[:missing]
    if level < 4:
        doc["next"] = {
            "level": level + 1, "label": d["levels"][level + 1]["label"],
            "missing": [{
                "question": q["id"], "label": q["label"], "area": q["area"],
                "section": q["section"], "level": 2, "lacks": 1 + i % 3,
                "unit": "boxes",
                "options": pick(q["options"], 9 - i % 5,
                                2 if benchmark and i % 2 == 0 else 0)}
                for i, q in enumerate(questions)]}
    doc["wins"] = [{"area": a["id"], "level": 2, "lacks": 1 + i,
                    "questions": [q["id"] for q in of[a["id"]][:1 + i]]}
                   for i, a in enumerate(d["areas"]) if i not in (2,)]
    if benchmark:
        doc["benchmark"] = {"group": kind, "best": 0, "organisations": 120,
                            "round": "2025", "level": 0, "points": 80,
                            "boxes": 116}
    if last:
        doc["last"] = {"round": "2025", "level": 0, "points": 70,
                       "boxes": 101,
                       "comparable": {"levels": True, "points": True,
                                      "questions": 38, "left_out": 2,
                                      "boxes": {"then": 99, "now": 141,
                                                "of": 330}}}
    doc["indications"] = [] if kind != "myndighet" else [
        {"label": "MSBFS 2020:6", "level": 3, "reached": level >= 3,
         "basis": "published"}]
    return doc


def means(benchmark=True, last=True):
    d = definition(ITSAK)
    doc = head(d)
    steps = d["scales"]["instammande"]
    doc.update({"assumed": ["means", "questions"], "result": "means",
                "mean": 2.87, "scale": {"least": 1, "greatest": 4},
                "areas": []})
    for i, area in enumerate(d["areas"]):
        own = {"id": area["id"], "label": area["label"],
               "mean": round(1.5 + i * 0.31, 2)}
        if benchmark:
            own["benchmark"] = {"mean": round(3.2 - i * 0.17, 2)}
        if last and i != 3:
            own["last"] = {"mean": round(1.0 + i * 0.4, 2)}
        doc["areas"].append(own)
    weakest = []
    for i, q in enumerate(d["questions"]):
        value = 1 + i * 3 // len(d["questions"])
        weak = {"question": q["id"], "label": q["label"], "area": q["area"],
                "value": value,
                "answer": {"id": steps[value - 1]["id"],
                           "label": steps[value - 1]["label"]}}
        if benchmark:
            weak["benchmark"] = 3
        weakest.append(weak)
    if benchmark:
        doc["benchmark"] = {"group": "kommun-best", "best": 30,
                            "organisations": 30, "round": "2027",
                            "mean": 3.31}
    if last:
        doc["last"] = {"round": "2025", "mean": 2.5,
                       "comparable": {"levels": False, "points": True,
                                      "questions": 41, "left_out": 0}}
    doc["weakest"] = weakest
    return doc


def counts(benchmark=True, last=True):
    d = definition(COUNTS)
    doc = head(d)
    doc.update({"assumed": ["questions"], "result": "counts",
                "areas": [{"id": a["id"], "label": a["label"]}
                          for a in d["areas"]], "questions": []})
    for i, q in enumerate(d["questions"]):
        one = {"id": q["id"], "label": q["label"], "area": q["area"],
               "type": q["type"], "asked": i % 9 != 8}
        n = 1 if q["type"] in ("single", "scale") else 3
        if q["type"] == "text":
            answers = (True, True, True)
        elif q["type"] == "number":
            answers = (0, 12345, 7)
        else:
            answers = (pick(q["options"], n), pick(q["options"][-n:], n),
                       pick(q["options"], 0))
        if one["asked"] and i % 7 != 6:
            one["answer"] = answers[0]
        if benchmark:
            one["benchmark"] = answers[i % 2]
        if last and i % 4 != 3:
            one["last"] = answers[2 if q["type"] == "multiple" else 0]
        doc["questions"].append(one)
    if benchmark:
        doc["benchmark"] = {"group": "kommun", "best": 0,
                            "organisations": 241, "round": "2025"}
    if last:
        doc["last"] = {"round": "2025",
                       "comparable": {"levels": False, "points": False,
                                      "questions": 50, "left_out": 8}}
    return doc


def relabelled(doc, change):
    """A copy in which every text for people is what change makes of it."""
    doc = copy.deepcopy(doc)

    def walk(o):
        if isinstance(o, dict):
            for key in o:
                if key in ("label", "title", "name") and \
                        isinstance(o[key], str):
                    o[key] = change(o[key])
                walk(o[key])
        elif isinstance(o, list):
            for one in o:
                walk(one)
    walk(doc)
    return doc


def hostile(doc):
    return relabelled(doc, lambda text: HOSTILE + text)


def long(doc):
    """Names and labels as long as people make them."""
    return relabelled(doc, lambda text: text + " samt allt det övriga som "
                      "hör till informationssäkerhetsarbetets "
                      "genomförande och uppföljning")


def stretched(random):
    """A feedback document with labels of any length, and any number of
    questions."""
    words = ("samt allt det övriga som hör till informationssäkerhetsarbetets "
             "genomförande och uppföljning i verksamheten").split()
    most = random.choice((0, 2, 5, 8, 12))
    benchmark, last = random.random() < 0.7, random.random() < 0.6
    which = random.choice((levels, levels, means, counts))
    doc = which(benchmark=benchmark, last=last) if which != levels else \
        levels(random.choice(("kommun", "myndighet")), random.randint(1, 60),
               benchmark, last, random.randint(0, 3))
    return relabelled(doc, lambda text: " ".join(
        [text] + words[:random.randint(0, most)]))


def answers(d, random, skill):
    """Somebody's, as the definition asks: more of everything with more skill."""
    given = {}
    for q in d["questions"]:
        follows = q.get("follows")
        if follows:
            have = given.get(follows["question"], [])
            have = have if isinstance(have, list) else [have]
            if not set(have) & set(follows["any_of"]):
                continue
        options = [o["id"] for o in q.get("options") or
                   d["scales"].get(q.get("scale"), [])]
        if q["type"] == "multiple":
            given[q["id"]] = [o for o in options if random.random() < skill]
        elif q["type"] in ("single", "scale"):
            given[q["id"]] = options[min(len(options) - 1, int(
                random.random() * len(options) * (0.5 + skill)))]
        elif q["type"] == "number":
            given[q["id"]] = q["min"] + int(random.random() * 20)
    return given
