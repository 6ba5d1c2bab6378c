# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='PPTP, two clients that redial, the outside address changes'
clients='c1 c2'
only_for='kernel vpnalg-gw vpnalg-queue'
may_renumber

# No packet tells a client what happened: LCP does, after three echoes.
scenario() {
	pptp_server
	each pptp_up persist maxfail 0 holdoff 1 lcp-echo-failure 3
	each steady
	sleep 5
	gateway_renumber
	sleep 50
	each heard 45
	traffic_all
	each pptp_down
}
