/* SPDX-License-Identifier: BSD-2-Clause */
/* Several outside addresses: hosts have a paired address, and one
 * towards a remote while anything of theirs lives with it. */
#include "toy.h"
#include "cases.h"

#include <string.h>

enum { POOL = 8, MANY = 200 };

static const uint32_t pool[POOL] = { 0xcb007108, 0xcb007103, 0xcb007101,
				     0xcb007105, 0xcb007102, 0xcb007107,
				     0xcb007106, 0xcb007104 };

static void pool_world(struct world *w, size_t addresses, uint64_t key)
{
	toy_world(w, (struct world_options){ .addresses = pool,
					     .address_count = addresses,
					     .pool_key = { key, 1 },
					     .units = 3000,
					     .choosing = CHOOSE_TAKE });
}

/* The outside address that a host gets towards a remote. */
static uint32_t address_of(struct world *w, uint32_t host, uint32_t remote)
{
	toy_say(w, host, 5000, remote, TOY_HELLO, 0, 0);
	return source(w);
}

static unsigned index_of(uint32_t address)
{
	unsigned i = 0;

	while (i < POOL - 1 && pool[i] != address)
		i++;
	ck_assert_uint_eq(pool[i], address);
	return i;
}

/* RFC 4787 REQ-2: one address towards everybody, unless it is crowded there. */
START_TEST(a_host_has_one_paired_address_for_all_remotes)
{
	struct world w;
	uint32_t paired, i;

	pool_world(&w, POOL, 1);
	paired = address_of(&w, CLIENT_A, SERVER);
	for (i = 0; i < 50; i++)
		ck_assert_uint_eq(address_of(&w, CLIENT_A, SERVER + i), paired);
	world_end(&w);
}
END_TEST

START_TEST(translators_with_one_pool_key_pair_hosts_equally)
{
	struct world a, b, other;
	unsigned i, differ = 0;

	pool_world(&a, POOL, 1);
	pool_world(&b, POOL, 1);
	pool_world(&other, POOL, 2);
	b.random = 77; /* all else may differ */
	for (i = 0; i < MANY; i++) {
		uint32_t paired = address_of(&a, CLIENT_A + i, SERVER + i);

		ck_assert_uint_eq(address_of(&b, CLIENT_A + i, SERVER_2 + i),
				  paired);
		differ +=
			address_of(&other, CLIENT_A + i, SERVER + i) != paired;
	}
	ck_assert_uint_ge(differ, MANY / 2); /* 7 in 8 on average */
	world_end(&a);
	world_end(&b);
	world_end(&other);
}
END_TEST

/* The order in which the addresses are given does not matter. */
START_TEST(pairing_does_not_depend_on_the_order_of_the_pool)
{
	uint32_t turned[POOL];
	struct world a, b;
	unsigned i;

	for (i = 0; i < POOL; i++)
		turned[i] = pool[POOL - 1 - i];
	pool_world(&a, POOL, 1);
	toy_world(&b, (struct world_options){ .addresses = turned,
					      .address_count = POOL,
					      .pool_key = { 1, 1 } });
	for (i = 0; i < 50; i++)
		ck_assert_uint_eq(address_of(&a, CLIENT_A + i, SERVER + i),
				  address_of(&b, CLIENT_A + i, SERVER + i));
	world_end(&a);
	world_end(&b);
}
END_TEST

START_TEST(hosts_are_spread_over_the_pool)
{
	unsigned i, count[POOL] = { 0 };
	struct world w;

	pool_world(&w, POOL, 1);
	for (i = 0; i < MANY; i++)
		count[index_of(address_of(&w, CLIENT_A + i, SERVER + i))]++;
	for (i = 0; i < POOL; i++) {
		ck_assert_uint_ge(count[i], MANY / POOL / 2);
		ck_assert_uint_le(count[i], MANY / POOL * 2);
	}
	world_end(&w);
}
END_TEST

START_TEST(the_zone_is_part_of_what_is_paired)
{
	struct bytes p = toy_control(CLIENT_A, 5000, SERVER, TOY_CONTROL_PORT,
				     TOY_HELLO, 0, 0);
	unsigned i, differ = 0;
	struct world w;

	for (i = 1; i < 30; i++) {
		uint32_t paired;

		pool_world(&w, POOL, 1);
		paired = address_of(&w, CLIENT_A, SERVER_2);
		ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p,
					       (uint16_t)i),
				  VPNALG_TRANSLATED);
		differ += source(&w) != paired;
		world_end(&w);
	}
	ck_assert_uint_ge(differ, 15);
}
END_TEST

/* Two hosts at one address look the same to a remote that goes by addresses,
 * so as long as there are addresses each has its own towards it. */
START_TEST(hosts_of_one_remote_get_an_address_each_while_there_is_one)
{
	size_t addresses = (size_t)_i;
	unsigned i, count[POOL] = { 0 };
	uint32_t first = 0, again;
	struct world w;

	pool_world(&w, addresses, 1);
	for (i = 0; i < addresses; i++) {
		uint32_t got = address_of(&w, CLIENT_A + i, SERVER);

		if (i == 0)
			first = got;
		ck_assert_uint_eq(count[index_of(got)]++, 0);
	}
	/* The next shares its paired address; the first stays where it is. */
	again = address_of(&w, 0x0a000001, SERVER_2);
	ck_assert_uint_eq(address_of(&w, 0x0a000001, SERVER), again);
	ck_assert_uint_eq(address_of(&w, CLIENT_A, SERVER), first);
	world_end(&w);
}
END_TEST

