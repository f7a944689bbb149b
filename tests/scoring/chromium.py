# SPDX-License-Identifier: EUPL-1.2
"""A headless Chromium of its own for a test, driven by the DevTools protocol
over two pipes.  Whatever it asks the network for goes to a listener here, which
takes note.  It ends by its process group, and all that it keeps is in a
folder that goes with it."""
import base64
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import tempfile
import threading
import time

PROGRAM = "/usr/bin/chromium"
PATIENCE = 60


class Listener:
    """Stands where the network would be: a proxy that answers nothing."""

    def __init__(self):
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(PATIENCE)
                try:
                    self.asked.append(peer.recv(4096))
                except OSError:
                    self.asked.append(b"")

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


class Chromium:
    """Use it as a context.  call() is a method of the protocol; events are
    kept until events() takes them."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="sigill-chromium.")
        self.listener = Listener()
        self.number = 0
        self.session = None
        self.kept = []
        self.buffer = b""
        self._start()
        target = self.call("Target.createTarget", url="about:blank")
        self.session = self.call("Target.attachToTarget", flatten=True,
                                 targetId=target["targetId"])["sessionId"]
        for domain in "Page", "Network", "Runtime", "Log", "Accessibility":
            self.call(domain + ".enable")

    def _start(self):
        theirs_in, self.out = os.pipe()
        self.into, theirs_out = os.pipe()
        # Out of the way of 3 and 4, where it looks for them.
        theirs = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10)
                  for fd in (theirs_in, theirs_out)]
        null = os.open(os.devnull, os.O_RDWR)
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        for name in "HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME":
            env[name] = self.dir
        self.pid = os.posix_spawn(PROGRAM, [
            PROGRAM, "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-quic", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-breakpad", "--disable-dev-shm-usage",
            "--remote-debugging-pipe", "--user-data-dir=" + self.dir + "/user",
            "--proxy-server=127.0.0.1:%d" % self.listener.port,
            "--proxy-bypass-list=<-loopback>", "about:blank"], env,
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs[0], 3),
                          (os.POSIX_SPAWN_DUP2, theirs[1], 4)] +
                         [(os.POSIX_SPAWN_DUP2, null, fd)
                          for fd in (0, 1, 2)], setpgroup=0)
        for fd in theirs + [theirs_in, theirs_out, null]:
            os.close(fd)

    def _read(self):
        """One message."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            left = max(0, end - time.monotonic())
            if not select.select([self.into], [], [], left)[0]:
                raise AssertionError("Chromium says nothing")
            got = os.read(self.into, 1 << 20)
            if not got:
                raise AssertionError("Chromium has ended")
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            got = self._read()
            if got.get("id") == self.number:
                if "error" in got:
                    raise AssertionError("%s: %s" % (method, got["error"]))
                return got["result"]
            self.kept.append(got)

    def wait(self, method):
        """The next event of that name."""
        while True:
            for got in self.kept:
                if got.get("method") == method:
                    self.kept.remove(got)
                    return got["params"]
            self.kept.append(self._read())

    def events(self, *methods):
        return [got["params"] for got in self.kept
                if got.get("method") in methods]

    # -- what tests ask for --

    def open(self, path):
        self.kept = []
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait("Page.loadEventFired")

    def requests(self):
        return [e["request"]["url"]
                for e in self.events("Network.requestWillBeSent")]

    def complaints(self):
        return self.events("Runtime.exceptionThrown", "Log.entryAdded",
                           "Runtime.consoleAPICalled")

    def evaluate(self, expression):
        got = self.call("Runtime.evaluate", expression=expression,
                        returnByValue=True)
        if "exceptionDetails" in got:
            raise AssertionError(got["exceptionDetails"])
        return got["result"].get("value")

    def media(self, media="", scheme="light"):
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def size(self, width, height=900, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=scale, mobile=False)

    def screenshot(self):
        """A PNG of the whole page."""
        return base64.b64decode(self.call(
            "Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def pdf(self):
        return base64.b64decode(self.call(
            "Page.printToPDF", preferCSSPageSize=True)["data"])

    def accessible(self):
        """The accessibility tree's nodes that are not ignored, in the page's
        order: (role, name, properties)."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        byid = {n["nodeId"]: n for n in nodes}
        order = []

        def walk(node):
            if not node["ignored"]:
                order.append((node["role"]["value"],
                              node.get("name", {}).get("value", ""),
                              {p["name"]: p["value"].get("value")
                               for p in node.get("properties", [])}))
            for child in node.get("childIds", []):
                if child in byid:
                    walk(byid[child])
        walk(nodes[0])
        return order

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            pass
        try:
            self._end()
        finally:
            for fd in self.out, self.into:
                os.close(fd)
            self.listener.close()
            shutil.rmtree(self.dir)

    def _end(self):
        end = time.monotonic() + PATIENCE
        # Its pipe ends when the last of its processes has.
        try:
            while time.monotonic() < end:
                self._read()
        except AssertionError:
            pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
