#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Runs each fuzzer for a while: tests/fuzz/run.sh BUILD SECONDS
#
# Seeds are the vectors and samples; what a fuzzer has found to be interesting
# is kept in BUILD/fuzz/NAME and taken up again the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/sigill-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/pki" "$work/vectors" "$work/sealed" "$work/cbor" "$work/zlib" \
    "$work/json" "$work/mandate"
cp certs-sample/*.pem certs-sample/*.crl "$work/pki"
install -m 600 certs-sample/*.key "$work/pki"
"$build/test/make-vectors" "$work/pki" tests/vectors/questionnaire.json \
    "$work/vectors"
cp "$work/vectors"/*.sigill "$work/sealed"
cp "$work/vectors"/*.cbor "$work/cbor"
for f in "$work/cbor"/*; do
	/usr/bin/python3 -c 'import sys, zlib
sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read()))' \
	    <"$f" >"$work/zlib/${f##*/}"
done
/usr/bin/python3 - "$work/cbor" "$work/mandate" <<'END'
import os
import sys

sys.path.insert(0, "tests/cli")
import cbor2
import sealer

for name in os.listdir(sys.argv[1]):
    if "mandate" not in name:
        continue
    with open(os.path.join(sys.argv[1], name), "rb") as f:
        der = cbor2.load(f)["mandate"]
    try:
        content = sealer.signed_content(der)
    except ValueError:          # its fault lies outside
        continue
    with open(os.path.join(sys.argv[2], name), "wb") as f:
        f.write(content or b"")
END
mkdir "$work/reply"
/usr/bin/python3 - "$work/cbor" "$work/reply" <<'END'
import os
import sys

import cbor2

for name in os.listdir(sys.argv[1]):
    if "reply" not in name:
        continue
    with open(os.path.join(sys.argv[1], name), "rb") as f:
        der = cbor2.load(f)["reply"]
    with open(os.path.join(sys.argv[2], name), "wb") as f:
        f.write(der)
END
mkdir "$work/facts"
/usr/bin/python3 - "$work/facts" <<'END'
import os
import sys

sys.path.insert(0, "tests/cli")
import cbor2
from staff_case import Row

keyed = cbor2.loads(Row().facts)
keyed["accepted"]["reply"] = b"\x30\x03\x02\x01\x07"
with open(os.path.join(sys.argv[1], "keyed"), "wb") as f:
    f.write(cbor2.dumps(keyed, canonical=True))
for name, row in {
        "accepted": Row(late=True), "correction": Row(supersedes=b"s" * 32),
        "rejected": Row("rejected", code="round"),
        "nobody": Row("rejected", code="outer-structure", signer=False),
        "mistakes": Row("rejected", code="option-unknown",
                        mistakes=[("option-unknown", "answers.17[2]"),
                                  ("answer-missing", "answers.18")])}.items():
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(row.facts)
END
mkdir "$work/receipt"
/usr/bin/python3 - "$work/receipt" <<'END'
import os
import sys

import cbor2

ABOUT = {"size": 1, "time": 1795300000, "format": "sigill-receipt",
         "sealed": b"s" * 32, "version": 1, "authority": "Myndigheten",
         "environment": "test"}
PLACE = {"path": [b"p" * 32] * 3, "root": b"r" * 32, "size": 7, "index": 2}
SINCE = {"path": [b"q" * 32], "root": b"o" * 32, "size": 3}
ACCEPTED = dict(ABOUT, stage="accepted", round="2026", submission=b"i" * 16,
                fingerprint=b"f" * 32, organisation="2120000142")
for name, content in {
        "stored": dict(ABOUT, stage="stored"), "accepted": ACCEPTED,
        "place": dict(ACCEPTED, log=PLACE),
        "since": dict(ACCEPTED, log=dict(PLACE, since=SINCE)),
        "rejected": dict(ABOUT, stage="rejected", reason="declined",
                         advice="Ring.", log=PLACE),
        "head": {"root": b"r" * 32, "size": 7, "time": 1, "version": 1,
                 "format": "sigill-tree-head", "authority": "Myndigheten",
                 "environment": "test"},
        "decision": {"who": "anna", "time": 1, "format": "sigill-decision",
                     "reason": "Nej.", "sealed": b"s" * 32, "version": 1,
                     "decision": "reject"}}.items():
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(cbor2.dumps(content, canonical=True))
END
mkdir "$work/worker"
/usr/bin/python3 - "$work/worker" <<'END'
import hashlib
import os
import sys

sys.path.insert(0, "tests/cli")
import cbor2
from staff_case import Row

# The one of fuzz_worker.c.
POINT, WRAPPED = b"\x04" + (b"point" * 13)[:64], b"wrapped." * 5
FILE = b"0123456789abcdef" * 4 + POINT + WRAPPED
KEY = b"r" * 32 + b"\x0aECDH P-256" + POINT + WRAPPED
DOCUMENT = b'{"a":1}\n'


def say(kind, body=b""):
    return kind + len(body).to_bytes(4, "big") + body


