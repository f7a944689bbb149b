#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""What a person at a terminal sees while a file is on its way."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scratch import BIN, SwedishScratch  # noqa: E402
from scripted_portal import Scripted, hang_up  # noqa: E402


class Screen:
    """A terminal, as far as a line that is drawn over and over needs one:
    what was ever drawn, and what stands there now."""

    def __init__(self, columns):
        self.columns, self.drawn = columns, []
        self.lines, self.row, self.column = [[]], 0, 0

    def feed(self, text):
        for c in text.replace("\r\n", "\n"):
            if c == "\n":
                self.row, self.column = self.row + 1, 0
                if self.row == len(self.lines):
                    self.lines.append([])
            elif c == "\r":
                if self.column >= self.columns:
                    raise AssertionError("it uses the last column")
                if self.column:
                    self.drawn.append(self.line(self.row))
                self.column = 0
            else:
                line = self.lines[self.row]
                line += " " * (self.column + 1 - len(line))
                line[self.column] = c
                self.column += 1

    def line(self, row):
        return "".join(self.lines[row]).rstrip()

    def text(self):
        return "\n".join(self.line(i) for i in range(len(self.lines)))


def slowly(handler, seconds):
    """Takes a body at an even pace, over so long."""
    left = int(handler.headers["Content-Length"])
    piece = max(left // 100, 1)
    while left > 0:
        left -= len(handler.rfile.read(min(piece, left)))
        time.sleep(seconds / 100)


class Progress(Scripted, SwedishScratch):
    def watch(self, *args, columns=80, env=None):
        """Runs sigill on a terminal of its own; its status and screen."""
        near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        p = subprocess.Popen([BIN, *args, "--config", "sigill.conf"],
                             cwd=self.dir, env=env or self.env, stderr=far,
                             stdout=far, stdin=subprocess.DEVNULL)
        os.close(far)
        data = b""
        while True:
            try:
                some = os.read(near, 65536)
            except OSError:
                break
            data += some
        os.close(near)
        status = p.wait()
        screen = Screen(columns)
        screen.feed(data.decode())
        return status, screen

    def english(self):
        return dict(self.env, LC_ALL="C.UTF-8", LANGUAGE="C")

    def test_bar(self):
        self.large(6)

        def answer(h):
            if h.command == "POST":
                h.reply(201, Location="/v1/uploads/1", Upload_Offset="0")
            else:
                h.reply(403)
        self.serve(answer, take=lambda h: slowly(h, 2.5))
        for env, words in (
                (self.english(), r"^sending +(\d+) % +\[(=*)>? *\]  "
                 r"(\d\.\d) of 6\.\d MB  \d+\.\d [kM]B/s  0:0\d left$"),
                (self.env, r"^skickar +(\d+) % +\[(=*)>? *\]  "
                 r"(\d[.,]\d) av 6[.,]\d MB  \d+[.,]\d [kM]B/s  0:0\d kvar$")):
            status, screen = self.watch("send", "a.sigill", env=env)
            self.assertEqual(status, 69, screen.text())
            # Nothing of it is left but the errors.
            self.assertRegex(screen.text(), r"^sigill: .*\nsigill: .*\n$")
            seen = [re.match(words, line) for line in screen.drawn]
            seen = [m for m in seen if m]
            self.assertGreater(len(seen), 4, screen.drawn)
            self.assertLess(len(seen), 20)
            percents = [int(m[1]) for m in seen]
            self.assertEqual(percents, sorted(percents))
            self.assertGreater(percents[-1], percents[0] + 20)
            for m in seen:
                self.assertAlmostEqual(len(m[2]) / 25, int(m[1]) / 100,
                                       delta=0.5)

    def test_narrow(self):
        """What does not fit is left out."""
        self.large(6)
        self.serve(lambda h: h.reply(201, Location="/v1/uploads/1",
                                     Upload_Offset="0")
                   if h.command == "POST" else h.reply(403),
                   take=lambda h: slowly(h, 1.2))
        _, screen = self.watch("send", "a.sigill", columns=32,
                               env=self.english())
        self.assertTrue([s for s in screen.drawn if re.match(
            r"^sending +\d+ %  \d.\d of 6.\d MB$", s)], screen.drawn)

    def test_pause(self):
        """Why, and for how long."""
        def answer(h):
            (hang_up if len(log) % 2 else lambda h: h.reply(
                503, Retry_After="2"))(h)
        log = self.serve(answer)
        for env, broke, busy in (
                (self.english(), "the connection broke; trying again in",
                 "the portal cannot take the file just now; trying again in"),
                (self.env, "förbindelsen bröts; nytt försök om",
                 "portalen kan inte ta emot filen just nu; nytt försök om")):
            log.clear()
            status, screen = self.watch("send", "a.sigill", env=env)
            self.assertEqual(status, 75, screen.text())
            for words in broke, busy:
                self.assertTrue([s for s in screen.drawn if re.match(
                    words + r" \d+ s$", s)], screen.drawn)
            self.assertRegex(screen.text(), r"^sigill: .*\nsigill: .*\n$")

    def test_nothing_without_a_terminal(self):
        log = self.serve(hang_up)
        p = self.sigill("send", "a.sigill", env=self.english())
        self.assertEqual(p.returncode, 75)
        self.assertRegex(p.err, r"^sigill: error: .*\nsigill: hint: .*\n$")
        self.assertGreater(len(log), 1)
        _, screen = self.watch("send", "a.sigill", "--json",
                               env=self.english())
        self.assertEqual(screen.text()[0], "{")


if __name__ == "__main__":
    unittest.main()
