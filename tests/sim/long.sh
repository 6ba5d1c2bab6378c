#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/sim/long.sh [OPTION]...
#
# The long form: for 1, 2, 3, 10 and 50 clients, with and without loss, starts
# spread and together, ten million inbound ESP packets for each line. PACKETS
# sets another number, SIM another program; options go to it.
set -u
sim=${SIM:-tests/sim/sim}
status=0
for loss in 0 1; do
	for starts in spread together; do
		"$sim" --packets "${PACKETS:-10000000}" --loss $loss \
			--starts $starts "$@" || status=1
		echo
	done
done
exit $status
