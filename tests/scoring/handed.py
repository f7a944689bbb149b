# SPDX-License-Identifier: EUPL-1.2
"""Documents as intake hands them over (docs/HANDOFF.md), of made-up
organisations: what sigill-score reads."""
import hashlib
import json
import os

KINDS = "kommun", "region", "myndighet", "nis", "annan"


def number(i):
    """The organisation number of the i-th one, with its check digit."""
    nine = "212%06d" % i
    total = 0
    for k, digit in enumerate(nine):
        n = int(digit) * (2 - k % 2)
        total += n // 10 + n % 10
    return nine + str(-total % 10)


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


class Definition:
    """A questionnaire's file, as the answers name it."""

    def __init__(self, path):
        with open(path, "rb") as f:
            text = f.read()
        self.path = os.path.abspath(path)
        self.data = json.loads(text)
        self.id = self.data["id"]
        self.sha256 = hashlib.sha256(text).hexdigest()

    def named(self):
        return {"id": self.id, "version": self.data["version"],
                "sha256": self.sha256}

    def empty(self):
        """Nothing ticked, and nothing else answered."""
        return {q["id"]: [] for q in self.data["questions"]
                if q["type"] == "multiple" and "follows" not in q}


def document(definition, i, answers, kind="kommun", name=None, round="2027",
             position=None, environment="production", late=False, copy=0):
    """One of the i-th organisation; copy tells sealed files with the same
    answers apart."""
    fingerprint = digest(definition.sha256, round, number(i), kind,
                         json.dumps(answers, sort_keys=True))
    sealed = digest(fingerprint, copy)
    doc = {
        "format": "sigill-verified", "version": 1,
        "sealed": {"sha256": sealed, "size": 9217},
        "verified": "2027-03-30T08:15:02Z", "late": late,
        "signer": {"subject": "CN=test", "organisation": number(i),
                   "sha256": digest("signer", i)},
        "fingerprint": fingerprint,
        "fingerprint_printed": "R0Z3-8MKX-1V7Q-20DN",
        "submission": {
            "format": "sigill-submission", "version": 1,
            "id": digest(sealed, "id")[:32], "environment": environment,
            "created": "2027-03-29T14:02:51Z",
            "recipients": [digest("recipient")],
            "statement": {
                "questionnaire": definition.named(), "round": round,
                "organisation": {
                    "number": number(i), "kind": kind,
                    "name": name or "Organisation %d" % i},
                "answers": answers}}}
    if position is not None:
        doc["position"] = position
    return doc


def text(doc):
    """As it is handed over: one line."""
    return json.dumps(doc, ensure_ascii=False,
                      separators=(",", ":")).encode() + b"\n"


def save(folder, doc, name=None):
    """Into a folder, under its name there; gives the path."""
    path = os.path.join(folder, name or doc["sealed"]["sha256"] + ".json")
    with open(path, "wb") as f:
        f.write(text(doc))
    return path
