#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
#
# Makes a whole public key infrastructure for tests and demonstrations, with
# openssl(1) alone.  Every subject says TEST ONLY, and production refuses
# them.  README.md beside this script says what each file is for.
#
#	make-certs.sh [DIR]	into DIR (this folder when none is given)
#
# Where all files are there already, nothing is done; to get new ones, remove
# them first.  Either all files are made or none.

set -eu
umask 077
unset OPENSSL_CONF
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-$here}

roots="authority-root tls-root sender-ca other-ca"
leaves="intake-rsa intake-p256 intake-p384 portal-receipts intake-receipts
    portal-tls exempelkoping exempelregionen exempelmyndigheten expired
    revoked wrong-usage wrong-eku other-ca-org issuing-ca issued"
crls="sender-ca sender-ca-outdated issuing-ca"

have_all() {
	for n in $roots $leaves; do
		[ -f "$dir/$n.pem" ] || return 1
	done
	for n in $leaves; do
		[ "$n" = issuing-ca ] || [ -f "$dir/$n.key" ] || return 1
	done
	for n in $crls; do
		[ -f "$dir/$n.crl" ] || return 1
	done
}

if have_all; then
	echo "$dir: complete already, nothing done"
	exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The dates are fixed, so that a result does not depend on the day it was
# made: CRLs end a year before the certificates, so that a test can stand
# between the two.
begin=20250101000000Z
end=20450101000000Z
crl_end=20440101000000Z

# One section for each kind of certificate: RFC 5280 §4.2.
cat >"$work/openssl.cnf" <<CNF
[ca]
default_ca = one
[one]
dir = \$ENV::CA_DIR
database = \$dir/index.txt
crlnumber = \$dir/crlnumber
new_certs_dir = \$dir
default_md = sha256
unique_subject = no
rand_serial = yes
preserve = yes
policy = any
string_mask = utf8only
crl_extensions = crl
[any]
countryName = supplied
organizationName = supplied
organizationIdentifier = optional
commonName = supplied
[req]
distinguished_name = dn
string_mask = utf8only
prompt = no
[dn]
commonName = unused TEST ONLY
[crl]
authorityKeyIdentifier = keyid:always

[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always

[recipient_rsa]
basicConstraints = critical,CA:false
keyUsage = critical,keyEncipherment
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[recipient_ec]
basicConstraints = critical,CA:false
keyUsage = critical,keyAgreement
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always

# id-kp-documentSigning: RFC 9336
[receipts]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = 1.3.6.1.5.5.7.3.36
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[tls]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always

# One certificate for delivering (TLS) and for signing what is delivered.
[sender]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = clientAuth,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[wrong_usage]
basicConstraints = critical,CA:false
keyUsage = critical,keyEncipherment
extendedKeyUsage = clientAuth,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[wrong_eku]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
CNF

# Runs openssl(1) and shows what it said only when it failed.
quietly() {
	"$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

# new_key NAME p256|p384|rsa
new_key() {
	case $2 in
	p256) set -- "$1" EC ec_paramgen_curve:P-256 ;;
	p384) set -- "$1" EC ec_paramgen_curve:P-384 ;;
	rsa) set -- "$1" RSA rsa_keygen_bits:3072 ;;
	esac
	quietly openssl genpkey -algorithm "$2" -pkeyopt "$3" \
	    -out "$work/$1.key"
}

# ca CA ARGUMENTS...: openssl ca with that authority's own database
ca() {
	CA_DIR=$work/db-$1
	export CA_DIR
	if [ ! -d "$CA_DIR" ]; then
		mkdir "$CA_DIR"
		: >"$CA_DIR/index.txt"
		echo 01 >"$CA_DIR/crlnumber"
	fi
	ca=$1
	shift
	quietly openssl ca -batch -notext -config "$work/openssl.cnf" \
	    -keyfile "$work/$ca.key" "$@"
}

# request NAME SUBJECT
request() {
	CA_DIR='' quietly openssl req -new -utf8 -config "$work/openssl.cnf" \
	    -key "$work/$1.key" -subj "$2" -out "$work/$1.csr"
}

# root NAME KEY SUBJECT
root() {
	new_key "$1" "$2"
	request "$1" "$3"
	ca "$1" -selfsign -extensions root \
	    -startdate "$begin" -enddate "$end" \
	    -in "$work/$1.csr" -out "$work/$1.pem"
}

