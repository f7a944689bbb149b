#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs every test on each build folder that is named, and counts.

    tests/run.py BUILD...

Unit tests are programs in BUILD/test that speak TAP; the others are Python
unittest files, which find the programs by SIGILL_BUILD.  A suite that runs no
test has failed.  The last line says how many tests passed and failed.
"""
import glob
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

# The long ones first: none of them is to be the last that all wait for.
LONG = ("faults/test_kills", "faults/test_line", "faults/test_full",
        "cli/test_portal_postgres", "cli/test_portal_raw",
        "cli/test_intake_kills", "cli/test_ledger_postgres",
        "cli/test_intake_staff_postgres", "cli/test_intake_many_kills",
        "cli/test_intake_pair", "cli/test_portal_postgres_kills",
        "faults/test_many", "cli/test_outbox", "cli/test_outbox_flush",
        "cli/test_portal_faults", "cli/test_portal_operation",
        "cli/test_intake_mandate", "cli/test_intake",
        "faults/test_outbox", "faults/test_answers")
LONG = ["tests/%s.py" % name for name in LONG]
SCRIPTS = sorted(glob.glob("tests/*/test_*.py"),
                 key=lambda p: (LONG.index(p) if p in LONG else len(LONG), p))
# Much of the time goes by in waiting: for a clock, a disk, a process to end.
AT_ONCE = (os.cpu_count() or 1) + 2
TIMEOUT = 540  # of one suite, in seconds: a hang must not look like work


def run(argv, env):
    try:
        p = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=TIMEOUT)
        return p.returncode, p.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as e:
        return -1, (e.stdout or b"").decode("utf-8", "replace") + "\nTIMEOUT\n"


def unit(build, program, env):
    env = dict(env, CMOCKA_MESSAGE_OUTPUT="TAP")
    status, out = run([program], env)
    passed = len(re.findall(r"^ok \d+", out, re.M))
    skipped = len(re.findall(r"^not ok \d+ # SKIP", out, re.M))
    failed = len(re.findall(r"^not ok \d+", out, re.M)) - skipped
    return status, passed, failed, skipped, out


def script(build, path, env):
    status, out = run(["/usr/bin/python3", "-B", path], env)
    ran = re.search(r"^Ran (\d+) test", out, re.M)
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", out))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", out))
    total = int(ran.group(1)) if ran else 0
    return status, max(total - bad - skipped, 0), bad, skipped, out


def one(job):
    kind, build, path, env = job
    start = time.monotonic()
    status, passed, failed, skipped, out = kind(build, path, env)
    if status != 0 or passed + failed + skipped == 0:
        failed = max(failed, 1)
    name = "%s: %s" % (build, os.path.relpath(path, build)
                       if kind is unit else path)
    print("%-52s %4d passed%s%s  %.1f s" % (
        name, passed, ", %d FAILED" % failed if failed else "",
        ", %d skipped" % skipped if skipped else "",
        time.monotonic() - start), flush=True)
    if failed:
        print(out, flush=True)
    return passed, failed, skipped


def main():
    builds = sys.argv[1:] or ["build"]
    jobs = []
    for build in builds:
        env = dict(os.environ, SIGILL_BUILD=build, LC_ALL="C.UTF-8")
        # What a killed test may leave is no leak of the program's.
        env.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0")
        env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        programs = sorted(p for p in glob.glob(build + "/test/test_*")
                          if os.access(p, os.X_OK))
        if not programs or not SCRIPTS:
            sys.exit("no tests found for " + build)
        jobs += [(script, build, s, env) for s in SCRIPTS]
        jobs += [(unit, build, p, env) for p in programs]
    # That of all builds: the sort keeps their order otherwise.
    jobs.sort(key=lambda job: job[2] not in LONG)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        totals = [sum(t) for t in zip(*pool.map(one, jobs))]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    sys.exit(1 if totals[1] else 0)


if __name__ == "__main__":
    main()
