# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv2 with chains of RSA-4096 certificates, in IP fragments, two clients at once'
clients='c1 c2'
swan_chain=yes

scenario() {
	swan_certificates
	swan_server
	together swan_up
	each swan_fragmented
	traffic_all
	each swan_down
}
