/* SPDX-License-Identifier: BSD-2-Clause */
/* The world: a translator, its store, time and chance. */
#include "support.h"
#include "fast_path.h"
#include "support_ports.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

/* The store in between: counts, and fails when told to. */

static struct vpnalg_record *between_find(void *context, const uint8_t *key,
					  uint64_t hash, unsigned *slot)
{
	struct world *w = context;
	struct vpnalg_record *record;

	w->finds++;
	record = w->inner.find(w->inner.context, key, hash, slot);
	if (record == NULL)
		*slot = VPNALG_OUTSIDE_PEER; /* which nobody may believe */
	return record;
}

static bool fails(struct world *w)
{
	w->operations++;
	return w->fail_in > 0 && --w->fail_in == 0;
}

static struct vpnalg_record *between_add(void *context, unsigned units)
{
	struct world *w = context;
	struct vpnalg_record *record;

	if (fails(w))
		return NULL;
	record = w->inner.add(w->inner.context, units);
	if (record == NULL)
		return NULL;
	w->records++;
	mirror_added(w, record);
	return record;
}

static void between_remove(void *context, struct vpnalg_record *record)
{
	struct world *w = context;

	if (record->keys != 0)
		ck_abort_msg("removed with keys");
	w->records--;
	mirror_removed(w, record);
	w->inner.remove(w->inner.context, record);
}

static bool between_link(void *context, struct vpnalg_record *record,
			 unsigned slot, uint64_t hash)
{
	struct world *w = context;

	if (fails(w) || !w->inner.link(w->inner.context, record, slot, hash))
		return false;
	w->keys++;
	return true;
}

static void between_unlink(void *context, struct vpnalg_record *record,
			 unsigned slot, uint64_t hash)
{
	struct world *w = context;

	w->keys--;
	w->inner.unlink(w->inner.context, record, slot, hash);
}

static void between_relink(void *context, struct vpnalg_record *from,
			  unsigned from_slot, struct vpnalg_record *to,
			  unsigned to_slot, uint64_t hash)
{
	struct world *w = context;

	w->inner.relink(w->inner.context, from, from_slot, to, to_slot, hash);
}

static bool between_next(void *context, uint64_t *cursor,
			 struct vpnalg_record **record)
{
	struct world *w = context;

	return w->inner.next(w->inner.context, cursor, record);
}

static void between_prefetch(void *context, uint64_t hash, unsigned step)
{
	struct world *w = context;

	if (w->inner.prefetch != NULL)
		w->inner.prefetch(w->inner.context, hash, step);
}

static void between_changed(void *context, struct vpnalg_record *record)
{
	mirror_changed(context, record);
}

static void stand_between(struct world *w)
{
	w->store = (struct vpnalg_store){ .size = sizeof(w->store),
					  .key_length = VPNALG_KEY_IPV4,
					  .context = w,
					  .find = between_find,
					  .add = between_add,
					  .remove = between_remove,
					  .link = between_link,
					  .unlink = between_unlink,
					  .relink = between_relink,
					  .next = between_next,
					  .prefetch = between_prefetch,
					  .changed = between_changed };
}

/* Chance and choice. */

static uint32_t next_random(void *context)
{
	struct world *w = context;

	w->random = w->random * 1664525 + 1013904223;
	return w->random ^ w->random >> 16;
}

static enum vpnalg_choice decide(struct world *w,
				 struct vpnalg_binding *binding)
{
	if (w->options.choose != NULL)
		return w->options.choose(w, binding);
	switch (w->options.choosing) {
	case CHOOSE_REFUSE:
		return VPNALG_CHOICE_REFUSE;
	case CHOOSE_DIFFERENT:
		return binding->outside_id == binding->inside_id
			       ? VPNALG_CHOICE_NEXT
			       : VPNALG_CHOICE_TAKE;
	case CHOOSE_FIRST_BYTE_DIFFERENT:
		return binding->outside_id >> 8 == binding->inside_id >> 8
			       ? VPNALG_CHOICE_NEXT
			       : VPNALG_CHOICE_TAKE;
	case CHOOSE_WRITE:
		binding->outside.family = VPNALG_IPV4;
		put32(binding->outside.octets, w->chosen);
		binding->outside_id = w->chosen_id;
		return VPNALG_CHOICE_CHOSEN;
	default:
		return VPNALG_CHOICE_TAKE;
	}
}

