#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# The main job, end to end, on this machine only: demo/run.sh BUILD
#
# A fictional municipality checks, seals and hands in two answer files over
# mutually authenticated TLS; the authority's intake verifies them, signs
# receipts and hands the data over; scoring says which level was reached, and
# that comes back sealed.  All keys are made for the occasion; the pages that
# scoring makes stay in BUILD/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
bin=$root/${1:-build}/bin
pages=$root/${1:-build}/demo
work=$(mktemp -d "${TMPDIR:-/tmp}/sigill-demo.XXXXXX")
portal= laptop=

finish() {
	status=$?
	trap - EXIT INT TERM
	test -z "$laptop" || kill -KILL "$laptop" 2>/dev/null || :
	if test -n "$portal"; then
		kill -CONT "$portal" 2>/dev/null || :
		kill "$portal" 2>/dev/null || :
		wait "$portal" 2>/dev/null || :
	fi
	if test "$status" != 0; then
		echo "demo: FAILED (exit $status)." >&2
		test ! -s "$work/portal/log" || cat "$work/portal/log" >&2
	fi
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step=0
# say TEXT: the next step, in a sentence.
say() {
	step=$((step + 1))
	if test -t 1; then
		printf '\n\033[1m%d. %s\033[0m\n' "$step" "$1"
	else
		printf '\n%d. %s\n' "$step" "$1"
	fi
}
# show COMMAND...: as one would type it.
show() {
	local line='   $' word
	for word; do
		case $word in
		*\ *) line="$line '$word'" ;;
		*) line="$line $word" ;;
		esac
	done
	echo "$line" | sed "s,$work/,,g; s,$bin/,,g; s,$root/,,g"
}
# run COMMAND...: shows the command and runs it.
run() {
	show "$@"
	"$@" 2>&1 | sed "s,$work/,,g; s/^/     /"
}
# begin N COMMAND...: the same, and the first N lines of what it says.
begin() {
	local n=$1
	shift
	show "$@"
	"$@" >"$work/out" 2>&1 || {
		cat "$work/out" >&2
		return 1
	}
	sed "s,$work/,,g; s,$root/,,g; s/^/     /; ${n}q" "$work/out"
	test "$(wc -l <"$work/out")" -le "$n" || echo "     ..."
}
# refuses CODE COMMAND...: the command must fail and name the code.
refuses() {
	code=$1
	shift
	show "$@"
	if "$@" >"$work/out" 2>&1; then
		echo "demo: this was to be refused, and was not" >&2
		exit 1
	fi
	sed "s,$work/,,g; s/^/     /" "$work/out"
	grep -q "$code" "$work/out" || {
		echo "demo: it was refused, but not with the code $code" >&2
		exit 1
	}
}

umask 077
mkdir "$work/sender" "$work/portal" "$work/intake" "$work/handoff" \
    "$work/verdicts" "$work/archive" "$work/scored" "$work/pile"
rm -rf "$pages"
mkdir "$pages"

say "Make a test PKI: an authority, a TLS root, and a CA with three organisations."
run "$root/certs-sample/make-certs.sh" "$work/pki" >/dev/null
echo "   $(ls "$work/pki"/*.pem | wc -l) certificates, each of them says TEST ONLY."
cat "$work/pki/intake-p256.pem" "$work/pki/intake-rsa.pem" \
    >"$work/pki/recipients.pem"

cat >"$work/portal/portal.conf" <<-EOF
	[authority]
	name = Myndigheten Exempel (TEST ONLY)
	environment = test
	[portal]
	listen = 127.0.0.1:0
	certificate = ../pki/portal-tls.pem
	key = ../pki/portal-tls.key
	spool = spool
	verdicts = ../verdicts
	[senders]
	anchors = ../pki/sender-ca.pem
	crls = ../pki/sender-ca.crl
	[receipts]
	certificate = ../pki/portal-receipts.pem
	key = ../pki/portal-receipts.key
EOF
cat >"$work/intake/intake.conf" <<-EOF
	[authority]
	name = Myndigheten Exempel (TEST ONLY)
	environment = test
	[senders]
	anchors = ../pki/sender-ca.pem
	crls = ../pki/sender-ca.crl
	[recipient 2026]
	certificate = ../pki/intake-p256.pem
	key = ../pki/intake-p256.key
	[receipts]
	certificate = ../pki/intake-receipts.pem
	key = ../pki/intake-receipts.key
	[round 2023]
	opens = 2023-05-17
	closes = 2099-12-31
	[ledger]
	database = ledger.db
	[spool portal]
	directory = ../portal/spool
	[archive]
	directory = ../archive
	[verdicts]
	directory = ../verdicts
	[handoff]
	directory = ../handoff
	command = '$bin/sigill-score' feedback -o '$work/scored' -
	[scored]
	directory = ../scored
