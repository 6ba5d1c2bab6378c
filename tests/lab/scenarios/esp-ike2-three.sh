# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, three clients one after the other'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	each libreswan_up
	traffic_all
	each libreswan_down
}
