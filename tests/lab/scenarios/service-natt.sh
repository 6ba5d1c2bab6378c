# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv2 with NAT-T, the server is inside, two clients outside; behind vpnalg-gw a third inside'
serve_inside udp:500 udp:4500

scenario() {
	swan_server
	together swan_up
	traffic_all
	each swan_down
}
