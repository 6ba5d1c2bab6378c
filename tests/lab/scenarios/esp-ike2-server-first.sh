# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients, the server speaks first'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	silent="c1 c2 c3"
	each libreswan_up
	each ipsec_called
	traffic_all
	each libreswan_down
}
