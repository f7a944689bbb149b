#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""intake.py BUILD [ROUNDS [COUNT]]: COUNT submissions through the whole intake,
from files in a spool to verdicts, signed receipts, documents and archive, all
of it durable; on both kinds of ledger, with one worker and with as many as
there are cores, in turns (there and back again).

The yardsticks are measured in the same run: what the cryptography of one
submission costs this machine at least, and a script that calls openssl(1).
What is counted stands in tests/README.md.  Every verdict is compared each
time."""
import glob
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time

os.environ["SIGILL_BUILD"] = sys.argv[1] if len(sys.argv) > 1 else "build"
for folder in "tests", "tests/cli":
    sys.path.insert(0, folder)
from many_case import INTAKE, ManyCase  # noqa: E402
from postgres import Postgres  # noqa: E402
from support import call, run  # noqa: E402
from test_intake_many_kills import children  # noqa: E402
from unwrapped import Script  # noqa: E402

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
CORES = os.cpu_count()
SAMPLE = 100        # files of the population for the script
SECONDS = "1"       # of each of openssl's loops
ROLES = "service", "worker", "keyholder"
TICK = os.sysconf("SC_CLK_TCK")

# What one good submission costs at least: the outer signature, the inner one,
# the signer's certificate and its issuer's revocation list; one receipt.
LEAST = {"ecdh": 1, "verify": 4, "sign": 1}


class Limit:
    """Seconds of one core, by openssl speed; it counts its own CPU time."""

    def __init__(self, size, stream, plain):
        def rate(pattern, *args):
            text = call("openssl", "speed", "-mr", "-seconds", SECONDS,
                        *args).decode()
            return [float(x) for x in re.search(pattern, text,
                                                re.M).groups()]

        bulk = r"^\+F:\d+:[^:]+:([\d.]+)", "-bytes", "8192", "-evp"
        self.ecdh = 1 / rate(r"^\+F5:\d+:\d+:([\d.]+)", "ecdhp256")[0]
        sign, verify = rate(r"^\+F4:\d+:\d+:([\d.]+):([\d.]+)", "ecdsap256")
        self.sign, self.verify = 1 / sign, 1 / verify
        # The file's digest, those of the three layers' contents.
        self.hash = 3 * size / rate(*bulk, "sha256")[0]
        self.aes = size / rate(*bulk, "aes-256-gcm")[0]
        self.inflate = inflate_seconds(stream, plain)
        self.seconds = sum(getattr(self, what) * n
                           for what, n in LEAST.items()) + \
            self.hash + self.aes + self.inflate


def inflate_seconds(stream, plain):
    import zlib
    n, start = 0, time.process_time()
    while time.process_time() - start < 0.5:
        assert len(zlib.decompress(stream)) == plain
        n += 1
    return (time.process_time() - start) / n


def cpu_of(pid):
    """Of a process and of those of its children that have ended."""
    with open("/proc/%d/stat" % pid, encoding="ascii",
              errors="replace") as f:
        fields = f.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def cpu_of_server(server):
    pid = server.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid),
              encoding="ascii") as f:
        return sum(map(cpu_of, [pid, *map(int, f.read().split())]))


def memory(pid, what):
    """In MB; 0 when it has gone."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            m = re.search(r"%s:\s*(\d+) kB" % what, f.read())
        return int(m.group(1)) * 1024 / 1e6 if m else 0
    except (FileNotFoundError, ProcessLookupError):
        return 0


