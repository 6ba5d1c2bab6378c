/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP by ports: the life and the ends of flows. */
#include "l2tp.h"

START_TEST(silence_of_five_minutes_from_inside_is_the_end)
{
	struct tunnel t = a_tunnel();

	t.port = 40000;
	tunnel_begin(&w, &t);
	w.now += 200000;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	w.now += 299999;
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(an_end_from_outside_that_the_host_accepts_is_one)
{
	struct tunnel t = a_tunnel();
	struct bytes zlb = l2tp_control(2, 100, 3, 0);

	t.port = 40000;
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_says(&w, &t, &zlb), VPNALG_TRANSLATED);
	w.now += 99999;
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_says(&w, &t, &zlb), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(an_end_from_outside_is_taken_back_by_who_goes_on)
{
	struct tunnel t = a_tunnel();

	t.port = 40000;
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(server_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1); /* on its way already */
	w.now += 60000;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	w.now += 299999;
	tunnel_carries(&w, &t, 2);
}
END_TEST

START_TEST(an_end_from_inside_stands_unless_the_host_requests_again)
{
	struct tunnel t = a_tunnel();

	t.port = 40000;
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(client_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	w.now += 50000;
	tunnel_begin(&w, &t);
	w.now += 100000;
	tunnel_carries(&w, &t, 2);
	ck_assert_uint_eq(client_tells(&w, &t, STOPCCN), VPNALG_TRANSLATED);
	w.now += 100000;
	ck_assert_uint_eq(server_tells(&w, &t, HELLO), VPNALG_UNTOUCHED);
}
END_TEST

TCase *l2tp_life_case(void)
{
	TCase *t = tcase_create("life of flows");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, silence_of_five_minutes_from_inside_is_the_end);
	tcase_add_test(t, an_end_from_outside_that_the_host_accepts_is_one);
	tcase_add_test(t, an_end_from_outside_is_taken_back_by_who_goes_on);
	tcase_add_test(
		t, an_end_from_inside_stands_unless_the_host_requests_again);
	return t;
}
