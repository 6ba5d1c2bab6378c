/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions by their keys: found, linked, unlinked, closed. Finding and linking
 * close dead sessions that have the key. */
#include "session.h"

#include <string.h>

#include "binding.h"
#include "has.h"
#include "key.h"
#include "lineage.h"
#include "record.h"
#include "session_event.h"
#include "tally.h"
#include "usage.h"
#include "withheld.h"

struct vpnalg_record *
vpnalg_session_alive_or_close(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	if (record == NULL || vpnalg_session_is_alive(translator, record))
		return record;
	vpnalg_session_close(translator, record);
	return NULL;
}

struct vpnalg_record *vpnalg_session_find(struct vpnalg *translator,
					  const struct vpnalg_tuple *tuple)
{
	return vpnalg_session_alive_or_close(
		translator, vpnalg_session_peek(translator, tuple));
}

static struct vpnalg_record *if_alive(const struct vpnalg *translator,
				      struct vpnalg_record *record)
{
	return record != NULL && vpnalg_session_is_alive(translator, record)
		       ? record
		       : NULL;
}

struct vpnalg_record *vpnalg_session_peek_beside(struct vpnalg *translator,
						 struct vpnalg_record *record,
						 unsigned role, uint8_t space,
						 uint32_t id, uint32_t port)
{
	uint8_t *key = translator->key;

	translator->parts =
		(struct key_parts){ (uint8_t)role, space, id, port };
	vpnalg_key_beside(translator, record_key(translator, record, role & 1),
			  &translator->parts, key);
	return vpnalg_record_find(translator, key,
				  vpnalg_key_hash(translator, key));
}

struct vpnalg_record *vpnalg_session_beside(struct vpnalg *translator,
					    struct vpnalg_record *record,
					    unsigned role, uint8_t space,
					    uint32_t id, uint32_t port)
{
	return if_alive(translator,
			vpnalg_session_peek_beside(translator, record, role,
						   space, id, port));
}

unsigned vpnalg_session_row(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    const struct vpnalg_row *row,
			    struct vpnalg_record **records)
{
	struct key_of_any_id *any = &translator->row;
	uint64_t hash;
	unsigned i;

	translator->parts = (struct key_parts){ (uint8_t)row->role, row->space,
						row->first, row->port };
	vpnalg_key_beside(translator,
			  record_key(translator, record, row->role & 1),
			  &translator->parts, any->key);
	vpnalg_key_prepare_made(translator, any);
	for (i = 0; i < row->count; i++) {
		hash = vpnalg_key_set_id(translator, any, row->first + i);
		records[i] = if_alive(
			translator,
			vpnalg_record_find(translator, any->key, hash));
		if (records[i] == NULL)
			break;
	}
	return i;
}

static void take_over(struct vpnalg *translator, struct vpnalg_record *holder,
		      unsigned slot, struct vpnalg_record *record, unsigned at,
		      uint64_t hash)
{
	const struct vpnalg_store *store = translator->store;

	store->relink(store->context, holder, slot, record, at, hash);
	holder->keys &= (uint8_t) ~(1U << slot);
	holder->flags |= VPNALG_SESSION_SHARED;
	record->flags |= VPNALG_SESSION_SHARED;
	vpnalg_session_changed(translator, holder);
}

bool vpnalg_session_link_at(struct vpnalg *translator,
			    struct vpnalg_record *record, unsigned at,
			    const struct vpnalg_tuple *tuple,
			    enum holder holders)
{
	const struct vpnalg_store *store = translator->store;
	uint8_t *key = record_key(translator, record, at);
	struct vpnalg_record *holder = NULL;
	bool linked = true, withheld;
	uint64_t hash;
	unsigned slot;

	/* The tuple may point into the very slot. */
	vpnalg_key_make(tuple, addr_len_of(translator), translator->key);
	memcpy(key, translator->key, key_len_of(translator));
	hash = vpnalg_key_hash(translator, key);
	if (holders != HOLDER_NONE)
		holder = vpnalg_record_find(translator, key, hash);
	slot = translator->found;
	holder = vpnalg_session_alive_or_close(translator, holder);
	withheld = holder == NULL && holders != HOLDER_NONE &&
		   vpnalg_withheld_at(translator, key, hash) != NULL;
	if (withheld)
		linked = false;
	else if (holder == NULL)
		linked = store->link(store->context, record, at, hash);
	else if (holders == HOLDER_YIELDS &&
		 vpnalg_record_handler(holder) == vpnalg_record_handler(record))
		take_over(translator, holder, slot, record, at, hash);
	else
		linked = false;
	if (linked)
		record->keys |= (uint8_t)(1U << at);
	else if (holder != NULL || withheld)
		translator->held = true;
	else
		vpnalg_session_event_broken(translator, record);
	vpnalg_session_changed(translator, record);
	return linked;
}

bool vpnalg_session_link(struct vpnalg *translator,
			 struct vpnalg_record *record,
			 const struct vpnalg_tuple *tuple)
{
	unsigned at =
		tuple->role < record->slots ? tuple->role : tuple->role & 1U;
	uint64_t before = 0;
	bool linked;

	if (has_event(translator) && at <= VPNALG_OUTSIDE_OWN)
		before = vpnalg_lineage_number(translator, record);
	linked = vpnalg_session_link_at(translator, record, at, tuple,
					HOLDER_YIELDS);
	if (before != 0)
		vpnalg_session_event_linked(translator, record, before);
	return linked;
}

void vpnalg_session_dismantle(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	unsigned slot;

	for (slot = 0; slot < record->slots; slot++)
		vpnalg_session_unlink(translator, record, slot);
	vpnalg_usage_leave(translator, record);
	vpnalg_record_remove(translator, record);
}

/* Clears what the packet and the sweep at hand know of a session that is gone.
 */
static void forget(struct vpnalg *translator,
		   const struct vpnalg_record *record)
{
	if (translator->step.record == record)
		translator->step.record = NULL;
	if (translator->visited == record)
		translator->visited = NULL;
}

static void notify_handler(struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];

	if (handler->closed == NULL)
		return;
	translator->closing = true;
	handler->closed(translator, record);
	translator->closing = false;
}

void vpnalg_session_discard(struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	notify_handler(translator, record);
	vpnalg_session_dismantle(translator, record);
}

/* The further cost of closing a session, in operations of the store. */
#define CLOSE_WORK 6

/* A handler that closes a session that is being closed is ignored. */
void vpnalg_session_close(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	if (translator->closing) {
		translator->fault = true;
		return;
	}
	translator->work += CLOSE_WORK;
	if (has_event(translator))
		vpnalg_session_event_closing(translator, record);
	notify_handler(translator, record);
	forget(translator, record);
	record_counters(translator, record)->closed++;
	vpnalg_binding_give_back(translator, record);
	vpnalg_tally_leave(translator, record);
	if (!VPNALG_WITH_SERVICES || !vpnalg_withheld_keep(translator, record))
		vpnalg_session_dismantle(translator, record);
}

void vpnalg_session_close_as(struct vpnalg *translator,
			     struct vpnalg_record *record, uint8_t why)
{
	translator->events.why = why;
	vpnalg_session_close(translator, record);
	translator->events.why = VPNALG_CLOSE_NONE;
}

void vpnalg_session_orphaned(struct vpnalg *translator,
			     struct vpnalg_record *record)
{
	vpnalg_session_close_as(translator, record, VPNALG_CLOSE_PARENT);
}
