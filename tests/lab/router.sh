# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A router that is a guest itself, a virtual machine, with $gateway on it. What was
# namespace $gw only hands frames on, so that captures are taken there:
#
#     c1 c2 c3 --- in0 | eth0   router   eth1 | out0 --- srv
#
#   router_boot, router_await
#   router_start             $gateway on it, between eth0 and $router_outside
#   router_ended STATUS      the gateway has ended with that one, and left nothing
#   router_close             a clean end of the gateway

# router_bridge LINK TAP: frames of one are those of the other.
router_bridge() {
	ip -n "$gw" addr flush dev "$1"
	ip -n "$gw" link add "br_$1" type bridge
	ip netns exec "$gw" ip tuntap add mode tap name "$2"
	for link in "$1" "$2"; do
		ip -n "$gw" link set "$link" master "br_$1" up
	done
	ip -n "$gw" link set "br_$1" up
}

router_boot() {
	router_bridge in0 to_router
	router_bridge out0 from_router
	machine_boot router to_router from_router
}

router_await() {
	guest_ready router && return
	unable="the router does not boot: $(guest_last_words router)"
	return 1
}

# The commands that make the router what $gateway says; in the foreground, if
# there is a program. What vpnalg-gw does not carry, nobody carries then.
router_gateway() {
	[ "$gateway" = vpnalg-gw ] || echo 'sysctl -q -w net.ipv4.ip_forward=1'
	case $gateway in
	kernel)
		printf "nft -f - <<'END'\n%s\nEND\n" \
			"$(kernel_rules "$router_outside")"
		;;
	vpnalg-gw)
		cp "$VPNALG_GW" "$tools/vpnalg-gw"
		echo "exec $tools/vpnalg-gw --inside eth0 \
			--outside $router_outside --address 203.0.113.1 \
			--stats 5 $arguments"
		;;
	vpnalg-queue)
		cp "$VPNALG_QUEUE" "$tools/vpnalg-queue"
		cp "$lab/rules.sh" "$tools"
		echo ". $tools/rules.sh
			queue_rules $router_outside $arguments || exit
			exec $tools/vpnalg-queue --address 203.0.113.1 $arguments"
		;;
	esac
}

# Commands that succeed when the gateway is ready.
router_ready() {
	case $gateway in
	vpnalg-gw) echo 'nft list tables | grep -q vpnalg-gw' ;;
	*) echo 'grep -q . /proc/net/netfilter/nfnetlink_queue' ;;
	esac
}

is_program() {
	case $gateway in
	vpnalg-*) ;;
	*) return 1 ;;
	esac
}

router_start() {
	guest_start router "$(router_gateway)"
	echo "$job" >"$run/router.job"
	is_program || { guest_wait "$job" 180; return; }
	guest_do router 180 "for try in \$(seq 1000); do
			{ $(router_ready); } && exit
			sleep 0.1
		done
		exit 1"
}

# router_ended STATUS: with that one, and nothing is left behind.
router_ended() {
	guest_wait "$(cat "$run/router.job")" 60 >"$run/gateway.log"
	[ $? -eq "$1" ] &&
		guest_do router 60 '! nft list tables | grep vpnalg' && return
	bad_all 'the gateway has not ended well'
}

router_close() {
	is_program || return 0
	guest_do router 60 "pkill -TERM -x $gateway"
	router_ended 0
}
