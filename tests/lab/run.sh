#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/lab/run.sh [--gateway NAME[,NAME]...] [--short] [SCENARIO]...
#
# Real VPN clients and servers, in guests with kernels of their own, and a
# gateway between them: vpnalg-gw, vpnalg-queue, the kernel's NAT with its PPTP
# helper ("kernel"), or a router that translates nothing ("none"). Without
# names: all scenarios, or with --short some that take a few minutes, through
# vpnalg-gw. Installs what is missing, where it can (Debian's packages start the
# daemons that they bring, unless policy-rc.d forbids it). All traffic stays in
# network namespaces of its own, which end with it.
#
# Prints a line per client, and "N passed, N failed, N skipped" at the end.
# Exit status: 0 if all passed, 1 if one failed, 77 if none failed but some were
# skipped, 2 if the command line is wrong.
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
for part in guests machine network check ppp pptp l2tp ipsec swan libreswan \
	userspace pppoe; do
	# shellcheck disable=SC1090
	. "$lab/$part.sh"
done

# One of each kind.
short='pptp-three l2tp-three ikev2-natt esp-ike1-three esp-ike2-at-once
	l2tp-ipsec ah everything'
gateways=vpnalg-gw
passed=0
failed=0
skipped=0

has_library() {
	ldconfig -p | grep -q "$1"
}

has_static_busybox() {
	command -v busybox && ! ldd "$(command -v busybox)"
}

# The libraries are libreswan's, which cannot be installed beside strongSwan.
wants_lab() {
	wants busybox-static has_static_busybox
	wants cpio command -v cpio
	wants ethtool command -v ethtool
	wants iproute2 command -v ip
	wants iptables command -v iptables
	wants iputils-ping command -v ping
	wants kmod command -v modprobe
	wants libcurl3-nss has_library libcurl-nss.so.4
	wants libevent-core-2.1-7 has_library libevent_core-2.1
	wants libevent-pthreads-2.1-7 has_library libevent_pthreads-2.1
	wants libldns3 has_library libldns.so.3
	wants libnss3-tools command -v certutil
	wants libunbound8 has_library libunbound.so.8
	wants nftables command -v nft
	wants openvpn command -v openvpn
	wants perl-base command -v perl
	wants ppp command -v pppd
	wants pppoe command -v pppoe-server
	wants pptp-linux command -v pptp
	wants pptpd command -v pptpd
	wants procps command -v sysctl
	wants qemu-system-x86 command -v qemu-system-x86_64
	wants strongswan-charon test -x /usr/lib/ipsec/charon
	wants strongswan-swanctl command -v swanctl
	wants libstrongswan-standard-plugins \
		test -e /usr/lib/ipsec/plugins/libstrongswan-openssl.so
	wants tcpdump command -v tcpdump
	wants wireguard-go command -v wireguard-go
	wants wireguard-tools command -v wg
	wants xl2tpd command -v xl2tpd
	wants user-mode-linux command -v linux.uml
}

are_built() {
	[ -n "${VPNALG_GW:-}" ] && [ -n "${VPNALG_QUEUE:-}" ]
}

wants_programs() {
	! are_built || return 0
	wants_build
	wants libmnl-dev pkg-config --exists libmnl
	wants libnetfilter-queue-dev pkg-config --exists libnetfilter_queue
	wants libnftables-dev pkg-config --exists libnftables
}

build_programs() {
	copy_source "$tree" "$work/source" &&
		"$work/source/autogen.sh" &&
		mkdir "$work/build" && cd "$work/build" &&
		../source/configure --disable-shared --disable-examples \
			--disable-tests --disable-doc --enable-gateway \
			--enable-queue &&
		make -j2
}

# Why nothing can run here; nothing is printed if it can.
why_not() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'it takes root'
	elif ! [ -c /dev/net/tun ]; then
		echo 'there is no /dev/net/tun'
	elif ! unshare --net true 2>/dev/null; then
		echo 'there are no network namespaces'
	elif ! command -v linux.uml >/dev/null; then
		echo 'there is no User Mode Linux'
	fi
}

# Why this gateway cannot run here.
why_not_gateway() {
	[ -z "$router" ] || { why_not_pppoe_gateway "$1"; return; }
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

# start_client NAME: cN has the address 192.168.77.1N.
start_client() {
	guest_boot "$1" br_in "192.168.77.1${1#c}" 192.168.77.1
}

boot_client() {
	start_client "$1" && guest_await "$1"
}

boot_all() {
	for guest in $servers; do
		guest_boot "$guest" br_out "$(server_address "$guest")" \
			203.0.113.1
	done
	each start_client
	for guest in $servers $clients; do
		guest_await "$guest" || return
	done
}

clean_up() {
	guests_kill
	for file in "$run"/*.pid; do
		[ -e "$file" ] || continue
		name=${file##*/}
		stop "${name%.pid}" TERM
	done
	network_close
}

