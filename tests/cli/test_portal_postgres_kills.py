#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Two sigill-portals on one PostgreSQL while one of them, or the database, is
killed: a receipt stands for a file that is in somebody's spool."""
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from portal_case import KOPING, PORTAL
from test_portal_postgres import WAIT, Shared


class Kills(Shared):
    """Senders who try again until they have a receipt, while something is
    killed and started again."""

    def upload(self, data, choose, receipts):
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            try:
                answer = choose().post(data)
                # Who is killed may not get to the end of its answer.
                whole = answer is not None and answer.body and len(
                    answer.body) == int(answer.headers["content-length"])
                if whole and answer.status == 201:
                    receipts[data] = answer.body
                    return
                if whole and answer.status not in (423, 503):
                    break
            except (OSError, ValueError, IndexError):
                pass                # cut off, perhaps within a line
            time.sleep(0.02)

    def storm(self, strike, times):
        """strike is done so often while files are handed in at random."""
        files = [self.make("s%d" % i, KOPING, 6000 + 10 * i)
                 for i in range(40)]
        todo, receipts = list(files), {}
        lock = threading.Lock()

        def work(seed):
            choice = random.Random(seed)
            while True:
                with lock:
                    if not todo:
                        return
                    data = todo.pop()
                self.upload(data, lambda: choice.choice(self.nodes),
                            receipts)

        threads = [threading.Thread(target=work, args=(i,))
                   for i in range(4)]
        for t in threads:
            t.start()
        for i in range(times):
            goal = (i + 1) * len(files) // (times + 2)
            self.wait_for(lambda: len(receipts) >= goal or not any(
                t.is_alive() for t in threads))
            strike(i)
        for t in threads:
            t.join()
        self.assertEqual(len(receipts), len(files))
        # What was said once is what is said ever after.
        for data in files:
            self.assertEqual(self.nodes[0].receipt(data).body,
                             receipts[data])
        self.assert_settled(files)
        for node in self.nodes:
            node.sweep()
            self.wait_for(lambda: node.partial_files() == [])

    def test_the_database(self):
        a, b = self.node("a"), self.node("b")
        pids = a.process.pid, b.process.pid

        def strike(_):
            self.server.kill()
            answer = a.ask("GET", "/v1/receipts/%s/stored" % ("0" * 64))
            self.assert_problem(answer, 503, "ledger")
            self.assertIn("retry-after", answer.headers)
            self.assertEqual(a.ask("GET", "/v1/health").status, 200)
            self.server.restart()

        self.storm(strike, 4)
        self.assertEqual((a.process.pid, b.process.pid), pids)

    def test_a_portal(self):
        a, b = self.node("a"), self.node("b")

        def strike(i):
            node = (a, b)[i % 2]
            node.kill()
            node.start()

        self.storm(strike, 6)


class Steps(Shared):
    def strike(self, at):
        lib = self.scratch + "/strike.so"
        if not os.path.exists(lib):
            subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o",
                            lib, "tests/faults/strike.c"], check=True)
        return dict(os.environ, LD_PRELOAD=lib, STRIKE_AT=str(at),
                    STRIKE_HOW="before", STRIKE_LOG=self.scratch + "/steps",
                    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") +
                    ":verify_asan_link_order=0")

    def steps(self):
        with open(self.scratch + "/steps") as f:
            return len(f.readlines())

    def post_until_stored(self, node, data):
        until = time.monotonic() + WAIT
        answer = node.post(data)
        while answer.status == 423 and time.monotonic() < until:
            time.sleep(0.05)
            answer = node.post(data)
        self.assertEqual(answer.status, 201)
        return answer.body

    def test_killed_at_each_step_and_gone_on_with_elsewhere(self):
        b = self.node("b")
        a = self.node("a", env=self.strike(0))
        first = self.steps()
        a.post(self.small)
        last = self.steps()
        self.assertGreater(last, first + 10)
        a.stop()
        files, struck = [self.small], 0
        for at in range(first + 1, last + 1, 5 if "san" in PORTAL else 1):
            data = self.make("k", KOPING, 5000 + at)
            files.append(data)
            a.env = self.strike(at)
            a.start()
            try:
                a.post(data)
            except OSError:
                pass
            # The answer may come before the last steps.
            a.process.terminate()
            self.assertIn(a.process.wait(30), (0, -signal.SIGKILL),
                          a.logged())
            struck += a.process.returncode != 0
            a.env = None
            if at % 2 == 0:
                receipt = self.post_until_stored(b, data)
                a.start()
            else:
                a.start()
                receipt = self.post_until_stored(a, data)
            for node in a, b:
                node.sweep()
                self.assertEqual(node.receipt(data).body, receipt)
                self.wait_for(lambda: node.partial_files() == [])
            self.assertTrue(a.has(data) or b.has(data))
            a.kill()
        self.assertGreater(struck, len(files) // 2)
        a.start()
        self.assert_settled(files)


if __name__ == "__main__":
    unittest.main()
