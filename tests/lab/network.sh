# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The network of one run: two namespaces.
#
#   $net   br_in: c1 c2 c3 ...      $gw   in0 192.168.77.1
#          br_out: srv                    out0 203.0.113.1
#
# Where a scenario says so, servers are inside and clients outside (services.sh),
# or servers are behind one more router (narrow.sh).
#
#   network_open, network_close
#   watch_start, watch_stop      captures of both sides, in $run
#   gateway_open GATEWAY [ARGUMENT]..., gateway_close
#   gateway_restart [ARGUMENT]...    kills it and starts it anew
#   may_renumber                     for the head of a scenario that does:
#   keeps_state                      for the head of a scenario that does:
#   gateway_update                   it ends and starts again, with its sessions
#   gateway_renumber                 its outside address is 203.0.113.7 from now on
#   place GUEST                  prints its bridge, its address and its router
#   start_guest GUEST            boots it there
#   boot_client CLIENT           and waits until it is there
#   boot_servers                 $servers, and does not wait
#   boot_all                     $servers and $clients; waits until they are there
#   clean_up                     guests, programs and namespaces end
#   leak_filter                  prints what finds packets that show an inside
#                                address, be it in an ICMP error's quote
#   leaks                        prints how many there were outside

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

# link ROUTER INTERFACE PORT BRIDGE ADDRESS
link() {
	ip link add "$2" netns "$1" type veth peer name "$3" netns "$net" &&
		ip -n "$net" link set "$3" master "$4" up &&
		ip -n "$1" addr add "$5" dev "$2" &&
		ip -n "$1" link set "$2" up || return
	ip netns exec "$1" ethtool -K "$2" tx off rx off gso off gro off \
		tso off >/dev/null
	ip netns exec "$net" ethtool -K "$3" tx off rx off gso off gro off \
		tso off >/dev/null
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

watch_start() {
	for side in in out; do
		start_in_gateway "watch-$side" tcpdump -n -U -B 65536 -i ${side}0 \
			-w "$run/$side.pcap" ip or arp or pppoed or pppoes
		until grep -qs 'listening on' "$run/watch-$side.log"; do
			sleep 0.05
		done
	done
}

watch_stop() {
	sleep 0.2
	stop watch-in INT
	stop watch-out INT
}

# kernel_rules OUTSIDE: the kernel's NAT. Its PPTP helper must be assigned to
# connections.
kernel_rules() {
	cat <<-END
		table ip lab {
			ct helper pptp { type "pptp" protocol tcp; }
			chain before {
				type filter hook prerouting priority -150;
				tcp dport 1723 ct helper set "pptp"
			}
			chain after {
				type nat hook postrouting priority srcnat;
				oifname $1 masquerade
			}
			chain services {
				type nat hook prerouting priority dstnat;
				$(service_rules "$1")
			}
		}
	END
}

# Prints iptables matches for what passes through vpnalg-queue: with --general
# everything.
queue_matches() {
	[ "$1" != --general ] || { echo && return; }
	cat <<-END
		-p tcp -m multiport --ports 1723
		-p udp -m multiport --ports 500,1701,4500
		-p gre
		-p esp
		-p ah
		-p 115
		-p icmp --icmp-type destination-unreachable
		-p icmp --icmp-type time-exceeded
		-p icmp --icmp-type parameter-problem
	END
}

# queue_rules OUTSIDE [ARGUMENT]...: what vpnalg-queue has translated bypasses the
# kernel's NAT; see vpnalg-queue(1). Some kernels have the queue for iptables only.
queue_rules() {
	outside=$1
	shift
	queue_matches "$@" | while read -r match; do
		# shellcheck disable=SC2086
		iptables -t raw -A PREROUTING -i "$outside" $match -j NFQUEUE &&
			iptables -t mangle -A POSTROUTING -o "$outside" $match \
				-j NFQUEUE || exit
	done || return
	iptables -t nat -A POSTROUTING -m mark --mark 0x56504e41 -j ACCEPT &&
		iptables -t nat -A POSTROUTING -o "$outside" -j MASQUERADE
}

# gateway_open GATEWAY [ARGUMENT]...: starts it between in0 and out0, unless the
# scenario starts a router of its own.
gateway_open() {
	gateway=$1
	shift
	[ -z "$router" ] || return 0
	case $gateway in
	none) ;;
	kernel)
		kernel_rules out0 | ip netns exec "$gw" nft -f - \
			>"$run/gateway.log" 2>&1
		;;
	vpnalg-gw) gateway_start "$@" ;;
	vpnalg-queue)
		ip netns exec "$gw" sh -c ". '$lab/network.sh'; queue_rules out0 $*" \
			>"$run/gateway.log" 2>&1 &&
			gateway_start "$@"
		;;
	esac
}

