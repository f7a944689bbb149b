# SPDX-License-Identifier: EUPL-1.2
"""What an authority could script instead of intake: openssl(1) on each file,
which verifies the outer signature, decrypts, and verifies the inner one, each
signer's chain and revocation with it.  No rules, no receipts, no ledger, no
waiting for the disk; and Debian's does not inflate."""
import os
import resource
import subprocess
import time
import zlib

from asn1crypto import cms

SCRIPT = """
set -e
for f; do
    openssl cms -verify -inform DER -binary -purpose any -crl_check \\
        -CAfile all/trust.pem -in "$f" -out layer.1 2>/dev/null
    openssl cms -decrypt -inform DER -binary -recip pki/intake-p256.pem \\
        -inkey pki/intake-p256.key -in layer.1 -out layer.2
    openssl cms -verify -inform DER -binary -purpose any -crl_check \\
        -CAfile all/trust.pem -in layer.2 -out layer.3 2>/dev/null
done
"""


def children_cpu():
    u = resource.getrusage(resource.RUSAGE_CHILDREN)
    return u.ru_utime + u.ru_stime


class Script:
    """rate and per_cpu in files; stream: what one of them has inside, and
    plain: the bytes that it inflates to."""

    def __init__(self, folder, files):
        def at(name):
            return os.path.join(folder, name)

        # openssl takes revocation lists out of the file of anchors.
        with open(at("all/trust.pem"), "wb") as out:
            for name in "anchors", "crls":
                with open(at("all/%s.pem" % name), "rb") as f:
                    out.write(f.read())
        cpu, start = children_cpu(), time.monotonic()
        subprocess.run(["bash", "-c", SCRIPT, "script", *files], cwd=folder,
                       check=True, stdin=subprocess.DEVNULL)
        self.rate = len(files) / (time.monotonic() - start)
        self.per_cpu = len(files) / (children_cpu() - cpu)
        with open(at("layer.3"), "rb") as f:
            parsed = cms.CompressedData.load(f.read(), strict=True)
        self.stream = parsed["encap_content_info"]["content"].native
        self.plain = len(zlib.decompress(self.stream))
