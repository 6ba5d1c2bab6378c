# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Packets of open sessions through vpnalg-gw. $work/packets gets a line for each
# run: the cell, the method, and the figures.
#
#   perf    processor time per packet in ns; of the samples that perf took, how
#           many percent in the library, elsewhere in the program, in the kernel
#           where it sends, and where it receives at the far end of the link
#   clock   processor time per packet; that of the library; packets at once

# Traffic, sessions ("all": as many as $sessions), bytes, and packets a second
# (0: as many as the gateway takes).
cells='gre,1,100,0 gre,all,100,0 gre,1,1400,0 gre,1,100,10000
	esp,1,100,0 esp,all,100,0 nat-t,all,100,0'

# perf takes samples only where the kernel lets it.
has_perf() {
	perf record -q -e cpu-clock -o "$run/samples" true >"$run/log" 2>&1
}

# Sets traffic, count, bytes, rate and number from $cell. A slow stream has two
# seconds.
read_cell() {
	IFS=, read -r traffic count bytes rate <<-END
		$cell
	END
	[ "$count" != all ] || count=$sessions
	number=$packets
	if [ "$rate" -ne 0 ] && [ "$number" -gt $((2 * rate)) ]; then
		number=$((2 * rate))
	fi
}

# replay OPTION...: of the cell that was read.
replay() {
	timeout 300 ip netns exec "$near" "$work/replay" "$@" -s "$bytes" \
		-r "$rate" "$traffic" "$count" "$number" \
		"$(cat "$run/gateway.pid")" 2>"$run/log"
}

samples_start() {
	rm -f "$run/fifo" "$run/answers" "$run/samples"
	mkfifo "$run/fifo" "$run/answers"
	perf record -q -e cpu-clock -F 1999 --call-graph fp --delay=-1 \
		--control "fifo:$run/fifo,$run/answers" -o "$run/samples" \
		-p "$(cat "$run/gateway.pid")" >"$run/perf.log" 2>&1 &
	echo $! >"$run/perf.pid"
}

# A sample is a paragraph: where it was taken, and who has called. Of a function
# that has just been entered the caller is not shown; translator_run() calls the
# library, and then rules_flush().
samples_shares() {
	perf script -i "$run/samples" -F ip,sym 2>/dev/null | awk -v RS= '
		/ rules_flush(\n|$)/ { program++; next }
		/ (vpnalg_[a-z_0-9]*|translator_run)(\n|$)/ { library++; next }
		/ net_rx_action(\n|$)/ { receives++; next }
		$1 ~ /^ffff/ { kernel++; next }
		{ program++ }
		END {
			if (NR)
				printf "%.2f %.2f %.2f %.2f\n",
					100 * library / NR, 100 * program / NR,
					100 * kernel / NR, 100 * receives / NR
		}'
}

with_perf() {
	VPNALG_GW=$work/gw
	gateway_open vpnalg-gw || return
	samples_start
	replay -c "$run/fifo" -a "$run/answers" >"$run/figures" || return
	stop perf INT
	echo "$cell perf $(cut -d ' ' -f 1 "$run/figures") $(samples_shares)" \
		>>"$work/packets"
}

with_clock() {
	VPNALG_GW=$work/gw-timed
	VPNALG_TIMED=$run/timed
	export VPNALG_TIMED
	dd if=/dev/zero of="$run/timed" bs=4096 count=1 2>/dev/null
	gateway_open vpnalg-gw || return
	replay -t "$run/timed" >"$run/figures" || return
	echo "$cell clock $(cat "$run/figures")" >>"$work/packets"
}

# in_network METHOD: and the gateway must end well.
in_network() {
	: >"$run/log"
	if ! speed_network_open off one || ! "$1"; then
		failed "$cell, $1"
	fi
	stop perf INT
	gateway_close || failed "$cell, $1: the gateway has not ended well"
	speed_network_close
}

packets_round() {
	for cell in $cells; do
		read_cell
		[ "$perf" = no ] || in_network with_perf
		in_network with_clock
	done
}
