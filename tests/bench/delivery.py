#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""delivery.py BUILD WORK SHM [ROUNDS]: sigill-portal, alone and behind nginx,
against nginx's DAV PUT, measured in turns (there and back again) with the same
files, certificates and client (load.c) on the same disk.

WORK has the certificates of make-certs.sh; SHM is for files that must not
cost a disk's time.  What is measured, and how nginx is set up, stands in
tests/README.md.
"""
import atexit
import glob
import hashlib
import os
import pwd
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, "tests/cli")
from portal_case import CONFIG, DEFAULTS  # noqa: E402

# In each measurement: few, so that both sides meet the same disturbances.
UPLOADS = 120
CONNECTIONS = 4
SMALL = 20000
LARGE = 500 * 1000 * 1000
CHUNK = 8 * 1024 * 1024     # what sigill sends with one PATCH
SENDER = "exempelkoping"

NGINX = """\
{user}
worker_processes auto;
daemon off;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {work}/portal-tls.pem;
        ssl_certificate_key {work}/portal-tls.key;
        ssl_protocols TLSv1.3;
        ssl_session_tickets off;
        ssl_client_certificate {work}/sender-ca.pem;
        ssl_crl {work}/sender-ca.crl;
        ssl_verify_client on;
        client_max_body_size 0;
        {location}
    }}
}}
"""
DAV = "root stored; location / { dav_methods PUT; }"
# As in docs/nginx.conf.
FRONT = """location / {
            proxy_pass http://unix:%s;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_max_temp_file_size 0;
            proxy_set_header Host $host;
            proxy_set_header Sigill-Client-Verify $ssl_client_verify;
            proxy_set_header Sigill-Client-Cert $ssl_client_escaped_cert;
        }"""


def wait_for(what, look, process):
    for _ in range(1000):
        found = look()
        if found:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.01)
    sys.exit("delivery.py: %s did not start" % what)


class Server:
    """A process and its children: what they cost."""

    def run(self, argv, **how):
        self.process = subprocess.Popen(argv, **how)
        atexit.register(self.end)

    def end(self):
        """Its exit status; a second time, too."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)

    def pids(self):
        out = [self.process.pid]
        with open("/proc/%d/task/%d/children" % (out[0], out[0])) as f:
            return out + list(map(int, f.read().split()))

    def cpu(self):
        ticks = 0
        for pid in self.pids():
            with open("/proc/%d/stat" % pid) as f:
                fields = f.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def peak(self):
        """The most memory that one of the processes had, in MB."""
        most = 0
        for pid in self.pids():
            with open("/proc/%d/status" % pid) as f:
                m = re.search(r"VmHWM:\s*(\d+) kB", f.read())
            most = max(most, int(m.group(1)))
        return most * 1024 / 1e6

    def stop(self):
        if self.end() != 0:
            sys.exit("delivery.py: %s ended badly" % self.kind)


class Portal(Server):
    kind = name = "portal"

    def __init__(self, build, work, **more):
        self.spool = work + "/spool-" + self.name
        os.mkdir(self.spool, 0o700)
        os.makedirs(work + "/verdicts", 0o700, exist_ok=True)
        config = "%s/%s.conf" % (work, self.name)
        with open(config, "w") as f:
            f.write(CONFIG.format(**dict(
                DEFAULTS, spool=self.spool, max_uploads=1000,
                max_size=2 * LARGE, **more)))
        with open(config + ".log", "w") as f:
            self.run([build + "/bin/sigill-portal", "--config", config],
                     stderr=f)

        def listening():
            with open(config + ".log") as f:
                return re.search(r"listening (?:port=(\d+))?", f.read())
        self.port = wait_for("the portal", listening, self.process).group(1)

    def stored(self):
        """Files in the spool, receipts and finished uploads in the ledger."""
        with sqlite3.connect(self.spool + "/.portal/ledger.db") as db:
            rows = db.execute("SELECT count(*) FROM receipts WHERE "
                              "stage = 'stored'").fetchone()[0]
            done = db.execute("SELECT count(*) FROM uploads WHERE "
                              "complete = 1").fetchone()[0]
        return len(glob.glob(self.spool + "/*.sigill")), rows, done

    def path(self, name, digest):
        return "%s/%s.sigill" % (self.spool, digest)


