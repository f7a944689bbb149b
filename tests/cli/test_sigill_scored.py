#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill status, once answers are accepted: the scored receipt and the sealed
feedback of portals that are well, slow, old, or tell lies.  What they serve is
made by openssl(1) and Python (sealer.py)."""
import fcntl
import glob
import hashlib
import json
import os
import stat
import subprocess
import sys
import time
import unittest
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sealer  # noqa: E402
from scratch import BIN, SwedishScratch  # noqa: E402
from scripted_portal import NOWHERE, Scripted  # noqa: E402

CMS = "application/cms"


def moved(folder, env, now):
    """env, but it is that time."""
    lib = os.path.join(folder, "moved_clock.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", lib,
                    "tests/cli/moved_clock.c"], check=True)
    return dict(env, LD_PRELOAD=lib,
                MOVED_CLOCK=str(now - int(time.time())))


class Scored(Scripted):
    """Two ways to the same: a sealed file, and an entry of the outbox."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path(".local"))       # where status looks too
        self.answer = {}
        self.log = self.serve(self.say)
        self.asked = lambda: [path for _, path, _, _ in self.log]

    def traced(self):
        """The environment of what strace starts: leaks are not looked for
        there, since only one can trace."""
        return dict(self.env, ASAN_OPTIONS=self.env.get(
            "ASAN_OPTIONS", "") + ":detect_leaks=0")

    def say(self, h):
        """The newest word on a path; the portal knows of nothing else."""
        kind = "feedback" if "/feedback/" in h.path else \
            h.path.rsplit("/", 1)[1]
        status, body, headers = self.answer.get(kind, (
            202, b"", {"Retry-After": "60"}))
        h.reply(status, body, **{k.replace("-", "_"): v
                                 for k, v in headers.items()})

    def give(self, kind, body, status=200, type=CMS):
        self.answer[kind] = status, body, {"Content-Type": type}

    def accepted(self, name="a.sigill"):
        """Its verdict is there."""
        for stage in "stored", "accepted":
            self.write("%s.%s.p7s" % (name, stage),
                       sealer.receipt(stage, self.read(name)))
        self.before = self.files()
        return name

    def document(self, name="a.sigill", **changes):
        doc = {"format": "sigill-feedback", "version": 1,
               "sealed": hashlib.sha256(self.read(name)).hexdigest(),
               "submission": "00" * 16, "level": {"level": 1}}
        doc.update(changes)
        return json.dumps(doc).encode() + b"\n"

    def scored(self, name="a.sigill", document=None, digest_of=None, **how):
        """The portal has both, as intake makes them."""
        if document is None:
            document = self.document(name)
        self.give("scored", sealer.receipt(
            "scored", self.read(name), feedback=hashlib.sha256(
                document if digest_of is None else digest_of).digest()))
        self.give("feedback", sealer.feedback(
            document, self.path(name + ".reply.pem"), **how))
        return document

    def kept(self, name="a.sigill"):
        """What status has put beside it."""
        return sorted(n.split(".sigill.")[1] for n in
                      map(os.path.basename, glob.glob(self.path(
                          name + ".*")))
                      if "scored" in n or "feedback" in n)

    def refuses(self, code, status=77, name="a.sigill", **kw):
        doc = self.json("status", name, status=status, **kw)
        self.assertEqual([e["code"] for e in doc["errors"]], [code])
        self.assertEqual(self.kept(name), [])
        self.assertEqual(self.new_files(), set())
        return doc["errors"][0]

    def one(self, *args, **kw):
        submission, = self.json("status", *args, **kw)["submissions"]
        return submission


