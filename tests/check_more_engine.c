/* SPDX-License-Identifier: BSD-2-Clause */
/* What small faults in the engine would break and nothing else shows. */
#include "toy.h"
#include "cases.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

/* A handler that finds sessions of another by their keys: UDP that comes in
 * belongs to the toy's control sessions. */
static enum vpnalg_claim borrow(const struct vpnalg_parsed *parsed,
				struct vpnalg_match *m)
{
	if (parsed->protocol != UDP || !parsed->inward || parsed->inside)
		return VPNALG_CLAIM_NONE;
	*m = (struct vpnalg_match){ .space = UDP,
				    .id = vpnalg_get16(parsed->l4 + 2) };
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_result refuse(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_DROP_MALFORMED;
}

static const struct vpnalg_handler *borrower_handler(void)
{
	static const struct vpnalg_kind kinds[] = {
		{ .name = "none", .slots = 2 },
	};
	static const struct vpnalg_handler borrower = {
		.size = sizeof(struct vpnalg_handler), .name = "borrower",
		.kinds = kinds, .kind_count = 1, .match = borrow,
		.translate = refuse,
	};

	return &borrower;
}

START_TEST(a_session_is_translated_by_its_own_handler_whoever_finds_it)
{
	static const struct vpnalg_protocol protocols[] = {
		{ borrower_handler, NULL }, { toy_handler, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 2 };
	struct vpnalg_kind_counters counters;
	struct bytes p;
	struct world w;

	world_begin(&w, &options);
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_HELLO, 0, 0);
	p = toy_control(SERVER, TOY_CONTROL_PORT, OUTSIDE, 5000, TOY_HELLO, 0,
			0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	vpnalg_kind_counters(w.alg, 0, &counters, sizeof(counters));
	ck_assert_uint_eq(counters.translated[1] + counters.dropped[1], 0);
	vpnalg_kind_counters(w.alg, 1, &counters, sizeof(counters));
	ck_assert_uint_ge(counters.translated[1], 1);
	world_end(&w);
}
END_TEST

/* What the store is asked to fetch ahead. */
static struct {
	uint64_t hash;
	unsigned step;
} fetched[64];
static unsigned fetched_count;

static void note_fetch(void *context, uint64_t hash, unsigned step)
{
	(void)context;
	fetched[fetched_count].hash = hash;
	fetched[fetched_count++].step = step;
}

/* Three claimed packets with another among them. */
static void process_four(struct world *w, uint32_t first, size_t call)
{
	struct vpnalg_packet packets[4] = { { .data = NULL } };
	struct bytes bytes[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		bytes[i] = toy_control(first + (uint32_t)i, 5000, SERVER,
				       i == 1 ? 80 : TOY_CONTROL_PORT,
				       TOY_HELLO, 0, 0);
		packets[i].data = bytes[i].data;
		packets[i].caplen = packets[i].len = bytes[i].length;
	}
	fetched_count = 0;
	for (i = 0; i < 4; i += call)
		vpnalg_process(w->alg, packets + i, call, 0);
	for (i = 0; i < 4; i++)
		ck_assert_uint_eq(packets[i].result,
				  i == 1 ? VPNALG_UNTOUCHED
					 : VPNALG_TRANSLATED);
}

/* All buckets of a burst first, then all records; of a lone packet nothing. */
START_TEST(what_a_burst_claims_is_fetched_ahead_in_two_steps)
{
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ 0 });
	w.store.prefetch = note_fetch;
	process_four(&w, CLIENT_A, 4);
	ck_assert_uint_eq(fetched_count, 6);
	for (i = 0; i < 6; i++) {
		ck_assert_uint_eq(fetched[i].step, i / 3);
		ck_assert(fetched[i].hash == fetched[i % 3].hash);
	}
	ck_assert(fetched[0].hash != fetched[1].hash);
	ck_assert(fetched[1].hash != fetched[2].hash);
	process_four(&w, CLIENT_A, 1);
	ck_assert_uint_eq(fetched_count, 0);
	world_end(&w);
}
END_TEST

/* A binding tells no more than it says: what an address does not need is 0. */
static unsigned bindings_seen;

static void check_binding(const struct vpnalg_binding *binding)
{
	static const uint8_t zeros[VPNALG_ADDR_MAX];
	const struct vpnalg_addr *const addresses[] = {
		&binding->inside, &binding->outside, &binding->remote
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(addresses[i]->family, VPNALG_IPV4);
		ck_assert(memcmp(addresses[i]->octets + 4, zeros,
				 VPNALG_ADDR_MAX - 4) == 0);
	}
	bindings_seen++;
}

