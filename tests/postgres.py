# SPDX-License-Identifier: EUPL-1.2
"""A real PostgreSQL for tests: in a folder of its own, on a Unix socket only,
not as root, and with fsync as in earnest.  Where there is memory enough it
lies in memory: processes are killed here, no power is cut, and a disk makes
each new database wait.  What is measured goes on the disk.

    with Postgres() as server:
        uri = server.database()     # a fresh one; server.uri is the first
"""
import atexit
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

USER = "sigill"
MEMORY = "/dev/shm"
ROOM = 2 << 30      # bytes; a server needs less than a tenth of it
OPTIONS = {
    "listen_addresses": "",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",   # nothing stays in /dev/shm
    "lc_messages": "C",
}


def _programs():
    """The newest of what Debian has installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")
    if not found:
        raise AssertionError("no PostgreSQL: the package postgresql")
    return os.path.dirname(max(
        found, key=lambda p: int(re.search(r"/(\d+)/bin/", p).group(1))))


def _place():
    """The folder for its folder; None for the usual one."""
    try:
        there = os.statvfs(MEMORY)
    except OSError:
        return None
    room = there.f_bavail * there.f_frsize
    return MEMORY if room >= ROOM and os.access(MEMORY, os.W_OK) else None


def _children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid),
              encoding="ascii") as f:
        return [int(child) for child in f.read().split()]


def _lives(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii",
                  errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Postgres:
    def __init__(self, on_disk=False):
        self.bin = _programs()
        self.folder = tempfile.mkdtemp(prefix="sigill-pg.",
                                       dir=None if on_disk else _place())
        self.data = self.folder + "/data"
        self.log = []
        self.process = None
        self.databases = 0
        # initdb and postgres refuse to be root.
        self.prefix = []
        if os.geteuid() == 0:
            self.prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup",
                           "--clear-groups", "--"]
            shutil.chown(self.folder, "nobody", "nogroup")
        os.chmod(self.folder, 0o711)
        atexit.register(self.stop)
        self.run("initdb", "-D", self.data, "--no-sync", "--auth=trust",
                  "--username=" + USER, "--encoding=UTF8",
                  "--locale=C.UTF-8")
        self.start()
        self.uri = self.database()

    def run(self, program, *args):
        p = subprocess.run([*self.prefix, self.bin + "/" + program, *args],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, cwd=self.folder)
        if p.returncode != 0:
            raise AssertionError("%s: %s" % (
                program, p.stdout.decode("utf-8", "replace")))
        return p.stdout.decode()

    def start(self):
        """Returns when it takes connections."""
        argv = [*self.prefix, self.bin + "/postgres", "-D", self.data,
                "-k", self.folder]
        for name, value in OPTIONS.items():
            argv += ["-c", "%s=%s" % (name, value)]
        self.process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, cwd=self.folder)
        stderr, ready = self.process.stderr, threading.Event()
        self.log = []

        # Somebody must read on, or the server would wait for the pipe.
        def follow():
            for line in stderr:
                self.log.append(line)
                if b"ready to accept connections" in line:
                    ready.set()
            ready.set()
            stderr.close()

        self.reader = threading.Thread(target=follow, daemon=True)
        self.reader.start()
        ready.wait()
        if self.process.poll() is not None or not any(
                b"ready to accept" in line for line in self.log):
            raise AssertionError(b"".join(self.log).decode("utf-8",
                                                           "replace"))

    def database(self):
        """The URI of a new, empty database."""
        self.databases += 1
        name = "ledger%d" % self.databases
        self.query("CREATE DATABASE " + name, "postgres")
        return self.uri_of(name)

    def uri_of(self, name, user=USER):
        return "postgresql:///%s?host=%s&user=%s" % (name, self.folder, user)

    def query(self, sql, where=None, user=USER):
        """What psql prints for it, unaligned.  where: a URI or a name."""
        where = where or self.uri
        if "://" not in where:
            where = self.uri_of(where, user)
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql,
                         where).strip()

    def kill(self):
        """As a power cut does, as far as processes go."""
        # Stopped, it makes no new children while they are counted.
        os.kill(self.process.pid, signal.SIGSTOP)
        family = [self.process.pid] + _children(self.process.pid)
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        # The pipe ends with the last of them.
        self.reader.join()
        while any(_lives(pid) for pid in family):
            os.sched_yield()
        self.process = None

    def restart(self):
        """Starts it again after kill, or after a fast shutdown by us."""
        self._shut_down()
        self.start()

    def _shut_down(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        finally:
            if self.process.returncode is None:
                self.process.kill()
                self.process.wait()
        self.reader.join()
        self.process = None

    def stop(self):
        """Ends it, and removes its folder."""
        atexit.unregister(self.stop)
        killed = self.process is None
        self._shut_down()
        if killed:
            self._remove_segment()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_segment(self):
        """The shared memory that one who was killed has left behind."""
        try:
            with open(self.data + "/postmaster.pid", encoding="ascii") as f:
                segment = f.read().splitlines()[6].split()[1]
        except (OSError, IndexError):
            return
        subprocess.run(["ipcrm", "-m", segment], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