class Files(Scored):
    def test_fetched_opened_and_kept(self):
        name = self.accepted()
        document = self.scored()
        p = self.good("status", name)
        self.assertIn("sigill feedback %s.feedback.json" % name, p.out)
        self.assertEqual(self.kept(), ["feedback.json", "scored.p7s"])
        self.assertEqual(self.read(name + ".feedback.json"), document)
        for ending in "feedback.json", "scored.p7s":
            mode = os.stat(self.path(name + "." + ending)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)
        # And never asked for again.
        asked = len(self.log)
        said = self.one(name)
        self.assertEqual(said["state"], "scored")
        self.assertEqual(said["feedback"]["state"], "here")
        self.assertEqual(said["feedback"]["file"], name + ".feedback.json")
        self.assertFalse(said["feedback"]["news"])
        self.assertEqual(said["verified"]["scored"]["feedback"],
                         hashlib.sha256(document).hexdigest())
        self.assertEqual(len(self.log), asked)

    def test_what_is_asked(self):
        name = self.accepted()
        self.scored()
        self.good("status", name)
        digest = hashlib.sha256(self.read(name)).hexdigest()
        self.assertEqual(self.asked(), [
            "/v1/receipts/%s/scored" % digest, "/v1/feedback/" + digest])

    def test_not_yet(self):
        """No receipt, or a receipt alone; asked for again the next time."""
        name = self.accepted()
        said = self.one(name)
        self.assertEqual((said["state"], said["feedback"]["state"]),
                         ("accepted", "none"))
        self.scored()
        for status in 202, 404, 403:
            self.give("feedback", b"", status)
            said = self.one(name)
            self.assertEqual((said["state"], said["feedback"]["state"]),
                             ("scored", "pending"), status)
            self.assertEqual(self.kept(), [])
        self.assertIn("not there yet", self.good("status", name).out)

    def test_older_portals(self):
        """What they do not know is no fault."""
        name = self.accepted()
        for status in 400, 404, 405, 410:
            self.give("scored", b"", status)
            said = self.one(name)
            self.assertEqual(said["feedback"]["state"], "none", status)
            self.assertNotIn("unheard", said["feedback"])

    def test_a_portal_that_cannot_be_asked(self):
        name = self.accepted()
        for status, code in ((503, "portal-busy"), (307, "protocol")):
            self.give("scored", b"", status)
            self.assertEqual(self.one(name)["feedback"]["unheard"], code)
            self.assertIn("[%s]" % code, self.good("status", name).out)
        self.give("scored", b"<html>", type="text/html")
        self.assertEqual(self.one(name)["feedback"]["unheard"], "protocol")
        self.configure(portal="https://" + NOWHERE)
        self.assertEqual(self.one(name)["feedback"]["unheard"], "no-network")
        self.assertEqual(self.kept(), [])

    def test_another_documents_receipt(self):
        self.accepted()
        self.scored(digest_of=b"another")
        self.assertIn("SHA-256", self.refuses("feedback-sealed")["message"])

    def test_about_another_file(self):
        self.accepted()
        self.scored(document=self.document(sealed="00" * 32))
        self.assertIn("another sealed file",
                      self.refuses("feedback-sealed")["message"])

    def test_no_feedback_document(self):
        self.accepted()
        for document in (b"", b"{}", b"[]", b"{", b'{"format":1}',
                         self.document(format="sigill-report"),
                         self.document()[:-2] + b',"format":"x"}'):
            with self.subTest(document=document[:30]):
                self.scored(document=document)
                self.refuses("feedback-sealed")

    def test_by_others_than_intake(self):
        self.accepted()
        for org in "portal-receipts", "exempelkoping":
            self.scored(org=org)
            self.assertIn("receipt-signer",
                          self.refuses("feedback-sealed")["message"])
        self.scored(outer="portal-receipts")
        self.assertIn("receipt-signer",
                      self.refuses("feedback-sealed")["message"])
        # Intake has wrapped what another has signed.
        self.scored(org="portal-receipts", outer="intake-receipts")
        self.assertIn("signer-mismatch",
                      self.refuses("feedback-sealed")["message"])

    def test_receipts_by_others_than_intake(self):
        name = self.accepted()
        document = self.scored()
        digest = hashlib.sha256(document).digest()
        for code, receipt in (
                ("receipt-signer", sealer.receipt(
                    "scored", self.read(name), "portal-receipts",
                    feedback=digest)),
                ("receipt-digest", sealer.receipt(
                    "scored", b"another", feedback=digest)),
                ("receipt-digest", sealer.receipt(
                    "accepted", self.read(name))),
                ("environment", sealer.receipt(
                    "scored", self.read(name), environment="production",
                    feedback=digest)),
                ("receipt-structure", b"garbage")):
            self.give("scored", receipt)
            self.refuses(code, 65 if code == "receipt-structure" else 77)

    def test_damaged_on_the_way(self):
        self.accepted()
        self.scored()
        _, whole, headers = self.answer["feedback"]
        for body in (whole[:-1], whole[:2000], whole + b"\0", b"garbage",
                     whole[:900] + bytes([whole[900] ^ 1]) + whole[901:]):
            self.answer["feedback"] = 200, body, headers
            self.refuses("feedback-sealed")

    def test_bombs(self):
        """What inflates to more than a feedback document may be; and what is
        too large before."""
        self.accepted()
        z = zlib.compressobj(9)
        bomb = z.compress(b" " * (2 << 20)) + z.flush()
        self.scored(document=b" " * (2 << 20), stream=bomb)
        self.assertIn("inflate", self.refuses("feedback-sealed")["message"])
        stream = zlib.compress(self.document())
        self.scored(stream=stream[:-1])
        self.assertIn("inflate", self.refuses("feedback-sealed")["message"])
        self.scored(stream=stream + b"x")
        self.refuses("feedback-sealed")
        self.give("feedback", bytes(3 << 20))
        self.assertEqual(self.one("a.sigill")["feedback"]["unheard"],
                         "protocol")
        self.assertEqual(self.kept(), [])

    def test_sealed_for_another_key(self):
        name = self.accepted()
        os.rename(self.path(name), self.path("b.sigill"))
        os.rename(self.path(name + ".reply.pem"), self.path("other.pem"))
        self.good("seal", "a.json")
        os.rename(self.path("b.sigill"), self.path(name))
        own = self.read(name + ".reply.pem")
        self.write(name + ".reply.pem", self.read("other.pem"))
        self.scored()
        self.write(name + ".reply.pem", own)
        self.before = self.files()
        self.refuses("reply-key")

    def test_the_key_is_gone(self):
        """Said once as an error, and then as long as it is so."""
        name = self.accepted()
        document = self.scored()
        key = self.read(name + ".reply.pem")
        os.unlink(self.path(name + ".reply.pem"))
        p = self.sigill("status", name)
        self.assertEqual(p.returncode, 77, p.out + p.err)
        self.assertIn("[reply-key]", p.err)
        self.assertIn(name + ".reply.pem", p.err)
        self.assertEqual(self.kept(), ["scored.p7s"])
        asked = len(self.log)
        p = self.good("status", name)
        self.assertIn("cannot be opened", p.out)
        self.assertEqual(self.one(name)["feedback"]["state"], "no-key")
        self.assertEqual(len(self.log), asked)
        # It has been found.
        self.write(name + ".reply.pem", key)
        self.assertEqual(self.one(name)["feedback"]["state"], "here")
        self.assertEqual(self.read(name + ".feedback.json"), document)

    def test_a_key_that_others_can_read(self):
        name = self.accepted()
        self.scored()
        os.chmod(self.path(name + ".reply.pem"), 0o644)
        self.refuses("key-mode")
        self.write(name + ".reply.pem", "garbage")
        self.refuses("key")

    def test_what_lies_in_the_way(self):
        name = self.accepted()
        document = self.scored()
        self.write(name + ".feedback.json", "mine")
        doc = self.json("status", name, status=77)
        self.assertEqual([e["code"] for e in doc["errors"]],
                         ["feedback-sealed"])
        self.assertEqual(self.read(name + ".feedback.json"), b"mine")
        self.assertEqual(self.kept(), ["feedback.json"])
        for make in (lambda path: os.mkfifo(path),
                     lambda path: os.symlink("nowhere", path),
                     lambda path: self.write(path, b" " * (2 << 20))):
            os.unlink(self.path(name + ".feedback.json"))
            make(self.path(name + ".feedback.json"))
            doc = self.json("status", name, status=77)
            self.assertEqual([e["code"] for e in doc["errors"]],
                             ["feedback-sealed"])
        # What a run that was killed has left is the document itself.
        self.write(name + ".feedback.json", document)
        asked = len(self.log)
        self.assertEqual(self.one(name)["feedback"]["state"], "here")
        self.assertEqual(len(self.log), asked + 1)
        # Changed later.
        self.write(name + ".feedback.json", document + b" ")
        doc = self.json("status", name, status=77)
        self.assertEqual([e["code"] for e in doc["errors"]],
                         ["feedback-sealed"])

    def test_killed_while_it_is_kept(self):
        """At each rename, link and sync: both or neither, or the next run
        makes it so."""
        name = self.accepted()
        document = self.scored()
        seen = set()
        for call in "fsync", "renameat2":
            for n in 1, 2, 3, 4:
                argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                        "inject=%s:signal=SIGKILL:when=%d" % (call, n),
                        BIN, "status", name, "--config", "sigill.conf"]
                subprocess.run(argv, cwd=self.dir, env=self.traced(),
                    capture_output=True, timeout=120)
                kept = self.kept()
                seen.add(len(kept))
                if "scored.p7s" in kept:
                    self.assertIn("feedback.json", kept)
                if "feedback.json" in kept:
                    self.assertEqual(self.read(name + ".feedback.json"),
                                     document)
                self.assertEqual(self.one(name)["feedback"]["state"], "here")
                self.assertEqual(self.kept(), ["feedback.json", "scored.p7s"])
                for ending in kept + ["feedback.json", "scored.p7s"]:
                    path = self.path(name + "." + ending)
                    if os.path.exists(path):
                        os.unlink(path)
        self.assertEqual(seen, {0, 1, 2})

    def test_full_disk(self):
        name = self.accepted()
        self.scored()
        for n in 1, 2:
            argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                    "inject=fsync:error=ENOSPC:when=%d" % (2 * n - 1), BIN,
                    "status", name, "--json", "--config", "sigill.conf"]
            p = subprocess.run(argv, cwd=self.dir, env=self.traced(),
                capture_output=True, timeout=120)
            self.assertEqual(p.returncode, 74, p.stdout + p.stderr)
            self.assertEqual([e["code"] for e in json.loads(
                p.stdout)["errors"]], ["no-space"])
            self.assertEqual(self.kept(), [])
            self.assertEqual(self.new_files(), set())
        self.assertEqual(self.one(name)["feedback"]["state"], "here")


