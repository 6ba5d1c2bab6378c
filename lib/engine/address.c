/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of outside addresses. Addresses are compared as bytes, so that their
 * order is the same on every machine and in all translators of a pool. */
#include "address.h"

#include "has.h"

#include <string.h>

/* Returns the place of an address in a sorted part of the list, or of the first
 * one behind it. */
static uint32_t position(const struct vpnalg *translator, uint32_t low,
			 uint32_t high, const uint8_t *address)
{
	size_t length = addr_len_of(translator);
	uint32_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(address_at(translator, middle), address, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Looks in one part. */
static bool find(const struct vpnalg *translator, uint32_t low, uint32_t high,
		 const uint8_t *address, uint32_t *at)
{
	*at = position(translator, low, high, address);
	return *at < high && same_address(address_at(translator, *at), address,
					  addr_len_of(translator));
}

bool vpnalg_address_is_in_use(const struct vpnalg *translator,
			      const uint8_t *address)
{
	uint32_t at;

	return find(translator, 0, translator->in_use_count, address, &at);
}

static bool is_drained(const struct vpnalg *translator, const uint8_t *address,
		       uint32_t *at)
{
	return find(translator, translator->in_use_count,
		    translator->address_count, address, at);
}

bool vpnalg_address_finds(const struct vpnalg *translator,
			  const uint8_t *address)
{
	uint32_t at;

	return vpnalg_address_is_in_use(translator, address) ||
	       is_drained(translator, address, &at);
}

/* The number of addresses that are remembered, those that have gone
 * included. */
static uint32_t count_all(const struct vpnalg *translator)
{
	return translator->address_count +
	       (has_uplinks(translator) ? translator->uplinks->gone : 0);
}

/* Returns the place of an address among those that have gone. */
static uint32_t gone_at(const struct vpnalg *translator, const uint8_t *address)
{
	return position(translator, translator->address_count,
			count_all(translator), address);
}

/* Inserts an address at a place; the caller adjusts the counts. address does
 * not point into the list. */
static void insert(struct vpnalg *translator, uint32_t at,
		   const uint8_t *address, uint8_t uplink)
{
	size_t length = addr_len_of(translator);
	size_t behind = count_all(translator) - at;
	uint8_t *of;

	memmove(address_at(translator, at + 1), address_at(translator, at),
		behind * length);
	memcpy(address_at(translator, at), address, length);
	if (!has_uplinks(translator))
		return;
	of = translator->uplinks->of + at;
	memmove(of + 1, of, behind);
	*of = uplink;
}

void vpnalg_address_add(struct vpnalg *translator, const uint8_t *address,
			uint8_t uplink)
{
	insert(translator,
	       position(translator, 0, translator->in_use_count, address),
	       address, uplink);
	translator->address_count++;
	translator->in_use_count++;
}

void vpnalg_address_remove(struct vpnalg *translator, uint32_t index)
{
	size_t length = addr_len_of(translator);
	size_t behind = count_all(translator) - index - 1;
	uint8_t *of;

	if (index < translator->in_use_count)
		translator->in_use_count--;
	translator->address_count--;
	memmove(address_at(translator, index),
		address_at(translator, index + 1), behind * length);
	if (!has_uplinks(translator))
		return;
	of = translator->uplinks->of + index;
	memmove(of, of + 1, behind);
}

/* Removes an address; returns its uplink. */
static uint8_t take(struct vpnalg *translator, uint32_t index, uint8_t *address)
{
	uint8_t uplink =
		has_uplinks(translator) ? translator->uplinks->of[index] : 0;

	memcpy(address, address_at(translator, index), addr_len_of(translator));
	vpnalg_address_remove(translator, index);
	return uplink;
}

void vpnalg_address_end(struct vpnalg *translator, uint32_t index)
{
	uint8_t address[VPNALG_ADDR_MAX];
	uint8_t uplink = take(translator, index, address);

	if (!has_uplinks(translator))
		return;
	insert(translator, gone_at(translator, address), address, uplink);
	translator->uplinks->gone++;
}

void vpnalg_address_drain(struct vpnalg *translator, uint32_t index)
{
	uint8_t address[VPNALG_ADDR_MAX];
	uint8_t uplink = take(translator, index, address);

	insert(translator,
	       position(translator, translator->in_use_count,
			translator->address_count, address),
	       address, uplink);
	translator->address_count++;
}

void vpnalg_address_note(struct vpnalg *translator, const uint8_t *address)
{
	uint32_t at;

	if (is_drained(translator, address, &at))
		translator->address_seen[at] = true;
}

void vpnalg_address_end_round(struct vpnalg *translator)
{
	uint32_t at = translator->address_count;

	if (has_uplinks(translator))
		translator->uplinks->gone = 0;
	while (at-- > translator->in_use_count)
		if (!translator->address_seen[at])
			vpnalg_address_remove(translator, at);
	memset(translator->address_seen, 0,
	       translator->address_max * sizeof(translator->address_seen[0]));
}

/* Uplinks */

uint8_t vpnalg_address_uplink(const struct vpnalg *translator,
			      const uint8_t *address)
{
	uint32_t at;

	if (!has_uplinks(translator))
		return 0;
	if (find(translator, 0, translator->in_use_count, address, &at) ||
	    is_drained(translator, address, &at) ||
	    find(translator, translator->address_count, count_all(translator),
		 address, &at))
		return translator->uplinks->of[at];
	return 0;
}

/* Sorts by uplink, and within an uplink by address, as the list is. */
void vpnalg_address_sort(struct vpnalg *translator)
{
	const struct uplinks *uplinks = translator->uplinks;
	uint32_t at, count = 0;
	unsigned uplink;

	if (!has_uplinks(translator))
		return;
	for (uplink = 0; uplink <= UINT8_MAX; uplink++)
		for (at = 0; at < translator->in_use_count; at++)
			if (uplinks->of[at] == uplink)
				uplinks->order[count++] = (uint16_t)at;
}

/* Returns the number of addresses in use with a lesser uplink. */
static uint32_t count_below(const struct vpnalg *translator, unsigned uplink)
{
	const struct uplinks *uplinks = translator->uplinks;
	uint32_t low = 0, high = translator->in_use_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (uplinks->of[uplinks->order[middle]] < uplink)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct address_group vpnalg_address_group(const struct vpnalg *translator,
					  uint8_t uplink)
{
	struct address_group group = { 0, translator->in_use_count };

	if (!has_uplinks(translator))
		return group;
	group.first = count_below(translator, uplink);
	group.count = count_below(translator, uplink + 1U) - group.first;
	return group;
}

const uint8_t *vpnalg_address_in(const struct vpnalg *translator,
				 const struct address_group *group,
				 uint32_t index)
{
	index += group->first;
	return address_at(translator,
			  has_uplinks(translator)
				  ? translator->uplinks->order[index]
				  : index);
}

uint32_t vpnalg_address_index(const struct vpnalg *translator,
			      const struct address_group *group,
			      const uint8_t *address)
{
	uint32_t low = 0, high = group->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (memcmp(vpnalg_address_in(translator, group, middle),
			   address, addr_len_of(translator)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
