/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session store of your own, with <vpnalg/store.h> alone: an array of places,
 * searched from end to end. It is good for a handful of sessions, and shows
 * what a store has to do. doc/writing-a-store.md explains it piece by piece.
 *
 *     cc store.c -o store $(pkg-config --cflags --libs libvpnalg)
 *     ./store
 *
 * opens ten GRE tunnels, while the store grows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/gre.h>
#include <vpnalg/store.h>

/* [place] */
/* A record and what the store knows of it. The record comes first, so that its
 * address is the place's, too. */
struct place {
	union {
		struct vpnalg_record record;
		uint64_t aligned[VPNALG_UNITS_MAX * VPNALG_UNIT / 8];
	} is;
	uint64_t hashes[VPNALG_SLOTS_MAX];
	bool given[VPNALG_SLOTS_MAX]; /* whether that key leads here */
	bool used;
};

struct list_store {
	struct place *places;
	uint32_t count;
	unsigned changes; /* what a mirror would have been sent */
};

static struct place *place_of(struct vpnalg_record *record)
{
	return (struct place *)(void *)record;
}
/* [place] */

/* [find] */
static bool leads_here(struct place *place, unsigned slot, const uint8_t *key,
		       uint64_t hash)
{
	return place->given[slot] && place->hashes[slot] == hash &&
	       memcmp(vpnalg_record_key(&place->is.record, slot,
					VPNALG_KEY_IPV4),
		      key, VPNALG_KEY_IPV4) == 0;
}

static struct vpnalg_record *list_find(void *context, const uint8_t *key,
				       uint64_t hash, unsigned *slot)
{
	const struct list_store *list = context;

	for (uint32_t i = 0; i < list->count; i++)
		for (*slot = 0; *slot < VPNALG_SLOTS_MAX; ++*slot)
			if (leads_here(&list->places[i], *slot, key, hash))
				return &list->places[i].is.record;
	return NULL;
}
/* [find] */

/* [add] */
static struct vpnalg_record *list_add(void *context, unsigned units)
{
	const struct list_store *list = context;

	for (uint32_t i = 0; i < list->count; i++) {
		struct place *place = &list->places[i];

		if (place->used)
			continue;
		memset(place, 0, sizeof(*place));
		place->used = true;
		place->is.record.units = (uint8_t)units;
		return &place->is.record;
	}
	return NULL;
}

static void list_remove(void *context, struct vpnalg_record *record)
{
	(void)context;
	place_of(record)->used = false;
}
/* [add] */

/* [keys] */
/* Cannot fail here, for there is room for each key beside its record. */
static bool list_link(void *context, struct vpnalg_record *record,
		      unsigned slot, uint64_t hash)
{
	(void)context;
	place_of(record)->hashes[slot] = hash;
	place_of(record)->given[slot] = true;
	return true;
}

static void list_unlink(void *context, struct vpnalg_record *record,
		      unsigned slot, uint64_t hash)
{
	(void)context;
	(void)hash;
	place_of(record)->given[slot] = false;
}

static void list_relink(void *context, struct vpnalg_record *from,
		       unsigned from_slot, struct vpnalg_record *to,
		       unsigned to_slot, uint64_t hash)
{
	list_unlink(context, from, from_slot, hash);
	list_link(context, to, to_slot, hash);
}
/* [keys] */

/* [next] */
/* The cursor is the number of the place to look at. */
static bool list_next(void *context, uint64_t *cursor,
		      struct vpnalg_record **record)
{
	const struct list_store *list = context;
	struct place *place;

	if (*cursor >= list->count)
		return false;
	place = &list->places[(*cursor)++];
	*record = place->used ? &place->is.record : NULL;
	return true;
}
/* [next] */

/* [changed] */
/* A store with a mirror would note here which record to send there. */
static void list_changed(void *context, struct vpnalg_record *record)
{
	struct list_store *list = context;

	(void)record;
	list->changes++;
}
/* [changed] */

/* [store] */
static struct vpnalg_store list_operations(struct list_store *list)
{
	return (struct vpnalg_store){
		.size = sizeof(struct vpnalg_store),
		.key_length = VPNALG_KEY_IPV4,
		.context = list,
		.find = list_find,
		.add = list_add,
		.remove = list_remove,
		.link = list_link,
		.unlink = list_unlink,
		.relink = list_relink,
		.next = list_next,
		.changed = list_changed,
	};
}
/* [store] */

/* [grow] */
/* Between two calls into the translator every record may move. Their order
 * stays, so the cursor of an unfinished round still means the same. */
static void list_grow(struct list_store *list, uint32_t count)
{
	struct place *places = calloc(count, sizeof(*places));

	if (places == NULL)
		exit(1);
	if (list->count > 0)
		memcpy(places, list->places, list->count * sizeof(*places));
	free(list->places);
	list->places = places;
	list->count = count;
}
/* [grow] */

static uint32_t count_used(const struct list_store *list)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < list->count; i++)
		used += list->places[i].used;
	return used;
}

static uint32_t next_random(void *file)
{
	uint32_t bits;

	if (!file || fread(&bits, sizeof(bits), 1, file) != 1)
		abort();
	return bits;
}

/* A host sends the first packet of a GRE tunnel to 203.0.113.last. */
static enum vpnalg_result open_tunnel(struct vpnalg *translator, uint8_t last)
{
	uint8_t bytes[24] = { 69, 0, 0, 24, 0, 0, 0, 0, 64, 47, 0, 0,
			      192, 168, 77, 11, 203, 0, 113, 0, 0, 0, 8, 0 };
	unsigned checksum = 0x3103U - last; /* of the IP header */
	struct vpnalg_packet packet = { .data = bytes, .caplen = 24, .len = 24,
					.direction = VPNALG_OUT };

	bytes[10] = (uint8_t)(checksum >> 8);
	bytes[11] = (uint8_t)checksum;
	bytes[19] = last;
	vpnalg_process(translator, &packet, 1, 0);
	return (enum vpnalg_result)packet.result;
}

int main(void)
{
	static const struct vpnalg_protocol protocol = { vpnalg_gre, NULL };
	static uint64_t memory[2048];
	struct list_store list = { NULL, 0, 0 };
	struct vpnalg_store store = list_operations(&list);
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
		.protocols = &protocol, .protocol_count = 1, .store = &store,
		.addresses = &outside, .address_count = 1,
		.random = next_random, .context = fopen("/dev/urandom", "rb") };
	struct vpnalg *translator;
	enum vpnalg_result result;

	if (vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		return 1;
	for (uint8_t last = 100; last < 110; last++) {
		result = open_tunnel(translator, last);
		for (; result == VPNALG_DROP_STORE && list.count < 99;
		     result = open_tunnel(translator, last))
			list_grow(&list, list.count + 1);
		printf("203.0.113.%d: %s\n", last,
		       result == VPNALG_TRANSLATED ? "translated" : "dropped");
	}
	printf("the store is %s, it was %s\n",
	       count_used(&list) == list.count ? "full" : "not full",
	       list.changes > 0 ? "told of changes" : "told of no change");
	while (vpnalg_expire(translator, 3600000, 16) == 3600000)
		continue;
	printf("after an hour: %u records\n", (unsigned)count_used(&list));
	free(list.places);
	return 0;
}
