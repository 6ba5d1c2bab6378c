/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of ports (RFC 6888 4, RFC 7422): a host's ports are from one block, of
 * which one event tells. */
#include "cases.h"
#include "general.h"
#include "support_state.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define LENGTH 1024
#define BLOCKS 63 /* of an address: 1024 to 65535 */

/* Inside hosts of a prefix, 10.0.0.0/16. */
#define HOST(n) (0x0a000000U + (n))

static struct world w;
static unsigned allotted, freed;
static struct vpnalg_event last_event;

static void count_events(struct world *world, const struct vpnalg_event *event)
{
	(void)world;
	ck_assert_uint_eq(event->protocol, VPNALG_NO_PROTOCOL);
	ck_assert_uint_eq(event->session.inside_id, LENGTH);
	ck_assert(event->session.user == NULL);
	ck_assert_uint_eq(event->nat_event,
			  event->type == VPNALG_EVENT_BLOCK_ALLOTTED ? 16 : 17);
	allotted += event->type == VPNALG_EVENT_BLOCK_ALLOTTED;
	freed += event->type == VPNALG_EVENT_BLOCK_FREED;
	last_event = *event;
}

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },	  { vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

static void begin_with(struct vpnalg_port_blocks blocks, size_t addresses)
{
	static const uint32_t list[] = { OUTSIDE, OUTSIDE_2 };

	allotted = freed = 0;
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 5,
						 .addresses = list,
						 .address_count = addresses,
						 .choosing = CHOOSE_TAKE,
						 .heard = count_events,
						 .units = 30000,
						 .no_undo = true,
						 .port_blocks = blocks });
}

static void begin(void)
{
	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 1);
}

static void end(void)
{
	world_end(&w);
	ck_assert_uint_eq(allotted, freed);
}

static unsigned open_udp(uint32_t host, uint16_t port)
{
	return udp_out(&w, host, port, SERVER, 443);
}

static uint32_t any_random(void *context)
{
	(void)context;
	return 4;
}

static unsigned block(void)
{
	return port_from(&w) / LENGTH;
}

/* Whatever port the host has, and however many: all are from its block, each
 * once, but for those of servers (1701 or 4500); and then there are no more. */
START_TEST(all_ports_of_a_host_are_from_one_block)
{
	static bool used[65536];
	unsigned i, k, first = 0;

	begin();
	memset(used, 0, sizeof(used));
	for (i = 0; i < LENGTH - (w.other_ports ? 2 : 1); i++) {
		/* A packet has a few tries; the next one goes on. */
		for (k = 0; k < LENGTH &&
			    open_udp(HOST(1), (uint16_t)(2000 + i * 7)) !=
				    VPNALG_TRANSLATED;
		     k++)
			continue;
		ck_assert_msg(k < LENGTH, "port %u", i);
		first = i == 0 ? block() : first;
		ck_assert_uint_eq(block(), first);
		ck_assert(!used[port_from(&w)]);
		used[port_from(&w)] = true;
	}
	for (k = 0; k < LENGTH; k++)
		if (open_udp(HOST(1), (uint16_t)(30000 + k)) ==
		    VPNALG_TRANSLATED)
			ck_assert_uint_eq(block(), first);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(open_udp(HOST(2), 60001), VPNALG_TRANSLATED);
	ck_assert_uint_ne(block(), first);
	ck_assert_uint_eq(allotted, 2);
	end();
}
END_TEST

/* The same block for what goes by ports, whoever carries it. */
START_TEST(vpns_and_queries_have_ports_of_the_block_too)
{
	struct connection c = { 0 };
	struct bytes p;
	unsigned first;

	begin();
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	first = block();
	ck_assert_uint_eq(last_event.type, VPNALG_EVENT_BLOCK_ALLOTTED);
	ck_assert_uint_eq(last_event.session.outside_id, first * LENGTH);
	ck_assert_uint_eq(get32(last_event.session.inside.octets), HOST(1));
	ck_assert_uint_eq(get32(last_event.session.outside.octets), OUTSIDE);
	start_control(&w, &c, HOST(1), 1024, SERVER);
	ck_assert_uint_eq(c.outside_port / LENGTH, first);
	p = udp_packet(HOST(1), 500, SERVER, 500, "", 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), first);
	p = udp_packet(HOST(1), 1701, SERVER, 1701, "", 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), first);
	p = icmp_query(HOST(1), SERVER, 8, 77, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 4) / LENGTH, first);
	ck_assert_uint_eq(allotted, 1);
	end();
}
END_TEST

