#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The world of tests/sim with fixed seeds: the library does as well as it did,
# and runs of equal seeds are equal.
set -u
sim=${builddir:-.}/tests/sim/sim
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

# holds OPTION...
holds() {
	"$sim" --against library,baseline,oracle --check "$@" >"$work/out" 2>&1 &&
		return
	echo "sim --check $*"
	cat "$work/out"
	status=1
}

# never_longer OPTION SECONDS CLIENTS SCENARIO
never_longer() {
	"$sim" --against library --runs 20 --outages 3 "--$1" "$2" \
		--clients "$3" --scenario "$4" >"$work/out" 2>&1 && return
	echo "sim --runs 20 --$1 $2 --clients $3 --scenario $4"
	cat "$work/out"
	status=1
}

if [ ! -x "$sim" ]; then
	echo "$sim was not built"
	exit 77
fi
for loss in 0 1; do
	for starts in spread together; do
		for scenario in all calm; do
			holds --scenario $scenario --loss $loss --starts $starts \
				--runs 60 --clients 1,2,3,10
			holds --scenario $scenario --loss $loss --starts $starts \
				--runs 4 --clients 50
		done
	done
done
for scenario in rekeys pauses deaths fixed-port answers lan; do
	holds --scenario $scenario --runs 60 --clients 1,2,3,10
done

# The longest time, in seconds, that an owner who sends (or asks) goes without
# its packets.
while read -r option seconds clients scenarios; do
	for scenario in $scenarios; do
		never_longer "$option" "$seconds" "$clients" "$scenario"
	done
done <<EOF
outage 30 1 all calm rekeys pauses deaths fixed-port answers lan quiet restart slow
outage 30 1 sites idle spoofed
outage 30 2 all calm rekeys pauses deaths fixed-port answers lan quiet slow
outage 30 3 all calm rekeys pauses fixed-port answers lan quiet
outage 30 10 answers
outage-asks 30 2,3 quiet restart slow idle liar
outage-asks 30 2 spoofed
outage-asks 30 10 quiet
outage-asks 30 50 answers
EOF

# Who knows whose each packet is leaves nobody without; a simple tracker does.
for scenario in all quiet restart slow sites idle spoofed liar; do
	"$sim" --scenario $scenario --runs 3 --clients 3 --json \
		--against oracle,baseline >"$work/out"
	grep -q '"oracle".*"wrong": 0, "nobody": 0,.*"asks": { "outages": 0,.*"sends": { "outages": 0,.*"listens": { "outages": 0,' \
		"$work/out" &&
		grep -q '"baseline".*"over": [1-9]' "$work/out" && continue
	echo "$scenario: outages that are none, or none where there are some"
	cat "$work/out"
	status=1
done

# What differs is the speed.
for scenario in all quiet restart slow sites idle spoofed liar; do
	for i in 1 2; do
		"$sim" --scenario $scenario --runs 3 --clients 3 --loss 1 \
			--json | sed 's/, "mpps".*//' >"$work/$i"
	done
	cmp -s "$work/1" "$work/2" || {
		echo "$scenario: equal seeds, different worlds"
		status=1
	}
done
exit $status
