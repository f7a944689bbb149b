#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Speed, as ratios against what else a user would pick, both measured in this
# run: tests/bench/run.sh BUILD
#
# Sealing: whole processes, each pair in turns (ours, theirs, ours, theirs ...),
# medians.  Delivery: delivery.py.  Intake: intake.py.  Scoring: scoring.py.  ROUNDS and RUNS tell how often,
# COUNT how many submissions there are.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
bin=$build/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/sigill-bench.XXXXXX")
shm=$(mktemp -d /dev/shm/sigill-bench.XXXXXX)
trap 'GNUPGHOME=$work/gpg gpgconf --kill all 2>/dev/null || :
rm -rf "$work" "$shm"' EXIT
runs=${RUNS:-41}
umask 077

certs-sample/make-certs.sh "$work" >/dev/null
cat >"$work/sigill.conf" <<-EOF
	[sigill]
	environment = test
	[identity]
	certificate = exempelkoping.pem
	key = exempelkoping.key
	[authority]
	recipients = intake-p256.pem
	anchors = authority-root.pem
EOF
/usr/bin/python3 tests/bench/answers.py samples/exempelkoping-infosakkollen-2023.json \
    20000 >"$work/answers.json"
export GNUPGHOME=$work/gpg
mkdir "$GNUPGHOME"
for who in sender authority; do
	gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
	    --quick-generate-key "$who@example.invalid" future-default default never
done 2>/dev/null

# pair WHERE FOLDER: the same pair, with the output there.
pair() {
	/usr/bin/python3 tests/bench/pair.py "$runs" \
	    "seal of $(stat -c %s "$work/answers.json") bytes, P-256, against gpg with Curve25519, $1" \
	    "$bin/sigill seal --config $work/sigill.conf -o $2/out $work/answers.json" \
	    "gpg --batch --quiet --trust-model always -u sender@example.invalid -r authority@example.invalid --sign --encrypt -o $2/out $work/answers.json" \
	    "$2/out"
}
pair "onto the disk (ours waits for it, gpg does not)" "$work"
pair "into memory" "$shm"
/usr/bin/python3 -B tests/bench/delivery.py "$build" "$work" "$shm" "${ROUNDS:-20}"
/usr/bin/python3 -B tests/bench/intake.py "$build" "${ROUNDS:-3}" "${COUNT:-10000}"
/usr/bin/python3 -B tests/bench/scoring.py "$build" "${ROUNDS:-5}"
