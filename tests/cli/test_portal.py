#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""sigill-portal: handing in, interrupted or not."""
import hashlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from portal_case import (BUILD, KOPING, REGIONEN, TUS, PortalCase, creation,
                         patching, read_answer, repr_digest)


class Deliveries(PortalCase):
    def test_one_request(self):
        a = self.post(self.small)
        self.assertEqual(a.status, 201, a.body)
        self.assertRegex(a.headers["location"], "^/v1/uploads/[0-9a-f]{32}$")
        self.assertEqual(int(a.headers["upload-offset"]), len(self.small))
        self.assertRegex(a.headers["upload-expires"], r"^[A-Z][a-z]{2}, \d\d "
                         r"[A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$")
        self.assertEqual(a.headers["content-type"], "application/cms")
        self.assertEqual(a.headers["tus-resumable"], "1.0.0")
        self.assertEqual(a.headers["cache-control"], "no-store")
        self.assert_receipt(a.body, self.small)
        self.assert_stored(self.small)
        self.assertEqual(self.partial_files(), [])

    def test_repeats_are_one_upload_with_one_receipt(self):
        first = self.post(self.small)
        time.sleep(1.1)     # a receipt made anew would have another time
        for body in (None, b""):
            again = self.post(self.small, body)
            self.assertEqual((again.status, again.body, again.headers[
                "location"]), (201, first.body, first.headers["location"]))
        self.stop()
        self.start()
        self.assertEqual(self.post(self.small).body, first.body)
        got = self.ask("GET", "/v1/receipts/%s/stored" %
                       hashlib.sha256(self.small).hexdigest())
        self.assertEqual((got.status, got.body), (200, first.body))

    def test_pieces(self):
        loc, n = self.begin(self.large), 0
        with self.connect() as c:
            while n < len(self.large):
                piece = self.large[n:n + 700000]
                a = c.request("PATCH", loc, patching(n), piece)
                n += len(piece)
                self.assertEqual((a.status, a.headers["upload-offset"]),
                                 (204, str(n)), a.body)
                self.assertEqual(a.body, b"")
                a = c.request("HEAD", loc, TUS)
                self.assertEqual(a.headers["upload-offset"], str(n))
                self.assertEqual(a.headers["upload-length"],
                                 str(len(self.large)))
                self.assertIn("upload-expires", a.headers)
                self.assertEqual(a.headers["cache-control"], "no-store")
        self.assert_stored(self.large)

    def test_receipt_from_the_last_patch(self):
        loc = self.begin(self.small)
        a = self.ask("PATCH", loc, patching(
            0, Prefer="respond-async, return=representation"), self.small)
        self.assertEqual(a.status, 200)
        self.assertEqual(a.headers["preference-applied"],
                         "return=representation")
        self.assert_receipt(a.body, self.small)
        # The same again, after a lost answer: nothing more to bring.
        b = self.ask("PATCH", loc, patching(
            len(self.small), Prefer="return=representation"))
        self.assertEqual((b.status, b.body), (200, a.body))

    def test_a_repeated_post_goes_on_where_the_upload_stands(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:1000])
        a = self.post(self.small, b"")
        self.assertEqual((a.status, a.headers["upload-offset"], a.body),
                         (201, "1000", b""))
        a = self.post(self.small, self.small[:2500])
        self.assertEqual(a.headers["upload-offset"], "2500")
        a = self.post(self.small)
        self.assertEqual(a.headers["location"], loc)
        self.assert_receipt(a.body, self.small)

    def test_a_receipt_does_not_tell_when_the_request_began(self):
        with self.connect() as c:
            c.send("POST", "/v1/uploads", creation(self.small),
                   self.small[:1000], length=len(self.small))
            time.sleep(2.1)
            complete = int(time.time())
            c.sock.sendall(self.small[1000:])
            a = read_answer(c.file)
        content = self.assert_receipt(a.body, self.small)
        self.assertGreaterEqual(content["time"], complete)

    def test_parallel_posts_are_one_upload(self):
        answers = []

        def go():
            answers.append(self.post(self.small))
        threads = [threading.Thread(target=go) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(answers), 8)
        self.assertEqual({a.status for a in answers}, {201})
        self.assertEqual(len({a.headers["location"] for a in answers}), 1)
        self.assertEqual(len({a.body for a in answers}), 1)
        self.assertEqual(len(self.sealed_files()), 1)

    def test_posts_beside_a_delete_make_the_upload_anew(self):
        for _ in range(3):
            loc = self.begin(self.small)
            answers = []

            def post():
                answers.append(self.post(self.small, b"").status)
            with self.connect() as stalled:
                stalled.send("PATCH", loc, patching(0), b"x", length=5000)
                time.sleep(0.1)     # all of these wait for it to end
                threads = [threading.Thread(target=post) for _ in range(6)]
                threads.insert(1, threading.Thread(
                    target=self.ask, args=("DELETE", loc, TUS)))
                for t in threads:
                    t.start()
                for t in threads:
                    t.join()
            self.assertEqual(answers, [201] * 6)

    def test_two_senders_of_one_file_get_a_receipt_each(self):
        a, b = self.post(self.small), self.post(self.small, who=REGIONEN)
        self.assertNotEqual(a.headers["location"], b.headers["location"])
        for answer in a, b:
            self.assertEqual(answer.status, 201)
            self.assert_receipt(answer.body, self.small)
        self.assertEqual(len(self.sealed_files()), 1)
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            rows = db.execute("SELECT sender, signer FROM receipts"
                              " ORDER BY sender").fetchall()
        self.assertEqual(rows, [("2199990017", "2199990017"),
                                ("2199990025", "2199990017")])

    def test_knowing_a_digest_is_not_having_the_file(self):
        self.post(self.small)
        loc = self.begin(self.small, REGIONEN)
        self.assertEqual(self.offset(loc, REGIONEN), 0)
        a = self.ask("GET", "/v1/receipts/%s/stored" %
                     hashlib.sha256(self.small).hexdigest(), who=REGIONEN)
        self.assertEqual(a.status, 202)

    def test_curl(self):
        p = subprocess.run(
            ["/usr/bin/curl", "-sS", "--tlsv1.3", "--cacert",
             self.scratch + "/tls-root.pem", "--cert",
             "%s/%s.pem" % (self.scratch, KOPING), "--key",
             "%s/%s.key" % (self.scratch, KOPING), "-w", "%{http_code}",
             "-H", "Tus-Resumable: 1.0.0", "-H",
             "Upload-Length: %d" % len(self.large), "-H",
             "Repr-Digest: " + repr_digest(self.large), "-H",
             "Content-Type: application/offset+octet-stream",
             "--data-binary", "@%s/large.sigill" % self.scratch, "-o",
             self.scratch + "/curl.p7s",
             "https://localhost:%d/v1/uploads" % self.port],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(p.stdout, b"201")
        with open(self.scratch + "/curl.p7s", "rb") as f:
            self.assert_receipt(f.read(), self.large)

    def test_delete(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:100])
        self.assertEqual(self.ask("DELETE", loc, TUS).status, 204)
        self.assert_nothing_left()
        self.assert_problem(self.ask("DELETE", loc, TUS), 404, "not-found")
        loc = self.post(self.small).headers["location"]
        self.assert_problem(self.ask("DELETE", loc, TUS), 405, "method")
        self.assert_stored(self.small)

    @unittest.skipIf("san" in BUILD, "sanitizers keep what was freed")
    def test_memory_does_not_grow_with_the_upload(self):
        data = os.urandom(40000000)
        loc = self.begin(data)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(data) - 1)
            c.sock.sendall(data[:-1])
            self.assertEqual(read_answer(c.file).status, 204)
        with open("/proc/%d/status" % self.process.pid) as f:
            peak = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1))
        self.assertLess(peak, 24000)    # of which the programs' libraries


