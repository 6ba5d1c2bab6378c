/* SPDX-License-Identifier: BSD-2-Clause */
/* The callbacks of a world, and what stands between it and its store. */
#include "support_callback.h"

#include <stdlib.h>

/* The store in between: counts, and fails on request. */

static struct vpnalg_record *between_find(void *context, const uint8_t *key,
					  uint64_t hash, unsigned *slot)
{
	struct world *w = context;
	struct vpnalg_record *record;

	w->finds++;
	record = w->inner.find(w->inner.context, key, hash, slot);
	if (record == NULL)
		*slot = VPNALG_OUTSIDE_PEER; /* which nobody may believe */
	return record;
}

static bool fails(struct world *w)
{
	w->operations++;
	return w->fail_in > 0 && --w->fail_in == 0;
}

static struct vpnalg_record *between_add(void *context, unsigned units)
{
	struct world *w = context;
	struct vpnalg_record *record;

	if (fails(w))
		return NULL;
	record = w->inner.add(w->inner.context, units);
	if (record == NULL)
		return NULL;
	w->records++;
	mirror_added(w, record);
	return record;
}

static void between_remove(void *context, struct vpnalg_record *record)
{
	struct world *w = context;

	if (record->keys != 0)
		ck_abort_msg("removed with keys");
	w->records--;
	mirror_removed(w, record);
	w->inner.remove(w->inner.context, record);
}

static bool between_link(void *context, struct vpnalg_record *record,
			 unsigned slot, uint64_t hash)
{
	struct world *w = context;

	if (fails(w) || !w->inner.link(w->inner.context, record, slot, hash))
		return false;
	w->keys++;
	return true;
}

static void between_unlink(void *context, struct vpnalg_record *record,
			   unsigned slot, uint64_t hash)
{
	struct world *w = context;

	w->keys--;
	w->inner.unlink(w->inner.context, record, slot, hash);
}

static void between_relink(void *context, struct vpnalg_record *from,
			   unsigned from_slot, struct vpnalg_record *to,
			   unsigned to_slot, uint64_t hash)
{
	struct world *w = context;

	w->inner.relink(w->inner.context, from, from_slot, to, to_slot, hash);
}

static bool between_next(void *context, uint64_t *cursor,
			 struct vpnalg_record **record)
{
	struct world *w = context;

	return w->inner.next(w->inner.context, cursor, record);
}

static void between_prefetch(void *context, uint64_t hash, unsigned step)
{
	struct world *w = context;

	if (w->inner.prefetch != NULL)
		w->inner.prefetch(w->inner.context, hash, step);
}

static void between_changed(void *context, struct vpnalg_record *record)
{
	mirror_changed(context, record);
}

void world_stand_between(struct world *w)
{
	w->store = (struct vpnalg_store){ .size = sizeof(w->store),
					  .key_length = VPNALG_KEY_IPV4,
					  .context = w,
					  .find = between_find,
					  .add = between_add,
					  .remove = between_remove,
					  .link = between_link,
					  .unlink = between_unlink,
					  .relink = between_relink,
					  .next = between_next,
					  .prefetch = between_prefetch,
					  .changed = between_changed };
}

/* Chance and choice. */

uint32_t world_random(void *context)
{
	struct world *w = context;

	w->random = w->random * 1664525 + 1013904223;
	return w->random ^ w->random >> 16;
}

static enum vpnalg_choice decide(struct world *w,
				 struct vpnalg_binding *binding)
{
	if (w->options.choose != NULL)
		return w->options.choose(w, binding);
	switch (w->options.choosing) {
	case CHOOSE_REFUSE:
		return VPNALG_CHOICE_REFUSE;
	case CHOOSE_DIFFERENT:
		return binding->outside_id == binding->inside_id
			       ? VPNALG_CHOICE_NEXT
			       : VPNALG_CHOICE_TAKE;
	case CHOOSE_FIRST_BYTE_DIFFERENT:
		return binding->outside_id >> 8 == binding->inside_id >> 8
			       ? VPNALG_CHOICE_NEXT
			       : VPNALG_CHOICE_TAKE;
	case CHOOSE_WRITE:
		binding->outside.family = VPNALG_IPV4;
		put32(binding->outside.octets, w->chosen);
		binding->outside_id = w->chosen_id;
		return VPNALG_CHOICE_CHOSEN;
	default:
		return VPNALG_CHOICE_TAKE;
	}
}

enum vpnalg_choice world_choose(void *context, struct vpnalg_binding *binding)
{
	struct world *w = context;
	enum vpnalg_choice choice = decide(w, binding);

	if (choice == VPNALG_CHOICE_TAKE || choice == VPNALG_CHOICE_CHOSEN)
		w->bindings++;
	return choice;
}

void world_give_back(void *context, const struct vpnalg_binding *binding)
{
	struct world *w = context;

	ck_assert(binding->user == NULL);
	w->bindings--;
	if (w->options.released != NULL)
		w->options.released(w, binding);
}

void world_hear(void *context, const struct vpnalg_event *event)
{
	struct world *w = context;

	ck_assert(event->type < VPNALG_EVENTS ||
		  event->type >= VPNALG_EVENT_OWN);
	ck_assert_ptr_null(event->session.user);
	log_hear(w, event);
	if (event->type < VPNALG_EVENTS)
		w->events[event->type]++;
	if (event->type == VPNALG_EVENT_UNPAIRED)
		w->against = event->evidence;
	if (w->options.on_event != NULL)
		w->options.on_event(w, event);
	if (event->type > HEARD_MAX && event->type < VPNALG_EVENT_OWN)
		return;
	w->event = *event;
	if (w->options.heard != NULL)
		w->options.heard(w, event);
}
