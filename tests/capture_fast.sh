#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Captures of real clients and servers, translated with a fast path in front of
# the library that knows of the sessions only what vpnalg/translation.h tells:
# nothing comes out otherwise than without, and the accounts are the same. Of
# each protocol some packets must have gone that way.
set -u

program=./tests/capture_fast
captures=${srcdir:-.}/tests/captures
if [ ! -x "$program" ]; then
	echo "there is no $program: it needs libpcap"
	exit 77
fi
more=
log=$("$program" "$@" 192.168.77 203.0.113.1 "$captures"/*.pcap) &&
	more=$("$program" "$@" --l2tp-port-1701 192.168.77 203.0.113.1 \
		"$captures"/l2tp[-_]*-inside.pcap)
status=$?
printf '%s\n%s\n' "$log" "$more"
[ $status -eq 0 ] || exit 1
case $log in
*" 0,"* | *" 0") exit 1 ;;
esac
