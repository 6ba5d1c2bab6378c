/* SPDX-License-Identifier: BSD-2-Clause */
/* The IKE session of a message: by its ports or, where hosts share port 500, by
 * its initiator SPI. */
#ifndef VPNALG_IPSEC_IKE_FIND_H
#define VPNALG_IPSEC_IKE_FIND_H

#include "ipsec.h"

/* Sets step->record to the IKE session of a packet, and opens it for a packet
 * that travels out. Returns VPNALG_TRANSLATED, or why there is none. */
enum vpnalg_result vpnalg_ipsec_ike_find(struct vpnalg_step *step);

/* Opens the record of a new IKE SA that goes out, where its answer could not be
 * assigned to its host without, and sets *sa to it, else to NULL. Returns
 * VPNALG_TRANSLATED, or that there is no room. */
enum vpnalg_result vpnalg_ipsec_ike_open_sa(struct vpnalg_step *step,
					    struct vpnalg_record **sa);

#endif
