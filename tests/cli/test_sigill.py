#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill without a network: every command, right and wrong."""
import errno
import json
import os
import pty
import re
import resource
import select
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import BIN, BUILD, Scratch, SwedishScratch  # noqa: E402

PASSPHRASE = "häst batteri nål"


class CommandLine(Scratch):
    def test_no_command(self):
        p = self.bad(64, "usage", config=None)
        self.assertIn("which command", p.err)

    def test_unknown_command(self):
        self.bad(64, "usage", "sent", "a.sigill", config=None)

    def test_unknown_option(self):
        p = self.bad(64, "usage", "check", "--frobnicate", "a.json")
        self.assertIn("--frobnicate", p.err)

    def test_option_of_another_command(self):
        self.bad(64, "usage", "check", "a.json", "--wait", "3")

    def test_option_without_its_value(self):
        self.bad(64, "usage", "check", "a.json", "--config", config=None)

    def test_no_operand(self):
        for command in "check", "seal", "send", "submit", "receipt", "inspect":
            self.assertIn(command, self.bad(64, "usage", command).err)

    def test_two_operands(self):
        p = self.bad(64, "usage", "check", "a.json", "b.json")
        self.assertIn("b.json", p.err)

    def test_operands_of_the_outbox(self):
        for args in (("lst",), ("list", "x"), ("drop",), ("drop", "a", "b")):
            p = self.bad(64, "usage", "outbox", *args)
            self.assertIn("outbox", p.err)
        self.bad(64, "usage", "submit", "a.json", "-o", "b.sigill")

    def test_wait_must_be_a_number(self):
        for wait in "soon", "-1", "3s", "", "99999999999999999999":
            self.bad(64, "usage", "send", "a.sigill", "--wait=" + wait)

    def test_help(self):
        p = self.good("--help", config=None)
        for command in ("init", "check", "seal", "send", "submit", "outbox",
                        "status", "receipt", "feedback", "inspect"):
            self.assertIn("\n  %s " % command, p.out)
            own = self.good(command, "--help", config=None).out
            for option in "--json", "--config", "--help", "--version":
                self.assertIn(option, own)

    def test_version(self):
        self.assertRegex(self.good("--version", config=None).out,
                         r"^sigill \d+\.\d+\.\d+\n$")
        self.good("check", "--version", config=None)

    def test_options_before_and_after(self):
        one = self.good("--json", "--config", "sigill.conf", "check",
                        "a.json", config=None).out
        two = self.good("check", "a.json", "--config=sigill.conf", "--json",
                        config=None).out
        self.assertEqual(one, two)

    def test_usage_error_in_json(self):
        doc = self.json("check", "--frobnicate", status=64)
        self.assertEqual(doc["errors"][0]["code"], "usage")

    def test_nothing_but_json_on_a_terminal(self):
        status, out = on_terminal(self, ["check", "--json", "nope"], [])
        self.assertEqual(status, 66)
        self.assertEqual(json.loads(out)["ok"], False)

    def test_stdout_full(self):
        with open("/dev/full", "w") as full:
            p = subprocess.run([BIN, "check", "a.json"], stdout=full,
                               stderr=subprocess.PIPE, cwd=self.dir)
        self.assertEqual(p.returncode, 74)
        self.assertIn(b"[no-space]", p.stderr)

    def test_stdout_closed(self):
        p = subprocess.run(["sh", "-c", '"$0" check a.json >&-', BIN],
                           cwd=self.dir, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 74)

    def test_stdout_pipe_closed(self):
        read, write = os.pipe()
        os.close(read)
        p = subprocess.run([BIN, "check", "a.json"], cwd=self.dir,
                           stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        self.assertEqual(p.returncode, 74)


class Config(Scratch):
    def test_missing(self):
        self.bad(78, "config-missing", "seal", "a.json", config="nope.conf")

    def test_none_at_all(self):
        self.bad(78, "config-missing", "seal", "a.json", config=None)

    def test_found_in_xdg_config_home(self):
        env = dict(self.env, XDG_CONFIG_HOME=self.path("x"))
        os.mkdir(self.path("x"))
        os.mkdir(self.path("x/sigill"))
        self.write("x/sigill/sigill.conf", "[sigill]\nenvironment = odd\n")
        p = self.sigill("check", "a.json", config=None, env=env)
        self.assertEqual(p.returncode, 78)
        self.assertIn("x/sigill/sigill.conf", p.err)

    def test_misspelt_key_has_its_line(self):
        self.configure(extra="[identity]\ncertifcate = x\n")
        p = self.bad(78, "config", "seal", "a.json")
        self.assertRegex(p.err, r"sigill\.conf:15: ")

    def test_what_a_command_needs(self):
        text = self.read("sigill.conf").decode()
        for key, command in (("recipients", "seal"), ("key", "seal"),
                             ("portal", "submit"),
                             ("intake_signers", "submit")):
            self.write("sigill.conf",
                       re.sub(r"(?m)^%s = .*\n" % key, "", text))
            p = self.bad(78, "config", command, "a.json")
            self.assertIn(key + " is missing", p.err)


class Init(Scratch):
    ARGS = ("init", "--organisation", "219999-0017", "--name",
            "Exempelköpings kommun", "--dir", "new")

    def test_makes_three_files(self):
        self.good(*self.ARGS, "--no-passphrase", config=None)
        self.assertEqual(sorted(os.listdir(self.path("new"))),
                         ["org.csr", "org.key", "sigill.conf"])
        self.assertEqual(stat.S_IMODE(os.stat(self.path("new")).st_mode),
                         0o700)
        self.assertEqual(
            stat.S_IMODE(os.stat(self.path("new/org.key")).st_mode), 0o600)
        text = subprocess.run(
            ["openssl", "req", "-verify", "-noout", "-subject", "-nameopt",
             "utf8", "-in", self.path("new/org.csr")], capture_output=True)
        self.assertIn(b"NTRSE-2199990017", text.stdout)
        self.assertIn("Exempelköpings kommun".encode(), text.stdout)
        # The configuration is one that the other commands can read.
        self.good("check", "a.json", config="new/sigill.conf")

    def test_default_folder(self):
        args = [a for a in self.ARGS if a not in ("--dir", "new")]
        doc = self.json(*args, "--no-passphrase", config=None)
        self.assertEqual(doc["config"],
                         self.path(".config/sigill/sigill.conf"))

    def test_key_types(self):
        for kind in "p256", "p384", "rsa3072":
            self.good(*self.ARGS[:-1], kind, "--key-type", kind,
                      "--no-passphrase", config=None)

    def test_encrypts_the_key(self):
        self.write("pass", PASSPHRASE + "\n")
        self.good(*self.ARGS, "--passphrase-file", "pass", config=None)
        key = self.read("new/org.key")
        self.assertIn(b"BEGIN ENCRYPTED PRIVATE KEY", key)
        p = subprocess.run(
            ["openssl", "pkey", "-noout", "-passin", "file:pass", "-in",
             "new/org.key"], cwd=self.dir, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, 0, p.stderr)

    def test_never_overwrites(self):
        os.mkdir(self.path("new"))
        for name in "org.key", "org.csr", "sigill.conf":
            self.write("new/" + name, "mine")
            self.bad(74, "output-exists", *self.ARGS, "--no-passphrase",
                     config=None, leaves=["new"])
            self.assertEqual(self.read("new/" + name), b"mine")
            self.assertEqual(os.listdir(self.path("new")), [name])
            os.unlink(self.path("new/" + name))

    def test_no_terminal(self):
        self.bad(77, "passphrase-needed", *self.ARGS, config=None)

    def test_asks_twice(self):
        status, out = on_terminal(self, self.ARGS,
                                  [PASSPHRASE, PASSPHRASE])
        self.assertEqual(status, 0, out)
        self.assertNotIn(PASSPHRASE, out)

    def test_short_passphrase(self):
        self.write("pass", "kort\n")
        p = self.bad(77, "passphrase", "init", "--organisation",
                     "219999-0017", "--name", "K", "--dir", "new",
                     "--passphrase-file", "pass", config=None,
                     leaves=["pass"])
        self.assertIn("at least 8", p.err)

    def test_two_different_passphrases(self):
        status, out = on_terminal(self, self.ARGS, [PASSPHRASE, "annan"])
        self.assertEqual(status, 77, out)
        self.assertEqual(self.new_files(), set())

    def test_wrong_number(self):
        args = list(self.ARGS)
        args[2] = "219999-0018"
        self.bad(65, "organisation-number", *args, "--no-passphrase",
                 config=None)

    def test_wrong_options(self):
        for more in (["--key-type", "dsa"], ["--environment", "prod"],
                     ["--name", ""], ["--name", "x" * 65]):
            self.bad(64, "usage", *self.ARGS, *more, "--no-passphrase",
                     config=None)
        self.bad(64, "usage", "init", "--no-passphrase", config=None)

    def test_folder_cannot_be_made(self):
        self.write("new", "a file")
        self.bad(74, "io", *self.ARGS, "--no-passphrase", config=None,
                 leaves=["new"])


def on_terminal(test, args, lines, asks="passphrase"):
    """Runs sigill on a terminal of its own and types lines when it asks."""
    asks = asks.encode()
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(test.dir)
        os.execve(BIN, [BIN, *args], test.env)
    out, lines, asked = b"", list(lines), 0
    while select.select([fd], [], [], 60)[0]:
        try:
            got = os.read(fd, 4096)
        except OSError as e:
            if e.errno == errno.EIO:
                break
            raise
        if not got:
            break
        out += got
        if lines and out.lower().count(asks) > asked \
                and out.endswith(b": "):
            asked = out.lower().count(asks)
            os.write(fd, lines.pop(0).encode() + b"\n")
    os.close(fd)
    status = os.waitpid(pid, 0)[1]
    return os.WEXITSTATUS(status), out.decode("utf-8", "replace")


class Check(Scratch):
    def test_summary(self):
        p = self.good("check", "a.json", config=None)
        self.assertIn("219999-0017 Exempelköpings kommun", p.out)
        self.assertIn("116 of 348", p.out)
        self.assertRegex(p.out, r"  9 of  16 ticked  Upphandling")
        self.assertRegex(p.out, r"\b([0-9A-Z]{4}-){3}[0-9A-Z]{4}\b")

    def test_json(self):
        doc = self.json("check", "a.json", config=None)
        self.assertEqual(doc["answers"]["ticked"], 116)
        self.assertEqual(doc["organisation"]["number"], "2199990017")
        self.assertEqual(len(doc["areas"]), 10)
        self.assertEqual(sum(a["ticked"] for a in doc["areas"]), 116)
        self.assertRegex(doc["statement"], r"^[0-9a-f]{64}$")

    def test_one_meaning_one_fingerprint(self):
        one = self.json("check", "a.json", config=None)
        a = self.answers()
        turned = dict(reversed(list(a.items())))
        turned["answers"] = {
            k: v[::-1] if isinstance(v, list) else v
            for k, v in reversed(list(a["answers"].items()))}
        self.write("b.json", json.dumps(turned, indent=7))
        two = self.json("check", "b.json", config=None)
        self.assertEqual(one["statement"], two["statement"])
        key = next(k for k, v in turned["answers"].items()
                   if isinstance(v, list) and v)
        turned["answers"][key] = turned["answers"][key][1:]
        self.write("c.json", json.dumps(turned))
        three = self.json("check", "c.json", config=None)
        self.assertNotEqual(one["statement"], three["statement"])

    def test_standard_input(self):
        one = self.good("check", "-", config=None, stdin=self.read("a.json"))
        two = self.good("check", "a.json", config=None)
        self.assertEqual(one.out, two.out)

    def test_all_mistakes_at_once_with_lines(self):
        a = self.answers()
        del a["round"]
        a["answers"]["999"] = ["a"]
        key = next(k for k, v in a["answers"].items()
                   if isinstance(v, list) and v)
        a["answers"][key] = ["no-such-option"]
        a["organisation"]["number"] = "219999-0018"
        text = json.dumps(a, indent=1, ensure_ascii=False)
        self.write("b.json", text)
        doc = self.json("check", "b.json", config=None, status=65)
        codes = [e["code"] for e in doc["errors"]]
        for code in ("field-missing", "question-unknown", "option-unknown",
                     "organisation-number"):
            self.assertIn(code, codes)
        lines = text.splitlines()
        for e in doc["errors"]:
            if e["code"] == "question-unknown":
                self.assertIn('"999"', lines[e["at"] - 1])
            if e["code"] == "option-unknown":
                self.assertIn("no-such-option", lines[e["at"] - 1])
        p = self.sigill("check", "b.json", config=None)
        self.assertEqual(p.err.count("sigill: error: "), len(codes))
        self.assertRegex(p.err, r"error: b\.json:\d+: organisation\.number: ")
        self.assertEqual(p.err.count("sigill: hint: "), len(set(codes)))

    def test_not_json(self):
        self.write("b.json", '{\n "questionnaire": "x",\n oops\n}\n')
        doc = self.json("check", "b.json", config=None, status=65)
        self.assertEqual((doc["errors"][0]["code"], doc["errors"][0]["at"]),
                         ("json", 3))

    def test_unknown_survey(self):
        for name in "infosakkollen-1999", "../../etc/passwd", "", "x" * 200:
            self.write("b.json", json.dumps(dict(self.answers(),
                                                 questionnaire=name)))
            p = self.sigill("check", "b.json", config=None)
            self.assertEqual(p.returncode, 65, p.err)
        self.before = self.files()
        self.write("b.json", json.dumps(dict(self.answers(),
                                             questionnaire="x-2000")))
        self.bad(65, "questionnaire-unknown", "check", "b.json", config=None)

    def test_answers_of_another_survey(self):
        self.write("b.json", json.dumps(dict(
            self.answers(), questionnaire="itsakkollen-2023")))
        doc = self.json("check", "b.json", config=None, status=65)
        self.assertEqual(doc["errors"][0]["code"], "question-unknown")
        self.assertIn("another survey", doc["errors"][0]["message"])

    def test_definition_by_name(self):
        share = BUILD + "/share/sigill/questionnaires/"
        shutil.copy(share + "infosakkollen-2023.json", self.path("q.json"))
        self.before = self.files()
        self.good("check", "a.json", "--questionnaire", "q.json", config=None)
        self.bad(66, "no-input", "check", "a.json", "--questionnaire",
                 "nope.json", config=None)

    def test_configured_folder_comes_first(self):
        os.mkdir(self.path("q"))
        self.write("q/infosakkollen-2023.json", "{}")
        self.before = self.files()
        self.configure(extra="[questionnaires]\ndirectory = q\n")
        p = self.sigill("check", "a.json")
        self.assertEqual(p.returncode, 65)
        self.assertIn("q/infosakkollen-2023.json", p.err)

    def test_files_that_cannot_be_read(self):
        os.symlink("loop", self.path("loop"))
        self.before = self.files()
        for name in "nope.json", ".", "loop":
            self.bad(66, "no-input", "check", name, config=None)

    def test_names_that_are_no_utf8(self):
        name = b"sv\xe5r.json"
        with open(os.path.join(self.dir.encode(), name), "wb") as f:
            f.write(self.read("a.json"))
        p = subprocess.run([BIN, "check", "--json", name], cwd=self.dir,
                           capture_output=True)
        self.assertEqual(p.returncode, 0, p.stdout)
        p = subprocess.run([BIN, "seal", "--json", "--config", "sigill.conf",
                            name], cwd=self.dir, capture_output=True)
        self.assertEqual(json.loads(p.stdout)["sealed"], "sv?r.sigill")
        p = subprocess.run([BIN, "check", "--json", b"\xe5" * 300],
                           cwd=self.dir, capture_output=True)
        self.assertEqual(json.loads(p.stdout)["errors"][0]["code"],
                         "no-input")

    def test_long_names_are_cut_between_characters(self):
        doc = self.json("check", "ä" + "ö" * 120, config=None, status=66)
        self.assertRegex(doc["errors"][0]["where"], r"^äö+$")

    def test_another_kind_of_file(self):
        self.seal()
        self.write("book.xlsx", b"PK\x03\x04" + bytes(100))
        self.write("empty.json", "")
        self.before = self.files()
        for name, word in (("a.sigill", "sealed file"),
                           ("book.xlsx", "workbook"),
                           ("exempelkoping.pem", "certificate"),
                           ("empty.json", "empty")):
            p = self.bad(65, "json", "check", name, config=None)
            self.assertIn(word, p.err)


class Seal(Scratch):
    def test_seals_and_names_what_is_next(self):
        p = self.good("seal", "a.json")
        self.assertEqual(self.new_files(), {"a.sigill",
                                            "a.sigill.reply.pem"})
        self.assertIn("sigill send a.sigill", p.out)
        self.assertIn("CN=Intake RSA", p.out)
        for name in "a.sigill", "a.sigill.reply.pem":
            mode = os.stat(self.path(name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_output(self):
        self.good("seal", "a.json", "-o", "b.out")
        self.assertEqual(self.new_files(), {"b.out", "b.out.reply.pem"})

    def test_standard_output(self):
        p = self.sigill("seal", "a.json", "-o", "-")
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(p.stdout[:1], b"\x30")
        self.assertIn("Fingerprint", p.err)
        self.assertEqual(self.new_files(), set())
        self.write("piped.sigill", p.stdout)
        self.good("inspect", "piped.sigill", config=None)

    def test_standard_output_is_a_terminal(self):
        status, out = on_terminal(self, ["seal", "a.json", "-o", "-",
                                         "--config", "sigill.conf"], [])
        self.assertEqual(status, 64, out)
        self.assertIn("terminal", out)

    def test_two_documents_on_standard_output(self):
        self.json("seal", "a.json", "-o", "-", status=64)

    def test_answers_from_standard_input(self):
        self.bad(64, "usage", "seal", "-", stdin=self.read("a.json"))
        self.good("seal", "-", "-o", "b.sigill", stdin=self.read("a.json"))

    def test_never_overwrites(self):
        self.write("a.sigill", "mine")
        self.before = self.files()
        p = self.bad(74, "output-exists", "seal", "a.json")
        self.assertIn("sigill send", p.err)
        self.assertEqual(self.read("a.sigill"), b"mine")

    def test_json(self):
        doc = self.json("seal", "a.json")
        self.assertEqual(doc["sealed"], "a.sigill")
        self.assertEqual(doc["sealed_size"],
                         os.path.getsize(self.path("a.sigill")))
        self.assertRegex(doc["sealed_digest"], r"^[0-9a-f]{64}$")
        self.assertEqual(doc["environment"], "test")

    def test_mistakes_stop_it(self):
        self.write("b.json", json.dumps(dict(self.answers(), round=7)))
        self.before = self.files()
        self.bad(65, "field-type", "seal", "b.json")

    def test_another_organisation(self):
        self.configure(identity="exempelregionen")
        p = self.bad(77, "organisation-mismatch", "seal", "a.json")
        self.assertIn("219999-0025", p.err)
        self.assertIn("219999-0017", p.err)

    def test_expired_certificate(self):
        self.configure(identity="expired")
        p = self.bad(77, "signer-expired", "seal", "a.json")
        self.assertIn("expired.pem", p.err)

    def test_test_certificate_in_production(self):
        self.configure(environment="production")
        self.bad(77, "test-certificate", "seal", "a.json")

    def test_key_of_another_certificate(self):
        shutil.copy(self.path("exempelregionen.key"),
                    self.path("exempelkoping.key"))
        self.bad(77, "key-mismatch", "seal", "a.json")

    def test_key_that_others_can_read(self):
        for mode in 0o640, 0o604, 0o660:
            os.chmod(self.path("exempelkoping.key"), mode)
            p = self.bad(77, "key-mode", "seal", "a.json")
            self.assertIn("chmod 600", p.err)

    def test_key_that_is_no_key(self):
        self.write("exempelkoping.key", "hello")
        self.bad(77, "key", "seal", "a.json")

    def test_key_that_cannot_be_read(self):
        os.unlink(self.path("exempelkoping.key"))
        self.before = self.files()
        self.bad(66, "no-input", "seal", "a.json")
        os.symlink("exempelkoping.key", self.path("exempelkoping.key"))
        self.before = self.files()
        self.bad(66, "no-input", "seal", "a.json")

    def test_recipients_that_cannot_be_trusted(self):
        for name in "exempelkoping.pem", "portal-tls.pem":
            self.configure(recipients=name)
            p = self.bad(77, "recipient-certificate", "seal", "a.json")
            self.assertIn(name, p.err)
        self.configure(anchors="sender-ca.pem")
        self.bad(77, "recipient-certificate", "seal", "a.json")

    def test_supersedes(self):
        self.good("seal", "a.json", "--supersedes", "ab" * 32)
        self.before = self.files()
        for what in "ab" * 31, "NA85-CD34-53V7-G38Z":
            p = self.bad(64, "usage", "seal", "a.json", "-o", "b.sigill",
                         "--supersedes", what)
            self.assertIn("accepted receipt", p.err)

    def test_certificate_for_something_else(self):
        """What nobody would accept is not sealed with."""
        for identity in "wrong-usage", "wrong-eku":
            self.configure(identity=identity)
            p = self.bad(77, "signer-usage", "seal", "a.json")
            self.assertIn(identity + ".pem", p.err)

    def test_byte_order_mark(self):
        """PowerShell and Notepad write one."""
        plain = self.json("check", "a.json", config=None)
        self.write("a.json", b"\xef\xbb\xbf" + self.read("a.json"))
        self.assertEqual(plain, self.json("check", "a.json", config=None))
        self.write("a.json", self.read("a.json").replace(b"219999", b"21999", 1))
        p = self.sigill("check", "a.json", config=None)
        self.assertIn("a.json:5:", p.err)

    def test_portal_is_judged_before_sealing(self):
        self.configure(portal="http://localhost:1")
        self.bad(78, "config", "submit", "a.json")

    def test_folder_read_only(self):
        p = self.bad(74, "io", "seal", "a.json", "-o", "/proc/x.sigill")
        self.assertIn("/proc/x.sigill", p.err)

    def test_folder_missing(self):
        self.bad(74, "io", "seal", "a.json", "-o", "no/such/b.sigill")

    def test_file_size_limit(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        self.bad(74, "io", "seal", "a.json", preexec_fn=limit)

    def test_full_disk(self):
        os.mkdir(self.path("disk"))
        self.before = self.files()
        script = ("mount -t tmpfs -o size=4k none disk || exit 99; "
                  '"$0" seal a.json --config sigill.conf -o disk/a.sigill; '
                  "status=$?; ls -A disk; exit $status")
        p = subprocess.run(["unshare", "-m", "sh", "-c", script, BIN],
                           cwd=self.dir, capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot mount here")
        self.assertEqual(p.returncode, 74, p.stderr)
        self.assertIn(b"[no-space]", p.stderr)
        self.assertNotIn(b"a.sigill\n", p.stdout)

    def test_no_answers_on_disk(self):
        """What is sealed shows nothing of what was said."""
        a = self.answers()
        a["organisation"]["name"] = "Markeringsordet kommun"
        self.write("m.json", json.dumps(a))
        p = self.sigill("seal", "m.json")
        self.assertEqual(p.returncode, 0, p.err)
        self.assertNotIn(b"Markeringsordet", self.read("m.sigill"))


class Passphrase(Scratch):
    def setUp(self):
        super().setUp()
        self.write("pass", PASSPHRASE + "\n")
        subprocess.run(
            ["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-iter",
             "2048", "-in", self.path("exempelkoping.key"), "-out",
             self.path("locked.key"), "-passout",
             "file:" + self.path("pass")], check=True, capture_output=True)
        os.chmod(self.path("locked.key"), 0o600)
        os.rename(self.path("locked.key"), self.path("exempelkoping.key"))
        self.before = self.files()

    def test_no_terminal(self):
        p = self.bad(77, "passphrase-needed", "seal", "a.json")
        self.assertIn("--passphrase-fd", p.err)

    def test_file(self):
        self.good("seal", "a.json", "--passphrase-file", "pass")

    def test_configured_file(self):
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf", text.replace(
            "[authority]", "passphrase_file = pass\n[authority]"))
        self.good("seal", "a.json")

    def test_descriptor(self):
        read, write = os.pipe()
        os.write(write, PASSPHRASE.encode())
        os.close(write)
        self.good("seal", "a.json", "--passphrase-fd", str(read),
                  pass_fds=[read])
        os.close(read)

    def test_standard_input(self):
        self.good("seal", "a.json", "--passphrase-fd", "0",
                  stdin=PASSPHRASE.encode() + b"\n")

    def test_wrong(self):
        self.write("pass", "fel\n")
        p = self.bad(77, "passphrase", "seal", "a.json", "--passphrase-file",
                     "pass")
        self.assertNotIn("fel\n", p.err)

    def test_file_that_others_can_read(self):
        os.chmod(self.path("pass"), 0o644)
        self.bad(77, "key-mode", "seal", "a.json", "--passphrase-file",
                 "pass")

    def test_terminal(self):
        status, out = on_terminal(self, ["seal", "a.json", "--config",
                                         "sigill.conf"], [PASSPHRASE])
        self.assertEqual(status, 0, out)
        self.assertIn("exempelkoping.key", out)
        self.assertNotIn(PASSPHRASE, out)
        self.assertEqual(self.new_files(), {"a.sigill",
                                            "a.sigill.reply.pem"})

    def test_check_and_inspect_need_none(self):
        self.good("check", "a.json")


class Inspect(Scratch):
    def test_shows_the_outside(self):
        self.seal()
        p = self.good("inspect", "a.sigill", config=None)
        for text in ("219999-0017", "Provutfärdaren CA", "RSA-OAEP",
                     "ECDH P-256", "AES-256-GCM", "stays hidden"):
            self.assertIn(text, p.out)

    def test_json(self):
        self.seal()
        doc = self.json("inspect", "a.sigill", config=None)
        self.assertEqual(doc["signer"]["organisation"], "2199990017")
        self.assertEqual([r["kind"] for r in doc["recipients"]],
                         ["RSA-OAEP", "ECDH P-256"])

    def test_changed(self):
        self.seal()
        data = bytearray(self.read("a.sigill"))
        data[len(data) // 2] ^= 1
        self.write("a.sigill", bytes(data))
        p = self.sigill("inspect", "a.sigill", config=None)
        self.assertIn(p.returncode, (65, 77))
        self.assertEqual(p.out, "")

    def test_cut_short(self):
        self.seal()
        self.write("a.sigill", self.read("a.sigill")[:-1])
        self.bad(65, "outer-structure", "inspect", "a.sigill", config=None)

    def test_answers(self):
        p = self.bad(65, "outer-structure", "inspect", "a.json", config=None)
        self.assertIn("sigill check", p.err)


class Swedish(SwedishScratch):
    def test_error_and_hint(self):
        p = self.sigill("check", "nope.json", config=None)
        self.assertIn("sigill: fel: nope.json: filen kan inte läsas", p.err)
        self.assertIn("sigill: råd: ", p.err)
        self.assertIn("[no-input]", p.err)

    def test_summary(self):
        p = self.good("check", "a.json", config=None)
        self.assertIn("Fingeravtryck", p.out)
        self.assertIn("116 av 348", p.out)

    def test_json_is_english(self):
        doc = self.json("check", "nope.json", config=None, status=66)
        self.assertEqual(doc["errors"][0]["sentence"],
                         "the file cannot be read")

    def test_help(self):
        p = self.good("--help", config=None)
        self.assertIn("Användning", p.out)
        p = self.good("submit", "--help", config=None)
        self.assertTrue(p.out.startswith(
            "Användning: sigill submit [FLAGGA...] "), p.out)

    def test_init(self):
        """Her configuration is explained in her language, and is the same."""
        both = {}
        for name, more in ("sv", {}), ("en", {"LC_ALL": "C.UTF-8",
                                              "LANGUAGE": ""}):
            self.sigill("init", "--organisation", "219999-0017", "--name",
                        "Exempelköping", "--no-passphrase", "--dir", name,
                        config=None, env=dict(self.env, **more))
            both[name] = self.read(name + "/sigill.conf").decode()
        self.assertIn("# Det som utfärdaren skickar er ", both["sv"])
        self.assertEqual(*[[line for line in text.splitlines()
                            if not line.startswith("# ")]
                           for text in both.values()])

    def test_everything_is_translated(self):
        pot = self.path("sigill.pot")
        subprocess.run(["xgettext", "--language=C", "--keyword=_",
                        "--keyword=N_", "--keyword=P_:1,2",
                        "--from-code=UTF-8", "-f", "po/POTFILES", "-o", pot],
                       check=True, stderr=subprocess.DEVNULL)
        p = subprocess.run(["msgcmp", "po/sv.po", pot], capture_output=True)
        self.assertEqual((p.returncode, p.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
