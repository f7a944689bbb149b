#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes docs/FAULTS.md from a run of the tests in this folder.

    tests/faults/run.py --table docs/FAULTS.md

SIGILL_BUILD says which programs; a build without sanitizers, as those do not
take every step.
"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from table import HEAD  # noqa: E402

INTRODUCTION = """\
# Sigill: faults, and what they lead to

This page is written by `make faults` from what the tests in `tests/faults/`
see, and the tests fail when they see something else.  In every case it is
checked at the end that the spool holds one file, which is the one that was
sent, byte for byte; that the ledger holds one upload and one stored receipt;
that the receipt which the sender keeps is that one, byte for byte, and
verifies; and that nothing partial is left on either side.

*The sender sees*: the exit status of each run and the code of its error
(sigill-errors(7)).  A run that ends with 75 has left the file where it was,
and is repeated, as a scheduled job would.
"""


def one(path, rows):
    env = dict(os.environ, FAULTS_ROWS=rows, LC_ALL="C.UTF-8")
    p = subprocess.run([sys.executable, "-B", path], env=env,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print("%s: %s" % (os.path.basename(path),
                      p.stdout.decode().strip().splitlines()[-1]),
          flush=True)
    if p.returncode != 0:
        print(p.stdout.decode())
    return p.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True)
    page = parser.parse_args().table
    with tempfile.TemporaryDirectory() as rows:
        with ThreadPoolExecutor(2) as pool:
            good = all(list(pool.map(
                lambda p: one(p, rows),
                sorted(glob.glob(HERE + "/test_*.py")))))
        if not good:
            sys.exit("the page is left as it was")
        text = INTRODUCTION
        for path in sorted(glob.glob(rows + "/*.json")):
            with open(path) as f:
                heading, lines = json.load(f)
            text += "\n## %s\n\n%s%s\n" % (heading, HEAD, "\n".join(lines))
    with open(page, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
