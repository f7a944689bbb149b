#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Disks that become full at each step that needs room, at the portal and at
the sender, and have room again later."""
import unittest

from scene import Libraries, Scene
from steps import SweepCase
from table import Table

TABLE = Table("Full disks")


def tearDownModule():
    TABLE.finish()


def at_the_portal(s, struck):
    """Full from one step on, while the client runs once; then there is room,
    for a portal that is started anew."""
    if s.start(env=Libraries.env(s.env, "strike", **struck.libraries())):
        s.send(env=s.client(HURRY="50"))
        s.stop()
        s.check_no_empty_promise()
    s.start()
    if not s.runs or s.runs[-1].status != 0:
        s.deliver()
    s.check()


def at_the_portal_that_goes_on(s, struck):
    """The same portal has room again, and needs no restart."""
    room = s.path("room")
    if not s.start(env=Libraries.env(s.env, "strike", STRIKE_ROOM=room,
                                     **struck.libraries())):
        s.start()
    s.send(env=s.client(HURRY="50"))
    s.check_no_empty_promise()
    with open(room, "w"):
        pass
    if s.runs[0].status != 0:
        s.deliver()
    s.check()


def at_the_sender(s, struck):
    s.start()
    full = s.send(env=s.client("strike", **struck.libraries()))
    s.check_no_empty_promise()
    if full.status != 0:
        assert full.status == 74, full.err
        assert s.sigill("receipt", "a.sigill.stored.p7s").status != 0
        if "nothing was sent" in full.err:
            s.stop()
            s.check_nothing_arrived()
            s.start()
        else:
            assert "has been delivered" in full.err, full.err
        s.deliver()
    s.check()


class Full(SweepCase):
    table = TABLE
    workers = 10    # who is told to come again later waits

    def test_1_portal(self):
        self.rows(self.sweep("full", at_the_portal),
                  "portal's disk full from %s on, until its restart",
                  "refused for now, or no portal; room later")

    def test_2_portal_that_goes_on(self):
        self.rows(self.sweep("full", at_the_portal_that_goes_on),
                  "portal's disk full from %s on, for a while",
                  "refused for now, or no portal; the portal goes on when "
                  "there is room")

    def test_3_sender(self):
        self.rows(self.sweep("full", at_the_sender),
                  "sender's disk full from %s on",
                  "told whether anything was sent; room later")


if __name__ == "__main__":
    unittest.main()
