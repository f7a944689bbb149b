#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-verify on a machine that is full, out of memory or set up wrong."""
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sealer import call, read, seal, submission  # noqa: E402
from verify_case import BIN, MARKER, Verify  # noqa: E402


class Machine(Verify):
    def test_standard_output_full(self):
        for argv in [], ["--json"], ["--open"]:
            with open("/dev/full", "wb") as full:
                p = self.run_it(*argv, self.sealed, stdout=full)
            self.assertEqual(p.returncode, 74)
            self.assertIn(b"[no-space]", p.stderr)

    def test_standard_output_closed(self):
        p = subprocess.run(["sh", "-c", '"$@" >&-', "sh",
                            BIN + "sigill-verify", "-c", self.conf(),
                            "--receipts", self.receipts, self.sealed],
                           stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(p.returncode, 74)
        self.receipt(self.sealed, "accepted")

    def test_reader_gone(self):
        r, w = os.pipe()
        os.close(r)
        with os.fdopen(w, "wb") as out:
            p = self.run_it(self.sealed, stdout=out)
        self.assertEqual(p.returncode, 74)

    def test_disk_full(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        with tempfile.TemporaryFile() as out:
            p = self.run_it("--receipts", self.receipts, "--handoff",
                            self.handoff, self.sealed, self.bad, stdout=out,
                            preexec_fn=limit)
            self.assertEqual(p.returncode, 74)
        self.assertEqual(self.names(self.receipts), [])
        self.assertEqual(self.names(self.handoff), [])
        self.verdicts("--receipts", self.receipts, "--handoff",
                      self.handoff, self.sealed, status=0)

    def test_memory_that_runs_out_is_no_fault_of_the_file(self):
        """One allocation fails, somewhere while the file is judged."""
        if b"__asan_init" in read(BIN + "sigill-verify"):
            self.skipTest("the sanitizer has its own allocator")
        lib, count = self.at("fail_malloc.so"), self.at("count")
        call("gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", lib,
             "tests/cli/fail_malloc.c")
        env = dict(os.environ, LD_PRELOAD=lib)
        self.verdicts(self.sealed, status=0,
                      env=dict(env, FAIL_COUNT=count))
        total = int(read(count))
        seen = set()
        for i in range(total - 2600, total, 37):
            p = self.run_it("--json", "--receipts", self.receipts,
                            self.sealed, env=dict(env, FAIL_AT=str(i)))
            self.assertIn(p.returncode, (0, 74, 75), (i, p.stdout))
            doc = json.loads(p.stdout or b'{"verdicts": []}')
            seen.update(v["verdict"] for v in doc["verdicts"])
            for name in self.names(self.receipts):
                self.assertIn(".accepted.p7s", name)
                os.unlink(self.receipts + "/" + name)
        self.assertEqual(seen, {"accepted", "undecided"})

    def test_nothing_of_the_content_is_left(self):
        """No file of the folder has the answers but the handoff's."""
        option = submission()
        option["statement"]["organisation"]["name"] = MARKER
        path = self.file("marked.sigill", seal(option))
        scratch = tempfile.mkdtemp(dir=self.dir)
        self.run_it("--receipts", self.receipts, path, cwd=scratch,
                    env=dict(os.environ, TMPDIR=scratch))
        self.assertEqual(self.names(scratch), [])
        name, = self.names(self.receipts)
        self.assertNotIn(MARKER.encode(), read(self.receipts + "/" + name))


    @unittest.skipUnless(os.geteuid() == 0, "only root may look")
    def test_one_file_is_gone_from_memory_when_the_next_comes(self):
        """The handoff command of the second file looks into our memory for
        the content of the first; and for its own, to see that it can."""
        first, second = submission(), submission()
        for s, text in (first, "Fordonsregistret"), (second, "Vattenverket"):
            s["statement"]["attachments"] = [{
                "name": "a.txt", "media_type": "text/plain",
                "data": (text * 50).encode()}]
            s["statement"]["organisation"]["name"] = text + " kommun"
        look = self.file("look.py", """
import os, re, sys
sys.stdin.buffer.read()
if os.environ["SIGILL_SUBMISSION"] != sys.argv[1]:
    sys.exit(0)
pid = os.getppid()
found = {b"Fordonsregistret": 0, b"Vattenverket": 0}
with open("/proc/%d/mem" % pid, "rb") as mem:
    for line in open("/proc/%d/maps" % pid):
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if m is None or "[v" in line:
            continue
        start, end = (int(x, 16) for x in m.groups())
        if end - start > 1 << 32:   # the sanitizer's own
            continue
        while start < end:
            try:
                mem.seek(start)
                data = mem.read(min(end - start, 1 << 22))
            except (OSError, ValueError, OverflowError):
                break
            if not data:
                break
            for text in found:
                found[text] += data.count(text)
            start += len(data)
print(found[b"Fordonsregistret"], found[b"Vattenverket"])
""")
        paths = [self.file("m%d.sigill" % i, seal(s))
                 for i, s in enumerate((first, second))]
        p = self.run_it("--handoff-command", "exec /usr/bin/python3 %s %s" % (
            look, second["id"].hex()), *paths)
        self.assertEqual(p.returncode, 0, p.stderr)
        gone, there = map(int, p.stderr.split(b"\n")[0].split())
        self.assertGreater(there, 0)
        self.assertEqual(gone, 0)


class Setup(Verify):
    def refused(self, conf, code, status, *argv, **how):
        for way in [], ["--json"], ["--open"]:
            p = self.run_it(*way, *argv, self.sealed, conf=conf, **how)
            self.assertEqual(p.returncode, status, p.stderr)
            self.assertIn(("[%s]" % code).encode(), p.stderr)
            if way == ["--json"]:
                doc = json.loads(p.stdout)
                self.assertEqual(doc["verdicts"], [])
                self.assertEqual(doc["error"]["code"], code)
            else:
                self.assertEqual(p.stdout, b"")
        return p.stderr.decode()

    def edited(self, old, new):
        return self.file("edited.conf", read(self.conf()).decode().replace(
            old, new))

    def test_configuration(self):
        self.refused(self.at("no.conf"), "config-missing", 78)
        self.refused(self.edited("anchors", "anchor"), "config", 78)
        self.refused(self.edited("= test", "= tset"), "config", 78)
        self.refused(self.edited("[recipient 2026]", "[recipient]"),
                     "config", 78)
        self.refused(self.edited("[round 2023]\nopens = 2023-05-17\n"
                                 "closes = 2099-12-31", ""), "config", 78)
        self.refused(self.conf(closes="2022-01-01"), "config", 78)
        self.refused(self.edited("Myndigheten Exempel", ""), "config", 78)
        self.refused(self.conf(anchors="nowhere.pem"), "config", 78)
        self.refused(self.conf(crls="crls = sender-ca.pem"), "config", 78)
        said = self.refused(self.conf(questionnaires="nowhere"), "config",
                            78)
        self.assertIn("nowhere", said)

    def test_definitions(self):
        folder = tempfile.mkdtemp(dir=self.dir)
        self.refused(self.conf(questionnaires=folder), "config", 78)
        shutil.copy("questionnaires/itsakkollen-2023.json", folder)
        self.verdicts(self.sealed, status=0,
                      conf=self.conf(questionnaires=folder))
        with open(folder + "/z.json", "w") as f:
            f.write('{"id": ')
        said = self.refused(self.conf(questionnaires=folder), "config", 78)
        self.assertIn("z.json", said)

    def test_keys(self):
        said = self.refused(self.conf(key="nowhere.key"), "config", 78)
        self.assertIn("nowhere.key", said)
        shutil.copy(self.at("intake-p256.key"), self.at("open.key"))
        os.chmod(self.at("open.key"), 0o644)
        self.refused(self.conf(key="open.key"), "key-mode", 77)
        self.refused(self.conf(key="intake-p384.key"), "key-mismatch", 77)
        self.refused(self.conf(key="verify.txt"), "config", 78)
        self.file("junk.key", "junk")
        self.refused(self.conf(key="junk.key"), "key", 77)

    def test_receipts_section(self):
        conf = self.edited("[receipts]\ncertificate = intake-receipts.pem\n"
                           "key = intake-receipts.key\n", "")
        self.verdicts(self.sealed, conf=conf, status=0)
        self.refused(conf, "config", 78, "--receipts", self.receipts)
        self.assertEqual(self.names(self.receipts), [])
        # A certificate that has expired would sign what nobody accepts.
        self.refused(self.conf(receipts="expired"), "config", 78,
                     "--receipts", self.receipts)

    def test_passphrases(self):
        locked = self.at("locked.key")
        call("openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in",
             self.at("intake-p256.key"), "-passout", "pass:rätt fras",
             "-out", locked)
        os.chmod(locked, 0o600)
        conf = self.conf(key="locked.key")
        # Nobody sits there: no prompt, no waiting.
        self.refused(conf, "passphrase-needed", 77, start_new_session=True)
        self.file("right", "rätt fras\n")
        self.file("wrong", "fel\n")
        self.verdicts(self.sealed, status=0, conf=self.conf(
            key="locked.key", recipient="passphrase_file = right"))
        self.refused(self.conf(
            key="locked.key", recipient="passphrase_file = wrong"),
            "passphrase", 77)
        for name, status in ("right", 0), ("wrong", 77):
            with open(self.at(name), "rb") as f:
                p = self.run_it("--passphrase-fd", str(f.fileno()),
                                self.sealed, conf=conf,
                                pass_fds=[f.fileno()])
            self.assertEqual(p.returncode, status)
            self.assertNotIn("fras".encode(), p.stdout + p.stderr)
        # One descriptor serves several keys.
        shutil.copy(locked, self.at("locked2.key"))
        conf = self.conf(key="locked.key", more="[recipient again]\n"
                         "certificate = intake-p256.pem\n"
                         "key = locked2.key\n")
        p = self.run_it("--passphrase-fd", "0", self.sealed, conf=conf,
                        stdin=None, input="rätt fras\n".encode())
        self.assertEqual(p.returncode, 0, p.stderr)

    def test_usage(self):
        for argv in ([], ["--open", "a", "b"], ["--open", "--json", "a"],
                     ["--handoff", "a", "--handoff-command", "b", "c"],
                     ["--at", "yesterday", "a"], ["--frobnicate", "a"],
                     ["--handoff-timeout", "0", "a"],
                     ["--passphrase-fd", "x", "a"]):
            p = self.run_it(*argv)
            self.assertEqual((p.returncode, p.stdout), (64, b""), argv)
            self.assertIn(b"--help", p.stderr)
        for argv in "--help", "--version":
            p = self.run_it(argv)
            self.assertEqual((p.returncode, p.stderr), (0, b""))
            self.assertIn(b"sigill-verify", p.stdout)


if __name__ == "__main__":
    unittest.main()
