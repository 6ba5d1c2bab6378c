# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, the server is inside, two clients outside; behind vpnalg-gw a third inside'
serve_inside tcp:1723

scenario() {
	pptp_server
	each pptp_same_call_id
	each pptp_up
	traffic_all
	each pptp_down
}
