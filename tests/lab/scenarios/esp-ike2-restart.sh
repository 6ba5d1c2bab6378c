# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients ping each second, the gateway is killed and starts anew'
clients='c1 c2 c3'
only_for='none vpnalg-gw vpnalg-queue'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	each libreswan_up
	together ipsec_use
	each ipsec_steady
	sleep 10
	# shellcheck disable=SC2086
	gateway_restart $arguments
	sleep 40
	each ipsec_outage 30
	traffic_all
	each libreswan_down
}
