# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, one of two is killed and starts again with the same Call ID'
clients='c1 c2'
# A last packet of the old call may reach the client just before the new call is
# there; of the new one, with equal IDs and lower numbers, it takes nothing then.
dials=2

scenario() {
	pptp_server
	pptp_same_call_id c1
	pptp_same_call_id c2
	each pptp_up
	traffic 'before' c1 c2
	guest_kill c2
	traffic 'while the other is dead' c1
	boot_client c2
	pptp_same_call_id c2
	pptp_up c2
	traffic_all
	each pptp_down
}
