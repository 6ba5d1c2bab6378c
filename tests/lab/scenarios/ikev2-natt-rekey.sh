# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='IKEv2 with NAT-T, three clients, rekeys every 20 s under traffic'
clients='c1 c2 c3'
rekey=20
drops_none=yes
# A packet may come with a new SPI before its receiver has the SA.
pings_lost=1

scenario() {
	swan_server
	each swan_up
	each ipsec_watch_keys
	pings=650
	traffic 'while keys change' c1 c2 c3
	each ipsec_rekeyed 3
	each swan_down
}
