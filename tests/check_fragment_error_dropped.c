/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors in fragments that are dropped or left alone. */
#include "fragment_error.h"

/* What makes that the first fragment is dropped. */
static void too_short(struct bytes *error, struct bytes fragments[3])
{
	make_fragments(error, 40, fragments);
}

static void not_a_multiple(struct bytes *error, struct bytes fragments[3])
{
	make_fragments(error, 64, fragments);
	fragments[0] = fragment_of(error, 0, 60);
}

static void wrong_quote(struct bytes *error, struct bytes fragments[3])
{
	error->data[28 + 10] ^= 1;
	make_fragments(error, 64, fragments);
}

static const struct dropped_row {
	void (*make)(struct bytes *error, struct bytes fragments[3]);
	unsigned result;
} dropped_rows[] = {
	{ too_short, VPNALG_DROP_FRAGMENT },
	{ not_a_multiple, VPNALG_DROP_MALFORMED },
	{ wrong_quote, VPNALG_DROP_CHECKSUM },
};

/* Nothing is held for it, and nothing comes out, in whatever order. */
START_TEST(the_fragments_of_an_error_are_dropped_with_its_first)
{
	const struct dropped_row *row = &dropped_rows[_i / 12];
	const unsigned *order = orders[_i / 2 % 6];
	bool inward = _i & 1, seen = false;
	struct bytes error, fragments[3];
	struct collected got = { 0 };
	unsigned i, result;

	error = error_about(&quoted_rows[1], inward,
			    inward ? ROUTER : CLIENT_A);
	row->make(&error, fragments);
	for (i = 0; i < 3; i++) {
		result = send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
				       &fragments[order[i]], &got);
		ck_assert_uint_eq(result, order[i] == 0 ? row->result
				  : seen ? VPNALG_DROP_FRAGMENT
					 : VPNALG_HELD);
		seen = seen || order[i] == 0;
	}
	ck_assert_uint_eq(got.count, 0);
}
END_TEST

/* An error about what the router has sent is the router's, in whatever order;
 * so it is where there is no general traffic. */
START_TEST(the_fragments_of_the_routers_error_are_left_alone)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	const unsigned *order = orders[_i / 2];
	struct bytes quote = udp_packet(OUTSIDE, 9, SERVER_2, 9, "x", 1);
	struct bytes error, fragments[3];
	struct vpnalg_packet p;
	unsigned i, result, left = 0;

	if (_i & 1) {
		world_forget(&w);
		fragment_world(&w, (struct world_options){
					   .protocols = &pptp,
					   .protocol_count = 1 });
	}
	grow(&quote, 1000);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote, 548);
	make_fragments(&error, 64, fragments);
	for (i = 0; i < 3; i++) {
		result = send_packet(&w, VPNALG_IN, &fragments[order[i]]);
		left += result == VPNALG_UNTOUCHED;
		while (vpnalg_next_held(w.alg, &p)) {
			ck_assert_uint_eq(p.result, VPNALG_UNTOUCHED);
			left++;
		}
	}
	ck_assert_uint_eq(left, 3);
}
END_TEST

/* A first fragment without all of the quoted IP header is a packet of ICMP: one
 * from inside is dropped, one from outside is the router's, and so are the
 * others, in whatever order. Without general traffic another NAT has them. */
START_TEST(a_first_fragment_without_a_quote_decides_on_the_others)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	const unsigned *order = orders[_i / 8];
	bool inward = _i & 1, alone = _i & 2;
	uint32_t from = inward ? ROUTER : CLIENT_A;
	uint32_t to = inward ? OUTSIDE : SERVER;
	struct bytes quote = udp_packet(to, 5000, SERVER, 53, "x", 1);
	struct bytes error = icmp_error(from, to, UNREACHABLE, &quote, 29);
	unsigned expected = inward || alone ? VPNALG_UNTOUCHED
					    : VPNALG_DROP_NO_SESSION;
	unsigned i, result, left = 0;
	struct bytes fragments[3];
	struct vpnalg_packet p;

	if (alone) {
		world_forget(&w);
		fragment_world(&w, (struct world_options){
					   .protocols = &pptp,
					   .protocol_count = 1 });
	}
	grow(&error, 500);
	make_fragments(&error, _i & 4 ? 24 : 8, fragments);
	for (i = 0; i < 3; i++) {
		result = send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT,
				     &fragments[order[i]]);
		if (order[i] == 0)
			ck_assert_uint_eq(result, expected);
		left += result == VPNALG_UNTOUCHED;
		while (vpnalg_next_held(w.alg, &p)) {
			ck_assert_uint_eq(p.result, VPNALG_UNTOUCHED);
			left++;
		}
	}
	ck_assert_uint_eq(left, inward || alone ? 3 : 0);
}
END_TEST

TCase *fragment_error_dropped_case(void)
{
	TCase *t = tcase_create("dropped errors in fragments");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, the_fragments_of_an_error_are_dropped_with_its_first, 0,
		12 * ROWS(dropped_rows));
	tcase_add_loop_test(t,
			    the_fragments_of_the_routers_error_are_left_alone,
			    0, 12);
	tcase_add_loop_test(
		t, a_first_fragment_without_a_quote_decides_on_the_others, 0,
		48);
	return t;
}