EOF
cat >"$work/intake/register.csv" <<-EOF
	number,name,kind,contact
	219999-0017,Exempelköpings kommun,kommun,infosak@exempelkoping.example
	219999-0025,Provinge kommun,kommun,sakerhet@provinge.example
EOF
staff="--config $work/intake/intake.conf"

say "Start the portal on loopback: TLS 1.3, and clients must have a certificate."
mkdir "$work/portal/spool"
: >"$work/portal/log"
"$bin/sigill-portal" --config "$work/portal/portal.conf" \
    2>"$work/portal/log" &
portal=$!
port=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	port=$(sed -n 's/.*listening.*port=\([0-9]*\).*/\1/p' \
	    "$work/portal/log")
	test -z "$port" || break
	kill -0 "$portal" || exit 1
	sleep 0.2
done
test -n "$port"
echo "   It listens on 127.0.0.1:$port."

cat >"$work/sender/sigill.conf" <<-EOF
	[sigill]
	environment = test
	[identity]
	certificate = ../pki/exempelkoping.pem
	key = ../pki/exempelkoping.key
	[authority]
	name = Myndigheten Exempel (TEST ONLY)
	portal = https://127.0.0.1:$port
	portal_anchors = ../pki/tls-root.pem
	recipients = ../pki/recipients.pem
	anchors = ../pki/authority-root.pem
	portal_signers = ../pki/portal-receipts.pem
	intake_signers = ../pki/intake-receipts.pem
	[outbox]
	directory = outbox
	[round 2023]
	closes = $(date -u -d '+80 minutes' +%Y-%m-%dT%H:%M:%SZ)
EOF
cp samples/exempelkoping-infosakkollen-2023.json "$work/sender/infosak.json"
cp samples/exempelkoping-itsakkollen-2023.json "$work/sender/itsak.json"
conf="--config $work/sender/sigill.conf"

say "The sender checks the answers and sees what would leave the house."
run "$bin/sigill" check "$work/sender/infosak.json"

say "A slip is found before anything is sent: an option that does not exist, with its line."
sed '0,/"answers"/! {0,/"[a-z0-9-]*",\{0,1\}$/ s/"[a-z0-9-]*"\(,\{0,1\}\)$/"finns-inte"\1/}' \
    "$work/sender/infosak.json" >"$work/sender/slip.json"
refuses option-unknown "$bin/sigill" check "$work/sender/slip.json"

say "Before anything leaves the house, management sees what the answers give."
begin 14 "$bin/sigill" feedback $conf "$work/sender/infosak.json" \
    --html "$pages/before.html"

