# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients, the gateway is killed and a second one goes on with their sessions'
clients='c1 c2 c3'
only_for=vpnalg-gw
why_not_scenario=why_not_libreswan
stands_by

scenario() {
	libreswan_server
	each libreswan_up
	standby_story ipsec_steady ipsec_outage
	each libreswan_down
}
