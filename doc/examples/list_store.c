/* SPDX-License-Identifier: BSD-2-Clause */
/* The simplest session store: an array of places, searched from end to end.
 * Good for a handful of sessions, and to see what a store has to do. */
#include "packets.h"

#define RECORD_BYTES (VPNALG_UNITS_MAX * VPNALG_UNIT)

/* [place] */
/* A record and what the store knows of it. The record comes first, so that its
 * address is the place's, too. */
struct place {
	union {
		struct vpnalg_record record;
		uint64_t aligned[RECORD_BYTES / 8];
	} is;
	uint64_t hashes[VPNALG_SLOTS_MAX];
	bool given[VPNALG_SLOTS_MAX]; /* whether that key leads here */
	bool used;
};

struct list_store {
	struct place *places;
	uint32_t count;
	unsigned changes; /* for nobody but the test below */
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
	uint32_t i;

	for (i = 0; i < list->count; i++)
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
	uint32_t i;

	for (i = 0; i < list->count; i++) {
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
static bool list_give(void *context, struct vpnalg_record *record,
		      unsigned slot, uint64_t hash)
{
	(void)context;
	place_of(record)->hashes[slot] = hash;
	place_of(record)->given[slot] = true;
	return true;
}

static void list_take(void *context, struct vpnalg_record *record,
		      unsigned slot, uint64_t hash)
{
	(void)context;
	(void)hash;
	place_of(record)->given[slot] = false;
}

static void list_point(void *context, struct vpnalg_record *from,
		       unsigned from_slot, struct vpnalg_record *to,
		       unsigned to_slot, uint64_t hash)
{
	list_take(context, from, from_slot, hash);
	list_give(context, to, to_slot, hash);
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
		.give = list_give,
		.take = list_take,
		.point = list_point,
		.next = list_next,
		.changed = list_changed,
	};
}
/* [store] */

/* [grow] */
/* Between two calls into the translator every record may move. Their order
 * stays, so the cursor of an unfinished round still means the same. */
static bool list_grow(struct list_store *list, uint32_t count)
{
	struct place *places = calloc(count, sizeof(*places));

	if (places == NULL)
		return false;
	if (list->count > 0)
		memcpy(places, list->places, list->count * sizeof(*places));
	free(list->places);
	list->places = places;
	list->count = count;
	return true;
}
/* [grow] */

/* The rest tries it with PPTP control connections. */

static const struct vpnalg_handler *const handlers[] = { &vpnalg_pptp };

static struct vpnalg *open_translator(const struct vpnalg_store *store)
{
	static uint64_t memory[2048];
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers,
		.handler_count = 1,
		.addresses = &address,
		.address_count = 1,
		.store = store,
		.random = next_random,
		.context = fopen("/dev/urandom", "rb"),
	};
	struct vpnalg *translator;

	memcpy(address.octets, outside_address, 4);
	CHECK(vpnalg_init(&translator, memory, sizeof(memory), &config) == 0);
	return translator;
}

static enum vpnalg_result connect_from(struct vpnalg *translator,
				       uint16_t port)
{
	uint8_t bytes[40];
	struct vpnalg_packet packet =
		tcp(bytes, inside_host, port, remote_host, 1723, TCP_SYN);

	packet.direction = VPNALG_OUT;
	vpnalg_process(translator, &packet, 1, 0);
	return packet.result;
}

static uint32_t count_used(const struct list_store *list)
{
	uint32_t i, used = 0;

	for (i = 0; i < list->count; i++)
		used += list->places[i].used;
	return used;
}

int main(void)
{
	struct list_store list = { NULL, 0, 0 };
	struct vpnalg_store store = list_operations(&list);
	struct vpnalg *translator = open_translator(&store);

	CHECK(connect_from(translator, 50000) == VPNALG_DROP_STORE);
	CHECK(list_grow(&list, 3)); /* the remote has a record, too */
	CHECK(connect_from(translator, 50000) == VPNALG_TRANSLATED);
	CHECK(connect_from(translator, 50001) == VPNALG_TRANSLATED);
	CHECK(connect_from(translator, 50002) == VPNALG_DROP_STORE);
	CHECK(count_used(&list) == 3);

	CHECK(list_grow(&list, 8));
	CHECK(connect_from(translator, 50000) == VPNALG_TRANSLATED);
	CHECK(connect_from(translator, 50002) == VPNALG_TRANSLATED);
	CHECK(count_used(&list) == 4 && list.changes > 0);

	while (vpnalg_expire(translator, 600000, 3) == 600000)
		continue;
	CHECK(count_used(&list) == 0);
	free(list.places);
	return 0;
}
