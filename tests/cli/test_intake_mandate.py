#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake and mandates: what comes by one is accepted, until staff have
revoked it; by its digest, its file, or the first digits of the digest."""
import csv
import datetime
import io
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cbor2  # noqa: E402
import sealer  # noqa: E402
from intake_case import (INTAKE, SANITIZED, IntakeCase,  # noqa: E402
                         support)
from postgres import Postgres  # noqa: E402
from support import SIGILL, call, read  # noqa: E402

MUNICIPALITY, REGION, AGENCY = "2199990017", "2199990025", "2199990033"
QUESTIONNAIRE = "infosakkollen-2023"


def on_day(days):
    return (datetime.date.today() +
            datetime.timedelta(days=days)).isoformat()


class Mandates(IntakeCase):
    def setUp(self):
        super().setUp()
        self.run_once()         # makes the ledger

    def give(self, name="m.mandate", by="exempelkoping", submitter=REGION,
             days=30):
        """Its path, and its digest."""
        path = self.at(name)
        said = json.loads(call(
            SIGILL, "mandate", "--config", self.scratch.sender_conf(by),
            "--submitter", submitter, "--questionnaire", QUESTIONNAIRE,
            "--round", "2023", "--expires", on_day(days), "-o", path,
            "--json"))
        return path, said["mandate_digest"]

    def submit(self, path, change=None, **more):
        """By the region, into the spool; the file's digest, and what sigill
        said of it."""
        data, said = self.seal(org="exempelregionen", change=change,
                               more=["--mandate", path], **more)
        return self.spool(data), said

    def corrected(self, answers):
        answers["answers"]["9"] = answers["answers"]["9"][:1]

    def since(self, digest):
        """The size of the log that its receipt goes on from."""
        self.run_once()
        log = cbor2.loads(sealer.signed_content(self.receipt(digest)))["log"]
        return log["since"]["size"] if "since" in log else None

    def test_receipts_connect_to_what_their_recipient_has(self):
        """Who signed holds them, also those about others' answers."""
        theirs = {"number": "219999-0025", "kind": "region"}
        own, _ = self.seal(support.ITSAK)
        own = self.spool(own)
        self.assertIsNone(self.since(own))
        region, _ = self.seal(support.ITSAK, org="exempelregionen",
                              change=lambda a: a["organisation"].update(
                                  theirs))
        self.assertIsNone(self.since(self.spool(region)))
        by_mandate, _ = self.submit(self.give()[0])
        self.assertEqual(self.since(by_mandate), 2)
        again, _ = self.seal(support.ITSAK, supersedes=self.at(
            "verdicts/%s.accepted.p7s" % own), change=lambda a: a[
                "organisation"].update(name="Exempelköping"))
        self.assertEqual(self.since(self.spool(again)), 1)

    def test_accepted_and_told(self):
        path, digest = self.give()
        sealed, said = self.submit(path)
        self.run_once()
        self.assertEqual(self.state(sealed)[0], "accepted")
        doc = self.documents()[sealed]
        self.assertEqual(doc["mandate"]["sha256"], digest)
        self.assertEqual(doc["signer"]["organisation"], REGION)
        receipt = self.content(self.receipt(sealed))
        self.assertEqual(receipt["organisation"], MUNICIPALITY)
        m, = self.intake("mandate", "list")["mandates"]
        self.assertEqual(
            (m["digest"], m["organisation"], m["submitter"],
             m["questionnaire"], m["round"], m["state"], m["revoked"],
             m["who"]),
            (digest, MUNICIPALITY, REGION, QUESTIONNAIRE, "2023", "valid",
             None, ""))
        self.assertIsNotNone(m["first_used"])
        self.assertEqual(m["expires"][:10], on_day(30))

    def test_revoked_by_the_first_digits(self):
        path, digest = self.give()
        first, said = self.submit(path)
        self.run_once()
        m = self.intake("mandate", "revoke", digest[:10], "--reason",
                        "the contract has ended")["mandate"]
        self.assertEqual((m["digest"], m["state"], m["reason"]),
                         (digest, "revoked", "the contract has ended"))
        self.assertNotEqual(m["who"], "")
        self.assertIsNotNone(m["first_used"])
        second, _ = self.submit(path, change=self.corrected,
                                supersedes=said["statement"])
        self.run_once()
        self.assertEqual(self.state(first)[0], "accepted")
        self.assertEqual(self.state(second), ("rejected", "mandate-revoked"))
        receipt = self.content(self.receipt(second, "rejected"))
        self.assertEqual(receipt["reason"], "mandate-revoked")
        self.assertNotIn(second, self.documents())
        # A new one is as good as the first one was.
        newer, _ = self.give("newer", days=31)
        third, _ = self.submit(newer, change=self.corrected,
                               supersedes=said["statement"])
        self.run_once()
        self.assertEqual(self.state(third)[0], "accepted")

    def test_revoked_before_it_was_used(self):
        """By its file; and by a digest that nobody here knows."""
        for how in "file", "digest":
            path, digest = self.give(how, days=20 + len(how))
            m = self.intake("mandate", "revoke",
                            path if how == "file" else digest,
                            "--reason", "a mistake")["mandate"]
            self.assertEqual(m["digest"], digest)
            self.assertEqual(m["organisation"],
                             MUNICIPALITY if how == "file" else "")
            sealed, _ = self.submit(path)
            self.run_once()
            self.assertEqual(self.state(sealed),
                             ("rejected", "mandate-revoked"))
        self.assertEqual({m["state"] for m in self.intake(
            "mandate")["mandates"]}, {"revoked"})

    def test_another_signature_of_a_revoked_one(self):
        """It is the same mandate, whatever its file's bytes are."""
        path, digest = self.give()
        self.intake("mandate", "revoke", path, "--reason", "over")
        content = sealer.signed_content(read(path))
        self.assertEqual(cbor2.loads(content)["submitter"], REGION)
        again = self.at("again")
        with open(again, "wb") as f:
            f.write(sealer.signed(content, "exempelkoping", "mandate"))
        self.assertNotEqual(read(again), read(path))
        sealed, _ = self.submit(again)
        self.run_once()
        self.assertEqual(self.state(sealed), ("rejected", "mandate-revoked"))

    def test_while_it_is_held(self):
        """A person who accepts what is held does not bring it back."""
        path, digest = self.give()
        first, _ = self.seal()
        self.spool(first)
        self.run_once()
        held, _ = self.submit(path, change=self.corrected)
        self.run_once()
        self.assertEqual(self.state(held), ("held", "conflict"))
        self.intake("mandate", "revoke", path, "--reason", "over")
        self.intake("accept", held)
        self.run_once()
        self.assertEqual(self.state(held), ("rejected", "mandate-revoked"))

    def test_show(self):
        path, digest = self.give()
        doc = self.intake("mandate", "show", path)
        self.assertIs(doc["known"], False)
        self.assertEqual(doc["mandate"]["organisation"], MUNICIPALITY)
        self.assertIsNone(doc["mandate"]["first_used"])
        self.submit(path)
        self.run_once()
        for what in path, digest, digest[:8]:
            doc = self.intake("mandate", "show", what)
            self.assertIs(doc["known"], True)
            self.assertEqual(doc["mandate"]["digest"], digest)
        p = support.run(INTAKE, "mandate", "show", path, "--config",
                        self.conf)
        for word in digest, "219999-0017", "219999-0025", "valid":
            self.assertIn(word.encode(), p.stdout)

    def test_expired(self):
        path, digest = self.give()
        self.submit(path)
        self.run_once()
        self.query("UPDATE mandates SET expires = 1000000000")
        m, = self.intake("mandate")["mandates"]
        self.assertEqual(m["state"], "expired")

    def test_revoked_once(self):
        path, digest = self.give()
        self.intake("mandate", "revoke", path, "--reason", "first")
        doc = self.intake("mandate", "revoke", path, "--reason", "second",
                          status=77)
        self.assertEqual(doc["errors"][0]["code"], "mandate-revoked")
        m, = self.intake("mandate")["mandates"]
        self.assertEqual(m["reason"], "first")

    def test_command_line(self):
        path, digest = self.give()
        for status, code, args in (
                (64, "usage", ("revoke", path)),
                (64, "usage", ("revoke", path, "--reason", " ")),
                (64, "usage", ("revoke",)),
                (64, "usage", ("show",)),
                (64, "usage", ("show", path, path)),
                (64, "usage", ("list", path)),
                (64, "usage", ("drop", path)),
                (66, "no-submission", ("show", digest)),
                (66, "no-submission", ("show", digest[:10])),
                (66, "no-submission", ("revoke", digest[:10], "--reason",
                                       "x")),
                (66, "no-input", ("revoke", "nowhere", "--reason", "x")),
                (77, "mandate", ("show", self.at("pki/sender-ca.pem"))),
                (77, "mandate", ("revoke", self.at("pki/sender-ca.pem"),
                                 "--reason", "x"))):
            with self.subTest(args):
                doc = self.intake("mandate", *args, status=status)
                self.assertEqual(doc["errors"][0]["code"], code)
        self.assertEqual(self.intake("mandate")["mandates"], [])

    def test_csv(self):
        path, digest = self.give()
        self.submit(path)
        self.run_once()
        self.intake("mandate", "revoke", path, "--reason", "=1+1")
        p = support.run(INTAKE, "mandate", "--csv", "--config", self.conf)
        row, = csv.DictReader(io.StringIO(p.stdout.decode()))
        self.assertEqual((row["digest"], row["submitter"], row["state"]),
                         (digest, REGION[:6] + "-" + REGION[6:], "revoked"))
        self.assertFalse(row["reason"].startswith("="))


@unittest.skipIf(SANITIZED, "as on SQLite but for the driver, which others try")
class OnPostgres(Mandates):
    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def configure(self, **changes):
        self.uri = self.server.database()
        return super().configure(database=self.uri, **changes)

    def state(self, digest):
        return tuple(self.server.query(
            "SELECT state, code FROM arrivals WHERE digest = '\\x%s'" %
            digest, self.uri).split("|"))

    def query(self, sql):
        return self.server.query(sql, self.uri)


if __name__ == "__main__":
    unittest.main()
