/* SPDX-License-Identifier: BSD-2-Clause */
#include "mirror.h"

#include <stdlib.h>

enum { CHANGED = 1, THERE = 2 };

/* By place in the store, of which none is nearer to another than a unit. */
static struct {
	const uint8_t *base;
	uint8_t *flags;
	struct vpnalg_record **list;
	uint32_t count;
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
		mirror.list[mirror.count++] = record;
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
	size_t places = nat->table_size / VPNALG_UNIT + 1;

	mirror.base = nat->memory[1];
	mirror.flags = calloc(places, 1);
	mirror.list = calloc(places, sizeof(*mirror.list));
	if (!mirror.flags || !mirror.list)
		return false;
	mirror.remove = nat->store.remove;
	nat->store.remove = removed;
	nat->store.changed = changed;
	mirror_all(nat);
	return true;
}

void mirror_all(const struct nat *nat)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;

	for (; nat->store.next(nat->store.context, &cursor, &record);
	     record = NULL)
		if (record)
			note(record, true);
}

bool mirror_next(struct vpnalg_record **record, uint32_t *id)
{
	uint8_t *flags;

	if (!mirror.count)
		return false;
	*record = mirror.list[--mirror.count];
	*id = id_of(*record);
	flags = &mirror.flags[*id];
	if (!(*flags & THERE))
		*record = NULL;
	*flags &= (uint8_t)~CHANGED;
	return true;
}
