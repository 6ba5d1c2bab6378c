# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, two clients, a narrow link behind the gateway'
clients='c1 c2'
behind_narrow

# The kernel lets L2TP be fragmented on its way. xl2tpd itself, which has c1's
# data here, does not: it must be told.
scenario() {
	l2tp_server
	l2tp_global='force userspace = yes'
	l2tp_up c1
	l2tp_global=
	l2tp_up c2
	narrow_errors c1
	narrow_told c1
	each narrow_large
	traffic_all
	each l2tp_down
}
