# SPDX-License-Identifier: EUPL-1.2
"""The staff's commands of sigill-intake, as staff, their scripts and their
spreadsheets use them."""
import csv
import io
import json
import os
import pty
import re
import subprocess
import time
import unittest

from staff_case import INTAKE, KINDS, Row, StaffCase, number_of, printed
import support  # staff_case knows where
from support import write


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class CommandLine(StaffCase):
    def test_help(self):
        p = support.run(INTAKE, "--help")
        self.assertEqual((p.returncode, p.stderr), (0, b""))
        for name in ("run", "list", "show", "accept", "reject", "missing",
                     "report", "register"):
            self.assertRegex(p.stdout.decode(), r"(?m)^  %s " % name)
            one = support.run(INTAKE, name, "--help")
            self.assertEqual((one.returncode, one.stderr), (0, b""), name)
        # What is not for people is not told to them.
        self.assertNotIn(b"keyholder", p.stdout)
        self.assertEqual(support.run(INTAKE, "--version").stdout,
                         b"sigill-intake 0.1.0\n")

    def test_usage(self):
        for args in ([], ["lst"], ["list", "x"], ["list", "--no"],
                     ["show"], ["show", "a", "b"], ["accept"],
                     ["list", "--limit", "-1"], ["list", "--limit", "x"],
                     ["list", "--since", "yesterday"],
                     ["list", "--state", "lost"], ["list", "--kind", "x"],
                     ["list", "--code", "xyz"],
                     ["list", "--organisation", "212000-0143"],
                     ["missing", "--kind", "x"], ["report", "--kind", "x"],
                     ["register", "a", "b"]):
            with self.subTest(args):
                p = support.run(INTAKE, *args)
                self.assertEqual(p.returncode, 64, p.stderr)
                self.assertEqual(p.stdout, b"")
                self.assertIn(b"[usage]", p.stderr)
                doc = json.loads(support.run(INTAKE, *args, "--json").stdout)
                self.assertEqual(doc["errors"][0]["code"], "usage")
        self.fails("usage", "list", "--csv", status=64)  # with --json

    def test_options_before_and_after(self):
        self.ledger()
        a = support.run(INTAKE, "--config", self.conf, "--json", "list")
        b = support.run(INTAKE, "list", "--json", "--config", self.conf)
        self.assertEqual((a.returncode, a.stdout), (0, b.stdout))

    def test_no_configuration_and_no_ledger(self):
        p = support.run(INTAKE, "--config", self.at("nothing"), "list")
        self.assertEqual(p.returncode, 78)
        self.assertIn(b"[config-missing]", p.stderr)
        # A slip must not look like an empty ledger, and makes none.
        self.fails("no-input", "list", status=66)
        self.assertFalse(os.path.exists(self.at("ledger.db")))

    def test_something_else_is_the_ledger(self):
        write(self.at("ledger.db"), "number,name\n" * 1000)
        self.assertNotEqual(support.run(
            INTAKE, "--config", self.conf, "list").returncode, 0)

    def test_no_key_is_needed_or_read(self):
        # The configuration names keys and certificates that are not there.
        row, = self.fill(Row())
        for name in "list", "missing", "report":
            self.run_intake(name)
        self.fails("not-held", "accept", row.label)

    def test_output_that_is_not_taken(self):
        self.fill(*[Row() for _ in range(300)])
        with open("/dev/full", "wb") as full:
            p = subprocess.run([INTAKE, "--config", self.conf, "list"],
                               stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 74)
        r, w = os.pipe()
        os.close(r)
        p = subprocess.run([INTAKE, "--config", self.conf, "list",
                            "--limit", "0"], stdout=w, stderr=subprocess.PIPE)
        os.close(w)
        self.assertEqual(p.returncode, 74)


