#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-intake run: from a sealed file to its verdict, end to end."""
import json
import os
import shutil
import signal
import subprocess
import time
import unittest

from intake_case import INTAKE, IntakeCase, sha256, write_bytes
import support
from support import ITSAK, SIGILL, Portal, call, read, write


def other_answer(answers):
    """Other answers of the same organisation."""
    answers["organisation"]["name"] = "Exempelköping"


class Verdicts(IntakeCase):
    def test_from_the_portal_and_back_to_the_sender(self):
        with Portal(self.scratch):
            data, said = self.seal()
            path = self.at("sealed-1.sigill")
            conf = ("--config", self.scratch.sender)
            call(SIGILL, "send", *conf, path)
            call(SIGILL, "status", *conf, path)
            self.assertFalse(os.path.exists(path + ".accepted.p7s"))
            self.run_once()
            call(SIGILL, "status", *conf, path)
        receipt = self.content(read(path + ".accepted.p7s"))
        self.assertEqual(receipt["stage"], "accepted")
        self.assertEqual(receipt["sealed"], sha256(data))
        self.assertEqual((receipt["log"]["index"], receipt["log"]["size"]),
                         (0, 1))
        self.assertEqual(self.archived(sha256(data)), data)
        self.assertEqual(self.files("spool"), [])
        document = self.documents()[sha256(data)]
        self.assertEqual(document["submission"]["statement"]["organisation"]
                         ["number"], "2199990017")
        self.assertFalse(document["late"])
        self.assertEqual(read(path + ".accepted.p7s"),
                         self.receipt(sha256(data)))

    def test_a_folder_for_what_came_another_way(self):
        first, _ = self.seal()
        second, _ = self.seal(ITSAK)
        for name in "half.part", "half.tmp", ".hidden":
            self.drop(name, b"not yet")
        os.mkdir(self.at("folder/more"))
        os.mkfifo(self.at("folder/pipe"))
        os.symlink(self.at("sealed-1.sigill"), self.at("folder/link"))
        self.drop("mail 1.bin", first)
        self.drop("brev-åäö", second)
        rubbish = self.drop("rubbish", b"x" * 3000)
        self.run_once()
        for data in first, second:
            self.assertEqual(self.state(sha256(data)), ("accepted", ""))
            self.assertEqual(self.archived(sha256(data)), data)
        self.assertEqual(self.state(rubbish), ("rejected",
                                               "outer-structure"))
        self.assertEqual(self.content(self.receipt(rubbish, "rejected"))
                         ["reason"], "outer-structure")
        self.assertEqual(self.files("folder"),
                         ["half.part", "half.tmp", "link", "more", "pipe"])
        self.assertEqual(len(self.query("SELECT 1 FROM arrivals")), 3)

    def test_sizes_that_cannot_be(self):
        nothing = self.drop("nothing", b"")
        large = self.spool(bytes(80 << 20))
        self.run_once()
        for digest in nothing, large:
            self.assertEqual(self.state(digest), ("rejected", "sealed-size"))
            self.assertEqual(self.content(self.receipt(digest, "rejected"))
                             ["reason"], "sealed-size")
        self.assertEqual(self.files("folder") + self.files("spool"), [])

    def test_a_file_that_is_still_being_copied_waits(self):
        data, _ = self.seal()
        service = self.start()
        with open(self.at("folder/slow"), "wb") as f:
            piece = len(data) // 6 + 1
            for i in range(0, len(data), piece):
                f.write(data[i:i + piece])
                f.flush()
                time.sleep(0.7)     # it takes longer than SCAN_SETTLED
        service.wait_for("accepted", digest=sha256(data))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(len(self.query("SELECT 1 FROM arrivals")), 1)

    def test_what_comes_again_gets_its_first_receipt(self):
        data, _ = self.seal()
        digest = self.spool(data)
        self.run_once()
        first, leaves = self.receipt(digest), self.leaves()
        os.unlink(self.at("verdicts/%s.accepted.p7s" % digest))
        self.drop("again", data)
        self.run_once()
        self.assertEqual(self.receipt(digest), first)
        self.assertEqual(self.leaves(), leaves)
        self.assertEqual(self.files("folder"), [])
        self.assertEqual(list(self.documents()), [digest])

    def test_a_correction_counts(self):
        first, said = self.seal()
        self.spool(first)
        self.run_once()
        second, _ = self.seal(change=other_answer, supersedes=self.at(
            "verdicts/%s.accepted.p7s" % sha256(first)))
        digest = self.spool(second)
        self.run_once()
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.assertEqual(
            self.query("SELECT digest FROM arrivals WHERE counts = 1"),
            [(bytes.fromhex(digest),)])
        log = self.content(self.receipt(digest))["log"]
        self.assertEqual((log["index"], log["size"]), (1, 2))
        self.assertEqual(len(self.documents()), 2)

    def hold(self):
        """Two files with different answers: the second one is held."""
        first, _ = self.seal()
        self.spool(first)
        self.run_once()
        second, _ = self.seal(change=other_answer)
        digest = self.spool(second)
        self.run_once()
        self.assertEqual(self.state(digest), ("held", "conflict"))
        self.assertEqual(self.files("spool"), [digest + ".sigill"])
        self.assertEqual(self.leaves(), 1)
        self.assertNotIn(digest, self.documents())
        return sha256(first), digest

    def test_a_conflict_that_staff_accept(self):
        first, second = self.hold()
        self.intake("accept", second, "--reason", "they rang")
        self.run_once()
        self.assertEqual(self.state(second), ("accepted", ""))
        self.assertEqual(
            self.query("SELECT digest FROM arrivals WHERE counts = 1"),
            [(bytes.fromhex(second),)])
        # The decision has a leaf of its own, before the receipt's.
        log = self.content(self.receipt(second))["log"]
        self.assertEqual((log["index"], log["size"]), (2, 3))
        self.assertIn(second, self.documents())
        self.assertEqual(self.query("SELECT done FROM decisions WHERE "
                                    "done = 0"), [])
        self.assertEqual(self.files("spool"), [])

    def test_a_conflict_that_staff_reject(self):
        first, second = self.hold()
        self.intake("reject", second, "--reason", "the first one stands")
        self.run_once()
        self.assertEqual(self.state(second), ("rejected", "declined"))
        receipt = self.content(self.receipt(second, "rejected"))
        self.assertEqual((receipt["reason"], receipt["advice"]),
                         ("declined", "the first one stands"))
        self.assertEqual(receipt["log"]["size"], 3)
        self.assertEqual(list(self.documents()), [first])

    def test_late_is_what_arrived_late(self):
        self.configure(rounds="[round 2023]\nopens = 2023-05-17\n"
                       "closes = 2026-01-01\n")
        data, _ = self.seal()
        digest = self.spool(data)
        self.run_once()
        self.assertEqual(self.query("SELECT late FROM arrivals"), [(1,)])
        self.assertTrue(self.documents()[digest]["late"])

    def test_no_answer_is_ever_logged(self):
        data, _ = self.seal()
        digest = self.spool(data)
        self.spool(data[:-1] + b"\0")
        said = self.run_once() + "".join(
            read(self.at(name)).decode("latin1") for name in
            ("ledger.db", "verdicts/%s.accepted.p7s" % digest))
        answers = self.documents()[digest]["submission"]["statement"][
            "answers"]
        words = {word for answer in answers.values()
                 for word in (answer if isinstance(answer, list)
                              else [answer]) if len(str(word)) > 9}
        self.assertGreater(len(words), 10)
        for word in words:
            self.assertNotIn(word, said)


