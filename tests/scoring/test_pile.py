#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What sigill-score makes of the documents that it is given: which of them
count, in whichever order and way they come, and which are refused."""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, run                                  # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
INFOSAK = handed.Definition("questionnaires/infosakkollen-2023.json")
ITSAK = handed.Definition("questionnaires/itsakkollen-2023.json")


def ticks(n):
    """n boxes of the first question."""
    answers = INFOSAK.empty()
    options = INFOSAK.data["questions"][0]["options"]
    answers["1"] = [o["id"] for o in options[:n]]
    return answers


def doc(i=1, n=1, **more):
    return handed.document(INFOSAK, i, ticks(n), **more)


class PileCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)

    def at(self, name):
        return os.path.join(self.dir, name)

    def put(self, *docs):
        for i, d in enumerate(docs):
            handed.save(self.dir, d, "%04d.json" % i)

    def score(self, *what, least=1, data=None, status=0):
        """The report, or the errors."""
        p = run(SCORE, "aggregate", "--json", "--least=%d" % least,
                *(what or [self.dir]), data=data)
        self.assertEqual(p.returncode, status, (p.stdout + p.stderr)[:2000])
        self.assertEqual(p.stderr, b"")
        out = json.loads(p.stdout)
        self.assertEqual(out["ok"], status == 0)
        return out["report"] if status == 0 else out["errors"]

    def codes(self, *what, status, **more):
        return [e["code"] for e in self.score(*what, status=status, **more)]

    def boxes(self, *what, **more):
        """Respondents, and how many boxes they have ticked in the mean."""
        one = self.score(*what, **more)["groups"][0]
        return (one["participation"]["respondents"], one["boxes"]["mean"])


class WhichCounts(PileCase):
    def test_greatest_position_in_any_order(self):
        docs = [doc(n=1, position=4), doc(n=5, position=9),
                doc(n=3, position=7), doc(i=2, n=2, position=1)]
        for seed in range(6):
            random.Random(seed).shuffle(docs)
            self.put(*docs)
            self.assertEqual(self.boxes(), (2, 3.5))
        # All on one line of input, or each in its file.
        self.assertEqual(self.boxes("-", data=b"".join(
            handed.text(d) for d in docs)), (2, 3.5))

    def test_same_file_again(self):
        again = doc(n=4, position=3)
        again["verified"] = "2027-04-01T00:00:00Z"
        self.put(doc(n=4, position=3), again, doc(n=2, position=2))
        self.assertEqual(self.boxes(), (1, 4.0))

    def test_same_answers_without_position(self):
        self.put(doc(n=4), doc(n=4, copy=1))
        self.assertEqual(self.boxes(), (1, 4.0))

    def test_copy_without_position_of_what_was_replaced(self):
        self.put(doc(n=2), doc(n=2, position=5), doc(n=6, position=8))
        self.assertEqual(self.boxes(), (1, 6.0))

    def test_nothing_tells(self):
        for docs in ([doc(n=1), doc(n=2)],
                     [doc(n=1, position=3), doc(n=2)],
                     [doc(n=1, position=3), doc(n=2, position=3)]):
            self.put(*docs)
            errors = self.score(status=65)
            self.assertEqual([e["code"] for e in errors], ["document"])
            self.assertIn(handed.number(1)[:6], errors[0]["where"])

    def test_one_file_with_two_answers(self):
        other = doc(n=2, position=2)
        other["sealed"] = doc(n=1, position=1)["sealed"]
        self.put(doc(n=1, position=1), other)
        self.assertEqual(self.codes(status=65), ["document"])

    def test_other_rounds_and_questionnaires_are_passed_over(self):
        self.put(doc(n=3, round="2025"), doc(n=5), doc(i=2, n=7),
                 handed.document(ITSAK, 3, {}))
        self.assertEqual(self.boxes("--round=2027", self.dir,
                                    "--questionnaire=infosakkollen-2023"),
                         (2, 6.0))
        self.assertEqual(self.boxes("--round=2025", self.dir), (1, 3.0))

    def test_which_round(self):
        self.put(doc(round="2025"), doc(i=2))
        errors = self.score(status=64)
        self.assertEqual(errors[0]["where"], "--round")

    def test_which_questionnaire(self):
        self.put(doc(), handed.document(ITSAK, 3, {}))
        errors = self.score(status=64)
        self.assertEqual(errors[0]["where"], "--questionnaire")


class Refused(PileCase):
    def one_is_wrong(self, text, code="document", status=65):
        self.put(doc(), doc(i=2))
        with open(self.at("wrong.json"), "wb") as f:
            f.write(text)
        errors = self.score(status=status)
        self.assertEqual([e["code"] for e in errors], [code])
        self.assertEqual(os.path.basename(errors[0]["where"]), "wrong.json")
        return errors[0]

    def test_no_json(self):
        for text in (b"hello", b"[]", b"{]", b"\xff\xfe", b"{} {}",
                     b"PK\x03\x04", b"nul\0", b"}" * 1000):
            self.put(doc())
            with open(self.at("wrong.json"), "wb") as f:
                f.write(text)
            self.assertIn("document", self.codes(status=65))

    def test_empty_file(self):
        """Nothing in it is nobody's answer: it was cut short."""
        self.one_is_wrong(b"")

    def test_cut_short_anywhere(self):
        whole = handed.text(doc(i=3))
        for at in (1, 10, len(whole) // 2, len(whole) - 2):
            self.one_is_wrong(whole[:at])

    def test_member_twice(self):
        text = handed.text(doc(i=3, position=1))
        self.one_is_wrong(text[:-2] + b',"position":99}\n')

    def test_members(self):
        for path, value in (
                ("format", "sigill-submission"), ("version", 2),
                ("version", "1"), ("late", "no"), ("late", None),
                ("position", -1), ("position", "7"), ("position", 1.5),
                ("fingerprint", "AB" * 32), ("fingerprint", "ab"),
                ("sealed.sha256", 7), ("sealed", "x"),
                ("submission.id", ""), ("submission.environment", "real"),
                ("submission.statement", []),
                ("submission.statement.round", "a b"),
                ("submission.statement.round", "x" * 65),
                ("submission.statement.questionnaire.id", ""),
                ("submission.statement.organisation.number", "2120000143"),
                ("submission.statement.organisation.number", "212000-0142"),
                ("submission.statement.organisation.kind", "stad"),
                ("submission.statement.organisation.name", "a\nb"),
                ("submission.statement.organisation.name", ""),
                ("submission.statement.answers", [])):
            d = doc(i=3)
            *way, last = path.split(".")
            where = d
            for name in way:
                where = where[name]
            where[last] = value
            error = self.one_is_wrong(handed.text(d))
            self.assertIn(path, error["message"])
            del where[last]
            if path != "position":
                error = self.one_is_wrong(handed.text(d))
                self.assertIn(path, error["message"])

    def test_answers(self):
        path = "submission.statement.answers"
        for question, answer, at in (
                ("1", ["policy", "no-such"], ".1[1]"), ("1", "policy", ".1"),
                ("1", [1], ".1[0]"), ("99", [], ".99")):
            d = doc(i=3)
            d["submission"]["statement"]["answers"][question] = answer
            error = self.one_is_wrong(handed.text(d))
            self.assertIn(path + at, error["message"])

    def test_what_is_unknown_is_left_alone(self):
        d = doc(i=3, n=3)
        d["more"] = {"than": ["we", "know"]}
        d["submission"]["reply"] = "MIIB"
        d["submission"]["statement"]["attachments"] = [
            {"name": "a.pdf", "media_type": "application/pdf",
             "data": "QUJD" * 100000}]
        self.put(d)
        self.assertEqual(self.boxes(), (1, 3.0))

    def test_another_definition(self):
        d = doc(i=3)
        d["submission"]["statement"]["questionnaire"]["sha256"] = "00" * 32
        self.one_is_wrong(handed.text(d), "questionnaire-digest")

    def test_unknown_questionnaire(self):
        d = doc()
        d["submission"]["statement"]["questionnaire"]["id"] = "unheard-of"
        self.put(d)
        self.assertEqual(self.codes(status=65), ["questionnaire-unknown"])

    def test_test_among_production(self):
        self.put(doc(), doc(i=2, environment="test"))
        self.assertEqual(self.codes(status=77), ["environment"])

    def test_all_mistakes_at_once(self):
        self.put(doc(), doc(i=2))
        for name in "x.json", "y.json":
            with open(self.at(name), "wb") as f:
                f.write(b"{\n}\n")
        self.assertEqual(self.codes(status=65), ["document"] * 2)

    def test_line_in_a_file_with_many(self):
        with open(self.at("all.json"), "wb") as f:
            f.write(handed.text(doc()) + b"\n" + handed.text(doc(i=2)) +
                    b'{"format": 1}\n' + handed.text(doc(i=3)))
        errors = self.score(status=65)
        self.assertEqual([(e["code"], e["at"]) for e in errors],
                         [("document", 4)])


class Ways(PileCase):
    def test_nothing(self):
        self.assertEqual(self.codes(status=66), ["no-input"])
        self.assertEqual(self.codes("-", data=b"", status=65), ["document"])
        self.put(doc(round="2025"))
        self.assertEqual(self.codes(self.dir, "--round=2027", status=66),
                         ["no-input"])
        self.assertEqual(self.codes(self.at("none"), status=66),
                         ["no-input"])
        p = run(SCORE, "aggregate")
        self.assertEqual(p.returncode, 64)

    def test_whichever_way(self):
        docs = [doc(i=i, n=i, position=i) for i in range(1, 8)]
        self.put(*docs)
        want = self.score()
        every = b"".join(handed.text(d) for d in docs)
        pretty = b"\n\n".join(json.dumps(d, indent=2).encode() for d in docs)
        self.assertEqual(self.score("-", data=every), want)
        self.assertEqual(self.score("-", data=pretty), want)
        self.assertEqual(self.score("-", data=every.replace(b"\n", b"")),
                         want)
        with open(self.at("all.ndjson"), "wb") as f:
            f.write(every)
        self.assertEqual(self.score(self.at("all.ndjson")), want)
        self.assertEqual(self.score(
            *(self.at("%04d.json" % i) for i in (3, 1, 0, 2, 6, 5, 4))), want)
        # The same ones twice.
        self.assertEqual(self.score(self.dir + "/", self.at("all.ndjson")),
                         want)

    def test_slow_pipe(self):
        """Documents that come in pieces, split anywhere."""
        docs = [doc(i=i, n=i, name='Å "{}[]" \\') for i in range(1, 4)]
        self.put(*docs)
        want = self.score()
        every = b"".join(handed.text(d) for d in docs)
        p = subprocess.Popen([SCORE, "aggregate", "--json", "--least=1", "-"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for i in range(0, len(every), 997):
            p.stdin.write(every[i:i + 997])
            p.stdin.flush()
        out = p.communicate()[0]
        self.assertEqual(json.loads(out)["report"], want)

    def test_same_bytes(self):
        docs = [doc(i=i, n=i % 5, position=i, kind=handed.KINDS[i % 3])
                for i in range(1, 40)]
        outs = set()
        for seed in range(4):
            random.Random(seed).shuffle(docs)
            self.put(*docs)
            p = run(SCORE, "aggregate", "--json", self.dir)
            self.assertEqual(p.returncode, 0)
            outs.add(p.stdout)
        self.assertEqual(len(outs), 1)

    def test_what_a_folder_is(self):
        self.put(doc())
        for name in (".hidden.json", "notes.txt", "x.json.tmp",
                     "ab.feedback.json"):
            with open(self.at(name), "wb") as f:
                f.write(b"no document")
        self.assertEqual(self.boxes(), (1, 1.0))
        os.mkdir(self.at("sub.json"))
        self.assertEqual(self.codes(status=66), ["no-input"])

    @unittest.skipIf(os.getuid() == 0 and not shutil.which("setpriv"),
                     "nobody to be")
    def test_no_file_in_a_folder(self):
        """What stands there under a document's name is not waited for."""
        self.put(doc(1))
        os.mkfifo(self.at("pipe.json"))
        os.mkdir(self.at("folder.json"))
        os.symlink("/dev/zero", self.at("zeros.json"))
        errors = self.score(status=66)
        self.assertEqual([(os.path.basename(e["where"]), e["code"])
                          for e in errors],
                         [("folder.json", "no-input"),
                          ("pipe.json", "no-input"),
                          ("zeros.json", "no-input")])

    def test_unreadable(self):
        self.put(doc(), doc(i=2))
        os.chmod(self.dir, 0o755)
        os.chmod(self.at("0001.json"), 0)
        argv = [SCORE, "aggregate", "--json", self.dir]
        if os.getuid() == 0:
            argv = ["setpriv", "--reuid=65534", "--regid=65534",
                    "--clear-groups"] + argv
        p = run(*argv)
        self.assertEqual(p.returncode, 66)
        errors = json.loads(p.stdout)["errors"]
        self.assertEqual([e["code"] for e in errors], ["no-input"])
        self.assertTrue(errors[0]["where"].endswith("0001.json"))
        os.chmod(self.dir, 0)
        p = run(*argv)
        os.chmod(self.dir, 0o700)
        self.assertEqual(p.returncode, 66)
        self.assertEqual([e["where"] for e in json.loads(p.stdout)["errors"]],
                         [self.dir])

    def test_an_empty_folder_is_named(self):
        p = run(SCORE, "aggregate", "--json", self.dir)
        self.assertEqual(p.returncode, 66)
        self.assertEqual([e["where"] for e in json.loads(p.stdout)["errors"]],
                         [self.dir])

    def test_definitions(self):
        """By a file, by a name, and another edition beside it."""
        self.put(doc())
        folder = self.at("definitions")
        os.mkdir(folder)
        shutil.copy(INFOSAK.path, folder)
        self.assertEqual(self.boxes(self.dir, "-q", INFOSAK.path), (1, 1.0))
        self.assertEqual(self.codes(self.dir, "-q", "no-such", status=65),
                         ["questionnaire-unknown"])
        self.assertEqual(self.codes(self.dir, "-q", "no/such", status=66),
                         ["no-input"])
        with open(folder + "/infosakkollen-2023-other.json", "wb") as f:
            with open(INFOSAK.path, "rb") as g:
                f.write(g.read() + b"\n")
        other = handed.Definition(folder + "/infosakkollen-2023-other.json")
        self.put(handed.document(other, 1, ticks(2)))
        self.assertEqual(self.codes(status=65), ["questionnaire-digest"])
        self.assertEqual(self.boxes(self.dir, "--questionnaires", folder),
                         (1, 2.0))


if __name__ == "__main__":
    unittest.main()