static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct world *w = context;
	enum vpnalg_choice choice = decide(w, binding);

	if (choice == VPNALG_CHOICE_TAKE || choice == VPNALG_CHOICE_CHOSEN)
		w->bindings++;
	return choice;
}

static void give_back(void *context, const struct vpnalg_binding *binding)
{
	struct world *w = context;

	ck_assert(binding->user == NULL);
	w->bindings--;
	if (w->options.released != NULL)
		w->options.released(w, binding);
}

static void hear(void *context, const struct vpnalg_event *event)
{
	struct world *w = context;

	ck_assert(event->type < VPNALG_EVENTS ||
		  event->type >= VPNALG_EVENT_OWN);
	ck_assert_ptr_null(event->session.user);
	log_hear(w, event);
	if (event->type < VPNALG_EVENTS)
		w->told[event->type]++;
	if (event->type == VPNALG_EVENT_UNPAIRED)
		w->against = event->evidence;
	if (w->options.told != NULL)
		w->options.told(w, event);
	if (event->type > HEARD_MAX && event->type < VPNALG_EVENT_OWN)
		return;
	w->event = *event;
	if (w->options.heard != NULL)
		w->options.heard(w, event);
}

/* The world. */

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
	config->random = next_random;
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
	config->event = w->options.deaf ? NULL : hear;
	config->event_rate = w->options.event_rate;
	memcpy(config->pool_key, o->pool_key, sizeof(config->pool_key));
	memcpy(config->hash_key, o->hash_key, sizeof(config->hash_key));
	if (o->choosing != CHOOSE_NOTHING || o->choose != NULL) {
		config->choose = choose;
		config->release = give_back;
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
	stand_between(w);
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

/* Packets through the translator. */

static bool is_outside(const struct world *w, uint32_t address)
{
	size_t i;

	for (i = 0; i < w->options.address_count; i++)
		if (w->options.addresses[i] == address)
			return true;
	return false;
}

/* Whether two packets are the same, but for a checksum of 0xffff that may have
 * become 0: both are zero in ones' complement. */
static bool same_packet(const uint8_t *a, const uint8_t *b, uint32_t length)
{
	uint32_t i;

	for (i = 0; i < length; i++) {
		bool pair = a[i] == 0xff && b[i] == 0 && i + 1 < length &&
			    a[i + 1] == 0xff && b[i + 1] == 0;

		if (pair)
			i++;
		else if (a[i] != b[i])
			return false;
	}
	return true;
}

static void check_undo(struct world *w, const struct bytes *before,
		       uint32_t caplen)
{
	struct vpnalg_packet undo = w->last;
	uint8_t *copy = malloc(undo.caplen + 1U);
	struct bytes expected = *before;

	memcpy(copy, undo.data, undo.caplen);
	undo.data = copy;
	undo.direction ^= VPNALG_OUT_UNDO;
	if (undo.direction == VPNALG_OUT_UNDO)
		undo.zone = 0; /* which nobody knows outside */
	process_one(w, &undo);
	mirror_check(w);
	log_check(w);
	if (undo.result == VPNALG_DROP_AMBIGUOUS) {
		free(copy);
		return;
	}
	ck_assert_msg(undo.result == VPNALG_TRANSLATED, "undo: %s",
		      vpnalg_result_text(undo.result));
	ck_assert_uint_eq(undo.flags & VPNALG_PACKET_CUT, 0);
	ck_assert_uint_eq(undo.zone, w->last.zone);
	if (w->last.flags & VPNALG_PACKET_CUT) {
		ck_assert(memcmp(copy + 20, expected.data + 20, 12) == 0);
	} else {
		ck_assert_msg(same_packet(expected.data, copy, caplen),
			      "undo gives another packet");
	}
	free(copy);
}

/* What is told of packets like this one is what has become of it. */
static void check_fast_path(struct world *w, const struct bytes *before)
{
	struct vpnalg_translation told = { .size = sizeof(told) };
	struct vpnalg_packet again = w->last;
	struct bytes copy = *before;

	again.data = copy.data;
	if (w->last.direction == VPNALG_IN)
		again.zone = 0;
	if (!vpnalg_translation_of(w->alg, &again, w->now, &told))
		return;
	ck_assert_msg(same_packet(before->data, copy.data, again.caplen),
		      "changed by asking");
	ck_assert(fast_path_knows(&told, &again));
	ck_assert_uint_eq(told.zone, w->last.zone);
	fast_path_rewrite(&told, copy.data);
	ck_assert_msg(same_packet(w->last.data, copy.data, again.caplen) ||
			      same_packet(copy.data, w->last.data,
					  again.caplen),
		      "the fast path gives another packet");
	ck_assert(vpnalg_translation_used(w->alg, &told, w->now));
	mirror_check(w);
	log_check(w);
}

static void check_promises(struct world *w, const struct bytes *before,
			   uint32_t caplen)
{
	const struct vpnalg_packet *p = &w->last;

	if (p->result != VPNALG_TRANSLATED) {
		ck_assert(memcmp(before->data, p->data, caplen) == 0);
		ck_assert_uint_eq(p->flags, 0);
		return;
	}
	ck_assert(p->len <= before->length);
	if (p->checksum != VPNALG_CHECKSUM_PARTIAL)
		ck_assert_msg(checksums_right(before->data, caplen) ==
				      checksums_right(p->data, p->caplen),
			      "checksum");
	if (p->direction == VPNALG_OUT)
		ck_assert(is_outside(w, get32(p->data + 12)));
	if (p->direction == VPNALG_IN)
		ck_assert(!is_outside(w, get32(p->data + 16)));
	if (w->options.no_undo || p->direction >= VPNALG_OUT_UNDO)
		return;
	check_undo(w, before, caplen);
	if (p->checksum == VPNALG_CHECKSUM_FULL && !w->other_ports &&
	    !w->options.no_fast_path)
		check_fast_path(w, before);
}

/* The block ends where the packet ends, so that AddressSanitizer sees the
 * first byte read behind it; and it begins at an odd address. */
static unsigned send_bytes(struct world *w, struct vpnalg_packet p,
			   const struct bytes *packet)
{
	uint8_t *block = malloc(p.caplen + 1);
	long before = w->records;

	memcpy(block + 1, packet->data, p.caplen);
	free(w->bytes);
	w->bytes = malloc(sizeof(packet->data));
	p.data = block + 1;
	p.user = w;
	p.flags = w->options.turned ? VPNALG_PACKET_HAIRPIN : 0;
	p.uplink = w->uplink;
	process_one(w, &p);
	mirror_check(w);
	log_check(w);
	w->last = p;
	/* Whoever waits is remembered, and the last fragment of a datagram may
	 * open what all of it opens. */
	if (p.result != VPNALG_TRANSLATED && p.result != VPNALG_DROP_HELD &&
	    p.result != VPNALG_HELD &&
	    !w->options.leaves)
		ck_assert_msg(w->records <= before, "%s: %ld records more",
			      vpnalg_result_text(p.result),
			      w->records - before);
	check_promises(w, packet, p.caplen);
	memcpy(w->bytes, p.data, p.caplen);
	w->length = p.len;
	w->last.data = w->bytes;
	free(block);
	world_between_calls(w);
	return p.result;
}

/* The caller names the zone of what an inside host sees. */
static uint16_t zone_for(enum vpnalg_direction direction)
{
	return direction == VPNALG_OUT || direction == VPNALG_IN_UNDO ? ZONE
								       : 0;
}

unsigned send_captured(struct world *w, enum vpnalg_direction direction,
		       const struct bytes *packet, uint32_t caplen)
{
	struct vpnalg_packet p = { .caplen = caplen,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .zone = zone_for(direction) };

	return send_bytes(w, p, packet);
}

unsigned send_packet(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet)
{
	return send_captured(w, direction, packet, packet->length);
}

unsigned send_summed(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet, enum vpnalg_checksum checksum)
{
	struct vpnalg_packet p = { .caplen = packet->length,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .checksum = (uint8_t)checksum,
				   .zone = zone_for(direction) };

	return send_bytes(w, p, packet);
}

unsigned send_in_zone(struct world *w, enum vpnalg_direction direction,
		      const struct bytes *packet, uint16_t zone)
{
	struct vpnalg_packet p = { .caplen = packet->length,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .zone = zone };

	return send_bytes(w, p, packet);
}

/* Control connections. */

unsigned client_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length)
{
	struct bytes p = tcp_packet(c->client, c->port, c->server, PPTP, seq,
				    c->server_seq, flags, data, length);

	return send_in_zone(w, VPNALG_OUT, &p, c->zone != 0 ? c->zone : ZONE);
}

