# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The rate of one TCP connection, from inside to outside and back. $work/rates
# gets a line for each run: the middle, offloads, the way, and Mbit/s.

middles='none kernel vpnalg-gw vpnalg-queue'

# transfer [-R]: prints what arrived, in Mbit/s.
transfer() {
	ip netns exec "$far" iperf3 -s -1 >"$run/server.log" 2>&1 &
	server=$!
	tries=0
	until ip netns exec "$far" ss -ltn 2>/dev/null | grep -q ':5201 '; do
		tries=$((tries + 1))
		[ $tries -le 100 ] || break
		sleep 0.05
	done
	timeout 20 ip netns exec "$near" iperf3 -c 203.0.113.2 -f m \
		-t "$seconds" "$@" >"$run/log" 2>&1
	status=$?
	[ $status -eq 0 ] || kill $server 2>/dev/null
	wait $server
	awk '/receiver$/ { print $7 }' "$run/log"
	return $status
}

middle_open() {
	VPNALG_GW=$work/gw
	VPNALG_QUEUE=$work/queue
	case $1 in
	vpnalg-*) gateway_open "$1" --general ;;
	*) gateway_open "$1" ;;
	esac
}

# rate MIDDLE on|off
rate() {
	: >"$run/log"
	if ! speed_network_open "$2" || ! middle_open "$1"; then
		failed "$1 has not started"
	else
		out=$(transfer) && back=$(transfer -R) &&
			echo "$1 $2 $out $back" >>"$work/rates" ||
			failed "$1, offloads $2: the transfer failed"
	fi
	gateway_close || failed "$1 has not ended well"
	speed_network_close
}

rates_round() {
	for offload in off on; do
		for middle in $middles; do
			rate "$middle" $offload
		done
	done
}
