/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of general traffic that are cut, and a store that fails. */
#include "cases.h"
#include "cut_packet.h"
#include "general.h"

#include <string.h>

static struct world w;

static void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

static struct bytes udp_to(uint32_t from, uint32_t to, uint16_t to_port)
{
	return udp_packet(from, 40000, to, to_port, "abc", 3);
}

/* Truncation */

static const struct cut_row cut_rows[] = {
	{ "UDP", UDP, 4, 8 },
	{ "TCP", TCP, 4, 20 },
	{ "ICMP", ICMP, 8, 8 },
};

static void renew(void)
{
	end();
	begin();
}

static struct bytes make(const struct cut_row *row, bool inward)
{
	uint32_t from = inward ? SERVER : CLIENT_A;
	uint32_t to = inward ? OUTSIDE : SERVER;
	uint16_t from_port = inward ? 53 : 40000, to_port = inward ? 40000 : 53;

	if (row->protocol == UDP)
		return udp_packet(from, from_port, to, to_port, "abcdefgh", 8);
	if (row->protocol == TCP)
		return tcp_packet(from, from_port, to, to_port, 1, 0, SYN,
				  "abcdefgh", 8);
	return icmp_query(from, to, inward ? ECHO_REPLY : ECHO, 40000, 1);
}

/* Not in memory, though there. */
START_TEST(a_packet_is_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes out = make(row, false), in = make(row, true);

	cut_in_memory(&w, row, &out, &in, renew);
}
END_TEST

/* Not there: the IP header says so. */
START_TEST(a_packet_ends_early_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes whole = make(row, false);

	cut_in_header(&w, row, &whole);
}
END_TEST

/* Quotes are as short as eight bytes, and may be shorter. There is no
 * session. */
START_TEST(a_quote_is_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes quote = make(row, true), p;
	uint32_t length;

	put32(quote.data + 16, CLIENT_A);
	for (length = 0; length <= quote.length; length++) {
		p = icmp_error(CLIENT_A, SERVER, 3, &quote, length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  length < 20 ? VPNALG_DROP_NO_SESSION
				  : length < 20U + row->key
					  ? VPNALG_DROP_QUOTE_SHORT
					  : VPNALG_DROP_ICMP_ERROR);
	}
}
END_TEST

/* A store that fails at any point costs the packet at hand. */
static void retry(struct bytes p, unsigned *drops)
{
	long records = w.records, keys = w.keys, bindings = w.bindings;

	if (send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED)
		return;
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
	ck_assert_int_eq(w.records, records);
	ck_assert_int_eq(w.keys, keys);
	ck_assert_int_eq(w.bindings, bindings);
	++*drops;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

START_TEST(a_store_that_fails_costs_one_packet_of_general_traffic)
{
	unsigned drops = 1;
	long n;

	for (n = 1; drops == 1; n++) {
		end();
		general_world(&w, (struct world_options){
					  .choosing = CHOOSE_TAKE,
					  .general = { .filtering =
							       (uint8_t)_i } });
		w.fail_in = n;
		drops = 0;
		retry(make(&cut_rows[0], false), &drops);
		retry(make(&cut_rows[1], false), &drops);
		retry(make(&cut_rows[2], false), &drops);
		retry(udp_to(CLIENT_A, SERVER_2, 53), &drops);
		retry(udp_to(CLIENT_A, SERVER_2, 54), &drops);
		ck_assert_uint_le(drops, 1);
		ck_assert_uint_eq(udp_in(&w, SERVER_2, 54, 40000),
				  VPNALG_TRANSLATED);
	}
	/* Three mappings, five sessions, and three permissions by address. */
	ck_assert_int_eq(n, 3 * (_i == 1 ? 11 : 8) + 2);
}
END_TEST

TCase *general_cut_case(void)
{
	TCase *t = tcase_create("general cut");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_packet_is_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(t, a_packet_ends_early_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(t, a_quote_is_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(
		t, a_store_that_fails_costs_one_packet_of_general_traffic, 0,
		3);
	return t;
}
