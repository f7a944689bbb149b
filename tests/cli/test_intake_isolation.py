#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What intake's workers and key holder can do, and what becomes of a file whose
worker does something else: isolate.c is the service, plant.c what a file makes
a worker do that has found a hole in it."""
import glob
import os
import re
import select
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, "tests")
from sealer import seal, submission  # noqa: E402
from support import (BUILD, INFOSAK, SIGILL, Scratch, call, read,  # noqa: E402
                     write)

ISOLATE = BUILD + "/test/isolate"
# With sanitizers some calls are refused that end the process otherwise, its
# memory has no limit, and its reports go to standard error.
SANITIZED = b"__asan_init" in read(ISOLATE)
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
ATTEMPTS = ["open /etc/passwd", "create {dir}/made", "inet", "unix", "fork",
            "exec /bin/true", "ptrace {pid}", "kill {pid}", "peek {pid}",
            "map", "protect", "channel x", "oldcall", "urgent x",
            "address x", "give x", "look", "mapfile"]
LIES = [("round", "it told of a round that is not known"),
        ("unopened", "it told of a round that had not opened"),
        ("version", "it told of a questionnaire that is not known"),
        ("late", "it told a lie about late"),
        ("mandate-self", "it told of a mandate for nobody"),
        ("mandate-nobody", "it told of a mandate for nobody"),
        ("mandate-old", "it told of a mandate that had expired"),
        ("control", "what it gave is not a document"),
        ("no-utf-8", "what it gave is not a document")]

CONF = """[authority]
name = Myndigheten Exempel TEST ONLY
environment = test
[senders]
anchors = {anchors}
crls = {crls}
{recipients}[receipts]
certificate = pki/intake-receipts.pem
key = pki/intake-receipts.key
[questionnaires]
directory = {questionnaires}
[round 2023]
opens = 2023-05-17
closes = 2099-12-31
[round 2027]
opens = 2027-01-01
closes = 2027-12-31
[ledger]
database = ledger.db
[archive]
directory = archive
[spool portal]
directory = spool
[service]
memory = 256
"""
RECIPIENT = """[recipient {0}]
certificate = pki/{0}.pem
key = pki/{0}.key
"""


class Answer:
    def __init__(self, line):
        words = line.rstrip("\n").split(" ", 5)
        self.code, self.verdict, self.why = words[:3]
        self.document, self.message = int(words[3]), words[5]

    def __repr__(self):
        return "%s %s %s %d %s" % (self.code, self.verdict, self.why,
                                   self.document, self.message)


class Isolate:
    """The program with its two children."""

    def __init__(self, conf, seconds=30, *passphrase):
        self.errors = open(conf + ".err", "w+b")
        self.process = subprocess.Popen(
            [ISOLATE, conf, str(seconds), *passphrase],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors)
        self.pid = self.process.pid
        self.rest = b""
        self.began = self.answer()

    def ask(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def answer(self, timeout=100):
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], timeout)[0]:
                raise AssertionError("no answer")
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise AssertionError("it has gone: %r" % self.log())
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return Answer(line.decode())

    def verify(self, line):
        self.ask(line)
        return self.answer()

    def children(self, command):
        """Their process ids."""
        found = []
        for pid in read("/proc/%d/task/%d/children" % (
                self.pid, self.pid)).split():
            argv = read("/proc/%d/cmdline" % int(pid)).split(b"\0")
            if command.encode() in argv:
                found.append(int(pid))
        return found

    def child(self, command, timeout=20):
        """The one child, as soon as it is there."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            found = self.children(command)
            if found:
                return found[0]
            time.sleep(0.01)
        raise AssertionError("no " + command)

    def wait_for_end(self):
        """Of every worker: what is about to end has no command line any more,
        but its end of the socket still."""
        def lives(pid):
            try:
                with open("/proc/%s/stat" % pid.decode()) as f:
                    state = f.read().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                return False
            return state != "Z" and pid not in keepers

        keepers = [b"%d" % p for p in self.children("keyholder")]
        while any(map(lives, read("/proc/%d/task/%d/children" % (
                self.pid, self.pid)).split())):
            time.sleep(0.01)

    def log(self):
        self.errors.seek(0)
        return self.errors.read()

    def end(self):
        """Its status, when it is told to end."""
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.errors.close()
        return self.process.returncode


