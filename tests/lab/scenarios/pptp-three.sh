# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, three clients at once, equal Call IDs'
clients='c1 c2 c3'

scenario() {
	pptp_server
	for client in $clients; do
		pptp_same_call_id "$client"
	done
	pptp_up_all
	pptp_traffic
	pptp_down_all
}
