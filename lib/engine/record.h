/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as the caller's store hands them out. Each is checked here before its
 * content is used: a store that answers wrongly costs the packet at hand, never
 * memory safety. */
#ifndef VPNALG_ENGINE_RECORD_H
#define VPNALG_ENGINE_RECORD_H

#include "key.h"

static inline uint8_t *record_key(const struct vpnalg *translator,
				  struct vpnalg_record *record, unsigned slot)
{
	return vpnalg_record_key(record, slot, key_len_of(translator));
}

static inline bool record_is_aligned(const struct vpnalg_record *record)
{
	return (uintptr_t)record % sizeof(vpnalg_time) == 0;
}

/* Returns whether handler and kind exist, and the slots are that kind's: these
 * decide where keys and body lie. A record without slots holds no key. */
static inline bool record_is_sound_as(const struct vpnalg *translator,
				      const struct vpnalg_record *record,
				      unsigned handler)
{
	unsigned kind = record->kind;

	return (handler | kind) < 16 &&
	       record->slots == translator->slots_of[handler][kind];
}

static inline bool record_is_sound(const struct vpnalg *translator,
				   const struct vpnalg_record *record)
{
	return record_is_sound_as(translator, record,
				  vpnalg_record_handler(record));
}

/* Returns whether the store has visited a session: it may have visited nothing,
 * or one of the engine's own records. */
static inline bool record_is_session(const struct vpnalg *translator,
				     const struct vpnalg_record *record)
{
	return record != NULL && record->slots != 0 &&
	       record_is_sound(translator, record) &&
	       record->handler != ENGINE_HANDLER;
}

/* Goes on with a walk over all records; *record is NULL where a step has
 * visited none. Returns false at the end. */
static inline bool record_next(const struct vpnalg *translator,
			       uint64_t *cursor, struct vpnalg_record **record)
{
	const struct vpnalg_store *store = translator->store;

	*record = NULL;
	return store->next(store->context, cursor, record);
}

/* Returns whether the slot of the record holds the key. */
static inline bool record_holds(const struct vpnalg *translator,
				struct vpnalg_record *record, unsigned slot,
				const uint8_t *key)
{
	return slot < record->slots && (unsigned)record->keys >> slot & 1U &&
	       key_equals(record_key(translator, record, slot), key);
}

/* Returns the record to which the key leads, living or dead, or NULL; slot is
 * the one in which the key is. A record of the router's own sessions counts as
 * a fault here, so that sessions of inside hosts need no further check. */
ALWAYS_INLINE struct vpnalg_record *record_find(struct vpnalg *translator,
						const uint8_t *key,
						uint64_t hash, unsigned *slot)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record =
		store->find(store->context, key, hash, slot);

	translator->work++;
	if (record == NULL)
		return NULL;
	if (record_is_aligned(record) &&
	    record_is_sound_as(translator, record, record->handler) &&
	    record_holds(translator, record, *slot, key))
		return record;
	translator->fault = true;
	return NULL;
}

/* Returns whether a session has an outside address that has gone. */
bool vpnalg_record_is_stale(const struct vpnalg *translator,
			    const struct vpnalg_record *record);

static inline bool record_is_alive(const struct vpnalg *translator,
				   const struct vpnalg_record *record)
{
	return (translator->now < record->deadline ||
		record->deadline == VPNALG_NEVER ||
		(record->children > 0 &&
		 !(record->flags & VPNALG_SESSION_ENDED))) &&
	       !(translator->stale &&
		 vpnalg_record_is_stale(translator, record));
}

/* As record_find(), but finds the router's own sessions, too. */
struct vpnalg_record *vpnalg_record_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash);

/* Returns a new record, zero and without keys, or NULL without room. */
struct vpnalg_record *vpnalg_record_add(struct vpnalg *translator,
					size_t bytes);

/* Returns a new record of the engine's own, with a key and a body that is
 * zero, or NULL without room. */
struct vpnalg_record *vpnalg_record_add_own(struct vpnalg *translator,
					    const struct vpnalg_tuple *tuple,
					    size_t body);

/* Removes a record without keys. */
void vpnalg_record_remove(struct vpnalg *translator,
			  struct vpnalg_record *record);

#endif
