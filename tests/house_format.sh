#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# lib/ and include/ are laid out as .clang-format says, and no source file there
# or in examples/ and tests/ is longer than one can read at once. Other versions
# of clang-format lay out some lines otherwise, so only this one is asked.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
version=14
for program in "clang-format-$version" clang-format; do
	"$program" --version 2>/dev/null | grep -q "version $version\." && break
	program=
done
[ -n "$program" ] || { echo "no clang-format $version"; exit 77; }

cd "$src" || exit 1
set -- lib/*/*.[ch] include/vpnalg/*.h include/vpnalg/*/*.h
"$program" --dry-run --Werror "$@" || exit 1
for file; do
	expand -t 8 "$file" | grep -nE '^.{81}' | sed "s|^|$file:|"
done | grep . && {
	echo 'a line has more than 80 columns'
	exit 1
}
long=$(find lib include examples tests -name '*.[ch]' -o -name '*.py' -o -name '*.sh' |
	xargs wc -l | awk '$1 > 350 && $2 != "total" { print $2 }')
if [ -n "$long" ]; then
	echo "more than 350 lines: $long"
	exit 1
fi
echo 'lib/ and include/ are laid out as .clang-format says'
