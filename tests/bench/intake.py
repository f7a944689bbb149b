#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""A population through the whole intake, on both kinds of ledger: from files in
a spool to signed receipts, documents and archive, all of it durable.

    SIGILL_MANY=10000 tests/bench/intake.py BUILD

Each verdict is compared afterwards.  Memory is each process's highest, after a
tenth of the files and after all of them."""
import os
import subprocess
import sys
import time
import unittest

os.environ["SIGILL_BUILD"] = sys.argv.pop(1) if len(sys.argv) > 1 else "build"
os.environ.setdefault("SIGILL_MANY", "10000")
for folder in "tests", "tests/cli":
    sys.path.insert(0, folder)
from many_case import COUNT, INTAKE, ManyCase  # noqa: E402
from postgres import Postgres  # noqa: E402
from test_intake_many_kills import children  # noqa: E402


def highest(pid):
    """VmHWM in MB."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


class Bench(ManyCase):
    count = COUNT

    def measure(self, peaks):
        """Seconds of one run; peaks: {role: MB}."""
        start = time.monotonic()
        p = subprocess.Popen([INTAKE, "--config", self.conf, "run", "--once"],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        while p.poll() is None:
            for role, pids in (("service", [p.pid]),
                               ("worker", children(p.pid, "worker")),
                               ("keyholder", children(p.pid, "keyholder"))):
                peaks[role] = max([peaks.get(role, 0), *map(highest, pids)])
            time.sleep(0.05)
        self.assertEqual(p.returncode, 0)
        return time.monotonic() - start

    def run_on(self, name, **where):
        self.make()
        self.configure(workers=os.cpu_count(), **where, **self.settings)
        self.register()
        first = [m for m in self.manifest if m["wave"] == 0]
        tenth, small, large = len(first) // 10, {}, {}
        self.spool_files(first[:tenth])
        self.measure(small)
        self.spool_files(first[tenth:])
        seconds = self.measure(large)
        n = len(first) - tenth
        print("intake of %d submissions (P-256), %s, %d workers on %d cores: "
              "%.0f a second, %.0f for each core" % (
                  n, name, os.cpu_count(), os.cpu_count(), n / seconds,
                  n / seconds / os.cpu_count()))
        for role in "service", "worker", "keyholder":
            print("    %-9s %5.1f MB after %d, %5.1f MB after %d" % (
                role, small[role], tenth, large[role], n), flush=True)
        self.spool_wave(1)
        self.run_once()
        self.check_all()

    def test_sqlite(self):
        self.run_on("SQLite")

    def test_postgresql(self):
        with Postgres() as server:
            self.run_on("PostgreSQL", database=server.database())


if __name__ == "__main__":
    unittest.main(verbosity=0)