class Nginx(Server):
    kind, name = "dav", "nginx"

    def __init__(self, build, work, location=DAV):
        folder = "%s/%s" % (work, self.name)
        self.folder = folder + "/stored"
        os.makedirs(self.folder)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(511)
        self.port = listener.getsockname()[1]
        with open(folder + "/nginx.conf", "w") as f:
            f.write(NGINX.format(
                user="user root;" if os.geteuid() == 0 else "", work=work,
                port=self.port, location=location))
        # It takes over a listening socket as from an older nginx, which had
        # made it so that accept does not wait.
        listener.setblocking(False)
        os.set_inheritable(listener.fileno(), True)
        self.run(
            [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-p", folder,
             "-e", "error.log", "-c", "nginx.conf"],
            env=dict(os.environ, NGINX="%d;" % listener.fileno()),
            pass_fds=[listener.fileno()])
        wait_for("nginx", lambda: len(self.pids()) > 1, self.process)
        listener.close()

    def stored(self):
        return (len(os.listdir(self.folder)),)

    def path(self, name, digest):
        return "%s/%s" % (self.folder, name)


class Front(Nginx):
    name = "front"


class Fronted(Portal):
    """Behind an nginx that ends TLS."""
    name = "fronted"

    def __init__(self, build, work):
        path = work + "/portal.sock"
        super().__init__(build, work, listen="unix:" + path, tls="",
                         portal_extra="front_user = " +
                         pwd.getpwuid(os.geteuid()).pw_name)
        self.front = Front(build, work, FRONT % path)
        self.port = self.front.port

    def cpu(self):
        return super().cpu() + self.front.cpu()

    def stop(self):
        self.front.stop()
        super().stop()


class Run:
    """Latencies and totals of one side in one case."""

    def __init__(self):
        self.rates, self.times, self.cpu, self.n = [], [], 0.0, 0


