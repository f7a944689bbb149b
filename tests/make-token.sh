#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
#
# Makes a SoftHSM token for tests, with private keys and their public halves.
#
#	make-token.sh DIR LABEL PIN [KEYFILE ID USAGE]...
#
# DIR/softhsm2.conf is for SOFTHSM2_CONF; a key's label is its file's name
# without ending; USAGE is derive, decrypt, sign or none.

set -eu
umask 077
dir=$1 label=$2 pin=$3
shift 3
module=/usr/lib/softhsm/libsofthsm2.so

if [ ! -e "$dir/softhsm2.conf" ]; then
	mkdir -p "$dir/tokens"
	cat >"$dir/softhsm2.conf" <<CONF
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = false
CONF
fi
SOFTHSM2_CONF=$dir/softhsm2.conf
export SOFTHSM2_CONF

quietly() {
	"$@" >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
}

# put KIND FILE ID LABEL [OPTIONS]
put() {
	kind=$1 file=$2 id=$3 name=$4
	shift 4
	quietly pkcs11-tool --module "$module" --token-label "$label" \
	    --login --pin "$pin" --write-object "$file" --type "$kind" \
	    --id "$id" --label "$name" "$@"
}

if [ ! -e "$dir/$label.made" ]; then
	quietly softhsm2-util --init-token --free --label "$label" \
	    --so-pin 12345678 --pin "$pin"
	: >"$dir/$label.made"
fi
while [ $# -gt 0 ]; do
	name=$(basename "$1" .key)
	quietly openssl pkey -in "$1" -outform DER -out "$dir/key.der"
	quietly openssl pkey -in "$1" -pubout -outform DER -out "$dir/pub.der"
	if [ "$3" = none ]; then
		put privkey "$dir/key.der" "$2" "$name"
	else
		put privkey "$dir/key.der" "$2" "$name" "--usage-$3"
	fi
	put pubkey "$dir/pub.der" "$2" "$name"
	rm -f "$dir/key.der"
	shift 3
done
