# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one of two is killed and starts again with the same Call ID'
clients='c1 c2'

scenario() {
	pptp_server
	pptp_same_call_id c1
	pptp_same_call_id c2
	pptp_up_all
	traffic 'before' $pptp_inner c1 c2
	guest_kill c2
	traffic 'while the other is dead' $pptp_inner c1
	boot_client c2
	pptp_same_call_id c2
	pptp_up c2
	pptp_traffic
	pptp_down_all
}
