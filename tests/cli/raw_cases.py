# SPDX-License-Identifier: EUPL-1.2
"""Requests that are wrong on the wire, or look so, in one table.

What must be refused is a good creation with the whole file in it and one
fault, so that a portal that overlooks the fault stores the file; what is
merely unusual announces another digest, so that a portal that reads the body
to its end answers 422 and keeps nothing.  See test_portal_raw.py."""
import base64
import hashlib
from typing import NamedTuple

# Closed without an answer.
CLOSED = 0


class Case(NamedTuple):
    name: str
    data: bytes
    answers: list       # sets of the statuses that are right, in order
    last: bool          # whatever comes after it must not be looked at


class Table:
    """The cases around one sealed file and one upload, both of which must be
    left as they are.  always: lines of header that every request has, such
    as what a front server tells of the sender."""

    def __init__(self, sealed, upload, always=()):
        self.sealed = sealed
        self.upload = upload.encode()
        self.always = (b"Host: localhost",) + tuple(always)
        self.cases = []
        self.add_framing()
        self.add_lengths()
        self.add_lines()
        self.add_names_and_values()
        self.add_request_lines()
        self.add_targets()
        self.add_sizes()
        self.add_fields()
        self.add_sequences()

    # --- what requests are made of ------------------------------------------

    def digest(self, data):
        value = base64.b64encode(hashlib.sha256(data).digest())
        return b"Repr-Digest: sha-256=:%s:" % value

    def head(self, line, *fields):
        return b"\r\n".join((line,) + self.always + fields) + b"\r\n\r\n"

    def options(self, *fields):
        """Good, and does nothing."""
        return self.head(b"OPTIONS /v1/uploads HTTP/1.1", *fields)

    def creation(self, *fields, line=b"POST /v1/uploads HTTP/1.1",
                 digest_of=None, length=True):
        """The head of a creation; length: with Content-Length."""
        size = b"%d" % len(self.sealed)
        if length:
            fields = (b"Content-Length: " + size,) + fields
        return self.head(
            line, b"Tus-Resumable: 1.0.0", b"Upload-Length: " + size,
            self.digest(self.sealed if digest_of is None else digest_of),
            b"Content-Type: application/offset+octet-stream", *fields)

    def good(self, *fields, **kw):
        """Would be stored if it were taken."""
        return self.creation(*fields, **kw) + self.sealed

    def harmless(self, *fields, **kw):
        """Is read to its end and then refused with 422."""
        return self.creation(*fields, digest_of=b"other", **kw) + self.sealed

    def chunked(self):
        return b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.sealed), self.sealed)

    # --- the table ------------------------------------------------------------

    def add(self, name, data, answers, last):
        self.cases.append(Case(name, data, [
            a if isinstance(a, set) else {a} for a in answers], last))

    def refuse(self, name, data, *answers):
        """Answered with 400, or as told, and then closed."""
        self.add(name, data, answers or (400,), True)

    def answer(self, name, data, *answers):
        self.add(name, data, answers, False)

    def add_framing(self):
        te = b"Transfer-Encoding: "
        head, bare = self.creation, self.creation(length=False)
        bare = bare[:-2]
        length = b"Content-Length: %d" % len(self.sealed)
        self.refuse("CL and TE", head(te + b"chunked") + self.chunked())
        self.refuse("TE and CL", bare + te + b"chunked\r\n" + length +
                    b"\r\n\r\n" + self.chunked())
        self.refuse("TE and CL of 0", bare + te + b"chunked\r\n"
                    b"Content-Length: 0\r\n\r\n" + self.chunked())
        for value in (b"chunked", b"Chunked", b"identity", b"gzip, chunked",
                      b"chunked, identity", b"xchunked", b"chunked\t",
                      b"chunked;q=1", b""):
            for name, body in (("alone", bare), ("with CL", head()[:-2])):
                self.refuse("TE %r %s" % (value.decode(), name),
                            body + te + value + b"\r\n\r\n" + self.chunked())
        self.refuse("TE twice", bare + te + b"chunked\r\n" + te +
                    b"identity\r\n\r\n" + self.chunked())
        self.refuse("TE after a tab", bare + b"Transfer-Encoding:\tchunked"
                    b"\r\n\r\n" + self.chunked())
        self.refuse("TE in a folded line", head()[:-2] + b"X: a\r\n " + te +
                    b"chunked\r\n\r\n" + self.chunked())
        self.refuse("TE with a vertical tab", bare + te +
                    b"\x0bchunked\r\n\r\n" + self.chunked())
        self.refuse("chunks that never end", bare + te + b"chunked\r\n\r\n"
                    b"ffffffffffffffff\r\n" + self.sealed)

    def add_lengths(self):
        n = len(self.sealed)
        for value in (b"+%d" % n, b"-%d" % n, b"0x%x" % n, b"%d,%d" % (n, n),
                      b"%d, %d" % (n, n), b"%d;" % n, b"%de0" % n,
                      b"%d.0" % n, b"%d " % n, b" %d" % n, b"\t%d" % n,
                      b"%d\t" % n, b"%d\x0b" % n, b"%d\0" % n,
                      b"%d\x0033" % n, b"%d 1" % n, b"'%d'" % n, b"",
                      b"-0", b"-1", b"x", "٣".encode(),
                      b"1%015d" % n, b"%d" % ((1 << 64) + n),
                      b"%d" % (1 << 63), b"%d" % (1 << 64), b"9" * 500):
            self.refuse("CL %r" % value.decode()[:32], self.good(
                b"Content-Length: " + value, length=False), {400, 413})
        for first, second in ((n, n), (n, n + 1), (n + 1, n), (0, n), (n, 0)):
            self.refuse("CL %d and %d" % (first, second), self.good(
                b"Content-Length: %d" % first, b"content-length: %d" % second,
                length=False))
        self.answer("CL beyond every limit", self.creation(
            b"Content-Length: 999999999999999", length=False), 413)
        self.answer("CL beyond the upload", self.good(
            b"Content-Length: %d" % (n + 1), length=False) + b"x", 413)

    def add_lines(self):
        n = len(self.sealed)
        good = self.good()
        head, body = good.split(b"\r\n\r\n", 1)
        bad = [
            ("bare LF everywhere", head.replace(b"\r\n", b"\n") + b"\n\n"),
            ("bare LF after the request line",
             head.replace(b"\r\n", b"\n", 1) + b"\r\n\r\n"),
            ("bare LF after a field",
             head.replace(b"1.0.0\r\n", b"1.0.0\n") + b"\r\n\r\n"),
            ("bare LF after the last field", head + b"\n\r\n"),
            ("bare LF instead of the empty line", head + b"\r\n\n"),
            ("two bare LF at the end", head + b"\n\n"),
            ("LF CR", head + b"\n\r\n\r"),
            ("CR CR LF", head.replace(b"1.0.0\r\n", b"1.0.0\r\r\n") +
             b"\r\n\r\n"),
            ("folded with a space", head + b"\r\nX: a\r\n b\r\n\r\n"),
            ("folded with a tab", head + b"\r\nX: a\r\n\tb\r\n\r\n"),
            ("folded, nothing to add", head + b"\r\nX: a\r\n \r\n\r\n"),
            ("folded before the first field", head.replace(
                b"\r\nHost", b"\r\n X\r\nHost", 1) + b"\r\n\r\n"),
            ("a space before the first field", head.replace(
                b"\r\nHost", b"\r\n Host", 1) + b"\r\n\r\n"),
            ("folded length", head.replace(
                b"Content-Length: ", b"Content-Length:\r\n ") + b"\r\n\r\n"),
            # Too much in one place and too little in another, so that the
            # header is as long as it would be in good order.
            ("a CR too few in the request line, a space too many",
             head.replace(b"\r\n", b"\n", 1) + b"\r\nX:  a\r\n\r\n"),
            ("spaces too few, a folded TE", head + b"\r\nX: a\r\n Transfer-"
             b"Encoding: chunked\r\nX:c\r\nX:c\r\n\r\n"),
            ("a space too few, one too many in the length", head.replace(
                b"Length: ", b"Length:  ") + b"\r\nX:c\r\n\r\n"),
            ("a space too few, a NUL after the length", head.replace(
                b"Content-Length: %d" % n, b"Content-Length: %d\0" % n) +
             b"\r\nX:c\r\n\r\n"),
            ("spaces too few, a NUL within the length", head.replace(
                b"Content-Length: %d" % n, b"Content-Length: %d\x0033" % n) +
             b"\r\nX:c\r\nX:c\r\nX:c\r\n\r\n"),
            ("a space too few, a NUL in the target", head.replace(
                b" HTTP", b"\0 HTTP", 1) + b"\r\nX:c\r\n\r\n"),
            ("a space too many, a CR too few",
             head + b"\r\nX:  a\nY: b\r\n\r\n"),
            ("a space too many, the last CR too few",
             head + b"\r\nX:  a\r\nY: b\r\n\n"),
            ("spaces too few, a folded line",
             head + b"\r\nX: a\r\n b\r\nX:c\r\nX:c\r\n\r\n"),
            ("spaces too few, a NUL",
             head + b"\r\nX: a\0bc\r\nX:c\r\nX:c\r\nX:c\r\n\r\n"),
            ("a space too few", head + b"\r\nX:c\r\n\r\n"),
            ("a space too many", head + b"\r\nX:  c\r\n\r\n"),
        ]
        for name, data in bad:
            self.refuse(name, data + body)
        self.answer("bare CR at the ends of lines",
                    head.replace(b"\r\n", b"\r") + b"\r\r", CLOSED)
        self.refuse("bare CR in a value", head + b"\r\nX: a\rb: c\r\n\r\n" +
                    body)
        self.refuse("an empty line before the request, spaces too few",
                    b"\r\n" + self.good(b"X:c", b"X:c"))

    def add_names_and_values(self):
        def with_field(name, line):
            self.refuse(name, self.good(line))

        for c in b"\"(),/;<=>?@[\\]{}":
            with_field("%r in a name" % chr(c), b"X%cY: a" % c)
        for c in (0, 1, 9, 11, 12, 13, 27, 32, 127, 0x85, 0xa0, 0xe5, 0xff):
            with_field("0x%02x in a name" % c, b"X%cY: a" % c)
        for c in (0, 1, 8, 11, 12, 13, 27, 127):
            with_field("0x%02x in a value" % c, b"X: a%cb" % c)
        with_field("NUL at the end of a value", b"X: a\0")
        with_field("space before the colon", b"X : a")
        with_field("tab before the colon", b"X\t: a")
        with_field("space before the colon of a length",
                   b"Content-Length : 0")
        with_field("no name", b": a")
        with_field("no colon", b"no colon here")
        with_field("a second request line", b"GET /v1/health HTTP/1.1")
        self.answer("a name that looks like TE", self.harmless(
            b"Transfer_Encoding: chunked", b"X-Transfer-Encoding: chunked"),
            422)
        self.answer("8 bits in a value", self.harmless(b"X: \xe5\xff"), 422)
        self.answer("an empty value", self.harmless(b"X: "), 422)
        self.answer("a colon in a value", self.harmless(b"X: :a: b:"), 422)

    def add_request_lines(self):
        for version in (b"HTTP/1.0", b"HTTP/1.2", b"HTTP/1.10", b"HTTP/0.9",
                        b"HTTP/2.0", b"HTTP/2", b"HTTP/3", b"HTTP/01.1",
                        b"HTTP/1.01", b"http/1.1", b"HTTP/1.1 ", b"HTTP/1.1x",
                        b"HTTP /1.1", b"HTTP/1,1", b"HTTP/-1.1", b"HTTPS/1.1",
                        b"ICY/1.1", b"1.1", b"HTTP/"):
            self.refuse("version %r" % version.decode(), self.good(
                line=b"POST /v1/uploads " + version), {400, 505})
        self.refuse("two versions", self.good(
            line=b"POST /v1/uploads HTTP/1.1 HTTP/1.1"), CLOSED)
        self.refuse("no version", self.good(line=b"POST /v1/uploads"))
        self.refuse("no version, nothing else", b"GET /v1/health\r\n\r\n",
                    {400, CLOSED})
        self.refuse("HTTP/0.9", b"GET /v1/health\r\n", {400, CLOSED})
        self.answer("no line at all", b"\r\n\r\n\r\n\r\n", CLOSED)
        self.refuse("HTTP/2 by prior knowledge",
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                    b"\0\0\0\4\0\0\0\0\0", {400, 505, CLOSED})
        self.refuse("two spaces after the method", self.good(
            line=b"POST  /v1/uploads HTTP/1.1"))
        self.refuse("two spaces after the target", self.good(
            line=b"POST /v1/uploads  HTTP/1.1"), CLOSED)
        self.refuse("tabs in the request line", self.good(
            line=b"POST\t/v1/uploads\tHTTP/1.1"), CLOSED)
        self.refuse("a space before the method", self.good(
            line=b" POST /v1/uploads HTTP/1.1"), CLOSED)
        self.refuse("no method", self.good(line=b"/v1/uploads HTTP/1.1"))
        self.refuse("NUL before the method", self.good(
            line=b"\0POST /v1/uploads HTTP/1.1"))
        self.refuse("NUL in the method", self.good(
            line=b"PO\0ST /v1/uploads HTTP/1.1"))
        self.refuse("NUL in the target", self.good(
            line=b"POST /v1/uploads\0 HTTP/1.1"))
        self.refuse("NUL in the version", self.good(
            line=b"POST /v1/uploads HTTP/1.1\0"))
        self.refuse("no Host", self.good().replace(
            b"Host: localhost\r\n", b"", 1))
        for value in (b"", b"a b", b"a/b", b"me@a", b"a:b", b"a:1:2",
                      b"[::1", b"[::1]a", b"[]", b":443", b"\xc3\xa5"):
            self.refuse("Host %r" % value, self.good().replace(
                b"Host: localhost", b"Host: " + value, 1))
        for value in (b"a:", b"a:443", b"[::1]:443", b"127.0.0.1",
                      b"a-b.example"):
            self.answer("Host %r" % value, self.harmless().replace(
                b"Host: localhost", b"Host: " + value, 1), 422)
        self.refuse("two Hosts", self.good(b"Host: other"))
        self.refuse("the same Host twice", self.good(b"host: localhost"))
        for method in (b"post", b"Post", b"PUT", b"GET", b"HEAD", b"TRACE",
                       b"PATCH", b"DELETE", b"BREW", b"POSTS", b"POS",
                       b"M" * 200):
            self.answer("method %r" % method.decode()[:16], self.head(
                method + b" /v1/uploads HTTP/1.1"), 405)

    def add_targets(self):
        for target in (b"/v1/uploads/", b"//v1/uploads", b"/v1//uploads",
                       b"/v1/./uploads", b"/v1/x/../uploads",
                       b"/v1/uploads?", b"/v1/uploads?x=1", b"/v1/uploads#x",
                       b"/v1/uploads;x", b"/v1/%75ploads", b"/v1%2fuploads",
                       b"/v1/uploads%00", b"/v1/uploads%20", b"/V1/uploads",
                       b"/v1\\uploads", b"\\v1\\uploads", b"v1/uploads",
                       b"../v1/uploads", b"https://localhost/v1/uploads",
                       b"http://localhost/v1/uploads", b"localhost:443",
                       b"//localhost/v1/uploads", b"*", b"%", b"%2", b"%zz",
                       b"/v1/uploads/../../../../../../etc/passwd",
                       b"/v1/uploads/%2e%2e/%2e%2e/etc/passwd",
                       b"/v1/uploads/..%2f..%2f.portal%2fledger.db",
                       b"/v1/uploads/%c0%ae%c0%ae/", b"/v1/uploads/\xe5",
                       b"/.portal/partial/", b"/spool/"):
            self.answer("target %r" % target.decode("latin-1"), self.good(
                line=b"POST " + target + b" HTTP/1.1"), 404)
        self.answer("CONNECT", self.head(b"CONNECT localhost:443 HTTP/1.1"),
                    404)
        self.answer("OPTIONS *", self.head(b"OPTIONS * HTTP/1.1"), 404)

    def add_sizes(self):
        """The answer may drown in what was still being sent."""
        drowned = {400, 413, 414, 431, CLOSED}
        self.answer("a target of 50000 bytes", self.good(
            line=b"POST /v1/uploads/" + b"x" * 50000 + b" HTTP/1.1"), 404)
        self.answer("a method of 50000 bytes", self.good(
            line=b"P" * 50000 + b" /v1/uploads HTTP/1.1"), 405)
        for n in (65536, 1000000):
            self.refuse("a target of %d bytes" % n, self.good(
                line=b"POST /v1/uploads/" + b"x" * n + b" HTTP/1.1"),
                drowned)
            self.refuse("a method of %d bytes" % n, self.good(
                line=b"P" * n + b" /v1/uploads HTTP/1.1"), drowned)
            self.refuse("a value of %d bytes" % n,
                        self.good(b"X: " + b"y" * n), drowned)
            self.refuse("a name of %d bytes" % n,
                        self.good(b"X" * n + b": y"), drowned)
            self.refuse("%d bytes without an end of line" % n, b"P" * n,
                        drowned)
        self.refuse("20000 fields", self.good(*[b"X: y"] * 20000), drowned)
        self.refuse("200000 fields without a value",
                    self.good(*[b"X:"] * 200000), drowned)
        self.refuse("100000 empty lines", b"\r\n" * 100000 + self.good(),
                    drowned)

    def add_fields(self):
        size = len(self.sealed)
        for line in (b"Upload-Length: %d" % size, b"Tus-Resumable: 1.0.0",
                     self.digest(self.sealed),
                     b"Content-Type: application/offset+octet-stream"):
            name = line.split(b":")[0]
            for given in line, name.lower() + b": other":
                self.answer("%s twice, %r" % (name.decode(), given.decode()),
                            self.good(given), 400)
        patch = (b"PATCH " + self.upload + b" HTTP/1.1",
                 b"Tus-Resumable: 1.0.0",
                 b"Content-Type: application/offset+octet-stream",
                 b"Content-Length: 1")
        for name, fields, status in (
                ("twice", (b"Upload-Offset: 0", b"Upload-Offset: 0"), 400),
                ("twice, another", (b"Upload-Offset: 0",
                                    b"upload-offset: 1"), 400),
                ("signed", (b"Upload-Offset: +0",), 409),
                ("negative", (b"Upload-Offset: -1",), 409),
                ("hexadecimal", (b"Upload-Offset: 0x0",), 409),
                ("empty", (b"Upload-Offset: ",), 409),
                ("missing", (), 409),
                ("a list", (b"Upload-Offset: 0, 0",), 409),
                ("too large", (b"Upload-Offset: 1",), 409),
                ("2^64", (b"Upload-Offset: 18446744073709551616",), 409)):
            self.answer("Upload-Offset " + name, self.head(
                *patch, *fields) + b"x", status)
        self.answer("Upgrade to h2c", self.harmless(
            b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
            b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"), 422)
        self.answer("Upgrade to a WebSocket", self.options(
            b"Connection: Upgrade", b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 204)
        self.answer("Connection names the length", self.harmless(
            b"Connection: Content-Length, Host, Tus-Resumable"), 422)
        for value in (b"100-continue", b"100-Continue", b"200-ok",
                      b"100-continue, 100-continue", b"x" * 1000, b""):
            self.answer("Expect %r" % value.decode()[:32],
                        self.harmless(b"Expect: " + value), {422, 417})
        self.answer("a trailer announced", self.harmless(
            b"TE: trailers", b"Trailer: Upload-Length"), 422)
        self.answer("another method by a field", self.harmless(
            b"X-HTTP-Method-Override: DELETE"), 422)
        self.answer("a certificate in a field", self.harmless(
            b"X-Client-Certificate: x", b"Forwarded: for=127.0.0.1"), 422)

    def add_sequences(self):
        ok, bad = self.options(), self.good(
            b"Content-Length: 0")   # twice
        harmless, smuggled = self.harmless(), self.good()
        self.answer("an empty line before the request", b"\r\n" + ok, 204)
        self.answer("two good ones at once", ok + ok, 204, 204)
        self.answer("two bodies at once", harmless + harmless, 422, 422)
        self.answer("ten at once", ok * 10, *[204] * 10)
        self.refuse("a good one and a bad one", ok + bad, 204, 400)
        self.refuse("a body and a bad one", harmless + bad, 422, 400)
        for name, extra in (("a NUL", b"\0"), ("a field", b"x: y\r\n\r\n"),
                            ("a line", b"x\r\n\r\n"),
                            ("itself", self.sealed)):
            self.refuse("a body with %s after it" % name, harmless + extra,
                        422, {400, CLOSED})
        # What is too much belongs to the next one.
        self.answer("a body with a letter after it", harmless + b"x" + ok,
                    422, 405)
        for method, target in ((b"GET", b"/v1/health"),
                               (b"OPTIONS", b"/v1/uploads"),
                               (b"HEAD", self.upload),
                               (b"DELETE", self.upload)):
            self.refuse("a request in the body of " + method.decode(),
                        self.head(method + b" " + target + b" HTTP/1.1",
                                  b"Tus-Resumable: 1.0.0",
                                  b"Content-Length: %d" % len(smuggled)) +
                        smuggled)
        self.refuse("a request in the chunks of another",
                    self.creation(b"Transfer-Encoding: chunked") +
                    b"0\r\n\r\n" + smuggled)
        self.refuse("a request in a field's value", ok[:-2] +
                    b"X: a\0\r\n\r\n" + smuggled)
        self.refuse("a request after Connection: close",
                    self.options(b"Connection: close") + smuggled, 204)
