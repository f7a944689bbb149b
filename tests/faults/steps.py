# SPDX-License-Identifier: EUPL-1.2
"""Strikes a program at each of the calls by which it changes something, one
run for each, until a run comes through unharmed (strike.c)."""
import itertools
import os
import re
from concurrent.futures import ThreadPoolExecutor

from scene import SANITIZED, Scene
from table import FaultCase, then

# A sanitized program is slow; there every fifth call must do.
STRIDE = 5 if SANITIZED else 1

OBJECTS = (
    (r"\.reply\.pem\.[^/]+$", "the key for feedback, not yet named"),
    (r"\.reply\.pem$", "the key's name"),
    (r"/outbox/\.new\.[^/]+/\.a\.sigill\.[^/]+$",
     "the sealed file, not yet named"),
    (r"/outbox/\.new\.[^/]+/a\.sigill$", "the sealed file's name"),
    (r"/\.entry\.json\.[^/]+$", "the entry, not yet named"),
    (r"/entry\.json$", "the entry's name"),
    (r"/\.attempts\.json\.[^/]+$", "the note of attempts, not yet named"),
    (r"/attempts\.json$", "the note of attempts"),
    (r"/outbox/\.new\.[^/]+$", "the new entry's folder"),
    (r"/outbox/[0-9A-Z-]{19}$", "the entry's folder"),
    (r"/outbox/\.lock$", "the outbox's lock"),
    (r"/outbox$", "the outbox"),
    (r"/\.local(/state(/sigill)?)?$|^/tmp$", "the folders above the outbox"),
    (r"socket:", "bytes to the peer"),
    (r"/\.portal/partial/[^/]+$", "the partial file"),
    (r"/\.portal/partial$", "the partial files' folder"),
    (r"/ledger\.db(-journal|-wal|-shm)?$", "the ledger"),
    (r"/\.portal/lock$", "the portal's lock"),
    (r"/\.portal$", "the portal's own folder"),
    (r"/spool/[0-9a-f]{64}\.sigill$", "the sealed file's name in the spool"),
    (r"/spool$", "the spool"),
    (r"accepted\.p7s\.[^/]+$", "the trial whether a receipt can be kept"),
    (r"\.p7s\.[^/]+$", "the receipt, not yet named"),
    (r"\.p7s$", "the receipt's name"),
    (r"/sigill-faults-[^/]+$", "the sender's folder"),
)


def step_name(line):
    call, _, path = line.partition("\t")
    for pattern, name in OBJECTS:
        if re.search(pattern, path):
            return "`%s` of %s" % (call, name)
    raise AssertionError("a step without a name: " + line)


class Struck:
    """One run with a strike at call number `at`."""

    def __init__(self, at, how, folder):
        self.at, self.how, self.log = at, how, folder + "/steps"
        self.outcome = None     # what the sender saw

    def libraries(self):
        return {"STRIKE_AT": str(self.at), "STRIKE_HOW": self.how,
                "STRIKE_LOG": self.log}

    def steps(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log) as f:
            return [step_name(line) for line in f.read().splitlines()]


class SweepCase(FaultCase):
    scene = Scene
    workers = 4     # runs at a time: they wait more than they work

    def sweep(self, how, one, size=None, chosen=None):
        """one(scene, struck) runs under a strike and recovers; it is done
        for call 1, 2, … until the program makes fewer calls, or for those
        that are chosen.  Returns [(step, what the sender saw)] by number."""
        seen, last = {}, None

        def run(at):
            with self.scene(*([size] if size else [])) as s:
                struck = Struck(at, how, s.dir)
                one(s, struck)
                steps = struck.steps()
                return (None if len(steps) < at else
                        (steps[at - 1], then(s.runs)))
        numbers = iter(chosen or range(
            1 + (how == "after") * (STRIDE // 2), 1000, STRIDE))
        with ThreadPoolExecutor(self.workers) as pool:
            while last is None:
                batch = list(itertools.islice(numbers, 2 * self.workers))
                if not batch:
                    break
                for at, found in zip(batch, pool.map(run, batch)):
                    if found is None:
                        last = at
                    else:
                        seen[at] = found
        if chosen is None:
            self.assertIsNotNone(last, "no run came through unharmed")
        self.assertGreater(len(seen), 0)
        return [seen[at] for at in sorted(seen)]

    def rows(self, found, fault, happens, end="one file, one receipt"):
        """One for each kind of step, with all that senders saw of it."""
        kinds = {}
        for step, saw in found:
            kinds.setdefault(step, [])
            # How the line looked to the client depends on the moment.
            saw = re.sub(r"\b75 [a-z-]+(, then 75 [a-z-]+)*", "75", saw)
            if saw not in kinds[step]:
                kinds[step].append(saw)
        for step, saw in kinds.items():
            self.table.add(fault % step, happens, "; or ".join(sorted(saw)),
                           end)
