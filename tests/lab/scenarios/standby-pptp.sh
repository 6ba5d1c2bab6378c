# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, three clients, the gateway is killed and a second one goes on with their sessions'
clients='c1 c2 c3'
only_for=vpnalg-gw
stands_by

scenario() {
	pptp_server
	each pptp_up
	standby_story steady heard
	each pptp_down
}
