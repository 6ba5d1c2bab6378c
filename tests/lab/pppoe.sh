# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A gateway whose outside link is PPPoE: it runs on a router of its own, a
# virtual machine, and $server is at the other end of the link. What was
# namespace $gw only hands frames on, so that captures are taken there:
#
#     c1 c2 c3 --- in0 | eth0 192.168.77.1   router
#                        ppp0 203.0.113.1 over eth1 | out0 --- srv 203.0.113.10
#
#   pppoe_open      the router, the link, and $gateway on it
#   pppoe_redial    the link ends, which the gateway must say and end, too; then
#                   both come again
#   router_close     a clean end of the gateway
#   pppoe_large CLIENT BYTES    pings so large that they are fragmented
#   pppoe_told CLIENT           has learnt what the link takes
#
# Times to wait are long: the virtual machine is slow.

pppoe_mtu=1492
pppoe_options="noauth noipv6 nobsdcomp nodeflate novj mtu $pppoe_mtu \
mru $pppoe_mtu lcp-echo-interval 5 lcp-echo-failure 12"

# The address is the link's from now on, and so are all ways out.
pppoe_serve() {
	guest_do "$server" 20 "modprobe -a ppp_async
		printf '%s\n' $pppoe_options >/run/pppoe
		ip addr flush dev eth0
		pppoe-server -I eth0 -L $server_address -R 203.0.113.1 -N 1 \\
			-O /run/pppoe"
}

pppoe_prepare() {
	guest_do router 60 "hostname router
		modprobe -a pppoe
		ip addr add 192.168.77.1/24 dev eth0
		ip link set eth0 up
		ip link set eth1 up"
}

pppoe_dial() {
	guest_do router 120 "timeout 110 pppd plugin pppoe.so eth1 \\
		$pppoe_options defaultroute linkname outside updetach"
}

pppoe_route_back() {
	guest_do "$server" 20 "for try in \$(seq 100); do
			ip route replace default dev ppp0 && exit
			sleep 0.1
		done
		exit 1"
}

pppoe_link() {
	router_boot
	pppoe_serve && router_await && pppoe_prepare && pppoe_dial &&
		pppoe_route_back
}

pppoe_open() {
	{ pppoe_link && router_start; } >"$run/said.router" 2>&1 && return
	[ -n "$unable" ] || bad_all "no PPPoE: $(tail -n 1 "$run/said.router")"
	return 1
}

pppoe_hang_up() {
	gone router 'kill $(head -n 1 /run/ppp-outside.pid)
		test -e /sys/class/net/ppp0' &&
		gone "$server" 'ip link show ppp0'
	[ "$gateway" = vpnalg-gw ] || return 0
	router_ended 1
	grep -q 'interface ppp0: it is gone' "$run/gateway.log" ||
		bad_all 'the gateway has not said why it ended'
}

pppoe_redial() {
	{
		pppoe_hang_up && pppoe_dial && pppoe_route_back && router_start
	} >"$run/said.router" 2>&1 ||
		bad_all "no second link: $(tail -n 1 "$run/said.router")"
}

pppoe_count_pings() {
	guest_do "$server" 10 'nstat -asz IcmpInEchos |
		sed -n "s/^IcmpInEchos *\([0-9]*\).*/\1/p"'
}

# Such a ping and the tunnel's headers are 1,500 bytes. Only those that arrive
# are counted: the server's answers are fragments from the start.
pppoe_large() {
	is_up "$1" || return
	before=$(pppoe_count_pings)
	guest_do "$1" 20 "ping -n -q -M dont -s $2 -c 5 -i 0.2 -W 2 \
		$(cat "$run/clients/$1.inner")" >/dev/null
	arrived=$(($(pppoe_count_pings) - before))
	if [ $arrived -eq 5 ]; then
		good "$1" "large: $arrived/5 pings"
	else
		bad "$1" "large: $arrived/5 pings"
	fi
}

pppoe_told() {
	is_up "$1" || return
	if guest_do "$1" 10 "ip route get $server_address |
			grep 'mtu $pppoe_mtu'" >/dev/null; then
		good "$1" "was told of $pppoe_mtu bytes"
	else
		bad "$1" "was not told of $pppoe_mtu bytes"
	fi
}
