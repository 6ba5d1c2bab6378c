# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, two clients, three pings each and 150 s of silence'
clients='c1 c2'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	silent=$clients
	each libreswan_up
	each ipsec_pings before
	sleep 150
	each ipsec_pings after
	traffic_all
	each libreswan_down
}
