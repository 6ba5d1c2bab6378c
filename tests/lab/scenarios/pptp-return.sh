# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one of three clients leaves and comes back'
clients='c1 c2 c3'

scenario() {
	pptp_server
	pptp_up_all
	traffic 'three at once' $pptp_inner c1 c2 c3
	pptp_down c2
	traffic 'while one is away' $pptp_inner c1 c3
	pptp_up c2
	pptp_traffic
	pptp_down_all
}
