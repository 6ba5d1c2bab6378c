# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The gateway's namespace as the lab has it ($gw, in0 and out0), and a link from
# each interface straight to its far end:
#
#   $near   inside  192.168.77.2 --- 192.168.77.1 in0   $gw
#   $far    outside 203.0.113.2 ---- 203.0.113.1  out0
#
#   speed_network_open on|off [one]   with offloads or without; with both far
#                                     ends in one namespace, which only replay
#                                     knows: its kernel drops all that arrives
#   speed_network_close

gw=vpnalg-speed-$$-gw
near=vpnalg-speed-$$-near
far=vpnalg-speed-$$-far

# offloads NAMESPACE INTERFACE on|off
offloads() {
	ip netns exec "$1" ethtool -K "$2" tx "$3" rx "$3" gso "$3" gro "$3" \
		tso "$3" >/dev/null
}

# speed_link INTERFACE NET NAMESPACE FAR_INTERFACE on|off: nobody need ask for
# addresses, which would be packets, too.
speed_link() {
	ip link add "$1" netns "$gw" address 02:00:00:00:00:01 type veth \
		peer name "$4" netns "$3" address 02:00:00:00:00:02
	ip netns exec "$gw" sysctl -q -w "net.ipv6.conf.$1.disable_ipv6=1"
	ip netns exec "$3" sysctl -q -w "net.ipv6.conf.$4.disable_ipv6=1"
	offloads "$gw" "$1" "$5"
	offloads "$3" "$4" "$5"
	ip -n "$gw" addr add "$2.1/24" dev "$1"
	ip -n "$gw" link set "$1" up
	ip -n "$3" link set "$4" up
	ip -n "$gw" neigh add "$2.2" lladdr 02:00:00:00:00:02 dev "$1"
}

# drop_all NAMESPACE INTERFACE: behind where packet sockets see it.
drop_all() {
	ip netns exec "$1" nft -f - <<-END
		table netdev $2 {
			chain sink {
				type filter hook ingress device $2 priority 0;
				drop
			}
		}
	END
}

# Hosts and servers as replay has them.
make_room_for_replay() {
	ip -n "$gw" route add 10.0.0.0/8 via 192.168.77.2
	ip -n "$gw" route add 198.18.0.0/15 via 203.0.113.2
	drop_all "$near" inside && drop_all "$near" outside
}

make_hosts() {
	ip -n "$near" addr add 192.168.77.2/24 dev inside
	ip -n "$far" addr add 203.0.113.2/24 dev outside
	ip -n "$near" route add default via 192.168.77.1
	ip -n "$far" route add default via 203.0.113.1
}

speed_network_open() {
	for name in "$gw" "$near" "$far"; do
		ip netns add "$name" || return
		ip -n "$name" link set lo up
	done
	ip netns exec "$gw" sysctl -q -w net.ipv4.ip_forward=1
	speed_link in0 192.168.77 "$near" inside "$1"
	if [ "${2:-}" = one ]; then
		speed_link out0 203.0.113 "$near" outside "$1"
		make_room_for_replay
	else
		speed_link out0 203.0.113 "$far" outside "$1"
		make_hosts
	fi
}

speed_network_close() {
	for name in "$gw" "$near" "$far"; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	done
}
