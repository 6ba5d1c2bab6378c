#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/lab/run.sh [--gateway NAME[,NAME]...] [--times N] [--jobs N] [--short]
#                     [SCENARIO]...
#
# Real VPN clients and servers, in guests with kernels of their own, and a
# gateway between them: vpnalg-gw, vpnalg-queue, the kernel's NAT with its PPTP
# helper ("kernel"), or a router that translates nothing ("none"). Without
# names: all scenarios, or with --short some that take a few minutes, through
# vpnalg-gw; each N times with --times, and N side by side with --jobs. Installs
# what is missing, where it can (Debian's packages start the daemons that they
# bring, unless policy-rc.d forbids it). All traffic stays in network namespaces
# of its own, which end with it.
#
# Prints a line per client, and "N passed, N failed, N skipped" at the end.
# Exit status: 0 if all passed, 1 if one failed, 77 if none failed but some were
# skipped, 2 if the command line is wrong. Where no guest boots, it says why on one
# line, and all is skipped.
#
# LAB_WORK    where captures and logs are kept (default: a new folder in
#             /var/tmp; it may not be under /tmp)
# VPNALG_GW, VPNALG_QUEUE   the programs, where they are built already
set -u
umask 022
lab=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$lab/../.." && pwd)
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"
for part in host guests machine network watch rules gateway services narrow \
	router check ppp pptp l2tp ipsec swan libreswan userspace pppoe own \
	standby; do
	# shellcheck disable=SC1090
	. "$lab/$part.sh"
done

# A scenario of each kind; PPTP is in "everything" and narrow-pptp, plain L2TP in
# "everything".
short='ikev2-natt esp-ike1-three esp-ike2-at-once esp-ike2-children l2tp-ipsec
	ah everything narrow-pptp service-natt'
gateways=vpnalg-gw
times=1
jobs=1

# Prints why this gateway cannot run here, if it cannot.
why_not_gateway() {
	[ -z "$router" ] || return 0
	case $1 in
	kernel)
		kernel_rules out0 |
			ip netns exec "$gw" nft -c -f - >/dev/null 2>&1 ||
			echo 'this kernel has no PPTP helper'
		;;
	vpnalg-queue)
		ip netns exec "$gw" iptables -t raw -A OUTPUT -p esp \
			-j NFQUEUE 2>/dev/null &&
			ip netns exec "$gw" iptables -t raw -F ||
			echo 'this kernel has no NFQUEUE'
		;;
	esac
}

# keep CLIENT VERDICT WHAT: a line of results, which table.sh reads.
keep() {
	printf '%s\t' "$scenario" "$gateway" "$about" "$1" "$2" >>"$run/results"
	echo "$3" >>"$run/results"
}

# Prints a line for each client: what failed, or else all that passed.
tell_clients() {
	for client in $clients; do
		said="$scenario $gateway $client"
		found=$(sed -n 's/^bad //p' "$run/clients/$client" 2>/dev/null)
		if [ -n "$found" ] || ! [ -s "$run/clients/$client" ]; then
			verdict=FAIL
		else
			verdict=pass
			found=$(sed 's/^ok //' "$run/clients/$client")
		fi
		found=$(echo "$found" | paste -s -d ';' | sed 's/;/; /g')
		keep "$client" $verdict "$found"
		echo "$verdict  $said: $found"
	done
}

# A fault of the whole run counts against every client.
bad_all() {
	for client in $clients; do
		bad "$client" "$1"
	done
}

judge_outside() {
	[ "$gateway" != none ] || return 0
	leaked=$(leaks)
	[ "$leaked" -eq 0 ] ||
		bad_all "$leaked packets outside show an inside address"
}

# A scenario that sets drops_none fails if the last report has a drop.
judge_drops() {
	[ -n "$drops_none" ] && [ -e "$run/gateway.log" ] || return 0
	count=$(sed -n 's/^  dropped  *//p' "$run/gateway.log" | tail -n 1)
	[ "${count:-0}" -eq 0 ] || bad_all "the gateway dropped $count packets"
}

skip() {
	keep - SKIP "$1"
	echo "SKIP  $scenario $gateway: $1"
}

# Prints why the scenario cannot run here, if it cannot; opens the network.
why_not_run() {
	if ! network_open; then
		echo 'there is no network'
		return
	fi
	why=$(why_not_gateway "$gateway")
	[ -n "$why" ] || why=$($why_not_scenario)
	echo "$why"
}

# If anything else than the gateway does not start, the scenario is skipped.
try_scenario() {
	watch_start
	if ! gateway_open "$gateway" $arguments; then
		bad_all "gateway: $(tail -n 1 "$run/gateway.log")"
	elif ! boot_all; then
		unable="guest $guest does not boot: $(guest_last_words "$guest")"
	else
		scenario
	fi
	gateway_close || bad_all 'the gateway has not ended well'
	watch_stop
	judge_outside
	judge_drops
}

