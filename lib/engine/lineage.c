/* SPDX-License-Identifier: BSD-2-Clause */
#include "lineage.h"

#include "key.h"
#include "record.h"

struct vpnalg_record *vpnalg_lineage_last_parent(struct vpnalg *translator,
						 struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];
	struct vpnalg_record *parent = NULL;

	if (handler->parent != NULL)
		parent = handler->parent(translator, record);
	return parent != NULL && parent != record &&
			       parent->handler == record->handler
		       ? parent
		       : NULL;
}

struct vpnalg_record *vpnalg_lineage_parent(struct vpnalg *translator,
					    struct vpnalg_record *record)
{
	struct vpnalg_record *parent =
		vpnalg_lineage_last_parent(translator, record);

	return parent != NULL && record_is_alive(translator, parent) ? parent
								     : NULL;
}

uint64_t vpnalg_lineage_number(struct vpnalg *translator,
			       struct vpnalg_record *record)
{
	uint64_t inside =
		vpnalg_key_hash(translator, record_key(translator, record, 0));
	uint64_t outside =
		vpnalg_key_hash(translator, record_key(translator, record, 1));
	uint64_t number = inside * 3 ^ outside;

	return number != 0 ? number : 1;
}
