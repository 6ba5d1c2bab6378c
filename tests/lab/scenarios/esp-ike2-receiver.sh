# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients, one only receives'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

scenario() {
	# c2 sends nothing through the tunnel, ever.
	libreswan_server
	silent=c2
	each libreswan_up
	traffic "beside it" c1 c3
	each ipsec_receives
	each libreswan_down
}