class Interruptions(PortalCase):
    def test_kill_between_patches(self):
        loc, n = self.begin(self.large), 0
        for _ in range(3):
            piece = self.large[n:n + 900000]
            self.ask("PATCH", loc, patching(n), piece)
            n += len(piece)
            self.kill()
            self.start()
            self.assertEqual(self.offset(loc), n)
        a = self.ask("PATCH", loc, patching(n, Prefer="return=representation"),
                     self.large[n:])
        self.assert_receipt(a.body, self.large)
        self.assert_stored(self.large)

    def test_kill_in_a_patch(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:1500000])
            time.sleep(0.3)
            self.kill()
        self.start()
        n = self.offset(loc)
        self.assertLessEqual(n, 1500000)
        self.assertGreater(n, 0)
        self.assertEqual(self.ask("PATCH", loc, patching(n),
                                  self.large[n:]).status, 204)
        self.assert_stored(self.large)

    def test_a_lost_connection_keeps_what_arrived(self):
        loc = self.begin(self.large)
        with self.connect() as c:
            c.send("PATCH", loc, patching(0), length=len(self.large))
            c.sock.sendall(self.large[:500000])
        n = self.offset(loc)
        self.assertGreater(n, 0)
        self.assertLessEqual(n, 500000)
        self.assertEqual(self.offset(loc), n)

    def test_head_cuts_off_a_stalled_patch(self):
        loc = self.begin(self.large)
        with self.connect() as stalled:
            stalled.send("PATCH", loc, patching(0), length=len(self.large))
            stalled.sock.sendall(self.large[:400000])
            time.sleep(0.2)
            start = time.monotonic()
            n = self.offset(loc)
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(n, 400000)
            try:
                stalled.sock.sendall(self.large[400000:])
                self.assertIsNone(read_answer(stalled.file))
            except OSError:
                pass
        self.assertEqual(self.offset(loc), n)
        self.ask("PATCH", loc, patching(n), self.large[n:])
        self.assert_stored(self.large)

    def test_patch_cuts_off_a_stalled_patch(self):
        loc = self.begin(self.small)
        with self.connect() as stalled:
            stalled.send("PATCH", loc, patching(0), length=len(self.small))
            a = self.ask("PATCH", loc, patching(0), self.small)
            self.assertEqual(a.status, 204)
        self.assert_stored(self.small)

    def crash_after(self, step):
        """What is on the disk if the portal dies after a step."""
        loc = self.begin(self.small)
        self.stop()
        upload = loc.rsplit("/", 1)[1]
        partial = self.spool + "/.portal/partial/" + upload
        with open(partial, "wb") as f:
            f.write(self.small)
        if step == "name":
            os.link(partial, self.spool + "/" + self.sealed_name(self.small))
        self.start()
        return loc

    def sealed_name(self, data):
        return hashlib.sha256(data).hexdigest() + ".sigill"

    def test_crash_before_and_after_the_name(self):
        for step in "sync", "name":
            with self.subTest(step):
                loc = self.crash_after(step)
                a = self.ask("GET", "/v1/receipts/%s/stored" %
                             hashlib.sha256(self.small).hexdigest())
                self.assertEqual(a.status, 200)
                self.assert_receipt(a.body, self.small)
                self.assertEqual(self.offset(loc), len(self.small))
                self.assertEqual(self.post(self.small).body, a.body)
                self.assert_stored(self.small)
                self.assertEqual(self.partial_files(), [])
                self.stop()
                shutil.rmtree(self.spool)
                os.mkdir(self.spool, 0o700)
                self.start()

    def test_crash_after_the_receipt(self):
        receipt = self.post(self.small).body
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            upload, = db.execute("SELECT id FROM uploads").fetchone()
        self.stop()
        os.link(self.spool + "/" + self.sealed_name(self.small),
                self.spool + "/.portal/partial/" + upload)
        self.start()
        self.assertEqual(self.partial_files(), [])
        self.assert_stored(self.small)
        self.assertEqual(self.post(self.small).body, receipt)

    def test_what_the_disk_has_lost_starts_again(self):
        """A file of that digest in the spool proves nothing: it may be
        another sender's."""
        self.assertEqual(self.post(self.small, who=REGIONEN).status, 201)
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:3000])
        self.stop()
        os.unlink(self.spool + "/.portal/partial/" + loc.rsplit("/", 1)[1])
        self.start()
        self.assertEqual(self.offset(loc), 0)
        a = self.ask("GET", "/v1/receipts/%s/stored" %
                     hashlib.sha256(self.small).hexdigest())
        self.assertEqual(a.status, 202)
        self.assert_receipt(self.post(self.small).body, self.small)
        self.assert_stored(self.small)

    def test_orphans_are_swept(self):
        self.stop()
        with open(self.spool + "/.portal/partial/" + "0" * 32, "w") as f:
            f.write("left from a crash")
        self.start()
        self.assertEqual(self.partial_files(), [])

    def test_expired_uploads_are_swept(self):
        """On SIGHUP too, so that nobody has to wait a minute."""
        self.post(self.small)
        loc = self.begin(self.small, REGIONEN)
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE uploads SET expires = 1700000000")
        self.process.send_signal(signal.SIGHUP)
        for _ in range(200):
            if not self.partial_files():
                break
            time.sleep(0.02)
        self.assertEqual(self.partial_files(), [])
        # Even if the clock goes back, no bytes mean no receipt.
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            self.assertEqual(db.execute(
                "SELECT expires FROM uploads WHERE id = ?",
                (loc[-32:],)).fetchone()[0], 0)
        self.assertEqual(self.ask("HEAD", loc, TUS, who=REGIONEN).status, 410)
        self.assertEqual(self.post(self.small, b"").status, 201)

    def test_a_partial_file_that_somebody_lengthened(self):
        loc = self.begin(self.small)
        with open(self.spool + "/.portal/partial/" + loc[-32:], "wb") as f:
            f.write(self.small + b"more")
        a = self.ask("PATCH", loc, patching(len(self.small)))
        self.assert_problem(a, 422, "digest-mismatch")
        self.assert_nothing_left()

    def test_expired(self):
        loc = self.begin(self.small)
        self.ask("PATCH", loc, patching(0), self.small[:100])
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            db.execute("UPDATE uploads SET expires = 1700000000")
        for method, headers in ("HEAD", TUS), ("PATCH", patching(100)):
            a = self.ask(method, loc, headers)
            self.assertEqual(a.status, 410)
        self.assertEqual(a.code, "upload-expired")
        again = self.post(self.small)
        self.assertNotEqual(again.headers["location"], loc)
        self.assert_receipt(again.body, self.small)
        self.assertEqual(self.ask("HEAD", loc, TUS).status, 404)
        self.assertEqual(self.partial_files(), [])


if __name__ == "__main__":
    unittest.main()
