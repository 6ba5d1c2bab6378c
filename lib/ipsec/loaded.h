/* SPDX-License-Identifier: BSD-2-Clause */
/* What records of IPsec name others by, beside their keys: some of them may not
 * have been loaded. */
#ifndef VPNALG_IPSEC_LOADED_H
#define VPNALG_IPSEC_LOADED_H

#include "ipsec.h"

/* Mends it in a record: vpnalg_handler.loaded. */
void vpnalg_ipsec_loaded(struct vpnalg *translator,
			 struct vpnalg_record *record, unsigned round);

#endif
