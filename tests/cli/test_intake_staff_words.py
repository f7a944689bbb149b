# SPDX-License-Identifier: EUPL-1.2
"""What staff are told: slips are not answered with an empty list, and what is
said of a file is what it is."""
import csv
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
import unittest

from staff_case import INTAKE, Row, StaffCase, number_of, printed
import support  # staff_case knows where
from support import write


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class Slips(StaffCase):
    def test_of_a_round_or_questionnaire(self):
        """A typo must not send reminders to everybody."""
        self.register([(number_of(1), "A", "kommun", "a@example.se")])
        self.fill(Row(round="2021", questionnaire="some-other"))
        for command in "list", "missing", "report":
            self.fails("usage", command, "--round", "2099", status=64)
            self.fails("usage", command, "--questionnaire", "infosäk",
                       status=64)
            # In the ledger; in the configuration.
            self.json(command, "--round", "2021")
            self.json(command, "--round", "2023")
            self.json(command, "--round", "2023", "--questionnaire",
                      "some-other")
            self.json(command, "--round", "2023", "--questionnaire",
                      "infosakkollen-2023")

    def test_of_options(self):
        self.ledger()
        path = write(self.at("r.csv"), "number,name,kind\n%s,A,nis\n" %
                     number_of(1))
        for args in (["missing", "--contacts", "--csv"],
                     ["missing", "--contacts", "--json"],
                     ["register", "--csv", path], ["register", "--force"]):
            p = support.run(INTAKE, "--config", self.conf, *args)
            self.assertEqual(p.returncode, 64, args)
        for args, wrong in ((["show", "-rf"], "'-rf'"),
                            (["list", "--no"], "'--no'"),
                            (["list", "-x"], "'-x'"),
                            (["list", "-c"], "'-c'"),
                            (["list", "--no", "-rf"], "'--no'")):
            p = support.run(INTAKE, *args)
            self.assertIn("option " + wrong, p.stderr.decode())

    def test_a_reader_that_has_seen_enough(self):
        self.fill(*[Row() for _ in range(300)])
        for args in ["list", "--limit", "0"], ["list", "--json"], ["export"]:
            r, w = os.pipe()
            os.close(r)
            p = subprocess.run([INTAKE, "--config", self.conf, *args],
                               stdout=w, stderr=subprocess.PIPE)
            os.close(w)
            self.assertEqual((p.returncode, p.stderr), (74, b""), args)


