#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/bench/instructions.sh BENCH [FUNCTIONS]
#
# Prints how many instructions the library takes for a GRE, UDP, ESP, NAT-T or
# L2TP packet, a call set-up and a unit of a sweep's budget, as callgrind counts
# them. With FUNCTIONS, that many lines follow each of them: which functions took
# the most, on their own.
set -eu

bench=$1
functions=${2:-0}

if ! command -v valgrind >/dev/null; then
	echo 'instructions.sh needs valgrind' >&2
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count NAME N WHAT CALLS BURST: what each of N takes.
count() {
	valgrind -q --tool=callgrind --callgrind-out-file="$work/out" \
		--toggle-collect=world_process --toggle-collect='l2tp_process*' \
		--toggle-collect=world_expire \
		"$bench" --callgrind "$2" --what "$3" --calls "$4" \
		--burst "$5" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
	awk -v name="$1" -v n="$2" '/^(totals|summary):/ { total = $2 }
		END { printf "%-44s %8.1f\n", name, total / n }' "$work/out"
	[ "$functions" -eq 0 ] || profile "$2"
}

# profile N: per function, divided by N. A function stands in the file once for
# each source file that was inlined into it.
profile() {
	callgrind_annotate --auto=no --threshold=100 "$work/out" |
		sed -n 's/^ *\([0-9,]\{1,\}\) *([^)]*) *\(.*\)$/\1 \2/p' |
		sed -e '/PROGRAM TOTALS/d' -e 's/,//g' -e 's/ \[.*//' \
			-e 's/ [^ ]*:/ /' -e 's/\.[a-z].*//' |
		awk -v n="$1" '{ own[$2] += $1 }
			END { for (f in own)
				printf "    %-40s %8.1f\n", f, own[f] / n }' |
		sort -k2,2nr | head -n "$functions"
}

echo 'Instructions per'
for way in out in; do
	count "GRE packet $way, 1000 calls, one by one" 32768 $way 1000 1
	count "GRE packet $way, 1000 calls, bursts of 32" 32768 $way 1000 32
done
for kind in udp esp nat-t l2tp; do
	for way in out in; do
		count "$kind packet $way, 1000 sessions, one by one" 32768 \
			$kind-$way 1000 1
		count "$kind packet $way, 1000 sessions, bursts of 32" 32768 \
			$kind-$way 1000 32
	done
done
# The same at the end of a flood as in the beginning.
for clients in 1 3; do
	for packets in 10000 1000000; do
		count "flood of $packets, $clients clients" $packets \
			flood-$clients $clients 1
	done
done
count 'call set-up, one by one' 4096 setup 1 1
count 'call set-up, bursts of 32' 4096 setup 1 32
count 'unit of a sweep, all dead, 64 at a time' 8192 expire 8192 64
