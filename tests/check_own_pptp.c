/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP of the router beside that of inside hosts. */
#include "own_vpn.h"

static void routers_calls(struct routers_client *c, uint16_t own, uint16_t peer)
{
	routers_says(c, true, 7, own, 0);
	routers_says(c, false, 8, peer, own);
}

static void check_routers_call(uint16_t own, uint16_t peer)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, OUTSIDE, SERVER, peer),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, own),
			  VPNALG_UNTOUCHED);
}

static void check_call(uint32_t client, uint16_t own, uint16_t outside,
		       uint16_t peer)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), client);
	ck_assert_uint_eq(gre_call_id(&w), own);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, client, SERVER, peer),
			  VPNALG_TRANSLATED);
}

START_TEST(the_routers_pptp_client_beside_two_inside)
{
	struct routers_client router;
	struct connection a = { 0 }, b = { 0 };
	uint16_t outside_a, outside_b;

	begin();
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	routers_connects(&router);
	routers_calls(&router, 5, 70);
	start_control(&w, &a, CLIENT_A, 40000, SERVER);
	ck_assert_uint_ne(a.outside_port, 40000);
	start_control(&w, &b, CLIENT_B, 40000, SERVER);
	outside_a = call_out(&w, &a, 5, 71);
	outside_b = call_out(&w, &b, 5, 70); /* the server's may be equal */
	ck_assert_uint_ne(outside_a, 5);
	ck_assert_uint_ne(outside_b, 5);
	check_call(CLIENT_A, 5, outside_a, 71);
	check_call(CLIENT_B, 5, outside_b, 70);
	check_routers_call(5, 70);
	routers_says(&router, true, 12, 5, 0);
	routers_says(&router, false, 13, 70, 0);
	check_call(CLIENT_A, 5, outside_a, 71);
	end();
}
END_TEST

START_TEST(the_router_calls_with_an_id_that_a_host_has)
{
	struct routers_client router;
	struct connection a = { 0 };

	begin();
	memset(&a, 0, sizeof(a));
	start_control(&w, &a, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(call_out(&w, &a, 5, 71), 5);
	routers_connects(&router);
	routers_calls(&router, 5, 70);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, OUTSIDE, SERVER, 70),
			  VPNALG_UNTOUCHED);
	check_call(CLIENT_A, 5, 5, 71);
	routers_calls(&router, 6, 72);
	check_routers_call(6, 72);
	end();
}
END_TEST

/* More than fits into the copy: its tail is not read, and nothing is cut. */
START_TEST(a_long_segment_of_the_routers_stays_whole)
{
	struct routers_client router;
	struct bytes m = { 0 };

	begin();
	routers_connects(&router);
	m.length = 1400;
	memset(m.data, 0x55, m.length);
	routers_segment(&router, true, PSH | ACK, &m);
	routers_segment(&router, false, PSH | ACK, &m);
	end();
}
END_TEST

TCase *own_pptp_case(void)
{
	TCase *t = tcase_create("own PPTP");

	tcase_add_test(t, the_routers_pptp_client_beside_two_inside);
	tcase_add_test(t, the_router_calls_with_an_id_that_a_host_has);
	tcase_add_test(t, a_long_segment_of_the_routers_stays_whole);
	return t;
}
