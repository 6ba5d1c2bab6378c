# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, two clients with equal Call IDs, a narrow link behind the gateway'
clients='c1 c2'
behind_narrow

# pptp-linux ends when it is told that a packet was too large, so what counts is
# who was told.
scenario() {
	pptp_server
	each pptp_same_call_id
	each pptp_up
	for client in $clients; do
		narrow_errors "$client"
		if gone "$client" 'pgrep -x pptp'; then
			good "$client" 'understood'
		else
			bad "$client" 'not understood'
		fi
	done
}