/* Two hosts with one paired address: the second must go elsewhere towards
 * SERVER. */
static uint32_t neighbour(struct world *w, uint32_t host)
{
	uint32_t paired = address_of(w, host, STRANGER), other = host;

	do
		other++;
	while (address_of(w, other, STRANGER + other) != paired);
	return other;
}

START_TEST(a_host_stays_where_it_is_while_anything_of_it_lives)
{
	uint32_t other, away, paired;
	struct world w;
	unsigned i;

	pool_world(&w, 2, 1);
	other = neighbour(&w, CLIENT_A);
	paired = address_of(&w, CLIENT_A, SERVER);
	away = address_of(&w, other, SERVER);
	ck_assert_uint_ne(away, paired);
	/* CLIENT_A goes, but the other is not at its paired address. */
	for (i = 0; i < 3; i++) {
		world_wait(&w, TOY_CONTROL_LIFE - 1);
		ck_assert_uint_eq(address_of(&w, other, SERVER), away);
		toy_say(&w, other, (uint16_t)(5001 + i), SERVER, TOY_HELLO, 0,
			0);
		ck_assert_uint_eq(source(&w), away);
	}
	/* All of it is gone: it has its paired address again. */
	world_wait(&w, TOY_CONTROL_LIFE);
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_eq(address_of(&w, other, SERVER), paired);
	world_end(&w);
}
END_TEST

/* A call and its connection have one address, as far apart as they opened. */
START_TEST(all_that_a_host_opens_has_its_one_address)
{
	struct connection a = { 0 }, b = { 0 };
	uint32_t addresses[2];
	struct world w;
	struct bytes p;

	mixed_world(&w, (struct world_options){ .addresses = pool,
						.address_count = 2 });
	start_control(&w, &a, CLIENT_A, 3000, SERVER);
	addresses[0] = a.outside;
	start_control(&w, &b, CLIENT_B, 3000, SERVER);
	addresses[1] = b.outside;
	ck_assert_uint_ne(addresses[0], addresses[1]);
	/* Both keep port and Call ID: they differ by their addresses. */
	ck_assert_uint_eq(a.outside_port, 3000);
	ck_assert_uint_eq(b.outside_port, 3000);
	ck_assert_uint_eq(call_out(&w, &a, 7, 9), 7);
	ck_assert_uint_eq(call_out(&w, &b, 7, 9), 7);
	ck_assert_uint_eq(address_of(&w, CLIENT_B, SERVER), addresses[1]);
	p = gre_packet(SERVER, addresses[1], 7, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	p = gre_packet(addresses[0], SERVER, 9, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_A);
	world_end(&w);
}
END_TEST

/* A pool of any size: the choice looks at a bounded number of addresses. */
START_TEST(picking_an_address_is_bounded)
{
	static uint32_t large[64];
	struct world w;
	unsigned i;

	for (i = 0; i < 64; i++)
		large[i] = OUTSIDE + i;
	toy_world(&w, (struct world_options){ .addresses = large,
					      .address_count = 64,
					      .units = 3000 });
	for (i = 0; i < MANY; i++) {
		w.finds = 0;
		address_of(&w, CLIENT_A + i, SERVER);
		ck_assert_int_le(w.finds, 100);
	}
	world_end(&w);
}
END_TEST

/* Translators that share addresses may be of different builds and machines:
 * these pairings are not to change. */
static const struct paired_row {
	uint32_t host;
	uint16_t zone;
	uint32_t paired;
} paired_rows[] = {
	{ 0x0a000001, 0, 22 }, { 0x0b000001, 0, 55 }, { 0x0a010001, 0, 47 },
	{ 0x0a000101, 0, 19 }, { 0x0a000002, 0, 0 },  { 0x0a000001, 1, 49 },
	{ 0x0a000001, 256, 43 }, { CLIENT_A, 0, 62 },
};

START_TEST(pairing_is_the_same_on_every_machine)
{
	static uint32_t addresses[64];
	const struct paired_row *row = &paired_rows[_i];
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
	ck_assert_uint_eq(source(&w) - OUTSIDE, row->paired);
	world_end(&w);
}
END_TEST

TCase *choose_pool_case(void)
{
	TCase *tcase = tcase_create("pool");

	tcase_add_loop_test(tcase, pairing_is_the_same_on_every_machine, 0,
			    ROWS(paired_rows));

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_host_has_one_paired_address_for_all_remotes);
	tcase_add_test(tcase,
		       translators_with_one_pool_key_pair_hosts_equally);
	tcase_add_test(tcase, pairing_does_not_depend_on_the_order_of_the_pool);
	tcase_add_test(tcase, hosts_are_spread_over_the_pool);
	tcase_add_test(tcase, the_zone_is_part_of_what_is_paired);
	tcase_add_loop_test(
		tcase,
		hosts_of_one_remote_get_an_address_each_while_there_is_one, 1,
		POOL + 1);
	tcase_add_test(tcase,
		       a_host_stays_where_it_is_while_anything_of_it_lives);
	tcase_add_test(tcase, all_that_a_host_opens_has_its_one_address);
	tcase_add_test(tcase, picking_an_address_is_bounded);
	return tcase;
}