class Watch(threading.Thread):
    """The largest process of each role, ten times a second."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.end = pid, threading.Event()
        self.rss = {role: [] for role in ROLES}
        self.peak = dict.fromkeys(ROLES, 0)
        self.start()

    def run(self):
        while not self.end.wait(0.1):
            for role in ROLES:
                pids = [self.pid] if role == "service" else \
                    children(self.pid, role)
                now = max([memory(p, "VmRSS") for p in pids], default=0)
                if now:
                    self.rss[role].append(now)
                    self.peak[role] = max([self.peak[role]] + [
                        memory(p, "VmHWM") for p in pids])

    def quarters(self, role):
        """Medians of the first quarter of the run, and of the last."""
        v = self.rss[role]
        part = max(1, len(v) // 4)
        return statistics.median(v[:part]), statistics.median(v[-part:])


class Once:
    """One population through one service."""

    def __init__(self, bench, workers, server):
        self.wall = self.cpu = 0
        self.watches = []
        bench.fresh(workers, server)
        for wave in 0, 1:
            bench.spool_wave(wave)
            os.sync()
            self.measure(bench, server)
        bench.check_all()

    def measure(self, bench, server):
        before = cpu_of_server(server) if server else 0
        start = time.monotonic()
        p = subprocess.Popen([INTAKE, "--config", bench.conf, "run",
                              "--once"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL,
                             stderr=open(bench.at("log"), "w"))
        watch = Watch(p.pid)
        _, status, usage = os.wait4(p.pid, 0)
        self.wall += time.monotonic() - start
        p.returncode = status
        watch.end.set()
        watch.join()
        bench.assertEqual(status, 0)
        self.cpu += usage.ru_utime + usage.ru_stime
        if server:
            self.cpu += cpu_of_server(server) - before
        self.watches.append(watch)


class Bench(ManyCase):
    def fresh(self, workers, server):
        # Nothing is removed before the end: ext4 without a journal passes over
        # inodes that were free a minute ago, one by one.
        self.old = getattr(self, "old", 0) + 1
        os.mkdir(self.at("old-%d" % self.old))
        for name in "spool", "verdicts", "handoff", "archive", "folder":
            os.rename(self.at(name), self.at("old-%d/%s" % (self.old, name)))
            os.mkdir(self.at(name), 0o700)
        for path in glob.glob(self.at("ledger.db*")):
            os.rename(path, self.at("old-%d/%s" % (
                self.old, os.path.basename(path))))
        self.configure(workers=workers, **self.settings, **(
            {"database": server.database()} if server else {}))
        self.register()

    def sample(self):
        """Good files, by their paths."""
        good = [m for m in self.manifest if m["code"] == "ok"]
        return [self.at("all/" + m["file"])
                for m in random.Random(1).sample(good,
                                                 min(SAMPLE, len(good)))]


def middle(v):
    return statistics.median(v)


def tell(name, workers, runs, limits, scripts):
    rate = [COUNT / r.wall for r in runs]
    core = [COUNT / r.cpu for r in runs]
    ratio = [c * limit for c, limit in zip(core, limits)]
    print("  %s, %d worker%s" % (name, workers, "s" * (workers > 1)))
    print("    %7.0f a second; %.0f for each core, %.0f for each second of "
          "CPU (%.2f cores were busy)" % (
              middle(rate), middle(rate) / CORES, middle(core),
              middle([r.cpu / r.wall for r in runs])))
    print("    %7.2f of the limit (%s)" % (
        middle(ratio), ", ".join("%.2f" % x for x in ratio)))
    print("    %7.1f times the script, by the clock; %.1f by CPU" % (
        middle([r / s.rate for r, s in zip(rate, scripts)]),
        middle([c / s.per_cpu for c, s in zip(core, scripts)])))
    for role in ROLES:
        large = [r.watches[0] for r in runs]
        first, last = zip(*(w.quarters(role) for w in large))
        print("    %-9s  %5.1f MB in the first quarter, %5.1f in the last; "
              "at most %.1f" % (role, middle(first), middle(last),
                                max(w.peak[role] for w in large)),
              flush=True)


def main():
    bench = Bench()
    bench.setUp()
    cases = [(name, workers) for name in ("SQLite", "PostgreSQL")
             for workers in sorted({1, CORES})]
    runs, limits, scripts = {c: [] for c in cases}, [], []
    try:
        bench.make(count=COUNT)
        size = sum(os.path.getsize(bench.at("all/" + m["file"]))
                   for m in bench.manifest) / COUNT
        with Postgres(on_disk=True) as server:
            for i in range(ROUNDS):
                scripts.append(Script(bench.scratch.dir, bench.sample()))
                limits.append(Limit(size, scripts[-1].stream,
                                    scripts[-1].plain))
                for name, workers in cases[::1 if i % 2 == 0 else -1]:
                    runs[name, workers].append(Once(
                        bench, workers,
                        server if name == "PostgreSQL" else None))
        print("intake of %d submissions of %.1f KB, 5 %% with a fault, P-256,"
              " %d round%s on %d cores (load %.1f)" % (
                  COUNT, size / 1e3, ROUNDS, "s" * (ROUNDS > 1), CORES,
                  os.getloadavg()[0]))
        last = limits[-1]
        print("  the limit: %.0f a second on one core: us for ECDH %.0f, "
              "verify %d x %.0f, sign %.0f, SHA-256 %.0f, AES %.0f, inflate "
              "%.0f" % tuple([1 / middle([x.seconds for x in limits])] + [
                  1e6 * x for x in (
                      last.ecdh, LEAST["verify"] / 1e6, last.verify,
                      last.sign, last.hash, last.aes, last.inflate)]))
        print("  the script: %.1f files a second, %.1f for each second of "
              "CPU" % (middle([s.rate for s in scripts]),
                       middle([s.per_cpu for s in scripts])))
        for case in cases:
            tell(*case, runs[case], [x.seconds for x in limits], scripts)
    finally:
        bench.doCleanups()


if __name__ == "__main__":
    main()