class Running(IntakeCase):
    def test_a_second_intake_on_the_ledger_is_refused(self):
        service = self.start()
        p = support.run(INTAKE, "--config", self.conf, "run")
        self.assertEqual(p.returncode, 75, p.stderr)
        self.assertIn(b"[busy]", p.stderr)
        self.assertEqual(service.stop(), 0)

    def test_it_tells_what_is_wrong_before_it_starts(self):
        for change, code in (
                (dict(database="none/ledger.db"), b"[io]"),
                (dict(anchors="pki/none.pem"), b"[config]"),
                (dict(handoff="directory = none"), b"[config]"),
                (dict(workers=0), b"[config]")):
            with self.subTest(change):
                self.configure(**change)
                p = support.run(INTAKE, "--config", self.conf, "run",
                                "--once")
                self.assertIn(code, p.stderr)
                self.assertNotEqual(p.returncode, 0)

    def test_a_revocation_list_that_is_missed_and_comes(self):
        """Nothing is rejected for what we lack."""
        shutil.copy(self.at("pki/sender-ca-outdated.crl"), self.at("crl"))
        self.configure(crls="crl")
        data, _ = self.seal()
        service = self.start()
        digest = self.spool(data)
        service.wait_for("put-off", code="signer-crl")
        self.assertEqual(self.state(digest)[0], "queued")
        shutil.copy(self.at("pki/sender-ca.crl"), self.at("crl"))
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("accepted", digest=digest)
        self.assertEqual(service.stop(), 0)

    def test_once_says_when_something_was_put_off(self):
        self.configure(crls="pki/sender-ca-outdated.crl")
        data, _ = self.seal()
        self.spool(data)
        log = self.run_once(75)
        self.assertIn("[queued]", log)
        self.assertIn("put-off", log)
        # That it waits still is said once for all that do.
        log = self.run_once(75)
        self.assertIn("still-waiting", log)
        self.assertNotIn("put-off", log)

    def test_a_list_that_cannot_be_read_changes_nothing(self):
        shutil.copy(self.at("pki/sender-ca.crl"), self.at("crl"))
        self.configure(crls="crl")
        service = self.start()
        write(self.at("crl"), "not a list")
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("not-reloaded")
        shutil.copy(self.at("pki/sender-ca.crl"), self.at("crl"))
        service.process.send_signal(signal.SIGHUP)
        service.wait_for("reloaded")
        data, _ = self.seal()
        service.wait_for("accepted", digest=self.spool(data))
        self.assertEqual(service.stop(signal.SIGINT), 0)

    def test_a_file_that_was_swapped_gets_no_verdict(self):
        """The bytes that were judged are those of the digest."""
        data, _ = self.seal()
        digest = sha256(data)
        write_bytes(self.at("spool/%s.sigill" % digest),
                    data[:-1] + bytes([data[-1] ^ 1]))
        self.run_once(75)
        self.assertEqual(self.state(digest), ("queued", "digest"))
        self.assertEqual(self.leaves(), 0)


