# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP past a router whose PPPoE link ends and comes again'
clients=c1
router=pppoe
only_for=vpnalg-gw
why_not_scenario=why_not_machine

scenario() {
	pppoe_open || return
	pptp_server
	pptp_up c1
	traffic 'first link' c1
	pptp_down c1
	pppoe_redial
	pptp_up c1
	traffic 'second link' c1
	pptp_down c1
	router_close
}
