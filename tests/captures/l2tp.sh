#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# l2tp.sh OUTPUT-FOLDER [GATEWAY [WHAT]...]: makes l2tp_*-inside.pcap anew, or
# some of them (same, hidden, call_out, static_3), as root, on a kernel that has
# L2TP of both versions and PPP (Debian's own has them).
# Clients and a server, each in a network namespace, a router between them, and
# real programs: xl2tpd, pppd, and the kernel's L2TPv3. What no daemon that can
# be had does, an end of l2tp_peer.py does, and the other end is xl2tpd.
#
# GATEWAY, unless it is empty, is a vpnalg-gw that stands in for the router; then
# the outside is captured, too. What answers each client's pings is said.
# CLIENTS is how many clients with the same Tunnel ID there are (3).
set -eu
output=$1
gateway=${2-}
shift
[ $# -eq 0 ] || shift
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
me=l2tp-$$
names=
stop=

in_ns() {
	name=$1
	shift
	ip netns exec "$me-$name" "$@"
}

# run NAMESPACE COMMAND: in the background, until the end.
run() {
	name=$1
	shift
	ip netns exec "$me-$name" "$@" >>"$work/log" 2>&1 </dev/null &
	stop="$stop $!"
}

clean() {
	for pid in $stop; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in $stop; do
		wait "$pid" 2>/dev/null || :
	done
	sleep 1
	for name in $names; do
		ip netns del "$me-$name" 2>/dev/null || :
	done
	names=
	stop=
}
trap 'clean; rm -rf "$work"' EXIT

make() {
	ip netns add "$me-$1"
	names="$names $1"
	in_ns "$1" ip link set lo up
	in_ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_ns "$1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
}

# join NAMESPACE ADDRESS GATEWAY ROUTER-INTERFACE
join() {
	ip link add eth0 netns "$me-$1" type veth peer name "$4" netns "$me-r"
	in_ns "$1" ip addr add "$2/24" dev eth0
	in_ns "$1" ip link set eth0 up
	in_ns "$1" ethtool -K eth0 tx off tso off gso off gro off >/dev/null
	in_ns r ip link set "$4" up
	in_ns r ethtool -K "$4" tx off tso off gso off gro off >/dev/null
	in_ns "$1" ip route add default via "$3"
}

# begin NAME CLIENTS: the network, and a capture of its inside.
begin() {
	make r
	in_ns r ip link add in0 type bridge
	for n in $(seq "$2"); do
		make "c$n"
		join "c$n" "192.168.77.$((10 + n))" 192.168.77.1 "v$n"
		in_ns r ip link set "v$n" master in0
	done
	make s
	join s 203.0.113.10 203.0.113.1 out0
	in_ns r ip link set in0 up
	in_ns r ip addr add 192.168.77.1/24 dev in0
	in_ns r ip addr add 203.0.113.1/24 dev out0
	if [ -z "$gateway" ]; then
		in_ns r sysctl -qw net.ipv4.ip_forward=1
	else
		in_ns s ip route del default
		run r "$gateway" --inside in0 --outside out0 --address 203.0.113.1
		run r tcpdump -i out0 -s 0 -U -w "$output/$1-outside.pcap" not arp
	fi
	run r tcpdump -i in0 -s 0 -U -w "$output/$1-inside.pcap" not arp
	sleep 2
}

# daemon NAMESPACE NUMBER: xl2tpd; its configuration comes by standard input.
# With a number this is its Tunnel ID, and that of its call.
daemon() {
	dir=$work/$1
	mkdir -p "$dir"
	cat >"$dir/conf"
	printf 'name %s\n' "$1" noauth nobsdcomp nodeflate novj noccp \
		noipv6 nodefaultroute ipcp-accept-local ipcp-accept-remote \
		lcp-echo-interval\ 0 | sed '2,$s/^name //' >"$dir/options"
	echo '* * only-for-captures' >"$dir/secrets"
	random=
	if [ -n "${2-}" ]; then
		for _ in $(seq 64); do
			# shellcheck disable=SC2059
			printf "\\$(printf %o $(($2 & 255)))\\$(printf %o \
				$(($2 >> 8)))"
		done >"$dir/random"
		random="mount --bind $dir/random /dev/urandom;"
	fi
	run "$1" sh -c "$random exec xl2tpd -D -c $dir/conf -s $dir/secrets \
		-p $dir/pid -C $dir/control"
	sleep 1
}

# The kernel's data path knows a tunnel by its ports alone, which are the same
# for all clients of one address then.
server() {
	daemon s <<-END
		[global]
		port = 1701
		force userspace = yes
		[lns default]
		ip range = 10.9.1.11-10.9.1.30
		local ip = 10.9.1.1
		require authentication = no
		challenge = yes
		hidden bit = yes
		length bit = yes
		pppoptfile = $work/s/options
	END
}

# client NAME NUMBER CHALLENGE
client() {
	daemon "$1" "$2" <<-END
		[global]
		port = 1701
		[lac far]
		lns = 203.0.113.10
		require authentication = no
		challenge = $3
		hidden bit = $3
		length bit = yes
		pppoptfile = $work/$1/options
	END
}

# up NAME: until the server answers through it.
up() {
	for _ in $(seq 60); do
		if in_ns "$1" ping -q -c 1 -W 1 -I ppp0 10.9.1.1 >/dev/null 2>&1
		then
			return
		fi
		sleep 0.5
	done
	echo "$1 has no tunnel"
	return 1
}

# alive NAME...: whether each goes on after the last of them has come up.
alive() {
	for name in "$@"; do
		in_ns "$name" ping -q -c 3 -i 0.2 -s 100 -I ppp0 10.9.1.1 |
			sed -n "s/.* transmitted/$name: 3 pings/p"
	done
}

# Clients that know their tunnels by the same ID, all from port 1701.
same() {
	begin l2tp_same "$1"
	server
	all=
	for n in $(seq "$1"); do
		client "c$n" 4660 yes
		echo 'c far' >"$work/c$n/control"
		all="$all c$n"
	done
	for name in $all; do
		up "$name" || :
	done
	# shellcheck disable=SC2086
	alive $all
	for name in $all; do
		echo 'd far' >"$work/$name/control"
	done
	sleep 3
	clean
}

# Clients that hide their Tunnel IDs; the first two of them have the same one,
# and of these only one can live behind a server that insists.
hidden() {
	begin l2tp_hidden 3
	server
	for n in 1 2 3; do
		run "c$n" python3 "$here/l2tp_peer.py" hide 203.0.113.10 \
			only-for-captures $((4660 + n / 3))
		sleep 3
	done
	sleep 24
	clean
}

# xl2tpd calls out.
call_out() {
	begin l2tp_out 1
	run s python3 "$here/l2tp_peer.py" answer
	sleep 2
	client c1 '' no
	echo 'o far 5550100' >"$work/c1/control"
	sleep 4
	echo 'd far' >"$work/c1/control"
	sleep 3
	clean
}

# static NAMESPACE LOCAL REMOTE NUMBER COOKIE PEER-COOKIE OWN PEER ENCAP...:
# a tunnel of version 3 without control connection, for Ethernet frames.
static() {
	name=$1
	local=$2
	remote=$3
	number=$4
	cookies="cookie $5 peer_cookie $6"
	ids="$7 $8"
	shift 8
	in_ns "$name" ip l2tp add tunnel tunnel_id "$number" \
		peer_tunnel_id "$number" local "$local" remote "$remote" \
		encap "$@"
	# shellcheck disable=SC2086
	in_ns "$name" ip l2tp add session tunnel_id "$number" \
		session_id ${ids% *} peer_session_id ${ids#* } $cookies \
		name "eth3$number"
	in_ns "$name" ip link set "eth3$number" mtu 1400 up
}

# Pairs of static tunnels; over IP, then on UDP.
static_3() {
	begin l2tp_v3 2
	away=203.0.113.10
	for n in 1 2; do
		in=192.168.77.$((10 + n))
		seen=$in
		[ -z "$gateway" ] || seen=203.0.113.1
		if [ "$n" = 1 ]; then
			set -- ip
			there='ip'
		else
			set -- udp udp_sport 1701 udp_dport 1701
			there='udp udp_sport 1701 udp_dport 1701'
		fi
		static "c$n" $in $away $n 0123456789abcdef 89abcdef \
			$((100 + n)) $((200 + n)) "$@"
		# shellcheck disable=SC2086
		static s $away $seen $n 89abcdef 0123456789abcdef \
			$((200 + n)) $((100 + n)) $there
		in_ns "c$n" ip addr add "10.9.$n.2/24" dev "eth3$n"
		in_ns s ip addr add "10.9.$n.1/24" dev "eth3$n"
	done
	for n in 1 2; do
		in_ns "c$n" ping -q -c 3 -i 0.3 "10.9.$n.1" |
			sed -n "s/.* transmitted/c$n: 3 pings/p"
	done
	clean
}

[ $# -gt 0 ] || set -- same hidden call_out static_3
for what in "$@"; do
	case $what in
	same) same "${CLIENTS-3}" ;;
	*) "$what" ;;
	esac
done
