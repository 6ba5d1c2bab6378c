# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A server inside, that the gateway makes known outside, and its clients outside.
#
#   serve_inside SERVICE...     for the head of a scenario: $server is inside, c1
#                               and c2 are outside; c3, behind vpnalg-gw only, is
#                               inside and asks for the outside address, too. A
#                               service is PROTOCOL:PORT.
#   service_rules OUTSIDE       the kernel's, for these

service_address=192.168.77.10

serve_inside() {
	services=$*
	servers_are=inside
	clients_outside='c1 c2'
	clients=$clients_outside
	arguments=--general
	for service in $services; do
		arguments="$arguments --service"
		arguments="$arguments $service=$service_address:${service#*:}"
	done
	[ "$gateway" != vpnalg-gw ] || clients="$clients c3"
	at srv
}

service_rules() {
	for service in $services; do
		echo "iifname $1 ${service%:*} dport ${service#*:}" \
			"dnat to $service_address"
	done
}
