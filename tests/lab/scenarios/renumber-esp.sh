# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2 with DPD, two clients, the outside address changes'
clients='c1 c2'
only_for='kernel vpnalg-gw vpnalg-queue'
may_renumber
dpd=yes
why_not_scenario=why_not_libreswan

# The server goes on sending to the old address, until its own DPD tells that
# nobody is there.
scenario() {
	libreswan_server
	each libreswan_up
	each steady
	sleep 5
	gateway_renumber
	sleep 70
	each heard 60
	traffic_all
	each libreswan_down
}
