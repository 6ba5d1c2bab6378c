/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a translator's memory. */
#ifndef VPNALG_ENGINE_PARTS_H
#define VPNALG_ENGINE_PARTS_H

#include "config.h"

/* The offsets of the parts. All but the addresses are aligned for uint64_t. */
struct parts {
	size_t slots, kinds, drops, own, settings, routers, aliases, uplinks,
		addresses, order, of, seen, size;
};

static inline size_t parts_aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Returns the number of a handler's own counters. */
static inline size_t parts_own_count(const struct vpnalg_handler *handler)
{
	return (size_t)handler->own_reason_count + handler->own_counter_count;
}

/* Lays out what a translator with these settings needs. */
void vpnalg_parts_lay_out(const struct settings *settings, struct parts *parts);

/* Sets a translator's pointers to its parts. */
void vpnalg_parts_set(struct vpnalg *translator,
		      const struct vpnalg_config *config,
		      const struct parts *parts);

#endif
