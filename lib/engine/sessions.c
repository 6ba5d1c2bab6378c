/* SPDX-License-Identifier: BSD-2-Clause */
/* The listing of sessions: a bounded step through the store at each call. */
#include <vpnalg/sessions.h>

#include <string.h>

#include "account.h"
#include "binding.h"
#include "clock.h"
#include "lineage.h"
#include "record.h"
#include "service.h"
#include "uplink.h"

/* The most places of the store that a step looks at. */
#define STEP_PLACES 32

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
	if (vpnalg_service_is_one(translator, record))
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

static void set_binding(struct vpnalg *translator, struct vpnalg_record *record,
			struct vpnalg_session_info *info)
{
	struct vpnalg_binding binding;

	vpnalg_binding_describe(translator, record, &binding);
	info->inside = binding.inside;
	info->outside = binding.outside;
	info->remote = binding.remote;
	info->inside_id = binding.inside_id;
	info->outside_id = binding.outside_id;
	info->remote_port = binding.remote_port;
	info->zone = binding.zone;
	info->ip_protocol = binding.protocol;
	info->flags = flags_of(translator, record, &binding);
}

/* Returns how long ago that was, in milliseconds. */
static vpnalg_time since(const struct vpnalg *translator, uint32_t then)
{
	uint32_t now = (uint32_t)(translator->now >> ACCOUNT_TIME_SHIFT);

	return (vpnalg_time)(uint32_t)(now - then) << ACCOUNT_TIME_SHIFT;
}

static void set_account(struct vpnalg *translator, struct vpnalg_record *record,
			struct vpnalg_session_info *info)
{
	const struct account *account = vpnalg_account_of(translator, record);
	const struct account_way *way;
	unsigned i;

	if (account == NULL)
		return;
	info->flags |= VPNALG_INFO_ACCOUNT;
	info->age = since(translator, account->opened);
	info->idle = since(translator, account->used);
	for (i = 0; i < 2; i++) {
		way = &account->ways[i];
		info->packets[i] = account_packets(way);
		info->bytes[i] = account_byte_count(way);
	}
}

static void describe(struct vpnalg *translator, struct vpnalg_record *record,
		     struct vpnalg_session_info *info)
{
	struct vpnalg_record *parent =
		vpnalg_lineage_parent(translator, record);

	*info = (struct vpnalg_session_info){
		.number = vpnalg_lineage_number(translator, record),
		.parent = parent != NULL
				  ? vpnalg_lineage_number(translator, parent)
				  : 0,
		.protocol_name = translator->handlers[record->handler]->name,
		.kind_name = record_kind(translator, record)->name,
		.expires_in = expires_in(translator, record),
		.protocol = vpnalg_record_handler(record),
		.kind = record->kind,
		.children = record->children,
	};
	set_binding(translator, record, info);
	set_account(translator, record, info);
}

/* A caller that was built with another header knows fewer members, or more,
 * which are zero. */
static void copy_out(struct vpnalg_session_info *to,
		     const struct vpnalg_session_info *from)
{
	const size_t head = sizeof(to->size);
	size_t size = to->size, known = sizeof(*from);

	if (size <= head)
		return;
	memset((uint8_t *)to + head, 0, size - head);
	memcpy((uint8_t *)to + head, (const uint8_t *)from + head,
	       (size < known ? size : known) - head);
}

int vpnalg_sessions_next(struct vpnalg *translator, vpnalg_time now,
			 uint64_t *cursor, struct vpnalg_session_info *info)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_session_info found;
	struct vpnalg_record *record;
	unsigned i;

	clock_set(translator, now);
	uplink_begin_call(translator);
	for (i = 0; i < STEP_PLACES; i++) {
		record = NULL;
		if (!store->next(store->context, cursor, &record)) {
			*cursor = 0;
			return VPNALG_SESSIONS_END;
		}
		if (!record_is_session(translator, record) ||
		    !record_is_alive(translator, record))
			continue;
		describe(translator, record, &found);
		copy_out(info, &found);
		return VPNALG_SESSIONS_ONE;
	}
	return VPNALG_SESSIONS_NONE;
}
