/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP hairpins: an inside host sends to another, whose SPI has no host yet. */
#ifndef VPNALG_IPSEC_ESP_HAIRPIN_H
#define VPNALG_IPSEC_ESP_HAIRPIN_H

#include "ipsec.h"

/* Returns the living host that has sent the hairpin, which comes in, if it has
 * the outside address that the packet goes to; else NULL. */
struct vpnalg_record *vpnalg_ipsec_esp_hairpin_sender(struct vpnalg_step *step);

/* Returns whether only one host of the remote can be the receiver of what the
 * sender sends. *receiver is that host, or NULL if it is not known yet. */
bool vpnalg_ipsec_esp_hairpin_is_clear(struct vpnalg_step *step,
				       struct vpnalg_record *remote,
				       struct vpnalg_record *sender,
				       struct vpnalg_record **receiver);

#endif