def facts(row, **changes):
    f = cbor2.loads(row.facts)
    f.update(changes, size=len(FILE), sealed=hashlib.sha256(FILE).digest())
    return say(b"F", cbor2.dumps(f, canonical=True))


accepted = facts(Row())
rejected = facts(Row("rejected", code="option-unknown", mistakes=[
    ("option-unknown", "answers.17[2]")]))
undecided = facts(Row("rejected", code="signer-crl"), verdict="undecided")
for name, said in {
        "key": say(b"U", KEY), "end": say(b"."),
        "none": say(b"F", b"\xa0") + say(b"."),
        "accepted": say(b"U", KEY) + accepted + say(b"D", DOCUMENT) +
        say(b"."),
        "rejected": say(b"U", KEY) + rejected + say(b"."),
        "undecided": undecided + say(b"."),
        "worker": accepted + say(b".")}.items():
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.write(said)
END
# Those go the whole way.
for want in accepted rejected undecided worker; do
	SIGILL_FUZZ_WANT=$want "$build/fuzz/fuzz_worker" -verbosity=0 \
	    "$work/worker/$want" >"$work/want.log" 2>&1 ||
	    { echo "fuzz: fuzz_worker's seed is not $want" >&2; exit 1; }
done
cp samples/*.json questionnaires/*.json tests/vectors/questionnaire.json \
    "$work/json"

mkdir "$work/benchmark"
/usr/bin/python3 - "$work/benchmark" <<'END'
import json
import os
import sys

GROUP = {"id": "all", "best": 0, "organisations": 40,
         "answers": {"q1": ["a", "c"], "q2": "yes", "q3": 7}}
BENCHMARK = {
    "format": "sigill-benchmark", "version": 1,
    "questionnaire": {"id": "vectors-1", "version": "1",
                      "sha256": 64 * "0", "title": "Prov"},
    "round": "2027", "environment": "test",
    "settings": {"least": 5, "best": 20, "percent": 50}, "groups": []}
for name, groups in {
        "empty": [], "all": [GROUP],
        "best": [GROUP, dict(GROUP, id="kommun", kind="kommun"),
                 dict(GROUP, id="all-best", best=20)]}.items():
    with open(os.path.join(sys.argv[1], name), "w") as f:
        json.dump(dict(BENCHMARK, groups=groups), f)
END

mkdir "$work/document"
/usr/bin/python3 - "$work/document" <<'END'
import sys

sys.path.insert(0, "tests")
from scoring import handed

D = handed.Definition("tests/vectors/questionnaire.json")
D.sha256 = 64 * "0"            # that of fuzz_document.c
ANSWERS = {"q1": ["a", "c"], "q2": "yes", "q3": 7, "q4": "text"}
one = handed.text(handed.document(D, 1, ANSWERS, position=3))
more = handed.text(handed.document(D, 1, {"q1": []}, position=4, late=True))
for name, text in {
        "one": one, "two": one + more, "twice": one + one,
        "test": handed.text(handed.document(D, 2, {}, environment="test")),
        "others": one + handed.text(handed.document(D, 2, ANSWERS)) +
        handed.text(handed.document(D, 3, {}, kind="region", round="2025")),
        }.items():
    with open("%s/%s" % (sys.argv[1], name), "wb") as f:
        f.write(text)
END

mkdir "$work/feedback"
/usr/bin/python3 - "$work/feedback" <<'END'
import json
import sys

sys.path.insert(0, "tests")
from scoring import documents

for name, doc in {
        "levels": documents.levels(missing=3),
        "alone": documents.levels(benchmark=False, last=False),
        "highest": documents.levels(level=4, missing=0),
        "hostile": documents.hostile(documents.levels(missing=1)),
        "means": documents.means(), "counts": documents.counts()}.items():
    with open("%s/%s" % (sys.argv[1], name), "w") as f:
        json.dump(doc, f, ensure_ascii=False)
END

pairs="submission:cbor receipt:receipt mandate:mandate sealed:sealed
	deflate:zlib answers:json definition:json facts:facts worker:worker
	benchmark:benchmark document:document reply:reply
	feedback:feedback"
for f in tests/fuzz/fuzz_*.c; do
	name=${f##*/fuzz_} name=${name%.c}
	case " "$pairs in
	*[[:space:]]"$name":*) ;;
	*) echo "fuzz: nobody runs fuzz_$name" >&2; exit 1 ;;
	esac
done
for pair in $pairs; do
	name=${pair%:*} seeds=${pair#*:}
	n=$(find "$work/$seeds" -type f | wc -l)
	test "$n" -gt 0 || { echo "fuzz: no seeds for $name" >&2; exit 1; }
	mkdir -p "$build/fuzz/found/$name"
	echo "fuzz: $name, $n seeds, $2 seconds"
	"$build/fuzz/fuzz_$name" -max_total_time="$2" -timeout=10 \
	    -rss_limit_mb=2048 -max_len=200000 -print_final_stats=1 \
	    -artifact_prefix="$build/fuzz/$name-" -verbosity=0 \
	    "$build/fuzz/found/$name" "$work/$seeds" 2>&1 |
	    grep -E 'ERROR|SUMMARY|number_of_executed|Test unit written' | sed 's/^/    /'
done
