# SPDX-License-Identifier: EUPL-1.2
"""Feedback documents in the folder that [scored] names, made from what intake
hands over, and what becomes of them."""
import json
import os

from intake_case import IntakeCase, sha256
from support import read


def feedback_for(document, **changes):
    """A document as scoring makes it (docs/SCORING.md), as far as intake
    looks at it; its bytes."""
    statement = document["submission"]["statement"]
    out = {
        "format": "sigill-feedback", "version": 1,
        "questionnaire": dict(statement["questionnaire"], title="T",
                              language="sv"),
        "round": statement["round"],
        "organisation": statement["organisation"],
        "sealed": document["sealed"]["sha256"],
        "submission": document["submission"]["id"],
        "fingerprint": document["fingerprint"],
        "result": "counts"}
    out.update(changes)
    return (json.dumps(out) + "\n").encode()


class ScoredCase(IntakeCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.at("scored"), 0o700)

    def configure(self, **changes):
        handoff = changes.pop("handoff", "directory = handoff")
        return super().configure(
            handoff=handoff + "\n[scored]\ndirectory = scored", **changes)

    def leave(self, name, data):
        """As scoring does it: whole at once."""
        with open(self.at("scored/.new"), "wb") as f:
            f.write(data)
        os.rename(self.at("scored/.new"), self.at("scored/" + name))

    def score(self, digest, **changes):
        """Scores what was handed over; the document's bytes."""
        data = feedback_for(self.documents()[digest], **changes)
        self.leave(digest + ".feedback.json", data)
        return data

    def accepted(self, *args, **kwargs):
        """A submission that was accepted; its digest."""
        digest = self.spool(self.seal(*args, **kwargs)[0])
        self.run_once()
        self.assertEqual(self.state(digest), ("accepted", ""))
        return digest

    def scores(self):
        return {d.hex(): (feedback.hex(), der, sealed, published)
                for d, feedback, der, sealed, published in self.query(
                    "SELECT digest, feedback, bytes, sealed, published"
                    " FROM scores")}

    def refused(self):
        """The names of what was put aside."""
        folder = self.at("scored/refused")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def check_scored(self, digest, document):
        """All that there must be once a document has been taken."""
        feedback, der, sealed, published = self.scores()[digest]
        self.assertEqual(feedback, sha256(document))
        self.assertEqual(self.receipt(digest, "scored"), der)
        content = self.content(der)
        self.assertEqual((content["stage"], content["sealed"],
                          content["feedback"]),
                         ("scored", digest, sha256(document)))
        name = "%s.feedback.sigill" % digest
        if sealed is None:
            self.assertNotIn(name, self.files("verdicts"))
        else:
            self.assertEqual(read(self.at("verdicts/" + name)), sealed)
        self.assertEqual(published, 1)
        self.assertNotIn(digest + ".feedback.json", self.files("scored"))
