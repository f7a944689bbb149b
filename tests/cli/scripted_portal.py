# SPDX-License-Identifier: EUPL-1.2
"""A portal that answers as a test tells it to, over real TLS, and proxies.
What the sender's command makes of each answer is for the tests."""
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading

from scratch import Scratch

NOWHERE = "127.0.0.1:1"  # nobody listens there


def fast(folder, env, clock=1):
    """env, but pauses are short, and clocks run so many times as fast."""
    lib = os.path.join(folder, "fast_clock.so")
    if not os.path.exists(lib):
        subprocess.run(["gcc", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", lib,
                        "tests/cli/fast_clock.c"], check=True)
    # A sanitizer does not mind that its library is not the first one here.
    options = env.get("ASAN_OPTIONS", "")
    return dict(env, LD_PRELOAD=lib, FAST_CLOCK=str(clock),
                ASAN_OPTIONS=options + ":verify_asan_link_order=0")


def hang_up(handler):
    """The connection ends, and nothing has been answered."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self):
        # What is not read soon holds the sender up, as on a long line.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
        super().server_bind()

    def handle_error(self, request, client_address):
        """What the other end thinks of it is what the test looks at."""


class Scripted(Scratch):
    """The sender's folder, with a sealed file when there is a portal."""

    def setUp(self):
        super().setUp()
        self.env = fast(self.dir, self.env)
        self.before = self.files()

    def serve(self, answer, client_ca="sender-ca.pem", newest=None,
              certificate="portal-tls", take=None, expect=None):
        """answer(handler) writes what comes after a request, which has been
        read into handler.body.  take(handler) reads it in its own way;
        expect(handler) answers to Expect: 100-continue, and goes on if that
        was not the last word.  Gives the list of requests: method, path,
        headers, body."""
        log = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_expect_100(self):
                if expect is None:
                    return super().handle_expect_100()
                expect(self)
                return not self.close_connection

            def handle_any(self):
                n = int(self.headers.get("Content-Length") or 0)
                if take is not None and n != 0:
                    body = take(self)
                else:
                    body = self.rfile.read(n)
                self.body = body
                log.append((self.command, self.path, dict(self.headers),
                            body))
                answer(self)
            do_GET = do_POST = do_PATCH = do_HEAD = handle_any
            do_DELETE = do_OPTIONS = handle_any

            def log_message(self, *args):
                pass

            def date_time_string(self, timestamp=None):
                return getattr(self, "now", None) or \
                    super().date_time_string(timestamp)

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for k, v in headers.items():
                    self.send_header(k.replace("_", "-"), v)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(certificate + ".pem"),
                                self.path(certificate + ".key"))
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path(client_ca))
        if newest is not None:
            context.maximum_version = newest
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever,
                                  args=(0.02,), daemon=True)
        thread.start()

        def stop():
            server.shutdown()
            server.server_close()
        self.addCleanup(stop)
        self.port = server.server_address[1]
        self.configure(portal="https://localhost:%d" % self.port)
        if not os.path.exists(self.path("a.sigill")):
            self.seal()
        return log

    def large(self, mebibytes):
        """a.json, with an attachment that does not compress."""
        self.write("evidence.pdf", os.urandom(mebibytes << 20))
        answers = self.answers()
        answers["attachments"] = [{"file": "evidence.pdf",
                                   "name": "evidence.pdf",
                                   "media_type": "application/pdf"}]
        self.write("a.json", json.dumps(answers))
        self.before = self.files()

    def refused(self, status, code, answer, env=None, **kw):
        log = self.serve(answer, **kw)
        return self.bad(status, code, "send", "a.sigill", env=env), log

    def listen(self, handle):
        """handle(connection) for each connection; the address."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def one(connection):
            with connection:
                try:
                    handle(connection)
                except OSError:
                    pass

        def run():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,),
                                 daemon=True).start()
        threading.Thread(target=run, daemon=True).start()
        return "127.0.0.1:%d" % listener.getsockname()[1]


def read_head(connection):
    """What comes up to an empty line; b"" when the other end left."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        some = connection.recv(1)
        if not some:
            return b""
        head += some
    return head


def relay(one, other):
    """Bytes both ways until either end closes."""
    def pump(source, sink):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in source, sink:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
    thread = threading.Thread(target=pump, args=(one, other), daemon=True)
    thread.start()
    pump(other, one)
    thread.join()
