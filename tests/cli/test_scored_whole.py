#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""All of it, with nothing made up: a sender hands in over TLS, intake accepts,
scoring says what it says, and the sender reads what only she can open."""
import datetime
import glob
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import support  # noqa: E402
from intake_case import write_bytes  # noqa: E402
from postgres import Postgres  # noqa: E402
from scored_case import ScoredCase, feedback_for, sha256  # noqa: E402
from support import (BUILD, INFOSAK, ITSAK, SIGILL, Portal,  # noqa: E402
                     read, run, write)
from test_tokens import TokenCase, in_token  # noqa: E402


class Loop(ScoredCase):
    def setUp(self):
        super().setUp()
        self.configure(handoff=self.command())
        self.open_portal()
        with open(self.scratch.sender, "a", encoding="utf-8") as f:
            f.write("[outbox]\ndirectory = outbox\n"
                    "[round 2023]\ncloses = 2099-12-31\n")

    def open_portal(self):
        """The sender's configuration names the last one."""
        portal = self.portal = Portal(self.scratch)
        self.addCleanup(lambda: portal.process.returncode is None and
                        portal.stop())

    def command(self):
        return ("directory = handoff\ncommand = %s/bin/sigill-score feedback"
                " -o %s -" % (BUILD, self.at("scored")))

    def sigill(self, *args, status=0):
        p = run(SIGILL, args[0], "--config", self.scratch.sender, *args[1:],
                "--json")
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        return json.loads(p.stdout)

    def submit(self, change=None, source=INFOSAK, more=()):
        """Hands in; the entry's id and the sealed file's path."""
        with open(source, encoding="utf-8") as f:
            answers = json.load(f)
        if change:
            change(answers["answers"])
        self.sealed += 1
        path = write(self.at("svar-%d.json" % self.sealed),
                     json.dumps(answers))
        before = set(glob.glob(self.at("outbox/*/*.sigill")))
        self.sigill("submit", path, *more)
        sealed, = set(glob.glob(self.at("outbox/*/*.sigill"))) - before
        return os.path.basename(os.path.dirname(sealed)), sealed

    def feedback(self, sealed):
        """The document that lies beside a sealed file, once the receipt
        has been compared with it."""
        document = read(sealed + ".feedback.json")
        receipt = self.content(read(sealed + ".scored.p7s"))
        self.assertEqual((receipt["stage"], receipt["sealed"],
                          receipt["feedback"]),
                         ("scored", sha256(read(sealed)), sha256(document)))
        return document

    def test_from_answers_to_feedback(self):
        name, sealed = self.submit()
        digest = sha256(read(sealed))
        self.run_once()
        self.assertEqual(self.state(digest)[0], "accepted")
        self.assertEqual(self.files("scored"), [])
        # Nobody but she can read it.
        self.assertNotIn(b"sigill-feedback", self.scores()[digest][2])
        self.sigill("status", name)
        document = self.feedback(sealed)
        said = json.loads(document)
        self.assertEqual(said["sealed"], digest)
        self.assertEqual(said["organisation"]["number"], "2199990017")
        self.assertIn(said["level"]["level"], range(5))
        self.assertEqual(len(said["areas"]), 10)
        # The same as scoring makes of the same document again.
        support.call(BUILD + "/bin/sigill-score", "feedback", "-o",
                     self.at("again"), self.at("handoff/%s.json" % digest))
        self.assertEqual(read(self.at("again/%s.feedback.json" % digest)),
                         document)
        self.check_scored(digest, document)
        self.assertIsNotNone(self.scores()[digest][2])
        # Asked again, nothing changes, also when intake has gone.
        before = self.feedback(sealed)
        self.sigill("status", name)
        self.assertEqual(self.feedback(sealed), before)

    def test_the_service_while_it_runs(self):
        service = self.start()
        name, sealed = self.submit(source=ITSAK)
        service.wait_for("scored", digest=sha256(read(sealed)),
                         feedback="sealed")
        self.sigill("status", name, "--wait", "30")
        self.assertEqual(service.stop(), 0)
        self.run_once()
        self.sigill("status", name)
        self.assertEqual(json.loads(self.feedback(sealed))["result"],
                         "means")

    def test_a_correction_has_its_own(self):
        _, first = self.submit()
        self.run_once()
        fingerprint = self.query("SELECT fingerprint FROM arrivals")[0][0]
        _, second = self.submit(change=lambda a: a.update(
            {"1": a["1"][:1]}), more=["--supersedes", fingerprint.hex()])
        self.run_once()
        self.sigill("status")
        a, b = json.loads(self.feedback(first)), json.loads(
            self.feedback(second))
        self.assertNotEqual(a["fingerprint"], b["fingerprint"])
        self.assertGreaterEqual(a["boxes"]["boxes"], b["boxes"]["boxes"])
        counting = self.query("SELECT digest FROM arrivals WHERE counts = 1")
        self.assertEqual([d.hex() for d, in counting],
                         [sha256(read(second))])

    def test_what_is_held_is_scored_when_it_is_accepted(self):
        self.intake("register", write(
            self.at("register.csv"),
            "number,name,kind,contact\n2199990025,B,kommun,\n"))
        name, sealed = self.submit()
        self.run_once()
        self.assertEqual(self.scores(), {})
        self.sigill("status", name)
        self.assertFalse(os.path.exists(sealed + ".scored.p7s"))
        self.intake("accept", sha256(read(sealed)))
        self.run_once()
        self.sigill("status", name)
        self.feedback(sealed)

    def test_a_reply_key_that_is_none(self):
        """As a worker that was taken over might say; and one whose time is
        over, to whose holder nothing is sealed any more."""
        import cbor2
        _, sealed = self.submit()
        self.configure()
        self.run_once()
        digest = sha256(read(sealed))
        (facts, document), = self.query(
            "SELECT facts, digest FROM arrivals")
        facts = cbor2.loads(facts)
        facts["accepted"]["reply"] = b"\x30\x03\x02\x01\x07"
        self.query("UPDATE arrivals SET facts = ?",
                   cbor2.dumps(facts, canonical=True))
        self.leave(digest + ".feedback.json",
                   feedback_for(self.documents()[digest]))
        self.assertIn("feedback=reply-certificate", self.run_once())
        self.assertIsNone(self.scores()[digest][2])


    def test_who_answers_for_another_gets_it(self):
        """The reply key is the submitter's, and so are the receipts."""
        mandate = self.at("m.mandate")
        support.call(SIGILL, "mandate", "--config", self.scratch.sender,
                     "--submitter", "2199990025", "--questionnaire",
                     "infosakkollen-2023", "--round", "2023", "--expires",
                     (datetime.date.today() + datetime.timedelta(30))
                     .isoformat(), "-o", mandate)
        port = re.search(r"127\.0\.0\.1:\d+",
                         read(self.scratch.sender).decode()).group()
        region = self.scratch.sender_conf("exempelregionen",
                                          int(port.split(":")[1]))
        with open(region, "a", encoding="utf-8") as f:
            f.write("[outbox]\ndirectory = outbox\n")
        own, self.scratch.sender = self.scratch.sender, region
        name, sealed = self.submit(more=["--mandate", mandate])
        self.run_once()
        self.sigill("status", name)
        said = json.loads(self.feedback(sealed))
        self.assertEqual(said["organisation"]["number"], "2199990017")
        self.scratch.sender = own


