/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator, its store, chance, and the caller's callbacks. */
#include <vpnalg/general.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/sessions.h>

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Steps of a sweep in which a whole round ends. */
#define SWEEP_MAX 10000

uint32_t outside_address(unsigned n)
{
	return 0xcb007101U + n; /* 203.0.113.1 and so on */
}

bool is_outside(const struct settings *s, uint32_t address)
{
	return address - outside_address(0) < s->address_count;
}

static uint32_t next_random(void *context)
{
	struct world *w = context;

	w->random = w->random * 1664525 + 1013904223;
	return w->random ^ w->random >> 16;
}

static uint64_t hash_bytes(const void *data, size_t size, uint64_t hash)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3U;
	return hash;
}

static uint64_t hash_of(const struct vpnalg_binding *b)
{
	uint64_t hash = 0xcbf29ce484222325U;

	hash = hash_bytes(&b->protocol, sizeof(b->protocol), hash);
	hash = hash_bytes(&b->zone, sizeof(b->zone), hash);
	hash = hash_bytes(&b->inside, sizeof(b->inside), hash);
	hash = hash_bytes(&b->outside, sizeof(b->outside), hash);
	hash = hash_bytes(&b->remote, sizeof(b->remote), hash);
	hash = hash_bytes(&b->inside_id, sizeof(b->inside_id), hash);
	hash = hash_bytes(&b->outside_id, sizeof(b->outside_id), hash);
	return hash_bytes(&b->remote_port, sizeof(b->remote_port), hash);
}

static enum vpnalg_choice choose_itself(struct world *w,
					struct vpnalg_binding *b)
{
	uint32_t bits = next_random(w);

	if (bits & 1)
		put32(b->outside.octets, outside_address(bits >> 1 & 3));
	if ((bits & 0x70) == 0)
		b->outside.family = VPNALG_IPV6;
	if (bits & 0x80)
		b->outside_id ^= bits >> 8 & 0x1f;
	return VPNALG_CHOICE_CHOSEN;
}

/* Whoever has reserved a binding mostly reserves it again after a restart. */
static enum vpnalg_choice decide(struct world *w, struct vpnalg_binding *b)
{
	uint32_t bits = next_random(w);

	if (w->loading && (bits & 0x700) != 0)
		return VPNALG_CHOICE_TAKE;
	switch (w->settings->choosing) {
	case CHOOSES_OTHER:
		return bits & 1 ? VPNALG_CHOICE_NEXT : VPNALG_CHOICE_TAKE;
	case CHOOSES_REFUSE:
		return bits & 7 ? VPNALG_CHOICE_TAKE : VPNALG_CHOICE_REFUSE;
	case CHOOSES_ITSELF:
		return choose_itself(w, b);
	case CHOOSES_WRONGLY:
		return bits & 3 ? VPNALG_CHOICE_TAKE
				: (enum vpnalg_choice)(4 + (bits >> 8));
	default:
		return VPNALG_CHOICE_TAKE;
	}
}

static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct world *w = context;
	enum vpnalg_choice choice = decide(w, binding);

	if (choice == VPNALG_CHOICE_TAKE || choice == VPNALG_CHOICE_CHOSEN) {
		w->bindings++;
		w->bound += hash_of(binding);
	}
	return choice;
}

static void give_back(void *context, const struct vpnalg_binding *binding)
{
	struct world *w = context;

	if (binding->user != NULL)
		broken("8 (given back)", "a binding with the caller's pointer");
	if (--w->bindings < 0)
		broken("8 (given back)", "more bindings than were taken");
	w->bound -= hash_of(binding);
}

/* Returns whether the evidence is for a pair that was made, or against one that
 * was taken back; other events have none. */
static bool is_evidence_of(const struct vpnalg_event *event)
{
	unsigned evidence = event->evidence;

	if (event->type == VPNALG_EVENT_PAIRED)
		return evidence > VPNALG_EVIDENCE_NONE &&
		       evidence <= VPNALG_EVIDENCE_TIMING;
	if (event->type == VPNALG_EVENT_UNPAIRED)
		return evidence > VPNALG_EVIDENCE_TIMING &&
		       evidence <= VPNALG_EVIDENCE_OWN_ID;
	return evidence == VPNALG_EVIDENCE_NONE;
}

static void hear(void *context, const struct vpnalg_event *event)
{
	struct world *w = context;

	if (event->type < VPNALG_EVENT_PAIRED || !is_evidence_of(event))
		broken("events", "type %u, evidence %u", event->type,
		       event->evidence);
	if (event->session.user != NULL)
		broken("events", "with the caller's pointer");
	event_log_add(&w->log, event);
	w->blocks += event->type == VPNALG_EVENT_BLOCK_ALLOTTED;
	w->blocks -= event->type == VPNALG_EVENT_BLOCK_FREED;
	if (w->blocks < 0)
		broken("8 (given back)", "a block that was not allotted");
}

struct protocol_settings {
	struct vpnalg_protocol protocols[15];
	struct vpnalg_general_settings general;
	struct vpnalg_l2tp_settings l2tp;
};

