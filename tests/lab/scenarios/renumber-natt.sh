# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv2 with NAT-T, two clients, one of them silent, the outside address changes'
clients='c1 c2'
only_for='kernel vpnalg-gw vpnalg-queue'
may_renumber
dpd=yes

# c2 notices by its dead peer detection, which looks at how it is seen (RFC 4555
# 3.8), and compares that with how it was seen before.
scenario() {
	swan_server
	each swan_up
	steady c1
	sleep 20
	gateway_renumber
	sleep 30
	heard c1 10
	each ipsec_called
	traffic_all
	each swan_down
}
