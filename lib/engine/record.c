/* SPDX-License-Identifier: BSD-2-Clause */
/* What of records need not be inlined. */
#include "record.h"

struct vpnalg_record *vpnalg_record_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash)
{
	return record_find(translator, key, hash, &translator->found);
}

/* Returns a new record of so many bytes, or NULL without room. */
struct vpnalg_record *vpnalg_record_add(struct vpnalg *translator, size_t bytes)
{
	const struct vpnalg_store *store = translator->store;
	unsigned units = (unsigned)((bytes + VPNALG_UNIT - 1) / VPNALG_UNIT);
	struct vpnalg_record *record = store->add(store->context, units);

	if (record == NULL)
		return NULL;
	if (record_is_aligned(record) && record->units >= units &&
	    record->slots == 0 && record->keys == 0)
		return record;
	translator->fault = true;
	return NULL;
}
