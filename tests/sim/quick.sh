#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/sim/quick.sh [SIM]...
#
# One table over all scenarios for 2, 3, 10 and 50 clients, at least 500,000
# inbound ESP packets a line, in about a minute. With several programs, built
# with different libraries, their lines stand below each other. PACKETS,
# CLIENTS, SCENARIOS and LOSS set other numbers.
set -u
[ $# -gt 0 ] || set -- "${SIM:-tests/sim/sim}"
clients=${CLIENTS:-2,3,10,50}
scenarios=${SCENARIOS:-$("$1" --help | sed -n '/--scenario/,/--set/s/^      \([a-z]*\) .*/\1/p')}

# one NUMBER SIM SCENARIO
one() {
	"$2" --scenario "$3" --packets "${PACKETS:-500000}" --runs 2 \
		--loss "${LOSS:-0}" --clients "$clients" --against library |
		awk -v scenario="$3" -v number="$1" '$2 == "library" {
			printf "%-9s %3s  %s %10s %9s %9s %9s %9s %12s %13s %5s %13s %5s %7s\n",
				scenario, $1, number, $4, $5, $6, $7, $8, $12,
				$(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF
		}'
}

number=0
for sim; do
	number=$((number + 1))
	echo "$number: $sim"
done
echo
printf '%-9s %3s  %s %10s %9s %9s %9s %9s %12s %13s %5s %13s %5s %7s\n' scenario K '#' \
	inbound 'right %' 'wrong %' 'nobody %' 'blind %' 'pairing, ms' \
	'asks, s' over 'sends, s' over listens
for scenario in $scenarios; do
	number=0
	for sim; do
		number=$((number + 1))
		one $number "$sim" "$scenario" || exit 1
	done | sort -s -n -k 2,2
done
