#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Undo gives back what was translated: captures of real clients, seen inside,
# but for that of AH, of which nothing is translated.
set -u

program=./tests/capture_undo
captures=${srcdir:-.}/tests/captures
if [ ! -x "$program" ]; then
	echo "there is no $program: it needs libpcap"
	exit 77
fi
"$program" 192.168.77 203.0.113.1 "$captures"/[!a]*-inside.pcap \
	"$captures"/esp_3-routed.pcap "$captures"/ike_frag_3-routed.pcap &&
	"$program" --l2tp-port-1701 192.168.77 203.0.113.1 \
		"$captures"/l2tp[-_]*-inside.pcap
