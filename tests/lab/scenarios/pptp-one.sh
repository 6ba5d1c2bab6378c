# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one client'
clients=c1

scenario() {
	pptp_server
	each pptp_up
	traffic_all
	each pptp_down
}
