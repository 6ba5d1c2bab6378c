/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that come in fragments themselves. */
#include "fragment_error.h"

/* Where the first fragment ends, behind the IP header: it quotes 20 bytes and
 * more behind the quoted one. */
static const uint32_t ends[] = { 48, 56, 64, 480 };

static void begin_call(void)
{
	struct connection c = { 0 };

	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	call_id = call_out(&w, &c, 7, 90);
}

static void judge_orders(const struct quoted *row, bool inward,
			 uint32_t sender)
{
	struct bytes error = error_about(row, inward, sender), fragments[3];
	struct bytes expected, whole;
	struct collected got;
	unsigned order, i, end;

	ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT,
				      &error), VPNALG_TRANSLATED);
	expected = last();
	for (end = 0; end < ROWS(ends); end++)
		for (order = 0; order < 6; order++) {
			set_ip_id(&error, (uint16_t)(100 + end * 6 + order));
			make_fragments(&error, ends[end], fragments);
			got = (struct collected){ .count = 0 };
			for (i = 0; i < 3; i++)
				send_fragment(&w,
					      inward ? VPNALG_IN : VPNALG_OUT,
					      &fragments[orders[order][i]],
					      &got);
			ck_assert_msg(put_together(&got, &whole),
				      "%s, %u bytes, order %u", row->what,
				      ends[end], order);
			set_ip_id(&whole, id_of(&expected));
			ck_assert_uint_eq(whole.length, expected.length);
			ck_assert_mem_eq(whole.data, expected.data,
					 whole.length);
		}
}

START_TEST(the_fragments_of_an_error_follow_its_first)
{
	bool inward = _i & 1;

	begin_call();
	judge_orders(&quoted_rows[_i / 2], inward, inward ? ROUTER : CLIENT_A);
}
END_TEST

/* Which is given another source, in all of its fragments. */
START_TEST(so_do_those_of_a_router_inside)
{
	world_forget(&w);
	fragment_world(&w, (struct world_options){ .no_undo = true });
	begin_call();
	judge_orders(&quoted_rows[_i], false, INSIDE_ROUTER);
}
END_TEST

/* Undo does not know the router, and forgets nothing of it. */
START_TEST(undo_leaves_what_is_known_of_an_errors_fragments)
{
	struct bytes error, fragments[3], first;
	struct collected got = { 0 };

	world_forget(&w);
	fragment_world(&w, (struct world_options){ .no_undo = true });
	error = error_about(&quoted_rows[0], false, INSIDE_ROUTER);
	make_fragments(&error, 48, fragments);
	send_fragment(&w, VPNALG_OUT, &fragments[0], &got);
	first = last();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &first),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_of(&fragments[0]), get16(w.bytes + 4));
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &fragments[1], &got),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Errors of one Identification, of two hosts: outside they differ. */
START_TEST(errors_of_two_hosts_do_not_mix)
{
	struct bytes p, error, fragments[2][3], whole;
	struct collected got[2] = { { 0 }, { 0 } };
	unsigned host, i;

	for (host = 0; host < 2; host++) {
		p = udp_packet(host ? CLIENT_B : CLIENT_A, 5000, SERVER, 53,
			       "x", 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		p = udp_packet(SERVER, 53, host ? CLIENT_B : CLIENT_A, 5000,
			       "x", 1);
		grow(&p, 1000);
		error = icmp_error(host ? CLIENT_B : CLIENT_A, SERVER,
				   UNREACHABLE, &p, 548);
		set_ip_id(&error, 77);
		make_fragments(&error, 64, fragments[host]);
	}
	for (i = 0; i < 3; i++)
		for (host = 0; host < 2; host++)
			send_fragment(&w, VPNALG_OUT, &fragments[host][i],
				      &got[host]);
	for (host = 0; host < 2; host++)
		ck_assert(put_together(&got[host], &whole) &&
			  checksums_right(whole.data, whole.length));
	ck_assert_uint_ne(id_of(&got[0].packets[0]), id_of(&got[1].packets[0]));
}
END_TEST

/* Of which nothing but the IP header is rewritten: 8 bytes behind it do. */
START_TEST(the_fragments_of_an_error_about_a_fragment_follow_its_first)
{
	unsigned part = _i & 1, i;
	const unsigned *order = orders[_i / 2];
	struct bytes error, fragments[3], whole;
	struct collected got = { 0 };

	send_all();
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &outside[0][part],
			   500);
	set_ip_id(&error, 77);
	make_fragments(&error, part ? 40 : 64, fragments);
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &fragments[order[i]], &got);
	ck_assert(put_together(&got, &whole));
	ck_assert(checksums_right(whole.data, whole.length));
	ck_assert_mem_eq(whole.data + 28, inside[0][part].data, 500);
}
END_TEST

/* A wrong checksum of ICMP cannot be seen, and stays wrong. */
START_TEST(an_error_in_fragments_keeps_a_wrong_checksum)
{
	struct bytes error = error_about(&quoted_rows[0], true, ROUTER);
	struct bytes fragments[3], whole;
	struct collected got = { 0 };
	unsigned i;

	error.data[22] ^= 1;
	make_fragments(&error, 64, fragments);
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &fragments[i], &got);
	ck_assert(put_together(&got, &whole));
	ck_assert(!checksums_right(whole.data, whole.length));
	put16(whole.data + 22, get16(whole.data + 22) ^ 0x100);
	ck_assert(checksums_right(whole.data, whole.length));
}
END_TEST

/* Without general traffic a later fragment of ICMP is nobody's by itself. */
START_TEST(an_error_about_a_vpn_needs_no_general_traffic)
{
	static const struct vpnalg_protocol pptp = { vpnalg_pptp, NULL };
	bool inward = _i & 1;

	world_forget(&w);
	fragment_world(&w, (struct world_options){ .protocols = &pptp,
						   .protocol_count = 1 });
	begin_call();
	judge_orders(&quoted_rows[2], inward, inward ? ROUTER : CLIENT_A);
}
END_TEST

TCase *fragment_error_parts_case(void)
{
	TCase *t = tcase_create("errors in fragments");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, the_fragments_of_an_error_follow_its_first, 0,
			    2 * ROWS(quoted_rows));
	tcase_add_loop_test(t, so_do_those_of_a_router_inside, 0,
			    ROWS(quoted_rows));
	tcase_add_test(t, undo_leaves_what_is_known_of_an_errors_fragments);
	tcase_add_test(t, errors_of_two_hosts_do_not_mix);
	tcase_add_loop_test(
		t, the_fragments_of_an_error_about_a_fragment_follow_its_first,
		0, 12);
	tcase_add_test(t, an_error_in_fragments_keeps_a_wrong_checksum);
	tcase_add_loop_test(t, an_error_about_a_vpn_needs_no_general_traffic, 0,
			    2);
	return t;
}