class Words(StaffCase):
    def test_the_same_answers(self):
        number = number_of(1)
        first, again = self.fill(Row(number=number, content=1),
                                 Row(number=number, duplicate=2))
        got = {x["sealed_digest"]: x for x in
               self.json("list")["submissions"]}[again.digest.hex()]
        self.assertEqual((got["same_answers"], got["duplicate"],
                          got["counts"]), (True, False, False))
        notes = {r["digest"]: r["note"] for r in
                 rows_of(self.run_intake("list", "--csv"))}
        self.assertEqual(notes, {first.digest.hex(): "",
                                 again.digest.hex(): "same answers"})
        doc = self.json("report")
        self.assertEqual((doc["same_answers"], doc["replaced"],
                          doc["duplicate"]), (1, 0, 0))
        self.assertIn("same answers", self.run_intake(
            "show", again.digest.hex()))

    def test_the_register_knows_better(self):
        self.register([(number_of(1), "Region Ett", "region", ""),
                       (number_of(2), "Två", "kommun", "")])
        other, same, unknown = self.fill(
            Row(number=number_of(1), name="Ett", kind="kommun"),
            Row(number=number_of(2), name="Två"),
            Row(number=number_of(3), name="Tre", kind="nis"))
        got = {r["digest"]: (r["name"], r["kind"], r["note"]) for r in
               rows_of(self.run_intake("list", "--csv"))}
        self.assertEqual(got, {
            other.digest.hex(): ("Region Ett", "region",
                                 "name differs, kind differs"),
            same.digest.hex(): ("Två", "kommun", ""),
            unknown.digest.hex(): ("Tre", "nis", "")})
        doc = self.json("show", other.label)["submission"]
        self.assertEqual(doc["registered"],
                         {"name": "Region Ett", "kind": "region"})
        text = self.run_intake("show", other.label)
        self.assertRegex(text, r"Region Ett \(region\)")
        self.assertRegex(text, r"stated otherwise: Ett \(kommun\)")
        self.assertNotIn("stated", self.run_intake("show", same.label))
        self.assertEqual(self.json("report")["kinds"],
                         {"kommun": 1, "nis": 1, "region": 1})

    def test_what_can_be_told_apart(self):
        number = number_of(1)
        self.fill(Row(number=number), Row(
            number=number, questionnaire="itsakkollen-2023"),
            Row("rejected", code="sealed-size", signer=False, known=False,
                file="semester.jpg"))
        lines = self.run_intake("list").splitlines()
        self.assertEqual(sum("itsakkollen-…" in x for x in lines), 1)
        self.assertEqual(sum("infosakkolle…" in x for x in lines), 1)
        self.assertEqual(sum("semester.jpg" in x for x in lines), 1)

    def test_a_wide_terminal(self):
        self.fill(Row(name="Sävsjö kommuns räddningstjänst"))
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, 160, 0, 0))
        p = subprocess.run([INTAKE, "--config", self.conf, "list"],
                           stdin=follower, stdout=follower,
                           stderr=subprocess.PIPE)
        os.close(follower)
        seen = os.read(leader, 65536).decode()
        os.close(leader)
        self.assertEqual((p.returncode, p.stderr), (0, b""))
        self.assertIn("Sävsjö kommuns räddningstjänst", seen)
        self.assertIn("infosakkollen-2023", seen)

    def test_contacts_are_whole(self):
        contact = "registrator.informationssakerhet@langtnamnskommun.se"
        self.register([(number_of(1), "A", "kommun", contact)])
        text = self.run_intake("missing")
        self.assertIn(contact, text)
        self.assertIn("\nMissing:\n", text)
        text = self.run_intake("register")
        self.assertIn(contact, text)
        self.assertRegex(text, r"^NUMBER +NAME +KIND +CONTACT\n")
        self.assertTrue(text.endswith("\n1 organisation.\n"))


class Deciding(StaffCase):
    def setUp(self):
        super().setUp()
        self.number = number_of(1)
        self.held, self.other, self.newer = self.fill(
            Row("held", number=self.number, code="conflict",
                arrived=1686000000),
            Row("held", number=self.number, code="conflict",
                arrived=1686000100),
            Row(number=self.number, arrived=1686000900))

    def test_what_counts_and_what_will(self):
        doc = self.json("accept", self.other.label)
        self.assertEqual((doc["counts_now"], doc["will_count"],
                          doc["decided_before"]),
                         (self.newer.digest.hex(), True, []))
        text = self.run_intake("accept", self.held.label)
        self.assertRegex(text, "Counts now +" + self.newer.label)
        self.assertRegex(text, "Will count .*although it came later")
        self.assertRegex(text, "Decided before +" + self.other.label)
        # In the order in which they were made, also within a second.
        self.assertEqual(self.query("SELECT digest FROM decisions"
                                    " ORDER BY seq"),
                         [(self.other.digest,), (self.held.digest,)])

    def test_what_would_be_the_same(self):
        same, = self.fill(Row("held", number=self.number,
                              code="not-registered"))
        self.execute("UPDATE arrivals SET fingerprint = ? WHERE digest = ?",
                     [(same.fingerprint, self.newer.digest)])
        self.assertFalse(self.json("accept", same.label)["will_count"])

    def test_what_is_decided_already_shows(self):
        self.run_intake("reject", self.held.label, "--reason", "x")
        notes = {r["digest"]: r["note"] for r in rows_of(self.run_intake(
            "list", "--state", "held", "--csv"))}
        self.assertEqual(notes, {self.held.digest.hex(): "conflict, decided",
                                 self.other.digest.hex(): "conflict"})
        errors = self.fails("not-held", "reject", self.held.label,
                            "--reason", "x", status=65)
        self.assertEqual(errors[0]["where"], self.held.label)

    def test_by_organisation_and_by_archived_file(self):
        self.fails("usage", "accept", printed(self.number), status=64)
        self.run_intake("reject", self.other.digest.hex() + ".sigill",
                        "--reason", "x")
        self.execute("UPDATE arrivals SET state = 'rejected',"
                     " code = 'declined' WHERE digest = ?",
                     [(self.other.digest,)])
        doc = self.json("accept", printed(self.number))
        self.assertEqual(doc["sealed_digest"], self.held.digest.hex())
        self.fails("not-held", "accept", number_of(77), status=65)
        for name in ("/a/%s.sigill", "%s.accepted.p7s"):
            got = self.json("show", name % self.newer.digest.hex())
            self.assertEqual(got["submission"]["sealed_digest"],
                             self.newer.digest.hex())
        self.fails("verdict-pending", "log", "prove", self.held.label,
                   status=75)


