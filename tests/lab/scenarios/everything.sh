# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='everything at once, with OpenVPN, WireGuard and plain TCP beside it'
clients='c1 c2 c3 c4 c5 c6 c7'
servers='srv srv2'
arguments=--general
why_not_scenario=why_not_libreswan

scenario() {
	pptp_server
	pptp_up c1
	l2tp_server
	l2tp_up c2
	swan_server
	swan_up c3
	openvpn_server
	openvpn_up c6
	wireguard_server c7
	wireguard_up c7
	at srv2
	libreswan_server
	libreswan_up c4
	libreswan_up c5
	at srv
	traffic_all
	# shellcheck disable=SC2086
	beside 'without a tunnel' $clients
	pptp_down c1
	l2tp_down c2
	swan_down c3
	openvpn_down c6
	wireguard_down c7
	at srv2
	libreswan_down c4
	libreswan_down c5
}
