#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# All unit tests again, on a store that moves every record between calls.
set -u

program=./tests/check_vpnalg
if [ ! -x "$program" ]; then
	echo "there is no $program: the unit tests were not built"
	exit 77
fi
CK_FORK=no VPNALG_TEST_STORE=moving "$program"
