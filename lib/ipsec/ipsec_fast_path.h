/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP and NAT-T that another may translate. */
#ifndef VPNALG_IPSEC_FAST_PATH_H
#define VPNALG_IPSEC_FAST_PATH_H

#include <vpnalg/handler.h>

/* Describes by what the ESP packets of an SA are known:
 * vpnalg_handler.fast_path. */
bool vpnalg_ipsec_fast_path_esp(struct vpnalg_step *step,
				struct vpnalg_translation *translation);

/* The same of the datagrams of a NAT-T session. */
bool vpnalg_ipsec_fast_path_nat_t(struct vpnalg_step *step,
				  struct vpnalg_translation *translation);

#endif
