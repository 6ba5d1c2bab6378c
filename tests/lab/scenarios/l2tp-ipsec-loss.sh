# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
. "$lab/scenarios/l2tp-ipsec.sh"
lossy
