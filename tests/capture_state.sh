#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Captures of real clients and servers, translated with a save and a load between
# any two packets: nothing comes out otherwise than without. With --each there is
# one save and load at a time, at each place: that takes minutes.
set -u

program=./tests/capture_state
captures=${srcdir:-.}/tests/captures
if [ ! -x "$program" ]; then
	echo "there is no $program: it needs libpcap"
	exit 77
fi
"$program" "$@" 192.168.77 203.0.113.1 "$captures"/*.pcap &&
	"$program" "$@" --l2tp-port-1701 192.168.77 203.0.113.1 \
		"$captures"/l2tp[-_]*-inside.pcap
