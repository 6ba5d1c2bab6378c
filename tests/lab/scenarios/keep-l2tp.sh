# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, three clients, the gateway ends and starts again and keeps their sessions'
clients='c1 c2 c3'
only_for='vpnalg-gw vpnalg-queue'
keeps_state

scenario() {
	l2tp_server
	each l2tp_up
	traffic_all
	gateway_update
	traffic_all
	gateway_update
	traffic_all
	each l2tp_down
}
