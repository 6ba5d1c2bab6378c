/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that were not opened here.
 *
 * All that a translator keeps beside its sessions follows from them: the counts
 * of the policy, the engine's own records, which addresses and IDs are taken.
 * So it is made anew, session by session, by the functions that open sessions.
 */
#include "adopt.h"

#include "account.h"
#include "has.h"
#include "key.h"
#include "lineage.h"
#include "record.h"
#include "session_event.h"
#include "tally.h"
#include "usage.h"
#include "withheld.h"

/* Flags that say where a session is counted, and one of an unfinished cut. */
#define FLAGS_HERE                                                         \
	(SESSION_CUT | SESSION_GUARDED | SESSION_HOSTED | SESSION_PAIRED | \
	 SESSION_BLOCKED)

/* Soundness */

/* Returns whether a key can stand in a slot. A slot of a peer's key may be
 * empty. */
static bool is_key(const uint8_t *key, unsigned slot)
{
	unsigned role = key_role(key);

	if (slot >= VPNALG_INSIDE_PEER && key_word(key) == 0)
		return true;
	return role <= VPNALG_OUTSIDE_PEER && role % 2 == slot % 2 &&
	       (slot < VPNALG_INSIDE_PEER || role == slot);
}

/* Returns whether the handler says that such sessions have such a key. */
static bool may_have(const struct vpnalg *translator,
		     const struct vpnalg_record *record, const uint8_t *key)
{
	const struct vpnalg_handler *handler =
		translator->handlers[vpnalg_record_handler(record)];
	struct vpnalg_tuple tuple;

	if (handler->may_have_key == NULL)
		return true;
	vpnalg_key_read(key, addr_len_of(translator), &tuple);
	return handler->may_have_key(record->kind, &tuple);
}

static bool are_keys(const struct vpnalg *translator,
		     struct vpnalg_record *record)
{
	const uint8_t *key;
	unsigned slot;

	for (slot = 0; slot < record->slots; slot++) {
		key = record_key(translator, record, slot);
		if (!is_key(key, slot) || (record->keys >> slot & 1 &&
					   !may_have(translator, record, key)))
			return false;
	}
	return record->keys >> record->slots == 0;
}

static size_t bytes_of(const struct vpnalg *translator,
		       const struct vpnalg_record *record)
{
	const struct vpnalg_kind *kind = record_kind(translator, record);

	return sizeof(*record) + record->slots * key_len_of(translator) +
	       kind->body + (translator->accounts ? account_bytes(kind) : 0);
}

bool vpnalg_adopt_is_sound(const struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	return record_is_aligned(record) &&
	       record_is_session(translator, record) &&
	       (record->handler & ~VPNALG_HANDLER_ROUTER) <
		       translator->handler_count &&
	       (has_routers(translator) || !vpnalg_record_is_routers(record)) &&
	       record->units <= VPNALG_UNITS_MAX &&
	       (size_t)record->units * VPNALG_UNIT >=
		       bytes_of(translator, record) &&
	       are_keys(translator, record);
}

/* Adopting */

/* Notes in which space there are sessions for all remotes. */
static void note_space(struct vpnalg *translator, struct vpnalg_record *record)
{
	const uint8_t *key = record_key(translator, record, VPNALG_OUTSIDE_OWN);

	if (key_is_for_all_remotes(key))
		translator->mapped[key_space(key) / 8] |=
			(uint8_t)(1U << key_space(key) % 8);
}

bool vpnalg_adopt(struct vpnalg *translator, struct vpnalg_record *record)
{
	record->flags &= (uint8_t)~FLAGS_HERE;
	translator->adopting = true;
	if (!vpnalg_usage_join(translator, record) ||
	    !vpnalg_tally_join(translator, record)) {
		translator->adopting = false;
		return false;
	}
	translator->adopting = false;
	record_counters(translator, record)->opened++;
	note_space(translator, record);
	vpnalg_session_changed(translator, record);
	return true;
}

/* Children */

enum pass {
	PASS_FORGET, /* no session has children */
	PASS_COUNT,  /* each child is counted */
	PASS_ORPHANS /* one that needs a parent has one */
};

static void set_children(struct vpnalg *translator,
			 struct vpnalg_record *record, uint16_t children)
{
	if (record->children == children)
		return;
	record->children = children;
	vpnalg_session_changed(translator, record);
}

