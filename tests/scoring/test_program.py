#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-score as a person or a job meets it: lines that are wrong, full disks,
files that are in the way, languages."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scoring import handed                                      # noqa: E402
from support import BUILD, call, run                            # noqa: E402

SCORE = BUILD + "/bin/sigill-score"
COMMANDS = "feedback", "aggregate", "benchmark", "compare"
INFOSAK = handed.Definition("questionnaires/infosakkollen-2023.json")
SWEDISH = dict(os.environ, LC_ALL="sv_SE.UTF-8")


class Program(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-test.")
        self.addCleanup(shutil.rmtree, self.dir)
        self.handed = self.at("handed")
        os.mkdir(self.handed)
        for i in range(12):
            answers = INFOSAK.empty()
            for q in INFOSAK.data["questions"][:3 * i]:
                answers[q["id"]] = [q["options"][0]["id"]]
            handed.save(self.handed, handed.document(INFOSAK, i, answers,
                                                     position=i))

    def at(self, name):
        return os.path.join(self.dir, name)

    def ends(self, status, *argv, code=None, **more):
        p = run(SCORE, *argv, **more)
        self.assertEqual(p.returncode, status,
                         (p.stdout + p.stderr)[:2000])
        if code is not None:
            self.assertIn(b"[%s]" % code.encode(), p.stderr)
            self.assertEqual(p.stdout, b"")
        return p

    def test_help(self):
        text = call(SCORE, "--help").decode()
        for command in COMMANDS:
            self.assertRegex(text, r"(?m)^  %s +\S" % command)
            more = call(SCORE, command, "--help").decode()
            self.assertIn("--questionnaire=", more)
            self.assertEqual(more, call(SCORE, command, "-h").decode())
            for line in more.splitlines():
                self.assertLess(len(line), 80, line)
        self.assertRegex(call(SCORE, "--version"),
                         rb"^sigill-score \d+\.\d+\.\d+\n$")

    def test_lines_that_are_wrong(self):
        for argv in ((), ("sum",), ("--no-such",), ("-",), ("aggregate",),
                     ("aggregate", "--no-such", self.handed),
                     ("aggregate", "-q"),
                     ("aggregate", "--least=few", self.handed),
                     ("aggregate", "--least=-1", self.handed),
                     ("aggregate", "--typical=100", self.handed),
                     ("aggregate", "--language=de", self.handed),
                     ("aggregate", "--previous-round=1", self.handed),
                     ("aggregate", "--benchmark=x", self.handed),
                     ("benchmark", "--register=x", self.handed),
                     ("feedback", "--least=5", self.handed),
                     *((command,) for command in COMMANDS)):
            self.ends(64, *argv, code="usage")
        p = self.ends(64, "sum", "--json")
        self.assertEqual([e["code"] for e in json.loads(p.stdout)["errors"]],
                         ["usage"])
        self.assertEqual(p.stderr, b"")

    def test_every_command_needs_documents(self):
        for command in COMMANDS:
            more = (("--previous", self.handed) if command == "compare"
                    else ())
            self.ends(66, command, *more, self.at("none"), code="no-input")
            self.ends(65, command, *more, "-", data=b"", code="document")
            self.ends(65, command, *more, "-", data=b"{", code="document")

    def test_standard_output_that_takes_nothing(self):
        with open("/dev/full", "wb") as full:
            p = subprocess.run([SCORE, "aggregate", self.handed],
                               stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 74)
        self.assertIn(b"[no-space]", p.stderr)
        p = subprocess.run(["/bin/sh", "-c", 'exec "$0" "$@" >&-', SCORE,
                            "aggregate", self.handed],
                           stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 74)
        self.assertIn(b"[io]", p.stderr)

    def limited(self, size, *argv):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return subprocess.run([SCORE, *argv], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, preexec_fn=limit)

    def test_all_files_or_none(self):
        """Wherever the room ends, nothing is left; not even the folder."""
        out = self.at("out")
        self.ends(0, "aggregate", "-o", out, self.handed)
        sizes = {name: os.path.getsize(os.path.join(out, name))
                 for name in os.listdir(out)}
        self.assertGreater(len(sizes), 2)
        for size in (0, min(sizes.values()), max(sizes.values()) - 1):
            p = self.limited(size, "aggregate", "-o", self.at("new/er"),
                             self.handed)
            self.assertEqual(p.returncode, 74, p.stderr)
            self.assertIn(b"[io]", p.stderr)
            self.assertFalse(os.path.exists(self.at("new/er")))
        # What was there before stays as it was.
        os.mkdir(self.at("mine"))
        with open(self.at("mine/notes"), "w") as f:
            f.write("mine")
        p = self.limited(min(sizes.values()), "aggregate", "-o",
                         self.at("mine"), self.handed)
        self.assertEqual(p.returncode, 74)
        self.assertEqual(os.listdir(self.at("mine")), ["notes"])

    def test_again(self):
        out = self.at("out")
        for _ in range(2):
            self.ends(0, "aggregate", "-o", out, self.handed)
        # One of them is gone: it comes again.
        name = os.listdir(out)[0]
        os.unlink(os.path.join(out, name))
        self.ends(0, "aggregate", "-o", out, self.handed)
        self.assertTrue(os.path.exists(os.path.join(out, name)))
        before = {n: os.stat(os.path.join(out, n)) for n in os.listdir(out)}
        self.ends(74, "aggregate", "-o", out, "--least=3", self.handed,
                  code="output-exists")
        for n, st in before.items():
            self.assertEqual(os.stat(os.path.join(out, n)), st)
            self.assertEqual(st.st_mode & 0o777, 0o600)
        with open(self.at("file"), "w"):
            pass
        self.ends(74, "aggregate", "-o", self.at("file"), self.handed,
                  code="io")
        self.ends(74, "aggregate", "-o", self.at("file/x"), self.handed,
                  code="io")

    def test_wrong_documents_leave_nothing(self):
        with open(self.at("handed/wrong.json"), "wb") as f:
            f.write(b"{}")
        for command, name in (("aggregate", "out"), ("feedback", "out"),
                              ("benchmark", "out.json")):
            self.ends(65, command, "-o", self.at(name), self.handed,
                      code="document")
            self.assertFalse(os.path.exists(self.at(name)))

    def test_without_memory(self):
        """However little there is, it ends with an error."""
        def limit():
            size = 40 << 20
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        with open(self.at("large.json"), "wb") as f:
            f.write(b'{"a": "' + b"x" * (60 << 20) + b'"}')
        p = subprocess.run([SCORE, "aggregate", self.at("large.json")],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           preexec_fn=limit)
        self.assertEqual(p.returncode, 75, p.stderr)
        self.assertIn(b"[no-memory]", p.stderr)

    def test_languages(self):
        def said(*argv, env=None):
            return run(SCORE, *argv, env=env)

        english = said("aggregate", self.handed)
        swedish = said("aggregate", self.handed, env=SWEDISH)
        self.assertNotEqual(english.stdout, swedish.stdout)
        self.assertEqual(said("aggregate", "--language=en", self.handed,
                              env=SWEDISH).stdout, english.stdout)
        self.assertEqual(said("aggregate", "--language=sv",
                              self.handed).stdout, swedish.stdout)
        # Programs read English.
        self.assertEqual(said("aggregate", "--json", self.handed).stdout,
                         said("aggregate", "--json", self.handed,
                              env=SWEDISH).stdout)
        self.assertEqual(said("aggregate", "--json").stdout,
                         said("aggregate", "--json", env=SWEDISH).stdout)
        for argv in (("aggregate",), ("--help",), ("aggregate", "--help"),
                     ("aggregate", "--language=de", self.handed)):
            p, q = said(*argv), said(*argv, env=SWEDISH)
            self.assertNotEqual(p.stdout + p.stderr, q.stdout + q.stderr)
            self.assertEqual(p.returncode, q.returncode)


if os.environ.get("SIGILL_BUILD", "").rstrip("/").endswith("san"):
    del Program.test_without_memory     # the sanitizer's own needs more

if __name__ == "__main__":
    unittest.main()
