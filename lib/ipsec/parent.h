/* SPDX-License-Identifier: BSD-2-Clause */
/* The parents of IPsec's records. */
#ifndef VPNALG_IPSEC_PARENT_H
#define VPNALG_IPSEC_PARENT_H

#include "ipsec.h"

/* Returns the record that another one belongs to: an SA to its host, a host and
 * an initiator SPI to their IKE session between port 500 and port 500, a block
 * to its remote. NULL if it is gone, or there is none; only peeks. */
struct vpnalg_record *vpnalg_ipsec_parent(struct vpnalg *translator,
					  struct vpnalg_record *record);

/* Returns the remote that counts a host, dead or alive; NULL for all else. */
struct vpnalg_record *vpnalg_ipsec_counted_by(struct vpnalg *translator,
					      struct vpnalg_record *record);
/* Notes that the host's ESP belongs to the IKE session step->record, which is
 * new. */
void vpnalg_ipsec_parent_opened(const struct vpnalg_step *step);

#endif
