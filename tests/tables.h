/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the bundled store. */
#ifndef TESTS_TABLES_H
#define TESTS_TABLES_H

#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

enum { KEY = VPNALG_KEY_IPV4 };

struct table {
	struct vpnalg_store store;
	struct vpnalg_table *table;
	uint8_t *memory;
	uint32_t last_key;
};

/* A block of exactly that size, off bytes from where it is aligned. */
static inline void table_begin(struct table *t, size_t size, unsigned off)
{
	memset(t, 0, sizeof(*t));
	t->memory = malloc(size + off);
	memset(t->memory, 0xa5, size + off);
	t->table = vpnalg_table_init(t->memory + off, size, KEY, &t->store);
}

static inline struct vpnalg_table_use use_of(const struct table *t)
{
	struct vpnalg_table_use use;

	vpnalg_table_use(t->table, &use);
	return use;
}

static inline uint64_t hash_of(uint32_t key)
{
	uint64_t hash = (key + 1) * 0x9e3779b97f4a7c15U;

	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9U;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111ebU;
	return hash ^ hash >> 31;
}

static inline bool give(struct table *t, struct vpnalg_record *record,
			unsigned slot, uint64_t hash)
{
	uint8_t *key = vpnalg_record_key(record, slot, KEY);

	memset(key, 0, KEY);
	put32(key, t->last_key++);
	return t->store.link(t->store.context, record, slot, hash);
}

static inline bool leads_to(const struct table *t, struct vpnalg_record *record,
			    unsigned slot, uint64_t hash)
{
	unsigned found = 99;

	return t->store.find(t->store.context,
			     vpnalg_record_key(record, slot, KEY), hash,
			     &found) == record &&
	       found == slot;
}

#endif
