# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, two clients, a narrow link behind the gateway'
clients='c1 c2'
why_not_scenario=why_not_libreswan
behind_narrow

scenario() {
	libreswan_server
	each libreswan_up
	each narrow_errors
	each narrow_told
	each narrow_large
	traffic_all
	each libreswan_down
}
