# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, three clients at once, all from port 1701'
clients='c1 c2 c3'

scenario() {
	l2tp_server
	together l2tp_up
	traffic_all
	each l2tp_down
}