static enum vpnalg_choice see_chosen(struct world *w,
				     struct vpnalg_binding *binding)
{
	(void)w;
	check_binding(binding);
	return VPNALG_CHOICE_TAKE;
}

static void see_released(struct world *w,
			 const struct vpnalg_binding *binding)
{
	(void)w;
	check_binding(binding);
}

START_TEST(the_rest_of_an_address_in_a_binding_is_zero)
{
	struct world w;

	toy_world(&w, (struct world_options){ .choose = see_chosen,
					      .released = see_released });
	bindings_seen = 0;
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	ck_assert_uint_eq(bindings_seen, 2);
	world_end(&w);
	ck_assert_uint_eq(bindings_seen, 4);
}
END_TEST

/* Translators that share addresses may be of different builds and machines:
 * these homes are not to change. */
static const struct home_row {
	uint32_t host;
	uint16_t zone;
	uint32_t home;
} home_rows[] = {
	{ 0x0a000001, 0, 22 }, { 0x0b000001, 0, 55 }, { 0x0a010001, 0, 47 },
	{ 0x0a000101, 0, 19 }, { 0x0a000002, 0, 0 },  { 0x0a000001, 1, 49 },
	{ 0x0a000001, 256, 43 }, { CLIENT_A, 0, 62 },
};

START_TEST(a_home_is_the_same_on_every_machine)
{
	static uint32_t addresses[64];
	const struct home_row *row = &home_rows[_i];
	struct bytes p = toy_control(row->host, 5000, SERVER,
				     TOY_CONTROL_PORT, TOY_HELLO, 0, 0);
	struct world w;
	unsigned i;

	for (i = 0; i < 64; i++)
		addresses[i] = OUTSIDE + i;
	toy_world(&w, (struct world_options){ .addresses = addresses,
					      .address_count = 64,
					      .pool_key = { 1, 2 } });
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, row->zone),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w) - OUTSIDE, row->home);
	world_end(&w);
}
END_TEST

/* The table, with keys of other lengths than that of IPv4. */
static const size_t key_lengths[] = { 4, 20, 24, 32, 44 };

START_TEST(a_table_finds_keys_of_any_length_by_all_their_bytes)
{
	size_t size = vpnalg_table_size(60), length = key_lengths[_i], i;
	uint8_t *memory = malloc(size), *key, wrong[VPNALG_KEY_MAX];
	struct vpnalg_record *record;
	struct vpnalg_store store;
	unsigned slot = 9;

	ck_assert_ptr_nonnull(
		vpnalg_table_init(memory, size, length, &store));
	record = store.add(store.context, 2);
	key = vpnalg_record_key(record, 1, length);
	memset(key, 0x5a, length);
	ck_assert(store.link(store.context, record, 1, 42));
	ck_assert(store.find(store.context, key, 42, &slot) == record);
	ck_assert_uint_eq(slot, 1);
	for (i = 0; i < length; i++) {
		memcpy(wrong, key, length);
		wrong[i] ^= 1;
		ck_assert_ptr_null(
			store.find(store.context, wrong, 42, &slot));
	}
	free(memory);
}
END_TEST

/* Whatever a bucket counts of its keys that stand elsewhere, it counts right:
 * a key too many or too few would show once the count has run over. */
START_TEST(a_table_that_overflows_again_and_again_finds_every_key)
{
	enum { KEYS = 13, KEY = VPNALG_KEY_IPV4, ROUNDS = 12000 };
	struct vpnalg_record *records[KEYS];
	size_t size = vpnalg_table_size(600);
	uint8_t *memory = malloc(size);
	struct vpnalg_store store;
	unsigned i, n, slot;

	vpnalg_table_init(memory, size, KEY, &store);
	for (i = 0; i < KEYS; i++) {
		records[i] = store.add(store.context, 1);
		put32(vpnalg_record_key(records[i], 0, KEY), i);
	}
	for (n = 0; n < ROUNDS; n++) {
		for (i = 0; i < KEYS; i++)
			store.link(store.context, records[i], 0, 42);
		/* The last three stand elsewhere. */
		for (i = KEYS; i-- > 0;) {
			uint8_t *key = vpnalg_record_key(records[i], 0, KEY);

			ck_assert(store.find(store.context, key, 42, &slot) ==
				  records[i]);
			store.unlink(store.context, records[i], 0, 42);
		}
	}
	free(memory);
}
END_TEST

/* In units, as doc/embedding.md says. */

static unsigned units_of(struct world *w)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;
	unsigned units = 0;

	for (; w->inner.next(w->inner.context, &cursor, &record); record = NULL)
		units += record != NULL ? record->units : 0;
	return units;
}

