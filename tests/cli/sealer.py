# SPDX-License-Identifier: EUPL-1.2
"""Seals whatever it is told to, right or wrong, without any code of ours:
DER by hand, signatures and encryption by openssl(1), CBOR by cbor2."""
import datetime
import hashlib
import json
import os
import subprocess
import zlib

import cbor2
from asn1crypto import cms, pem, x509

CERTS = "certs-sample/"
DATA = "2a864886f70d010701"
TYPE = {"outer": "2a864886f70d0109100106", "inner": "2a864886f70d0109100109",
        "mandate": DATA}


def read(path):
    with open(path, "rb") as f:
        return f.read()


def call(*argv, data=None):
    p = subprocess.run(argv, input=data, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    if p.returncode != 0:
        raise AssertionError("%s: %s" % (argv, p.stderr.decode()))
    return p.stdout


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def oid(digits):
    return tlv(6, bytes.fromhex(digits))


def cert(name):
    return pem.unarmor(read(CERTS + name + ".pem"))[2]


def cert_digest(name):
    return hashlib.sha256(cert(name)).digest()


def pack(data, padding=820):
    """A zlib stream with empty stored blocks before its end."""
    z = zlib.compressobj()
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH) +
            bytes.fromhex("000000ffff") * padding + z.flush())


def compressed(stream):
    return tlv(0x30, b"\x02\x01\x00",
               tlv(0x30, oid("2a864886f70d0109100308")),
               tlv(0x30, oid(DATA), tlv(0xa0, tlv(4, stream))))


def signed(data, org, kind, digest_of=None):
    """SignedData by a P-256 organisation; digest_of lies about the content."""
    der = cert(org)
    parsed = x509.Certificate.load(der)
    now = datetime.datetime.now(datetime.timezone.utc)

    def attribute(name, value):
        return tlv(0x30, oid(name), tlv(0x31, value))
    attributes = b"".join(sorted([
        attribute("2a864886f70d010903", oid(TYPE[kind])),
        attribute("2a864886f70d010905",
                  tlv(0x17, now.strftime("%y%m%d%H%M%SZ").encode())),
        attribute("2a864886f70d010904", tlv(4, hashlib.sha256(
            data if digest_of is None else digest_of).digest())),
        attribute("2a864886f70d010910022f", tlv(0x30, tlv(0x30, tlv(0x30, tlv(
            4, hashlib.sha256(der).digest()))))),
    ]))
    signature = call("openssl", "dgst", "-sha256", "-sign",
                     CERTS + org + ".key", data=tlv(0x31, attributes))
    sha256 = tlv(0x30, oid("608648016503040201"))
    info = tlv(0x30, b"\x02\x01\x01",
               tlv(0x30, parsed.issuer.dump(),
                   parsed["tbs_certificate"]["serial_number"].dump()),
               sha256, tlv(0xa0, attributes),
               tlv(0x30, oid("2a8648ce3d040302")), tlv(4, signature))
    content = tlv(0x30, oid(TYPE[kind]), tlv(0xa0, tlv(4, data)))
    return tlv(0x30, oid("2a864886f70d010702"), tlv(0xa0, tlv(
        0x30, b"\x02\x01\x01" if TYPE[kind] == DATA else b"\x02\x01\x03",
        tlv(0x31, sha256), content, tlv(0xa0, der),
        tlv(0x31, info))))


def signed_content(der):
    """What a SignedData is about."""
    data = cms.ContentInfo.load(der)["content"]
    return data["encap_content_info"]["content"].native


def encrypted(data, recipients):
    argv = ["openssl", "cms", "-encrypt", "-binary", "-noindef",
            "-aes-256-gcm", "-outform", "DER", "-keyid"]
    for name in recipients:
        path = name if "/" in name else CERTS + name + ".pem"
        argv += ["-recip", path, "-keyopt",
                 "ecdh_kdf_md:sha" + ("384" if "384" in name else "256")]
    return call(*argv, data=data)


def submission(**changes):
    """A correct submission of the sample's answers; members whose names have
    no other place are the statement's."""
    with open("samples/exempelkoping-itsakkollen-2023.json",
              encoding="utf-8") as f:
        answers = json.load(f)["answers"]
    definition = read("questionnaires/itsakkollen-2023.json")
    statement = {
        "questionnaire": {
            "id": "itsakkollen-2023",
            "version": json.loads(definition)["version"],
            "sha256": hashlib.sha256(definition).digest(),
        },
        "round": "2023",
        "organisation": {"number": "2199990017", "kind": "kommun",
                         "name": "Exempelköpings kommun"},
        "answers": answers,
    }
    outside = {
        "id": os.urandom(16),
        "format": "sigill-submission",
        "version": 1,
        "created": 1690000000,
        "environment": "test",
        "recipients": [cert_digest("intake-p256")],
        "statement": statement,
    }
    for name, value in changes.items():
        if name in outside or name in ("supersedes", "mandate", "surplus"):
            outside[name] = value
        else:
            statement[name] = value
    return outside


def fingerprint(s):
    return hashlib.sha256(
        cbor2.dumps(s["statement"], canonical=True)).digest()


def seal(s, org="exempelkoping", recipients=("intake-p256",), outer=None,
         stream=None, digest_of=None):
    """s is a submission, or bytes that stand in its place."""
    if not isinstance(s, bytes):
        s = cbor2.dumps(s, canonical=True)
    inner = signed(compressed(pack(s) if stream is None else stream), org,
                   "inner", digest_of)
    return signed(encrypted(inner, recipients), outer or org, "outer")


def feedback(document, reply, org="intake-receipts", outer=None, stream=None):
    """Sealed for a reply certificate (a path), as intake does it."""
    inner = signed(compressed(pack(document) if stream is None else stream),
                   org, "inner")
    return signed(encrypted(inner, [reply]), outer or org, "outer")


def receipt(stage, sealed, org=None, **changes):
    """About a sealed file's bytes, signed by who may sign that stage."""
    content = {"size": len(sealed), "time": 1795300000, "stage": stage,
               "format": "sigill-receipt", "version": 1,
               "sealed": hashlib.sha256(sealed).digest(),
               "authority": "Provmyndigheten", "environment": "test"}
    if stage == "accepted":
        content.update(round="2023", submission=b"i" * 16,
                       fingerprint=b"f" * 32, organisation="2199990017")
    content.update(changes)
    return signed(cbor2.dumps(content, canonical=True), org or (
        "portal-receipts" if stage == "stored" else "intake-receipts"),
        "mandate")
