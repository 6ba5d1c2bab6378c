#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/bench/gateway.sh [--quick]
#
# How fast the gateways are on this machine: as root, in network namespaces of
# its own. Prints two tables, medians with the least and the greatest;
# doc/gateway-speed.md says what they mean:
#
#   packets  of open sessions, through vpnalg-gw: its processor time for each,
#            and the library's share of it, found in two ways (four rounds)
#   rates    of TCP, routed and through the kernel's NAT, vpnalg-gw and
#            vpnalg-queue, both --general (seven rounds)
#
# Five to fifteen minutes; --quick does a little of everything once, and judges
# no time. Installs what is missing, where it can.
#
# Exit status: 0 if every packet arrived and was right, and the library took no
# more than a tenth; 1 if not, 77 if this cannot run here, 2 if the command line
# is wrong.
set -u
umask 022
bench=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$bench/../.." && pwd)
lab=$tree/tests/lab
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"
for part in "$lab/network.sh" "$lab/rules.sh" "$lab/gateway.sh" \
	"$lab/services.sh" "$bench/gateway/build.sh" \
	"$bench/gateway/network.sh" "$bench/gateway/packets.sh" \
	"$bench/gateway/rates.sh" "$bench/gateway/tables.sh"; do
	# shellcheck disable=SC1090
	. "$part"
done

rounds=7
packets=100000
sessions=1000
seconds=1
share_most=10 # percent
perf=no
router=   # none of the lab's
services= # none
failures=0

# failed WHAT: it is said, and the rest is done all the same.
failed() {
	failures=$((failures + 1))
	echo "$0: $1" >&2
	[ ! -s "$run/log" ] || tail -n 5 "$run/log" >&2
}

wants_tools() {
	wants ethtool command -v ethtool
	wants gcc command -v "${CC:-cc}"
	wants iperf3 command -v iperf3
	wants iproute2 command -v ip
	wants iptables command -v iptables
	wants libc6-dev has_header stdio.h
	wants libmnl-dev pkg-config --exists libmnl
	wants libnetfilter-queue-dev pkg-config --exists libnetfilter_queue
	wants libnftables-dev pkg-config --exists libnftables
	wants linux-perf command -v perf
	wants nftables command -v nft
	wants pkg-config command -v pkg-config
	wants procps command -v sysctl
}

# Why nothing can run here; nothing is printed if it can.
why_not() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'it takes root'
	elif ! unshare --net true 2>/dev/null; then
		echo 'there are no network namespaces'
	fi
}

read_arguments() {
	case $# in
	0) return ;;
	1) [ "$1" != --quick ] || { be_quick && return; } ;;
	esac
	echo "usage: sh tests/bench/gateway.sh [--quick]" >&2
	exit 2
}

# shellcheck disable=SC2034
be_quick() {
	rounds=1
	packets=20000
	sessions=20
	share_most=100
	cells='gre,1,100,0 esp,all,100,0 nat-t,1,100,10000'
	offload=on
}

clean_up() {
	stop perf INT
	stop server TERM
	stop gateway TERM
	speed_network_close
	rm -rf "$work"
}

# Rates differ more from round to round.
measure() {
	round=0
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		[ $((round % 2)) -eq 0 ] || packets_round
		rates_round
	done
}

main() {
	read_arguments "$@"
	[ "$(id -u)" -ne 0 ] || { wants_tools; install_missing; }
	why=$(why_not)
	if [ -n "$why" ]; then
		echo "skipped: $why"
		exit 77
	fi
	work=$(mktemp -d "${TMPDIR:-/tmp}/vpnalg-speed.XXXXXX")
	run=$work/run
	mkdir "$run"
	trap 'clean_up; exit 1' INT TERM HUP
	if ! build >"$work/log" 2>&1; then
		tail -n 30 "$work/log" >&2
		clean_up
		echo "$0: the build failed" >&2
		exit 1
	fi
	! has_perf || perf=yes
	table_machine
	table_load start
	measure
	table_load end
	table_packets
	table_rates
	judge_share
	clean_up
	[ $failures -eq 0 ]
}

main "$@"
