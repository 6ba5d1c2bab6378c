/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP and NAT-T that a fast path may translate. */
#ifndef VPNALG_IPSEC_FAST_PATH_H
#define VPNALG_IPSEC_FAST_PATH_H

#include <vpnalg/handler.h>

/* Describes the ESP packets of an SA: vpnalg_handler.fast_path. */
bool vpnalg_ipsec_fast_path_esp(struct vpnalg_step *step,
				struct vpnalg_translation *translation);

/* Describes the datagrams of a NAT-T session. */
bool vpnalg_ipsec_fast_path_nat_t(struct vpnalg_step *step,
				  struct vpnalg_translation *translation);

#endif
