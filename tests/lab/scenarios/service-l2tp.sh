# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, the server is inside, two clients outside; behind vpnalg-gw a third inside'
serve_inside udp:1701

scenario() {
	l2tp_server
	together l2tp_up
	traffic_all
	each l2tp_down
}