unsigned server_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length)
{
	struct bytes p = tcp_packet(c->server, PPTP, c->outside,
				    c->outside_port, seq, c->client_seq, flags,
				    data, length);

	return send_packet(w, VPNALG_IN, &p);
}

unsigned client_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length)
{
	unsigned result = client_segment(w, c, c->client_seq, ACK | PSH, data,
					 length);

	if (result == VPNALG_TRANSLATED)
		c->client_seq += payload_length(w);
	return result;
}

unsigned server_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length)
{
	unsigned result = server_segment(w, c, c->server_seq, ACK | PSH, data,
					 length);

	if (result == VPNALG_TRANSLATED)
		c->server_seq += payload_length(w);
	return result;
}

void connect_to(struct world *w, struct connection *c, uint32_t client,
		uint16_t port, uint32_t server)
{
	uint16_t zone = c->zone;

	*c = (struct connection){ .client = client, .port = port,
				  .server = server, .zone = zone };
	/* Every connection has another initial sequence number. */
	c->client_seq = 1000 + port + 1000003 * w->connections++;
	ck_assert_uint_eq(client_segment(w, c, c->client_seq, SYN, NULL, 0),
			  VPNALG_TRANSLATED);
	c->outside = source(w);
	c->outside_port = get16(l4(w));
	c->client_seq++;
	c->server_seq = 0xfffff000U + port;
	ck_assert_uint_eq(server_segment(w, c, c->server_seq, SYN | ACK, NULL,
					 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), client);
	ck_assert_uint_eq(get16(l4(w) + 2), port);
	c->server_seq++;
	ck_assert_uint_eq(client_segment(w, c, c->client_seq, ACK, NULL, 0),
			  VPNALG_TRANSLATED);
}

