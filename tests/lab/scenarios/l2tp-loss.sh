# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
. "$lab/scenarios/l2tp-return.sh"
lossy
