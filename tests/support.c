/* SPDX-License-Identifier: BSD-2-Clause */
/* The world: a translator, its store, time and chance. */
#include "support.h"
#include "support_callback.h"
#include "support_ports.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

static void set_defaults(struct world *w)
{
	static const uint32_t one_address[] = { OUTSIDE };
	static const struct vpnalg_protocol one_handler[] = {
		{ vpnalg_pptp, NULL },
	};
	struct world_options *o = &w->options;

	if (o->addresses == NULL) {
		o->addresses = one_address;
		o->address_count = 1;
	}
	if (o->protocols == NULL) {
		o->protocols = one_handler;
		o->protocol_count = 1;
	}
	if (o->units == 0)
		o->units = 600;
}

static void set_protocols(struct world *w)
{
	struct world_options *o = &w->options;
	struct vpnalg_protocol *p;
	size_t i;

	o->general.size = sizeof(o->general);
	o->l2tp.size = sizeof(o->l2tp);
	for (i = 0; i < o->protocol_count; i++) {
		p = &w->protocols[i];
		*p = o->protocols[i];
		if (p->settings == NULL && p->handler == vpnalg_general)
			p->settings = &o->general;
		if (p->settings == NULL && p->handler == vpnalg_l2tp)
			p->settings = &o->l2tp;
	}
}

static void set_fragments(struct world *w, struct vpnalg_config *config)
{
	struct vpnalg_fragments *f = &w->options.fragments;

	if (!w->options.holds)
		return;
	f->size = sizeof(*f);
	f->memory_size = vpnalg_fragments_size(f);
	w->fragment_memory = f->memory = malloc(f->memory_size);
	config->fragments = f;
}

static void set_addresses(const struct world *w,
			  struct vpnalg_addr addresses[64])
{
	size_t i;

	memset(addresses, 0, 64 * sizeof(*addresses));
	for (i = 0; i < w->options.address_count; i++) {
		addresses[i].family = VPNALG_IPV4;
		put32(addresses[i].octets, w->options.addresses[i]);
	}
}

static void set_config(struct world *w, struct vpnalg_config *config)
{
	const struct world_options *o = &w->options;

	config->protocols = w->protocols;
	config->protocol_count = o->protocol_count;
	config->address_count = o->address_count;
	config->address_max = o->address_max;
	config->uplinks = o->uplinks;
	config->store = &w->store;
	config->context = w;
	config->random = world_random;
	config->burst = o->burst;
	config->timers = &o->timers;
	config->passive = o->passive;
	config->own = o->own;
	config->account = o->account;
	config->port_set = o->port_set;
	config->port_blocks = o->port_blocks;
	config->policy = o->policy;
	config->count_hosts = o->count_hosts;
	config->count_remotes = o->count_remotes;
	config->event = w->options.deaf ? NULL : world_hear;
	config->event_rate = w->options.event_rate;
	memcpy(config->pool_key, o->pool_key, sizeof(config->pool_key));
	memcpy(config->hash_key, o->hash_key, sizeof(config->hash_key));
	if (o->choosing != CHOOSE_NOTHING || o->choose != NULL) {
		config->choose = world_choose;
		config->release = world_give_back;
	}
	set_fragments(w, config);
}

/* Makes the translator, in memory that is new. */
static int make_translator(struct world *w, vpnalg_time clock_offset)
{
	struct vpnalg_config config = { .size = sizeof(config),
					.clock_offset = clock_offset };
	struct vpnalg_addr addresses[64];

	set_addresses(w, addresses);
	config.addresses = addresses;
	set_config(w, &config);
	set_extra_ports(w, &config);
	w->memory = malloc(vpnalg_size(&config));
	return vpnalg_init(&w->alg, w->memory, vpnalg_size(&config), &config);
}

void world_begin(struct world *w, const struct world_options *options)
{
	memset(w, 0, sizeof(*w));
	if (options != NULL)
		w->options = *options;
	set_defaults(w);
	set_protocols(w);
	w->random = 1;
	w->now = w->options.now;
	if (w->now == 0 && !w->options.from_zero)
		w->now = BEGINNING;
	w->store_memory = test_store(&w->inner, w->options.units);
	world_stand_between(w);
	mirror_open(w);
	log_open(w);
	w->options.timers.size = sizeof(w->options.timers);
	ck_assert_int_eq(make_translator(w, 0), 0);
}

