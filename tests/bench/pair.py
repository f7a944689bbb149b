#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""pair.py RUNS WHAT OURS THEIRS OUTPUT: times two commands in turns.

OUTPUT is removed before each run.  Prints medians of wall time, the ratio of
the medians, and the peak memory of both.
"""
import os
import shlex
import statistics
import sys
import time


def once(argv, output):
    if os.path.exists(output):
        os.unlink(output)
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1):
            os.dup2(null, fd)
        os.execvp(argv[0], argv)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit("%s ended with status %d" % (argv[0], status))
    return wall, usage


def main():
    runs, what, output = int(sys.argv[1]), sys.argv[2], sys.argv[5]
    commands = [shlex.split(c) for c in sys.argv[3:5]]
    wall, peak = ([], []), [0, 0]
    for i in range(runs + 2):
        for side in (0, 1):
            seconds, usage = once(commands[side], output)
            if i >= 2:  # the first two warm the caches
                wall[side].append(seconds)
                peak[side] = max(peak[side], usage.ru_maxrss)
    ours, theirs = map(statistics.median, wall)
    print(what)
    print("    ours   %7.2f ms   peak %5.1f MB" % (ours * 1e3, peak[0] / 1e3))
    print("    theirs %7.2f ms   peak %5.1f MB" % (theirs * 1e3, peak[1] / 1e3))
    print("    ratio  %7.2f      (ours / theirs, medians of %d runs)"
          % (ours / theirs, runs))


if __name__ == "__main__":
    main()
