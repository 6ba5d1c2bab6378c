# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, two clients, idle for almost as long as an SA lives, and for longer; then the server speaks first'
clients='c1 c2'
arguments='--timeouts esp=90,esp-unpaired=20,udp=20'
only_for='none vpnalg-gw vpnalg-queue'
why_not_scenario=why_not_libreswan

# The hour of an idle SA is 90 s here. After that nothing is known: before a client
# has sent something nobody can tell that it is there; and while c1 alone has, the
# packets for c2 come, too.
scenario() {
	libreswan_server
	each libreswan_up
	together ipsec_use
	sleep 60
	each ipsec_called
	sleep 110
	each ipsec_call 60
	sleep 10
	ipsec_steady c1
	sleep 5
	ipsec_steady c2
	sleep 35
	each ipsec_outage 30
	sleep 10
	each ipsec_called
	traffic_all
	each libreswan_down
}
