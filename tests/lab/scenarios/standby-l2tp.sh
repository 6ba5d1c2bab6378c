# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, three clients, the gateway is killed and a second one goes on with their sessions'
clients='c1 c2 c3'
only_for=vpnalg-gw
stands_by

scenario() {
	l2tp_server
	each l2tp_up
	standby_story steady heard
	each l2tp_down
}
