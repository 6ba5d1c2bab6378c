/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside ID of a session, and the caller's part in its choice. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* IDs of VPNALG's own choice: TCP ports of PPTP control connections. */

static unsigned syn_from(struct world *w, uint32_t client, uint16_t port)
{
	struct bytes p = tcp_packet(client, port, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);

	return send_packet(w, VPNALG_OUT, &p);
}

static const uint16_t ports[] = { 3,    2,    1022, 1023,  1024,
				  1025, 3000, 1723, 65534, 65535 };

/* RFC 4787 REQ-3a and REQ-4, in the spirit of which TCP ports are chosen too:
 * the same port if it is free, else one of the same range and parity. */
START_TEST(a_port_is_kept_or_its_range_and_parity_are)
{
	bool seen[65536] = { false };
	uint16_t port = ports[_i], got;
	struct world w;
	unsigned i;

	world_begin(&w, NULL);
	for (i = 0; i < 30; i++) {
		ck_assert_uint_eq(syn_from(&w, CLIENT_A + i, port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		if (i == 0)
			ck_assert_uint_eq(got, port);
		ck_assert_uint_eq(got & 1, port & 1);
		ck_assert_uint_eq(got < 1024, port < 1024);
		ck_assert_uint_ne(got, 0);
		ck_assert_msg(!seen[got], "port %u twice", got);
		seen[got] = true;
	}
	world_end(&w);
}
END_TEST

/* All of the range, wherever the drawing begins. */
START_TEST(high_ports_are_drawn_from_their_whole_range)
{
	unsigned i, eighths[8] = { 0 };
	struct world w;

	world_begin(&w, &(struct world_options){ .units = 1800,
						 .no_undo = true });
	for (i = 0; i < 200; i++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + i, 3000),
				  VPNALG_TRANSLATED);
		eighths[get16(l4(&w)) / 8192]++;
		ck_assert_uint_ge(get16(l4(&w)), 1024);
	}
	for (i = 0; i < 8; i++)
		ck_assert_uint_ge(eighths[i], 8); /* 25 on average */
	world_end(&w);
}
END_TEST

/* Ports that stand for something else, to firewalls, providers and the router
 * itself. */
static bool is_reserved(unsigned port)
{
	static const uint16_t some[] = {
		1,   7,	  9,   11,  13,	 15,  17,  19,	20,  21,  22,  23,
		25,  37,  53,  67,  68,	 69,  79,  80,	110, 111, 113, 123,
		135, 136, 137, 138, 139, 143, 161, 162, 177, 179, 389, 427,
		443, 445, 465, 512, 513, 514, 515, 520, 521, 546, 547, 587,
		593, 623, 646, 853, 993, 994, 995,
	};
	unsigned i;

	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (some[i] == port)
			return true;
	return false;
}

static unsigned low_ports(unsigned parity)
{
	unsigned port, count = 0;

	for (port = 1; port < 1024; port++)
		count += (port & 1) == parity && !is_reserved(port);
	return count;
}

/* Phones behind one address that all ask one gateway from port 500: more than
 * there are low ports of its parity. */
static const uint16_t crowd_rows[] = { 500, 1023, 2, 601 };

START_TEST(when_low_ports_are_used_up_others_follow)
{
	bool seen[65536] = { false };
	uint16_t port = crowd_rows[_i], got;
	unsigned i, low = 0, above = 0;
	struct world w;

	world_begin(&w, &(struct world_options){ .units = 1800,
						 .choosing = CHOOSE_TAKE,
						 .no_undo = true });
	for (i = 0; i < 800; i++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + i, port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		ck_assert_msg(!seen[got], "port %u twice", got);
		ck_assert_msg(!is_reserved(got), "port %u", got);
		ck_assert(got >= 1024 || (got & 1) == (port & 1));
		seen[got] = true;
		low += got < 1024;
		above += got >= 1024;
		/* Half of them are found easily. */
		ck_assert(above == 0 || i > 200);
	}
	/* Each one was found, after some looking. */
	ck_assert_uint_eq(low, low_ports(port & 1));
	ck_assert_int_eq(w.bindings, 800);
	world_end(&w);
}
END_TEST

/* Not even to a host that uses one itself. */
START_TEST(ports_that_stand_for_something_else_are_not_given_out)
{
	struct world w;
	unsigned port;
	uint16_t got;

	world_begin(&w, &(struct world_options){ .units = 2600,
						 .no_undo = true });
	for (port = 1; port < 1024; port++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + port,
					   (uint16_t)port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		ck_assert_msg(!is_reserved(got), "port %u for %u", got, port);
		world_wait(&w, 240000);
		ck_assert_int_eq(got == port, !is_reserved(port));
	}
	world_end(&w);
}
END_TEST

Suite *choose_suite(void)
{
	Suite *suite = suite_create("choose");
	TCase *ids = tcase_create("IDs");

	tcase_set_timeout(ids, 60);
	tcase_add_loop_test(ids, a_port_is_kept_or_its_range_and_parity_are, 0,
			    ROWS(ports));
	tcase_add_test(ids, high_ports_are_drawn_from_their_whole_range);
	tcase_add_loop_test(ids, when_low_ports_are_used_up_others_follow, 0,
			    ROWS(crowd_rows));
	tcase_add_test(ids,
		       ports_that_stand_for_something_else_are_not_given_out);
	suite_add_tcase(suite, ids);
	suite_add_tcase(suite, choose_adopted_case());
	suite_add_tcase(suite, choose_pool_case());
	suite_add_tcase(suite, choose_range_case());
	suite_add_tcase(suite, choose_callback_case());
	suite_add_tcase(suite, choose_release_case());
	return suite;
}
