/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the session of a packet, and calls its handler. */
#ifndef VPNALG_ENGINE_TRANSLATE_H
#define VPNALG_ENGINE_TRANSLATE_H

#include "record.h"
#include "refuse.h"
#include "session.h"

/* Returns the session that the store has by the packet's key, or NULL. One past
 * its deadline is closed. */
ALWAYS_INLINE struct vpnalg_record *
find(struct vpnalg *translator, const struct slot *slot, unsigned *key_slot)
{
	struct vpnalg_record *record =
		record_find(translator, slot->key, slot->hash, key_slot);

	if (record == NULL || record_is_alive(translator, record))
		return record;
	vpnalg_session_close(translator, record);
	return NULL;
}

/* Fills in the session that the claim names, its handler and its kind; without
 * one those of the claim. */
ALWAYS_INLINE void find_session(struct vpnalg *translator,
				const struct slot *slot,
				struct vpnalg_step *step)
{
	const struct vpnalg_record *record = NULL;

	if (slot->claim == VPNALG_CLAIM_KEY)
		record = step->record = find(translator, slot, &step->slot);
	else
		step->record = NULL;
	step->handler = record != NULL ? record->handler : slot->handler;
	step->kind = record != NULL ? record->kind : slot->match.kind;
}

/* Checks a packet that the handler calls translated: the local address must be
 * that of the session's key in the other form. */
ALWAYS_INLINE enum vpnalg_result finish(const struct vpnalg *translator,
					const struct vpnalg_parsed *parsed,
					const struct vpnalg_step *step)
{
	const uint8_t *key;

	if (step->record == NULL)
		return VPNALG_DROP_FAULT;
	key = record_key(translator, step->record,
			 parsed->inside ? VPNALG_OUTSIDE_OWN
					: VPNALG_INSIDE_OWN);
	if (!same_address(parsed->local, key + KEY_LOCAL_OFF,
			  addr_len_of(translator)))
		return VPNALG_DROP_FAULT;
	if (!parsed->inside)
		step->packet->zone = key_zone(key);
	return VPNALG_TRANSLATED;
}

/* Calls the handler to translate the packet, and checks its answer. It may be
 * VPNALG_UNTOUCHED where match has set `more`, and for all that is in its
 * outside form; else that is a fault. */
ALWAYS_INLINE enum vpnalg_result translate(struct vpnalg *translator,
					   const struct slot *slot,
					   struct vpnalg_step *step)
{
	const uint8_t place = step->handler;
	const struct vpnalg_handler *handler = translator->handlers[place];
	enum vpnalg_result result;

	result = handler->translate(step);
	step->handler = place;
	if (step->kind >= handler->kind_count) {
		step->kind = 0;
		return VPNALG_DROP_FAULT;
	}
	if (result == VPNALG_TRANSLATED)
		return finish(translator, &slot->parsed, step);
	if (result == VPNALG_UNTOUCHED)
		return slot->match.more || !slot->parsed.inside
			       ? result
			       : VPNALG_DROP_FAULT;
	return is_drop(result) ? result : vpnalg_refuse_own(step, result);
}

#endif
