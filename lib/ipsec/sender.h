/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host of an outbound SA is looked up for: few packets. */
#ifndef VPNALG_IPSEC_SENDER_H
#define VPNALG_IPSEC_SENDER_H

#include "ipsec.h"

/* The interval at which a host that goes on sending is checked. */
#define IPSEC_LOOK_MS 2048

/* Finds the host of the first packet with its SPI, and its remote, or opens
 * them. The store may have lost the remote at once. */
enum vpnalg_result vpnalg_ipsec_sender_find(struct vpnalg_step *step,
					    struct vpnalg_record **host,
					    struct vpnalg_record **remote);

/* Opens that packet's SA, as step->record. */
enum vpnalg_result vpnalg_ipsec_sender_begin(struct vpnalg_step *step,
					     struct vpnalg_record *host,
					     struct vpnalg_record *remote);

/* Notes a packet in the record of its SA, and in that of its host: when it
 * resumes, that it sends with several SAs, and whether a check is due. */
void vpnalg_ipsec_sender_sent(struct vpnalg_step *step);

/* Moves the deadlines of the SA and of its host. */
void vpnalg_ipsec_sender_prolong(struct vpnalg_step *step);

#endif
