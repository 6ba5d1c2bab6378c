# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, one of three clients leaves and comes back'
clients='c1 c2 c3'

scenario() {
	l2tp_server
	each l2tp_up
	traffic 'three at once' c1 c2 c3
	l2tp_down c2
	traffic 'while one is away' c1 c3
	l2tp_up c2
	traffic_all
	each l2tp_down
}
