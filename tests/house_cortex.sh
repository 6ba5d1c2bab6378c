#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library compiles for the smallest ARM, freestanding and with one -I, and
# divides no 64-bit numbers there: that is a loop of some hundred cycles. On a
# larger one a program that embeds it does not grow unnoticed, nor does one that
# leaves the parts of the engine out that it does not use.
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

# compile NAME CORE OPTION...: lib/*/*.c to *.o in a directory of that name.
compile() {
	name=$1 core=$2
	shift 2
	mkdir "$work/$name" && cd "$work/$name" || exit 1
	$arm-gcc -mcpu="$core" -mthumb -ffreestanding -std=c11 -Os \
		-ffunction-sections -fdata-sections \
		-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror \
		-I"$src/include" "$@" -c "$src"/lib/*/*.c && return
	echo "lib/*/*.c does not compile for $name"
	exit 1
}

# link NAME PROTOCOLS MOST: the objects of that name in a program with these
# protocols. It has at most so many bytes of code and constants.
link() {
	$arm-gcc -mcpu=cortex-m4 -mthumb -ffreestanding -std=c11 -Os \
		-ffunction-sections -fdata-sections -nostdlib \
		-I"$src/include" -D"$2" -o "$work/$1-$2" -Wl,--gc-sections \
		-Wl,--unresolved-symbols=ignore-all -Wl,-e,embed \
		"$src/tests/cortex.c" "$work/$1"/*.o || exit 1
	code=$($arm-size "$work/$1-$2" | awk 'NR == 2 { print $1 }')
	echo "$1, $2: $code bytes of code and constants"
	[ "$code" -le "$3" ] && return
	echo "that is more than $3"
	status=1
}

compile cortex-m0 cortex-m0
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

status=0
compile whole cortex-m4
link whole PPTP 49200
link whole IPSEC 64300
link whole ALL 97400

# The parts that a build may be without (lib/engine/built.h).
without=$(sed -n 's/^#define \(VPNALG_WITH_[A-Z_]*\) 1$/-D\1=0/p' \
	"$src/lib/engine/built.h")
# shellcheck disable=SC2086
compile least cortex-m4 $without
link least PPTP 29700
link least IPSEC 44700
link least ALL 77600

# house_cortex.sh --parts: also without each part alone.
if [ "${1:-}" = --parts ]; then
	for option in $without; do
		compile "${option#-D}" cortex-m4 "$option"
		link "${option#-D}" ALL 97400
	done
fi
exit $status
