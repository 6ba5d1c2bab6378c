/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of other protocols that are cut or fragmented, and a store that
 * fails. */
#include "general_other.h"
#include "cut_packet.h"

/* --- Cut, fragmented, quoted, and a store that fails. */

static const struct cut_row cut_rows[] = {
	{ "SCTP", SCTP, 4, 12 },
	{ "DCCP", DCCP, 4, 12 },
	{ "UDP-Lite", UDPLITE, 4, 8 },
	{ "IPv6", 41, 0, 0 },
	{ "GRE", GRE, 4, 4 },
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

	if (row->protocol == GRE || row->protocol == 41)
		return plain(from, to, row->protocol, EOIP);
	return transport_packet(row->protocol, from, 7000, to, 7000, 0);
}

START_TEST(other_packets_are_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes out = make(row, false), in = make(row, true);

	cut_in_memory(&w, row, &out, &in, renew);
}
END_TEST

START_TEST(other_packets_end_early_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes whole = make(row, false);

	cut_in_header(&w, row, &whole);
}
END_TEST

/* A later one has no ports, and GRE's no version. */
START_TEST(fragments_of_other_protocols_do_not_leave)
{
	struct bytes p = make(&cut_rows[_i], false);

	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	set_fragment(&p, 0x0005);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(a_store_that_fails_costs_one_packet_of_other_protocols)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p = make(row, false);
	long n;

	for (n = 1; n <= 3; n++) { /* a record and its two keys */
		w.fail_in = n;
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_DROP_STORE);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
	}
	w.fail_in = 4;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

TCase *general_other_cut_case(void)
{
	TCase *t = tcase_create("general other cut");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, other_packets_are_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(t, other_packets_end_early_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(t, fragments_of_other_protocols_do_not_leave, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(
		t, a_store_that_fails_costs_one_packet_of_other_protocols, 0,
		ROWS(cut_rows));
	return t;
}
