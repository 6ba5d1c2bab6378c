#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manual tells the truth: README shows examples/embed.c, and the main page
# what it prints; all code in the pages is from the examples; the functions that
# a page names beside a file are there.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
count=0
fail() {
	echo "$@"
	status=1
}

pages=$src/doc
examples=$src/examples

# What the main page says that embed prints.
"${builddir:-.}/examples/embed" >"$work/embed.out" || fail 'embed fails'
sed -n 's/^    \(before\|after\): */\1 /p' "$pages/mainpage.md" >"$work/said"
sed 's/: */ /' "$work/embed.out" >"$work/printed"
cmp -s "$work/said" "$work/printed" ||
	fail "embed does not print what doc/mainpage.md says"

# README shows it whole, indented, without tabs.
expand "$examples/embed.c" | sed 's/^\(.\)/    \1/' >"$work/embed.txt"
grep -n -F -x -f "$work/embed.txt" "$src/README" | sed 's/^[0-9]*://' \
	>"$work/shown"
while IFS= read -r line; do
	[ -z "$line" ] || grep -q -F -x -e "$line" "$work/shown" ||
		fail "README does not show this line of embed.c: $line"
done <"$work/embed.txt"
[ "$(wc -l <"$examples/embed.c")" -le 40 ] ||
	fail 'examples/embed.c has more than 40 lines'

# No code stands in a page itself, and each snippet is there, once begun and
# once ended.
grep -nE '^ *(```|\\code)|^~~~\{\.c' "$pages"/*.md &&
	fail 'code in a page that is not from an example'
sed -n 's/^\\snippet //p' "$pages"/*.md >"$work/snippets"
while read -r file name; do
	count=$((count + 1))
	[ "$(cat "$examples/$file" "$examples/gw/$file" \
		"$examples/common/$file" 2>/dev/null |
		grep -cF "/* [$name] */")" -eq 2 ] ||
		fail "a page shows $name of $file, which has no such part"
done <"$work/snippets"
[ "$count" -gt 20 ] || fail 'found too few snippets to look at'

# "name(), name() ... lib/file.c" in one line.
count=0
grep -hE '\(\).*lib/[a-z_/]+\.[ch]$' "$pages/life-of-a-packet.md" >"$work/lines"
while IFS= read -r line; do
	file=${line##* }
	for name in $(echo "$line" | grep -oE '[a-z0-9_]+\(\)'); do
		count=$((count + 1))
		grep -qE "^([A-Za-z].*[ *])?${name%()}\(" "$src/$file" ||
			fail "life-of-a-packet.md: no $name in $file"
	done
done <"$work/lines"
[ "$count" -gt 25 ] || fail 'found too few functions to look at'

[ $status -eq 0 ] && echo 'the manual is right'
exit $status
