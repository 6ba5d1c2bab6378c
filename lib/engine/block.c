/* SPDX-License-Identifier: BSD-2-Clause */
#include "block.h"

#include <string.h>

#include "address.h"
#include "event.h"
#include "has.h"

#include "../wire/ip.h"

#define PORT_DEFAULT 1024
#define LENGTH_MIN 64
#define LENGTH_MAX 16384

struct vpnalg_range vpnalg_block_all(const struct vpnalg_port_blocks *blocks)
{
	uint32_t length = blocks->length;
	uint32_t first = (blocks->ports.first + length - 1) / length;

	return (struct vpnalg_range){
		.first = first * length,
		.step = length,
		.count = (blocks->ports.last + 1U) / length - first,
	};
}

bool vpnalg_block_has(const struct vpnalg *translator, uint8_t space)
{
	return block_is_used(translator) &&
	       (space == PROTOCOL_TCP || space == PROTOCOL_UDP ||
		space == PROTOCOL_ICMP);
}

/* Computed (RFC 7422 2.1): the hosts of the prefix in order have the blocks of
 * an uplink's addresses in order. */

/* Sets the host's number within the prefix. Returns false for a host outside of
 * the prefix. */
static bool number_of(const struct vpnalg *translator, uint16_t zone,
		      const uint8_t *inside, uint32_t *number)
{
	const struct vpnalg_port_blocks *blocks = &translator->blocks;
	unsigned bits = 32U - blocks->prefix_length;
	uint32_t host = vpnalg_get32(inside);

	if (zone != blocks->zone ||
	    (uint64_t)(host ^ vpnalg_get32(blocks->inside.octets)) >> bits != 0)
		return false;
	*number = (uint32_t)(host & (((uint64_t)1 << bits) - 1));
	return true;
}

const uint8_t *vpnalg_block_address(const struct vpnalg *translator,
				    uint8_t uplink, uint16_t zone,
				    const uint8_t *inside)
{
	struct address_group group = vpnalg_address_group(translator, uplink);
	uint32_t number, index;

	if (!number_of(translator, zone, inside, &number))
		return NULL;
	index = number / vpnalg_block_all(&translator->blocks).count;
	return index < group.count
		       ? vpnalg_address_in(translator, &group, index)
		       : NULL;
}

uint32_t vpnalg_block_computed(const struct vpnalg *translator, uint16_t zone,
			       const uint8_t *inside, const uint8_t *address)
{
	struct vpnalg_range range = vpnalg_block_all(&translator->blocks);
	const uint8_t *right = vpnalg_block_address(
		translator, vpnalg_address_uplink(translator, address), zone,
		inside);
	uint32_t number;

	if (right == NULL ||
	    !same_address(right, address, addr_len_of(translator)) ||
	    !number_of(translator, zone, inside, &number))
		return 0;
	return range.first + number % range.count * range.step;
}

/* The setting */

static bool is_power_of_2(unsigned length)
{
	return (length & (length - 1)) == 0;
}

/* Returns whether there is a block for each host of the prefix. */
static bool suffice(const struct vpnalg_port_blocks *blocks,
		    size_t address_count)
{
	return (uint64_t)address_count * vpnalg_block_all(blocks).count >> 32 !=
		       0 ||
	       (uint64_t)1 << (32 - blocks->prefix_length) <=
		       (uint64_t)address_count * vpnalg_block_all(blocks).count;
}

const char *vpnalg_block_fault(struct vpnalg_port_blocks *blocks,
			       size_t address_count)
{
	if (blocks->length == 0)
		return NULL;
	if (blocks->ports.first == 0 && blocks->ports.last == 0)
		blocks->ports =
			(struct vpnalg_ports){ PORT_DEFAULT, UINT16_MAX };
	if (blocks->length < LENGTH_MIN || blocks->length > LENGTH_MAX ||
	    !is_power_of_2(blocks->length))
		return "port_blocks: no power of 2 from 64 to 16384";
	if (blocks->ports.first == 0 ||
	    blocks->ports.first > blocks->ports.last ||
	    (blocks->ports.last + 1U) / blocks->length <=
		    (blocks->ports.first + blocks->length - 1U) /
			    blocks->length)
		return "port_blocks: no whole block among the ports";
	if (blocks->inside.family == 0)
		return NULL;
	if (blocks->inside.family != VPNALG_IPV4 || blocks->prefix_length < 1 ||
	    blocks->prefix_length > 32)
		return "port_blocks: no IPv4 prefix";
	return suffice(blocks, address_count)
		       ? NULL
		       : "port_blocks: fewer than hosts in the prefix";
}

/* Events (RFC 8158 4.3) */

enum { NAT_BLOCK_ALLOCATION = 16, NAT_BLOCK_DEALLOCATION = 17 };

void vpnalg_block_notify(struct vpnalg *translator, uint8_t type,
			 const struct vpnalg_tuple *host,
			 const struct vpnalg_tuple *block)
{
	struct vpnalg_event *event = &translator->notice;
	struct vpnalg_binding *session = &event->session;

	if (!has_event(translator) || translator->adopting ||
	    translator->events.loading)
		return;
	vpnalg_event_begin(translator, type)->nat_event =
		type == VPNALG_EVENT_BLOCK_ALLOTTED ? NAT_BLOCK_ALLOCATION
						    : NAT_BLOCK_DEALLOCATION;
	session->zone = host->zone;
	session->inside.family = session->outside.family = VPNALG_IPV4;
	memcpy(session->inside.octets, host->local, addr_len_of(translator));
	memcpy(session->outside.octets, block->local, addr_len_of(translator));
	session->inside_id = translator->blocks.length;
	session->outside_id = block->id;
	vpnalg_event_notify(translator);
}
