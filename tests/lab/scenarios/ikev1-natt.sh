# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv1 with NAT-T, three clients at once'
clients='c1 c2 c3'
ike=1

scenario() {
	swan_server
	together swan_up
	traffic_all
	each swan_down
}
