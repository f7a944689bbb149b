#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The rules that no compiler knows.  tests/lint.sh BUILD, from the root.
set -u
build=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0 bad=0
flags="-std=c17 -D_GNU_SOURCE -I. -DSIGILL_VERSION=\"x\" -Wall -Wextra
	-Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror"

# report WHAT FILE: the check has failed if FILE has any line.
report() {
	checks=$((checks + 1))
	if test -s "$2"; then
		bad=$((bad + 1))
		echo "lint: FAILED: $1"
		sed 's/^/    /' "$2"
	else
		echo "lint: ok: $1"
	fi
}

c=$(git ls-files '*.c' '*.h' 2>/dev/null)
test -n "$c" || c=$(find . -path ./build -prune -o -name '*.[ch]' -print |
	sed 's,^\./,,')
h=$(echo "$c" | grep '\.h$')
src=$(echo "$c" | grep '\.c$')

# --- licence -----------------------------------------------------------------
for f in $c $(ls tests/*.sh tests/*.py tests/*/*.py man/* demo/*.sh .ci/run \
    Makefile 2>/dev/null); do
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: EUPL-1.2' ||
		echo "$f"
done >"$work/spdx"
report "every source file names its licence" "$work/spdx"

# --- who may include whom ----------------------------------------------------
# only FOLDERS PATTERN ALLOWED: includes that match PATTERN in files of FOLDERS
# are to be found only in files that match ALLOWED.
only() {
	grep -nE "^#[[:space:]]*include[[:space:]]*$2" $(echo "$c" |
		grep -E "$1") /dev/null | grep -vE "^($3):"
}
{
	only '^base/' '"(scoring|format|crypto|ledger|client|verifier|intake|portal)/' 'none'
	only '^format/' '"(scoring|crypto|ledger|client|verifier|intake|portal)/' 'none'
	only '^crypto/' '"(scoring|format|ledger|client|verifier|intake|portal)/' 'none'
	only '^ledger/' '"(scoring|format|crypto|client|verifier|intake|portal)/' 'none'
	only '^client/' '"(ledger|verifier|intake|portal)/' 'none'
	only '^verifier/' '"(scoring|ledger|client|intake|portal)/' 'none'
	only '^intake/' '"(scoring|client|portal)/' 'none'
	only '^scoring/' '"(ledger|client|verifier|intake|portal)/' 'none'
	only '^scoring/' '"crypto/' 'scoring/select\.c'	# a digest
	only '^portal/' '"(scoring|client|verifier|intake)/' 'none'
	not_tests='^(base|format|crypto|ledger|scoring|client|verifier|intake|portal)/'
	only "$not_tests" '<openssl/' 'crypto/[a-z0-9_]+\.c|crypto/internal\.h'
	only "$not_tests" '<curl/' 'client/delivery/libcurl\.h'
	only "$not_tests" '<zlib\.h' 'format/deflate\.c'
	only "$not_tests" '<utf8proc\.h' 'format/text\.c'
	only "$not_tests" '<ini\.h' 'base/config\.c'
	only "$not_tests" '<sqlite3\.h' 'ledger/sqlite\.c'
	only "$not_tests" '<(postgresql/)?libpq-fe\.h' 'ledger/(postgres|link)\.c'
	only "$not_tests" '<libp11\.h' 'crypto/token_module\.c'
	only "$not_tests" '<(seccomp\.h|linux/landlock\.h)' 'intake/service/sandbox\.c'
	only "$not_tests" '<csv\.h' 'format/csv_rows\.c'
	only "$not_tests" '<(microhttpd\.h|gnutls/)' 'portal/[a-z0-9_]+\.[ch]'
	grep -nE '^#[[:space:]]*include[[:space:]]*"[^/"]*"' $c /dev/null
} >"$work/includes"
report "include rules of docs/DESIGN.md" "$work/includes"

# --- headers stand alone, and each has its .c --------------------------------
for f in $h; do
	for cc in gcc clang; do
		echo "#include \"$f\"" | $cc $flags -x c -fsyntax-only - \
		    >"$work/one" 2>&1 || { echo "$f ($cc)"; cat "$work/one"; }
	done
	case $f in
	intake/service/plant.h) ;;	# a switch for tests
	base/limits.h | base/i18n.h | crypto/internal.h | \
	ledger/driver.h | tests/vectors/recipe.h) ;;
	*) test -f "${f%.h}.c" || echo "$f has no ${f%.h}.c" ;;
	esac
done >"$work/headers"
report "headers compile alone, with gcc and clang" "$work/headers"

# --- nobody but those who talk to people prints or exits ---------------------
grep -nE '\b(printf|puts|putchar|perror|exit|_exit|abort)\(' \
    $(echo "$src" | grep -vE '^tests/') /dev/null |
    grep -vE '^((client|verifier|portal|scoring)/(main|ui|report|settings)\.c|base/wipe\.c):' |
    grep -vE '^verifier/handoff\.c:.*_exit\(' >"$work/prints"
report "only what talks to people prints or exits" "$work/prints"

# --- warnings ----------------------------------------------------------------
for f in $src; do
	clang $flags -fsyntax-only "$f" || echo "$f"
done >"$work/clang" 2>&1
report "no warning from clang" "$work/clang"
cppcheck --quiet --std=c11 --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress=varFuncNullUB \
    --suppress=normalCheckLevelMaxBranches -I. -D_GNU_SOURCE \
    '-DSIGILL_VERSION="x"' \
    '-Djson_array_foreach(a,i,v)=while (i = next(a), v = json_array_get(a, i))' \
    -j2 --error-exitcode=1 \
    $(echo "$src" | grep -v '^tests/') >"$work/cppcheck" 2>&1
report "no warning from cppcheck" "$work/cppcheck"

# --- manual pages ------------------------------------------------------------
mandoc -Tlint -W warning man/*.[1-8] >"$work/mandoc" 2>&1
report "manual pages are correct mdoc(7)" "$work/mandoc"
/usr/bin/python3 man/make-errors.py | diff man/sigill-errors.7 - \
    >"$work/errors" 2>&1
report "sigill-errors(7) tells what base/errors.def says" "$work/errors"

# options PAGE PROGRAM [SUBCOMMAND...]: the long options that --help lists are
# those that the page describes.
options() {
	page=$1 program=$build/bin/$2
	shift 2
	{
		test $# -gt 0 || "$program" --help
		for sub; do "$program" "$sub" --help; done
	} 2>&1 | grep -oE -e '(^|[ ,])--[a-z][a-z0-9-]*' | tr -d ' ,' |
	    grep -vE '^--(help|version|usage)$' | sort -u >"$work/in-help"
	grep -oE 'Fl -[a-z][a-z0-9-]*' "$page" | sed 's/Fl /-/' |
	    grep -vE '^--(help|version|usage)$' | sort -u >"$work/in-page"
	test -s "$work/in-help" || echo "$page: --help lists no options"
	diff "$work/in-help" "$work/in-page" |
	    sed -n "s,^< ,$page does not have ,p; s,^> ,$page alone has ,p"
}
{
	options man/sigill.1 sigill init doctor check seal send submit outbox status \
	    receipt mandate feedback inspect
	options man/sigill-verify.1 sigill-verify
	options man/sigill-score.1 sigill-score aggregate benchmark feedback \
	    compare
	options man/sigill-portal.8 sigill-portal
	options man/sigill-intake.8 sigill-intake run list show accept reject \
	    missing report register mandate log export
} >"$work/options" 2>&1
report "manual pages and --help have the same options" "$work/options"

# Keys of configuration: the [section] key pairs in the programs' tables.
grep -hoE '\{ *"[a-z0-9]+", *"[a-z0-9_]+", *CONFIG_' */settings.c |
    sed -E 's/.*"([a-z0-9]+)", *"([a-z0-9_]+)".*/\2/' | sort -u >"$work/in-code"
grep -oE '^\.It Ic [a-z0-9_]+' man/sigill.conf.5 | sed 's/.* //' | sort -u \
    >"$work/in-conf"
{
	test -s "$work/in-code" || echo "no table of keys found"
	diff "$work/in-code" "$work/in-conf" |
	    sed -n 's,^< ,not in sigill.conf(5): ,p; s,^> ,no program has: ,p'
} >"$work/keys"
report "sigill.conf(5) has the keys that the programs know" "$work/keys"

# --- translation -------------------------------------------------------------
msgfmt --check --check-format -o /dev/null po/sv.po >"$work/po" 2>&1 && : >"$work/po"
msgattrib --untranslated --no-obsolete po/sv.po | grep '^msgid' >>"$work/po"
grep -lE '\<[NP]?_\(' $(echo "$src" | grep -v '^tests/') |
    grep -vxFf po/POTFILES | sed 's/$/ is not in po\/POTFILES/' >>"$work/po"
xgettext -k_ -kN_ -kP_:1,2 --from-code=UTF-8 -LC -o "$work/now.pot" -f po/POTFILES &&
    msgcmp --use-untranslated po/sv.po "$work/now.pot" >>"$work/po" 2>&1 ||
    echo "po/sv.po lacks messages of the source" >>"$work/po"
report "the Swedish translation is complete" "$work/po"

echo "lint: $((checks - bad)) passed, $bad failed"
test "$bad" = 0
