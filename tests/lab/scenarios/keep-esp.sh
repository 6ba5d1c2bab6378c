# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients, the gateway ends and starts again and keeps their sessions'
clients='c1 c2 c3'
only_for='vpnalg-gw vpnalg-queue'
why_not_scenario=why_not_libreswan
keeps_state

scenario() {
	libreswan_server
	each libreswan_up
	traffic_all
	gateway_update
	traffic_all
	gateway_update
	traffic_all
	each libreswan_down
}
