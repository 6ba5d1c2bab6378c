# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, the server is inside, two clients outside; behind vpnalg-gw a third inside'
why_not_scenario=why_not_libreswan
serve_inside udp:500

scenario() {
	libreswan_server
	each libreswan_up
	traffic_all
	each libreswan_down
}