class Mandates(StaffCase):
    def test_by_digest(self):
        self.ledger()
        for digest in "0" * 64, "c47500b" + "1" * 57:
            self.run_intake("mandate", "revoke", digest, "--reason", "x")
            got = self.json("mandate", "show", digest)["mandate"]
            self.assertEqual(got["state"], "revoked")
            self.fails("mandate-revoked", "mandate", "revoke", digest,
                       "--reason", "x", status=77)
        self.assertEqual(len(self.json("mandate")["mandates"]), 2)
        self.assertEqual(len(rows_of(self.run_intake(
            "mandate", "--csv"))), 2)
        for what in "c47500b", "C47500B" + "1" * 57, "c475":
            self.assertEqual(self.json("mandate", "show", what)["mandate"]
                             ["digest"][:7], "c47500b")
        self.fails("no-submission", "mandate", "show", "abcdef", status=66)
        self.fails("no-input", "mandate", "show", "nowhere.mandate",
                   status=66)
        self.assertRegex(self.run_intake("mandate"), r"^FOR .*\n")

    def test_numbers_have_a_hyphen(self):
        self.ledger()
        self.execute("INSERT INTO mandates (digest, organisation, submitter,"
                     " questionnaire, round, expires, seen) VALUES"
                     " (?, ?, ?, 'q', '2023', 1, 1)",
                     [(b"x" * 32, number_of(1), number_of(2))])
        row, = rows_of(self.run_intake("mandate", "--csv"))
        self.assertEqual((row["organisation"], row["submitter"]),
                         (printed(number_of(1)), printed(number_of(2))))
        self.assertTrue(self.run_intake("mandate").endswith("\n1 mandate.\n"))


class RegisterFile(StaffCase):
    def test_excel_names_its_separator(self):
        for separator in ",;\t":
            for end in "\n", "\r\n":
                lines = ["sep=" + separator, separator.join(
                    ("number", "name", "kind")), separator.join(
                    (number_of(1), "A", "what"))]
                path = write(self.at("r.csv"), end.join(lines) + end)
                errors = self.fails("field-value", "register", path)
                self.assertEqual((errors[0]["where"], errors[0]["at"]),
                                 ("kind", 3))

    def test_hints_are_for_who_reads_them(self):
        for text in "", "number,name\n", "number,name,kind\n1,2,3,4\n":
            path = write(self.at("r.csv"), text)
            for e in self.fails("field-missing" if "\n1" not in text else
                                "field-unknown", "register", path):
                self.assertIn("sigill-intake(8)", e["hint"])
        self.assertNotIn("sigill init", support.run(
            INTAKE, "--config", self.at("nothing"),
            "list").stderr.decode())


if __name__ == "__main__":
    unittest.main()
