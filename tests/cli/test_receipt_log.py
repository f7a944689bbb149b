#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The log, from both its ends: what the authority can prove and find out, and
what a sender can with nothing but the receipts that she keeps."""
import json
import os
import shutil
import subprocess
import unittest

import cbor2

import merkle
from intake_case import IntakeCase, sha256, write_bytes
import support
from support import BUILD, ITSAK, SIGILL, VERIFY, read

MAKE_RECEIPT = BUILD + "/test/make-receipt"


def content_of(der):
    """The signed content, by openssl(1)."""
    return subprocess.run(
        ["openssl", "cms", "-verify", "-noverify", "-inform", "DER",
         "-binary"], input=der, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=True).stdout


class LogCase(IntakeCase):
    def give(self, *args, **more):
        """Seals, lets the service run, and gives the receipt's path."""
        data, said = self.seal(*args, **more)
        digest = self.spool(data)
        self.run_once()
        path = self.at("receipt-%d.p7s" % self.leaves())
        write_bytes(path, self.receipt(digest))
        return path

    def three(self):
        """Of one organisation; the third replaces the first."""
        first = self.give()
        second = self.give(ITSAK)
        third = self.give(supersedes=first, change=lambda a: a[
            "organisation"].update(name="Exempelköping"))
        return first, second, third

    def sigill(self, *args, status=0, code=None):
        p = support.run(SIGILL, "receipt", "--config", self.scratch.sender,
                        *args, "--json")
        self.assertEqual(p.returncode, status, p.stdout + p.stderr)
        doc = json.loads(p.stdout)
        if code:
            self.assertEqual([e["code"] for e in doc["errors"]], [code])
        return doc

    def say(self, *args, env=None):
        p = support.run(SIGILL, "receipt", "--config", self.scratch.sender,
                        *args, env=env)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout.decode()

    def damaged(self, position, *args):
        doc = self.intake("log", "check", *args, status=74)
        self.assertEqual(doc["errors"][0]["code"], "log-damaged")
        self.assertIn("position %d:" % position, doc["errors"][0]["message"])
        self.assertIs(doc["sound"], False)
        return doc

    def entries(self):
        return [bytes(b) for b, in self.query(
            "SELECT bytes FROM log_entries ORDER BY position")]

    def rewrite(self, entries):
        """Another log in the place of the one that was there, with hashes
        that are right."""
        self.query("DELETE FROM log_entries")
        self.query("DELETE FROM log_nodes")
        for i, e in enumerate(entries):
            self.query("INSERT INTO log_entries VALUES (?, ?)", i, e)
        for n in merkle.nodes([merkle.leaf(e) for e in entries]):
            self.query("INSERT INTO log_nodes VALUES (?, ?, ?)", *n)
        self.query("UPDATE log_state SET size = ?", len(entries))


    def forge(self, content):
        """Whatever it says, signed as intake does."""
        return support.call(MAKE_RECEIPT, self.at("pki/intake-receipts.pem"),
                            self.at("pki/intake-receipts.key"),
                            data=cbor2.dumps(content, canonical=True))


