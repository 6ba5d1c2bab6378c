# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The rate of one TCP connection, from inside to outside and back. $work/rates
# gets a line for each run: the middle, offloads, Mbit/s out and in, and what a
# packet took of the gateway's processor time, in ns.

middles='none kernel vpnalg-gw vpnalg-queue'
offload='off on'

is_listening() {
	ip netns exec "$far" ss -ltn 2>/dev/null | grep -q ':5201 '
}

serve() {
	ip netns exec "$far" iperf3 -s -1 >"$run/server.log" 2>&1 &
	echo $! >"$run/server.pid"
	tries=0
	until is_listening || [ $tries -gt 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

# transfer [-R]: prints what arrived, in Mbit/s, which is more than nothing.
transfer() {
	serve
	timeout 20 ip netns exec "$near" iperf3 -c 203.0.113.2 -f m \
		-t "$seconds" "$@" >"$run/log" 2>&1
	stop server TERM
	awk '/receiver$/ { print $7; well = $7 > 0 } END { exit !well }' \
		"$run/log"
}

middle_open() {
	VPNALG_GW=$work/gw
	VPNALG_QUEUE=$work/queue
	case $1 in
	vpnalg-*) gateway_open "$1" --general ;;
	*) gateway_open "$1" ;;
	esac
}

# From the report of the gateway that has ended.
time_per_packet() {
	awk '/^(inside|queue) .* of processor time/ { time = $(NF - 4) }
		$1 == "translated" { packets = $2 }
		END { print packets ? time / packets * 1e9 : "-" }' \
		"$run/gateway.log"
}

# rate MIDDLE on|off
rate() {
	: >"$run/log"
	: >"$run/gateway.log"
	rates=
	if ! speed_network_open "$2" || ! middle_open "$1"; then
		failed "$1 has not started"
	elif out=$(transfer) && in=$(transfer -R); then
		rates="$out $in"
	else
		failed "$1, offloads $2: nothing was transferred"
	fi
	gateway_close || failed "$1 has not ended well"
	[ -z "$rates" ] ||
		echo "$1 $2 $rates $(time_per_packet)" >>"$work/rates"
	speed_network_close
}

rates_round() {
	for on in $offload; do
		for middle in $middles; do
			rate "$middle" "$on"
		done
	done
}
