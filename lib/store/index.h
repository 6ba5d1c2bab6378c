/* SPDX-License-Identifier: BSD-2-Clause */
/* The index of a table: finds the record that a key leads to. The operations
 * are those of struct vpnalg_store. */
#ifndef VPNALG_STORE_INDEX_H
#define VPNALG_STORE_INDEX_H

#include "table.h"

struct vpnalg_record *vpnalg_table_find(void *context, const uint8_t *key,
					uint64_t hash, unsigned *slot);
struct vpnalg_record *vpnalg_table_find_ipv4(void *context, const uint8_t *key,
					     uint64_t hash, unsigned *slot);
bool vpnalg_table_link(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash);
void vpnalg_table_unlink(void *context, struct vpnalg_record *record,
			 unsigned slot, uint64_t hash);
void vpnalg_table_relink(void *context, struct vpnalg_record *from,
			 unsigned from_slot, struct vpnalg_record *to,
			 unsigned to_slot, uint64_t hash);
void vpnalg_table_prefetch(void *context, uint64_t hash, unsigned step);

#endif
