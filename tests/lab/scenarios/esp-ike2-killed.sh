# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, one of three clients is killed without a word and starts again'
clients='c1 c2 c3'
why_not_scenario=why_not_libreswan

scenario() {
	libreswan_server
	each libreswan_up
	traffic before c1 c2 c3
	guest_kill c2
	traffic "while one is dead" c1 c3
	boot_client c2
	libreswan_up c2
	traffic_all
	each libreswan_down
}
