/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that is watched. */
#ifndef TESTS_FUZZ_STORE_H
#define TESTS_FUZZ_STORE_H

#include <vpnalg/handler.h>
#include <vpnalg/store.h>

#define RECORDS_MAX 512
#define KEYS_MAX (RECORDS_MAX * 2)
#define BUCKETS 256

struct store_entry {
	struct vpnalg_record *record; /* NULL: unused */
	uint8_t mirror[VPNALG_UNIT * VPNALG_UNITS_MAX];
};

struct store_key {
	uint64_t hash;
	uint16_t entry, next; /* next in its bucket, counted from 1 */
	uint8_t slot;
	bool used;
};

struct settings;

/* Behind it stands either the bundled store or one of its own that can move its
 * records. Each record has a mirror, which is brought up to date only when the
 * store is told of a change. */
struct watched_store {
	struct vpnalg_store outer; /* what the translator gets */
	struct vpnalg_store inner; /* the bundled store */
	void *table;               /* its memory, or NULL */
	const struct settings *settings;
	unsigned record_max;
	long records, keys;
	unsigned long added; /* records, ever */
	long fail_in; /* the next add or link that fails, counted from 1 */
	bool failed;  /* one has failed since this was set to false */
	bool struck;  /* and that was because of fail_in */
	unsigned finds; /* since this was set to 0 */
	unsigned high;  /* entries beyond are unused */
	struct store_entry entries[RECORDS_MAX];
	struct store_key key[KEYS_MAX];
	uint16_t bucket[BUCKETS];
};

void store_begin(struct watched_store *s, const struct settings *settings);
void store_end(struct watched_store *s);
/* All records go elsewhere, where the store can do that. */
void store_move(struct watched_store *s);
/* Holds every record to its mirror. */
void store_check(const struct watched_store *s);

#endif
