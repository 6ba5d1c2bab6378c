/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of ports (RFC 6888 4, RFC 7422): all ports and ICMP identifiers of a
 * host are from one block of one outside address, so that few records, or none,
 * suffice to log who had a port. Blocks are computed from the host's address,
 * or allotted to a host with its first session and given back with its last
 * one; usage.c counts these. */
#ifndef VPNALG_ENGINE_BLOCK_H
#define VPNALG_ENGINE_BLOCK_H

#include "translator.h"

static inline bool block_is_used(const struct vpnalg *translator)
{
	return VPNALG_WITH_PORT_SETS && translator->blocks.length != 0;
}

/* Returns whether blocks are computed. */
static inline bool block_is_computed(const struct vpnalg *translator)
{
	return VPNALG_WITH_PORT_SETS && translator->blocks.inside.family != 0;
}

/* Returns whether blocks are allotted. */
static inline bool block_is_allotted(const struct vpnalg *translator)
{
	return block_is_used(translator) && !block_is_computed(translator);
}

/* Returns the first port of the block that a port is in. */
static inline uint32_t block_of_port(const struct vpnalg *translator,
				     uint32_t port)
{
	return port - port % translator->blocks.length;
}

/* Returns whether the IDs of a space are ports of blocks. */
bool vpnalg_block_has(const struct vpnalg *translator, uint8_t space);

/* Returns the address that is computed for a host on an uplink, or NULL if
 * there is none. */
const uint8_t *vpnalg_block_address(const struct vpnalg *translator,
				    uint8_t uplink, uint16_t zone,
				    const uint8_t *inside);

/* Returns the first port of the block that is computed for a host at an
 * address, or 0. */
uint32_t vpnalg_block_computed(const struct vpnalg *translator, uint16_t zone,
			       const uint8_t *inside, const uint8_t *address);

/* Returns the blocks of an address, by their first ports. */
struct vpnalg_range vpnalg_block_all(const struct vpnalg_port_blocks *blocks);

/* Notifies of a block that a host has been allotted, or has given back. For
 * adopted sessions this comes after all of them are there. */
void vpnalg_block_notify(struct vpnalg *translator, uint8_t type,
			 const struct vpnalg_tuple *host,
			 const struct vpnalg_tuple *block);

/* Fills in defaults. Returns what is wrong with the setting, or NULL. */
const char *vpnalg_block_fault(struct vpnalg_port_blocks *blocks,
			       size_t address_count);

#endif