class Register(StaffCase):
    def file(self, text, encoding="utf-8"):
        with open(self.at("r.csv"), "wb") as f:
            f.write(text.encode(encoding))
        return self.at("r.csv")

    def organisations(self):
        return [(o["number"], o["name"], o["kind"], o["contact"])
                for o in self.json("register")["organisations"]]

    def test_every_form_that_spreadsheets_write(self):
        want = [("2120000142", "Örebro, kommun", "kommun", "a@b.se"),
                ("2199990017", "Region \"X\"", "region", "")]
        rows = [("number", "name", "kind", "contact"),
                ("212000-0142", "Örebro, kommun", "Kommun", "a@b.se"),
                ("2199990017", 'Region "X"', "region", "")]
        swedish = [("Organisationsnummer", "Namn", "Typ", "Kontakt"),
                   *rows[1:]]
        order = [r[::-1] for r in swedish]
        for table in rows, swedish, order:
            for separator in ",;\t":
                for end in "\n", "\r\n":
                    for bom in "", "\ufeff":
                        out = io.StringIO()
                        csv.writer(out, delimiter=separator,
                                   lineterminator=end).writerows(table)
                        for text in out.getvalue(), \
                                out.getvalue().rstrip(end):
                            self.run_intake("register", "--force",
                                            self.file(bom + text))
                            self.assertEqual(self.organisations(), want)

    def test_what_it_lists_it_takes(self):
        self.register([(number_of(n), "Namn; %d å" % n, KINDS[n % 5],
                        "+46 8 %d" % n) for n in range(1, 60)])
        before = self.organisations()
        text = self.run_intake("register", "--csv")
        doc = self.json("register", self.file(text))
        self.assertEqual((doc["same"], doc["added"], doc["changed"],
                          doc["removed"]), (59, [], [], []))
        self.assertEqual(self.organisations(), before)

    def test_every_mistake_with_its_place(self):
        path = self.file(
            "number,name,kind,contact\n"
            "212000-0143,A,kommun,\n"           # 2: check digit
            "2120000142,,kommun,\n"             # 3: no name
            "2199990017,C,kommunn,\n"           # 4: kind
            ',"D\nE",,x\n'                      # 5 and 6
            "2120000142,F,kommun,,more\n"       # 7: too many
            "219999-0017,G,annan\n")            # 8: twice
        errors = self.fails("organisation-number", "register", path,
                            status=65)
        self.assertEqual(
            [(e["at"], e["where"], e["code"]) for e in errors],
            [(2, "number", "organisation-number"),
             (3, "name", "field-missing"), (4, "kind", "field-value"),
             (5, "number", "field-missing"), (5, "kind", "field-missing"),
             (7, "row", "field-unknown"), (8, "number", "field-value")])
        p = support.run(INTAKE, "--config", self.conf, "register", path)
        self.assertIn(("%s:2: number: " % path).encode(), p.stderr)
        self.assertFalse(os.path.exists(self.at("ledger.db")))

    def test_all_or_nothing(self):
        self.register([(number_of(1), "A", "kommun", "")])
        before = self.organisations()
        self.fails("field-value", "register", self.file(
            "number,name,kind\n%s,B,kommun\n%s,C,what\n" % (
                number_of(2), number_of(3))))
        self.assertEqual(self.organisations(), before)

    def test_files_that_are_no_register(self):
        for code, text, encoding in (
                ("field-missing", "", "utf-8"),
                ("field-missing", "number,name,kind\n", "utf-8"),
                ("field-missing", "number;name\n1;2\n", "utf-8"),
                ("field-missing", "a,b,c\n1,2,3\n", "utf-8"),
                ("field-value", "number,number,name,kind\n", "utf-8"),
                ("field-value", 'number,name,kind\n"1,2,3\n', "utf-8"),
                ("field-value", 'number,name,kind\n1,a"b,3\n', "utf-8"),
                ("text", "number,name,kind\n1,Örebro,kommun\n", "latin-1"),
                ("text", "number,name,kind\n1,Örebro,kommun\n", "utf-16"),
                ("text", "number,name,kind\n%s,a\0b,kommun\n" %
                 number_of(1), "utf-8"),
                ("too-large", ",".join("c%d" % i for i in range(70)),
                 "utf-8")):
            with self.subTest(text):
                self.fails(code, "register", self.file(text, encoding),
                           status=65)
        self.fails("no-input", "register", self.at("missing"), status=66)
        self.fails("no-input", "register", self.dir, status=66)

    def test_what_would_change(self):
        some = [(number_of(n), "Namn %d" % n, "kommun", "") for n in
                range(1, 41)]
        self.register(some)
        path = self.file("number,name,kind\n" + "".join(
            "%s,%s,%s\n" % (o[0], "Annan å" if i == 0 else o[1], o[2])
            for i, o in enumerate(some[:-2])) + number_of(99) + ",Ny,nis\n")
        doc = self.json("register", path, "--dry-run")
        self.assertEqual(doc["dry_run"], True)
        self.assertEqual(len(self.organisations()), 40)
        doc = self.json("register", path)
        self.assertEqual([o["number"] for o in doc["added"]],
                         [number_of(99)])
        self.assertEqual([o["number"] for o in doc["removed"]],
                         sorted(o[0] for o in some[-2:]))
        self.assertEqual([(o["name"], o["was"]["name"])
                          for o in doc["changed"]], [("Annan å", "Namn 1")])
        self.assertEqual(doc["same"], 37)
        self.assertEqual(len(self.organisations()), 39)

    def test_a_wrong_file_does_not_empty_it(self):
        self.register([(number_of(n), "N", "kommun", "")
                       for n in range(1, 101)])
        path = self.file("number,name,kind\n%s,N,kommun\n" % number_of(1))
        self.fails("field-value", "register", path, status=65)
        self.fails("field-value", "register", path, "--dry-run")
        self.assertEqual(len(self.organisations()), 100)
        self.run_intake("register", path, "--force")
        self.assertEqual(len(self.organisations()), 1)

    def test_columns_that_are_not_used_are_told(self):
        text = self.run_intake("register", self.file(
            "number,name,län,kind,kontact\n%s,A,T,nis,x\n" % number_of(1)))
        self.assertIn("län, kontact", text)

    def test_ten_thousand(self):
        rows = "".join("%s;Organisation %d;%s;a%d@example.se\r\n" % (
            printed(number_of(n)), n, KINDS[n % 5], n)
            for n in range(10000))
        started = time.monotonic()
        doc = self.json("register", self.file(
            "Organisationsnummer;Namn;Typ;Kontakt\r\n" + rows))
        self.assertEqual(len(doc["added"]), 10000)
        self.assertEqual(len(self.organisations()), 10000)
        self.assertLess(time.monotonic() - started, 30)


