# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, three clients, 2 % loss and 2 % reordering'
clients='c1 c2 c3'
impair='loss=2,reorder=2'
# Of 40 packets about one is lost.
pings_needed=15
transfer_seconds=240

scenario() {
	pptp_server
	each pptp_same_call_id
	each pptp_up
	traffic_all
	pptp_down c2
	pptp_up c2
	traffic 'after a return' c2
	each pptp_down
}