# keep CLIENT VERDICT WHAT: for table.sh, which gets the last run of each.
keep() {
	printf '%s\t' "$scenario" "$gateway" "$about" "$1" "$2" >>"$run/results"
	echo "$3" >>"$run/results"
}

# A line per client: what went wrong, or all that went well.
tell_clients() {
	for client in $clients; do
		said="$scenario $gateway $client"
		found=$(sed -n 's/^bad //p' "$run/clients/$client" 2>/dev/null)
		if [ -n "$found" ] || ! [ -s "$run/clients/$client" ]; then
			failed=$((failed + 1))
			verdict=FAIL
		else
			passed=$((passed + 1))
			verdict=pass
			found=$(sed 's/^ok //' "$run/clients/$client")
		fi
		found=$(echo "$found" | paste -s -d ';' | sed 's/;/; /g')
		keep "$client" $verdict "$found"
		echo "$verdict  $said: $found"
	done
}

# What is wrong with the run as a whole goes to every client.
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

skip() {
	skipped=$((skipped + 1))
	keep - SKIP "$1"
	echo "SKIP  $scenario $gateway: $1"
}

# The scenario in $run, from the network to the verdict.
run_scenario() {
	network_open || bad_all 'no network'
	why=$(why_not_gateway "$gateway")
	[ -n "$why" ] || why=$($why_not_scenario)
	[ -z "$why" ] && [ -n "$impair" ] && [ "$gateway" != vpnalg-gw ] &&
		why='only vpnalg-gw loses and reorders on purpose'
	if [ -n "$why" ]; then
		skip "$why"
		clean_up
		return
	fi
	watch_start
	if ! gateway_open "$gateway" $general \
		${impair:+--impair "$impair"}; then
		bad_all "gateway: $(tail -n 1 "$run/gateway.log")"
	elif ! boot_all; then
		bad_all 'a guest did not start'
	else
		scenario
	fi
	gateway_close || bad_all 'the gateway has not ended well'
	watch_stop
	judge_outside
	clean_up
	tell_clients
}

# run_one SCENARIO GATEWAY: in a folder of its own.
run_one() {
	scenario=$1
	gateway=$2
	run=$work/$scenario.$gateway
	net=vpnalg-lab-$$-net
	gw=vpnalg-lab-$$-gw
	check_defaults
	ipsec_defaults
	rm -rf "$run"
	mkdir -p "$run/guests" "$run/clients"
	# shellcheck disable=SC1090
	. "$lab/scenarios/$scenario.sh"
	started=$(date +%s)
	run_scenario
	echo "      $about, $(($(date +%s) - started)) s"
}

read_arguments() {
	while [ $# -gt 0 ]; do
		case $1 in
		--short) scenarios="$scenarios $short" ;;
		--gateway)
			[ $# -gt 1 ] || usage
			gateways=$(echo "$2" | tr , ' ')
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
	echo "usage: sh tests/lab/run.sh [--gateway NAME[,NAME]...] [--short]" \
		"[SCENARIO]..." >&2
	echo "gateways: none kernel vpnalg-gw vpnalg-queue" >&2
	echo "scenarios:" $(all_scenarios) >&2
	exit 2
}

all_scenarios() {
	for file in "$lab"/scenarios/*.sh; do
		basename "$file" .sh
	done
}

make_work() {
	work=${LAB_WORK:-$(mktemp -d /var/tmp/vpnalg-lab.XXXXXX)}
	mkdir -p "$work"
	work=$(cd "$work" && pwd)
	case $work in
	/tmp/*)
		echo "$0: $work: guests do not see what is under /tmp" >&2
		exit 2
		;;
	esac
	tools=$work/tools
	mkdir -p "$tools" && cp "$lab/guest.sh" "$lab/machine-init.sh" \
		"$lab/transfer.pl" "$tools"
}

prepare_programs() {
	! are_built || return 0
	if ! (build_programs) >"$work/build.log" 2>&1 </dev/null; then
		tail -n 30 "$work/build.log"
		echo "$0: the build failed" >&2
		exit 1
	fi
	VPNALG_GW=$work/build/examples/vpnalg-gw
	VPNALG_QUEUE=$work/build/examples/vpnalg-queue
}

main() {
	scenarios=
	read_arguments "$@"
	[ "$(id -u)" -ne 0 ] || { wants_lab; wants_programs; install_missing; }
	why=$(why_not)
	if [ -n "$why" ]; then
		echo "skipped: $why"
		exit 77
	fi
	make_work
	prepare_programs
	trap 'clean_up; exit 1' INT TERM HUP
	for scenario in ${scenarios:-$(all_scenarios)}; do
		for gateway in $gateways; do
			run_one "$scenario" "$gateway"
		done
	done
	echo "$passed passed, $failed failed, $skipped skipped; captures and" \
		"logs are in $work"
	[ $failed -eq 0 ] || exit 1
	[ $skipped -eq 0 ] || exit 77
	exit 0
}

main "$@"
