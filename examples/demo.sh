#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh examples/demo.sh [CAPTURE]
#
# Translates a capture into what was seen beyond the NAT; unless one is named,
# the bundled ones of three real PPTP and three real IPsec clients of a server.
# Installs what building needs, where it can, and builds in a new directory under
# ${TMPDIR:-/tmp}.
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"

esp=
if [ $# -gt 1 ] || [ "${1-}" = --help ]; then
	echo "usage: sh $0 [CAPTURE]" >&2
	exit 2
elif [ $# -eq 0 ]; then
	capture=$tree/tests/captures/pptp_same-nat-inside.pcap
	esp=$tree/tests/captures/esp_3-hidden.pcap
	set -- --inside 192.168.77.0/24 "$capture"
else
	capture=$1
fi
if ! [ -r "$capture" ]; then
	echo "$0: cannot read $capture" >&2
	exit 1
fi

build() {
	copy_source "$tree" "$work/source" &&
		"$work/source/autogen.sh" &&
		mkdir "$work/build" && cd "$work/build" &&
		../source/configure --disable-shared --enable-examples \
			--disable-tests --disable-doc &&
		make -j2
}

wants_build
install_missing
work=$(mktemp -d "${TMPDIR:-/tmp}/vpnalg-demo.XXXXXX")
echo "Building in $work ..."
if ! (build) >"$work/build.log" 2>&1 </dev/null; then
	tail -n 30 "$work/build.log" >&2
	echo "$0: the build failed; all it said is in $work/build.log" >&2
	exit 1
fi

program=$work/build/examples/vpnalg-pcap
output=$work/$(basename "$capture" .pcap)-translated.pcap
echo "vpnalg-pcap $* $output"
"$program" --explain "$@" "$output" >"$work/explained.txt"
echo
if grep -q Outgoing-Call-Request "$work/explained.txt"; then
	echo "The calls that were asked for, as the inside and the outside saw them:"
	grep Outgoing-Call-Request "$work/explained.txt" | head -n 10
	echo
fi
if [ -n "$esp" ]; then
	echo "ESP says nothing of whose a packet from outside is; the library finds out:"
	"$program" --explain --inside 192.168.77.0/24 --address 203.0.113.1 \
		"$esp" "$work/esp-translated.pcap" 2>"$work/esp-report.txt" |
		grep ' paired: '
	echo
fi
echo "What became of each packet: $work/explained.txt"
echo "The translated capture: $output"
echo "The program that made it: $program"
