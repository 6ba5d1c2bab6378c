/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of ports that are loaded, given back, or wrong. */
#include "port_blocks.h"

static uint32_t any_random(void *context)
{
	(void)context;
	return 4;
}

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

TCase *port_blocks_life_case(void)
{
	TCase *t = tcase_create("life of blocks");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(
		t, a_block_of_a_drained_address_ends_with_its_sessions, 0, 2);
	tcase_add_test(t, a_block_is_told_when_its_sessions_are_loaded);
	tcase_add_test(t, a_block_whose_sessions_are_refused_is_not_told);
	tcase_add_test(t, what_has_no_port_keeps_no_block);
	tcase_add_loop_test(t, blocks_that_make_no_sense_are_refused, 0,
			    ROWS(blocks_rows));
	return t;
}
