/* SPDX-License-Identifier: BSD-2-Clause */
#include "describe.h"

#include "account.h"
#include "lineage.h"
#include "record.h"
#include "service.h"

static uint16_t flags_of(const struct vpnalg *translator,
			 const struct vpnalg_record *record,
			 const struct vpnalg_binding *binding)
{
	const struct vpnalg_kind *kind = record_kind(translator, record);
	uint16_t flags = 0;

	if (record->flags & VPNALG_SESSION_ENDED)
		flags |= VPNALG_INFO_ENDED;
	if (vpnalg_record_is_routers(record))
		flags |= VPNALG_INFO_ROUTERS;
	if (service_is_one(translator, record))
		flags |= VPNALG_INFO_SERVICE;
	if (binding->remote.family == 0 && !kind->inherits_outside)
		flags |= VPNALG_INFO_MAPPING;
	if (kind->of_remote)
		flags |= VPNALG_INFO_OF_REMOTE;
	return flags;
}

static vpnalg_time expires_in(const struct vpnalg *translator,
			      const struct vpnalg_record *record)
{
	if (record->deadline == VPNALG_NEVER)
		return VPNALG_NEVER;
	return record->deadline > translator->now
		       ? record->deadline - translator->now
		       : 0;
}

/* Returns the time since then, in milliseconds. */
static vpnalg_time since(const struct vpnalg *translator, uint32_t then)
{
	uint32_t now = (uint32_t)(translator->now >> ACCOUNT_TIME_SHIFT);

	return (vpnalg_time)(uint32_t)(now - then) << ACCOUNT_TIME_SHIFT;
}

static void set_account(struct vpnalg *translator, struct vpnalg_record *record,
			struct vpnalg_session_info *info)
{
	const struct account *account = vpnalg_account_of(translator, record);
	const struct account_counts *counts;
	unsigned i;

	if (account == NULL)
		return;
	info->flags |= VPNALG_INFO_ACCOUNT;
	info->age = since(translator, account->opened);
	info->idle = since(translator, account->used);
	for (i = 0; i < 2; i++) {
		counts = &account->directions[i];
		info->packets[i] = account_packets(counts);
		info->bytes[i] = account_byte_count(counts);
	}
}

void vpnalg_describe(struct vpnalg *translator, struct vpnalg_record *record,
		     const struct vpnalg_binding *binding,
		     struct vpnalg_session_info *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	info->number = vpnalg_lineage_number(translator, record);
	info->protocol_name = translator->handlers[record->handler]->name;
	info->kind_name = record_kind(translator, record)->name;
	info->expires_in = expires_in(translator, record);
	info->inside = binding->inside;
	info->outside = binding->outside;
	info->remote = binding->remote;
	info->inside_id = binding->inside_id;
	info->outside_id = binding->outside_id;
	info->remote_port = binding->remote_port;
	info->zone = binding->zone;
	info->ip_protocol = binding->protocol;
	info->protocol = vpnalg_record_handler(record);
	info->kind = record->kind;
	info->flags = flags_of(translator, record, binding);
	info->children = record->children;
	set_account(translator, record, info);
}

void vpnalg_describe_parent(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    struct vpnalg_session_info *info)
{
	struct vpnalg_record *parent =
		vpnalg_lineage_parent(translator, record);

	if (parent != NULL)
		info->parent = vpnalg_lineage_number(translator, parent);
}

bool vpnalg_describe_last_parent(struct vpnalg *translator,
				 struct vpnalg_record *record,
				 struct vpnalg_session_info *info)
{
	struct vpnalg_record *parent =
		vpnalg_lineage_last_parent(translator, record);

	if (parent == NULL)
		return false;
	info->parent = vpnalg_lineage_number(translator, parent);
	return record_is_alive(translator, parent);
}
