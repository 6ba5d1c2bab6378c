/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of outside addresses. Addresses are compared as bytes, so that their
 * order is the same on every machine and in all translators of a pool. */
#include "address.h"

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

uint32_t vpnalg_address_index(const struct vpnalg *translator,
			      const uint8_t *address)
{
	return position(translator, 0, translator->in_use_count, address);
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

/* address is none of the list's memory. */
static void insert(struct vpnalg *translator, uint32_t at,
		   const uint8_t *address)
{
	size_t length = addr_len_of(translator);

	memmove(address_at(translator, at + 1), address_at(translator, at),
		(translator->address_count - at) * length);
	memcpy(address_at(translator, at), address, length);
	translator->address_count++;
}

void vpnalg_address_add(struct vpnalg *translator, const uint8_t *address)
{
	insert(translator,
	       position(translator, 0, translator->in_use_count, address),
	       address);
	translator->in_use_count++;
}

void vpnalg_address_remove(struct vpnalg *translator, uint32_t index)
{
	size_t length = addr_len_of(translator);

	if (index < translator->in_use_count)
		translator->in_use_count--;
	translator->address_count--;
	memmove(address_at(translator, index),
		address_at(translator, index + 1),
		(translator->address_count - index) * length);
}

void vpnalg_address_drain(struct vpnalg *translator, uint32_t index)
{
	uint8_t address[VPNALG_ADDR_MAX];

	memcpy(address, address_at(translator, index), addr_len_of(translator));
	vpnalg_address_remove(translator, index);
	insert(translator,
	       position(translator, translator->in_use_count,
			translator->address_count, address),
	       address);
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

	while (at-- > translator->in_use_count)
		if (!translator->address_seen[at])
			vpnalg_address_remove(translator, at);
	memset(translator->address_seen, 0,
	       translator->address_max * sizeof(translator->address_seen[0]));
}
