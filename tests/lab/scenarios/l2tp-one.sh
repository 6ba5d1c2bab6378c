# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, one client'
clients=c1

scenario() {
	l2tp_server
	each l2tp_up
	traffic_all
	each l2tp_down
}
