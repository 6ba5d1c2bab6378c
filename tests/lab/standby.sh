# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A second gateway beside the first, and a Redis that both talk to.
#
#   stands_by            for the head of a scenario that has them
#   redis_start          network_open calls it then
#   standby_story STEADY HEARD
#                        Redis goes and comes back, and the first gateway is
#                        killed; meanwhile each client pings (STEADY CLIENT), and
#                        misses no more than three answers (HEARD CLIENT 3), and
#                        gets nothing of another's

stands_by() {
	standby=yes
	arguments='--standby redis://127.0.0.1'
}

redis() {
	ip netns exec "$gw" redis-cli "$@" >/dev/null 2>&1
}

# Debian's package of the server starts one for the whole machine; its tools are
# the same program by another name.
redis_start() {
	ln -sf "$(command -v redis-server || command -v redis-check-rdb)" \
		"$tools/redis-server" || return
	start_in_gateway redis "$tools/redis-server" --bind 127.0.0.1 \
		--save '' --dir "$run"
	gateway_tries 100 redis ping
}

# gateway_tries N COMMAND...: waits until it succeeds.
gateway_tries() {
	left=$1
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return
		sleep 0.1
	done
}

says() {
	grep -q "$2" "$run/$1.log"
}

# There is none for a while, and traffic goes on.
redis_restart() {
	stop redis KILL 2>/dev/null
	gateway_tries 100 says gateway 'Redis is gone' ||
		bad_all 'the gateway does not say that Redis is gone'
	traffic_all
	redis_start
	gateway_tries 100 says gateway 'Redis is back' ||
		bad_all 'the gateway does not find Redis again'
}

# The second gateway, which waits.
standby_start() {
	start_in_gateway standby "$VPNALG_GW" --inside in0 --outside out0 \
		--address "$outside_address" --stats 5 $arguments
	gateway_tries 100 says standby 'another gateway is active' ||
		bad_all 'the second gateway does not wait'
}

# No process of the first one is left, and nobody was told. The machine of a
# router that is dead would forward nothing, and answer nothing.
standby_takes_over() {
	{ inside_rule && outside_rule; } | ip netns exec "$gw" nft -f - ||
		bad_all 'the rules cannot be set for the time between'
	pkill -KILL -P "$(cat "$run/gateway.pid")"
	stop gateway KILL 2>/dev/null
	taken_over=$(date +%s.%N)
	mv "$run/gateway.log" "$run/gateway-killed.log"
	mv "$run/standby.log" "$run/gateway.log"
	mv "$run/standby.pid" "$run/gateway.pid"
	gateway_tries 100 says gateway 'standby: active' ||
		bad_all 'the second gateway does not go on'
	ip netns exec "$gw" nft delete table ip inside
	ip netns exec "$gw" nft delete table ip outside
	says gateway 'standby: done: [1-9]' ||
		bad_all 'it has not loaded the sessions'
}

standby_story() {
	standby_start
	traffic_all
	redis_restart
	each "$1"
	sleep 5
	standby_takes_over
	sleep 8
	each "$2" 3
	traffic_all
	judge_delivery
}

# Prints how many packets of a tunnel (its SPI, Call ID, or Tunnel and Session ID)
# have gone, since the second gateway went on, to an inside host that had none of
# that tunnel before.
strays() {
	tcpdump -n -tt -r "$run/in.pcap" 'dst net 192.168.77 and
		(esp or ip proto 47 or udp port 4500 or udp port 1701)' \
		2>/dev/null | awk -v since="$taken_over" '
		match($0, /spi=0x[0-9a-f]+|call [0-9]+|\([0-9]+\/[0-9]+\)/) {
			tunnel = $5 " " substr($0, RSTART, RLENGTH)
			if ($1 < since)
				seen[tunnel] = 1
			else if (tunnel in seen)
				same++
			else
				count++
		}
		END { print (same > 0 ? count + 0 : "no") }'
}

judge_delivery() {
	count=$(strays)
	[ "$count" = 0 ] ||
		bad_all "$count packets of a tunnel went to another host"
}