# leaf NAME KEY CA KIND SUBJECT [BEGIN END]
leaf() {
	new_key "$1" "$2"
	request "$1" "$5"
	ca "$3" -cert "$work/$3.pem" -extensions "$4" \
	    -startdate "${6:-$begin}" -enddate "${7:-$end}" \
	    -in "$work/$1.csr" -out "$work/$1.pem"
}

# crl CA NAME BEGIN END
crl() {
	ca "$1" -cert "$work/$1.pem" -gencrl -crl_lastupdate "$3" \
	    -crl_nextupdate "$4" -out "$work/$2.crl"
}

authority="/C=SE/O=Provmyndigheten TEST ONLY"
issuer="/C=SE/O=Provutfärdaren TEST ONLY"
kommun="/C=SE/O=Exempelköpings kommun TEST ONLY"
kommun="$kommun/organizationIdentifier=NTRSE-2199990017"
region="/C=SE/O=Region Exempel TEST ONLY"
region="$region/organizationIdentifier=NTRSE-2199990025"
agency="/C=SE/O=Exempelmyndigheten TEST ONLY"
agency="$agency/organizationIdentifier=NTRSE-2199990033"
union="/C=SE/O=Kommunalförbundet Exempel TEST ONLY"
union="$union/organizationIdentifier=NTRSE-2199990041"

# The authority: its root, those who can read, those who sign receipts.
root authority-root p256 "$authority/CN=Provmyndigheten Root TEST ONLY"
leaf intake-rsa rsa authority-root recipient_rsa "$authority/CN=Intake RSA"
leaf intake-p256 p256 authority-root recipient_ec "$authority/CN=Intake P-256"
leaf intake-p384 p384 authority-root recipient_ec "$authority/CN=Intake P-384"
leaf portal-receipts p256 authority-root receipts \
    "$authority/CN=Portal Receipts"
leaf intake-receipts p256 authority-root receipts \
    "$authority/CN=Intake Receipts"

# The portal's TLS.
root tls-root p256 "$authority/CN=Provmyndigheten TLS Root TEST ONLY"
leaf portal-tls p256 tls-root tls "$authority/CN=localhost"

# The senders.
root sender-ca p256 "$issuer/CN=Provutfärdaren CA TEST ONLY"
leaf exempelkoping p256 sender-ca sender "$kommun/CN=Exempelköpings kommun"
leaf exempelregionen p384 sender-ca sender "$region/CN=Region Exempel"
leaf exempelmyndigheten rsa sender-ca sender "$agency/CN=Exempelmyndigheten"

# The same municipality with one fault each.
leaf expired p256 sender-ca sender "$kommun/CN=Expired" \
    20200101000000Z 20210101000000Z
leaf revoked p256 sender-ca sender "$kommun/CN=Revoked"
leaf wrong-usage p256 sender-ca wrong_usage "$kommun/CN=Wrong key usage"
leaf wrong-eku p256 sender-ca wrong_eku "$kommun/CN=Wrong extended key usage"
root other-ca p256 "/C=SE/O=Annan utfärdare TEST ONLY/CN=Other CA TEST ONLY"
leaf other-ca-org p256 other-ca sender "$kommun/CN=Issued by another CA"

# A sender below an intermediate authority.
leaf issuing-ca p256 sender-ca intermediate "$issuer/CN=Issuing CA TEST ONLY"
leaf issued p256 issuing-ca sender "$union/CN=Kommunalförbundet Exempel"

crl sender-ca sender-ca-outdated "$begin" 20250201000000Z
ca sender-ca -cert "$work/sender-ca.pem" -revoke "$work/revoked.pem" \
    -crl_reason keyCompromise
crl sender-ca sender-ca "$begin" "$crl_end"
crl issuing-ca issuing-ca "$begin" "$crl_end"

# Those who only issue need their keys no more: none can be issued in their
# name from the published files.
mkdir -p "$dir"
for n in $roots $leaves; do
	install -m 644 "$work/$n.pem" "$dir/$n.pem"
done
for n in $leaves; do
	[ "$n" = issuing-ca ] || install -m 600 "$work/$n.key" "$dir/$n.key"
done
for n in $crls; do
	install -m 644 "$work/$n.crl" "$dir/$n.crl"
done
