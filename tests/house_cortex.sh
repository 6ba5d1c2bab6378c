#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library compiles for the smallest ARM, freestanding and with one -I, and
# divides no 64-bit numbers there: that is a loop of some hundred cycles.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
arm='arm-none-eabi'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

if ! command -v $arm-gcc >/dev/null; then
	echo "skipped: there is no $arm-gcc"
	exit 77
fi
if ! echo '#include <string.h>' | $arm-gcc -E - >/dev/null 2>&1; then
	echo "skipped: $arm-gcc has no <string.h>"
	exit 77
fi

# compile CORE: lib/*/*.c to *.o in a directory of that name.
compile() {
	mkdir "$work/$1" && cd "$work/$1" || exit 1
	$arm-gcc -mcpu="$1" -mthumb -ffreestanding -std=c11 -Os \
		-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror \
		-I"$src/include" -c "$src"/lib/*/*.c && return
	echo "lib/*/*.c does not compile for $1"
	exit 1
}

compile cortex-m0
$arm-gcc -nostdlib -r -o "$work/all.o" ./*.o || exit 1
$arm-nm -u "$work/all.o" | awk '{ print $NF }' >"$work/undefined"

division='__aeabi_u?ldivmod|__u?(div|mod|divmod)[dt]i[34]'
if grep -xE "$division" "$work/undefined" >"$work/division"; then
	echo "64-bit division: $(paste -sd ' ' "$work/division")"
	for object in *.o; do
		$arm-nm -u "$object" | grep -qE " ($division)\$" &&
			echo "  in ${object%.o}.c"
	done
	exit 1
fi

# What the compiler calls where this processor lacks an instruction: 32-bit
# division, 64-bit shifts, comparison and multiplication, leading zeros, and
# the jump of a switch.
helpers='__aeabi_u?idiv(mod)?|__aeabi_l(mul|lsl|lsr|asr|cmp)|__aeabi_ulcmp'
helpers="$helpers|__clz[sd]i2|__gnu_thumb1_case_[a-z]+"
memory='(__aeabi_)?mem(cpy|move|set|cmp|clr)[48]?'
if grep -vxE "$helpers|$memory" "$work/undefined" >"$work/strange"; then
	echo "wants on a Cortex-M0: $(paste -sd ' ' "$work/strange")"
	exit 1
fi

compile cortex-m4
code=$($arm-size -t ./*.o | awk '{ code = $1 } END { print code }')
echo "compiles for Cortex-M0; $code bytes of code on a Cortex-M4 (-Os)"