class Entries(Scored):
    """Of the outbox, where nothing is named."""

    def configure(self, name="sigill.conf", extra="", **changes):
        return super().configure(
            name, "[outbox]\ndirectory = outbox\n" + extra, **changes)

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("outbox"), 0o700)
        self.before = self.files()

    def submit(self, extra=""):
        """The portal was out of reach; then everything came to pass."""
        port = self.port
        self.configure(portal="https://" + NOWHERE, extra=extra)
        p = self.sigill("submit", "a.json")
        self.assertEqual(p.returncode, 75, p.out + p.err)
        self.configure(portal="https://localhost:%d" % port, extra=extra)
        self.id, = [n for n in os.listdir(self.path("outbox"))
                    if not n.startswith(".")]
        return self.accepted("outbox/%s/a.sigill" % self.id)

    def test_fetched_and_told(self):
        name = self.submit()
        document = self.scored(name)
        p = self.good("status")
        self.assertIn("sigill feedback " + self.id, p.out)
        self.assertEqual(self.read(name + ".feedback.json"), document)
        self.assertEqual(set(os.listdir(os.path.dirname(self.path(name)))), {
            "entry.json", "attempts.json", "a.sigill", "a.sigill.reply.pem",
            "a.sigill.stored.p7s", "a.sigill.accepted.p7s",
            "a.sigill.scored.p7s", "a.sigill.feedback.json"})
        entry, = self.json("outbox", "list", "--all")["entries"]
        self.assertEqual(entry["state"], "scored")
        self.assertEqual(entry["feedback"],
                         os.path.realpath(self.path(name)) + ".feedback.json")
        self.assertIn("scored.p7s", self.good("outbox", "list", "--all").out)
        self.assertEqual(self.json("outbox", "list")["entries"], [])
        # The receipt with the log's place and the fingerprint, as before.
        self.assertEqual(
            self.json("receipt", self.id)["receipt"]["stage"], "accepted")
        # The same answers are still the same.
        p = self.good("submit", "a.json")
        self.assertIn("handed in already", p.out)
        self.assertEqual(len([n for n in os.listdir(self.path("outbox"))
                              if not n.startswith(".")]), 1)

    def test_asked_for_while_it_may_come(self):
        name = self.submit()
        self.good("status")
        self.assertEqual(len(self.log), 1)
        # Years later nobody asks any more, unless somebody names it.
        self.write(name + ".accepted.p7s", sealer.receipt(
            "accepted", self.read(name), time=1740000000))
        later = moved(self.dir, self.env, 1740000000 + 1100 * 86400)
        self.good("status", env=later)
        self.assertEqual(len(self.log), 1)
        self.good("status", self.id, env=later)
        self.assertEqual(len(self.log), 2)

    def test_without(self):
        """[feedback] receive = no: no key, and nobody asks."""
        name = self.submit(extra="[feedback]\nreceive = no\n")
        self.assertFalse(os.path.exists(self.path(name + ".reply.pem")))
        self.good("status")
        self.assertEqual(self.log, [])
        # There is a receipt all the same, for who asks.
        self.give("scored", sealer.receipt(
            "scored", self.read(name), feedback=b"f" * 32))
        p = self.good("status", self.id)
        self.assertIn("no key for feedback", p.out)

    def test_not_while_another_run_has_it(self):
        name = self.submit()
        self.scored(name)
        entry = self.path(os.path.dirname(name) + "/entry.json")
        with open(entry) as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            self.good("status")
            self.assertEqual(self.kept(name), [])
        self.good("status")
        self.assertEqual(self.kept(name), ["feedback.json", "scored.p7s"])

    def test_no_passphrase_in_a_cron_job(self):
        """Nothing fails for want of one."""
        self.submit()
        subprocess.run(
            ["openssl", "pkcs8", "-topk8", "-in", "exempelkoping.key", "-out",
             "sealed.key", "-v2", "aes-256-cbc", "-passout", "pass:x"],
            cwd=self.dir, check=True, capture_output=True)
        os.chmod(self.path("sealed.key"), 0o600)
        text = self.read("sigill.conf").decode()
        self.write("sigill.conf", text.replace("key = exempelkoping.key",
                                               "key = sealed.key"))
        p = self.good("status")
        self.assertIn("[passphrase-needed]", p.out)

    def test_wrong_once_for_one(self):
        """One that is wrong does not hide the others."""
        name = self.submit()
        self.scored(name, digest_of=b"another")
        doc = self.json("status", status=77)
        self.assertEqual([e["code"] for e in doc["errors"]],
                         ["feedback-sealed"])
        self.assertEqual(doc["submissions"][0]["state"], "scored")
        self.assertEqual(self.kept(name), [])


