/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP clients that share port 1701. */
#include "l2tp_shared.h"

START_TEST(ten_clients_of_one_tunnel_id_share_the_port)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct tunnel t[10];
	unsigned i, round;

	if (_i == 1) { /* known beforehand: no SCCRQ is sent twice */
		world_end(&w);
		l2tp_world(&w, (struct world_options){ .protocols = protocols,
						       .protocol_count = 1 });
	}
	begin_tunnels(t, 10);
	for (round = 0; round < 2; round++)
		for (i = 0; i < 10; i++)
			tunnel_carries(&w, &t[i], 0x1000 * round + i);
	for (i = 0; i < 10; i++)
		ck_assert_uint_eq(server_tells(&w, &t[i], HELLO),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 10);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_AMBIGUOUS), _i == 0);
}
END_TEST

START_TEST(a_client_may_use_any_port_of_its_own)
{
	struct tunnel t[3];
	unsigned i;

	for (i = 0; i < 3; i++) {
		t[i] = fixed_tunnel(i);
		t[i].port = (uint16_t)(40000 + i);
		tunnel_begin(&w, &t[i]);
	}
	for (i = 0; i < 3; i++)
		tunnel_carries(&w, &t[i], i);
	/* No host has port 1701 itself. Other packets that come there are no
	 * one's. */
	t[0].outside_own = 4711;
	ck_assert_uint_eq(server_tells(&w, &t[0], HELLO), VPNALG_DROP_GUARDED);
}
END_TEST

START_TEST(two_tunnels_of_one_client_and_port_are_two)
{
	struct tunnel t[3];

	begin_tunnels(t, 2);
	t[2] = t[1];
	t[2].own = 8;
	t[2].peer = 105;
	tunnel_begin(&w, &t[2]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[2], 2);
	ck_assert_uint_eq(client_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	tunnel_carries(&w, &t[2], 3);
}
END_TEST

/* Two programs of one host, which know nothing of each other. */
START_TEST(two_ports_of_one_client_may_have_equal_ids)
{
	struct tunnel t[3];

	begin_tunnels(t, 2);
	t[2] = fixed_tunnel(1);
	t[2].port = 40000;
	t[2].peer = 105;
	tunnel_begin(&w, &t[2]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[2], 2);
}
END_TEST

/* Until one is answered the others wait, at most three seconds each. */
START_TEST(an_unknown_server_gets_one_request_at_a_time)
{
	struct tunnel a = fixed_tunnel(0), b = fixed_tunnel(1);
	struct tunnel c = fixed_tunnel(2);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	w.now += 2999;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	w.now += 1;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_requests(&w, &c), VPNALG_DROP_HELD);
	c.server = SERVER_2;
	ck_assert_uint_eq(tunnel_requests(&w, &c), VPNALG_TRANSLATED);
	w.now += 3000;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(an_answered_host_holds_nobody_back)
{
	struct tunnel a = fixed_tunnel(0), b = fixed_tunnel(1);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_ne(b.outside_port, L2TP);
}
END_TEST

/* The tunnel that the first SCCRQ of b has made at the server ends there
 * for want of an answer, and its end must not be a's. */
START_TEST(a_tunnel_that_the_server_misunderstood_is_nobodys)
{
	struct tunnel a = fixed_tunnel(0), b = fixed_tunnel(1), stale;

	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	stale = b;
	stale.peer = 999;
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	tunnel_begin(&w, &b);
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(server_tells(&w, &stale, STOPCCN),
			  VPNALG_DROP_AMBIGUOUS);
	w.now += 110000;
	tunnel_carries(&w, &a, 1);
	tunnel_carries(&w, &b, 2);
}
END_TEST

/* Only the server's own answer shows a fixed port. */
START_TEST(a_misdirected_answer_to_another_request_proves_nothing)
{
	struct tunnel a = fixed_tunnel(0), b = fixed_tunnel(1), stale;

	tunnel_begin(&w, &a);
	b.own = 8;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	stale = b;
	stale.outside_own = 9;
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	b.fixed_port = false;
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_TRANSLATED);
	tunnel_carries(&w, &b, 1);
}
END_TEST

START_TEST(data_of_no_tunnel_does_not_go_out_of_a_shared_port)
{
	struct tunnel t[2];
	struct bytes m = l2tp_data2(555, 5, 1);

	begin_tunnels(t, 2);
	ck_assert_uint_eq(tunnel_says(&w, &t[1], &m), VPNALG_DROP_NO_SESSION);
	m = l2tp_data2(555, 5, 1);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_NO_SESSION);
}
END_TEST

START_TEST(a_shared_port_is_not_for_other_ports_of_the_server)
{
	struct tunnel t[2];
	struct bytes m = l2tp_data2(7, 5, 1);

	begin_tunnels(t, 2);
	put16(m.data + 2, t[1].outside_own);
	t[1].answer_port = 5000;
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN),
			  VPNALG_DROP_PORT_HELD);
}
END_TEST

/* All forms of data: the Tunnel ID is where the flags say. */
START_TEST(data_is_distinguished_whatever_its_header)
{
	static const uint16_t flags[] = { 0x0002, 0x4002, 0x0802, 0x0202,
					  0x4802, 0x4a02, 0x4b02 };
	unsigned at = flags[_i] & 0x4000 ? 4 : 2, length = at + 4;
	struct bytes m = { .length = 24 };
	struct tunnel t[2];

	begin_tunnels(t, 2);
	put16(m.data, flags[_i]);
	put16(m.data + 2, 24);
	put16(m.data + at, t[1].outside_own);
	if (flags[_i] & 0x0800)
		length += 4;
	if (flags[_i] & 0x0200)
		put16(m.data + length, 2);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), t[1].client);
	put16(m.data + at, 7);
	ck_assert_mem_eq(l2tp(&w), m.data, m.length);
}
END_TEST

TCase *l2tp_shared_case(void)
{
	TCase *t = tcase_create("shared port");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, ten_clients_of_one_tunnel_id_share_the_port, 0,
			    2);
	tcase_add_test(t, a_client_may_use_any_port_of_its_own);
	tcase_add_test(t, two_tunnels_of_one_client_and_port_are_two);
	tcase_add_test(t, two_ports_of_one_client_may_have_equal_ids);
	tcase_add_test(t, an_unknown_server_gets_one_request_at_a_time);
	tcase_add_test(t, an_answered_host_holds_nobody_back);
	tcase_add_test(t, a_tunnel_that_the_server_misunderstood_is_nobodys);
	tcase_add_test(t,
		       a_misdirected_answer_to_another_request_proves_nothing);
	tcase_add_test(t,
		       data_of_no_tunnel_does_not_go_out_of_a_shared_port);
	tcase_add_test(t, a_shared_port_is_not_for_other_ports_of_the_server);
	tcase_add_loop_test(t, data_is_distinguished_whatever_its_header, 0, 7);
	return t;
}