class Ownership(StaffCase):
    @unittest.skipUnless(os.geteuid() == 0, "only root can do it wrong")
    def test_root_leaves_the_ledger_to_the_service(self):
        """Its user has the folder, and must be able to write."""
        os.chown(self.dir, 65534, 65534)
        self.register([(number_of(1), "A", "kommun", "")])
        self.fill(Row("held", code="conflict"))
        self.run_intake("list")
        for name in os.listdir(self.dir):
            if name.startswith("ledger.db"):
                self.assertEqual(os.stat(self.at(name)).st_uid, 65534, name)
        self.assertEqual(os.stat(self.at("ledger.db")).st_mode & 0o777,
                         0o600)


class List(StaffCase):
    def test_what_needs_a_person_is_on_top(self):
        old, new, held, held_old = self.fill(
            Row(arrived=1686000000), Row(arrived=1686000900),
            Row("held", code="conflict", arrived=1686000500),
            Row("held", code="not-registered", arrived=1686000100))
        lines = self.run_intake("list").splitlines()
        self.assertEqual([re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}",
                                    x).group(0) for x in lines[1:5]],
                         [x.label for x in (held_old, held, new, old)])
        self.assertEqual(lines[5], "2 held, 2 accepted.")

    def test_it_fits_and_says_what_is_left_out(self):
        self.fill(*[Row(name="Sävsjö kommuns räddningstjänstförbund å%d" % i,
                        late=True, code="", duplicate=True, round="2023-autumn")
                    for i in range(60)])
        text = self.run_intake("list")
        lines = text.splitlines()
        self.assertEqual(len(lines), 53)
        self.assertEqual(max(map(len, lines)), max(
            len(x) for x in lines if len(x) <= 100), text)
        self.assertIn("Sävsjö kommuns r…", text)
        self.assertIn("10 more are not shown", lines[-1])
        self.assertEqual(len(self.run_intake(
            "list", "--limit", "0").splitlines()), 62)
        self.assertEqual(len(self.json("list")["submissions"]), 60)
        doc = self.json("list", "--limit", "7")
        self.assertEqual((len(doc["submissions"]), doc["more"]), (7, 53))
        self.assertEqual(len(rows_of(self.run_intake("list", "--csv"))), 60)

    def test_filters(self):
        a, b, c, d, e, f = self.fill(
            Row(late=True, handed=0, kind="region"),
            Row("rejected", code="outer-signature", arrived=1687000000),
            Row("held", code="conflict", round="2025"),
            Row("queued"), Row(duplicate=True),
            Row(questionnaire="itsakkollen-2023"))
        for want, args in (
                ([a], ["--late"]), ([b], ["--state", "rejected"]),
                ([c], ["--round", "2025"]), ([c], ["--code", "conflict"]),
                ([b], ["--code", "outer-signature"]),
                ([d], ["--state", "queued"]), ([e], ["--duplicate"]),
                ([a], ["--unhanded"]), ([a], ["--kind", "region"]),
                ([f], ["--questionnaire", "itsakkollen-2023"]),
                ([a], ["--organisation", printed(a.number)]),
                ([a], ["--organisation", a.number]),
                ([b], ["--since", "2023-06-15"]),
                ([b], ["--since", "2023-06-17T11:06:40Z"]),
                ([], ["--since", "2023-06-17T11:06:41Z"]),
                ([], ["--before", "2020-01-01"]),
                ([c], ["--state", "held", "--round", "2025"]),
                ([], ["--state", "held", "--round", "2023"])):
            with self.subTest(args):
                got = self.json("list", *args)["submissions"]
                self.assertEqual({x["sealed_digest"] for x in got},
                                 {x.digest.hex() for x in want})
        self.assertEqual(self.run_intake("list", "--code", "declined"),
                         "Nothing.\n")

    def test_names_from_outside(self):
        self.fill(Row("rejected", code="sealed-size", signer=False,
                      file="=cmd|' /C calc'!A0\x1b[31m.sigill"),
                  Row(name="=HYPERLINK(1)", file='a,"b\n.sigill'))
        text = self.run_intake("list")
        self.assertNotIn("\x1b", text)
        got = rows_of(self.run_intake("list", "--csv"))
        self.assertEqual([x["name"] for x in got].count("'=HYPERLINK(1)"), 1)
        for row in got:
            self.assertNotRegex(row["file"], r"^=|[\x00-\x1f]")
        self.assertEqual(len(self.json("list")["submissions"]), 2)

    def test_of_a_rejected_one_the_register_knows_the_name(self):
        self.register([(number_of(7), "Sju", "kommun", "")])
        self.fill(Row("rejected", code="answer-missing",
                      number=number_of(7)))
        self.assertRegex(self.run_intake("list"),
                         printed(number_of(7)) + " Sju ")

    def test_without_a_terminal_and_with_one(self):
        self.fill(Row(name="Åäö"))
        piped = self.run_intake("list")
        for locale in "C", "C.UTF-8", "sv_SE.UTF-8":
            env = dict(os.environ, LC_ALL=locale)
            self.assertEqual(self.run_intake("list", env=env), piped)
        leader, follower = pty.openpty()
        p = subprocess.run([INTAKE, "--config", self.conf, "list"],
                           stdin=follower, stdout=follower,
                           stderr=subprocess.PIPE)
        os.close(follower)
        seen = os.read(leader, 65536).decode().replace("\r\n", "\n")
        os.close(leader)
        self.assertEqual((p.returncode, p.stderr, seen), (0, b"", piped))

    def test_ten_thousand(self):
        rows = self.fill(*[Row(arrived=1686000000 + i)
                           for i in range(10000)])
        started = time.monotonic()
        lines = self.run_intake("list").splitlines()
        self.assertIn(rows[-1].label, lines[1])
        self.assertIn("9950 more", lines[-1])
        self.assertEqual(len(self.json("list")["submissions"]), 10000)
        self.assertEqual(self.json("report")["total"], 10000)
        self.assertLess(time.monotonic() - started, 60)


