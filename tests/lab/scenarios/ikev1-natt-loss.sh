# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
. "$lab/scenarios/ikev1-natt-rekey.sh"
lossy