# Runs the scenario in $run, from opening the network to the verdict.
run_scenario() {
	unable=$(why_not_run)
	[ -n "$unable" ] || try_scenario
	clean_up
	if [ -n "$unable" ]; then
		skip "$unable"
	else
		tell_clients
	fi
}

# run_one SCENARIO GATEWAY NUMBER: runs it in a folder of its own.
run_one() {
	scenario=$1
	gateway=$2
	run=$(folder "$@")
	net=vpnalg-lab-$$-$worker-net
	gw=vpnalg-lab-$$-$worker-gw
	check_defaults
	ipsec_defaults
	rm -rf "$run"
	mkdir -p "$run/guests" "$run/clients"
	# shellcheck disable=SC1090
	. "$lab/scenarios/$scenario.sh"
	case " $only_for " in
	*" $gateway "*) ;;
	*) return ;;
	esac
	started=$(date +%s)
	run_scenario
	echo "      $scenario $gateway: $about, $(($(date +%s) - started)) s"
}

# folder SCENARIO GATEWAY NUMBER
folder() {
	if [ "$3" -eq 1 ]; then
		echo "$work/$1.$2"
	else
		echo "$work/$1.$2.$3"
	fi
}

# Prints a line for each run to make. A scenario named twice is there twice.
list_runs() {
	for number in $(seq "$times"); do
		for scenario in ${scenarios:-$(all_scenarios)}; do
			for gateway in $gateways; do
				echo "$scenario $gateway $number"
			done
		done
	done
}

# work_on NUMBER: a worker; makes the runs that no other worker has begun.
work_on() {
	worker=$1
	trap 'clean_up; exit 1' INT TERM HUP
	while read -r line; do
		mkdir "$work/begun/${line##* }-${line% *}" 2>/dev/null || continue
		# shellcheck disable=SC2086
		run_one $line </dev/null
	done <"$work/list"
}

count_verdicts() {
	# shellcheck disable=SC2086
	while read -r line; do
		cat "$(folder $line)/results" 2>/dev/null
	done <"$work/list" | cut -f 5 | grep -cx "$1"
}

read_setting() {
	case $1 in
	--gateway) gateways=$(echo "$2" | tr , ' ') ;;
	*)
		case $2 in
		'' | *[!0-9]* | 0*) usage ;;
		esac
		[ "$1" = --jobs ] && jobs=$2 || times=$2
		;;
	esac
}

read_arguments() {
	while [ $# -gt 0 ]; do
		case $1 in
		--short) scenarios="$scenarios $short" ;;
		--gateway | --times | --jobs)
			[ $# -gt 1 ] || usage
			read_setting "$1" "$2"
			shift
			;;
		-*) usage ;;
		*)
			[ -e "$lab/scenarios/$1.sh" ] || usage
			scenarios="$scenarios $1"
			;;
		esac
		shift
	done
	for gateway in $gateways; do
		case $gateway in
		none | kernel | vpnalg-gw | vpnalg-queue) ;;
		*) usage ;;
		esac
	done
}

usage() {
	echo "usage: sh tests/lab/run.sh [--gateway NAME[,NAME]...]" \
		"[--times N] [--jobs N] [--short] [SCENARIO]..." >&2
	echo "gateways: none kernel vpnalg-gw vpnalg-queue" >&2
	echo "scenarios:" $(all_scenarios) >&2
	exit 2
}

all_scenarios() {
	for file in "$lab"/scenarios/*.sh; do
		basename "$file" .sh
	done
}

# qemu is large, and is installed only if a scenario needs it.
install_wants() {
	wants_lab
	case ${scenarios:-$(all_scenarios)} in
	*pppoe* | *own*) wants_machine ;;
	esac
	wants_programs
	install_missing
}

# Scenarios download what they need when they run. With several workers it is
# downloaded before, so that no two do so at the same time.
fetch_all() {
	why_not_libreswan >/dev/null
	! grep -qE 'pppoe|own' "$work/list" || why_not_machine >/dev/null
}

main() {
	scenarios=
	read_arguments "$@"
	[ "$(id -u)" -ne 0 ] || install_wants
	skip_all_if "$(why_not)"
	make_work
	skip_all_if "$(why_not_guests)"
	prepare_programs
	list_runs | awk '!seen[$0]++' >"$work/list"
	rm -rf "$work/begun" && mkdir "$work/begun"
	[ "$jobs" -eq 1 ] || fetch_all
	workers=
	trap 'kill $workers; wait; exit 1' INT TERM HUP
	for number in $(seq "$jobs"); do
		work_on "$number" &
		workers="$workers $!"
	done
	wait
	passed=$(count_verdicts pass)
	failed=$(count_verdicts FAIL)
	skipped=$(count_verdicts SKIP)
	echo "$passed passed, $failed failed, $skipped skipped; captures and" \
		"logs are in $work"
	[ "$failed" -eq 0 ] || exit 1
	[ "$skipped" -eq 0 ] || exit 77
	exit 0
}

main "$@"
