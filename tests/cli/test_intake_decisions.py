# SPDX-License-Identifier: EUPL-1.2
"""Staff and the service together: what people decide is carried out, signed,
logged and shown."""
import os
import subprocess
import unittest

from intake_case import INTAKE, IntakeCase
import support
from support import write


def other_answers(answers):
    """The same organisation, and something else."""
    answers["organisation"]["name"] += " B"


class Decisions(IntakeCase):
    def held(self):
        """An accepted file, and one that contradicts it."""
        first, _ = self.seal()
        second, said = self.seal(change=other_answers)
        a = self.spool(first)
        self.run_once()
        b = self.spool(second)
        self.run_once()
        self.assertEqual(self.state(a), ("accepted", ""))
        self.assertEqual(self.state(b), ("held", "conflict"))
        return a, b

    def text(self, *args):
        p = support.run(INTAKE, *args, "--config", self.conf)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout.decode()

    def test_rejected_with_a_reason(self):
        a, b = self.held()
        before = self.leaves()
        self.intake("reject", b[:12], "--reason",
                    "Ni har redan svarat.\nRing 08-123 å.")
        self.assertEqual(self.state(b), ("held", "conflict"))
        self.run_once()
        self.assertEqual(self.state(b), ("rejected", "declined"))
        receipt = self.content(self.receipt(b, "rejected"))
        self.assertEqual((receipt["reason"], receipt["advice"]),
                         ("declined", "Ni har redan svarat.\nRing 08-123 å."))
        # The decision is a leaf of its own.
        self.assertEqual(self.leaves(), before + 2)
        doc = self.intake("show", b)
        self.assertEqual([(d["decision"], d["done"], d["reason"]) for d in
                          doc["decisions"]],
                         [("reject", True, "Ni har redan svarat.\n"
                           "Ring 08-123 å.")])
        self.assertEqual(doc["receipt"]["log"]["index"], before + 1)
        text = self.text("show", b)
        self.assertIn("number %d of %d" % (before + 2, before + 2), text)
        self.assertIn("Ring 08-123 å.", text)
        report = self.intake("report", "--round", "2023")
        self.assertEqual(report["rejected"], {"declined": 1})
        self.assertEqual(report["decision_after"]["number"], 1)
        self.assertEqual(report["verdict_after"]["number"], 1)

    def test_accepted_and_counts(self):
        a, b = self.held()
        self.intake("accept", b[:12], "--reason", "Rättelse per telefon")
        self.run_once()
        self.assertEqual(self.state(b), ("accepted", ""))
        doc = self.intake("show", a)
        self.assertFalse(doc["submission"]["counts"])
        self.assertEqual([(o["sealed_digest"], o["counts"])
                          for o in doc["others"]], [(b, True)])
        self.assertIn(b, self.documents())
        several = self.intake("show", doc["submission"]["facts"]
                              ["organisation"]["number"])
        self.assertEqual({x["sealed_digest"]
                          for x in several["submissions"]}, {a, b})

    def test_in_the_order_in_which_they_were_made(self):
        """While the service was down; the last one counts then."""
        a, _ = self.held()
        held = []
        for i in range(6):
            data, _ = self.seal(change=lambda answers: answers[
                "organisation"].update(name="Namn %d" % i))
            held.append(self.spool(data))
        self.run_once()
        held.sort(reverse=True)
        for i, digest in enumerate(held):
            doc = self.intake("accept", digest)
            self.assertEqual((doc["counts_now"], len(doc["decided_before"])),
                             (a, i))
        self.run_once()
        places = []
        for digest in held:
            doc = self.intake("show", digest)
            places.append(doc["receipt"]["log"]["index"])
            self.assertEqual(doc["submission"]["counts"],
                             digest == held[-1])
        self.assertEqual(places, sorted(places))

    def test_the_same_answers_sealed_again(self):
        first, _ = self.seal()
        again, _ = self.seal()
        a = self.spool(first)
        self.run_once()
        b = self.spool(again)
        self.run_once()
        self.assertEqual(self.state(b), ("accepted", ""))
        got = self.intake("show", b)
        self.assertEqual((got["submission"]["same_answers"],
                          got["submission"]["counts"],
                          got["others"][0]["counts"]), (True, False, True))
        doc = self.intake("report", "--round", "2023")
        self.assertEqual((doc["same_answers"], doc["replaced"],
                          doc["duplicate"]), (1, 0, 0))

    def test_waiting_for_the_service(self):
        a, b = self.held()
        with self.start():
            doc = self.intake("reject", b, "--reason", "x", "--wait", "60")
            self.assertTrue(doc["done"])
            self.assertEqual(self.state(b), ("rejected", "declined"))

    def test_the_register_lets_in_who_was_held(self):
        data, said = self.seal()
        path = write(self.at("register.csv"),
                     "number,name,kind\n212000-0142,Annan,kommun\n")
        self.intake("register", path)
        digest = self.spool(data)
        self.run_once()
        self.assertEqual(self.state(digest), ("held", "not-registered"))
        missing = self.intake("missing")["questionnaires"][0]
        self.assertEqual(missing["total"]["missing"], 1)
        number = self.intake("show", digest)["submission"]["facts"][
            "organisation"]["number"]
        write(path, "number,name,kind\n%s,Exempel,kommun\n" % number)
        doc = self.intake("register", path)
        self.assertEqual(doc["queued"], 1)
        self.run_once()
        self.assertEqual(self.state(digest), ("accepted", ""))
        missing = self.intake("missing")["questionnaires"][0]
        self.assertEqual(missing["total"]["rate"], "1 of 1 = 100.0 %")

    def test_a_rejected_file_is_shown_with_its_mistakes(self):
        data, said = self.seal()
        bad = bytearray(data)
        bad[-1] ^= 1
        digest = self.spool(bytes(bad))
        self.run_once()
        doc = self.intake("show", digest[:10])
        self.assertEqual(doc["submission"]["state"], "rejected")
        self.assertEqual(doc["receipt"]["stage"], "rejected")
        text = self.text("list")
        self.assertIn(digest[:16], text)

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_without_the_keys(self):
        """Staff who can read the ledger and no key."""
        a, b = self.held()
        os.chmod(self.scratch.dir, 0o755)
        for name in os.listdir(self.at("pki")):
            os.chmod(self.at("pki/" + name), 0)
        os.chown(self.at("ledger.db"), 65534, 65534)
        for end in "-wal", "-shm":
            if os.path.exists(self.at("ledger.db" + end)):
                os.chown(self.at("ledger.db" + end), 65534, 65534)
        os.chmod(self.scratch.dir, 0o777)

        def staff(*args):
            return subprocess.run(
                ["setpriv", "--reuid", "65534", "--regid", "65534",
                 "--clear-groups", INTAKE, "--config", self.conf, *args],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for args in (["list"], ["show", b], ["missing"], ["report"],
                     ["reject", b, "--reason", "x"]):
            p = staff(*args)
            self.assertEqual((p.returncode, p.stderr), (0, b""), args)
        self.assertEqual(self.query("SELECT who FROM decisions"),
                         [("nobody",)])
        # And who may only read is told so.
        os.chown(self.at("ledger.db"), 0, 0)
        os.chmod(self.at("ledger.db"), 0o644)
        os.chmod(self.scratch.dir, 0o755)
        for args in ["list"], ["accept", b]:
            p = staff(*args)
            self.assertEqual(p.returncode, 66, p.stderr)
            self.assertIn(b"[no-input]", p.stderr)
            self.assertIn(b"sudo -u root", p.stderr)


if __name__ == "__main__":
    unittest.main()
