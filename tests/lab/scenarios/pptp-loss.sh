# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, three clients'
clients='c1 c2 c3'
lossy

scenario() {
	pptp_server
	each pptp_same_call_id
	each pptp_up
	traffic_all
	pptp_down c2
	pptp_up c2
	traffic 'after a return' c2
	each pptp_down
}