# Starts the gateway's program, if it is one.
gateway_start() {
	case $gateway in
	vpnalg-gw)
		start_in_gateway gateway "$VPNALG_GW" --inside in0 \
			--outside out0 --address "$outside_address" \
			--stats 5 "$@"
		gateway_await nft list table ip "vpnalg-gw-$(gateway_index)"
		;;
	vpnalg-queue)
		start_in_gateway gateway "$VPNALG_QUEUE" \
			--address "$outside_address" "$@"
		gateway_await grep -q . /proc/net/netfilter/nfnetlink_queue
		;;
	esac
}

# With the gateway its rules go, and the kernel forwards what inside hosts send as
# it is. A router's own rule, as vpnalg-gw(1) has it, keeps that inside.
inside_rule() {
	cat <<-END
		table ip inside {
			chain after {
				type filter hook postrouting priority 300;
				oifname out0 ip saddr $inside_net drop
			}
		}
	END
}

# It is killed without a word, and tells nobody what it knew. Nothing may be left
# that keeps it from starting. The rule is there in between only: at all other
# times it would hide a leak.
gateway_restart() {
	inside_rule | ip netns exec "$gw" nft -f - ||
		bad_all 'the rule cannot be set that keeps inside addresses inside'
	stop gateway KILL 2>/dev/null
	mv "$run/gateway.log" "$run/gateway-killed.log" 2>/dev/null
	gateway_start "$@" ||
		bad_all "the gateway has not come again: $(tail -n 1 "$run/gateway.log")"
	ip netns exec "$gw" nft delete table ip inside
}

# While it does not run, the kernel would answer for it: a router's own rule, as
# vpnalg-gw(1) has it, keeps it from that.
outside_rule() {
	cat <<-END
		table ip outside {
			chain before {
				type filter hook prerouting priority -450;
				iifname out0 drop
			}
		}
	END
}

keeps_state() {
	arguments="--state $run/state --state-every 1"
}

# It ends and starts again, as for an update, with what it has kept.
gateway_update() {
	{ inside_rule && outside_rule; } | ip netns exec "$gw" nft -f - ||
		bad_all 'the rules cannot be set for the time between'
	stop gateway TERM 2>/dev/null
	mv "$run/gateway.log" "$run/gateway-before.log" 2>/dev/null
	# shellcheck disable=SC2086
	gateway_start $arguments ||
		bad_all "the gateway has not come again: $(tail -n 1 "$run/gateway.log")"
	ip netns exec "$gw" nft delete table ip inside
	ip netns exec "$gw" nft delete table ip outside
	grep -q 'sessions loaded, 0 left out' "$run/gateway.log" ||
		bad_all 'it has not loaded all of its sessions'
}

may_renumber() {
	[ "$gateway" != vpnalg-gw ] || outside_address=auto
}

# As when a link is set up anew: for a moment there is none, and no address.
# vpnalg-gw notices; vpnalg-queue is started anew, as a script of the router's
# would do.
gateway_renumber() {
	ip -n "$gw" link set out0 down
	ip -n "$gw" addr flush dev out0
	sleep 1
	ip -n "$gw" addr add 203.0.113.7/24 dev out0
	ip -n "$gw" link set out0 up
	[ "$gateway" = vpnalg-queue ] || return 0
	outside_address=203.0.113.7
	# shellcheck disable=SC2086
	gateway_restart $arguments
}

gateway_index() {
	ip netns exec "$gw" cat /sys/class/net/out0/ifindex
}

# gateway_await COMMAND...: waits until the command succeeds, or the gateway has
# ended.
gateway_await() {
	tries=0
	until ip netns exec "$gw" "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		kill -0 "$(cat "$run/gateway.pid")" 2>/dev/null &&
			[ $tries -le 100 ] || return
		sleep 0.05
	done
}

# Fails if the gateway does not end well, or leaves rules behind.
gateway_close() {
	[ -e "$run/gateway.pid" ] || return 0
	stop gateway TERM &&
		! ip netns exec "$gw" nft list tables | grep vpnalg
}

count_packets() {
	tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l
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

# The quoted IP header has its source at 12 and its destination at 16. In a
# filter, what follows "pppoes" looks into PPPoE.
leak_filter() {
	quoted='icmp[0] = 3 or icmp[0] = 11 or icmp[0] = 12'
	quoted="($quoted) and (icmp[20:4] & 0xffffff00 = 0xc0a84d00"
	quoted="$quoted or icmp[24:4] & 0xffffff00 = 0xc0a84d00)"
	shown="(net $inside_net or ($quoted))"
	echo "$shown or (pppoes and $shown)"
}

leaks() {
	count_packets "$run/out.pcap" "$(leak_filter)"
}
