# SPDX-License-Identifier: EUPL-1.2
"""A made-up population (tests/population) on its way through a real intake, and
what must be true of it in the end: every verdict the manifest's, nothing lost,
nothing twice."""
import collections
import hashlib
import json
import os
import random
import time

import cbor2

from intake_case import INTAKE, SANITIZED, IntakeCase
import support
from support import BUILD, SIGILL, call, read

# `make bench` and people ask for more; with sanitizers all takes longer.
COUNT = int(os.environ.get("SIGILL_MANY", 200 if SANITIZED else 600))
ANCHORS = "pki/authority-root.pem"
SIGNER = "pki/intake-receipts.pem"


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def roots(leaves):
    """The tree's root after each leaf (RFC 9162 §2.1.1), by the perfect trees
    that there are from the left."""
    stack, out = [], []
    for i, entry in enumerate(leaves):
        stack.append(hashlib.sha256(b"\0" + entry).digest())
        n = i + 1
        while n % 2 == 0:
            right = stack.pop()
            stack.append(node(stack.pop(), right))
            n //= 2
        root = stack[-1]
        for left in reversed(stack[:-1]):
            root = node(left, root)
        out.append(root)
    return out


def included(entry, log):
    """RFC 9162 §2.1.3.2."""
    at, last = log["index"], log["size"] - 1
    found = hashlib.sha256(b"\0" + entry).digest()
    for p in log["path"]:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            found = node(p, found)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            found = node(found, p)
        at, last = at // 2, last // 2
    return last == 0 and found == log["root"]


