/* SPDX-License-Identifier: BSD-2-Clause */
/* Inbound SAs: pairs an SPI with a host, and undoes that. */
#ifndef VPNALG_IPSEC_INBOUND_H
#define VPNALG_IPSEC_INBOUND_H

#include "ipsec.h"

/* Pairs the packet's SPI, which began at `first`, with the host, and sets
 * step->record to the new SA. Returns VPNALG_TRANSLATED, VPNALG_DROP_UNPAIRED
 * if the host has no room for it, or why the store refuses it. `remote` may be
 * NULL. */
enum vpnalg_result vpnalg_ipsec_inbound_open(struct vpnalg_step *step,
					     struct vpnalg_record *remote,
					     struct vpnalg_record *host,
					     uint32_t first,
					     enum vpnalg_evidence evidence);

/* Closes the host's inbound SA of that index among the youngest. */
void vpnalg_ipsec_inbound_close(struct vpnalg *translator,
				struct vpnalg_record *host, unsigned index);

/* Closes an inbound SA, among the youngest of its host or not, and notifies
 * the caller that it is unpaired, and by what evidence. `host` may be NULL. */
void vpnalg_ipsec_inbound_unpair(struct vpnalg *translator,
				 struct vpnalg_record *host,
				 struct vpnalg_record *sa,
				 enum vpnalg_evidence against);

#endif
