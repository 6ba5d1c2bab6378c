#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/lab/soak.sh [--short] [--minutes N] [--gateway NAME] [--seed N]
#                      [--timeouts LIST]
#
# An hour (or N minutes) of real VPN clients that come and go, ten at once, with
# PPTP, L2TP, IKEv2 and IKEv1 with NAT-T, and plain ESP under both: each connects,
# has traffic, changes keys, and then leaves cleanly or is killed without a word,
# boots, and comes again. What a client does next is drawn from the seed. Nothing
# is tried twice: a connection, a check of traffic or an end that fails is
# printed with its time and counted, and the client is booted anew.
#
# Each minute it prints what the gateway holds. In the end, when all have left
# and the gateway's timeouts are over, no session may be left, as many records as
# in the beginning, and no more memory; and outside no packet may have shown an
# inside address.
#
# LIST is what the gateway gets as --timeouts: "esp=300" as a rule, so that SAs
# time out while others come, and the end is six minutes after the hour. "-" is
# the library's own timeouts (an hour for ESP).
# --short is three minutes with timeouts of a minute.
#
# Exit status: 0 if all was well, 1 if not, 77 and 2 as of run.sh, which has the
# environment, too.
set -u
umask 022
lab=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$lab/../.." && pwd)
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"
for part in host guests network watch rules gateway check ppp pptp l2tp \
	ipsec swan libreswan figures visits; do
	# shellcheck disable=SC1090
	. "$lab/$part.sh"
done

minutes=60
seed=1
gateway=vpnalg-gw
timeouts=esp=300
problems=0

# How long to wait for the end, in minutes: longer than the longest timeout, that
# of PPTP's control connections.
settle=130

# More resident memory than after the first ten minutes, in kB: room for 4,000
# units of the store that were not used before. Its index is touched at once.
rss_more=256

usage() {
	echo "usage: sh tests/lab/soak.sh [--short] [--minutes N]" \
		"[--gateway vpnalg-gw|vpnalg-queue] [--seed N]" \
		"[--timeouts LIST|-]" >&2
	exit 2
}

number() {
	case $1 in
	'' | *[!0-9]* | 0*) usage ;;
	esac
	echo "$1"
}

read_argument() {
	case $1 in
	--minutes) minutes=$(number "$2") || exit ;;
	--seed) seed=$(number "$2") || exit ;;
	--gateway) gateway=$2 ;;
	--timeouts) timeouts=$2 ;;
	*) usage ;;
	esac
}

read_arguments() {
	while [ $# -gt 0 ]; do
		if [ "$1" = --short ]; then
			minutes=3
			timeouts=tcp-opening=60,linger=60,udp=60,esp=60
		else
			[ $# -gt 1 ] || usage
			read_argument "$1" "$2"
			shift
		fi
		shift
	done
	case $gateway in
	vpnalg-gw | vpnalg-queue) ;;
	*) usage ;;
	esac
	[ "$timeouts" != - ] || timeouts=
}

clock() {
	date +%H:%M:%S
}

problem() {
	problems=$((problems + 1))
	echo "$(clock) PROBLEM $1"
}

# fatal WHAT: nothing can be measured then.
fatal() {
	echo "$0: $1; logs are in $run" >&2
	clean_up
	exit 1
}

open_servers() {
	boot_servers
	for guest in $servers; do
		guest_await "$guest" || return
	done
	at srv
	# strongSwan takes both versions.
	ike=0
	pptp_server && l2tp_server && swan_server || return
	at srv2
	ike=2
	clients='c1 c2'
	libreswan_server || return
	at srv3
	ike=1
	clients='c3 c4'
	libreswan_server
}

# A filter that has never found anything may be wrong: while nothing translates,
# an inside address goes out.
try_filter() {
	leak_watch try
	ip netns exec "$gw" ping -q -c 2 -W 1 -I 192.168.77.1 203.0.113.10 \
		>/dev/null
	sleep 0.5
	stop try INT
	[ "$(count_packets "$run/try.pcap" icmp)" -gt 0 ] ||
		fatal 'the filter outside does not find an inside address'
}

open_all() {
	network_open || fatal 'no network'
	open_servers || fatal 'a server did not start'
	try_filter
	outside_watch
	# shellcheck disable=SC2086
	gateway_open "$gateway" ${timeouts:+--timeouts $timeouts} ||
		fatal "gateway: $(tail -n 1 "$run/gateway.log")"
}

start_clients() {
	visits_plan | while read -r client kind from; do
		echo "$kind $from" >"$run/clients/$client.plan"
	done
	visitors=
	for client in $(visits_plan | cut -d ' ' -f 1); do
		visit_until_over "$client" &
		visitors="$visitors $!"
		sleep 2
	done
}

# sleep_until SECOND: of the clock.
sleep_until() {
	left=$(($1 - $(date +%s)))
	[ $left -le 0 ] || sleep $left
}

soak() {
	measure start
	records_start=$records
	begin=$(date +%s)
	start_clients
	minute=1
	while [ $minute -le "$minutes" ]; do
		sleep_until $((begin + minute * 60))
		measure "minute $minute"
		[ $minute -gt 10 ] || { rss_then=$rss; data_then=$data; }
		minute=$((minute + 1))
	done
	touch "$run/over"
	# shellcheck disable=SC2086
	wait $visitors
	visitors=
	measure 'all have left'
}

is_settled() {
	[ "$sessions" -eq 0 ] && [ "$records" -le "$records_start" ]
}

settle() {
	minute=1
	while [ $minute -le "$settle" ] && ! is_settled; do
		sleep 60
		measure "$minute minutes after"
		minute=$((minute + 1))
	done
}

judge() {
	[ "$sessions" -eq 0 ] ||
		problem "$sessions sessions are left: $(kinds_open)"
	[ "$records" -eq "$records_start" ] ||
		problem "$records records, $records_start at the start"
	[ "$rss" -le $((rss_then + rss_more)) ] ||
		problem "$rss kB resident, $rss_then after ten minutes"
	[ "$data" -le "$data_then" ] ||
		problem "$data kB data, $data_then after ten minutes"
	[ "$leaked" -eq 0 ] ||
		problem "$leaked packets outside showed an inside address"
	failures=$(grep -c ' bad ' "$run/events")
	[ "$failures" -eq 0 ] || problem "$failures checks failed"
}

main() {
	read_arguments "$@"
	[ "$(id -u)" -ne 0 ] || { wants_lab; wants_programs; install_missing; }
	skip_all_if "$(why_not)"
	make_work
	skip_all_if "$(why_not_guests)"
	run=$work/soak.$gateway
	net=vpnalg-lab-$$-net
	gw=vpnalg-lab-$$-gw
	rm -rf "$run"
	mkdir -p "$run/guests" "$run/clients"
	check_defaults
	ipsec_defaults
	servers='srv srv2 srv3'
	skip_all_if "$(why_not_libreswan)"
	prepare_programs
	visitors=
	# shellcheck disable=SC2086
	trap '[ -z "$visitors" ] || kill $visitors; clean_up; exit 1' INT TERM HUP
	open_all
	soak
	settle
	judge
	gateway_close || problem 'the gateway has not ended well'
	visits_table
	clean_up
	echo "$problems problems; figures, events and logs are in $run"
	[ $problems -eq 0 ] || exit 1
	exit 0
}

main "$@"
