# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
. "$lab/scenarios/esp-ike2-six.sh"
about=$(echo "$about" | sed 's/IKEv2/IKEv1/')
ike=1