static void costs_connection(struct world *w)
{
	struct connection c = { 0 };

	start_control(w, &c, CLIENT_A, 4000, SERVER);
}

static void costs_call(struct world *w)
{
	struct connection c = { 0 };

	start_control(w, &c, CLIENT_A, 4000, SERVER);
	call_out(w, &c, 5, 6);
}

static struct tunnel costly_tunnel(uint16_t port, uint8_t version)
{
	return (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				.port = port, .version = version, .own = 7,
				.peer = 100, .session = 70000,
				.peer_session = 80000 };
}

static void costs_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(40000, 2);

	tunnel_requests(w, &t);
}

static void costs_shared_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(L2TP, 2);

	tunnel_requests(w, &t);
}

static void costs_ip_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(0, 3);

	tunnel_begin(w, &t);
	tunnel_calls(w, &t);
}

static void costs_gre(struct world *w)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE, "\0\0\x08\0", 4);

	send_packet(w, VPNALG_OUT, &p);
}

static void costs_gre_key(struct world *w)
{
	struct bytes p = ip_packet(SERVER, OUTSIDE, GRE,
				   "\x20\0\x08\0\0\0\0\1", 8);

	costs_gre(w);
	send_packet(w, VPNALG_IN, &p);
}

static void costs_udp(struct world *w)
{
	udp_out(w, CLIENT_A, 5000, SERVER, 53);
}

static void costs_tcp(struct world *w)
{
	tcp_out(w, CLIENT_A, 5000, SERVER, 80, SYN, 0);
}

static void costs_ping(struct world *w)
{
	icmp_out(w, CLIENT_A, SERVER, ECHO, 1);
}

static const struct cost_row {
	const char *what;
	void (*begin)(struct world *w);
	size_t addresses;
	unsigned units;
} cost_rows[] = {
	{ "a connection of PPTP and its remote", costs_connection, 1, 2 + 1 },
	{ "with two outside addresses", costs_connection, 2, 2 + 2 + 1 },
	{ "with a call", costs_call, 1, 2 + 2 + 1 },
	{ "a flow of L2TP and its server", costs_flow, 1, 2 + 1 + 1 },
	{ "with a tunnel of port 1701", costs_shared_flow, 1, 2 + 1 + 2 + 1 },
	{ "over IP with a tunnel and a session", costs_ip_flow, 1,
	  2 + 2 + 2 + 1 },
	{ "a tunnel of GRE and its remote", costs_gre, 1, 1 + 2 + 1 },
	{ "with another Key", costs_gre_key, 1, 1 + 1 + 2 + 1 },
	{ "UDP", costs_udp, 1, 1 + 1 },
	{ "UDP, two outside addresses", costs_udp, 2, 1 + 1 },
	{ "TCP", costs_tcp, 1, 1 + 1 },
	{ "TCP, two outside addresses", costs_tcp, 2, 1 + 1 },
	{ "a ping", costs_ping, 1, 1 + 1 },
	{ "a ping, two outside addresses", costs_ping, 2, 1 + 1 },
};

START_TEST(a_session_costs_what_the_manual_says)
{
	static const struct vpnalg_protocol all[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_l2tp, NULL },
		{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
	};
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2 };
	const struct cost_row *cost = &cost_rows[_i];
	struct world w;

	world_begin(&w, &(struct world_options){
				.protocols = all,
				.protocol_count = 4,
				.addresses = pool,
				.address_count = cost->addresses });
	cost->begin(&w);
	ck_assert_msg(units_of(&w) == cost->units, "%s: %u units", cost->what,
		      units_of(&w));
	world_end(&w);
}
END_TEST

TCase *engine_more_case(void)
{
	TCase *t = tcase_create("more");

	tcase_add_test(
		t, a_session_is_translated_by_its_own_handler_whoever_finds_it);
	tcase_add_test(t, what_a_burst_claims_is_fetched_ahead_in_two_steps);
	tcase_add_test(t, the_rest_of_an_address_in_a_binding_is_zero);
	tcase_add_loop_test(t, a_home_is_the_same_on_every_machine, 0,
			    ROWS(home_rows));
	tcase_add_loop_test(
		t, a_table_finds_keys_of_any_length_by_all_their_bytes, 0,
		ROWS(key_lengths));
	tcase_add_test(
		t, a_table_that_overflows_again_and_again_finds_every_key);
	tcase_add_loop_test(t, a_session_costs_what_the_manual_says, 0,
			    ROWS(cost_rows));
	return t;
}