class Sealing(Scored):
    def test_the_key_comes_first(self):
        """Killed at each sync: never a sealed file without its key."""
        seen = set()
        for n in range(1, 6):
            for path in glob.glob(self.path("k.sigill*")):
                os.unlink(path)
            subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                 "inject=fsync:signal=SIGKILL:when=%d" % n, BIN, "seal",
                 "a.json", "-o", "k.sigill", "--config", "sigill.conf"],
                cwd=self.dir, env=self.traced(),
                capture_output=True, timeout=120)
            if os.path.exists(self.path("k.sigill")):
                self.assertTrue(os.path.exists(
                    self.path("k.sigill.reply.pem")), n)
            seen.add(len(glob.glob(self.path("k.sigill*"))))
        self.assertEqual(seen, {0, 1, 2})
        self.assertTrue(os.path.exists(self.path("k.sigill")))

    def test_a_key_is_not_replaced(self):
        os.unlink(self.path("a.sigill"))
        key = self.read("a.sigill.reply.pem")
        self.before = self.files()
        self.bad(74, "output-exists", "seal", "a.json")
        self.assertEqual(self.read("a.sigill.reply.pem"), key)
        # Told before the organisation's own key is needed.
        os.unlink(self.path("exempelkoping.key"))
        self.before = self.files()
        self.bad(74, "output-exists", "seal", "a.json")

    def test_no_key_where_there_is_no_place(self):
        self.before = self.files()
        p = self.sigill("seal", "a.json", "-o", "-")
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(self.new_files(), set())

    def test_setting(self):
        self.configure(extra="[feedback]\nreceive = maybe\n")
        self.bad(78, "config", "seal", "a.json", "-o", "b.sigill")
        self.configure(extra="[feedback]\nreceive = no\n")
        self.good("seal", "a.json", "-o", "b.sigill")
        self.assertFalse(os.path.exists(self.path("b.sigill.reply.pem")))

    def test_each_has_its_own(self):
        self.good("seal", "a.json", "-o", "b.sigill")
        self.assertNotEqual(self.read("a.sigill.reply.pem"),
                            self.read("b.sigill.reply.pem"))


class Swedish(SwedishScratch, Scored):
    def test_words(self):
        name = self.accepted()
        self.scored()
        p = self.good("status", name)
        self.assertIn("återkopplingen har kommit", p.out)
        os.unlink(self.path(name + ".feedback.json"))
        os.unlink(self.path(name + ".scored.p7s"))
        os.unlink(self.path(name + ".reply.pem"))
        p = self.sigill("status", name)
        self.assertIn("nyckeln", p.err)


if __name__ == "__main__":
    unittest.main()
