/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision on a packet. */
#ifndef PCAP_DECIDE_H
#define PCAP_DECIDE_H

#include "fate.h"
#include "held.h"
#include "translator.h"

/* Translates an IPv4 packet, if it is to be translated, in its frame. Its
 * addresses were captured. */
struct verdict decide_packet(struct translator *translator,
			     const struct sides *sides, struct held_frame *at,
			     vpnalg_time now);

/* Gives a held frame its packet as the translator has given it back, which may
 * be shorter. */
struct verdict decide_held(struct translator *translator,
			   struct held_frame *held,
			   const struct vpnalg_packet *packet);

/* The verdict about a packet that is copied or dropped. */
struct verdict decide_copy(enum copied copied);
struct verdict decide_drop(enum task task, enum vpnalg_result why);

#endif
