/* SPDX-License-Identifier: BSD-2-Clause */
/* The Call IDs of the peer. */
#include "pptp_call_id.h"

/* The peer's IDs */

/* Two calls of one host and one peer ID: the newer is gone, and what comes in
 * to the older gives it its way out again, without a sweep. */
START_TEST(gre_from_outside_gives_a_call_its_peer_id_back)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes bye = message(13, PEER, 0, 0);

	start_control(&w, &d, CLIENT_A, 4001, SERVER);
	call_out(&w, &d, OWN + 1, PEER);
	server_sends(&w, &d, bye.data, bye.length);
	w.now += 200000;
	ck_assert_uint_eq(gre_in(id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

/* Three hosts, one peer ID. The last one is answered with another ID and then
 * with that one again, which it takes from nobody: it is shared all the same,
 * and undo must not mistake the first one's packets for its. */
START_TEST(a_peer_id_is_shared_whoever_held_it_last)
{
	static const uint32_t hosts[] = { CLIENT_A, CLIENT_B, CLIENT_C };
	static const uint16_t answers[] = { PEER + 1, PEER };
	struct bytes p;
	uint16_t id = 0;
	unsigned i;

	for (i = 0; i < 3; i++) {
		start_control(&w, &d, hosts[i], 5000, SERVER);
		id = call_out(&w, &d, OWN, PEER);
	}
	for (i = 0; i < 2; i++) {
		client_segment(&w, &d, d.client_seq, ACK, NULL, 0);
		server_says(&w, &d, 8, answers[i], id, 1);
	}
	for (i = 0; i < 3; i++) {
		p = gre_packet(hosts[i], SERVER, PEER, 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	p = gre_packet(OUTSIDE, SERVER, PEER, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
}
END_TEST

START_TEST(a_call_has_the_same_flags_whatever_its_peer_id)
{
	uint16_t id;
	uint8_t flags;

	out(7, OWN, 1, 0);
	id = get16(payload(&w) + 12);
	flags = inside_record(&w, CLIENT_A, GRE, OWN, 0)->flags;
	in(8, PEER, id, 1);
	ck_assert_uint_eq(inside_record(&w, CLIENT_A, GRE, OWN, 0)->flags,
			  flags);
	in(8, PEER + 1, id, 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(inside_record(&w, CLIENT_A, GRE, OWN, 0)->flags,
			  flags);
}
END_TEST

/* Two hosts' calls have one peer's ID, until the server gives one of them
 * another. What only that ID tells is told by it again. */
START_TEST(a_call_with_a_new_peer_id_shares_nothing_any_more)
{
	struct bytes gre = gre_packet(OUTSIDE, SERVER, PEER + 1, 1);
	uint16_t id;

	begin_anew((struct world_options){ .no_undo = true });
	id = call_out(&w, &c, OWN, PEER);
	start_control(&w, &d, CLIENT_B, 4001, SERVER);
	call_out(&w, &d, OWN + 7, PEER);
	in(8, PEER + 1, id, 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &gre),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_A);
}
END_TEST

TCase *pptp_peer_id_case(void)
{
	TCase *t = tcase_create("peer IDs");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, gre_from_outside_gives_a_call_its_peer_id_back);
	tcase_add_test(t, a_peer_id_is_shared_whoever_held_it_last);
	tcase_add_test(t, a_call_has_the_same_flags_whatever_its_peer_id);
	tcase_add_test(t, a_call_with_a_new_peer_id_shares_nothing_any_more);
	return t;
}
