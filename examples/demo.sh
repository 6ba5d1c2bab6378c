#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh examples/demo.sh [CAPTURE]
#
# Translates a capture into what was seen beyond the NAT; unless one is named, a
# bundled one of seven real clients with PPTP, L2TP, IPsec, OpenVPN and WireGuard.
# Installs what building needs, where it can, and builds in a new directory under
# ${TMPDIR:-/tmp}.
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"

captures=$tree/tests/captures
if [ $# -gt 1 ] || [ "${1-}" = --help ]; then
	echo "usage: sh $0 [CAPTURE]" >&2
	exit 2
elif [ $# -eq 0 ]; then
	bundled=yes
	capture=$captures/everything-inside.pcap
	set -- --inside 192.168.77.0/24 --general "$capture"
else
	bundled=
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

# What a client sends first, or first with its IDs.
first=' out: .*(Outgoing-Call-Request|SCCRQ|IKE_SA_INIT request) '

# Of lines of --explain, each message and below it its two forms.
both_forms() {
	sed 's/^[0-9]* out: //
		s/ Tunnel ID 0 Session ID 0//g
		s/\(.*\) \([0-9.]*:[0-9]* > .*\) -> /  \1\
    \2\
    /'
}

# explain CAPTURE: of three of the bundled clients.
explain() {
	"$program" --explain --inside 192.168.77.0/24 --address 203.0.113.1 \
		"$1" "$work/other.pcap" 2>"$work/other.txt"
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

program=$work/build/examples/pcap/vpnalg-pcap
output=$work/$(basename "$capture" .pcap)-translated.pcap
echo "vpnalg-pcap $* $output"
"$program" --explain "$@" "$output" >"$work/explained.txt"
echo
if grep -Eq "$first" "$work/explained.txt"; then
	echo 'What asks for a session, as it was inside and as it is outside:'
	grep -E "$first" "$work/explained.txt" | head -n 10 | both_forms
	echo
fi
if [ -n "$bundled" ]; then
	echo 'Three PPTP clients that have chosen the same Call ID,'
	echo 'and three L2TP clients that send from the same port:'
	for name in pptp-three l2tp-three; do
		explain "$captures/$name-inside.pcap" | grep -E "$first" |
			both_forms
	done
	echo
	echo 'Packets of ESP do not say for which of three clients they are. The'
	echo 'library finds out, from what else goes by:'
	explain "$captures/esp_3-hidden.pcap" | sed -n 's/.* paired: /  /p'
	echo
fi
echo "What became of each packet: $work/explained.txt"
echo "The translated capture: $output"
echo "The program that made it: $program"
