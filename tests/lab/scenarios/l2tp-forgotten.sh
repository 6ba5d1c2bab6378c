# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP, client and server are killed and the gateway forgets them'
clients='c1'
arguments='--timeouts udp=10'
only_for='vpnalg-gw vpnalg-queue'

# No packet meets the session any more: it is found by a sweep, a minute later at
# most.
scenario() {
	l2tp_server
	l2tp_up c1
	traffic 'before' c1
	guest_kill c1
	guest_kill srv
	sleep 80
	reported c1 '^  L2TP flow  *1  *1  *0 '
}