class Sender(LogCase):
    FORGERIES = (
        (lambda r: r["log"].update(root=b"x" * 32), "log-proof"),
        (lambda r: r["log"].update(path=[]), "log-proof"),
        (lambda r: r["log"]["path"].append(b"x" * 32), "log-proof"),
        (lambda r: r["log"]["path"].insert(0, b"x" * 32), "log-proof"),
        (lambda r: r["log"].update(index=1), "log-proof"),
        (lambda r: r["log"].update(size=5), "log-proof"),
        (lambda r: r.update(time=r["time"] - 1), "log-proof"),
        (lambda r: r["log"]["since"].update(root=b"x" * 32), "log-proof"),
        (lambda r: r["log"]["since"].update(path=[]), "log-proof"),
        (lambda r: r["log"]["since"].update(size=3), "log-proof"),
        (lambda r: r["log"].update(index=3), "receipt-structure"),
        (lambda r: r["log"].update(size=0), "receipt-structure"),
        (lambda r: r["log"].update(size=1 << 49), "receipt-structure"),
        (lambda r: r["log"].update(path=[b"x" * 31]), "receipt-structure"),
        (lambda r: r["log"].update(path=[b"x" * 32] * 50),
         "receipt-structure"),
        (lambda r: r["log"]["since"].update(size=0), "receipt-structure"),
        (lambda r: r["log"]["since"].update(size=4), "receipt-structure"),
        (lambda r: r["log"].pop("root"), "receipt-structure"),
        (lambda r: r["log"].update(more=1), "receipt-structure"),
    )

    def test_signed_and_wrong(self):
        """A signature does not make a proof true."""
        third = cbor2.loads(content_of(read(self.three()[2])))
        path = self.at("forged.p7s")
        self.assertEqual(self.sigill(write_bytes(path, self.forge(third)))[
            "log"]["index"], 2)
        for change, code in self.FORGERIES:
            bad = cbor2.loads(cbor2.dumps(third))
            change(bad)
            self.sigill(write_bytes(path, self.forge(bad)),
                        status=77 if code == "log-proof" else 65, code=code)

    def test_what_does_not_hold_is_not_believed(self):
        """Nor is it kept, when the portal has it."""
        conf = ("--config", self.scratch.sender)
        env = dict(os.environ, XDG_STATE_HOME=self.at("state"))
        with support.Portal(self.scratch):
            self.seal()
            support.call(SIGILL, "send", *conf, self.at("sealed-1.sigill"))
            self.run_once()
            digest = sha256(read(self.at("sealed-1.sigill")))
            place = self.at("verdicts/%s.accepted.p7s" % digest)
            good = read(place)
            bad = cbor2.loads(content_of(good))
            bad["log"]["root"] = b"x" * 32
            write_bytes(place, self.forge(bad))
            p = support.run(SIGILL, "status", *conf, "--json",
                            self.at("sealed-1.sigill"), env=env)
            self.assertEqual(p.returncode, 77, p.stdout)
            self.assertEqual([e["code"] for e in json.loads(p.stdout)[
                "errors"]], ["log-proof"])
            kept = self.at("sealed-1.sigill.accepted.p7s")
            self.assertFalse(os.path.exists(kept))
        # And one that lies there already is looked at again each time.
        write_bytes(kept, self.forge(bad))
        p = support.run(SIGILL, "status", *conf, "--json",
                        self.at("sealed-1.sigill"), env=env)
        self.assertIn("log-proof", [e["code"] for e in json.loads(p.stdout)[
            "errors"]])
        self.assertEqual(p.returncode, 77)

    def test_a_second_implementation(self):
        """Every receipt leads to the root that the entries have."""
        paths = self.three()
        self.spool(b"rubbish" * 300)
        self.run_once()
        entries = self.entries()
        leaves = [merkle.leaf(e) for e in entries]
        self.assertEqual(len(leaves), 4)
        rejected = self.at("verdicts/%s.rejected.p7s" %
                           sha256(b"rubbish" * 300))
        for i, path in enumerate((*paths, rejected)):
            content = content_of(read(path))
            log = cbor2.loads(content)["log"]
            self.assertEqual(merkle.receipt_leaf(content), entries[i])
            self.assertEqual(log["index"], i)
            self.assertEqual(log["root"], merkle.root(leaves[:log["size"]]))
            self.assertEqual(merkle.root_by_path(
                leaves[i], i, log["size"], log["path"]), log["root"])
            self.assertEqual("since" in log, i in (1, 2))
            if "since" in log:
                since = log["since"]
                self.assertEqual(since["root"],
                                 merkle.root(leaves[:since["size"]]))
                self.assertTrue(merkle.is_growth(
                    since["size"], since["root"], log["size"], log["root"],
                    since["path"]))

    def test_older_ones_agree(self):
        first, second, third = self.three()
        doc = self.sigill(third, "--older", first, "--older", second)
        self.assertEqual((doc["log"]["index"], doc["log"]["size"],
                          doc["log"]["proven"]), (2, 3, True))
        self.assertEqual([(c["file"], c["size"], c["consistent"])
                          for c in doc["log"]["compared"]],
                         [(first, 1, True), (second, 2, True)])
        # From the second on the chain goes both ways.
        doc = self.sigill(first, "--older", third, "--older", second)
        self.assertEqual([c["consistent"] for c in doc["log"]["compared"]],
                         [True, True])
        # Without the one in between there is nothing to connect them.
        doc = self.sigill(third, "--older", first)
        self.assertEqual([c["consistent"] for c in doc["log"]["compared"]],
                         [None])
        # It is not compared with itself.
        self.assertEqual(self.sigill(third, "--older", third)["log"][
            "compared"], [])
        self.assertRegex(self.say(third), r"(?m)^Log +number 3 of 3$")
        self.assertIn("compared: 1 of 1", self.say(third, "--older", second))
        self.assertIn("could not be compared",
                      self.say(third, "--older", first))

    def test_what_the_authority_proves(self):
        first, second, third = self.three()
        head, proof = self.at("now.head"), self.at("proof.json")
        self.intake("log", "head", "-o", head)
        self.intake("log", "prove", "--from", "1", "-o", proof)

        def compared(*args):
            return [c["consistent"] for c in
                    self.sigill(*args)["log"]["compared"]]
        self.assertEqual(compared(third, "--head", head), [True])
        self.assertEqual(compared(first, "--head", head), [None])
        self.assertEqual(compared(first, "--head", head, "--proof", proof),
                         [True, True])
        self.assertEqual(compared(third, "--older", first), [None])
        self.assertEqual(compared(third, "--older", first, "--proof",
                                  proof), [True, True])
        self.assertIn(head + " is of the same log",
                      self.say(third, "--head", head))
        self.assertIn(head + " tells of the log at another time",
                      self.say(first, "--head", head))
        # Also about one file, from its receipt to what is there now.
        digest = cbor2.loads(content_of(read(second)))["sealed"].hex()
        place = self.at("place.json")
        self.intake("log", "prove", digest, "-o", place)
        self.assertEqual(compared(second, "--proof", place, "--head", head),
                         [True, True])

        doc = json.loads(read(proof))
        for change, code, status in (
                (lambda d: d["log"].update(root="00" * 32), "log-proof", 77),
                (lambda d: d["log"].update(size=2), "log-proof", 77),
                (lambda d: d["log"]["since"]["path"].pop(), "log-proof", 77),
                (lambda d: d["log"]["since"]["path"].append("00" * 32),
                 "log-proof", 77),
                (lambda d: d.update(authority="Another"), "log-proof", 77),
                (lambda d: d.update(environment="production"), "log-proof",
                 77),
                (lambda d: d["log"]["since"]["path"].extend(["00" * 32] * 60),
                 "proof-structure", 65),
                (lambda d: d["log"].update(root="00"), "proof-structure", 65),
                (lambda d: d["log"].update(size=-1), "proof-structure", 65),
                (lambda d: d["log"].update(size="3"), "proof-structure", 65),
                (lambda d: d["log"].pop("since"), "proof-structure", 65),
                (lambda d: d.update(version=2), "proof-structure", 65)):
            bad = json.loads(json.dumps(doc))
            change(bad)
            with open(proof, "w", encoding="utf-8") as f:
                json.dump(bad, f)
            self.sigill(third, "--proof", proof, status=status, code=code)
        # Files of another kind, and what they are.
        for flag, name, code, status, what in (
                ("--proof", support.INFOSAK, "proof-structure", 65,
                 "svarsfil"),
                ("--proof", second, "proof-structure", 65, "kvitto"),
                ("--head", place, "log-head", 77, "bevis"),
                ("--head", support.INFOSAK, "log-head", 77, "svarsfil")):
            self.sigill(third, flag, name, status=status, code=code)
            p = support.run(SIGILL, "receipt", "--config",
                            self.scratch.sender, third, flag, name,
                            env=dict(os.environ, LC_ALL="sv_SE.UTF-8"))
            self.assertIn("det ser ut som ett %s" % what if what != "svarsfil"
                          else "det ser ut som en svarsfil", p.stderr.decode())
        # A receipt is no head, nor is one that another has signed.
        self.sigill(third, "--head", second, status=77, code="log-head")
        self.configure()
        with open(self.conf, encoding="utf-8") as f:
            text = f.read()
        support.write(self.conf, text.replace("pki/intake-receipts",
                                              "pki/portal-receipts"))
        other = self.at("other.head")
        self.intake("log", "head", "-o", other)
        self.sigill(third, "--head", other, status=77,
                    code="receipt-signer")

    def test_what_lies_in_the_outbox(self):
        """Submitted and fetched, with nothing named."""
        conf = ("--config", self.scratch.sender)
        with support.Portal(self.scratch):
            env = dict(os.environ, XDG_STATE_HOME=self.at("state"))
            for source in support.INFOSAK, ITSAK:
                p = support.run(SIGILL, "submit", *conf, source, env=env)
                self.assertEqual(p.returncode, 0, p.stderr)
                self.run_once()
            p = support.run(SIGILL, "status", *conf, "--json", env=env)
            self.assertEqual(p.returncode, 0, p.stdout)
        ids = [s["id"] for s in json.loads(p.stdout)["submissions"]]
        self.assertEqual(len(ids), 2)
        for one in ids:
            p = support.run(SIGILL, "receipt", *conf, one, "--json", env=env)
            log = json.loads(p.stdout)["log"]
            self.assertEqual(log["size"], log["index"] + 1)
            self.assertEqual([c["consistent"] for c in log["compared"]],
                             [True])

    def test_in_swedish(self):
        first = self.give()
        said = self.say(first, env=dict(os.environ, LC_ALL="sv_SE.UTF-8"))
        self.assertRegex(said, r"(?m)^Logg +nummer 1 av 1$")

    def test_a_receipt_of_the_verifier_has_no_place(self):
        data, _ = self.seal()
        os.mkdir(self.at("receipts"))
        support.call(VERIFY, "--config", self.scratch.verify, "--receipts",
                     self.at("receipts"), self.at("sealed-1.sigill"))
        name, = os.listdir(self.at("receipts"))
        path = self.at("receipts/" + name)
        self.assertIsNone(self.sigill(path)["log"])
        self.assertIn("no place in the authority's log", self.say(path))
        # And it is nothing to compare with.
        other = self.give(ITSAK)
        self.assertEqual(self.sigill(other, "--older", path)["log"][
            "compared"], [])

    def test_two_logs(self):
        """The authority shows one log to some, another to others."""
        first = self.give()
        self.configure(database="other.db")
        # Neither its head nor its files: the service would go on from them.
        shutil.rmtree(self.at("archive"))
        os.mkdir(self.at("archive"), 0o700)
        second, _ = self.seal(ITSAK)
        digest = self.spool(second)
        self.run_once()
        path = write_bytes(self.at("second.p7s"), self.receipt(digest))
        doc = self.sigill(path, "--older", first, status=77,
                          code="log-proof")
        self.assertIn(path, doc["errors"][0]["where"])
        self.assertIn(first, doc["errors"][0]["message"])
        # Alone, each of them is sound.
        self.assertEqual(self.sigill(path)["log"]["compared"], [])

    def test_a_changed_log_contradicts_what_she_has(self):
        """Hashes and all, so that nothing in the database tells."""
        first = self.give()
        second = self.give(ITSAK)
        entries = self.entries()
        other = cbor2.loads(entries[0])
        other["time"] += 1
        self.rewrite([cbor2.dumps(other, canonical=True), entries[1]])
        os.remove(self.at("archive/head.p7s"))
        third = self.give(supersedes=first, change=lambda a: a[
            "organisation"].update(name="Exempelköping"))
        doc = self.sigill(third, "--older", second, status=77,
                          code="log-proof")
        self.assertIn(third, doc["errors"][0]["where"])
        self.assertIn(second, doc["errors"][0]["message"])

    def test_named_files_must_be_receipts(self):
        first = self.give()
        self.sigill(first, "--older", self.at("nothing"), status=66,
                    code="no-input")
        self.sigill(first, "--older", self.at("sealed-1.sigill"), status=65,
                    code="receipt-structure")


