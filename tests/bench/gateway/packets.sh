# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Packets of open sessions through vpnalg-gw. $work/packets gets a line for each
# run: what, the clock's name, and the figures.
#
#   perf    processor time per packet in ns; of the samples that perf took, how
#           many percent in the library, elsewhere in the program, in the kernel
#           where it sends, and where it receives at the far end of the link
#   timed   processor time per packet; that of the library; packets at once

# Traffic, sessions (1 or all), bytes.
cells='gre,1,100 gre,all,100 gre,1,1400 esp,1,100 esp,all,100 esp,1,1400
	nat-t,1,100 nat-t,all,100'

# perf needs a kernel that lets it count; what it says is for a person.
has_perf() {
	perf record -q -e cpu-clock -o "$run/samples" true >"$run/perf.log" 2>&1
}

samples_start() {
	rm -f "$run/fifo" "$run/answers" "$run/samples"
	mkfifo "$run/fifo" "$run/answers"
	perf record -q -e cpu-clock -F 1999 --call-graph fp --delay=-1 \
		--control "fifo:$run/fifo,$run/answers" -o "$run/samples" \
		-p "$(cat "$run/gateway.pid")" >"$run/perf.log" 2>&1 &
	echo $! >"$run/perf.pid"
}

# A sample is a paragraph; of a softirq that began in a system call the chain
# shows both.
samples_shares() {
	perf script -i "$run/samples" -F ip,sym 2>/dev/null | awk -v RS= '
		/ vpnalg_(process|expire)(\n|$)/ { library++; next }
		/ net_rx_action(\n|$)/ { receives++; next }
		/ (entry_SYSCALL|asm_|irq)/ { kernel++; next }
		{ program++ }
		END {
			if (NR)
				printf "%.2f %.2f %.2f %.2f\n",
					100 * library / NR, 100 * program / NR,
					100 * kernel / NR, 100 * receives / NR
		}'
}

# replay_cell OPTION...: of the cell TRAFFIC,SESSIONS,BYTES in $cell.
replay_cell() {
	traffic=${cell%%,*}
	count=${cell#*,}
	count=${count%,*}
	[ "$count" != all ] || count=$sessions
	ip netns exec "$near" "$work/replay" "$@" -s "${cell##*,}" "$traffic" \
		"$count" "$packets" "$(cat "$run/gateway.pid")" \
		2>"$run/log"
}

with_perf() {
	VPNALG_GW=$work/gw
	gateway_open vpnalg-gw || return
	samples_start
	replay_cell -c "$run/fifo" -a "$run/answers" >"$run/figures" || return
cp "$run/samples" /tmp/v/samples.before;	stop perf INT
	shares=$(samples_shares)
	echo "$cell perf $(cut -d ' ' -f 1 "$run/figures") $shares" \
		>>"$work/packets"
}

with_clock() {
	VPNALG_GW=$work/gw-timed
	VPNALG_TIMED=$run/timed
	export VPNALG_TIMED
	dd if=/dev/zero of="$run/timed" bs=4096 count=1 2>/dev/null
	gateway_open vpnalg-gw || return
	replay_cell -t "$run/timed" >"$run/figures" || return
	echo "$cell timed $(cat "$run/figures")" >>"$work/packets"
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
		! has_perf || in_network with_perf
		in_network with_clock
	done
}
