#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""scoring.py BUILD [ROUNDS [COUNT...]]: sigill-score aggregate of a folder with
so many documents, in turns with a script (levels.py).  Both must have counted
the same."""
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path[0] = "tests"      # not this folder: this file is called scoring
from bench.pair import once                                     # noqa: E402
from scoring import handed                                      # noqa: E402

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
COUNTS = [int(n) for n in sys.argv[3:]] or [1000, 10000, 100000]
DEFINITION = handed.Definition("questionnaires/infosakkollen-2023.json")
KINDS = ["kommun"] * 153 + ["region"] * 18 + ["myndighet"] * 120


def make(folders):
    """Each has those that the one before has not."""
    r = random.Random(2023)
    done = 0
    for folder, count in folders:
        os.mkdir(folder)
        for i in range(done, count):
            eager = r.random()
            answers = {q["id"]: [o["id"] for o in q["options"]
                                 if r.random() < eager]
                       for q in DEFINITION.data["questions"]}
            # A third has the basics.
            if i % 3 == 0:
                for q in DEFINITION.data["questions"]:
                    answers[q["id"]] = answers[q["id"]] or [
                        q["options"][0]["id"]]
            handed.save(folder, handed.document(
                DEFINITION, i, answers, kind=r.choice(KINDS), position=i))
        done = count


def join(folders):
    """Links what the smaller folders have into the larger ones."""
    for (small, _), (large, _) in zip(folders, folders[1:]):
        for name in os.listdir(small):
            os.link(os.path.join(small, name), os.path.join(large, name))


def check(ours, theirs):
    report = json.loads(subprocess.check_output(ours))["report"]
    script = json.loads(subprocess.check_output(theirs))
    for group in report["groups"]:
        levels = script["levels"].get(group["id"])
        if levels is None:
            continue
        boxes = script["boxes"][group["id"]]
        for row in group["levels"]:
            if row["exactly"]["count"] != levels.get(str(row["level"]), 0):
                sys.exit("another number at level %d" % row["level"])
        for question in group["questions"]:
            for option in question["options"]:
                key = question["id"] + "." + option["id"]
                if option["count"] != boxes.get(key, 0):
                    sys.exit("another number of " + key)


def main():
    work = tempfile.mkdtemp(prefix="sigill-bench.", dir="/dev/shm")
    try:
        folders = [(os.path.join(work, str(n)), n) for n in sorted(COUNTS)]
        make(folders)
        join(folders)
        print("aggregate of documents with %d boxes, in memory, against a script "
              "that counts levels and boxes; %d cores (load %.1f)" % (
                  DEFINITION.data["totals"]["options"], os.cpu_count(),
                  os.getloadavg()[0]))
        for folder, count in folders:
            ours = [BUILD + "/bin/sigill-score", "aggregate", "--json",
                    folder]
            theirs = ["/usr/bin/python3", "tests/bench/levels.py",
                      DEFINITION.path, folder]
            check(ours, theirs)             # and warms the caches
            runs = [(once(ours, work + "/none"),
                     once(theirs, work + "/none")) for _ in range(ROUNDS)]
            wall, cpu, peak = ([], [], [])
            for side in 0, 1:
                used = [run[side][1] for run in runs]
                wall.append(statistics.median(run[side][0] for run in runs))
                cpu.append(statistics.median(u.ru_utime + u.ru_stime
                                             for u in used))
                peak.append(max(u.ru_maxrss for u in used))
            print("  %6d: ours %6.2f s, CPU %6.2f s (%5.1f us each), "
                  "%6.1f MB; theirs %6.2f s, CPU %6.2f s, %6.1f MB; ratio "
                  "%.2f, of CPU %.2f" % (
                      count, wall[0], cpu[0], 1e6 * cpu[0] / count,
                      peak[0] / 1e3, wall[1], cpu[1], peak[1] / 1e3,
                      wall[0] / wall[1], cpu[0] / cpu[1]))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