class Show(StaffCase):
    def test_by_whatever_names_it(self):
        a, b = self.fill(Row(file="svar å.sigill", content=1),
                         Row("rejected", code="outer-signature"))
        for what in (a.digest.hex(), a.digest.hex()[:8], a.label,
                     a.label.lower(), a.fingerprint.hex(),
                     a.submission.hex(), "svar å.sigill", a.number,
                     printed(a.number)):
            with self.subTest(what):
                got = self.json("show", what)["submission"]
                self.assertEqual(got["sealed_digest"], a.digest.hex())
        for what in ("ffffffffffff", "AAAA-AAAA-AAAA-AAAA", "x.sigill",
                     number_of(500000)):
            self.fails("no-submission", "show", what, status=66)

    def test_several(self):
        number = number_of(1)
        a, b = self.fill(
            Row(number=number, content=2),
            Row(number=number, content=2, duplicate=True))
        errors = self.fails("usage", "show", a.label, status=64)
        p = support.run(INTAKE, "--config", self.conf, "show", a.label)
        for row in a, b:
            self.assertIn(row.digest.hex()[:16].encode(), p.stdout)
        got = self.json("show", number)["submissions"]
        self.assertEqual({x["sealed_digest"] for x in got},
                         {a.digest.hex(), b.digest.hex()})
        self.assertIn("2", errors[0]["message"])

    def test_an_organisation_that_was_turned_away(self):
        """They say that they have sent it: so what became of it?"""
        a, b, c = self.fill(Row("rejected", code="answer-missing"),
                            Row("rejected", code="sealed-size", signer=False),
                            Row())
        got = self.json("show", a.number)["submission"]
        self.assertEqual(got["code"], "answer-missing")
        for row in a, c:
            got = self.json("list", "--organisation", row.number)
            self.assertEqual([x["sealed_digest"] for x in
                              got["submissions"]], [row.digest.hex()])

    def test_an_accepted_one_and_its_kin(self):
        number = number_of(3)
        first, = self.fill(Row(number=number, counts=False, late=True,
                               handed=1686000061))
        second, = self.fill(Row(number=number,
                                supersedes=first.fingerprint, arrived=1686009000))
        text = self.run_intake("show", first.label)
        for found in (first.digest.hex(), first.fingerprint.hex(),
                      first.submission.hex(), first.label, printed(number),
                      "CN = Exempelköping", "infosakkollen-2023",
                      "late: the round had closed",
                      "%d bytes" % first.size, first.file):
            self.assertIn(found, text)
        self.assertRegex(text, r"Replaced by +" + second.label)
        self.assertRegex(text, r"What counts +" + second.label)
        text = self.run_intake("show", second.label)
        self.assertRegex(text, r"Replaces +" + first.fingerprint.hex())
        self.assertRegex(text, r"What counts +this one")
        others = self.json("show", first.label)["others"]
        self.assertEqual([o["sealed_digest"] for o in others],
                         [second.digest.hex()])

    def test_a_rejected_one_has_its_mistakes(self):
        row, = self.fill(Row("rejected", code="answer-missing", mistakes=[
            ("answer-missing", "answers.17"),
            ("option-unknown", "answers.18[2]"),
            *[("answer-missing", "answers.x%d" % i) for i in range(198)]],
            over=3))
        text = self.run_intake("show", row.digest.hex()[:12])
        self.assertIn("[answer-missing]", text)
        self.assertIn("answers.18[2]: the question has no such option "
                      "[option-unknown]", text)
        self.assertIn("and 3 more", text)
        self.assertIn("Sender's to do", text)
        doc = self.json("show", row.digest.hex())["submission"]["facts"]
        self.assertEqual([(m["code"], m["where"]) for m in doc["mistakes"]][:2],
                         [("answer-missing", "answers.17"),
                          ("option-unknown", "answers.18[2]")])

    def test_a_queued_one_and_one_that_broke_workers(self):
        a, b = self.fill(Row("queued"), Row("held", code="unprocessable",
                                            attempts=3))
        self.assertIn("queued", self.run_intake("show", a.file))
        text = self.run_intake("show", b.file)
        self.assertIn("[unprocessable]", text)
        self.assertIn("3 ended with a broken worker", text)
        self.assertIn("To do", text)


