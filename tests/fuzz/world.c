/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a translator: its beginning, its sweeps and its end. */
#include "world.h"

#include <stdlib.h>

#include "bytes.h"
#include "callbacks.h"
#include "listing.h"
#include "owner.h"
#include "report.h"
#include "services.h"

static void set_addresses(const struct settings *s,
			  struct vpnalg_addr *addresses)
{
	unsigned i;

	for (i = 0; i < s->address_count; i++) {
		addresses[i].family = VPNALG_IPV4;
		put32(addresses[i].octets, outside_address(i));
	}
}

static void set_callbacks(struct world *w, struct vpnalg_config *config)
{
	config->context = w;
	config->random = callback_random;
	config->event = callback_event;
	if (w->settings->choosing != CHOOSES_NOT) {
		config->choose = callback_choose;
		config->release = callback_release;
	}
}

/* The settings without pointers to anything else. */
static void set_config(const struct settings *s, struct vpnalg_config *config)
{
	config->protocol_count = s->protocol_count;
	config->address_count = s->address_count;
	config->burst = s->burst;
	config->passive = s->passive;
	config->own = s->own;
	config->account = s->random & 4;
	config->count_hosts = config->count_remotes = s->owned;
	config->uplinks = s->uplinks ? outside_uplinks : NULL;
	config->port_set = s->port_set;
	config->port_blocks = s->port_blocks;
}

static void forget_all(struct world *w)
{
	w->bindings = 0;
	w->bound = 0;
	w->blocks = 0;
	event_log_begin(&w->log);
}

/* Makes the translator, without a session. */
static void make(struct world *w)
{
	const struct settings *s = w->settings;
	struct vpnalg_fragments fragments;
	struct vpnalg_addr addresses[4] = { { 0 } };
	struct vpnalg_config config = { .size = sizeof(config) };
	struct protocol_settings settings;

	forget_all(w);
	store_begin(&w->store, s);
	set_config(s, &config);
	set_addresses(s, addresses);
	set_callbacks(w, &config);
	config.protocols = set_protocols(s, &settings);
	config.addresses = addresses;
	config.store = &w->store.outer;
	fragments_begin(w, &config, &fragments);
	w->memory = malloc(vpnalg_size(&config));
	if (vpnalg_init(&w->alg, w->memory, vpnalg_size(&config), &config) != 0)
		broken("init", "the settings are refused");
}

void world_begin(struct world *w, const struct settings *s)
{
	w->settings = s;
	w->random = s->random;
	w->now = s->now;
	w->loading = false;
	make(w);
	services_set(w, true);
	event_log_check_counters(w);
}

/* The records of a rogue handler need not be sound, and a state from a clock at
 * the end of time is not loaded. */
void world_reload(struct world *w)
{
	if (w->settings->has_rogue || w->now >= VPNALG_NEVER / 2)
		return;
	owner_reload(w, make);
	store_check(&w->store);
	event_log_check_counters(w);
}

void world_sweep(struct world *w, unsigned budget)
{
	vpnalg_time when = vpnalg_expire(w->alg, w->now, budget);

	if (when < w->now)
		broken("expire", "asks to be called in the past");
	store_check(&w->store);
	event_log_check_counters(w);
}

/* At the last moment of a clock "more" and "never" are one time. */
void world_sweep_all(struct world *w)
{
	unsigned i;

	for (i = 0; i < SWEEP_MAX; i++)
		if (vpnalg_expire(w->alg, w->now, 64) > w->now)
			return;
	if (w->now != VPNALG_NEVER)
		broken("expire", "a round does not end");
}

static void check_kinds(const struct world *w)
{
	struct vpnalg_kind_counters c;
	size_t i;

	for (i = 0; vpnalg_kind_counters(w->alg, i, &c, sizeof(c)); i++)
		if (c.opened != c.closed)
			broken("8 (given back)",
			       "%llu of %s opened and %llu closed",
			       (unsigned long long)c.opened, c.name,
			       (unsigned long long)c.closed);
}

static void check_nothing_left(const struct world *w)
{
	if (w->store.records != 0 || w->store.keys != 0)
		broken("8 (given back)", "%ld records and %ld keys are left",
		       w->store.records, w->store.keys);
	if (w->bindings != 0 || w->bound != 0)
		broken("8 (given back)", "%ld bindings are left", w->bindings);
	if (w->blocks != 0)
		broken("8 (given back)", "%ld blocks are left", w->blocks);
	check_kinds(w);
	event_log_check_counters(w);
}

static void check_end(struct world *w)
{
	unsigned i;

	if (w->settings->random & 8)
		listing_cut_all(w);
	services_set(w, false);
	/* Children end first, then those that they kept. */
	for (i = 0; i < 4 && w->store.records > 0; i++) {
		w->now += 10000000;
		world_sweep_all(w);
		store_check(&w->store);
	}
	check_nothing_left(w);
	w->now += 10000000;
	world_sweep_all(w);
	fragments_check(w, true);
}

void world_end(struct world *w)
{
	/* At the end of time nothing ends. */
	if (w->now < VPNALG_NEVER / 2)
		check_end(w);
	store_end(&w->store);
	free(w->memory);
	free(w->fragment_memory);
}