class Handing(IntakeCase):
    def command(self, status):
        write(self.at("receive"), "#!/bin/sh\ncat >>'%s'\n"
              "echo $SIGILL_SEALED >>'%s'\nexit %d\n" % (
                  self.at("received"), self.at("names"), status))
        os.chmod(self.at("receive"), 0o700)

    def names(self):
        try:
            return read(self.at("names")).decode().split()
        except FileNotFoundError:
            return []

    def test_a_command_that_fails_stops_nothing(self):
        self.configure(handoff="command = " + self.at("receive"))
        self.command(1)
        data, _ = self.seal()
        digest = self.spool(data)
        self.assertIn("not-handed-over", self.run_once(status=75))
        self.assertEqual(self.state(digest), ("accepted", ""))
        first, leaves = self.receipt(digest), self.leaves()
        self.assertEqual(self.query("SELECT handed FROM arrivals"), [(0,)])
        self.command(0)
        os.unlink(self.at("names"))
        os.unlink(self.at("received"))
        self.run_once()
        self.assertEqual(self.names(), [digest])
        self.assertEqual(json.loads(read(self.at("received")))["sealed"]
                         ["sha256"], digest)
        self.assertNotEqual(self.query("SELECT handed FROM arrivals"),
                            [(0,)])
        # Opened again, but not judged again.
        self.assertEqual((self.receipt(digest), self.leaves()),
                         (first, leaves))
        self.run_once()
        self.assertEqual(self.names(), [digest])

    def test_nobody_to_hand_over_to_yet(self):
        self.configure(handoff="timeout = 60")
        data, _ = self.seal()
        digest = self.spool(data)
        self.run_once()
        self.assertEqual(self.documents(), {})
        self.configure()
        self.run_once()
        self.assertEqual(list(self.documents()), [digest])


class Full(IntakeCase):
    """An archive on a disk of its own, which is full at first."""

    def mount(self, size):
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=%dk,mode=700" % size,
                 "none", self.at("archive")],
                stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.at("archive")])

    def test_the_archive_is_full(self):
        self.mount(4)
        data, _ = self.seal()
        digest = self.spool(data)
        self.assertIn("not-filed", self.run_once(75))
        self.assertEqual(self.state(digest), ("accepted", ""))
        self.assertEqual(self.files("spool"), [digest + ".sigill"])
        self.assertEqual(list(self.documents()), [digest])
        subprocess.run(["mount", "-o", "remount,size=1m",
                        self.at("archive")], check=True)
        self.run_once()
        self.assertEqual(self.archived(digest), data)
        self.assertEqual(self.files("spool"), [])
        self.assertEqual(self.leaves(), 1)


if __name__ == "__main__":
    unittest.main()
