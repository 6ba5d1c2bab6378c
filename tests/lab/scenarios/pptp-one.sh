# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one client'
clients=c1

scenario() {
	pptp_server
	pptp_up_all
	pptp_traffic
	pptp_down_all
}
