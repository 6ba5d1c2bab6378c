# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Captures of both sides of the gateway, and what they must not show.
#
#   watch_start, watch_stop      to $run/in.pcap and $run/out.pcap
#   count_packets FILE FILTER    prints how many packets pass the filter
#   leak_filter                  prints what finds packets that show an inside
#                                address, be it in an ICMP error's quote
#   leaks                        prints how many there were outside

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

count_packets() {
	tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l
}

# An ICMP error quotes an IP header at 8, whose source is at 12 and whose
# destination is at 16. In a filter, what follows "pppoes" looks into PPPoE.
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