say "With one command she hands in. But the portal hangs, and she closes her laptop (SIGKILL)."
kill -STOP "$portal"
show "$bin/sigill" submit $conf "$work/sender/infosak.json"
"$bin/sigill" submit $conf "$work/sender/infosak.json" >/dev/null 2>&1 &
laptop=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	ls "$work"/sender/outbox/*/attempts.json >/dev/null 2>&1 && break
	sleep 0.2
done
kill -KILL "$laptop"
{ wait "$laptop" || :; } 2>/dev/null
laptop=
kill -CONT "$portal"
run "$bin/sigill" outbox list $conf

say "Nothing is lost: cron's next run delivers it from the outbox, and says one line."
run "$bin/sigill" outbox flush $conf

say "Is it there now? The same command once more sends nothing twice, and knows the receipt."
run "$bin/sigill" submit $conf "$work/sender/infosak.json"
id=$(ls "$work/sender/outbox")
infosak=$work/sender/outbox/$id/infosak.sigill

say "She seals the It-säkkollen answers offline and delivers the file afterwards."
run "$bin/sigill" seal $conf "$work/sender/itsak.json" \
    -o "$work/sender/itsak.sigill"
run "$bin/sigill" send $conf "$work/sender/itsak.sigill"

say "What an outsider can see of the sealed file: who and for whom, but not what."
run "$bin/sigill" inspect "$work/sender/itsak.sigill"

say "The portal's signed receipt (stage stored) says that the file is durable there."
run "$bin/sigill" receipt $conf "$infosak.stored.p7s"

say "Staff register who is expected to answer; intake takes the files from the portal's spool, and scoring what it accepts."
run "$bin/sigill-intake" register $staff "$work/intake/register.csv"
run "$bin/sigill-intake" run --once $staff

say "The sender fetches the verdict: the accepted receipt has her fingerprint in it."
run "$bin/sigill" status $conf "$id" "$work/sender/itsak.sigill"
run "$bin/sigill" receipt $conf "$id"

say "With it came the authority's feedback, sealed to a key that she made for it: nobody on the way could read it."
begin 14 "$bin/sigill" feedback $conf "$id" --html "$pages/feedback.html"
test -s "$infosak.scored.p7s"
digest=$(sha256sum <"$infosak" | cut -d ' ' -f 1)
"$bin/sigill-score" feedback "$work/handoff/$digest.json" -o "$work/again" \
    >/dev/null
cmp "$infosak.feedback.json" "$work/again/$digest.feedback.json"

say "What staff see, and who has not answered yet."
run "$bin/sigill-intake" list $staff
run "$bin/sigill-intake" missing $staff --questionnaire infosakkollen-2023 \
    --round 2023

say "By mistake she hands in a draft as well. It contradicts what counts, so intake holds it."
sed '0,/"answers"/! {0,/"[a-z0-9-]*",$/ {/"[a-z0-9-]*",$/d}}' \
    "$work/sender/infosak.json" >"$work/sender/draft.json"
run "$bin/sigill" submit $conf "$work/sender/draft.json"
draft=$(ls "$work/sender/outbox" | grep -v "^$id\$")
run "$bin/sigill-intake" run --once $staff
run "$bin/sigill-intake" list $staff --state held

say "Staff decide, and the sender reads what they wrote."
run "$bin/sigill-intake" reject $staff "$draft" \
    --reason "Det här är ett utkast. Det ni lämnade in först gäller."
run "$bin/sigill-intake" run --once $staff
refuses declined "$bin/sigill" status $conf "$draft"
test "$(ls "$work/handoff" | wc -l)" = 2

say "Every verdict is in an append-only log, and the receipt above proves its place. Is the log what it was?"
run "$bin/sigill-intake" log check $staff

say "What the scoring core was given (shortened)."
for f in "$work"/handoff/*.json; do
	/usr/bin/python3 - "$f" <<-'EOF'
		import json, sys
		d = json.load(open(sys.argv[1], encoding="utf-8"))
		s = d["submission"]["statement"]
		a = s["answers"]
		boxes = sum(len(v) for v in a.values() if isinstance(v, list))
		print("     %s, %s: %d answers%s, fingerprint %s" % (
		    s["organisation"]["name"], s["questionnaire"]["id"], len(a),
		    ", %d boxes ticked" % boxes if boxes else "",
		    d["fingerprint_printed"]))
	EOF
done
test "$(ls "$work/handoff" | wc -l)" = 2

say "The picture of all, with 72 made-up organisations beside her: what few could be recognised by is not shown."
/usr/bin/python3 -B demo/neighbours.py "$work/pile"
grep -l '"infosakkollen-2023"' "$work"/handoff/*.json | xargs cp -t "$work/pile"
begin 22 "$bin/sigill-score" aggregate "$work/pile" -o "$pages/report"

say "From it comes a benchmark; the authority signs it, and anybody can compare with it at home."
run "$bin/sigill-score" benchmark "$work/pile" -o "$work/benchmark.json"
run "$bin/sigill-intake" benchmark $staff "$work/benchmark.json" \
    -o "$work/benchmark.p7s"
begin 10 "$bin/sigill" feedback $conf "$work/sender/infosak.json" \
    --benchmark "$work/benchmark.p7s" --html "$pages/compared.html"
echo "   The pages to look at:"
for f in "$pages"/*.html "$pages"/report/*; do
	echo "     ${f#"$root/"}"
done

say "One bit of a sealed file is flipped in the spool: it is rejected, and nothing is handed over."
/usr/bin/python3 - "$infosak" "$work/tampered.sigill" <<-'EOF'
	import sys
	data = bytearray(open(sys.argv[1], "rb").read())
	data[len(data) // 2] ^= 1
	open(sys.argv[2], "wb").write(data)
EOF
cp "$work/tampered.sigill" "$work/portal/spool/$(sha256sum \
    <"$work/tampered.sigill" | cut -d ' ' -f 1).sigill"
run "$bin/sigill-intake" run --once $staff
run "$bin/sigill-intake" list $staff --state rejected
"$bin/sigill-intake" list $staff --state rejected | grep -q outer-signature
test "$(ls "$work/handoff" | wc -l)" = 2

say "Stop the portal. Nothing stays behind but the pages."
kill "$portal"
wait "$portal"
portal=
echo "   It ended by itself. The scratch folder is removed."
