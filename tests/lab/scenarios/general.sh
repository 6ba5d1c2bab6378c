# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='OpenVPN, WireGuard in user space, and plain TCP'
clients='c1 c2 c3'
arguments=--general

scenario() {
	openvpn_server
	openvpn_up c1
	wireguard_server c2
	wireguard_up c2
	traffic alone c1
	traffic alone c2
	traffic 'all at once' c1 c2
	beside 'without a tunnel' c1 c2 c3
	openvpn_down c1
	wireguard_down c2
}
