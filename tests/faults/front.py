# SPDX-License-Identifier: EUPL-1.2
"""An HTTPS server with the portal's certificate between the sender and the
real portal: it passes requests on with the sender's own certificate, and does
to them, or to their answers, what it is told."""
import http.server
import ssl
import threading

from line import reset
from scene import portal_case

# Not passed on as they are: the connection is another one.
OWN = {"connection", "content-length", "transfer-encoding", "date", "host",
       "expect"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def handle_any(self):
        n = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(n)
        with self.server.lock:
            self.server.requests.append((self.command, self.path))
            act = next(self.server.script, None)
        (act or Handler.pass_on)(self)
    do_GET = do_POST = do_PATCH = do_HEAD = do_DELETE = handle_any

    def ask(self, body=None, who=portal_case.KOPING):
        """The real portal's answer to this request."""
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() not in OWN}
        scene = self.server.scene
        with portal_case.Connection(scene.dir, scene.port, who) as c:
            return c.request(self.command, self.path, headers,
                             self.body if body is None else body)

    def pass_on(self, answer=None, length=None, cut=0, **changes):
        """An answer of the portal's with other headers, None for none; and
        without its last bytes, however long it says that it is."""
        a = answer or self.ask()
        headers = {k: v for k, v in a.headers.items() if k not in OWN}
        headers.update({k.replace("_", "-"): v for k, v in changes.items()})
        self.reply(a.status, a.body[:len(a.body) - cut], length, **{
            k: v for k, v in headers.items() if v is not None})

    def reply(self, status, body=b"", length=None, **headers):
        self.send_response(status)
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        if status != 204:
            self.send_header("Content-Length",
                             str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self):
        """No answer, or no more of it."""
        self.close_connection = True
        self.wfile.flush()
        reset(self.connection)

    def log_message(self, *args):
        pass


class Front(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, scene, script=()):
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(scene.path("portal-tls.pem"),
                                scene.path("portal-tls.key"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(scene.path("sender-ca.pem"))
        self.socket = context.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)
        self.scene, self.script = scene, iter(script)
        self.requests, self.lock = [], threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever,
                                       args=(0.02,))
        self.thread.start()
        scene.configure(port=self.server_address[1])

    def handle_error(self, request, client_address):
        pass        # what the client breaks off

    def methods(self):
        return [m for m, _ in self.requests]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self.thread.join()
