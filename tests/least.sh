#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library without the parts that a build may be without
# (lib/engine/built.h): it compiles, and does what least.c says.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

without=$(sed -n 's/^#define \(VPNALG_WITH_[A-Z_]*\) 1$/-D\1=0/p' \
	"$src/lib/engine/built.h")
[ -n "$without" ] || exit 1
# shellcheck disable=SC2086
${CC:-cc} $without -std=c11 -O1 -Wall -Wextra -Werror -I"$src/include" \
	-o "$work/least" "$src/tests/least.c" "$src"/lib/*/*.c || exit 1
"$work/least" || exit 1

# with NAME OPTION...: least_state.c in a build of its own.
with() {
	name=$1
	shift
	${CC:-cc} "$@" -std=c11 -O1 -Wall -Wextra -Werror -I"$src/include" \
		-o "$work/$name" "$src/tests/least_state.c" "$src"/lib/*/*.c
}

with whole && "$work/whole" save "$work/state" || exit 1
with services -DVPNALG_WITH_SERVICES=0 || exit 1
"$work/services" load "$work/state" || {
	echo "a build without services loads one, or takes over a store"
	exit 1
}
echo "works $without"
