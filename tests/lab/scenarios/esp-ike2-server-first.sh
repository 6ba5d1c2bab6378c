# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients, to each of which the server speaks first'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	silent=$clients
	for client in $clients; do
		libreswan_up "$client"
		ipsec_called "$client"
	done
	traffic_all
	each libreswan_down
}
