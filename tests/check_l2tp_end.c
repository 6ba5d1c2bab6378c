/* SPDX-License-Identifier: BSD-2-Clause */
/* The ends of tunnels that share port 1701. */
#include "l2tp_shared.h"

START_TEST(an_end_from_either_side_gives_the_id_back)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	if (_i == 0) {
		ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN),
				  VPNALG_TRANSLATED);
	} else {
		ck_assert_uint_eq(client_tells(&w, &t[1], STOPCCN),
				  VPNALG_TRANSLATED);
		/* Its Assigned Tunnel ID is the outside one, too. */
		ck_assert_uint_eq(get16(l2tp(&w) + 34), t[1].outside_own);
	}
	world_wait(&w, 99999);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	tunnel_carries(&w, &t[0], 1);
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[1], 2);
}
END_TEST

START_TEST(an_end_from_outside_is_taken_back_by_a_host_that_goes_on)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	w.now += 4000;
	tunnel_carries(&w, &t[1], 1);
	world_wait(&w, 99999);
	tunnel_carries(&w, &t[1], 2);
}
END_TEST

/* The end is that of what it had before. */
START_TEST(a_tunnel_that_begins_in_a_linger_goes_on)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	ck_assert_uint_eq(tunnel_requests(&w, &t[1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	t[1].peer = 300;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t[1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t[1]), VPNALG_TRANSLATED);
	world_wait(&w, 200000);
	ck_assert_uint_eq(server_tells(&w, &t[1], HELLO), VPNALG_TRANSLATED);
}
END_TEST

/* Opened by another packet than an SCCRQ, as after a restart of the router:
 * such a flow has port 1701 to share from the start. */
START_TEST(a_resumed_flow_cannot_end_anothers_tunnel)
{
	struct tunnel t = fixed_tunnel(0), other = fixed_tunnel(1);

	t.outside = OUTSIDE;
	t.outside_port = L2TP;
	t.outside_own = t.own;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
	tunnel_begin(&w, &other);
	ck_assert_uint_eq(client_tells(&w, &t, STOPCCN),
			  VPNALG_DROP_NO_SESSION);
	t.peer = 0;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &other, 2);
}
END_TEST

START_TEST(a_client_that_was_restarted_has_its_tunnel_again)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	t[1].peer = 300;
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[0], 2);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 2);
}
END_TEST

START_TEST(a_busy_tunnel_lives_and_a_silent_one_dies)
{
	struct tunnel t[2];
	unsigned i;

	begin_tunnels(t, 2);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 60000);
		tunnel_carries(&w, &t[1], i);
	}
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	ck_assert_uint_eq(closed(&w, KIND_FLOW), 1);
}
END_TEST

TCase *l2tp_end_case(void)
{
	TCase *t = tcase_create("ends of tunnels");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_end_from_either_side_gives_the_id_back, 0, 2);
	tcase_add_test(
		t, an_end_from_outside_is_taken_back_by_a_host_that_goes_on);
	tcase_add_test(t, a_tunnel_that_begins_in_a_linger_goes_on);
	tcase_add_test(t, a_resumed_flow_cannot_end_anothers_tunnel);
	tcase_add_test(t, a_client_that_was_restarted_has_its_tunnel_again);
	tcase_add_test(t, a_busy_tunnel_lives_and_a_silent_one_dies);
	return t;
}
