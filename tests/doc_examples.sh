#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manual tells the truth: its examples compile, run and find what they
# expect; all the code in its pages is from them; the functions that it names
# beside a file are there.
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

# example NAME FILE...: a program that exits 0 when all is as it should be.
example() {
	name=$1
	shift
	count=$((count + 1))
	# shellcheck disable=SC2086
	if ! ${CC:-cc} ${CFLAGS-} -std=c11 -Wall -Wextra -Wpedantic -Werror \
		-I"$src/include" -o "$work/$name" "$@" "$src"/lib/*.c \
		>"$work/log" 2>&1; then
		fail "$name does not compile:"
		sed 20q "$work/log"
	elif ! "$work/$name" >"$work/$name.out" 2>"$work/log"; then
		fail "$name fails:"
		cat "$work/$name.out" "$work/log"
	fi
}

pages=$src/doc
examples=$src/doc/examples
example embed "$src/examples/embed.c"
for name in cores gateway list_store share; do
	example $name "$examples/$name.c"
done
example toy "$examples/toy.c" "$examples/toy_run.c"

# A handler of one's own needs the public headers only; check_udplite.c runs it.
# shellcheck disable=SC2086
if ! ${CC:-cc} ${CFLAGS-} -std=c11 -Wall -Wextra -Wpedantic -Werror -c \
	-I"$src/include" -o "$work/udplite.o" "$src/examples/udplite.c" \
	>"$work/log" 2>&1; then
	fail 'udplite.c does not compile:'
	sed 20q "$work/log"
fi

# What the main page says that embed prints.
sed -n 's/^    \(before\|after\): */\1 /p' "$pages/mainpage.md" >"$work/said"
sed 's/: */ /' "$work/embed.out" >"$work/printed"
cmp -s "$work/said" "$work/printed" ||
	fail "embed does not print what doc/mainpage.md says"

# README shows it whole, indented, without tabs.
expand "$src/examples/embed.c" | sed 's/^\(.\)/    \1/' >"$work/embed.txt"
grep -n -F -x -f "$work/embed.txt" "$src/README" | sed 's/^[0-9]*://' \
	>"$work/shown"
while IFS= read -r line; do
	[ -z "$line" ] || grep -q -F -x -e "$line" "$work/shown" ||
		fail "README does not show this line of embed.c: $line"
done <"$work/embed.txt"
[ "$(wc -l <"$src/examples/embed.c")" -le 40 ] ||
	fail 'examples/embed.c has more than 40 lines'

# No example is forgotten here, and no code stands in a page itself.
for file in "$examples"/*; do
	case ${file##*/} in
	cores.c | gateway.c | list_store.c | packets.h | share.c) ;;
	toy.c | toy.h | toy_run.c) ;;
	*) fail "$file is compiled by no test" ;;
	esac
done
grep -nE '^ *(```|\\code)|^~~~\{\.c' "$pages"/*.md &&
	fail 'code in a page that is not from an example'

# "name(), name() ... lib/file.c" in one line.
grep -hE '\(\).*lib/[a-z_]+\.c$' "$pages/life-of-a-packet.md" >"$work/lines"
while IFS= read -r line; do
	file=${line##* }
	for name in $(echo "$line" | grep -oE '[a-z0-9_]+\(\)'); do
		count=$((count + 1))
		grep -qE "^([a-z].*[ *])?${name%()}\(" "$src/$file" ||
			fail "life-of-a-packet.md: no $name in $file"
	done
done <"$work/lines"
[ "$count" -gt 30 ] || fail 'found too little to look at'

[ $status -eq 0 ] && echo 'the manual and its examples are right'
exit $status
