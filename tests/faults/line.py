# SPDX-License-Identifier: EUPL-1.2
"""A TCP proxy that lets its connections down as it is told.  It sees TLS's
bytes alone, so it counts bytes and connections."""
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Callable, Optional

PATIENCE = 60       # seconds; no connection of a test lasts longer


@dataclass
class Cut:
    """What happens to one connection, once so many bytes have gone up (from
    the client), or down: whichever is set."""
    up: Optional[int] = None
    down: Optional[int] = None
    # reset: RST both ways
    # half-up, half-down: no more bytes that way, FIN; the other way goes on
    # stall: nothing moves any more, and nobody is told
    # swallow: what comes down from then on is dropped; when until() is true,
    #          the connection is reset, or stalls if until is None
    how: str = "reset"
    until: Optional[Callable[[], bool]] = None
    delay: float = 0    # seconds before each chunk
    linger: float = 0   # seconds before a reset, for what is on its way: RST
                        # also takes away what has not been read yet


HOLDS = Cut()


def reset(sock):
    """RST instead of FIN."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


def finish(sock):
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Line:
    """Listens on a port of its own and forwards to `target`, a port that may
    change.  Each new connection gets the next of `script`'s cuts; when these
    are over, it holds.  `script` may be endless."""

    def __init__(self, target, script=(), sources=None):
        self.target = target            # None: not yet, wait
        self.script = iter(script)
        self.sources = sources          # iterator of addresses to come from
        self.connections = 0
        self.resets = 0
        self.lock = threading.Lock()
        self.changed = threading.Condition()
        self.closing = threading.Event()
        self.threads = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        # What the kernel keeps for a stalled line would look sent.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closing.set()
        self.retarget(self.target)      # who waits looks at closing
        self.refuse()
        for t in list(self.threads):
            t.join()

    def refuse(self):
        """From now on nobody listens, until listen()."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join()
        self.listener.close()
        if not self.closing.is_set():
            # Nobody else gets the port meanwhile.
            self.listener = socket.socket()
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR,
                                     1)
            self.listener.bind(("127.0.0.1", self.port))

    def listen(self):
        self.listener.close()
        self.listener = socket.create_server(("127.0.0.1", self.port),
                                             backlog=256)
        self.thread = threading.Thread(target=self._accept)
        self.thread.start()

    def retarget(self, port):
        with self.changed:
            self.target = port
            self.changed.notify_all()

    def _accept(self):
        while not self.closing.is_set():
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                cut = next(self.script, HOLDS)
            t = threading.Thread(target=self._serve, args=(near, cut))
            self.threads.add(t)
            t.start()

    def _connect(self):
        with self.changed:
            self.changed.wait_for(lambda: self.target is not None or
                                  self.closing.is_set(), PATIENCE)
            port = self.target
        if port is None:
            raise ConnectionRefusedError
        source = next(self.sources) if self.sources else "127.0.0.1"
        return socket.create_connection(("127.0.0.1", port), PATIENCE,
                                        (source, 0))

    def _serve(self, near, cut):
        far = None
        try:
            far = self._connect()
            near.settimeout(PATIENCE)
            for s in near, far:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._carry(near, far, cut)
        except OSError:
            reset(near)
            if far:
                reset(far)
        finally:
            near.close()
            if far:
                far.close()
            self.threads.discard(threading.current_thread())

    def _carry(self, near, far, cut):
        went = {near: 0, far: 0}
        limit = {near: cut.up, far: cut.down}
        other = {near: far, far: near}
        open_ends = {near, far}
        swallowing = False
        began = time.monotonic()
        while open_ends and not self.closing.is_set() and \
                time.monotonic() - began < PATIENCE:
            for s in [s for s in open_ends
                      if limit[s] is not None and went[s] >= limit[s]]:
                limit[s] = None
                if cut.how == "swallow":
                    swallowing = True
                elif self._cut(near, far, cut, open_ends):
                    return
            if swallowing and cut.until and cut.until():
                return self._reset(near, far)
            if not open_ends:
                return
            for s in select.select(open_ends, (), (), 0.05)[0]:
                room = limit[s] - went[s] if limit[s] is not None else 65536
                data = s.recv(min(65536, room))
                if cut.delay:
                    time.sleep(cut.delay)
                went[s] += len(data)
                if not data:
                    open_ends.discard(s)
                    if not (swallowing and s is far):
                        finish(other[s])
                elif not (swallowing and s is far):
                    other[s].sendall(data)

    def _reset(self, near, far):
        with self.lock:
            self.resets += 1
        reset(near)
        reset(far)

    def _cut(self, near, far, cut, open_ends):
        """True when the connection has ended."""
        if cut.how == "reset":
            self.closing.wait(cut.linger)
            self._reset(near, far)
            return True
        if cut.how == "stall":
            # Over when the client has given up.
            began = time.monotonic()
            quiet = select.poll()
            quiet.register(near, select.POLLRDHUP | select.POLLHUP)
            while not self.closing.is_set() and not quiet.poll(50) and \
                    time.monotonic() - began < PATIENCE:
                pass
            return True
        if cut.how == "half-up":
            open_ends.discard(near)
            finish(far)
        elif cut.how == "half-down":
            open_ends.discard(far)
            finish(near)
        else:
            raise ValueError(cut.how)
        return False
