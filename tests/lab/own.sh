# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A router that is a VPN client itself, beside inside clients of the same server:
#
#     c1 c2 --- in0 | eth0 192.168.77.1   router   203.0.113.1 eth1 | out0 --- srv
#
#   own_scenario      for the head of a scenario
#   own_open          the router, with $gateway on it; a client named "router"
#                     from then on
#   own_first VERB    VERB CLIENT for all of $clients, the router first: who has a
#                     port or a Call ID first keeps it, and of the router's own
#                     neither can be changed
#
# Times to wait are long: the virtual machine is slow.

own_scenario() {
	clients='c1 c2'
	router=own
	router_outside=eth1
	transfer_seconds=120
	why_not_scenario=why_not_own
	case $gateway in
	vpnalg-gw) arguments='--own 3' ;;
	vpnalg-queue) arguments=--own ;;
	esac
}

why_not_own() {
	why_not_libreswan
	why_not_machine
}

# As in vpnalg-gw(1).
own_rules() {
	[ "$gateway" = vpnalg-gw ] || return 0
	cat <<-'END'
		nft -f - <<'EOF'
		table ip arriving {
			chain prerouting {
				type filter hook prerouting priority raw;
				ct state invalid counter
				iifname eth1 meta pkttype host jump vpns
			}
			chain vpns {
				ip protocol { gre, esp, ah, l2tp } queue num 3 bypass
				tcp sport 1723 queue num 3 bypass
				udp sport { 500, 1701, 4500 } queue num 3 bypass
				icmp type { destination-unreachable, time-exceeded,
					parameter-problem } queue num 3 bypass
			}
		}
		EOF
	END
}

own_prepare() {
	guest_do router 60 "hostname router
		ip addr add 192.168.77.1/24 dev eth0
		ip addr add 203.0.113.1/24 dev eth1
		ip link set eth0 up
		ip link set eth1 up
		ip route add default via $server_address
		$(own_rules)"
}

own_open() {
	router_boot
	{ router_await && own_prepare && router_start; } \
		>"$run/said.router" 2>&1 && {
		clients="$clients router"
		return
	}
	[ -n "$unable" ] || bad_all "no router: $(tail -n 1 "$run/said.router")"
	return 1
}

own_first() {
	"$1" router
	for one in $clients; do
		[ "$one" = router ] || "$1" "$one"
	done
}