/* As many hosts as blocks, each with its own; the next one only when a host has
 * gone, with all its sessions. */
START_TEST(a_block_is_given_back_with_the_last_session)
{
	bool used[BLOCKS + 1] = { false };
	unsigned i, k, gone = 0;

	begin();
	for (i = 0; i < BLOCKS; i++) {
		ck_assert_msg(open_udp(HOST(i), 5000) == VPNALG_TRANSLATED,
			      "host %u", i);
		ck_assert(!used[block()]);
		used[block()] = true;
		gone = i == 7 ? block() : gone;
	}
	ck_assert_uint_eq(open_udp(HOST(100), 5000), VPNALG_DROP_NO_ID);
	for (k = 0; k < 4; k++) {
		world_wait(&w, 150000);
		for (i = 0; i < BLOCKS; i++)
			if (i != 7)
				ck_assert_uint_eq(open_udp(HOST(i), 5000),
						  VPNALG_TRANSLATED);
		ck_assert_uint_eq(freed, k >= 2);
	}
	ck_assert_uint_eq(freed, 1);
	ck_assert_uint_eq(last_event.session.outside_id, gone * LENGTH);
	ck_assert_uint_eq(get32(last_event.session.inside.octets), HOST(7));
	w.now += 10000; /* a full range is not looked through before */
	ck_assert_uint_eq(open_udp(HOST(100), 5000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), gone);
	end();
}
END_TEST

/* A second address takes the hosts for whom the first has no block, whatever
 * their paired address would be; and all that a host has is at one address. */
START_TEST(blocks_of_all_addresses_are_used)
{
	unsigned i, k, translated = 0;
	uint32_t outside;

	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 2);
	for (i = 0; i < 2 * BLOCKS; i++) {
		for (k = 0; k < 4 && open_udp(HOST(i), 5000) !=
					     VPNALG_TRANSLATED;
		     k++)
			w.now += 10000; /* a full range is looked at again */
		ck_assert_msg(w.last.result == VPNALG_TRANSLATED, "host %u", i);
		translated++;
		outside = source(&w);
		ck_assert_uint_eq(udp_out(&w, HOST(i), 500, SERVER_2, 500),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), outside);
	}
	ck_assert_uint_eq(translated, 2 * BLOCKS);
	ck_assert_uint_eq(allotted, 2 * BLOCKS);
	end();
}
END_TEST

/* Nothing is left behind where the store fails at any step. */
START_TEST(a_block_that_cannot_be_noted_is_not_taken)
{
	struct bytes p = ip_packet(HOST(1), SERVER, 41, "\x60", 1);
	unsigned fail;

	for (fail = 1; fail < 40; fail++) {
		begin();
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		w.fail_in = fail;
		open_udp(HOST(1), 5000);
		w.fail_in = 0;
		ck_assert_uint_eq(allotted, freed + (w.records > 2));
		ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
		ck_assert_uint_eq(allotted, freed + 1);
		end();
	}
}
END_TEST

/* What the callback chooses must be from the block, too. */
START_TEST(a_chosen_port_is_of_the_block)
{
	unsigned first, i;
	struct bytes p;

	begin();
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	first = block();
	w.options.choosing = CHOOSE_WRITE;
	w.chosen = OUTSIDE;
	w.chosen_id = first * LENGTH + 9;
	ck_assert_uint_eq(open_udp(HOST(1), 5001), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), first * LENGTH + 9);
	w.chosen_id = (first == 5 ? 6 : 5) * LENGTH + 9;
	ck_assert_uint_eq(open_udp(HOST(1), 5002), VPNALG_DROP_REFUSED);
	end();
	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 2);
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	w.options.choosing = CHOOSE_WRITE;
	w.chosen_id = block() * LENGTH + 9;
	for (i = 0; i < 2; i++) {
		w.chosen = i == 0 ? source(&w) ^ OUTSIDE ^ OUTSIDE_2 : w.chosen;
		p = udp_packet(HOST(1), 500, SERVER, 500, "", 0);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  i == 0 ? VPNALG_DROP_REFUSED
					 : VPNALG_TRANSLATED);
		w.chosen ^= OUTSIDE ^ OUTSIDE_2;
	}
	end();
}
END_TEST

