/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's owner: policies under traffic, and restarts. */
#include "owner.h"

#include <vpnalg/state.h>

#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "report.h"

#define STATE_MAX ((RECORDS_MAX + 4 * KEPT_MAX) * VPNALG_STATE_CHUNK_MAX)

/* Types of chunks, and places in them: doc/state.md. */
#define CHUNK_RECORD 3
#define CHUNK_DATAGRAM 5
#define CHUNK_FRAGMENT 6
#define CHUNK_CONTENT 12
#define CHUNK_PART_FROM 14
#define CHUNK_KEYS 28
#define CHUNK_CHECKSUM 4

static uint8_t state[STATE_MAX];

/* --- Policies. */

static void set_rule(struct vpnalg_rule *rule, const struct settings *s,
		     unsigned bits)
{
	*rule = (struct vpnalg_rule){ .action = (uint8_t)(bits % 3) };
	if (bits & 4)
		rule->handler =
			s->protocols[(bits >> 3) % s->protocol_count].handler;
	if (bits & 0x40) {
		rule->inside.family = VPNALG_IPV4;
		put32(rule->inside.octets, inside_address(bits >> 3));
		rule->inside_length = 32;
	}
	if (bits & 0x80) {
		rule->remote.family = VPNALG_IPV4;
		put32(rule->remote.octets, remote_address(bits >> 3));
		rule->remote_length = 30;
	}
}

static void set_limit(struct vpnalg_limit *limit, const struct settings *s,
		      unsigned bits)
{
	*limit = (struct vpnalg_limit){ .per = (uint8_t)(bits % 3),
					.most = bits >> 5 };
	if (bits & 4)
		limit->handler =
			s->protocols[(bits >> 3) % s->protocol_count].handler;
	else
		limit->ids = limit->per != VPNALG_PER_REMOTE && (bits & 8);
}

void owner_set_policy(struct world *w, const struct step *s)
{
	const struct settings *settings = w->settings;
	struct owner *o = &w->owner;
	int result;

	o->policy = (struct vpnalg_policy){ .size = sizeof(o->policy),
					    .rules = o->rules,
					    .limits = o->limits };
	o->policy.rule_count = s->message & 1 ? 1 + (s->message >> 1 & 1) : 0;
	o->policy.limit_count = s->message & 4 ? 1 + (s->message >> 3 & 1) : 0;
	o->policy.host_rate = s->message & 0x10 ? 1 : 0;
	o->policy.cut = s->message & 0x20;
	set_rule(&o->rules[0], settings, s->value);
	set_rule(&o->rules[1], settings, s->strange);
	set_limit(&o->limits[0], settings, s->args[0]);
	set_limit(&o->limits[1], settings, s->args[1]);
	trace("policy: %u rules, %u limits\n", (unsigned)o->policy.rule_count,
	      (unsigned)o->policy.limit_count);
	result = vpnalg_set_policy(w->alg,
				   s->message & 0x40 ? NULL : &o->policy,
				   w->now);
	if (result != 0)
		broken("policy", "%s",
		       vpnalg_policy_error(w->alg, &o->policy, NULL));
}

/* --- Restarts. */

/* What is saved of each session, in whatever order: its keys and what it knows.
 * Children are counted anew, for some may have lost their parent. And all of
 * datagrams and fragments. */
static uint64_t hash_of(const uint8_t *chunk, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325U;
	size_t i = CHUNK_CONTENT;

	if (chunk[0] == CHUNK_RECORD)
		i = CHUNK_KEYS;
	else if (chunk[0] != CHUNK_DATAGRAM && chunk[0] != CHUNK_FRAGMENT)
		return 0;
	for (; i + CHUNK_CHECKSUM < length; i++)
		hash = (hash ^ chunk[i]) * 0x100000001b3U;
	return hash;
}

/* Returns how long the state is, and the number of fragments that are held. */
static size_t save(struct world *w, uint64_t *hash, unsigned *held)
{
	struct vpnalg_save saving = { .size = sizeof(saving), .state = 1 };
	size_t length, all = 0;
	int result;

	*hash = *held = 0;
	do {
		result = vpnalg_save_next(w->alg, w->now, &saving, state + all,
					  STATE_MAX - all, &length);
		if (length > 0) {
			*hash += hash_of(state + all, length);
			*held += state[all] == CHUNK_FRAGMENT &&
				 get16(state + all + CHUNK_PART_FROM) == 0;
		}
		all += length;
		store_check(&w->store);
	} while (result == VPNALG_STATE_MORE);
	if (result != VPNALG_STATE_DONE)
		broken("state", "saved: %s", vpnalg_state_text(result));
	return all;
}

/* Returns whether the state has found room, and whether all of it. */
static bool load(struct world *w, size_t length, bool *whole)
{
	struct vpnalg_load loading = { .size = sizeof(loading),
				       .services = true };
	size_t used, all = 0;
	int result;

	do {
		result = vpnalg_load_next(w->alg, &loading, state + all,
					  length - all, &used);
		all += used;
	} while (result == VPNALG_STATE_MORE && used > 0);
	if (result == VPNALG_STATE_DONE)
		result = vpnalg_load_end(w->alg, &loading, w->now);
	if (result == VPNALG_STATE_STORE && w->store.records == 0)
		return false;
	if (result != VPNALG_STATE_DONE)
		broken("state", "loaded: %s", vpnalg_state_text(result));
	*whole = loading.left_out == 0;
	if (!*whole && w->settings->choosing <= CHOOSES_TAKE)
		broken("state", "%llu sessions are left out",
		       (unsigned long long)loading.left_out);
	return true;
}

/* Returns whether the bundled store is so full that another one of its size may
 * lack room: records are packed in the order in which they come. */
static bool is_nearly_full(const struct watched_store *store)
{
	struct vpnalg_table_use use;

	if (store->table == NULL)
		return false;
	vpnalg_table_use(store->table, &use);
	return use.units_used >= use.units - use.units / 4;
}

static void begin_anew(struct world *w, void (*make)(struct world *w))
{
	store_end(&w->store);
	free(w->memory);
	free(w->fragment_memory);
	make(w);
}

/* What is known of IDs in use is not saved. A state for which there is no room
 * is not loaded at all. */
void owner_reload(struct world *w, void (*make)(struct world *w))
{
	bool full = is_nearly_full(&w->store), whole = false, loaded;
	uint64_t before, after;
	unsigned held;
	size_t length = save(w, &before, &held);

	trace("restart, %lu bytes\n", (unsigned long)length);
	begin_anew(w, make);
	w->loading = true;
	loaded = load(w, length, &whole);
	w->loading = false;
	w->fragments.held = loaded ? held : 0;
	if (!loaded && !full)
		broken("state", "it has no room in a store like its own");
	if (!whole)
		return;
	save(w, &after, &held);
	if (after != before)
		broken("state", "another one is loaded than was saved");
}
