#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What follows a verdict of sigill-verify: receipts and the handoff."""
import fcntl
import hashlib
import json
import os
import signal
import stat
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sealer  # noqa: E402
from sealer import read  # noqa: E402
from verify_case import Verify, changed, wrong  # noqa: E402


class Receipts(Verify):
    def test_accepted_and_rejected(self):
        got = self.verdicts("--receipts", self.receipts, self.sealed,
                            self.bad, status=77)
        r = self.receipt(self.sealed, "accepted")
        self.assertEqual(r["submission"], self.good["id"])
        self.assertEqual(r["fingerprint"], sealer.fingerprint(self.good))
        self.assertEqual(r["organisation"], "2199990017")
        self.assertEqual(r["round"], "2023")
        self.assertEqual(self.receipt(self.bad, "rejected")["reason"],
                         "outer-signature")
        self.assertEqual({v["receipt"] for v in got}, {
            self.receipts + "/" + n for n in self.names(self.receipts)})

    def test_a_receipt_stands(self):
        argv = "--receipts", self.receipts, self.sealed, self.bad
        self.run_it(*argv)
        before = {n: read(self.receipts + "/" + n)
                  for n in self.names(self.receipts)}
        self.assertEqual(len(before), 2)
        time.sleep(1.1)     # a new one would have another time in it
        self.assertEqual(self.run_it(*argv).returncode, 77)
        self.assertEqual(before, {n: read(self.receipts + "/" + n)
                                  for n in self.names(self.receipts)})

    def test_the_other_stage_stands(self):
        """Accepted once, and no longer acceptable; and the reverse."""
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)
        v, = self.verdicts("--receipts", self.receipts, "--at",
                           "2046-01-01", self.sealed, status=65,
                           conf=self.conf(crls=""))
        self.assertEqual((v["verdict"], v["error"]["code"]),
                         ("undecided", "duplicate"))
        self.assertEqual(len(self.names(self.receipts)), 1)
        digest = hashlib.sha256(read(self.sealed)).hexdigest()
        os.rename("%s/%s.accepted.p7s" % (self.receipts, digest),
                  "%s/%s.rejected.p7s" % (self.receipts, digest))
        v, = self.verdicts("--receipts", self.receipts, "--handoff",
                           self.handoff, self.sealed, status=65)
        self.assertEqual((v["verdict"], v["error"]["code"]),
                         ("undecided", "duplicate"))
        self.assertEqual(self.names(self.handoff), [])
        self.assertEqual(len(self.names(self.receipts)), 1)

    def test_a_certificate_that_cannot_sign_receipts(self):
        """Else it would sign what nobody accepts, and that would stand."""
        p = self.run_it("--receipts", self.receipts, self.sealed,
                        conf=self.conf(receipts="intake-p256"))
        self.assertEqual(p.returncode, 78)
        self.assertIn(b"[receipts] certificate", p.stderr)
        self.assertEqual(self.names(self.receipts), [])

    def test_a_damaged_receipt_stops_the_run(self):
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)
        name, = self.names(self.receipts)
        path = self.receipts + "/" + name
        data = read(path)
        with open(path, "wb") as f:
            f.write(changed(data, len(data) // 2))
        p = self.run_it("--json", "--receipts", self.receipts, self.second)
        self.assertEqual(p.returncode, 74)
        doc = json.loads(p.stdout)
        self.assertEqual(doc["verdicts"], [])
        self.assertEqual(doc["error"]["where"], path)
        self.assertEqual(self.names(self.receipts), [name])

    def test_one_run_at_a_time(self):
        fd = os.open(self.receipts, os.O_RDONLY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            p = self.run_it("--receipts", self.receipts, self.sealed)
        finally:
            os.close(fd)
        self.assertEqual((p.returncode, p.stdout), (75, b""))
        self.assertIn(b"[busy]", p.stderr)
        self.verdicts("--receipts", self.receipts, self.sealed, status=0)

    def test_no_folder(self):
        p = self.run_it("--receipts", self.at("nowhere"), self.sealed)
        self.assertEqual((p.returncode, p.stdout), (74, b""))


class Handoff(Verify):
    def test_folder(self):
        argv = "--receipts", self.receipts, "--handoff", self.handoff
        self.verdicts(*argv, self.sealed, self.bad, status=77)
        name = hashlib.sha256(read(self.sealed)).hexdigest() + ".json"
        self.assertEqual(self.names(self.handoff), [name])
        path = self.handoff + "/" + name
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        first = read(path)
        doc = json.loads(first)
        opened = json.loads(self.run_it("--open", self.sealed).stdout)
        for d in doc, opened:
            self.assertRegex(d.pop("verified"), r"^\d{4}-.*Z$")
        self.assertEqual(doc, opened)
        time.sleep(1.1)
        self.verdicts(*argv, self.sealed, status=0)
        self.assertEqual(read(path), first)

    def test_folder_that_cannot_be_written(self):
        v, = self.verdicts("--receipts", self.receipts, "--handoff",
                           self.at("nowhere"), self.sealed, status=74)
        self.assertEqual(v["verdict"], "undecided")
        self.assertEqual(self.names(self.receipts), [])

    def hand(self, command, *more, status=0, **how):
        v, = self.verdicts("--receipts", self.receipts, "--handoff-command",
                           command, *more, self.sealed, status=status, **how)
        self.assertEqual(len(self.names(self.receipts)),
                         1 if status == 0 else 0)
        if status != 0:
            self.assertEqual((v["verdict"], v["error"]["code"]),
                             ("undecided", "handoff"))
        return v

    def test_command(self):
        out = self.at("taken")
        # There is no log, so no position; nor one of somebody else's.
        os.environ["SIGILL_POSITION"] = os.environ["SIGILL_SEALED"] = "7"
        self.addCleanup(os.environ.pop, "SIGILL_POSITION")
        self.addCleanup(os.environ.pop, "SIGILL_SEALED")
        v = self.hand("cat >%s; echo $SIGILL_SEALED $SIGILL_SUBMISSION "
                      "$SIGILL_FINGERPRINT $SIGILL_POSITION >>%s; echo told" %
                      (out, out))
        document, ids = read(out).decode().splitlines()
        document = json.loads(document)
        self.assertEqual(document["submission"]["id"], self.good["id"].hex())
        self.assertNotIn("position", document)
        self.assertEqual(ids.split(), [
            v["sealed"]["sha256"], self.good["id"].hex(), v["fingerprint"]])

    def test_command_is_told_in_vain_to_write_here(self):
        p = self.run_it("--open", "--handoff-command",
                        "cat >/dev/null; echo told", self.sealed)
        json.loads(p.stdout)
        self.assertEqual(p.stderr, b"told\n")

    def test_commands_that_fail(self):
        self.hand("cat >/dev/null; exit 3", status=75)
        self.hand("cat >/dev/null; kill -9 $$", status=75)
        self.hand("true", status=75)
        self.hand("exec 0</dev/null; sleep 0.1", status=75)
        self.hand("head -c 100 >/dev/null", status=75)
        self.hand("/nowhere/at/all", status=75)
        self.hand("cat >/dev/null")     # and then it succeeds

    def test_parent_that_ignores_its_children(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.hand("cat >/dev/null; exit 3", status=75, preexec_fn=ignore)
        self.hand("cat >/dev/null", preexec_fn=ignore)

    def test_large_submission_to_commands_that_do_not_read(self):
        """More than a pipe holds."""
        path = self.file("big.sigill", wrong(attachments=[{
            "name": "a.bin", "media_type": "application/octet-stream",
            "data": os.urandom(400000)}]))
        for command, status in [("true", 75), ("head -c 9 >/dev/null", 75),
                                ("exec 0<&-; sleep 0.2", 75),
                                ("sleep 0.2; cat >/dev/null", 0)]:
            v, = self.verdicts("--handoff-command", command, path,
                               status=status)

    def test_slow_command_is_ended_with_its_children(self):
        mark = self.at("survivor")
        start = time.monotonic()
        self.hand("cat >/dev/null; (sleep 5; touch %s) & wait" % mark,
                  "--handoff-timeout", "1", status=75)
        self.assertLess(time.monotonic() - start, 5)
        time.sleep(max(0, 6 - (time.monotonic() - start)))
        self.assertFalse(os.path.exists(mark))


if __name__ == "__main__":
    unittest.main()
