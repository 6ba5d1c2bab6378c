/* SPDX-License-Identifier: BSD-2-Clause */
/* A mirror of a world's store: it has the content of each record that the
 * library has reported by `changed`, and must never be stale when a call ends.
 * Each world has one while its records are few; one that asks for it has it
 * with many, too. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define MIRROR_MAX 4096
#define MIRROR_FEW 32

struct image {
	struct vpnalg_record *record;
	uint8_t bytes[VPNALG_UNITS_MAX * VPNALG_UNIT];
};

struct mirror {
	unsigned count, max;
	struct image images[];
};

static struct image *image_of(struct mirror *m, struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < m->count; i++)
		if (m->images[i].record == record)
			return &m->images[i];
	ck_abort_msg("no such record");
	return NULL;
}

void mirror_added(struct world *w, struct vpnalg_record *record)
{
	struct mirror *m = w->mirror;

	if (m == NULL)
		return;
	if (m->count == m->max) {
		ck_assert(!w->options.mirror);
		mirror_close(w);
		return;
	}
	m->images[m->count++] = (struct image){ .record = record };
	mirror_changed(w, record);
}

void mirror_removed(struct world *w, struct vpnalg_record *record)
{
	struct mirror *m = w->mirror;
	struct image *image;

	if (m == NULL)
		return;
	image = image_of(m, record);
	*image = m->images[--m->count];
}

void mirror_changed(struct world *w, struct vpnalg_record *record)
{
	if (w->mirror != NULL)
		memcpy(image_of(w->mirror, record)->bytes, record,
		       record->units * VPNALG_UNIT);
}

static unsigned count_bits(unsigned bits)
{
	return bits == 0 ? 0 : (bits & 1) + count_bits(bits >> 1);
}

/* Visits all records of the store: what they are must be known, and which of
 * their keys lead to them. */
void mirror_check(struct world *w)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;
	long keys = 0;

	if (w->mirror == NULL)
		return;
	for (record = NULL; w->inner.next(w->inner.context, &cursor, &record);
	     record = NULL) {
		if (record != NULL)
			keys += count_bits(record->keys);
		if (record != NULL &&
		    memcmp(image_of(w->mirror, record)->bytes, record,
			   record->units * VPNALG_UNIT) != 0)
			ck_abort_msg("a change was not told: kind %u",
				     record->kind);
	}
	if (keys != w->keys)
		ck_abort_msg("%ld keys, not %ld", keys, w->keys);
}

/* The store may have moved its records. */
void mirror_renew(struct world *w)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	if (w->mirror == NULL)
		return;
	w->mirror->count = 0;
	for (record = NULL; w->inner.next(w->inner.context, &cursor, &record);
	     record = NULL)
		if (record != NULL && w->mirror != NULL)
			mirror_added(w, record);
}

void mirror_open(struct world *w)
{
	unsigned max = w->options.mirror ? MIRROR_MAX : MIRROR_FEW;

	w->mirror = calloc(1, sizeof(*w->mirror) + max * sizeof(struct image));
	w->mirror->max = max;
}

void mirror_close(struct world *w)
{
	free(w->mirror);
	w->mirror = NULL;
}