/* In some conversations: any number will do. */
static uint32_t reuse_delay(const struct settings *s)
{
	return s->random & 1 ? 120000 : 0;
}

static const struct vpnalg_protocol *
set_protocols(const struct settings *s, struct protocol_settings *to)
{
	struct vpnalg_protocol *p;
	size_t i;

	to->general = (struct vpnalg_general_settings){
		.size = sizeof(to->general),
		.ports = s->ports,
		.filtering = s->filtering,
		.reuse_delay = reuse_delay(s),
	};
	to->l2tp = (struct vpnalg_l2tp_settings){ sizeof(to->l2tp),
						  s->any_address, false };
	for (i = 0; i < s->protocol_count; i++) {
		p = &to->protocols[i];
		*p = s->protocols[i];
		if (p->handler == vpnalg_general)
			p->settings = &to->general;
		if (p->handler == vpnalg_l2tp) {
			to->l2tp.port_1701 = p->settings != NULL;
			p->settings = &to->l2tp;
		}
	}
	return to->protocols;
}

/* Few places, so that they are wanted. */
static struct vpnalg_fragments fragment_settings(const struct settings *s)
{
	return (struct vpnalg_fragments){
		.size = sizeof(struct vpnalg_fragments),
		.datagrams = s->roomy ? 128 : 4,
		.held = s->roomy ? KEPT_MAX : 5,
		.whole = s->random & 2 ? 150 : 0,
	};
}

static void begin_fragments(struct world *w, struct vpnalg_config *config,
			    struct vpnalg_fragments *fragments)
{
	w->fragments = (struct fragment_counts){ 0 };
	w->fragment_memory = NULL;
	memset(w->kept, 0, sizeof(w->kept));
	if (!w->settings->fragments)
		return;
	*fragments = fragment_settings(w->settings);
	fragments->memory_size = vpnalg_fragments_size(fragments);
	w->fragment_memory = malloc(fragments->memory_size);
	fragments->memory = w->fragment_memory;
	config->fragments = fragments;
}

/* What was held and neither given back nor counted as dropped is held. Some may
 * have been dropped for their options, which is counted with other packets of
 * that kind: those that were put together. */
void world_check_fragments(const struct world *w, bool at_end)
{
	struct vpnalg_fragments settings = fragment_settings(w->settings);
	const struct fragment_counts *f = &w->fragments;
	struct vpnalg_counters c;
	int64_t held, options;

	vpnalg_counters(w->alg, &c, sizeof(c));
	held = (int64_t)(f->held - f->given -
			 (c.results[VPNALG_DROP_FRAGMENT] - f->dropped));
	options = (int64_t)(c.results[VPNALG_DROP_OPTIONS] -
			    f->dropped_options);
	if (held < 0 || held > options + (at_end ? 0 : settings.held))
		broken("8 (given back)", "%lld fragments are held",
		       (long long)held);
}

/* Servers of the first host, where it would send from, too. */
static const struct {
	uint8_t protocol;
	uint16_t port;
} services[] = {
	{ 6, 1723 }, { 17, 500 }, { 17, 1701 }, { 17, 40000 }, { 41, 0 },
	{ 47, 0 },   { 115, 0 },
};

/* Not all of them are possible with all protocols, or have room. */
static void set_services(struct world *w, bool add)
{
	struct vpnalg_service service = {
		.size = sizeof(service),
		.outside.family = VPNALG_IPV4,
		.inside = { VPNALG_IPV4, { 192, 168, 77, 11 } },
	};
	size_t i;

	if (!w->settings->services)
		return;
	put32(service.outside.octets, outside_address(0));
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		service.protocol = services[i].protocol;
		service.outside_port = services[i].port;
		service.inside_port = services[i].port;
		if (add)
			vpnalg_service_add(w->alg, &service, w->now);
		else
			vpnalg_service_remove(w->alg, &service, w->now);
	}
}

static const uint8_t uplinks[4] = { 0, 1, 0, 1 };

/* Of an outside address; 0 if it is none. */
uint8_t uplink_of(const struct settings *s, uint32_t address)
{
	unsigned i;

	for (i = 0; s->uplinks && i < s->address_count; i++)
		if (address == outside_address(i))
			return uplinks[i];
	return 0;
}