def is_gone(pid):
    try:
        state = re.search(rb"State:\s+(\w)", read("/proc/%d/status" % pid))
        return state.group(1) in b"ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def memory(pid):
    """All that a process could read of itself; for root."""
    found = []
    with open("/proc/%d/maps" % pid, encoding="utf-8") as maps, \
            open("/proc/%d/mem" % pid, "rb") as mem:
        for line in maps:
            words = line.split()
            start, end = (int(n, 16) for n in words[0].split("-"))
            if words[1].startswith("rw"):
                mem.seek(start)
                found.append(mem.read(end - start))
    return b"".join(found)


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = Scratch()
        cls.good = cls.scratch.at("good.sigill")
        call(SIGILL, "--config", cls.scratch.sender, "seal", "--output",
             cls.good, INFOSAK)
        cls.conf = cls.make_conf("intake.conf")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.remove()

    @classmethod
    def make_conf(cls, name, recipients=("intake-p256",), more="", **other):
        values = dict(anchors="pki/sender-ca.pem", crls="pki/sender-ca.crl",
                      questionnaires=os.path.abspath("questionnaires"))
        values.update(other)
        return write(cls.scratch.at(name), CONF.format(
            recipients="".join(RECIPIENT.format(r) for r in recipients),
            **values) + more)

    def start(self, *args, **kwargs):
        i = Isolate(*args, **kwargs)
        self.addCleanup(i.end)
        return i

    def service(self, seconds=30):
        i = self.start(self.conf, seconds)
        self.assertEqual(i.began.code, "ok", i.began)
        return i

    def planted(self, words, name="planted.sigill"):
        return write(self.scratch.at(name),
                     "SIGILL-PLANT " + words + "\n" + "x" * 2000)

    def assert_good(self, service):
        got = service.verify(self.good)
        self.assertEqual((got.code, got.verdict), ("ok", "accepted"), got)
        self.assertGreater(got.document, 1000)

    def assert_good_again(self, service):
        """After a second at most is the key holder started again."""
        end = time.monotonic() + 20
        while service.verify(self.good).code == "key-service":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)
        self.assert_good(service)

    # --- what they can do ---------------------------------------------------

    def test_every_kind_of_key(self):
        for recipient in "intake-p256", "intake-p384", "intake-rsa":
            conf = self.make_conf(recipient + ".conf", [recipient])
            i = self.start(conf)
            self.assertEqual(i.began.code, "ok", i.began)
            for org in ("exempelkoping", "exempelregionen",
                        "exempelmyndigheten"):
                with self.subTest(recipient=recipient, sender=org):
                    path = self.seal_for(org)
                    got = i.verify(path)
                    self.assertEqual((got.code, got.verdict),
                                     ("ok", "accepted"), got)
            self.assertEqual(i.log(), b"")

    def seal_for(self, org):
        path = self.scratch.at(org + ".sigill")
        if not os.path.exists(path):
            number = re.search(r"NTRSE-(\d{6})(\d{4})", call(
                "openssl", "x509", "-noout", "-subject", "-in",
                self.scratch.at("pki/%s.pem" % org)).decode())
            with open(INFOSAK, encoding="utf-8") as f:
                text = re.sub(r'"number":\s*"[0-9-]+"', '"number": "%s-%s"' %
                              number.groups(), f.read())
            answers = write(self.scratch.at(org + ".json"), text)
            call(SIGILL, "--config", self.scratch.sender_conf(org), "seal",
                 "--output", path, answers)
        return path

    def test_every_vector(self):
        """All that verification can come to, behind the walls."""
        out = self.scratch.at("out")
        os.mkdir(out)
        os.mkdir(self.scratch.at("definitions"))
        write(self.scratch.at("definitions/vectors-1.json"),
              read("tests/vectors/questionnaire.json").decode())
        call(BUILD + "/test/make-vectors", self.scratch.at("pki"),
             "tests/vectors/questionnaire.json", out)
        with open(self.scratch.at("both.crl"), "wb") as f:
            f.write(read("certs-sample/sender-ca.crl") +
                    read("certs-sample/issuing-ca.crl"))
        i = self.start(self.make_conf("vectors.conf", crls="both.crl",
                                      questionnaires="definitions"))
        done = 0
        with open(out + "/index.tsv", encoding="utf-8") as index:
            for line in index:
                name, code, setup = line.rstrip("\n").split("\t")
                if setup != "test":
                    continue
                got = i.verify("@1800000000 %s/%s.sigill" % (out, name))
                done += 1
                with self.subTest(vector=name):
                    self.assertEqual((got.code, got.why), ("ok", code), got)
        self.assertGreaterEqual(done, 80)
        self.assertEqual(i.log(), b"")

    def test_the_largest_file(self):
        """It is rejected for its size, and not for the walls."""
        path = self.scratch.at("large.sigill")
        with open(path, "wb") as f:
            f.write(read(self.good))
            f.truncate(64 * 1024 * 1024 // 8 * 9 + 64 * 1024)
        i = self.service()
        got = i.verify(path)
        self.assertEqual((got.code, got.verdict), ("ok", "rejected"), got)
        self.assert_good(i)

    def test_a_large_submission(self):
        """With much in it that nobody can compress."""
        path = self.scratch.at("attached.sigill")
        with open(path, "wb") as f:
            f.write(seal(submission(attachments=[{
                "name": "a.bin", "media_type": "application/octet-stream",
                "data": os.urandom(8 << 20)}])))
        i = self.service()
        got = i.verify(path)
        self.assertEqual((got.code, got.verdict), ("ok", "accepted"), got)
        self.assertGreater(got.document, 11000000)

    def test_a_faulty_list_is_the_configurations_fault(self):
        conf = self.make_conf("faulty.conf", crls="pki/intake-p256.pem")
        i = self.start(conf)
        self.assertEqual(i.began.code, "ok", i.began)
        got = i.verify(self.good)
        self.assertEqual(got.code, "config", got)

    def test_walls(self):
        i = self.service()
        self.assert_good(i)
        for command in "worker", "keyholder":
            pid = i.child(command)
            status = read("/proc/%d/status" % pid).decode()
            with self.subTest(process=command):
                self.assertRegex(status, r"Seccomp:\s+2\n")
                self.assertRegex(status, r"NoNewPrivs:\s+1\n")
                limits = read("/proc/%d/limits" % pid).decode()
                self.assertRegex(limits, r"Max open files\s+3 ")
                self.assertRegex(limits, r"Max file size\s+0 ")
                self.assertRegex(limits, r"Max core file size\s+0 ")
                if os.geteuid() == 0:
                    self.assertEqual(sorted(os.listdir(
                        "/proc/%d/fd" % pid)), ["0", "1", "2"])
                elif not SANITIZED:
                    with self.assertRaises(PermissionError):
                        os.listdir("/proc/%d/fd" % pid)

    @unittest.skipUnless(os.geteuid() == 0 and not SANITIZED,
                         "only root may look, and not at terabytes")
    def test_nothing_of_a_file_is_left(self):
        path = self.scratch.at("marked.sigill")
        with open(path, "wb") as f:
            f.write(seal(submission(attachments=[{
                "name": "a.txt", "media_type": "text/plain",
                "data": b"Fordonsregistret " * 500}])))
        os.environ["PGPASSWORD"] = "Hemligt-4711"
        self.addCleanup(os.environ.pop, "PGPASSWORD")
        i = self.service()
        got = i.verify(path)
        self.assertEqual((got.code, got.verdict), ("ok", "accepted"), got)
        worker = memory(i.child("worker"))
        self.assertTrue(b"infosakkollen-2023" in worker)
        for process in worker, memory(i.child("keyholder")):
            for text in b"Fordonsregistret", b"Rm9yZG9uc3JlZ2lzdHJldC":
                self.assertFalse(text in process, text)
            # Nor anything of the service's that stands in its environment.
            self.assertFalse(b"Hemligt-4711" in process)

    # --- what they try ------------------------------------------------------

    def test_attempts(self):
        i = self.service()
        with open(self.scratch.at("bystander.txt"), "w+b") as out:
            bystander = subprocess.Popen(["sleep", "600"], stdout=out)
        try:
            for words in ATTEMPTS:
                if words == "oldcall" and os.uname().machine != "x86_64":
                    continue
                words = words.format(pid=bystander.pid, dir=self.scratch.dir)
                with self.subTest(attempt=words):
                    got = i.verify(self.planted(words))
                    self.assertEqual(got.code, "worker", got)
                    want = "signal 31$"
                    if SANITIZED:
                        want += "|status 101$"
                    self.assertRegex(got.message, want)
            self.assertIsNone(bystander.poll())
        finally:
            bystander.kill()
            bystander.wait()
        self.assertFalse(os.path.exists(self.scratch.at("made")))
        self.assert_good(i)

    @unittest.skipIf(SANITIZED, "a sanitizer must be able to report")
    def test_nothing_goes_to_the_log(self):
        i = self.service()
        got = i.verify(self.planted("log Hemligt-4711"))
        self.assertRegex(got.message, "signal 31$")
        self.assertEqual(i.log(), b"")

    def test_the_keyholder_is_no_oracle(self):
        i = self.service()
        got = i.verify(self.planted("foreign"))
        self.assertEqual(got.code, "worker", got)
        self.assertEqual(got.message, "it asked for the key of another file")
        self.assert_good(i)

    def test_what_is_no_answer(self):
        i = self.service(10)
        for words, message in (
                ("say Fno facts", "what it said are not facts"),
                ("say Dno facts", "it gave a document out of turn"),
                ("say .", "it ended without facts, or a document"),
                ("say Uno key", "it asked for a key out of turn"),
                ("say Kkey", "it said what nobody understands"),
                ("leave", "it ended with status 0")):
            with self.subTest(plant=words):
                got = i.verify(self.planted(words))
                self.assertEqual((got.code, got.message),
                                 ("worker", message))
        self.assert_good(i)

    def test_lies(self):
        """What it accepts for a file that it has not opened: never what the
        service can see to be false."""
        i = self.service()
        for what in "nothing", "mandate":
            got = i.verify(self.planted("lie " + what))
            self.assertEqual((got.code, got.verdict), ("ok", "accepted"), got)
            i.wait_for_end()                    # it ends after that
        for what, message in LIES:
            with self.subTest(lie=what):
                got = i.verify(self.planted("lie " + what))
                self.assertEqual((got.code, got.message), ("worker", message))
        self.assert_good(i)

    def test_a_document_is_not_larger_than_its_file_could_make_it(self):
        i = self.service()
        got = i.verify(self.planted("lie large"))
        self.assertEqual((got.code, got.message),
                         ("worker", "a message of 6291456 bytes"), got)
        self.assert_good(i)

    def test_who_is_said_to_have_to_wait(self):
        """A worker that a file has taken over puts nobody else off."""
        i = self.service()
        self.assert_good(i)
        for _ in range(2):
            got = i.verify(self.planted("taint"))
            self.assertEqual((got.code, got.verdict, got.why),
                             ("ok", "undecided", "signer-crl"), got)
            tainted = i.child("worker")
            self.assert_good(i)
            self.assertTrue(is_gone(tainted))
        self.assertEqual(i.log().count(b"worker-broken"), 2, i.log())

    def test_a_worker_does_not_last(self):
        """What a file has left in it ends after some others."""
        i = self.service()
        self.assert_good(i)
        first = i.child("worker")
        for _ in range(1000):
            self.assert_good(i)
            if i.child("worker") != first:
                break
        else:
            self.fail("after 1000 files it is the same")

    # --- what becomes of them -----------------------------------------------

    def test_crash(self):
        i = self.service()
        self.assert_good(i)
        before = i.child("worker")
        got = i.verify(self.planted("crash"))
        self.assertEqual(got.code, "worker", got)
        self.assert_good(i)
        self.assertNotEqual(i.child("worker"), before)
        self.assertTrue(is_gone(before))

    def test_loop(self):
        i = self.service(2)
        self.assert_good(i)
        began = time.monotonic()
        got = i.verify(self.planted("loop"))
        self.assertEqual(got.code, "worker-late", got)
        self.assertLess(time.monotonic() - began, 20)
        self.assert_good(i)

    @unittest.skipIf(SANITIZED, "no limit on memory under a sanitizer")
    def test_greed(self):
        i = self.service()
        got = i.verify(self.planted("eat"))
        self.assertEqual(got.code, "worker", got)
        self.assert_good(i)

    def test_worker_killed(self):
        i = self.service()
        i.ask(self.planted("loop"))
        os.kill(i.child("worker"), signal.SIGKILL)
        got = i.answer()
        # Perhaps it was not yet ready for the file.
        self.assertIn((got.code, "signal 9" in got.message),
                      [("worker", True), ("io", True)], got)
        self.assert_good(i)
        # Between two files nothing is to be seen of it.
        before = i.child("worker")
        os.kill(before, signal.SIGKILL)
        while not is_gone(before):
            time.sleep(0.01)
        self.assert_good(i)

    def test_keyholder_killed(self):
        i = self.service()
        for _ in range(3):
            before = i.child("keyholder")
            os.kill(before, signal.SIGKILL)
            self.assert_good(i)
            self.assertNotEqual(i.child("keyholder"), before)
        self.assertEqual(len(i.children("keyholder")), 1)

    def test_keyholder_gone_for_good(self):
        """No fault of the file: it is told so, and goes on later."""
        i = self.service()
        self.assert_good(i)
        key = self.scratch.at("pki/intake-p256.key")
        os.rename(key, key + ".away")
        try:
            os.kill(i.child("keyholder"), signal.SIGKILL)
            for _ in range(3):
                got = i.verify(self.good)
                self.assertEqual(got.code, "key-service", got)
        finally:
            os.rename(key + ".away", key)
        self.assert_good_again(i)

    def test_service_killed(self):
        """Its children go with it, whatever they are at."""
        for words in "loop", None:
            i = self.service()
            self.assert_good(i)
            if words:
                i.ask(self.planted(words))
            pids = [i.child("worker"), i.child("keyholder")]
            i.process.kill()
            i.process.wait()
            end = time.monotonic() + 20
            while time.monotonic() < end and not all(map(is_gone, pids)):
                time.sleep(0.01)
            with self.subTest(while_it=words):
                self.assertTrue(all(map(is_gone, pids)))

    def test_signals_for_the_service_are_not_for_them(self):
        i = self.service()
        self.assert_good(i)
        pids = i.child("worker"), i.child("keyholder")
        for pid in pids:
            for sig in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
                os.kill(pid, sig)
        self.assert_good(i)
        self.assertEqual((i.child("worker"), i.child("keyholder")), pids)
        self.assertEqual(i.end(), 0)
        self.assertTrue(all(map(is_gone, pids)))

    # --- keys ---------------------------------------------------------------

    def test_passphrase(self):
        key = self.scratch.at("pki/secret.key")
        call("openssl", "pkcs8", "-topk8", "-in",
             self.scratch.at("pki/intake-p256.key"), "-out", key,
             "-v2", "aes-256-cbc", "-passout", "pass:Lösen-4711")
        os.chmod(key, 0o600)
        call("cp", self.scratch.at("pki/intake-p256.pem"),
             self.scratch.at("pki/secret.pem"))
        conf = self.make_conf("secret.conf", ["secret"])
        i = self.start(conf, 30, "Lösen-4711")
        self.assertEqual(i.began.code, "ok", i.began)
        self.assert_good(i)
        os.kill(i.child("keyholder"), signal.SIGKILL)
        self.assert_good(i)
        argv = b"".join(read("/proc/%d/cmdline" % i.child(c)) +
                        read("/proc/%d/environ" % i.child(c))
                        if os.geteuid() == 0 else b""
                        for c in ("worker", "keyholder"))
        self.assertNotIn("Lösen".encode(), argv)
        wrong = self.start(conf, 30, "wrong")
        self.assertEqual(wrong.began.code, "passphrase", wrong.began)
        none = self.start(conf)
        self.assertEqual(none.began.code, "passphrase-needed", none.began)

    def token(self):
        """intake-rsa's key in a token; the configuration that names it."""
        os.mkdir(self.scratch.at("tokens"))
        os.environ["SOFTHSM2_CONF"] = write(
            self.scratch.at("softhsm2.conf"),
            "directories.tokendir = %s\nlog.level = ERROR\n" %
            self.scratch.at("tokens"))
        call("softhsm2-util", "--init-token", "--free", "--label", "intake",
             "--so-pin", "12345678", "--pin", "4711")
        call("softhsm2-util", "--import", self.scratch.at("pki/intake-rsa.key"),
             "--token", "intake", "--label", "k", "--id", "a1", "--pin",
             "4711")
        conf = self.make_conf("token.conf", ["intake-rsa"],
                              more="[pkcs11]\nmodule = %s\n" % MODULE)
        with open(conf, encoding="utf-8") as f:
            text = f.read()
        return write(conf, text.replace("pki/intake-rsa.key",
                                        "pkcs11:token=intake;object=k"))

    def test_token(self):
        os.environ["PGPASSWORD"] = "Hemligt-4711"
        self.addCleanup(os.environ.pop, "PGPASSWORD")
        conf = self.token()
        i = self.start(conf, 30, "4711")
        self.assertEqual(i.began.code, "ok", i.began)
        self.assert_good(i)
        status = read("/proc/%d/status" % i.child("keyholder")).decode()
        self.assertRegex(status, r"Seccomp:\s+2\n")
        if os.geteuid() == 0:
            environ = read("/proc/%d/environ" % i.child("keyholder"))
            self.assertIn(b"SOFTHSM2_CONF=", environ)
            self.assertNotIn(b"Hemligt-4711", environ)
        # It is pulled out, and put in again.
        tokens = self.scratch.at("tokens")
        os.rename(tokens, tokens + ".away")
        os.kill(i.child("keyholder"), signal.SIGKILL)
        got = i.verify(self.good)
        self.assertEqual(got.code, "key-service", got)
        os.rename(tokens + ".away", tokens)
        self.assert_good_again(i)
        # Its PIN is another one now: tried once, and never again.
        call("softhsm2-util", "--init-token", "--token", "intake", "--label",
             "intake", "--so-pin", "12345678", "--pin", "8888")
        os.kill(i.child("keyholder"), signal.SIGKILL)
        for _ in range(3):
            got = i.verify(self.good)
            self.assertEqual(got.code, "key-service", got)
            self.assertTrue(got.message.startswith("passphrase:"), got)
            time.sleep(1.1)
        self.assertEqual(i.children("keyholder"), [])

    def test_key_of_another_certificate(self):
        call("cp", self.scratch.at("pki/intake-p384.key"),
             self.scratch.at("pki/mixed.key"))
        call("cp", self.scratch.at("pki/intake-p256.pem"),
             self.scratch.at("pki/mixed.pem"))
        i = self.start(self.make_conf("mixed.conf", ["mixed"]))
        self.assertEqual(i.began.code, "key-mismatch", i.began)

    # --- the switch ---------------------------------------------------------

    def test_only_tests_have_plants(self):
        self.assertIn(b"SIGILL-PLANT", read(ISOLATE))
        programs = glob.glob(BUILD + "/bin/*")
        self.assertIn(BUILD + "/bin/sigill-intake", programs)
        for program in programs:
            with self.subTest(program=program):
                self.assertNotIn(b"SIGILL-PLANT", read(program))


if __name__ == "__main__":
    unittest.main()
