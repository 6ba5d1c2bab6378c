/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundled store: what its two files share.
 *
 * A table is an index of small tagged buckets, index.c, and an array of units,
 * table.c, in blocks of six. */
#ifndef VPNALG_STORE_TABLE_H
#define VPNALG_STORE_TABLE_H

#include <string.h>

#include <vpnalg/store.h>

/* With -ffreestanding these would be calls, those of four bytes, too. */
#if defined(__GNUC__) && !__STDC_HOSTED__ && !defined(memcpy)
#define memcpy __builtin_memcpy
#define memcmp __builtin_memcmp
#endif

#define ENTRIES 10
#define NONE UINT32_MAX

/* A bit of a reference: the key is not in its home bucket. */
#define AWAY 0x80000000U

struct bucket {
	uint32_t reference[ENTRIES]; /* unit << 2 | slot, and AWAY */
	uint16_t tag[ENTRIES];       /* 0: the entry is empty */
	uint16_t away;               /* keys of this bucket that are away */
	uint16_t unused;             /* makes the tags three words of 64 bits */
};

struct block {
	uint32_t previous, next; /* in the list of those with as much room */
	uint8_t used;            /* bit n: its nth unit is a record's */
	uint8_t first;           /* bit n: its nth unit begins a record */
};

/* The lists of blocks with room: by the longest run of free units, up to the
 * longest record; those that are wholly free have a list of their own. */
#define ROOM_EMPTY (VPNALG_UNITS_MAX + 1)
#define ROOMS (ROOM_EMPTY + 1)

struct vpnalg_table {
	struct bucket *buckets;
	struct block *blocks;
	uint8_t *units;
	size_t key_length;
	uint32_t bucket_count, block_count;
	uint32_t fresh;            /* blocks from here on were never used */
	uint32_t with_room[ROOMS]; /* the first block of each list */
	struct vpnalg_table_use use;
};

static inline struct vpnalg_record *record_at(const struct vpnalg_table *table,
					      uint32_t unit)
{
	return (struct vpnalg_record *)(void *)(table->units +
						(size_t)unit * VPNALG_UNIT);
}

static inline uint32_t unit_of(uint32_t reference)
{
	return (reference & ~AWAY) >> 2;
}

/* The same by a reference, with one shift. */
static inline struct vpnalg_record *record_of(const struct vpnalg_table *table,
					      uint32_t reference)
{
	size_t bytes = (size_t)(reference & ~AWAY & ~3U) * (VPNALG_UNIT / 4);

	return (struct vpnalg_record *)(void *)(table->units + bytes);
}

static inline uint32_t reference_to(const struct vpnalg_table *table,
				    const struct vpnalg_record *record,
				    unsigned slot)
{
	size_t bytes = (size_t)((const uint8_t *)record - table->units);

	return (uint32_t)(bytes / VPNALG_UNIT) << 2 | slot;
}

#endif
