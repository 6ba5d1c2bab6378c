#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# All unit tests again, with servers of PPTP, IPsec and L2TP that listen at
# other ports than the standard ones: tests/support_ports.h.
set -u

program=./tests/check_vpnalg
if [ ! -x "$program" ]; then
	echo "there is no $program: the unit tests were not built"
	exit 77
fi
CK_FORK=no VPNALG_TEST_PORTS=other "$program"