class Bench:
    def __init__(self, build, work, shm, rounds):
        self.build, self.work, self.shm = build, work, shm
        self.rounds = rounds

    def make(self, size, count):
        folder = "%s/files-%d" % (self.shm, size)
        os.mkdir(folder)
        subprocess.run([self.build + "/test/make-sealed", self.work + "/" +
                        SENDER, self.work + "/intake-p256", str(size), folder,
                        str(count)], check=True)
        return sorted(glob.glob(folder + "/*"))

    def load(self, server, files, connections, reuse, chunk=0):
        """Seconds, and each file's microseconds."""
        receipt = self.work + "/receipt"
        out = subprocess.run(
            [self.build + "/test/load", server.kind, str(server.port),
             self.work + "/tls-root.pem", self.work + "/" + SENDER,
             str(connections), "1" if reuse else "0", str(chunk), receipt] +
            files, check=True, stdout=subprocess.PIPE).stdout.split()
        if server.kind == "portal":
            subprocess.run(
                ["openssl", "cms", "-verify", "-inform", "DER", "-in",
                 receipt, "-CAfile", self.work + "/authority-root.pem",
                 "-purpose", "any"], check=True, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        return int(out[0]) / 1e6, list(map(int, out[1:]))

    def check(self, server, files, before):
        """All of them are there, each once, and the last is what was sent."""
        with open(files[-1], "rb") as f:
            data = f.read()
        digest = hashlib.sha256(data).hexdigest()
        with open(server.path(os.path.basename(files[-1]), digest),
                  "rb") as f:
            same = f.read() == data
        if not same or server.stored() != tuple(
                n + len(files) for n in before):
            sys.exit("delivery.py: not everything was stored")

    def one(self, run, server, files, *how):
        before, cpu = server.stored(), server.cpu()
        seconds, times = self.load(server, files, *how)
        run.cpu += server.cpu() - cpu
        self.check(server, files, before)
        run.rates.append(len(files) / seconds)
        run.times += times
        run.n += len(files)

    def small(self, title, servers, files, reuse):
        """The last of the servers is what the others are measured by."""
        runs = [Run() for _ in servers]
        ratios = [[] for _ in servers]
        for _ in range(self.rounds):
            there, files = files[:UPLOADS], files[UPLOADS:]
            back, files = files[:UPLOADS], files[UPLOADS:]
            pairs = list(zip(runs, servers))
            for run, server in pairs:
                self.one(run, server, there, CONNECTIONS, reuse)
            for run, server in pairs[::-1]:
                self.one(run, server, back, CONNECTIONS, reuse)
            for run, ratio in zip(runs, ratios):
                ratio.append(sum(run.rates[-2:]) / sum(runs[-1].rates[-2:]))
        print("%s, %d at once" % (title, CONNECTIONS))
        for run, server in zip(runs, servers):
            q = statistics.quantiles(run.times, n=100)
            print("    %-8s %6.0f uploads/s   p50 %6.2f ms   p99 %6.2f ms   "
                  "server's CPU %5.2f ms each"
                  % (server.name, statistics.median(run.rates), q[49] / 1e3,
                     q[98] / 1e3, run.cpu / run.n * 1e3))
        for ratio, server in zip(ratios[:-1], servers):
            self.ratio(server.name, ratio)
        return files

    def ratio(self, name, ratios):
        low, middle, high = statistics.quantiles(ratios, n=4,
                                                 method="inclusive")
        print("    ratio    %6.2f  (%s / nginx, median of %d, half of them "
              "%.2f to %.2f)" % (middle, name, len(ratios), low, high),
              flush=True)

    def large(self, size, rounds=3):
        """One file at a time, each time with new servers: peak memory."""
        file = self.make(size, 1)
        size = os.path.getsize(file[0])
        for how, chunk in (("PATCH of 8 MiB each", CHUNK),
                           ("one PATCH", size)):
            speed, peak, ratios = ([], []), [0, 0], []
            for _ in range(rounds):
                for side, kind in (0, Portal), (1, Nginx):
                    server = kind(self.build, self.fresh())
                    before = server.stored()
                    seconds, _ = self.load(server, file, 1, True, chunk)
                    speed[side].append(size / seconds / 1e6)
                    peak[side] = max(peak[side], server.peak())
                    self.check(server, file, before)
                    server.stop()
                ratios.append(speed[0][-1] / speed[1][-1])
            print("%.0f MB, %s" % (size / 1e6, how))
            for side, name in (0, "portal"), (1, "nginx"):
                print("    %-8s %6.0f MB/s   peak memory %5.1f MB"
                      % (name, statistics.median(speed[side]), peak[side]))
            self.ratio("portal", ratios)
        shutil.rmtree(os.path.dirname(file[0]))

    def fresh(self):
        """The servers' folders, empty; a file of the last run is away from
        the disk before the next is measured."""
        for name in "spool-portal", "nginx":
            shutil.rmtree("%s/%s" % (self.work, name), ignore_errors=True)
        os.sync()
        return self.work


def main():
    build, work, shm = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    bench = Bench(build, work, shm, rounds)
    files = bench.make(SMALL, UPLOADS * (4 * rounds + 1))
    servers = [kind(build, work) for kind in (Portal, Fronted, Nginx)]
    warm, files = files[:UPLOADS], files[UPLOADS:]
    for server in servers:
        bench.one(Run(), server, warm, CONNECTIONS, False)
    print("uploads of %d bytes; portal: with fsync, signature check and "
          "signed receipt;\nfronted: the same behind nginx; nginx: DAV PUT "
          "without any of that" % os.path.getsize(warm[0]))
    files = bench.small("a new TLS connection for each", servers, files,
                        False)
    bench.small("connections kept", servers, files, True)
    print("    peak memory of the portal %.1f MB" % servers[0].peak())
    for server in servers:
        server.stop()
    bench.large(LARGE)


if __name__ == "__main__":
    main()