int world_take_over(struct world *w, vpnalg_time clock_offset)
{
	free(w->memory);
	free(w->fragment_memory);
	w->fragment_memory = NULL;
	log_close(w); /* all is told again */
	log_open(w);
	return make_translator(w, clock_offset);
}

/* Whether as many sessions of a kind are there as were opened and not
 * closed. */
static void check_kind(struct world *w, unsigned handler, unsigned kind,
		       size_t index)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0, living = 0;

	for (; w->inner.next(w->inner.context, &cursor, &record); record = NULL)
		living += record != NULL &&
			  vpnalg_record_handler(record) == handler &&
			  record->kind == kind;
	ck_assert_uint_eq(opened(w, index) - closed(w, index), living);
}

static void check_kinds(struct world *w)
{
	unsigned handler, kind;
	size_t index = 0;

	for (handler = 0; handler < w->options.protocol_count; handler++)
		for (kind = 0;
		     kind < w->protocols[handler].handler()->kind_count; kind++)
			check_kind(w, handler, kind, index++);
}

void world_between_calls(struct world *w)
{
	test_store_between_calls(&w->inner, w->store_memory);
	mirror_renew(w);
}

void world_wait(struct world *w, vpnalg_time ms)
{
	w->now += ms;
	while (vpnalg_expire(w->alg, w->now, 1000) <= w->now &&
	       w->now != VPNALG_NEVER) {
		mirror_check(w);
		log_check(w);
	}
	mirror_check(w);
	log_check(w);
	if (w->mirror != NULL)
		check_kinds(w);
	world_between_calls(w);
}

void world_forget(struct world *w)
{
	test_store_free(&w->inner, w->store_memory);
	mirror_close(w);
	log_close(w);
	free(w->memory);
	free(w->fragment_memory);
	free(w->bytes);
}

/* Whether each dropped packet counts for a protocol, a direction and a reason,
 * and for no second one. */
static void check_drops(struct world *w)
{
	struct vpnalg_counters counters;
	unsigned reason, way;
	uint64_t sum;
	size_t i;

	vpnalg_counters(w->alg, &counters, sizeof(counters));
	for (reason = VPNALG_DROP_FIRST; reason < VPNALG_RESULTS; reason++) {
		for (sum = 0, i = 0; i <= w->options.protocol_count; i++)
			for (way = VPNALG_OUT; way <= VPNALG_IN; way++)
				sum += vpnalg_drop_counter(w->alg, i, way,
							   reason);
		ck_assert_msg(sum == counters.results[reason],
			      "%s: %lu of %lu", vpnalg_result_text(reason),
			      (unsigned long)sum,
			      (unsigned long)counters.results[reason]);
	}
}

void world_end(struct world *w)
{
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_kind_counters counters;
	size_t i;

	/* Children first, then those that they kept. */
	for (i = 0; i < 4 && w->records > 0; i++)
		world_wait(w, 10000000);
	ck_assert_msg(w->records == 0, "%ld records left", w->records);
	ck_assert_msg(w->keys == 0, "%ld keys left", w->keys);
	ck_assert_msg(log_count(w) == 0, "%u sessions told to be opened only",
		      log_count(w));
	ck_assert_msg(w->bindings == 0, "%ld bindings left", w->bindings);
	ck_assert(vpnalg_policy_use(w->alg, VPNALG_PER_TRANSLATOR, 0, NULL,
				    &use));
	ck_assert_uint_eq(use.sessions | use.ids | use.units, 0);
	for (i = 0; vpnalg_kind_counters(w->alg, i, &counters,
					 sizeof(counters));
	     i++)
		ck_assert_uint_eq(counters.opened, counters.closed);
	check_drops(w);
	world_forget(w);
}

uint64_t dropped(struct world *w, unsigned result)
{
	struct vpnalg_counters counters;

	vpnalg_counters(w->alg, &counters, sizeof(counters));
	return counters.results[result];
}

uint64_t opened(struct world *w, size_t kind)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w->alg, kind, &counters,
				       sizeof(counters)));
	return counters.opened;
}

uint64_t refused(struct world *w, size_t kind)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w->alg, kind, &counters,
				       sizeof(counters)));
	return counters.refused;
}

uint64_t closed(struct world *w, size_t kind)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w->alg, kind, &counters,
				       sizeof(counters)));
	return counters.closed;
}
