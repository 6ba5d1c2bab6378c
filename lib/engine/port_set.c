/* SPDX-License-Identifier: BSD-2-Clause */
/* A set of ports by RFC 7597 5.1. All ports with the same PSID are a set:
 *
 *   0                           15
 *  +----------+--------+----------+
 *  |    A     |  PSID  |    j     |
 *  +----------+--------+----------+
 *    offset     length    the rest      bits
 *
 * A is never 0 where it has bits, so the lowest ports are in no set. A member's
 * number is A (counted from 1) and j put together. */
#include "port_set.h"

#include "../wire/ip.h"

#define PORT_BITS 16

/* The number of bits behind A, and behind the PSID. */
static unsigned bits_behind_a(const struct vpnalg_port_set *set)
{
	return PORT_BITS - (unsigned)set->offset;
}

static unsigned rest_bits(const struct vpnalg_port_set *set)
{
	return bits_behind_a(set) - set->length;
}

bool vpnalg_port_set_limits(const struct vpnalg *translator, uint8_t space,
			    const struct vpnalg_kind *kind)
{
	return VPNALG_WITH_PORT_SETS && translator->port_set.length != 0 &&
	       (space == PROTOCOL_TCP || space == PROTOCOL_UDP ||
		space == PROTOCOL_ICMP || kind->port_set);
}

uint32_t vpnalg_port_set_id(const struct vpnalg_port_set *set, uint32_t member)
{
	unsigned rest = rest_bits(set);
	uint32_t a = (member >> rest) + (set->offset != 0);

	return a << bits_behind_a(set) | (uint32_t)set->psid << rest |
	       (member & ((1U << rest) - 1));
}

uint32_t vpnalg_port_set_below(const struct vpnalg_port_set *set, uint32_t id)
{
	unsigned behind = bits_behind_a(set), rest = rest_bits(set);
	uint32_t a = id >> behind, within = id & ((1U << behind) - 1);
	uint32_t first = (uint32_t)set->psid << rest, j;

	if (set->offset != 0 && a-- == 0)
		return 0;
	j = within <= first ? 0 : within - first;
	if (j > 1U << rest)
		j = 1U << rest;
	return (a << rest) + j;
}

bool vpnalg_port_set_has(const struct vpnalg_port_set *set, uint32_t id)
{
	return id <= UINT16_MAX &&
	       vpnalg_port_set_id(set, vpnalg_port_set_below(set, id)) == id;
}

struct vpnalg_range vpnalg_port_set_cut(const struct vpnalg_port_set *set,
					const struct vpnalg_range *range)
{
	struct vpnalg_range cut = { .step = 1 };
	uint32_t end;

	if (range->count == 0)
		return cut;
	cut.first = vpnalg_port_set_below(set, range->first);
	end = vpnalg_port_set_below(
		set, range->first + (range->count - 1) * range->step + 1);
	if (range->step == 2 && rest_bits(set) == 0 &&
	    (set->psid ^ range->first) & 1)
		return cut; /* all members have the other parity */
	if (range->step == 2 && rest_bits(set) != 0) {
		/* A member and its number have the same parity. */
		cut.step = 2;
		cut.first += (cut.first ^ range->first) & 1;
	}
	if (cut.first < end)
		cut.count = (end - cut.first + cut.step - 1) / cut.step;
	return cut;
}
