/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP hairpins: an inside host sends to another one, with an SPI that has no
 * host yet. */
#ifndef VPNALG_IPSEC_ESP_HAIRPIN_H
#define VPNALG_IPSEC_ESP_HAIRPIN_H

#include "ipsec.h"

/* Returns the living host that has sent the hairpin at hand, which comes in, if
 * it has the outside address that the packet goes to; else NULL. */
struct vpnalg_record *vpnalg_ipsec_esp_hairpin_find(struct vpnalg_step *step);

/* Returns the host that has sent the packet at hand, or NULL if it is no
 * hairpin or the host is not known. A host never sends to itself. */
static inline struct vpnalg_record *
vpnalg_ipsec_esp_hairpin_sender(struct vpnalg_step *step)
{
	return step->packet->flags & VPNALG_PACKET_HAIRPIN
		       ? vpnalg_ipsec_esp_hairpin_find(step)
		       : NULL;
}

/* Returns whether only one host of the remote can be the receiver of the
 * sender's packets. *receiver is that host, or NULL if it is not known yet. */
bool vpnalg_ipsec_esp_hairpin_is_clear(struct vpnalg_step *step,
				       struct vpnalg_record *remote,
				       struct vpnalg_record *sender,
				       struct vpnalg_record **receiver);

#endif
