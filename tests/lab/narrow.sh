# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Servers behind one more router, whose link to them takes 1,300 bytes. What is
# larger and may not be fragmented is refused there with an ICMP error, which the
# gateway must hand on to the client.
#
#   $gw   out0 203.0.113.1 --- far0 203.0.113.2   $gw-far
#         br_far: srv 198.51.100.10 --- far1 198.51.100.1
#
#   behind_narrow               for the head of a scenario
#   narrow_open                 by network_open
#   narrow_errors CLIENT        each of $clients sends one ping that is too large,
#                               and may not be fragmented, through its tunnel: it
#                               is told, and none of the others
#   narrow_told CLIENT          its route to the server has learnt the 1,300 bytes
#   narrow_large CLIENT         pings that are too large, and may be fragmented

narrow_mtu=1300
narrow_bytes=1360

behind_narrow() {
	servers_are=far
	at srv
}

# The MTU is the routes': a link's own would refuse what comes from the other end.
narrow_open() {
	router_add "$gw-far" && bridge_add br_far &&
		link "$gw-far" far0 to_far br_out 203.0.113.2/24 &&
		link "$gw-far" far1 from_far br_far 198.51.100.1/24 &&
		ip -n "$gw" route add 198.51.100.0/24 via 203.0.113.2 &&
		ip -n "$gw-far" route add "$server_own" dev far1 \
			mtu $narrow_mtu &&
		ip -n "$gw-far" route add 203.0.113.1 dev far0 \
			mtu $narrow_mtu || return
	[ "$gateway" != none ] ||
		ip -n "$gw-far" route add "$inside_net" via 203.0.113.1 \
			mtu $narrow_mtu
}

# ICMP errors "fragmentation needed" that have gone to the guest.
narrow_count() {
	count_packets "$run/in.pcap" "icmp[0] = 3 and icmp[1] = 4 and
		dst host $(place "$1" | cut -d ' ' -f 2)"
}

narrow_counts() {
	for one in $clients; do
		[ "$one" = "$1" ] || narrow_count "$one"
	done | paste -s -d ' '
}

narrow_errors() {
	is_up "$1" || return
	mine=$(narrow_count "$1")
	others=$(narrow_counts "$1")
	guest_do "$1" 10 "ping -n -q -M do -s $narrow_bytes -c 1 -W 1 \
		$(cat "$run/clients/$1.inner")" >/dev/null
	mine=$(($(narrow_count "$1") - mine))
	if [ $mine -gt 0 ] && [ "$(narrow_counts "$1")" = "$others" ]; then
		good "$1" "ICMP errors: $mine, none to another"
	else
		bad "$1" "ICMP errors: $mine, others $others then $(narrow_counts "$1")"
	fi
}

narrow_told() {
	is_up "$1" || return
	if guest_do "$1" 10 "ip route get $server_address |
			grep 'mtu $narrow_mtu'" >/dev/null; then
		good "$1" "was told of $narrow_mtu bytes"
	else
		bad "$1" "was not told of $narrow_mtu bytes"
	fi
}

narrow_large() {
	is_up "$1" || return
	received=$(guest_do "$1" 20 "ping -n -q -M dont -s $narrow_bytes -c 5 \
		-i 0.2 -W 2 $(cat "$run/clients/$1.inner") |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'")
	if [ "${received:-0}" -eq 5 ]; then
		good "$1" "large: 5/5 pings"
	else
		bad "$1" "large: ${received:-0}/5 pings"
	fi
}
