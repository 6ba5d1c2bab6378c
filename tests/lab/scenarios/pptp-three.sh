# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, three clients at once, equal Call IDs'
clients='c1 c2 c3'

scenario() {
	pptp_server
	each pptp_same_call_id
	each pptp_up
	traffic_all
	each pptp_down
}
