#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library without the parts that a build may be without
# (lib/engine/built.h), without each alone and without all of them: it compiles,
# and does what least.c says.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

compile() {
	# shellcheck disable=SC2086
	${CC:-cc} -std=c11 -O1 -Wall -Wextra -Werror -I"$src/include" "$@"
}

# program BUILD NAME OPTION...: NAME.c with the objects of that build.
program() {
	build=$1 name=$2
	shift 2
	compile "$@" -o "$work/$build/$name" "$src/tests/$name.c" \
		"$work/$build"/*.o
}

# try BUILD NAME OPTION...: runs it.
try() {
	program "$@" && "$work/$1/$2"
}

mkdir "$work/whole" && cd "$work/whole" || exit 1
compile -c "$src"/lib/*/*.c || exit 1
try whole least || exit 1

# Only files that include built.h differ from build to build.
set --
for file in "$src"/lib/*/*.c; do
	compile -MM "$file" >"$work/included" || exit 1
	grep -q '/built\.h' "$work/included" && set -- "$@" "$file"
done

# build NAME OPTIONS FILE...: the whole build, but for these files.
build() {
	name=$1 options=$2
	shift 2
	cp -R "$work/whole" "$work/$name" && cd "$work/$name" || exit 1
	# shellcheck disable=SC2086
	compile $options -c "$@" && try "$name" least $options && return
	echo "that was $options"
	exit 1
}

without=$(sed -n 's/^#define \(VPNALG_WITH_[A-Z_]*\) 1$/-D\1=0/p' \
	"$src/lib/engine/built.h")
[ -n "$without" ] || exit 1
build least "$without" "$@"
for option in $without; do
	build "${option%=0}" "$option" "$@"
done

program whole least_state && "$work/whole/least_state" save "$work/state" ||
	exit 1
services=-DVPNALG_WITH_SERVICES
program $services least_state || exit 1
if ! "$work/$services/least_state" load "$work/state"; then
	echo "a build without services loads one, or takes over a store"
	exit 1
fi
# shellcheck disable=SC2086
echo each works, and all: $without