class Decide(StaffCase):
    def decisions(self):
        return self.query("SELECT digest, decision, reason, who, done "
                          "FROM decisions ORDER BY time")

    def test_reject(self):
        row, = self.fill(Row("held", code="conflict"))
        text = self.run_intake("reject", row.label, "--reason",
                               "Ring oss först: 08-123 45 å")
        self.assertIn(row.label, text)
        (digest, decision, reason, who, done), = self.decisions()
        self.assertEqual((digest, decision, reason, done),
                         (row.digest, "reject",
                          "Ring oss först: 08-123 45 å", 0))
        self.assertIn(who, text)
        shown = self.run_intake("show", row.label)
        self.assertIn("reject by " + who, shown)
        self.assertIn("not carried it out yet", shown)
        # A second thought comes too late.
        self.fails("not-held", "accept", row.label, status=65)
        self.assertEqual(len(self.decisions()), 1)

    def test_accept(self):
        row, = self.fill(Row("held", code="not-registered"))
        doc = self.json("accept", row.label)
        self.assertEqual((doc["decision"], doc["sealed_digest"]),
                         ("accept", row.digest.hex()))
        self.assertEqual(self.decisions()[0][:2], (row.digest, "accept"))

    def test_who_it_was(self):
        row, = self.fill(Row("held", code="conflict"))
        who = self.json("accept", row.label)["who"]
        with open("/proc/self/loginuid", encoding="ascii") as f:
            login = int(f.read())
        if login == 2 ** 32 - 1 and "SUDO_USER" not in os.environ:
            self.assertEqual(who, subprocess.run(
                ["id", "-un"], stdout=subprocess.PIPE).stdout.decode()
                .strip())
        row, = self.fill(Row("held", code="conflict"))
        env = dict(os.environ, SUDO_USER="karin")
        self.run_intake("accept", row.label, env=env)
        who = self.decisions()[-1][3]
        if login == 2 ** 32 - 1:
            self.assertRegex(who, r" \(sudo by karin\)$")

    @unittest.skipUnless(os.geteuid() == 0, "only root may set it")
    def test_who_logged_in(self):
        row, = self.fill(Row("held", code="conflict"))
        p = subprocess.run(
            ["sh", "-c", "echo 1 >/proc/self/loginuid && exec \"$@\"", "sh",
             INTAKE, "--config", self.conf, "accept", row.label],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not self.decisions():
            self.skipTest("the kernel does not let it be set: %r" % p.stderr)
        self.assertEqual(self.decisions()[0][3], "daemon (as root)")

    def test_a_reason(self):
        row, = self.fill(Row("held", code="conflict"))
        for args in ([], ["--reason", ""], ["--reason", " \n "],
                     ["--reason", "a\x1bb"], ["--reason", "x" * 2001],
                     ["--reason", b"\xff"]):
            with self.subTest(args):
                p = subprocess.run([INTAKE, "--config", self.conf, "reject",
                                    row.label, *args],
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
                self.assertEqual(p.returncode, 64, p.stderr)
                self.assertIn(b"[usage]", p.stderr)
        self.assertEqual(self.decisions(), [])
        self.run_intake("reject", row.label, "--reason",
                        "  " + "å" * 2000 + "\n")
        self.assertEqual(self.decisions()[0][2], "å" * 2000)

    def test_what_is_not_held(self):
        a, b, c = self.fill(Row(), Row("rejected", code="outer-signature"),
                            Row("queued"))
        for row in a, b, c:
            self.fails("not-held", "accept", row.digest.hex(), status=65)
            self.fails("not-held", "reject", row.digest.hex(),
                       "--reason", "x", status=65)
        self.fails("no-submission", "accept", "ABCD-ABCD-ABCD-ABCD",
                   status=66)
        self.assertEqual(self.decisions(), [])

    def test_what_nobody_could_read_is_not_accepted(self):
        row, = self.fill(Row("held", code="unprocessable", attempts=3))
        self.fails("unprocessable", "accept", row.file, status=75)
        self.run_intake("reject", row.file, "--reason", "Skicka igen.")

    def test_two_people_at_once(self):
        row, = self.fill(Row("held", code="conflict"))
        both = [subprocess.Popen(
            [INTAKE, "--config", self.conf, *args, row.digest.hex()],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for args in (["accept"], ["reject", "--reason", "x"]) * 4]
        ended = [(p.communicate(timeout=60)[1], p.returncode) for p in both]
        self.assertEqual(sorted(status for _, status in ended),
                         [0] + [65] * 7, ended)
        self.assertEqual(len(self.decisions()), 1)

    def test_wait(self):
        row, = self.fill(Row("held", code="conflict"))
        self.fails("decision-pending", "accept", row.label, "--wait", "0",
                   status=75)
        row, = self.fill(Row("held", code="conflict"))
        p = subprocess.Popen([INTAKE, "--config", self.conf, "accept",
                              row.label, "--wait", "60"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not self.query("SELECT 1 FROM decisions WHERE digest = ?",
                             row.digest):
            self.assertIsNone(p.poll())
            time.sleep(0.02)
        self.execute("UPDATE decisions SET done = 1", [()])
        out, errors = p.communicate(timeout=30)
        self.assertEqual((p.returncode, errors), (0, b""), out)


class Missing(StaffCase):
    def respond(self, expected, answered, kind="kommun", start=0, **more):
        """A register of so many, of whom so many have answered."""
        self.expected = getattr(self, "expected", []) + [
            (number_of(start + n), "Namn %d" % n, kind, "k%d@x.se" % n)
            for n in range(expected)]
        self.register(self.expected)
        self.fill(*[Row(number=number_of(start + n), kind=kind, **more)
                    for n in range(answered)])

    def total(self, *args):
        return self.json("missing", *args)["questionnaires"][0]["total"]

    def test_published_rates(self):
        start = 0
        for answered, expected, rate in (
                (153, 290, "153 of 290 = 52.8 %"),
                (18, 21, "18 of 21 = 85.7 %"),
                (120, 235, "120 of 235 = 51.1 %")):
            kind = KINDS[start // 1000]
            self.respond(expected, answered, kind, start)
            start += 1000
            doc = self.json("missing", "--round", "2023", "--kind", kind)
            total = doc["questionnaires"][0]["total"]
            self.assertEqual((total["expected"], total["answered"],
                              total["missing"], total["rate"]),
                             (expected, answered, expected - answered, rate))
        # 153 + 18 + 120 of 290 + 21 + 235
        self.assertEqual(self.total("--round", "2023")["rate"],
                         "291 of 546 = 53.3 %")
        text = self.run_intake("missing")
        self.assertRegex(text, r"(?m)^kommun +290 +153 +0 +137 +"
                         r"153 of 290 = 52\.8 %$")
        self.assertRegex(text, r"(?m)^all +546 +291 +0 +255 +"
                         r"291 of 546 = 53\.3 %$")
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_rounding(self):
        self.respond(8, 1)
        self.assertEqual(self.total()["rate"], "1 of 8 = 12.5 %")
        self.respond(2000, 1, "region", 5000)
        # 0.05 %: half of a tenth goes up.
        self.assertEqual(self.total("--kind", "region")["rate"],
                         "1 of 2000 = 0.1 %")
        self.assertEqual(self.total("--kind", "nis")["rate"], "0 of 0")

    def test_who(self):
        self.register([(number_of(1), "Ett", "kommun", "ett@x.se"),
                       (number_of(2), "Två å", "region", "tva@x.se"),
                       (number_of(3), "Tre", "kommun", ""),
                       (number_of(4), "Fyra", "kommun", "fyra@x.se"),
                       (number_of(5), "Fem", "kommun", "fem@x.se")])
        self.fill(Row(number=number_of(1)),
                  Row(number=number_of(1), duplicate=True),
                  Row("held", number=number_of(4), code="conflict"),
                  Row("rejected", number=number_of(5), code="answer-missing"),
                  Row(number=number_of(77), name="Okänd", kind="nis"),
                  Row(number=number_of(2), round="2021"))
        q, = self.json("missing")["questionnaires"]
        self.assertEqual([o["name"] for o in q["missing"]],
                         [n for _, n in sorted(
                             (number_of(i), n) for i, n in (
                                 (2, "Två å"), (3, "Tre"), (5, "Fem")))])
        # Who has tried in vain needs other words than a reminder.
        self.assertEqual({o["name"]: o["rejected"] for o in q["missing"]},
                         {"Två å": "", "Tre": "", "Fem": "answer-missing"})
        self.assertEqual([o["name"] for o in q["waiting"]], ["Fyra"])
        self.assertEqual([o["name"] for o in q["not_registered"]],
                         ["Okänd"])
        # Reminders go to those who have handed in nothing.
        self.assertEqual(set(self.run_intake("missing", "--contacts")
                             .splitlines()), {"tva@x.se", "fem@x.se"})
        self.assertEqual(self.run_intake("missing", "--contacts", "--kind",
                                         "region"), "tva@x.se\n")
        states = {r["name"]: r["state"] for r in
                  rows_of(self.run_intake("missing", "--csv"))}
        self.assertEqual(states, {
            "Ett": "answered", "Två å": "missing", "Tre": "missing",
            "Fyra": "waiting", "Fem": "missing", "Okänd": "not-registered"})
        text = self.run_intake("missing")
        for found in "Två å", "tva@x.se", "Fyra", "Okänd":
            self.assertIn(found, text)

    def test_each_questionnaire_for_itself(self):
        self.register([(number_of(1), "Ett", "kommun", ""),
                       (number_of(2), "Två", "kommun", "")])
        self.fill(Row(number=number_of(1)),
                  Row(number=number_of(2),
                      questionnaire="itsakkollen-2023"))
        both = self.json("missing")["questionnaires"]
        self.assertEqual([(q["questionnaire"],
                           [o["name"] for o in q["missing"]]) for q in both],
                         [("infosakkollen-2023", ["Två"]),
                          ("itsakkollen-2023", ["Ett"])])
        one = self.json("missing", "--questionnaire",
                        "itsakkollen-2023")["questionnaires"]
        self.assertEqual(one, both[1:])

    def test_which_round(self):
        self.fill(Row(round="2021"))
        self.fails("usage", "missing", "--round", "2032", status=64)
        self.json("missing", "--round", "2021")
        self.json("missing", "--round", "2023")
        self.configure(rounds=ROUNDS)
        self.fails("usage", "missing", status=64)
        self.json("missing", "--round", "2025")

    def test_no_register(self):
        self.fill(Row())
        self.assertIn("The register is empty", self.run_intake("missing"))


ROUNDS = """[round 2023]
opens = 2023-05-17
closes = 2023-06-30
[round 2025]
opens = 2025-05-17
closes = 2025-06-30
"""


class Report(StaffCase):
    def setUp(self):
        super().setUp()
        os.environ["TZ"] = "Europe/Stockholm"
        self.addCleanup(os.environ.pop, "TZ")
        day = 1686088800                # 2023-06-07 00:00 in Stockholm
        self.register([(number_of(1), "Ett", "region", "")])
        self.rows = self.fill(
            Row(number=number_of(1), arrived=day - 1, took=10),
            Row(arrived=day, took=30, late=True, handed=0),
            Row(arrived=day + 10, took=20, duplicate=True),
            Row(arrived=day + 20, counts=False, took=1000),
            Row("rejected", code="outer-signature", arrived=day, took=5),
            Row("rejected", code="outer-signature", arrived=day, took=5,
                signer=False),
            Row("held", code="conflict", arrived=day),
            Row("queued", arrived=day),
            Row("rejected", code="declined", known=True, arrived=day,
                took=7200),
            Row(round="2021", arrived=1600000000),
            Row("rejected", code="sealed-size", arrived=1600000000))
        self.execute("INSERT INTO decisions (digest, time, decision, reason,"
                     " who, done, seq) VALUES (?, 1, 'reject', 'x', 'k', 1,"
                     " 1)",
                     [(self.rows[8].digest,)])

    def test_a_round(self):
        doc = self.json("report", "--round", "2023")
        self.assertEqual((doc["total"], doc["late"], doc["duplicate"],
                          doc["replaced"], doc["unhanded"]), (9, 1, 1, 1, 1))
        self.assertEqual(doc["states"], {"accepted": 4, "held": 1,
                                         "queued": 1, "rejected": 3})
        self.assertEqual(doc["rejected"], {"declined": 1,
                                           "outer-signature": 2})
        self.assertEqual(doc["held"], {"conflict": 1})
        self.assertEqual(doc["days"], {"2023-06-06": 1, "2023-06-07": 8})
        self.assertEqual(doc["kinds"]["region"], 1)
        # Of 5, 5, 10, 20, 30, 1000: half between the middle two.
        self.assertEqual(doc["verdict_after"], {
            "number": 6, "median_seconds": 15, "longest_seconds": 1000})
        self.assertEqual(doc["decision_after"], {
            "number": 1, "median_seconds": 7200, "longest_seconds": 7200})
        self.assertEqual([x["sealed_digest"] for x in doc["waiting"]],
                         [self.rows[6].digest.hex()])

    def test_all_rounds_and_parts_of_one(self):
        self.assertEqual(self.json("report")["total"], 11)
        self.assertEqual(self.json("report", "--round", "2021")["total"], 1)
        self.assertEqual(self.json("report", "--round", "2023", "--kind",
                                   "region")["total"], 1)
        self.fails("usage", "report", "--round", "2032", status=64)

    def test_for_people_and_spreadsheets(self):
        text = self.run_intake("report", "--round", "2023")
        for found in (r"Arrived +9", r"Late +1", r"outer-signature +2",
                      r"2023-06-07 +8", r"6: median 15s, longest 16m",
                      self.rows[6].label):
            self.assertRegex(text, found)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        got = {(r["figure"], r["name"]): r["value"] for r in
               rows_of(self.run_intake("report", "--round", "2023",
                                       "--csv"))}
        self.assertEqual(got["total", ""], "9")
        self.assertEqual(got["rejected", "outer-signature"], "2")
        self.assertEqual(got["days", "2023-06-06"], "1")
        self.assertEqual(got["median_seconds", "service"], "15")


if __name__ == "__main__":
    unittest.main()
