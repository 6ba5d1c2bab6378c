# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, encrypted with MPPE'
clients='c1 c2'

scenario() {
	pptp_server require-mppe-128
	each pptp_up require-mppe-128
	for client in $clients; do
		if guest_do "$client" 10 'dmesg | grep -q MPPE' ||
			guest_do "$client" 10 'lsmod | grep -q "^ppp_mppe .* [1-9]"'; then
			good "$client" encrypted
		else
			bad "$client" 'not encrypted'
		fi
	done
	traffic_all
	each pptp_down
}