/* Makes the translator, without a session. */
static void make(struct world *w)
{
	const struct settings *s = w->settings;
	struct vpnalg_fragments fragments;
	struct vpnalg_addr addresses[4] = { { 0 } };
	struct vpnalg_config config = { .size = sizeof(config) };
	struct protocol_settings settings;
	unsigned i;

	w->bindings = 0;
	w->bound = 0;
	w->blocks = 0;
	w->log.count = 0;
	memset(w->log.live, 0, sizeof(w->log.live));
	store_begin(&w->store, s);
	for (i = 0; i < s->address_count; i++) {
		addresses[i].family = VPNALG_IPV4;
		put32(addresses[i].octets, outside_address(i));
	}
	config.protocols = set_protocols(s, &settings);
	config.protocol_count = s->protocol_count;
	config.addresses = addresses;
	config.address_count = s->address_count;
	config.store = &w->store.outer;
	config.context = w;
	config.random = next_random;
	config.burst = s->burst;
	config.passive = s->passive;
	config.own = s->own;
	config.account = s->random & 4;
	config.count_hosts = config.count_remotes = s->owned;
	config.uplinks = s->uplinks ? uplinks : NULL;
	config.event = hear;
	config.port_set = s->port_set;
	config.port_blocks = s->port_blocks;
	begin_fragments(w, &config, &fragments);
	if (s->choosing != CHOOSES_NOT) {
		config.choose = choose;
		config.release = give_back;
	}
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
	set_services(w, true);
	told_check(w);
}

void world_reload(struct world *w)
{
	/* What a rogue keeps need not be sound, and a clock at the end of time
	 * is not loaded. */
	if (w->settings->has_rogue || w->now >= VPNALG_NEVER / 2)
		return;
	owner_reload(w, make);
	store_check(&w->store);
	told_check(w);
}

/* Returns how many sessions a listing has, each of which must make sense. */
static uint64_t list(struct world *w)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint64_t cursor = 0, count = 0;
	int step;

	while ((step = vpnalg_sessions_next(w->alg, w->now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		store_move(&w->store);
		if (step == VPNALG_SESSIONS_NONE)
			continue;
		if (++count > RECORDS_MAX)
			broken("sessions", "more are listed than there are");
		event_log_check_listed(&w->log, &info);
		if (info.number == 0 || info.number == info.parent ||
		    info.protocol >= w->settings->protocol_count ||
		    info.idle > info.age || info.kind_name == NULL)
			broken("sessions", "%s of number %llu", info.kind_name,
			       (unsigned long long)info.number);
	}
	return count;
}

/* How many sessions were opened and not closed. */
static uint64_t living(const struct world *w)
{
	struct vpnalg_kind_counters c;
	uint64_t count = 0;
	size_t i;

	for (i = 0; vpnalg_kind_counters(w->alg, i, &c, sizeof(c)); i++)
		count += c.opened - c.closed;
	return count;
}

/* Cuts to the end. */
static void cut(struct world *w, struct vpnalg_session_cut c)
{
	unsigned steps = 0;

	c.size = sizeof(c);
	while (vpnalg_sessions_cut(w->alg, &c, w->now, 16) ==
	       VPNALG_CUT_MORE) {
		store_check(&w->store);
		store_move(&w->store);
		if (++steps > SWEEP_MAX)
			broken("sessions", "a cut does not end");
	}
}

void world_look(struct world *w, unsigned which)
{
	struct vpnalg_session_cut c = { 0 };

	if (list(w) > living(w))
		broken("sessions", "more are listed than live");
	if (which % 32 == 1)
		c.protocols = 1U << which / 32 % w->settings->protocol_count;
	else if (which % 32 == 2)
		c.inside = (struct vpnalg_addr){ VPNALG_IPV4,
						 { 192, 168, 77, 11 } };
	else
		return;
	cut(w, c);
	store_check(&w->store);
	told_check(w);
}

void world_sweep(struct world *w, unsigned budget)
{
	vpnalg_time when = vpnalg_expire(w->alg, w->now, budget);

	if (when < w->now)
		broken("expire", "asks to be called in the past");
	store_check(&w->store);
	told_check(w);
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

static void check_counters(const struct world *w)
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

/* Nothing is left when all is cut, be it dead or alive; but ports of services
 * that wait for the host that had them. */
static void cut_all(struct world *w)
{
	uint32_t delay = reuse_delay(w->settings);

	cut(w, (struct vpnalg_session_cut){ .services = true });
	if (list(w) != 0)
		broken("sessions", "some are listed when all is cut");
	if (delay > 0) {
		w->now += delay;
		world_sweep_all(w); /* ends a round that had begun before */
		world_sweep_all(w);
	}
	if (w->store.records != 0)
		broken("sessions", "%ld records are left when all is cut",
		       w->store.records);
}

static void check_end(struct world *w)
{
	unsigned i;

	if (w->settings->random & 8)
		cut_all(w);
	set_services(w, false);
	/* Children first, then those that they kept. */
	for (i = 0; i < 4 && w->store.records > 0; i++) {
		w->now += 10000000;
		world_sweep_all(w);
		store_check(&w->store);
	}
	if (w->store.records != 0 || w->store.keys != 0)
		broken("8 (given back)", "%ld records and %ld keys are left",
		       w->store.records, w->store.keys);
	if (w->bindings != 0 || w->bound != 0)
		broken("8 (given back)", "%ld bindings are left", w->bindings);
	if (w->blocks != 0)
		broken("8 (given back)", "%ld blocks are left", w->blocks);
	check_counters(w);
	told_check(w);
	w->now += 10000000;
	world_sweep_all(w);
	world_check_fragments(w, true);
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
