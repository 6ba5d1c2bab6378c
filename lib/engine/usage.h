/* SPDX-License-Identifier: BSD-2-Clause */
/* The use of outside addresses, by host and remote. */
#ifndef VPNALG_ENGINE_USAGE_H
#define VPNALG_ENGINE_USAGE_H

#include "translator.h"

/* Counts a session in its guards and its pair. Returns false without room. */
bool vpnalg_usage_join(struct vpnalg *translator, struct vpnalg_record *record);

/* Takes a session out of the counts, as far as it was counted. */
void vpnalg_usage_leave(struct vpnalg *translator,
			struct vpnalg_record *record);

/* Notifies of the block of ports of an adopted session, once for each block. */
void vpnalg_usage_notify_block(struct vpnalg *translator,
			       struct vpnalg_record *session);

/* Counts one more under a key, of a pair with its outside address. Returns
 * false without room. */
bool vpnalg_usage_get(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple, const uint8_t *address);

/* Counts one less. */
void vpnalg_usage_put(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple);

/* Returns the outside address in the record of a pair or a guard, NULL if there
 * is none. */
const uint8_t *vpnalg_usage_find(struct vpnalg *translator,
				 const struct vpnalg_tuple *tuple);

/* Makes the key of a host's record: of its paired address and block on an
 * uplink. */
void vpnalg_usage_host_key(uint16_t zone, const uint8_t *inside, uint8_t uplink,
			   struct vpnalg_tuple *host);

/* Makes the key of the record of an allotted block, given its first port. */
void vpnalg_usage_block_key(const uint8_t *outside, uint32_t first,
			    struct vpnalg_tuple *block);

/* Returns the first port of the block that a host has at that address, or 0. */
uint32_t vpnalg_usage_block(struct vpnalg *translator,
			    const struct vpnalg_tuple *host,
			    const uint8_t *outside);

#endif
