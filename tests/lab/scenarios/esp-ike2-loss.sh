# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
. "$lab/scenarios/esp-ike2-rekey.sh"
lossy