void start_control(struct world *w, struct connection *c, uint32_t client,
		   uint16_t port, uint32_t server)
{
	struct bytes request = message(1, 0, 0, 0), reply = message(2, 0, 0, 0);

	connect_to(w, c, client, port, server);
	ck_assert_uint_eq(client_sends(w, c, request.data, request.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_sends(w, c, reply.data, reply.length),
			  VPNALG_TRANSLATED);
}

uint16_t call_out(struct world *w, struct connection *c, uint16_t own,
		  uint16_t peer)
{
	struct bytes request = message(7, own, 1, 0), reply;
	uint16_t outside;

	ck_assert_uint_eq(client_sends(w, c, request.data, request.length),
			  VPNALG_TRANSLATED);
	outside = get16(payload(w) + 12);
	reply = message(8, peer, outside, 1);
	ck_assert_uint_eq(server_sends(w, c, reply.data, reply.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(w) + 12), peer);
	ck_assert_uint_eq(get16(payload(w) + 14), own);
	return outside;
}

void client_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result)
{
	struct bytes m = message(type, first, second, result);

	ck_assert_uint_eq(client_sends(w, c, m.data, m.length),
			  VPNALG_TRANSLATED);
}

void server_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result)
{
	struct bytes m = message(type, first, second, result);

	ck_assert_uint_eq(server_sends(w, c, m.data, m.length),
			  VPNALG_TRANSLATED);
}

unsigned send_gre(struct world *w, enum vpnalg_direction direction,
		  uint32_t from, uint32_t to, uint16_t call_id)
{
	struct bytes p = gre_packet(from, to, call_id, 1);

	return send_packet(w, direction, &p);
}

struct vpnalg_record *inside_record(struct world *w, uint32_t host,
				    uint8_t space, uint16_t id, uint16_t port)
{
	uint8_t local[4], remote[4];
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = space,
				      .zone = ZONE,
				      .id = id,
				      .port = port,
				      .local = local,
				      .remote = remote };
	struct vpnalg_record *record;

	put32(local, host);
	put32(remote, SERVER);
	record = vpnalg_session_peek(w->alg, &tuple);
	ck_assert_ptr_nonnull(record);
	return record;
}
