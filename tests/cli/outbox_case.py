# SPDX-License-Identifier: EUPL-1.2
"""A sender with an outbox of her own and a real portal; for test_outbox*.py."""
import datetime
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE) + "/faults")
from scene import Libraries  # noqa: E402
from scratch import AUTHORITY, BUILD, CONFIG, DEFAULTS, SAMPLE  # noqa: E402
from test_sigill_send import VERIFY, Portal  # noqa: E402

NOWHERE = "https://localhost:1"     # nobody listens there
# The sample's id: its fingerprint, which changes with the definition's bytes.
ID = json.loads(subprocess.run(
    [BUILD + "/bin/sigill", "check", "--json", SAMPLE], check=True,
    stdout=subprocess.PIPE, env=dict(os.environ, HOME="/nonexistent"))
    .stdout)["fingerprint"]


def when(seconds):
    """So many seconds from now, as it is written everywhere."""
    t = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(seconds=seconds)
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


class Outbox(Portal):
    def setUp(self):
        super().setUp()
        self.env.pop("XDG_STATE_HOME", None)
        self.real_env = self.env
        os.mkdir(self.path("outbox"), 0o700)
        self.configure(portal=self.url)
        self.before = self.files()

    def configure(self, name="sigill.conf", extra="", closes=None, **changes):
        text = CONFIG.format(**dict(DEFAULTS, **changes))
        text += "[outbox]\ndirectory = outbox\n"
        if closes is not None:
            text += "[round 2023]\ncloses = %s\n" % when(closes)
        return self.write(name, text + extra)

    def offline(self, **more):
        """The portal is out of reach, and pauses are short."""
        self.configure(portal=NOWHERE, **more)
        self.env = Libraries.env(self.real_env, "clock", HURRY="300")

    def online(self, **more):
        self.configure(portal=self.url, **more)
        self.env = self.real_env

    def other_answers(self, name="b.json", **changes):
        """Other answers than the sample's; a round of their own, perhaps."""
        a = self.answers()
        a["answers"]["9"] = a["answers"]["9"][:1]
        a.update(changes)
        self.write(name, json.dumps(a))
        self.before = self.files()
        return name

    def ids(self):
        return sorted(n for n in os.listdir(self.path("outbox"))
                      if not n.startswith("."))

    def entry(self, id):
        """The names in it; what a run that was killed leaves counts too."""
        return set(os.listdir(self.path("outbox/" + id)))

    def waiting(self, name="a.json", **more):
        """Submitted while the portal was out of reach; its id."""
        before = set(self.ids())
        self.offline(**more)
        p = self.sigill("submit", name)
        self.assertEqual(p.returncode, 75, p.out + p.err)
        self.assertIn("[no-network]\n", p.err)
        self.online(**more)
        new, = set(self.ids()) - before
        return new

    def attempts(self, id, **changes):
        path = "outbox/%s/attempts.json" % id
        doc = json.loads(self.read(path))
        if changes:
            doc.update(changes)
            self.write(path, json.dumps(doc))
        return doc

    def stored(self):
        """Sealed files in the portal's spool."""
        return len(glob.glob(self.path("spool/*.sigill")))

    def judge(self, opens="2020-01-01", anchors=None):
        """Intake's verdict on all that the portal has."""
        if anchors is not None:
            self.write("verify.conf", VERIFY.replace(
                "sender-ca.pem", anchors).replace(
                "crls = sender-ca.crl\n", "").format(
                    authority=AUTHORITY, opens=opens, questionnaires=BUILD +
                    "/share/sigill/questionnaires"))
        else:
            super().verify(opens)
        subprocess.run(
            [BUILD + "/bin/sigill-verify", "--config", "verify.conf",
             "--receipts", "verdicts", *glob.glob(self.path(
                 "spool/*.sigill"))], cwd=self.dir, capture_output=True)
        self.before = self.files()
