# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What soak.sh measures of the gateway.
#
#   outside_watch        from now on: what shows an inside address outside, in
#                        $run/leaks.pcap, and the last packets of both sides
#   outside_count        how many packets show one
#   measure WHEN         a line in $run/figures.tsv, and one for the reader; sets
#                        $sessions $records $keys $units $waited $rss $data $leaked
#   kinds_open           the kinds of which sessions are open, from then

# The last packets only: a failure can be looked into, and an hour fits.
ring_start() {
	start_in_gateway "ring-$1" tcpdump -n -B 16384 -i "${1}0" -s 256 -Z root \
		-C 100 -W 10 -w "$run/ring-$1.pcap" ip or arp
}

leak_watch() {
	start_in_gateway "$1" tcpdump -n -U -i out0 -Z root -w "$run/$1.pcap" \
		"$(leak_filter)"
	until grep -qs 'listening on' "$run/$1.log"; do
		sleep 0.05
	done
}

outside_watch() {
	leak_watch leaks
	ring_start in
	ring_start out
}

outside_count() {
	count_packets "$run/leaks.pcap" ''
}

# The last report in the gateway's log; lines of --stats lie between.
report_last() {
	awk '/^(inside|queue) .* of processor time$/ { text = "" }
		/^[0-9]+ s: / { next }
		{ text = text $0 "\n" }
		END { printf "%s", text }' "$run/gateway.log"
}

report_ask() {
	kill -s USR1 "$(cat "$run/gateway.pid")"
	sleep 1
	report_last >"$run/report"
}

# sessions, records, keys, units, times that a host was held back
report_figures() {
	awk '/^sessions / { of = "sessions"; next }
		/^store / { of = "store"; next }
		/^[^ ]/ { of = "" }
		/held back: another host/ { waited = $NF }
		of == "sessions" { open += $(NF - 3) }
		of == "store" { store = $(NF - 3) "\t" $(NF - 2) "\t" $(NF - 1) }
		END { printf "%d\t%s\t%d\n", open, store, waited }' "$run/report"
}

kinds_open() {
	awk '/^sessions / { on = 1; next }
		/^[^ ]/ { on = 0 }
		on && $(NF - 3) > 0 {
			name = substr($0, 3, 25)
			sub(/ +$/, "", name)
			printf "%s%s %d", comma, name, $(NF - 3)
			comma = ", "
		}' "$run/report"
}

# process_memory FIELD: in kB, of the gateway.
process_memory() {
	sed -n "s/^$1:[^0-9]*\\([0-9]*\\) kB/\\1/p" \
		"/proc/$(cat "$run/gateway.pid")/status"
}

clients_up() {
	set -- "$run"/clients/*.inner
	[ -e "$1" ] || shift
	echo $#
}

figures_head() {
	echo at clients sessions records keys units waited rss_kB data_kB leaks |
		tr ' ' '\t'
}

measure() {
	report_ask
	report_figures >"$run/figures"
	read -r sessions records keys units waited <"$run/figures"
	rss=$(process_memory VmRSS)
	data=$(process_memory VmData)
	leaked=$(outside_count)
	[ -e "$run/figures.tsv" ] || figures_head >"$run/figures.tsv"
	printf '%s\t' "$1" "$(clients_up)" "$sessions" "$records" "$keys" \
		"$units" "$waited" "$rss" "$data" >>"$run/figures.tsv"
	echo "$leaked" >>"$run/figures.tsv"
	echo "$(clock) $1: $(clients_up) clients, $sessions sessions," \
		"$records records in $units units, $rss kB resident, $data kB" \
		"data, $leaked leaks; $(kinds_open)"
}