class Authority(LogCase):
    def test_an_empty_log(self):
        self.run_once()
        doc = self.intake("log", "head")
        self.assertEqual(doc["head"]["size"], 0)
        self.assertEqual(doc["head"]["root"], sha256(b""))
        self.assertEqual(self.intake("log", "check")["leaves"], 0)

    def test_heads(self):
        self.give()
        early = self.at("early.head")
        doc = self.intake("log", "head", "-o", early)
        self.assertEqual((doc["head"]["size"], doc["signed"]), (1, True))
        said = cbor2.loads(content_of(read(early)))
        self.assertEqual(said["format"], "sigill-tree-head")
        self.assertEqual(said["root"].hex(), doc["head"]["root"])
        self.assertEqual(said["root"], merkle.leaf(self.entries()[0]))
        # It is not written over, and without a name nothing is signed.
        self.intake("log", "head", "-o", early, status=74)
        os.remove(self.at("pki/intake-receipts.key"))
        self.assertIs(self.intake("log", "head")["signed"], False)
        self.intake("log", "head", "-o", self.at("x"), status=78)
        self.assertFalse(os.path.exists(self.at("x")))

    def test_what_was_signed_earlier_is_of_this_log(self):
        heads, receipts = [], []
        for n, source in enumerate((support.INFOSAK, ITSAK)):
            receipts.append(self.give(source))
            heads.append(self.at("%d.head" % n))
            self.intake("log", "head", "-o", heads[-1])
        doc = self.intake("log", "check", "--head", heads[0], "--head",
                          heads[1], *receipts)
        self.assertEqual((doc["sound"], doc["leaves"]), (True, 2))
        # The other way round they are not what they should be.
        for args in (("--head", receipts[0]), (heads[0],)):
            doc = self.intake("log", "check", *args,
                              status=77 if "--head" in args else 65)
            self.assertEqual(doc["sound"], True)
        # A log in which the first has another time, all hashes right: its
        # own receipts tell, and so do both heads and the kept receipts.
        entries = self.entries()
        other = cbor2.loads(entries[0])
        other["time"] += 1
        self.rewrite([cbor2.dumps(other, canonical=True), entries[1]])
        doc = self.damaged(0, "--head", heads[0], "--head", heads[1],
                           *receipts)
        self.assertEqual([e["code"] for e in doc["errors"]],
                         ["log-damaged"] * 5)
        for e, path in zip(doc["errors"][1:], heads + receipts):
            self.assertIn(path, e["where"])
        # One that has been cut off, its last verdict with it, looks sound;
        # only what was given away says that there was more.
        self.rewrite(entries[:1])
        self.query("CREATE TABLE aside AS SELECT * FROM verdicts "
                   "WHERE position = 1")
        self.query("DELETE FROM verdicts WHERE position = 1")
        self.query("CREATE TABLE gone AS SELECT * FROM arrivals "
                   "WHERE digest IN (SELECT digest FROM aside)")
        self.query("DELETE FROM arrivals "
                   "WHERE digest IN (SELECT digest FROM aside)")
        self.assertIs(self.intake("log", "check")["sound"], True)
        doc = self.intake("log", "check", "--head", heads[0], "--head",
                          heads[1], *receipts, status=74)
        self.assertEqual([e["where"].split(":")[0] for e in doc["errors"]],
                         [heads[1], receipts[1]])
        # Put back, it is what it was.
        self.query("INSERT INTO verdicts SELECT * FROM aside")
        self.query("INSERT INTO arrivals SELECT * FROM gone")
        self.rewrite(entries)
        self.intake("log", "check", "--head", heads[1], *receipts)

    def test_somebody_elses_signature(self):
        """A log, a head and receipts by another key than the authority's."""
        mine = read(self.conf)
        other = mine.replace(b"pki/intake-receipts.", b"pki/portal-receipts.")
        write_bytes(self.conf, other)
        receipt = self.give()
        head = self.at("a.head")
        self.intake("log", "head", "-o", head)
        self.intake("log", "check", "--head", head, receipt)
        write_bytes(self.conf, mine)
        doc = self.intake("log", "check", "--head", head, receipt, status=77)
        self.assertEqual([e["code"] for e in doc["errors"]],
                         ["receipt-signer"] * 3)
        self.assertIn("position 0:", doc["errors"][0]["message"])
        self.assertIs(doc["sound"], False)
        # The key has changed, and the certificate of the old one is kept.
        write_bytes(self.conf, mine.replace(
            b"key = pki/intake-receipts.key",
            b"key = pki/intake-receipts.key\n"
            b"earlier = pki/portal-receipts.pem"))
        self.intake("log", "check", "--head", head, receipt)
        # Which needs no key, and of the certificates all.
        os.remove(self.at("pki/intake-receipts.key"))
        self.intake("log", "check", "--head", head, receipt)
        os.remove(self.at("pki/portal-receipts.pem"))
        self.intake("log", "check", status=78)

    # Each in a ledger in which file 0 was replaced by 2; 1 is another
    # organisation's, 3 is rejected, and 4 has the answers of 2, sealed again; 6
    # was held, and a person has accepted it (5): it counts in the end.
    ROWS = (
        "UPDATE arrivals SET counts = 0 WHERE counts = 1",
        "UPDATE arrivals SET counts = 0 WHERE n = 1",
        "UPDATE arrivals SET counts = 0 WHERE n = 6;"
        "UPDATE arrivals SET counts = 1 WHERE n = 2",
        "UPDATE arrivals SET state = 'rejected', code = 'late' WHERE n = 0",
        "UPDATE arrivals SET state = 'held' WHERE n = 0",
        "UPDATE arrivals SET state = 'accepted' WHERE n = 3",
        "UPDATE arrivals SET code = 'round' WHERE n = 3",
        "UPDATE arrivals SET size = size + 1 WHERE n = 3",
        "UPDATE arrivals SET organisation = '2120000142' WHERE n = 1",
        "UPDATE arrivals SET organisation = NULL WHERE n = 1",
        "UPDATE arrivals SET round = '2022' WHERE n = 1",
        "UPDATE arrivals SET fingerprint = zeroblob(32) WHERE n = 1",
        "UPDATE arrivals SET submission = zeroblob(16) WHERE n = 1",
        "UPDATE arrivals SET supersedes = NULL WHERE n = 2",
        "UPDATE arrivals SET supersedes = zeroblob(32) WHERE n = 1",
        "UPDATE arrivals SET duplicate = 0 WHERE n = 4",
        "UPDATE arrivals SET duplicate = 1 WHERE n = 1",
        "UPDATE arrivals SET late = 1 WHERE n = 2",
        "DELETE FROM arrivals WHERE n = 3",
        "DELETE FROM arrivals",
        "UPDATE verdicts SET organisation = '2120000142' WHERE position = 1",
        "UPDATE decisions SET who = 'nobody'",
        "UPDATE decisions SET reason = 'other'",
        "UPDATE decisions SET decision = 'reject'",
        "UPDATE decisions SET done = 0",
        "DELETE FROM decisions",
        "INSERT INTO decisions SELECT digest, time + 1, decision, reason, "
        "who, done, seq + 1 FROM decisions",
    )

    def test_the_rows_are_those_of_the_log(self):
        rename = lambda name: lambda a: a["organisation"].update(name=name)
        first, _, third = self.three()
        self.spool(b"rubbish" * 300)
        self.run_once()
        self.give(change=rename("Exempelköping"))
        held = self.spool(self.seal(change=rename("Exempelby"))[0])
        self.run_once()
        self.assertEqual(self.state(held), ("held", "conflict"))
        self.intake("accept", held, "--reason", "Anna called.")
        self.run_once()
        self.assertEqual([c for c, in self.query(
            "SELECT a.counts FROM arrivals a JOIN verdicts v USING (digest) "
            "ORDER BY v.position")], [0, 1, 0, 0, 0, 1])
        self.intake("log", "check", first, third)
        with open(self.at("ledger.db"), "rb") as f:
            sound = f.read()
        for sql in self.ROWS:
            with self.subTest(sql):
                for part in sql.split(";"):
                    self.query(part.replace(
                        "WHERE n =", "WHERE (SELECT position FROM verdicts v "
                        "WHERE v.digest = arrivals.digest) ="))
                doc = self.intake("log", "check", status=74)
                self.assertEqual([e["code"] for e in doc["errors"]],
                                 ["log-damaged"])
                self.assertIs(doc["sound"], False)
                for name in os.listdir(self.scratch.dir):
                    if name.startswith("ledger.db"):
                        os.remove(self.at(name))
                write_bytes(self.at("ledger.db"), sound)
                os.chmod(self.at("ledger.db"), 0o600)
        self.intake("log", "check", first, third)

    def test_changed_dropped_and_reordered(self):
        kept = self.three()
        entries = self.entries()
        other = cbor2.loads(entries[1])
        other["advice"] = "x"
        for position, damage in (
                (1, lambda: self.query("UPDATE log_entries SET bytes = ? "
                                       "WHERE position = 1",
                                       cbor2.dumps(other, canonical=True))),
                (1, lambda: self.query("DELETE FROM log_entries WHERE "
                                       "position = 1")),
                (0, lambda: self.rewrite([entries[1], entries[0],
                                          entries[2]])),
                (1, lambda: self.rewrite([entries[0], entries[2],
                                          entries[1]])),
                # The receipt of the first was given when there was no more.
                (1, lambda: self.rewrite([entries[0], entries[2]]))):
            damage()
            self.damaged(position)
            self.damaged(position, *kept)
            self.rewrite(entries)
            self.assertEqual(self.intake("log", "check", *kept)["leaves"], 3)

    def test_proofs_of_growth(self):
        self.three()
        leaves = [merkle.leaf(e) for e in self.entries()]
        for first in (1, 2, 3):
            for second in range(first, 4):
                doc = self.intake("log", "prove", "--from", str(first),
                                  "--to", str(second))["proof"]
                log = doc["log"]
                self.assertEqual((log["since"]["size"], log["size"]),
                                 (first, second))
                self.assertTrue(merkle.is_growth(
                    first, merkle.root(leaves[:first]), second,
                    merkle.root(leaves[:second]),
                    [bytes.fromhex(h) for h in log["since"]["path"]]))
        for wrong in (("--from", "0"), ("--from", "2", "--to", "1"),
                      ("--from", "1", "--to", "4"), ("--to", "2"), (),
                      ("x", "--from", "1")):
            self.intake("log", "prove", *wrong, status=64)

    def test_proofs_of_place(self):
        first, *_ = self.three()
        leaves = [merkle.leaf(e) for e in self.entries()]
        digest = cbor2.loads(content_of(read(first)))["sealed"].hex()
        out = self.at("proof.json")
        doc = self.intake("log", "prove", digest[:8], "-o", out)["proof"]
        self.assertEqual(json.loads(read(out)), doc)
        log = doc["log"]
        self.assertEqual((doc["sealed"], doc["stage"], log["index"],
                          log["size"], log["since"]["size"]),
                         (digest, "accepted", 0, 3, 1))
        self.assertEqual(merkle.root_by_path(
            leaves[0], 0, 3, [bytes.fromhex(h) for h in log["path"]]),
            merkle.root(leaves))
        self.intake("log", "prove", "ffffffff", status=66)

    def test_usage(self):
        self.run_once()
        for wrong in (("heads",), ("head", "x"), ("head", "--from", "1"),
                      ("head", "--head", "x"), ("check", "-o", "x"),
                      ("prove", "a", "b")):
            doc = self.intake("log", *wrong, status=64)
            self.assertEqual(doc["errors"][0]["code"], "usage")


if __name__ == "__main__":
    unittest.main()