/* A host whose address is drained gets a block of the next one, and has both as
 * long as it has sessions of both. */
START_TEST(a_block_of_a_drained_address_ends_with_its_sessions)
{
	static const struct vpnalg_addr next = { VPNALG_IPV4,
						 { 203, 0, 113, 2 } };
	bool drain = _i;

	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 2);
	ck_assert_int_eq(vpnalg_set_addresses(
				 w.alg,
				 &(struct vpnalg_addr){ VPNALG_IPV4,
							{ 203, 0, 113, 1 } },
				 1, false),
			 0);
	world_wait(&w, 0);
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &next, 1, drain), 0);
	ck_assert_uint_eq(open_udp(HOST(1), 5001), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(allotted, 2);
	ck_assert_uint_eq(freed, drain ? 0 : freed);
	for (unsigned k = 0; k < 4; k++) {
		world_wait(&w, 150000);
		ck_assert_uint_eq(open_udp(HOST(1), 5001), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(freed, 1);
	ck_assert_uint_eq(get32(last_event.session.outside.octets), OUTSIDE);
	end();
}
END_TEST

/* The block goes with the last port, although the host has other sessions. */
static struct state saved;

/* Whoever hears the events of a translator that goes on knows whose each block
 * is: what had a session is told once, though several have come by it. */
START_TEST(a_block_is_told_when_its_sessions_are_loaded)
{
	uint32_t first;
	unsigned i;

	begin();
	for (i = 0; i < 4; i++)
		open_udp(HOST(1 + i % 2), (uint16_t)(5000 + i));
	first = block() * LENGTH;
	state_save(&w, &saved);
	world_end(&w);
	begin();
	ck_assert_int_eq(state_load(&w, &saved), VPNALG_STATE_DONE);
	ck_assert_uint_eq(allotted, 2);
	ck_assert_uint_eq(freed, 0);
	ck_assert_uint_eq(open_udp(HOST(2), 6000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block() * LENGTH, first);
	ck_assert_uint_eq(allotted, 2);
	end();
	ck_assert_uint_eq(freed, 2);
}
END_TEST

static enum vpnalg_choice refuse(struct world *world,
				 struct vpnalg_binding *binding)
{
	(void)world;
	(void)binding;
	return VPNALG_CHOICE_REFUSE;
}

START_TEST(a_block_whose_sessions_are_refused_is_not_told)
{
	struct vpnalg_load load = { .services = true };

	begin();
	open_udp(HOST(1), 5000);
	state_save(&w, &saved);
	world_end(&w);
	begin();
	w.options.choose = refuse;
	ck_assert_int_eq(state_load_part(&w, &load, saved.bytes, saved.length),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(vpnalg_load_end(w.alg, &load, w.now),
			 VPNALG_STATE_DONE);
	ck_assert_uint_eq(allotted + freed, 0);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

START_TEST(what_has_no_port_keeps_no_block)
{
	struct bytes p = ip_packet(HOST(1), SERVER, 41, "\x60", 1);

	begin();
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	for (unsigned k = 0; k < 4; k++) {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		world_wait(&w, 150000);
	}
	ck_assert_uint_eq(freed, 1);
	ck_assert_int_eq(w.records, 2); /* the session and its host's */
	end();
}
END_TEST

/* Computed: RFC 7422 2.1's order, without a record or an event. */
START_TEST(blocks_are_computed_for_the_hosts_of_a_prefix)
{
	static const struct {
		uint32_t host, outside;
		unsigned block;
	} rows[] = {
		{ HOST(0), OUTSIDE, 1 },	    { HOST(1), OUTSIDE, 2 },
		{ HOST(62), OUTSIDE, 63 },	    { HOST(63), OUTSIDE_2, 1 },
	};
	struct vpnalg_port_blocks blocks = { .length = LENGTH,
					     .inside = { VPNALG_IPV4,
							 { 10, 0, 0, 0 } },
					     .zone = ZONE,
					     .prefix_length = 26 };
	long records;
	unsigned i;

	begin_with(blocks, 2);
	for (i = 0; i < 4; i++) {
		ck_assert_msg(open_udp(rows[i].host, 5000) ==
				      VPNALG_TRANSLATED,
			      "host %u", i);
		ck_assert_uint_eq(source(&w), rows[i].outside);
		ck_assert_uint_eq(block(), rows[i].block);
	}
	records = w.records;
	ck_assert_uint_eq(open_udp(HOST(64), 5000), VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(open_udp(CLIENT_A, 5000), VPNALG_DROP_NO_ID);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(allotted, 0);
	end();
}
END_TEST

static const struct blocks_row {
	const char *name;
	struct vpnalg_port_blocks blocks;
	struct vpnalg_port_set set;
	bool good;
} blocks_rows[] = {
	{ "none", { .length = 0 }, { 0 }, true },
	{ "allotted", { .length = 512 }, { 0 }, true },
	{ "too short", { .length = 32 }, { 0 }, false },
	{ "too long", { .length = 32768 }, { 0 }, false },
	{ "no power of 2", { .length = 1000 }, { 0 }, false },
	{ "of some ports", { .length = 64, .ports = { 1000, 1200 } }, { 0 },
	  true },
	{ "no whole one", { .length = 64, .ports = { 1000, 1080 } }, { 0 },
	  false },
	{ "no ports", { .length = 64, .ports = { 2000, 1000 } }, { 0 }, false },
	{ "beside a set", { .length = 64 }, { 6, 8, 0x34 }, false },
	{ "computed",
	  { .length = 1024, .inside = { VPNALG_IPV4, { 10 } },
	    .prefix_length = 27 },
	  { 0 }, true },
	{ "computed, too few",
	  { .length = 1024, .inside = { VPNALG_IPV4, { 10 } },
	    .prefix_length = 26 },
	  { 0 }, false },
	{ "computed, for all",
	  { .length = 64, .inside = { VPNALG_IPV4, { 10 } },
	    .prefix_length = 1 },
	  { 0 }, false },
	{ "computed, no prefix",
	  { .length = 64, .inside = { VPNALG_IPV4, { 10 } } }, { 0 }, false },
	{ "computed, IPv6",
	  { .length = 64, .inside = { 6, { 10 } }, .prefix_length = 32 },
	  { 0 }, false },
};

START_TEST(blocks_that_make_no_sense_are_refused)
{
	static const struct vpnalg_addr outside = { VPNALG_IPV4,
						    { 203, 0, 113, 1 } };
	const struct blocks_row *row = &blocks_rows[_i];
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 5,
					.addresses = &outside,
					.address_count = 1,
					.store = &w.store,
					.random = any_random,
					.port_set = row->set,
					.port_blocks = row->blocks };

	ck_assert_msg((vpnalg_config_error(&config, NULL) == NULL) ==
			      row->good,
		      "%s: %s", row->name, vpnalg_config_error(&config, NULL));
}
END_TEST

TCase *port_blocks_case(void)
{
	TCase *t = tcase_create("port blocks");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, all_ports_of_a_host_are_from_one_block);
	tcase_add_test(t, vpns_and_queries_have_ports_of_the_block_too);
	tcase_add_test(t, a_block_is_given_back_with_the_last_session);
	tcase_add_test(t, blocks_of_all_addresses_are_used);
	tcase_add_test(t, a_block_that_cannot_be_noted_is_not_taken);
	tcase_add_test(t, a_chosen_port_is_of_the_block);
	tcase_add_loop_test(
		t, a_block_of_a_drained_address_ends_with_its_sessions, 0, 2);
	tcase_add_test(t, a_block_is_told_when_its_sessions_are_loaded);
	tcase_add_test(t, a_block_whose_sessions_are_refused_is_not_told);
	tcase_add_test(t, what_has_no_port_keeps_no_block);
	tcase_add_test(t, blocks_are_computed_for_the_hosts_of_a_prefix);
	tcase_add_loop_test(t, blocks_that_make_no_sense_are_refused, 0,
			    ROWS(blocks_rows));
	return t;
}
