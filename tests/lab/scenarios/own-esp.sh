# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, the router itself is a client, and two inside clients of the same server'
only_for='none vpnalg-gw vpnalg-queue'
own_scenario

scenario() {
	own_open || return
	libreswan_server
	guest_do router 180 "$(libreswan_client router)" >"$run/said.router" 2>&1
	own_first libreswan_up
	traffic_all
	each libreswan_down
	router_close
}
