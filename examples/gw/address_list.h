/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses that this host has at one time. With several uplinks an
 * address is of the one whose interface has it. */
#ifndef GW_ADDRESS_LIST_H
#define GW_ADDRESS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "options.h"

/* Where an address is found. */
struct address_place {
	uint8_t octets[4];
	uint8_t uplink;
};

struct address_list {
	struct vpnalg_addr *list; /* those of the first uplink first */
	uint8_t *uplinks;         /* of each */
	struct address_place *places; /* sorted */
	size_t count;
	size_t counts[UPLINKS_MAX]; /* of each uplink; none: it has failed */
	size_t room;                /* for so many */
};

/* Makes room for as many as there may be. Returns false without memory;
 * address_list_free() follows in any case. */
bool address_list_make(struct address_list *list,
		       const struct options *options);

/* Reads those of the uplinks that work, or of all: with several an uplink does
 * not while its interface is down or without a link. */
void address_list_read(struct address_list *list,
		       const struct options *options, bool all);

/* Whether an address is among some. */
bool address_is_in(const struct vpnalg_addr *list, size_t count,
		   const struct vpnalg_addr *address);

/* Returns the uplink of an address, which is negative if that is none of
 * them. */
int address_list_uplink(const struct address_list *list, const uint8_t *octets);

/* Takes out those that have another uplink in the last list. Returns whether
 * there were any. */
bool address_list_leave_moved(struct address_list *list,
			      const struct address_list *last);

void address_list_free(struct address_list *list);

#endif
