#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill submit, outbox drop and status: from the answers to the verdict, as
the person sees it who does this every second year."""
import datetime
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from outbox_case import ID, Outbox  # noqa: E402
from scratch import BIN  # noqa: E402


class Submit(Outbox):
    def test_puts_sends_and_tells(self):
        p = self.good("submit", "a.json")
        self.assertEqual(self.ids(), [ID])
        self.assertEqual(self.new_files(), set())
        self.assertEqual(self.entry(ID), {
            "entry.json", "attempts.json", "a.sigill",
            "a.sigill.reply.pem", "a.sigill.stored.p7s"})
        folder = self.path("outbox/" + ID)
        for text in (ID, folder + "/a.sigill,", "stored: the portal has",
                     "belongs in the registry",
                     folder + "/a.sigill.stored.p7s\n"):
            self.assertIn(text, p.out)
        self.assertEqual(self.stored(), 1)

    def test_for_its_owner_only(self):
        shutil.rmtree(self.path("outbox"))
        old = os.umask(0)
        try:
            self.good("submit", "a.json")
        finally:
            os.umask(old)
        for folder, _, names in os.walk(self.path("outbox")):
            mode = os.stat(folder).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o700, folder)
            for name in names:
                mode = os.stat(os.path.join(folder, name)).st_mode
                self.assertEqual(stat.S_IMODE(mode), 0o600, name)

    def test_nothing_plain_in_it(self):
        os.mkdir(self.path("Hemligmappen"))
        a = self.answers()
        a["organisation"]["name"] = "Markeringsordet kommun"
        self.write("Hemligmappen/m.json", json.dumps(a))
        p = self.sigill("submit", "Hemligmappen/m.json")
        self.assertEqual(p.returncode, 0, p.err)
        for name in self.entry(self.ids()[0]):
            data = self.read("outbox/%s/%s" % (self.ids()[0], name))
            for word in b"Markeringsordet", b"Hemligmappen", b"forum":
                self.assertNotIn(word, data, name)

    def test_again_sends_nothing(self):
        """Whoever does not remember may ask: without key and network."""
        one = self.json("submit", "a.json")
        self.assertFalse(one["already_delivered"])
        os.unlink(self.path("exempelkoping.key"))
        self.before = self.files()
        self.stop()
        two = self.json("submit", "a.json")
        self.assertTrue(two["already_delivered"])
        for key in ("id", "sealed", "sealed_digest", "stored_receipt",
                    "receipt"):
            self.assertEqual(one[key], two[key])
        p = self.good("submit", "a.json")
        self.assertIn("handed in already (%s UTC)" % one[
            "receipt"]["time"].replace("T", " ").rstrip("Z"),
                      p.out)
        self.assertEqual(self.ids(), [ID])

    def test_times_are_hers(self):
        """For people in their zone, for programs in UTC."""
        zone = dict(self.env, TZ="XYZ-5:30")
        doc = self.json("submit", "a.json", env=zone)
        utc = datetime.datetime.strptime(doc["receipt"]["time"],
                                         "%Y-%m-%dT%H:%M:%SZ")
        here = (utc + datetime.timedelta(hours=5.5)).strftime(
            "%Y-%m-%d %H:%M:%S XYZ")
        for args in (("submit", "a.json"), ("status",), ("receipt", ID)):
            self.assertIn(here, self.good(*args, env=zone).out)

    def test_where_it_is(self):
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf",
                   text.replace("[outbox]\ndirectory = outbox\n", ""))
        for name, home in (("XDG_STATE_HOME", self.path("state/sigill")),
                           ("HOME", self.path("home/.local/state/sigill"))):
            env = dict(self.env)
            env[name] = self.path({"HOME": "home"}.get(name, "state"))
            doc = self.json("submit", "a.json", env=env)
            self.assertEqual(doc["sealed"],
                             "%s/outbox/%s/a.sigill" % (home, ID))
            shutil.rmtree(env[name])
        env = {"LC_ALL": "C.UTF-8", "XDG_STATE_HOME": "relative"}
        p = self.sigill("submit", "a.json", env=env)
        self.assertEqual(p.returncode, 78, p.err)
        self.assertIn("[outbox] directory", p.err)

    def test_line_that_is_down(self):
        """Kept, said so, and gone on with: the very same file."""
        self.offline()
        p = self.bad(75, "no-network", "submit", "a.json")
        self.assertIn("kept in the outbox", p.out)
        self.assertIn("sigill outbox flush", p.out)
        sealed = self.read("outbox/%s/a.sigill" % ID)
        self.online()
        p = self.good("submit", "a.json")
        self.assertIn("wait in the outbox", p.out)
        self.assertEqual(self.read("outbox/%s/a.sigill" % ID), sealed)
        self.assertEqual((self.ids(), self.stored()), ([ID], 1))

    def test_what_is_said_of_another_cause(self):
        self.configure(portal=self.url, portal_anchors="authority-root.pem")
        p = self.bad(77, "portal-certificate", "submit", "a.json")
        self.assertIn("When the cause has been seen to", p.out)
        self.assertEqual(self.ids(), [ID])

    def test_other_recipients_meanwhile(self):
        """Never sealed again by itself: the first may be at the portal."""
        self.waiting()
        self.configure(portal=self.url, recipients="intake-p256.pem")
        p = self.good("submit", "a.json")
        self.assertIn("sealed for other recipients", p.out)
        self.assertIn("sigill outbox drop " + ID, p.out)
        self.assertEqual(self.stored(), 1)

    def test_refused_by_the_portal(self):
        """It will never take this one: how to have it sealed anew."""
        self.waiting()
        folder = "outbox/%s/" % ID
        junk = os.urandom(os.path.getsize(self.path(folder + "a.sigill")))
        entry = json.loads(self.read(folder + "entry.json"))
        entry["sealed_digest"] = hashlib.sha256(junk).hexdigest()
        self.write(folder + "a.sigill", junk)
        self.write(folder + "entry.json", json.dumps(entry))
        p = self.bad(69, "portal-refused", "submit", "a.json")
        self.assertIn("sigill outbox drop " + ID, p.out)
        self.assertIn("outer-structure", self.good("outbox").out)
        self.good("outbox", "drop", ID)
        self.good("submit", "a.json")
        self.assertEqual((self.ids(), self.stored()), ([ID], 1))

    def test_rejected_for_what_is_in_the_answers(self):
        """They would be rejected again, and nobody would know why."""
        self.good("submit", "a.json")
        self.judge(opens="2098-01-01")
        self.sigill("status")
        p = self.bad(77, "rejected", "submit", "a.json")
        self.assertIn("[round] [rejected]", p.err)
        self.assertIn("sigill outbox drop " + ID, p.out)
        self.assertEqual((self.ids(), self.stored()), ([ID], 1))
        self.good("outbox", "drop", ID)
        self.good("submit", "a.json")
        self.assertEqual((self.ids(), self.stored()), ([ID], 2))

    def test_rejected_is_sealed_again(self):
        self.good("submit", "a.json")
        self.judge(anchors="tls-root.pem")
        p = self.sigill("status")
        self.assertEqual(p.returncode, 77)
        p = self.good("submit", "a.json")
        self.assertIn("has rejected %s: " % ID, p.out)
        self.assertIn("[signer-untrusted]; the same answers", p.out)
        self.assertEqual(self.ids(), [ID, ID + ".2"])
        self.assertEqual(self.stored(), 2)
        # And from now on that one counts.
        doc = self.json("submit", "a.json")
        self.assertEqual((doc["id"], doc["already_delivered"]),
                         (ID + ".2", True))
        self.assertEqual(self.good("status").out.count("rejected"), 1)

    def test_wait(self):
        p = self.sigill("submit", "a.json", "--wait", "0")
        self.assertEqual(p.returncode, 75)
        self.assertIn("[verdict-pending]", p.err)
        self.judge()
        doc = self.json("submit", "a.json", "--wait", "20")
        self.assertEqual((doc["verdict"], doc["already_delivered"]),
                         ("accepted", True))
        self.stop()
        doc = self.json("submit", "a.json", "--wait", "0")
        self.assertEqual(doc["verdict"], "accepted")
        self.assertEqual(doc["receipt"]["stage"], "accepted")

    def test_the_same_answers_replacing_others(self):
        """A, then B in its place, then A again: that is another one."""
        self.good("submit", "a.json")
        self.good("submit", "a.json", "--supersedes", "ab" * 32)
        self.good("submit", "a.json", "--supersedes", "ab" * 32)
        self.assertEqual(self.ids(), [ID, ID + ".2"])
        self.assertEqual(self.stored(), 2)

    def test_names(self):
        for name, sealed in ((".hidden.json", "_hidden.sigill"),
                             ("no-ending", "no-ending.sigill"),
                             ("å" * 125 + ".json", "å" * 113 + ".sigill")):
            shutil.copy(self.path("a.json"), self.path(name))
            p = self.sigill("submit", name)
            self.assertEqual(p.returncode, 0, p.err)
            self.assertIn(sealed, self.entry(ID))
            self.assertTrue(any(n.endswith("stored.p7s")
                                for n in self.entry(ID)))
            shutil.rmtree(self.path("outbox/" + ID))
        self.before = self.files()
        self.good("submit", "-", stdin=self.read("a.json"))
        self.assertIn("infosakkollen-2023.sigill", self.entry(ID))

    def test_many_at_once(self):
        """Impatience, or two jobs: one submission all the same."""
        with ThreadPoolExecutor(6) as pool:
            runs = [r.result() for r in [pool.submit(
                self.sigill, "submit", "a.json") for _ in range(6)]]
        for p in runs:
            self.assertIn(p.returncode, (0, 75), p.err)
            if p.returncode:
                self.assertIn("[busy]", p.err)
        self.assertEqual((self.ids(), self.stored()), ([ID], 1))
        self.good("submit", "a.json")
        self.assertEqual(self.new_files(), set())

    def test_entry_that_cannot_be_read(self):
        """It may be the same submission: nothing is sealed beside it."""
        self.waiting()
        self.write("outbox/%s/entry.json" % ID, "{}")
        p = self.bad(74, "outbox", "submit", "a.json")
        self.assertIn("may be the same submission", p.err)
        self.assertEqual((self.ids(), self.stored()), ([ID], 0))
        self.good("submit", self.other_answers())

    def test_outbox_that_is_not_safe(self):
        os.chmod(self.path("outbox"), 0o770)
        p = self.bad(74, "outbox", "submit", "a.json")
        self.assertIn("others can write to it", p.err)
        os.rmdir(self.path("outbox"))
        self.write("outbox", "")
        self.bad(74, "io", "submit", "a.json")

    @unittest.skipIf(os.geteuid() != 0, "needs another user's folder")
    def test_outbox_of_another_user(self):
        os.chown(self.path("outbox"), 12345, -1)
        p = self.bad(74, "outbox", "submit", "a.json")
        self.assertIn("belongs to another user", p.err)

    def test_full_disk(self):
        """Nothing is left, and nothing was sent."""
        script = ("mount -t tmpfs -o size=8k,mode=700 none outbox || exit 99; "
                  '"$0" submit a.json --config sigill.conf; '
                  "status=$?; ls -A outbox; exit $status")
        p = subprocess.run(["unshare", "-m", "sh", "-c", script, BIN],
                           cwd=self.dir, env=self.env, capture_output=True)
        if p.returncode in (1, 99):
            self.skipTest("cannot mount here")
        self.assertEqual(p.returncode, 74, p.stderr)
        self.assertIn(b"[no-space]", p.stderr)
        self.assertIn(b"/outbox: there is no space left on the device: "
                      b"nothing was handed in: ", p.stderr)
        self.assertNotIn(b".new.", p.stderr)
        self.assertTrue(p.stdout.endswith(b"\n.lock\n"), p.stdout)
        self.assertEqual(self.stored(), 0)


class Interrupted(Outbox):
    """Ctrl-C, or a job that is stopped: it says where the file is."""

    def begin(self, *args):
        """The portal has taken the connection and says nothing."""
        os.kill(self.portal.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.portal.pid, signal.SIGCONT)
        return subprocess.Popen([BIN, *args, "--config", "sigill.conf"],
                                cwd=self.dir, env=self.env,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def attempted(self, times):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.attempts(ID)["attempts"] == times:
                    return
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        self.fail("nothing was tried")

    def stopped(self, p, number):
        """Died of that signal, having said one line."""
        # Between the note and the connection is no time to speak of, but
        # some: the handler is there before the portal hears of it.
        deadline = time.monotonic() + 20
        status = "/proc/%d/status" % p.pid
        while time.monotonic() < deadline:
            with open(status) as f:
                caught = int(f.read().split("SigCgt:")[1].split()[0], 16)
            if caught & 1 << number - 1:
                break
            time.sleep(0.01)
        p.send_signal(number)
        out, err = p.communicate(timeout=20)
        self.assertEqual(p.returncode, -number)
        return out, err.decode()

    def test_submit_and_flush(self):
        for times, (number, args) in enumerate((
                (signal.SIGINT, ("submit", "a.json")),
                (signal.SIGTERM, ("outbox", "flush", ID)),
                (signal.SIGHUP, ("submit", "a.json"))), 1):
            p = self.begin(*args)
            self.attempted(times)
            out, err = self.stopped(p, number)
            os.kill(self.portal.pid, signal.SIGCONT)
            self.assertEqual((out, err), (
                b"", "sigill: interrupted; it is kept in the outbox (%s); "
                "'sigill outbox flush' or the same command goes on with it\n"
                % ID))
        self.good("submit", "a.json")
        self.assertEqual(self.stored(), 1)

    def test_send(self):
        self.seal()
        p = self.begin("send", "a.sigill")
        out, err = self.stopped(p, signal.SIGTERM)
        self.assertEqual(err, "sigill: interrupted; the same command goes on "
                         "where it stopped\n")

    def test_while_waiting_for_the_verdict(self):
        self.good("submit", "a.json")
        p = self.begin("outbox", "flush", "--wait", "60")
        out, err = self.stopped(p, signal.SIGTERM)
        self.assertIn("what has been handed in stays so", err)

    def test_for_a_program_nothing_is_said(self):
        p = self.begin("submit", "a.json", "--json")
        self.attempted(1)
        p.terminate()
        self.assertEqual((p.communicate(), p.returncode),
                         ((b"", b""), -signal.SIGTERM))


class Replacing(Outbox):
    def test_other_answers(self):
        self.good("submit", "a.json")
        self.other_answers()
        p = self.good("submit", "b.json")
        self.assertRegex(p.out, r"were handed in 20\S+ \S+ UTC \(%s\)\.  .*"
                         r"--supersedes %s\." % (ID, ID))
        doc = self.json("submit", "b.json", "--supersedes", ID)
        self.assertFalse(doc["already_delivered"])
        self.assertNotIn("other", doc)
        one, = [e for e in self.json("outbox")["entries"]
                if e["id"] == doc["id"]]
        self.assertEqual(one["supersedes"], self.json(
            "check", "a.json")["statement"])

    def test_other_answers_that_wait(self):
        self.waiting()
        p = self.good("submit", self.other_answers())
        self.assertIn("wait in the outbox (%s)" % ID, p.out)
        # For another round they are no replacement.
        p = self.good("submit", self.other_answers("c.json", round="2024"))
        self.assertNotIn("Other answers", p.out)

    def test_what_cannot_be_replaced(self):
        self.good("submit", "a.json")
        self.other_answers("c.json", round="2024")
        for name, what, words in (
                ("c.json", ID, "it is for another"),
                ("a.json", ID, "the same answers"),
                ("c.json", "NA84", "no id in the outbox")):
            for command in "submit", "seal":
                p = self.bad(64, "usage", command, name, "--supersedes", what)
                self.assertIn(words, p.err)
        self.assertEqual(self.ids(), [ID])


class Drop(Outbox):
    def test_never_tried(self):
        """Nobody has heard of it, so nobody is asked."""
        self.waiting()
        os.unlink(self.path("outbox/%s/attempts.json" % ID))
        self.offline()
        self.good("outbox", "drop", ID)
        self.assertEqual(self.ids(), [])
        self.assertEqual(os.listdir(self.path("outbox")), [".lock"])

    def test_portal_out_of_reach(self):
        self.waiting()
        self.offline()
        p = self.bad(75, "no-network", "outbox", "drop", ID)
        self.assertIn("Nothing was removed", p.out)
        self.assertIn("--local", p.out)
        self.assertEqual(self.ids(), [ID])
        p = self.good("outbox", "drop", "--local", ID)
        self.assertIn("counts as handed in", p.out)
        self.assertEqual(self.ids(), [])

    def test_attempt_is_noted_before_the_portal_hears_of_it(self):
        """Whoever is cut off while the portal works has tried."""
        os.kill(self.portal.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.portal.pid, signal.SIGCONT)
        p = subprocess.Popen([BIN, "submit", "a.json", "--config",
                              "sigill.conf"], cwd=self.dir, env=self.env,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        note = self.path("outbox/%s/attempts.json" % ID)
        end = time.monotonic() + 20
        while not os.path.exists(note) and time.monotonic() < end:
            time.sleep(0.01)
        p.kill()
        p.wait()
        doc = self.attempts(ID)
        self.assertEqual((doc["attempts"], doc["last_error"]),
                         (1, "interrupted"))
        self.offline()
        self.bad(75, "no-network", "outbox", "drop", ID)

    def test_portal_lets_go(self):
        self.waiting()
        self.assertEqual(self.json("outbox", "drop", ID[:4].lower())
                         ["dropped"], ID)
        self.assertEqual((self.ids(), self.stored()), ([], 0))
        self.good("submit", "a.json")
        self.assertEqual((self.ids(), self.stored()), ([ID], 1))

    def test_portal_has_it_whole(self):
        """The answer was lost: it is delivered, and stays."""
        self.good("submit", "a.json")
        receipt = self.read("outbox/%s/a.sigill.stored.p7s" % ID)
        os.unlink(self.path("outbox/%s/a.sigill.stored.p7s" % ID))
        p = self.bad(65, "delivered", "outbox", "drop", ID)
        self.assertIn("a.sigill.stored.p7s", p.out)
        self.assertEqual(self.read("outbox/%s/a.sigill.stored.p7s" % ID),
                         receipt)
        # Now it is known here, and not even --local takes it away.
        self.bad(65, "delivered", "outbox", "drop", "--local", ID)
        self.assertEqual(self.ids(), [ID])

    def test_with_another_certificate(self):
        """The portal would say that it does not know the upload."""
        self.waiting()
        self.configure(portal=self.url, identity="exempelregionen")
        self.bad(77, "organisation-mismatch", "outbox", "drop", ID)
        self.assertEqual(self.ids(), [ID])

    def test_what_is_not_there(self):
        self.good("submit", "a.json")
        for id in "XXXX-XXXX-XXXX-XXXX", "../outbox", "", "N", ID + ".2":
            p = self.bad(66, "outbox-entry", "outbox", "drop", id)
            self.assertEqual("at least four" in p.err, len(id) < 4)
        self.assertEqual(self.ids(), [ID])

    def test_beginning_of_several(self):
        self.waiting()
        self.good("submit", "a.json", "--supersedes", "ab" * 32)
        self.bad(66, "outbox-entry", "outbox", "drop", ID[:6])
        self.good("outbox", "drop", ID)


class Status(Outbox):
    def test_from_stored_to_accepted(self):
        self.good("submit", "a.json")
        p = self.good("status")
        self.assertRegex(p.out, "^%s +infosakkollen-2023 2023  219999-0017  "
                         r"stored  20\S+ \S+ UTC \(TEST\)\n$" % ID)
        self.judge()
        p = self.good("status")
        self.assertIn("  accepted  ", p.out)
        self.assertIn("a.sigill.accepted.p7s", self.entry(ID))
        # From now on it is known here.
        os.unlink(self.path("exempelkoping.key"))
        self.stop()
        doc = self.json("status")
        one, = doc["submissions"]
        self.assertEqual(one["state"], "accepted")
        self.assertEqual(one["verified"]["accepted"]["fingerprint"],
                         one["fingerprint"])
        self.assertEqual(set(one["receipts"]), {"stored", "accepted"})
        p = self.good("receipt", ID)
        self.assertIn("accepted", p.out)
        self.assertIn("byte for byte", p.out)

    def test_rejected(self):
        self.good("submit", "a.json")
        self.judge(opens="2098-01-01")
        for args in (), (ID,), (ID[:9],):
            p = self.bad(77, "rejected", "status", *args)
            self.assertIn("for a round that is not open here [round]", p.out)
        # Who has handed in another one since has seen to it.
        self.good("submit", self.other_answers())
        self.good("status")
        self.bad(77, "rejected", "status", ID)

    def test_out_of_reach(self):
        """Shows what is here, and that the portal was not asked."""
        self.good("submit", "a.json")
        self.offline()
        p = self.bad(75, "no-network", "status")
        self.assertIn("  stored  ", p.out)

    def test_waiting(self):
        self.waiting()
        p = self.sigill("status")
        self.assertEqual((p.returncode, p.err), (75, ""))
        self.assertIn("  waiting  ", p.out)
        doc = self.json("status", status=75)
        self.assertEqual(doc["errors"][0]["code"], "waiting")

    def test_receipt_that_is_not_genuine(self):
        self.good("submit", "a.json")
        path = "outbox/%s/a.sigill.stored.p7s" % ID
        data = bytearray(self.read(path))
        data[-5] ^= 1
        self.write(path, bytes(data))
        self.bad(77, "receipt-signature", "status")
        self.bad(77, "receipt-signature", "submit", "a.json")
        # Without it, the portal gives it once more.
        os.unlink(self.path(path))
        self.good("outbox", "flush")
        self.good("status")
        self.assertEqual(self.stored(), 1)

    def test_sealed_file_elsewhere(self):
        self.hand_in()
        self.judge()
        self.before = self.files()
        p = self.good("status", "a.sigill")
        self.assertRegex(p.out, "^%s   a.sigill  accepted  20" % ID)
        self.assertIn("a.sigill.accepted.p7s", self.new_files())
        p = self.bad(66, "outbox-entry", "status", "nope",
                     leaves=["a.sigill.accepted.p7s"])
        self.assertEqual(p.out, "")

    def test_answers_file(self):
        """She names what she knows: the file that she filled in."""
        p = self.bad(66, "outbox-entry", "status", "a.json")
        self.assertIn("never been submitted from here", p.err)
        self.good("submit", "a.json")
        self.good("submit", self.other_answers())
        p = self.good("status", "a.json", ID)
        self.assertRegex(p.out, r"^%s .*  stored  .*\n$" % ID)
        self.write("wrong.json", "{}")
        self.before = self.files()
        self.bad(65, "field-missing", "status", "wrong.json")

    def test_other_files(self):
        """Of none of them anything waits."""
        self.good("submit", "a.json")
        self.write("empty", "")
        self.write("junk", os.urandom(100))
        shutil.copy(self.path("outbox/%s/a.sigill.stored.p7s" % ID),
                    self.path("r.p7s"))
        self.before = self.files()
        for name, code, words in (
                ("r.p7s", "outer-structure", "'sigill receipt'"),
                ("exempelkoping.pem", "outer-structure", "a certificate"),
                ("empty", "outer-structure", "it is empty"),
                ("junk", "sealed-size", "100 bytes")):
            p = self.bad(65, code, "status", name)
            self.assertIn(words, p.err)
            self.assertEqual(p.out, "")

    def test_being_sent(self):
        """What a run that is cut off would leave is no news of one that
        goes on."""
        os.kill(self.portal.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.portal.pid, signal.SIGCONT)
        p = subprocess.Popen([BIN, "submit", "a.json", "--config",
                              "sigill.conf"], cwd=self.dir, env=self.env,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        note = self.path("outbox/%s/attempts.json" % ID)
        end = time.monotonic() + 20
        while not os.path.exists(note) and time.monotonic() < end:
            time.sleep(0.01)
        out = self.good("outbox").out
        self.assertIn("being sent just now", out)
        self.assertNotIn("interrupted", out)
        one, = self.json("outbox")["entries"]
        self.assertTrue(one["sending"])
        self.assertNotIn("last_error", one)
        self.assertIn("  being sent  ", self.sigill("status").out)
        p.kill()
        p.wait()
        out = self.good("outbox").out
        self.assertIn("[interrupted]", out)
        one, = self.json("outbox")["entries"]
        self.assertFalse(one["sending"])

    def test_nothing_there(self):
        self.assertEqual(self.good("status").out, "The outbox is empty.\n")
        self.assertEqual(self.good("outbox").out, "The outbox is empty.\n")
        self.waiting()
        self.configure(portal=self.url, environment="production")
        self.assertIn("other environment", self.good("status").out)


class List(Outbox):
    def test_what_it_tells(self):
        self.good("submit", "a.json")
        other = self.waiting(self.other_answers())
        p = self.good("outbox", "list")
        for text in (ID, other, "219999-0017", "infosakkollen-2023, round",
                     "waiting to be sent", "no verdict yet",
                     "the portal cannot be reached", "[no-network]",
                     "outbox/%s/b.sigill\n" % other):
            self.assertIn(text, p.out)
        self.judge()
        self.sigill("status")
        self.assertNotIn(ID, self.good("outbox", "list").out)
        self.assertIn(ID, self.good("outbox", "list", "-a").out)
        self.assertRegex(self.good("outbox", "list", "-a").out,
                         r"a\.sigill\.accepted\.p7s \(came 20\S+ \S+ UTC\)\n")
        doc = self.json("outbox", "list", "--all")
        one, two = sorted(doc["entries"], key=lambda e: e["state"])
        self.assertEqual((one["id"], one["state"], two["state"]),
                         (ID, "accepted", "waiting"))
        self.assertEqual((two["attempts"], two["last_error"]),
                         (1, "no-network"))
        self.assertRegex(two["next_attempt"], r"^20.*Z$")

    def test_needs_no_configuration(self):
        env = dict(self.env, HOME=self.path("nobody"))
        p = self.good("outbox", "list", config=None, env=env)
        self.assertEqual(p.out, "The outbox is empty.\n")

    def test_deadline_in_words(self):
        self.waiting(closes=3 * 86400 + 60)
        self.assertIn("3 days left", self.good("outbox").out)
        for closes, words in ((5 * 3600 + 60, "5 hours left"),
                              (90 * 60 + 30, "90 minutes left"),
                              (30, "a minute left"),
                              (-3 * 3600 - 60, "3 hours ago: it comes late")):
            self.configure(closes=closes)
            self.assertIn(words, self.good("outbox").out)
        self.online(closes=-90)
        doc = self.json("submit", "a.json")
        self.assertTrue(doc["late"])
        self.assertIn("handed in a minute after it: late",
                      self.good("submit", "a.json").out)
        self.assertEqual(self.stored(), 1)

    def test_deadline_of_another_round_only(self):
        self.assertNotIn("deadline", self.good("submit", "a.json").out)
        self.configure(portal=self.url, extra="[round 2032]\n"
                       "closes = 2098-01-01\n")
        self.assertIn("no deadline for round 2023",
                      self.good("submit", "a.json").out)

    def test_late_is_what_has_come_late(self):
        """The deadline passes while it is being sent."""
        os.kill(self.portal.pid, signal.SIGSTOP)
        try:
            self.configure(portal=self.url, closes=2)
            end = time.monotonic() + 3
            p = subprocess.Popen([BIN, "submit", "a.json", "--config",
                                  "sigill.conf"], cwd=self.dir,
                                 env=self.env, stdout=subprocess.PIPE)
            time.sleep(end - time.monotonic())
        finally:
            os.kill(self.portal.pid, signal.SIGCONT)
        out = p.communicate()[0].decode()
        self.assertEqual(p.returncode, 0, out)
        self.assertIn("after it: late", out)
        self.assertNotIn("left", out)


if __name__ == "__main__":
    unittest.main()
