# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, the server speaks first, when three clients are there'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

# Nothing that goes by tells whose the first packets are: who answers will tell.
scenario() {
	libreswan_server
	silent=$clients
	each libreswan_up
	each ipsec_called
	traffic_all
	each libreswan_down
}