static void count_child(struct vpnalg *translator, struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];
	struct vpnalg_record *by = NULL;

	if (handler->counted_by != NULL)
		by = handler->counted_by(translator, record);
	if (by != NULL && by->handler != ENGINE_HANDLER &&
	    record_kind(translator, by)->counts_children &&
	    by->children < UINT16_MAX)
		set_children(translator, by, (uint16_t)(by->children + 1));
}

/* Returns whether a session that lives for its parent has lost it: the parent
 * is gone, or dies next, because all children that it counts were left out. */
static bool is_orphan(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_record *parent =
		vpnalg_lineage_parent(translator, record);

	return parent == NULL ||
	       (record_kind(translator, parent)->counts_children &&
		parent->children == 0);
}

static void recount(struct vpnalg *translator, struct vpnalg_record *record,
		    enum pass pass)
{
	bool counts = record_kind(translator, record)->counts_children;

	if (pass == PASS_FORGET && counts)
		set_children(translator, record, 0);
	else if (pass == PASS_COUNT)
		count_child(translator, record);
	else if (pass == PASS_ORPHANS && !counts && record->children > 0 &&
		 translator->handlers[record->handler]->parent != NULL &&
		 is_orphan(translator, record))
		set_children(translator, record, 0);
}

static void mend(struct vpnalg *translator, unsigned round)
{
	const struct vpnalg_handler *handler;
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	while (record_next(translator, &cursor, &record)) {
		if (!record_is_session(translator, record))
			continue;
		handler = translator->handlers[record->handler];
		if (handler->loaded != NULL)
			handler->loaded(translator, record, round);
	}
}

void vpnalg_adopt_recount(struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor;
	unsigned pass;

	for (pass = PASS_FORGET; pass <= PASS_ORPHANS; pass++) {
		cursor = 0;
		while (record_next(translator, &cursor, &record))
			if (record_is_session(translator, record))
				recount(translator, record, (enum pass)pass);
	}
	for (pass = 0; pass < VPNALG_LOADED_ROUNDS; pass++)
		mend(translator, pass);
}

/* Events */

void vpnalg_adopt_notify(struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	translator->events.loading = false;
	if (!has_event(translator))
		return;
	while (record_next(translator, &cursor, &record))
		if (record_is_session(translator, record))
			vpnalg_usage_notify_block(translator, record);
	vpnalg_session_event_adopted(translator);
}

/* A store that is not empty */

/* Returns whether each key of the record that is marked as linked leads to it.
 */
static bool is_found(struct vpnalg *translator, struct vpnalg_record *record)
{
	const struct vpnalg_store *store = translator->store;
	const uint8_t *key;
	unsigned slot, found;

	for (slot = 0; slot < record->slots; slot++) {
		if (!(record->keys & 1U << slot))
			continue;
		key = record_key(translator, record, slot);
		if (store->find(store->context, key,
				vpnalg_key_hash(translator, key),
				&found) != record ||
		    found != slot)
			return false;
	}
	return true;
}

static bool is_engines(const struct vpnalg *translator,
		       const struct vpnalg_record *record)
{
	bool counts = record->handler == ENGINE_HANDLER && record->kind == 0 &&
		      record->slots == 1 && record->units != 0;

	return (counts || withheld_is_one(translator, record)) &&
	       record->units <= VPNALG_UNITS_MAX;
}

static bool can_take_over(struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	while (record_next(translator, &cursor, &record))
		if (record != NULL &&
		    (!record_is_aligned(record) ||
		     !(is_engines(translator, record) ||
		       vpnalg_adopt_is_sound(translator, record)) ||
		     !is_found(translator, record)))
			return false;
	return true;
}

/* Removes the engine's own records, which are made anew. */
static void remove_engines(struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;
	unsigned slot;

	while (record_next(translator, &cursor, &record)) {
		if (record == NULL)
			continue;
		translator->policy.units += record->units;
		if (record->handler != ENGINE_HANDLER)
			continue;
		for (slot = 0; slot < record->slots; slot++)
			vpnalg_session_unlink(translator, record, slot);
		vpnalg_record_remove(translator, record);
	}
}

int vpnalg_adopt_store(struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	if (!can_take_over(translator))
		return VPNALG_ERROR_NOT_EMPTY;
	remove_engines(translator);
	while (record_next(translator, &cursor, &record)) {
		if (!record_is_session(translator, record))
			continue;
		if (!vpnalg_adopt(translator, record))
			return VPNALG_ERROR_STORE;
		translator->stale |= vpnalg_record_is_stale(translator, record);
	}
	vpnalg_adopt_recount(translator);
	vpnalg_adopt_notify(translator);
	return 0;
}