class InToken(TokenCase, ScoredCase):
    """The key that signs and seals is in a token."""

    def configure(self, **changes):
        path = super().configure(**changes)
        write(path, in_token(read(path).decode()))
        return path

    def test_it_signs(self):
        digest = self.accepted()
        document = self.score(digest)
        self.assertIn("feedback=sealed", self.run_once())
        self.check_scored(digest, document)
        box = write_bytes(self.at("box"), self.scores()[digest][2])
        # RFC 5652: for openssl(1) it is a signature like any other.
        support.call("openssl", "cms", "-verify", "-inform", "DER",
                     "-binary", "-purpose", "any", "-CAfile",
                     self.at("pki/authority-root.pem"), "-in", box, "-out",
                     self.at("inside"))


class Shared(Loop):
    """The same on a database that intake shares with the portal, without a
    folder between them."""
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.database = self.server.database()
        super().setUp()

    def open_portal(self):
        conf = support.PORTAL_CONF.replace("verdicts = verdicts\n",
                                           "name = {name}\n")
        conf += "[ledger]\ndatabase = %s\n" % self.database
        os.mkdir(self.at("spool-north"), 0o700)
        self.run_once()             # it makes the tables
        self.addCleanup(setattr, support, "PORTAL_CONF",
                        support.PORTAL_CONF)
        support.PORTAL_CONF = conf.format(name="south")
        super().open_portal()
        self.south = self.portal
        support.PORTAL_CONF = conf.format(name="north").replace(
            "spool = spool", "spool = spool-north")
        super().open_portal()

    def configure(self, **changes):
        super().configure(**dict(
            changes, database=self.database,
            verdicts="[spool north]\ndirectory = spool-north\n"))

    def query(self, sql, *values):
        for value in values:
            sql = sql.replace("?", "'\\x%s'" % value.hex() if isinstance(
                value, bytes) else str(value), 1)
        rows = self.server.query(sql, self.database)
        return [tuple(bytes.fromhex(cell[2:]) if cell.startswith("\\x") else
                      int(cell) if cell.isdigit() else cell or None
                      for cell in row.split("|"))
                for row in rows.splitlines()]

    def check_ledger(self):
        """It is no file."""

    def test_two_intakes_and_one_folder(self):
        """Each document becomes one receipt, and none is refused."""
        self.configure(handoff="directory = handoff")
        support.call(BUILD + "/test/make-population", "40",
                     self.at("pki/intake-p256.pem"),
                     "questionnaires/infosakkollen-2023.json",
                     self.at("pop"), "0", "7")
        self.configure(handoff="directory = handoff",
                       anchors="pop/anchors.pem", crls="pop/crls.pem",
                       rounds=read(self.at("pop/rounds.conf")).decode())
        for name in os.listdir(self.at("pop/0")):
            self.spool(read(os.path.join(self.at("pop/0"), name)))
        self.run_once()
        services = [self.start() for _ in range(2)]
        for digest in self.documents():
            self.score(digest)
        end = time.monotonic() + 60
        while [n for n in self.files("scored") if n != "refused"]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        for service in services:
            self.assertEqual(service.stop(), 0)
        self.assertEqual(self.refused(), [])
        self.assertEqual(set(self.scores()), set(self.documents()))
        told = [e["digest"] for s in services for e in s.events("scored")]
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(set(told), set(self.documents()))

    def receipt(self, digest, stage="accepted"):
        """From the portal that did not take the file, as the sender."""
        return self.ask("/v1/receipts/%s/%s" % (digest, stage))

    def ask(self, path):
        return support.call(
            "curl", "-sSf", "--cacert", self.at("pki/tls-root.pem"),
            "--cert", self.at("pki/exempelkoping.pem"), "--key",
            self.at("pki/exempelkoping.key"),
            "https://127.0.0.1:%d%s" % (self.south.port, path))

    def files(self, name):
        """There is nothing in a folder of verdicts; portals give it."""
        if name != "verdicts":
            return super().files(name)
        return ["%s.feedback.sigill" % d.hex() for d, in self.query(
            "SELECT digest FROM scores WHERE sealed IS NOT NULL")]

    def check_scored(self, digest, document):
        feedback, der, sealed, _ = self.scores()[digest]
        self.assertEqual(feedback, sha256(document))
        self.assertEqual(self.receipt(digest, "scored"), der)
        self.assertEqual(self.ask("/v1/feedback/" + digest), sealed)


del ScoredCase, TokenCase

if __name__ == "__main__":
    unittest.main()
