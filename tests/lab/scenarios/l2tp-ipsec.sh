# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='L2TP over IPsec (IKEv1, transport mode), ports 1701 and 1702'
clients='c1 c2'
ike=1

# Behind one address the server tells them apart by these ports only.
scenario() {
	swan_transport_server
	l2tp_server
	swan_transport_up c1 1701
	l2tp_up c1 1701
	swan_transport_up c2 1702
	l2tp_up c2 1702
	traffic_all
	each l2tp_down
	each swan_down
}
