# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, L2TP and plain ESP past a router whose outside link is PPPoE'
clients='c1 c2 c3'
router=pppoe
only_for='none kernel vpnalg-gw'

why_not_scenario=why_not_pppoe

why_not_pppoe() {
	why_not_libreswan
	why_not_machine
}

scenario() {
	pppoe_open || return
	pptp_server
	pptp_up c1
	l2tp_server
	l2tp_up c2
	libreswan_server
	libreswan_up c3
	pppoe_large c3 1410
	traffic_all
	pppoe_told c3
	pptp_down c1
	l2tp_down c2
	libreswan_down c3
	router_close
}
