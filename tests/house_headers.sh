#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every public header stands alone, in C and in C++, on three standard headers,
# and is installed; every file of the tree names its license.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
fail() {
	echo "$@"
	status=1
}

# compiles NAME COMMAND...: a header alone, and a second time.
compiles() {
	name=$1
	shift
	"$@" -Wall -Wextra -Wpedantic -Werror -I"$src/include" \
		-fsyntax-only "$work/twice.$suffix" >"$work/log" 2>&1 && return
	fail "$name does not compile alone with: $*"
	sed 10q "$work/log"
}

have() {
	command -v "$1" >/dev/null
}

plusplus=
for header in "$src"/include/vpnalg/*.h "$src"/include/vpnalg/*/*.h; do
	name=${header#"$src"/include/}
	for suffix in c cpp; do
		printf '#include <%s>\n#include <%s>\n' "$name" "$name" \
			>"$work/twice.$suffix"
	done
	suffix=c
	# shellcheck disable=SC2086
	compiles "$name" ${CC:-cc} -std=c11
	for cc in gcc clang; do
		have $cc && compiles "$name" $cc -std=c11
	done
	suffix=cpp
	for cc in g++ clang++; do
		have $cc || continue
		plusplus="$plusplus $cc"
		compiles "$name" $cc -std=c++11
		compiles "$name" $cc
	done
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*//p' "$header" |
		grep -vxE '<(stdbool|stddef|stdint|vpnalg/[a-z0-9_/]+)\.h>' \
			>"$work/foreign" &&
		fail "$name may not include $(paste -sd ' ' "$work/foreign")"
	grep -q "^	include/$name\b" "$src/include/local.mk" ||
		fail "$name is not installed: include/local.mk"
done

# What git knows; else, in a copy or a release, what is written by hand.
files() {
	cd "$src" || return
	if [ -e .git ] && git -c safe.directory='*' ls-files 2>/dev/null; then
		return
	fi
	find . \( -name .git -o -name .deps -o -name .libs -o -name m4 \
		-o -name build-aux -o -name autom4te.cache -o -name html \
		-o -name __pycache__ -o -name 'build*' -o -name '_build' \
		-o -name '_inst' -o -name 'libvpnalg-*' \) -prune -o -type f \
		! -name Makefile.in \( -name '*.[0-9ch]' -o -name '*.ac' \
		-o -name '*.am' -o -name '*.cpp' -o -name '*.dox' \
		-o -name '*.in' -o -name '*.md' -o -name '*.mk' -o -name '*.py' \
		-o -name '*.sh' -o -name '*.txt' -o -name .gitignore \
		-o -name README -o -name run \) -print
}

# Captures cannot hold a comment.
files | grep -vE '\.pcap(ng)?$' >"$work/files"
(cd "$src" && xargs -d '\n' awk '
	function judge() {
		if (name != "")
			print (licensed ? "yes" : "no"), name
	}
	FNR == 1 { judge(); name = FILENAME; licensed = 0 }
	/SPDX-License-Identifier: BSD-2-Clause/ { licensed = 1 }
	FNR == 5 { nextfile }
	END { judge() }' <"$work/files") >"$work/licenses" 2>/dev/null
count=$(wc -l <"$work/licenses")
sed -n 's/^no //p' "$work/licenses" >"$work/unlicensed"
while IFS= read -r file; do
	fail "$file has no SPDX line among its first five"
done <"$work/unlicensed"
[ $count -gt 20 ] || fail "found only $count files to look for SPDX lines in"

if [ $status -eq 0 ] && [ -z "$plusplus" ]; then
	echo 'skipped: there is no g++ and no clang++ (in C all is well)'
	exit 77
fi
[ $status -eq 0 ] && echo "the headers stand alone, $count files have a license"
exit $status
