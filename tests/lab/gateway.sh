# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The gateway between in0 and out0.
#
#   gateway_open GATEWAY [ARGUMENT]..., gateway_close
#   gateway_restart [ARGUMENT]...    kills it and starts it anew
#   may_renumber                     for the head of a scenario that does:
#   gateway_renumber                 its outside address is 203.0.113.7 from now on
#   keeps_state                      for the head of a scenario that does:
#   gateway_update                   it ends and starts again, with its sessions

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
		ip netns exec "$gw" sh -c ". '$lab/rules.sh'; queue_rules out0 $*" \
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

# gateway_start_anew WORD [ARGUMENT]...: keeps the log as gateway-WORD.log.
gateway_start_anew() {
	mv "$run/gateway.log" "$run/gateway-$1.log" 2>/dev/null
	shift
	gateway_start "$@" ||
		bad_all "the gateway has not come again: $(tail -n 1 "$run/gateway.log")"
}

# The gateway is killed before it can save anything. Nothing may be left that
# keeps it from starting. The rule is set in between only: at all other times it
# would hide a leak.
gateway_restart() {
	inside_rule | ip netns exec "$gw" nft -f - ||
		bad_all 'the rule cannot be set that keeps inside addresses inside'
	stop gateway KILL 2>/dev/null
	gateway_start_anew killed "$@"
	ip netns exec "$gw" nft delete table ip inside
}

keeps_state() {
	arguments="--state $run/state --state-every 1"
}

# The gateway ends and starts again, as for an update, with the state that it has
# saved.
gateway_update() {
	{ inside_rule && outside_rule; } | ip netns exec "$gw" nft -f - ||
		bad_all 'the rules cannot be set for the time between'
	stop gateway TERM 2>/dev/null
	# shellcheck disable=SC2086
	gateway_start_anew before $arguments
	ip netns exec "$gw" nft delete table ip inside
	ip netns exec "$gw" nft delete table ip outside
	grep -q 'sessions loaded, 0 left out' "$run/gateway.log" ||
		bad_all 'it has not loaded all of its sessions'
}

may_renumber() {
	[ "$gateway" != vpnalg-gw ] || outside_address=auto
}

# As when a link is set up anew: for a moment there is no link and no address.
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
