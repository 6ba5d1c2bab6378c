#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Real IPsec clients of one server: what comes from outside reaches the host
# that it is for, though its address is hidden.
set -u

program=./tests/capture_replay
captures=${srcdir:-.}/tests/captures
if [ ! -x "$program" ]; then
	echo "there is no $program: it needs libpcap"
	exit 77
fi
failed=0

replay() { # CAPTURE, NOBODY
	"$program" 192.168.77 203.0.113.1 "$captures/$1.pcap" "$2" ||
		failed=1
}

replay esp_3-routed 0
replay esp_ike2_3-routed 0

replay esp_ike_3-routed 0
replay ike_natt_3-nat-inside 0
replay ikev1_natt_3-nat-inside 0
replay l2tp_ipsec_2-routed 0
exit $failed
