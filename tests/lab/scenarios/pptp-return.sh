# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one of three clients leaves and comes back'
clients='c1 c2 c3'

scenario() {
	pptp_server
	each pptp_up
	traffic 'three at once' c1 c2 c3
	pptp_down c2
	traffic 'while one is away' c1 c3
	pptp_up c2
	traffic_all
	each pptp_down
}
