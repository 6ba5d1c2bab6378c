#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/house_abi.sh [--renew]
#
# Compares the binary interface of the shared library with tests/libvpnalg.abi:
# what was there must still be there and be laid out alike; more may come. Where
# an interface is to change, --renew writes that file anew, and lib/local.mk's
# VERSION_INFO and lib/libvpnalg.map say so.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
baseline=$src/tests/libvpnalg.abi

skip() {
	echo "skipped: $1"
	exit 77
}
command -v abidw >/dev/null || skip 'there is no abidw (abigail-tools)'
[ "$(uname -m)" = x86_64 ] || skip 'the interface is stored for x86-64'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# build NAME INCLUDES: a shared library of lib/, with its interface as NAME.abi
build() {
	(cd "$src" && gcc -g -O0 -fPIC -shared -fvisibility=hidden -I"$2" \
		-Wl,--version-script=lib/libvpnalg.map \
		-Wl,-soname,libvpnalg.so.0 -o "$work/$1.so" lib/*/*.c) &&
		abidw --no-corpus-path --no-comp-dir-path --no-show-locs \
			--no-elf-needed --no-parameter-names \
			--exported-interfaces-only --type-id-style hash \
			--drop-private-types --headers-dir "$2" \
			"$work/$1.so" |
		sed "s|path='[^']*lib/|path='lib/|" >"$work/$1.abi"
}

# differs ABI: from the baseline, by more than what was added.
differs() {
	! abidiff --no-added-syms "$baseline" "$1" >"$work/log" 2>&1
}

build now "$src/include" || exit 1
# abidw knows a public header by its name without the folder.
if grep -q "name='vpnalg' size-in-bits" "$work/now.abi"; then
	echo 'a public header is called as the private one of struct vpnalg'
	exit 1
fi
if [ "${1:-}" = --renew ]; then
	sed '1a <!-- SPDX-License-Identifier: BSD-2-Clause -->' \
		"$work/now.abi" >"$baseline"
	exit
fi
if differs "$work/now.abi"; then
	cat "$work/log"
	echo 'The interface is another one: sh tests/house_abi.sh --renew'
	exit 1
fi

# A member in the middle of a struct must be noticed.
cp -r "$src/include" "$work/include"
sed -i 's|^	uint16_t children;|	uint32_t other;\n&|' \
	"$work/include/vpnalg/store.h"
build other "$work/include" || exit 1
if ! differs "$work/other.abi"; then
	echo 'a struct that has changed is not noticed'
	exit 1
fi
echo 'the interface is as it was'
