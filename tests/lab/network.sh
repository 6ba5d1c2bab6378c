# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The network of one run: two namespaces, guests at their places, and the
# programs beside them.
#
#   $net   br_in: c1 c2 c3 ...      $gw   in0 192.168.77.1
#          br_out: srv                    out0 203.0.113.1
#
# Where a scenario says so, servers are inside and clients outside (services.sh),
# or servers are behind one more router (narrow.sh).
#
#   network_open, network_close
#   start_in_gateway NAME COMMAND...   runs it in $gw in the background
#   stop NAME SIGNAL             ends it, and returns its exit status
#   place GUEST                  prints its bridge, its address and its router
#   start_guest GUEST            boots it there
#   boot_client CLIENT           and waits until it is there
#   boot_servers                 $servers, and does not wait
#   boot_all                     $servers and $clients; waits until they are there
#   clean_up                     guests, programs and namespaces end

inside_net=192.168.77.0/24

# The settings that a scenario may change, as they are before each scenario.
network_defaults() {
	outside_address=203.0.113.1 # what the gateway is told
	clients_outside=
	servers_are=outside # or inside, or far
	standby= # whether a second gateway stands by, with a Redis
	services= # of the servers inside
}
network_defaults

# offloads_off NAMESPACE INTERFACE
offloads_off() {
	ip netns exec "$1" ethtool -K "$2" tx off rx off gso off gro off \
		tso off >/dev/null
}

# link ROUTER INTERFACE PORT BRIDGE ADDRESS: a router's interface with its
# address, and its other end at a port of the bridge.
link() {
	ip link add "$2" netns "$1" type veth peer name "$3" netns "$net" &&
		ip -n "$net" link set "$3" master "$4" up &&
		ip -n "$1" addr add "$5" dev "$2" &&
		ip -n "$1" link set "$2" up || return
	offloads_off "$1" "$2"
	offloads_off "$net" "$3"
}

bridge_add() {
	ip -n "$net" link add "$1" type bridge &&
		ip -n "$net" link set "$1" up
}

# router_add NAMESPACE
router_add() {
	ip netns add "$1" && ip -n "$1" link set lo up &&
		ip netns exec "$1" sysctl -q -w net.ipv4.ip_forward=1
}

network_open() {
	ip netns add "$net" && router_add "$gw" &&
		bridge_add br_in && bridge_add br_out &&
		link "$gw" in0 to_in br_in 192.168.77.1/24 &&
		link "$gw" out0 to_out br_out 203.0.113.1/24 || return
	[ "$servers_are" != far ] || narrow_open || return
	[ -z "$standby" ] || redis_start
}

network_close() {
	for name in "$net" "$gw" "$gw-far"; do
		[ -e "/run/netns/$name" ] && ip netns del "$name"
	done
}

# start_in_gateway NAME COMMAND...: its process ID goes to $run/NAME.pid.
start_in_gateway() {
	name=$1
	shift
	ip netns exec "$gw" "$@" >"$run/$name.log" 2>&1 </dev/null &
	echo $! >"$run/$name.pid"
}

# stop NAME SIGNAL: waits for its end and returns its exit status.
stop() {
	pid=$(cat "$run/$1.pid" 2>/dev/null) || return 0
	rm -f "$run/$1.pid"
	kill "-$2" "$pid" 2>/dev/null
	wait "$pid"
}

# cN has the address 192.168.77.1N, or 203.0.113.2N outside.
place() {
	where=inside
	number=1${1#c}
	case $1 in
	srv) where=$servers_are number=10 ;;
	srv*) where=$servers_are number=1${1#srv} ;;
	*) case " $clients_outside " in
		*" $1 "*) where=outside number=2${1#c} ;;
		esac ;;
	esac
	case $where in
	inside) echo "br_in 192.168.77.$number 192.168.77.1" ;;
	outside) echo "br_out 203.0.113.$number 203.0.113.1" ;;
	far) echo "br_far 198.51.100.$number 198.51.100.1" ;;
	esac
}

start_guest() {
	# shellcheck disable=SC2046
	guest_boot "$1" $(place "$1")
}

boot_client() {
	start_guest "$1" && guest_await "$1"
}

boot_servers() {
	for guest in $servers; do
		start_guest "$guest"
	done
}

boot_all() {
	boot_servers
	each start_guest
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