class ManyCase(IntakeCase):
    count = COUNT

    def make(self, count=None, faults=50, seed=1):
        self.maxDiff = 2000
        call(BUILD + "/test/make-population", str(count or self.count),
             self.at("pki/intake-p256.pem"),
             "questionnaires/infosakkollen-2023.json", self.at("all"),
             str(faults), str(seed))
        with open(self.at("all/manifest.jsonl"), encoding="ascii") as f:
            self.manifest = [json.loads(line) for line in f]
        self.settings = dict(anchors="all/anchors.pem", crls="all/crls.pem",
                             rounds=read(self.at("all/rounds.conf")).decode())

    def register(self):
        self.intake("register", self.at("all/register.csv"))

    def spool_files(self, files, places=("spool",)):
        """As portals do it."""
        for i, m in enumerate(files):
            to = self.at(places[i % len(places)])
            os.link(self.at("all/" + m["file"]), to + "/.new")
            os.rename(to + "/.new", "%s/%s.sigill" % (to, m["sha256"]))

    def spool_wave(self, wave, places=("spool",)):
        """In any order."""
        files = [m for m in self.manifest if m["wave"] == wave]
        random.Random(wave).shuffle(files)
        self.spool_files(files, places)
        return len(files)

    # --- what must be true -----------------------------------------------

    def everything(self, conf=None):
        """All that is known, by digest."""
        p = support.run(INTAKE, "list", "--limit=0", "--config",
                        conf or self.conf, "--json")
        self.assertEqual(p.returncode, 0, p.stderr)
        listed = json.loads(p.stdout)["submissions"]
        out = {a["sealed_digest"]: a for a in listed}
        self.assertEqual(len(out), len(listed))
        return out

    def check_all(self, verdicts="verdicts"):
        known = self.everything()
        self.assertEqual(set(known), {m["sha256"] for m in self.manifest})
        self.check_verdicts(known)
        self.check_documents(known)
        self.check_files()
        self.check_receipts(verdicts)
        said = self.intake("log", "check")
        self.assertNotIn("error", said)

    def check_verdicts(self, known):
        wrong, twins = [], collections.defaultdict(list)
        for m in self.manifest:
            a = known[m["sha256"]]
            got = (a["state"], a.get("code") or "ok")
            if got != (m["state"], m["code"]):
                wrong.append((m["case"], m["sha256"], got))
            elif "twin" in m:
                twins[m["twin"]].append((a["duplicate"], a["counts"]))
            elif (a["duplicate"], a["counts"]) != (False, m["counts"]) or (
                    a["late"] != m["late"] and m["state"] != "rejected"):
                wrong.append((m["case"], m["sha256"], a["late"],
                              a["duplicate"], a["counts"]))
        self.assertEqual(wrong[:5], [], "%d in all" % len(wrong))
        for pair in twins.values():
            self.assertEqual(sorted(pair), [(False, True)] + [(True, False)] *
                             (len(pair) - 1))

    def check_documents(self, known):
        """One for each that counts, and of the others only for those that
        may have counted for a while."""
        want = {d for d, a in known.items() if a["counts"]}
        may = {d for d, a in known.items()
               if a["state"] == "accepted" and not a["duplicate"]}
        got = {n[:-5] for n in self.files("handoff")}
        self.assertEqual((want - got, got - may), (set(), set()))
        by_digest = {m["sha256"]: m for m in self.manifest}
        for d in sorted(want)[::max(1, len(want) // 50)]:
            document = json.loads(read(self.at("handoff/%s.json" % d)))
            self.assertEqual(document["submission"]["statement"]
                             ["organisation"]["number"],
                             by_digest[d]["organisation"])

    def check_files(self):
        """What has its verdict is in the archive, what is held is not."""
        held = {m["sha256"] for m in self.manifest if m["state"] == "held"}
        archived = {}
        for folder in set(self.files("archive")) - {"head.p7s"}:
            for name in self.files("archive/" + folder):
                archived[name[:-7]] = read(self.at(
                    "archive/%s/%s" % (folder, name)))
        self.assertEqual(set(archived),
                         {m["sha256"] for m in self.manifest} - held)
        for digest, data in archived.items():
            self.assertEqual(hashlib.sha256(data).hexdigest(), digest)

    def open_receipts(self, paths):
        """[(file, content)], their signatures checked."""
        out = []
        for i in range(0, len(paths), 500):
            text = call(BUILD + "/test/open-receipts", self.at(ANCHORS),
                        self.at(SIGNER), *paths[i:i + 500])
            for line in text.decode().splitlines():
                name, content = line.split("\t")
                out.append((name, bytes.fromhex(content)))
        self.assertEqual(len(out), len(paths))
        return out

    def check_receipts(self, verdicts):
        """One for each verdict; and all of them together are the log, each of
        its roots that one of them names included."""
        paths = [self.at(verdicts + "/" + n) for n in self.files(verdicts)]
        leaves, named = {}, {}
        by_digest = {m["sha256"]: m for m in self.manifest}
        seen = set()
        for path, content in self.open_receipts(paths):
            r = cbor2.loads(content)
            self.assertEqual(cbor2.dumps(r, canonical=True), content)
            m = by_digest[r["sealed"].hex()]
            seen.add(m["sha256"])
            self.assertEqual(os.path.basename(path), "%s.%s.p7s" % (
                m["sha256"], m["state"]))
            self.assertEqual(r["stage"], m["state"])
            if m["state"] == "accepted":
                self.assertEqual((r["submission"].hex(),
                                  r["fingerprint"].hex(), r["round"],
                                  r["organisation"]),
                                 (m["submission"], m["fingerprint"],
                                  m["round"], m["organisation"]))
            else:
                self.assertEqual(r["reason"], m["code"])
            log = r.pop("log")
            self.assertNotIn(log["index"], leaves)
            leaves[log["index"]] = cbor2.dumps(r, canonical=True)
            self.assertTrue(included(leaves[log["index"]], log))
            for at in filter(None, (log, log.get("since"))):
                self.assertEqual(named.setdefault(at["size"], at["root"]),
                                 at["root"])
        want = {m["sha256"] for m in self.manifest if m["state"] != "held"}
        self.assertEqual(seen, want)
        self.assertEqual(len(paths), len(want))
        self.assertEqual(sorted(leaves), list(range(len(leaves))))
        tree = roots([leaves[i] for i in range(len(leaves))])
        for size, root in named.items():
            self.assertEqual(tree[size - 1], root, size)
        for path in paths[::max(1, len(paths) // 10)]:
            call(SIGILL, "receipt", "--config", self.scratch.sender, path)
            call("openssl", "cms", "-verify", "-inform", "DER", "-binary",
                 "-purpose", "any", "-CAfile", self.at(ANCHORS), "-in", path)

    # --- while it runs -----------------------------------------------------

    def wait_settled(self, n, verdicts="verdicts", timeout=300, tick=None):
        """Until n files are known and nothing is to be done about any of
        them; tick is called now and then."""
        end = time.monotonic() + timeout
        while True:
            if tick:
                tick()
            known = self.everything().values()
            done = [a for a in known if a["state"] == "held" or (
                a["state"] in ("accepted", "rejected") and a["filed"] and (
                    a["state"] == "rejected" or not a["counts"] or
                    a["handed"]))]
            decided = [a for a in done if a["state"] != "held"]
            if len(done) == n and len(self.files(verdicts)) == len(decided):
                return
            if time.monotonic() > end:
                raise AssertionError("%d of %d after %d s" % (
                    len(done), n, timeout))
            time.sleep(0.2)
