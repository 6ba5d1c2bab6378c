# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='plain ESP under IKEv2, a client with eight child SAs beside another'
clients='c1 c2'
why_not_scenario=why_not_libreswan

scenario() {
	eightfold=c1
	libreswan_server
	each libreswan_up
	together ipsec_all_carry
	traffic_all
	each libreswan_down
}
