/* SPDX-License-Identifier: BSD-2-Clause */
/* A PPTP server inside, and its clients outside. */
#include "pptp_service.h"

START_TEST(a_client_outside_calls_a_server_inside)
{
	struct caller c = first_caller;

	begin();
	connect_in(&c);
	ck_assert_uint_eq(opened(&w, SERVED), 1);
	ck_assert_uint_eq(call_in(&c, 5, 70), 70);
	check_gre(&c, 5, 70, 70);
	end();
}
END_TEST

/* Its calls keep a connection that nothing is said in, as long as they go on,
 * in a translator that has taken the store over as well. */
START_TEST(a_servers_connection_lives_as_long_as_its_calls)
{
	struct caller c = first_caller;
	unsigned i;

	begin();
	connect_in(&c);
	call_in(&c, 5, 70);
	check_gre(&c, 5, 70, 70);
	if (_i)
		ck_assert_int_eq(world_take_over(&w, 0), 0);
	for (i = 0; i < 40; i++) {
		world_wait(&w, 200000);
		check_gre(&c, 5, 70, 70);
	}
	out_says(&c, 5, 0, 0);
	end();
}
END_TEST

/* Ports of the client that a handler looks at, or that look like one. */
static const uint16_t port_rows[] = { PPTP, PPTP + 32, 1, 65535 };

START_TEST(a_client_may_call_from_any_port)
{
	struct caller c = first_caller;

	begin();
	c.port = port_rows[_i];
	connect_in(&c);
	ck_assert_uint_eq(call_in(&c, 5, 70), 70);
	check_gre(&c, 5, 70, 70);
	end();
}
END_TEST

START_TEST(two_clients_outside_have_the_same_call_id)
{
	struct caller a = first_caller, b = first_caller;

	begin();
	b.client = SERVER_2;
	connect_in(&a);
	connect_in(&b);
	call_in(&a, 5, 70);
	call_in(&b, 5, 71);
	check_gre(&a, 5, 70, 70);
	check_gre(&b, 5, 71, 71);
	end();
}
END_TEST

/* Two servers inside give one client the same ID: it sees two. */
START_TEST(two_servers_inside_have_the_same_call_id)
{
	struct caller a = first_caller, b = first_caller;
	uint16_t outside;

	begin();
	service_add(&w, TCP, 1724, CLIENT_B, PPTP);
	b.server = CLIENT_B;
	b.outside_port = 1724;
	b.port = 40001;
	connect_in(&a);
	connect_in(&b);
	ck_assert_uint_eq(call_in(&a, 5, 70), 70);
	outside = call_in(&b, 6, 70);
	ck_assert_uint_ne(outside, 70);
	check_gre(&a, 5, 70, 70);
	check_gre(&b, 6, 70, outside);
	end();
}
END_TEST

/* The IDs in all messages but those that open the call (RFC 2637 2): the
 * client's is 5, the server's 70 inside. An ID is the server's where that sends
 * its own, or the client its peer's. */
static const struct message_row {
	unsigned type;
	bool inward;
	bool servers[2]; /* at 12, at 14 */
} message_rows[] = {
	{ 11, true, { true } },	 { 12, true, { false } },
	{ 12, false, { true } }, { 13, true, { false } },
	{ 13, false, { true } }, { 14, true, { true } },
	{ 14, false, { false } }, { 15, true, { true } },
	{ 15, false, { false } }, { 11, false, { false } },
};

START_TEST(every_message_names_the_call_on_both_sides)
{
	const struct message_row *row = &message_rows[_i];
	struct caller c = first_caller;
	uint16_t outside, expected;

	begin_with(CHOOSE_DIFFERENT);
	connect_in(&c);
	outside = call_in(&c, 5, 70);
	ck_assert_uint_ne(outside, 70);
	check_gre(&c, 5, 70, outside);
	expected = row->inward ? 70 : outside;
	if (row->inward)
		in_says(&c, row->type, row->servers[0] ? outside : 5, 0);
	else
		out_says(&c, row->type, row->servers[0] ? 70 : 5, 0);
	ck_assert_uint_eq(get16(payload(&w) + 12),
			  row->servers[0] ? expected : 5);
	end();
}
END_TEST

/* The server calls its client (Incoming-Call, 2.9 to 2.11), or is the one that
 * dials out. */
START_TEST(the_server_inside_may_call_too)
{
	struct caller c = first_caller;
	uint16_t outside;

	begin_with(CHOOSE_DIFFERENT);
	connect_in(&c);
	out_says(&c, 9, 70, 0);
	outside = get16(payload(&w) + 12);
	ck_assert_uint_ne(outside, 70);
	in_says(&c, 10, 5, outside);
	ck_assert_uint_eq(get16(payload(&w) + 12), 5);
	ck_assert_uint_eq(get16(payload(&w) + 14), 70);
	out_says(&c, 11, 5, 0);
	check_gre(&c, 5, 70, outside);
	end();
}
END_TEST

/* Outside packets alone take no room for long. */
START_TEST(a_flood_of_forged_segments_opens_a_bounded_number)
{
	struct caller c = first_caller, real = first_caller;
	unsigned i, least;
	long records;

	begin();
	real.client = STRANGER;
	connect_in(&real);
	records = w.records;
	for (i = 0; i < 200; i++) {
		c.port = (uint16_t)(2000 + i);
		ck_assert_uint_eq(from_client(&c, SYN, NULL, 0),
				  VPNALG_TRANSLATED);
	}
	ck_assert_int_eq(w.records, records);
	w.options.leaves = true;
	for (i = 0; i < 200; i++) {
		c.port = (uint16_t)(2000 + i);
		from_client(&c, ACK, NULL, 0);
	}
	least = (unsigned)opened(&w, SERVED);
	ck_assert_uint_eq(least, 1 + 64);
	in_says(&real, 5, 0, 0);
	world_wait(&w, 10000);
	ck_assert_uint_eq(closed(&w, SERVED), 64);
	c.port = 3000;
	connect_in(&c);
	end();
}
END_TEST

TCase *pptp_service_case(void)
{
	TCase *served = tcase_create("PPTP");

	tcase_add_test(served, a_client_outside_calls_a_server_inside);
	tcase_add_loop_test(served,
			    a_servers_connection_lives_as_long_as_its_calls, 0,
			    2);
	tcase_add_loop_test(served, a_client_may_call_from_any_port, 0,
			    ROWS(port_rows));
	tcase_add_test(served, two_clients_outside_have_the_same_call_id);
	tcase_add_test(served, two_servers_inside_have_the_same_call_id);
	tcase_add_loop_test(served,
			    every_message_names_the_call_on_both_sides, 0,
			    ROWS(message_rows));
	tcase_add_test(served, the_server_inside_may_call_too);
	tcase_add_test(served,
		       a_flood_of_forged_segments_opens_a_bounded_number);
	return served;
}
