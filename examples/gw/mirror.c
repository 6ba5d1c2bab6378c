/* SPDX-License-Identifier: BSD-2-Clause */
#include "mirror.h"

#include <stdlib.h>
#include <string.h>

/* Bounds for a step of a round over all sessions: the sessions noted, and the
 * places visited. */
#define STEP_NOTED 1024
#define STEP_PLACES 16384

enum { CHANGED = 1, THERE = 2 };

/* The changed sessions, as a ring of places in the store, in which each place
 * stands at most once. Two places are a unit apart or more. */
static struct {
	const uint8_t *base;
	uint8_t *flags;
	struct vpnalg_record **ring;
	uint32_t places, first, count;
	bool walking;    /* a round of all sessions is under way */
	uint64_t cursor; /* where it is */
	uint32_t left;   /* noted by its end, still to be taken */
	void (*remove)(void *context, struct vpnalg_record *record);
} mirror;

static uint32_t id_of(const struct vpnalg_record *record)
{
	return (uint32_t)((size_t)((const uint8_t *)record - mirror.base) /
			  VPNALG_UNIT);
}

static void note(struct vpnalg_record *record, bool there)
{
	uint8_t *flags = &mirror.flags[id_of(record)];

	if (!(*flags & CHANGED))
		mirror.ring[(mirror.first + mirror.count++) % mirror.places] =
			record;
	*flags = CHANGED | (there ? THERE : 0);
}

static void changed(void *context, struct vpnalg_record *record)
{
	(void)context;
	note(record, true);
}

static void removed(void *context, struct vpnalg_record *record)
{
	note(record, false);
	mirror.remove(context, record);
}

bool mirror_begin(struct nat *nat)
{
	free(mirror.flags);
	free(mirror.ring);
	memset(&mirror, 0, sizeof(mirror));
	mirror.places = (uint32_t)(nat->table_size / VPNALG_UNIT + 1);
	mirror.base = nat->memory[1];
	mirror.flags = calloc(mirror.places, 1);
	mirror.ring = calloc(mirror.places, sizeof(*mirror.ring));
	if (!mirror.flags || !mirror.ring)
		return false;
	mirror.remove = nat->store.remove;
	nat->store.remove = removed;
	nat->store.changed = changed;
	return true;
}

void mirror_begin_round(void)
{
	mirror.walking = true;
	mirror.cursor = 0;
}

bool mirror_round_is_over(void)
{
	return !mirror.walking && mirror.left == 0;
}

/* Returns how many sessions it has noted. */
static unsigned visit(const struct vpnalg_store *store)
{
	struct vpnalg_record *record = NULL;

	mirror.walking = store->next(store->context, &mirror.cursor, &record);
	if (!mirror.walking || !record)
		return 0;
	note(record, true);
	return 1;
}

void mirror_go_round(const struct nat *nat)
{
	unsigned noted = 0, places = 0;

	if (!mirror.walking)
		return;
	while (mirror.walking && noted < STEP_NOTED && places++ < STEP_PLACES)
		noted += visit(&nat->store);
	mirror.left = mirror.count;
}

bool mirror_has_more(void)
{
	return mirror.count > 0;
}

bool mirror_next(struct vpnalg_record **record, uint32_t *id)
{
	uint8_t *flags;

	if (!mirror.count)
		return false;
	*record = mirror.ring[mirror.first];
	mirror.first = (mirror.first + 1) % mirror.places;
	mirror.count--;
	mirror.left -= mirror.left > 0;
	*id = id_of(*record);
	flags = &mirror.flags[*id];
	if (!(*flags & THERE))
		*record = NULL;
	*flags &= (uint8_t)~CHANGED;
	return true;
}
