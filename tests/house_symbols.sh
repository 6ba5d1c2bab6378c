#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The shared library exports what the public headers mark VPNALG_API, nothing
# else; and what they declare is marked.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
library=${builddir:-.}/lib/.libs/libvpnalg.so

if [ ! -e "$library" ]; then
	echo "skipped: there is no shared library $library"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What stands outside of braces, a statement a line. A closing brace ends one,
# because a function's body has no semicolon behind it.
statements() {
	tr '\n\t' '  ' | sed 's/[{};]/\n&\n/g' | awk '
		$1 == "{" { depth++; next }
		$1 == "}" { depth--; print ""; next }
		$1 == ";" { if (depth == 0) print ""; next }
		depth == 0 { printf "%s ", $0 }'
}

# The preprocessor puts this for VPNALG_API.
marker='__attribute__((__visibility__("default")))'

# Reads statements, prints the names of the functions and objects that they
# declare.
names() {
	sed 's/(.*//; s/\[.*//; s/ *$//; s/.*[ *]//'
}

for header in "$src"/include/vpnalg/*.h "$src"/include/vpnalg/*/*.h; do
	${CC:-cc} -E -P -I"$src/include" "$header" || exit 1
done >"$work/headers" || exit 1
statements <"$work/headers" |
	sed 's/__attribute__ *(( *__visibility__ *( *"default" *) *))/@/' >"$work/all"
grep '@' "$work/all" | sed 's/@//' | names | sort -u >"$work/declared"
# Declared for others to call, but not marked: functions and extern objects.
grep -v '@' "$work/all" | grep -Ev '^ *(static|typedef) ' |
	grep -E '\(|^ *extern ' | names | grep '^vpnalg' |
	sort -u >"$work/unmarked"

${NM:-nm} -D --defined-only "$library" >"$work/nm" || exit 1
awk '$2 != "A" { print $NF }' "$work/nm" | sed 's/@.*//' | sort -u >"$work/exported"

status=0
say() {
	[ -s "$2" ] || return
	echo "$1: $(paste -sd ' ' "$2")"
	status=1
}
comm -13 "$work/declared" "$work/exported" >"$work/extra"
comm -23 "$work/declared" "$work/exported" >"$work/missing"
say 'exported, but no header marks it VPNALG_API' "$work/extra"
say 'marked VPNALG_API, but not exported' "$work/missing"
say 'declared in a public header without VPNALG_API' "$work/unmarked"
if [ ! -s "$work/declared" ]; then
	echo "found no declaration with $marker in the public headers"
	status=1
fi
[ $status -eq 0 ] &&
	echo "$(($(wc -l <"$work/declared"))) symbols, each declared and exported"
exit $status
