# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, the router itself is a client, and two inside clients of the same server'
only_for='none vpnalg-gw vpnalg-queue'
own_scenario

scenario() {
	own_open || return
	pptp_server
	each pptp_same_call_id
	own_first pptp_up
	traffic_all
	each pptp_down
	router_close
}
