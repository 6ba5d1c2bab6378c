# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv2 with NAT-T, three clients, the gateway is killed and a second one goes on with their sessions'
clients='c1 c2 c3'
only_for=vpnalg-gw
stands_by

scenario() {
	swan_server
	together swan_up
	standby_story ipsec_steady ipsec_outage
	each swan_down
}
