#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""make interop: our client against @tus/server, tus-js-client against our
portal, and the commands of docs/PROTOCOL.md with curl.  Real programs, mutually
authenticated TLS 1.3, connections that break and servers that are killed.

    tests/interop/peers.py BUILD"""
import base64
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
os.environ["SIGILL_BUILD"] = BUILD
sys.path[:0] = ["tests/cli", "tests/faults"]
from line import Cut, Line  # noqa: E402
from portal_case import KOPING, REGIONEN, PortalCase, repr_digest  # noqa: E402
from scripted_portal import fast  # noqa: E402

HERE = os.path.abspath("tests/interop/node")
NODE_FOLDER = BUILD + "/interop"
SECONDS = 120
SENDER = """[sigill]
environment = test
[identity]
certificate = {who}.pem
key = {who}.key
[authority]
name = Provmyndigheten
portal = https://localhost:{port}
portal_anchors = tls-root.pem
recipients = intake-p256.pem
anchors = authority-root.pem
portal_signers = portal-receipts.pem
intake_signers = intake-receipts.pem
"""


def install():
    """What package-lock.json names, once for each build folder."""
    os.makedirs(NODE_FOLDER, exist_ok=True)
    for name in "package.json", "package-lock.json":
        shutil.copy(os.path.join(HERE, name), NODE_FOLDER)
    p = subprocess.run(["npm", "ci", "--omit=optional", "--ignore-scripts",
                        "--no-audit", "--no-fund", "--loglevel=error"],
                       cwd=NODE_FOLDER, capture_output=True, text=True)
    if p.returncode != 0:
        sys.exit("npm ci failed:\n" + p.stderr)
    # Modules are looked up beside the scripts.
    for name in "server.mjs", "client.mjs":
        shutil.copy(os.path.join(HERE, name), NODE_FOLDER)


class Peers(PortalCase):
    settings = None

    def write(self, name, text):
        path = "%s/%s" % (self.scratch, name)
        with open(path, "wb" if isinstance(text, bytes) else "w") as f:
            f.write(text)
        return path

    def until(self, what):
        end = time.monotonic() + SECONDS
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.002)


class TusServer(Peers):
    """sigill send, and @tus/server at the other end."""

    def setUp(self):
        super().setUp()
        self.uploads = self.scratch + "/uploads"
        self.receipts = self.scratch + "/receipts"
        for folder in self.uploads, self.receipts:
            shutil.rmtree(folder, ignore_errors=True)
            os.mkdir(folder)
        self.node = None
        self.addCleanup(self.end_node)

    def start_node(self, port=0):
        self.told = []
        self.node = subprocess.Popen(
            ["node", NODE_FOLDER + "/server.mjs", self.scratch, self.uploads,
             self.receipts, str(port)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE)
        first = self.node.stdout.readline()
        self.assertTrue(first, "node did not start")
        self.reader = threading.Thread(target=self.listen,
                                       args=(self.node.stdout, self.told))
        self.reader.start()
        return json.loads(first)["port"]

    @staticmethod
    def listen(pipe, told):
        for line in pipe:
            try:
                told.append(json.loads(line))
            except ValueError:
                pass        # cut off by a kill

    def end_node(self, how=signal.SIGKILL):
        if self.node:
            self.node.send_signal(how)
            self.node.wait()
            self.reader.join()
            self.node.stdout.close()
            self.node = None

    def prepare(self, data):
        """The receipt that our portal gives for data, for the other one."""
        self.start()
        a = self.post(data)
        self.assertEqual(a.status, 201)
        body = a.body
        self.stop()
        name = "receipts/%s.p7s" % hashlib.sha256(data).hexdigest()
        self.write(name, body)
        self.write("a.sigill", data)
        if os.path.exists(self.scratch + "/a.sigill.stored.p7s"):
            os.unlink(self.scratch + "/a.sigill.stored.p7s")
        return body

    def send(self, port, who=KOPING, hurry=False):
        conf = self.write("sender.conf", SENDER.format(who=who, port=port))
        env = {k: v for k, v in os.environ.items()
               if not k.lower().endswith("_proxy")}
        env.update(HOME=self.scratch, LC_ALL="C.UTF-8")
        if hurry:
            env = fast(self.scratch, env)
        return subprocess.run(
            [BUILD + "/bin/sigill", "send", "--config", conf, "a.sigill"],
            cwd=self.scratch, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=SECONDS, env=env)

    def arrived(self):
        """The whole files at the other end, and how many were begun."""
        names = sorted(n for n in os.listdir(self.uploads)
                       if not n.endswith(".json"))
        return [self.bytes_of(n) for n in names]

    def bytes_of(self, name):
        with open(os.path.join(self.uploads, name), "rb") as f:
            return f.read()

    def size(self):
        return sum(os.path.getsize(os.path.join(self.uploads, n))
                   for n in os.listdir(self.uploads)
                   if not n.endswith(".json"))

    def assert_delivered(self, p, data, receipt):
        self.assertEqual(p.returncode, 0, p.stderr)
        # The receipt was asked for last: now everything has been told.
        self.until(lambda: self.requests("GET"))
        # Once, and byte for byte.
        self.assertEqual([len(d) for d in self.arrived()], [len(data)])
        self.assertEqual(self.arrived(), [data])
        with open(self.scratch + "/a.sigill.stored.p7s", "rb") as f:
            self.assertEqual(f.read(), receipt)

    def requests(self, method):
        return [t for t in self.told if t.get("method") == method]

    def test_small_file_in_one_request(self):
        receipt = self.prepare(self.small)
        p = self.send(self.start_node())
        self.assert_delivered(p, self.small, receipt)
        self.assertEqual(len(self.requests("POST")), 1)
        self.assertEqual(self.requests("PATCH"), [])

    def test_large_file_in_pieces(self):
        data = self.make("other", KOPING, 20000000)
        receipt = self.prepare(data)
        p = self.send(self.start_node())
        self.assert_delivered(p, data, receipt)
        self.assertGreaterEqual(len(self.requests("PATCH")), 1)

    def test_connection_reset_every_4_mb(self):
        data = self.make("other", KOPING, 20000000)
        receipt = self.prepare(data)
        with Line(self.start_node(), [Cut(up=4000000)] * 4) as line:
            p = self.send(line.port)
        self.assert_delivered(p, data, receipt)
        self.assertGreaterEqual(line.resets, 4)
        self.assertGreaterEqual(len(self.requests("HEAD")), 4)

    def test_connection_half_closed(self):
        data = self.make("other", KOPING, 10000000)
        receipt = self.prepare(data)
        cuts = [Cut(up=3000000, how="half-up")] * 2
        with Line(self.start_node(), cuts) as line:
            p = self.send(line.port)
        self.assert_delivered(p, data, receipt)

    def test_server_killed_and_started_again(self):
        data = self.make("other", KOPING, 20000000)
        receipt = self.prepare(data)
        port = self.start_node()
        at = []

        def disturb():
            for part in 1, 2:
                self.until(lambda: self.size() >= part * 5000000)
                self.end_node()
                at.append(self.size())
                self.start_node(port)
        with Line(port, iter(lambda: Cut(delay=0.002), None)) as line:
            thread = threading.Thread(target=disturb)
            thread.start()
            p = self.send(line.port)
            thread.join()
        self.assert_delivered(p, data, receipt)
        self.assertEqual(len(at), 2)
        self.assertLess(at[1], len(data))

    def test_sender_that_it_does_not_accept(self):
        self.prepare(self.small)
        port = self.start_node()
        for who in "other-ca-org", "revoked":
            # Node hangs up without an alert, which might be anything.
            p = self.send(port, who, hurry=True)
            self.assertEqual(p.returncode, 75, p.stderr)
            self.assertIn("[interrupted]", p.stderr)
        self.assertEqual((self.arrived(), self.told), ([], []))

    def test_server_without_receipts(self):
        """Delivered, as far as tus goes; but that does not count."""
        self.prepare(self.small)
        for name in os.listdir(self.receipts):
            os.unlink(os.path.join(self.receipts, name))
        p = self.send(self.start_node())
        self.assertEqual(p.returncode, 76, p.stderr)
        self.assertIn("gives no receipt", p.stderr)
        self.assertIn("[protocol]", p.stderr)
        self.assertEqual(self.arrived(), [self.small])
        self.assertFalse(os.path.exists(
            self.scratch + "/a.sigill.stored.p7s"))


class TusClient(Peers):
    """tus-js-client, and sigill-portal at the other end."""
    settings = {}

    def job(self, data, **more):
        path = self.write("a.sigill", data)
        endpoint = "https://localhost:%d/v1/uploads" % self.port
        return dict({"pki": self.scratch, "who": KOPING, "file": path,
                     "endpoint": endpoint, "headers": {
                         "Repr-Digest": repr_digest(data),
                         "Prefer": "return=representation"}}, **more)

    def run_job(self, data, **more):
        p = subprocess.run(
            ["node", NODE_FOLDER + "/client.mjs",
             json.dumps(self.job(data, **more))], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(p.returncode, 0, p.stderr)
        out = json.loads(p.stdout)
        out["body"] = base64.b64decode(out["body"])
        out["did"] = [(a["method"], a["status"]) for a in out["answers"]]
        return out

    def assert_delivered(self, out, data):
        self.assertEqual(out["outcome"], "success", out)
        self.assertEqual(self.sealed_files(), [
            hashlib.sha256(data).hexdigest() + ".sigill"])
        self.assert_stored(data)
        # In the body of the last answer.
        self.assert_receipt(out["body"], data)

    def test_creation_and_one_patch(self):
        out = self.run_job(self.large)
        self.assert_delivered(out, self.large)
        self.assertEqual(out["did"], [("POST", 201), ("PATCH", 200)])

    def test_creation_with_upload(self):
        out = self.run_job(self.small, uploadDataDuringCreation=True)
        self.assert_delivered(out, self.small)
        self.assertEqual(out["did"], [("POST", 201)])

    def test_creation_with_upload_in_pieces(self):
        out = self.run_job(self.large, uploadDataDuringCreation=True,
                           chunkSize=1000000)
        self.assert_delivered(out, self.large)
        self.assertEqual(out["did"], [("POST", 201)] +
                         [("PATCH", 204)] * 2 + [("PATCH", 200)])

    def test_patches_of_100_kb(self):
        out = self.run_job(self.large, chunkSize=100000)
        self.assert_delivered(out, self.large)
        self.assertEqual(len(out["did"]), 1 + -(-len(self.large) // 100000))
        self.assertEqual(set(out["did"]), {("POST", 201), ("PATCH", 204),
                                           ("PATCH", 200)})

    def test_resume_from_a_stored_address(self):
        out = self.run_job(self.large, chunkSize=500000, abortAt=1000000)
        self.assertEqual(out["outcome"], "aborted")
        self.assertEqual(self.sealed_files(), [])
        out = self.run_job(self.large, chunkSize=500000, uploadUrl=out["url"])
        self.assert_delivered(out, self.large)
        self.assertEqual(out["did"][0], ("HEAD", 200))
        self.assertEqual(int(out["answers"][0]["offset"]), 1000000)
        self.assertNotIn("POST", [m for m, _ in out["did"]])

    def test_resume_after_the_portal_was_killed(self):
        data = self.make("other", KOPING, 12000000)
        port, at = self.port, []

        def disturb():
            for part in 1, 2:
                self.until(lambda: sum(
                    os.path.getsize(self.spool + "/.portal/partial/" + n)
                    for n in self.partial_files()) >= part * 3000000)
                self.kill()
                at.append(part)
                self.start(listen="127.0.0.1:%d" % port)
        thread = threading.Thread(target=disturb)
        with Line(port, iter(lambda: Cut(delay=0.002), None)) as line:
            thread.start()
            out = self.run_job(
                data, chunkSize=300000, retries=50, endpoint=
                "https://localhost:%d/v1/uploads" % line.port)
            thread.join()
        self.assert_delivered(out, data)
        self.assertEqual(at, [1, 2])
        self.assertGreaterEqual(out["did"].count(("HEAD", 200)), 2)
        self.assertEqual(out["did"].count(("POST", 201)), 1)

    def test_termination(self):
        out = self.run_job(self.large, chunkSize=500000, abortAt=1000000,
                           terminate=True)
        self.assertEqual(out["outcome"], "aborted")
        self.assertEqual(out["did"][-1], ("DELETE", 204))
        self.assert_nothing_left()

    def test_refusals_are_told(self):
        out = self.run_job(self.small, who="other-ca-org")
        self.assertEqual((out["outcome"], out["did"]),
                         ("error", [("POST", 403)]))
        self.assertIn("certificate-required", out["message"])
        out = self.run_job(b"x" * 5000)
        self.assertEqual((out["outcome"], out["did"]),
                         ("error", [("POST", 201), ("PATCH", 422)]))
        self.assertIn("outer-structure", out["message"])
        self.assert_nothing_left()

    def test_other_senders_upload(self):
        out = self.run_job(self.large, chunkSize=500000, abortAt=500000)
        again = self.run_job(self.large, chunkSize=500000, who=REGIONEN,
                             uploadUrl=out["url"], endpoint=None)
        self.assertEqual((again["outcome"], again["did"]),
                         ("error", [("HEAD", 404)]))


class Curl(Peers):
    """The commands of docs/PROTOCOL.md, as they stand there."""
    settings = {}

    def test_documented_commands(self):
        with open("docs/PROTOCOL.md", encoding="utf-8") as f:
            text = f.read()
        found = re.search(r"\n((?:    (?:curl|openssl|    ).*\n)+)",
                          text[text.index("With curl"):])
        commands = found.group(1).replace(
            "https://portal.example.se", "https://localhost:%d" % self.port)
        self.assertIn("/v1/uploads", commands)
        self.assertIn("openssl cms -verify", commands)
        for name, copy in ((KOPING + ".pem", "org.pem"),
                           (KOPING + ".key", "org.key")):
            shutil.copy("%s/%s" % (self.scratch, name),
                        "%s/%s" % (self.scratch, copy))
        self.write("a.sigill", self.small)
        p = subprocess.run(["sh", "-euc", commands], cwd=self.scratch,
                           capture_output=True, text=True)
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assert_stored(self.small)
        with open(self.scratch + "/a.stored.p7s", "rb") as f:
            self.assert_receipt(f.read(), self.small)
        self.assertTrue(os.path.getsize(self.scratch + "/content.cbor"))


class Lines(unittest.TestResult):
    """One line for each case."""

    def say(self, test, word):
        kind, name = test.id().split(".")[-2:]
        kind = {"TusServer": "sigill -> @tus/server",
                "TusClient": "tus-js-client -> sigill-portal",
                "Curl": "curl -> sigill-portal"}.get(kind, kind)
        print("interop: %s: %s: %s" % (word, kind, name[5:].replace(
            "_", " ")), flush=True)

    def addSuccess(self, test):
        self.say(test, "ok")

    def addFailure(self, test, why):
        super().addFailure(test, why)
        self.say(test, "FAILED")
        print(self.failures[-1][1])

    def addError(self, test, why):
        super().addError(test, why)
        self.say(test, "FAILED")
        print(self.errors[-1][1])


def main():
    install()
    result = Lines()
    unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"]).run(result)
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad or result.testsRun == 0 else 0)


if __name__ == "__main__":
    main()
