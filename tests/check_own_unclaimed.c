/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE and L2TP of the router, and packets that no session takes. */
#include "own_vpn.h"

/* Packets that no session takes, of a remote with which a host talks. */
static const struct unknown_row {
	const char *name;
	uint8_t protocol;
	bool router_first; /* who is first has all that is unknown */
} unknown_rows[] = {
	{ "a call's data", GRE, false },
	{ "L2TP over IP", 115, true },
	{ "keyed GRE", 0, false },
};

static struct bytes gre_keyed(uint32_t source, uint32_t remote, uint32_t key)
{
	uint8_t gre[12] = { 0x20, 0, 8, 0 };

	put32(gre + 4, key);
	return ip_packet(source, remote, GRE, gre, sizeof(gre));
}

static struct bytes l2tp_over_ip(uint32_t source, uint32_t remote, uint32_t id)
{
	uint8_t l2tp[12] = { 0 };

	put32(l2tp, id);
	return ip_packet(source, remote, 115, l2tp, sizeof(l2tp));
}

static struct bytes unknown(const struct unknown_row *row, uint32_t source,
			    uint32_t remote, uint32_t id)
{
	if (row->protocol == 115)
		return l2tp_over_ip(source, remote, id);
	if (row->protocol == GRE)
		return gre_packet(source, remote, (uint16_t)id, 1);
	return gre_keyed(source, remote, id);
}

static void begin_to_send(const struct unknown_row *row, uint32_t host)
{
	struct connection c = { 0 };
	struct routers_client router;
	struct bytes p;

	if (row->protocol == GRE && host == OUTSIDE) {
		routers_connects(&router);
	} else if (row->protocol == GRE) {
		start_control(&w, &c, host, 4000, SERVER);
	} else {
		p = unknown(row, host, SERVER, host & 0xff);
		send_packet(&w, VPNALG_OUT, &p);
	}
}

START_TEST(what_no_session_takes_may_be_the_routers)
{
	const struct unknown_row *row = &unknown_rows[_i];
	struct bytes p = unknown(row, SERVER, OUTSIDE, 999);

	begin_with((struct world_options){ .own = true });
	if (row->router_first)
		begin_to_send(row, OUTSIDE);
	begin_to_send(row, CLIENT_A);
	begin_to_send(row, CLIENT_B);
	if (!row->router_first) {
		ck_assert_msg(send_packet(&w, VPNALG_IN, &p) ==
				      VPNALG_DROP_GUARDED,
			      "%s", row->name);
		begin_to_send(row, OUTSIDE);
	}
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", row->name, vpnalg_result_text(w.last.result));
	end();
}
END_TEST

/* The remote's Key of the router's own tunnel, or none, is not learned for a
 * host: nothing is translated. */
START_TEST(the_routers_gre_comes_in_with_any_key)
{
	uint8_t without[8] = { 0x10, 0, 8, 0, 0, 0, 0, 0x7b };
	struct bytes p = gre_keyed(OUTSIDE, SERVER, 7);

	begin();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(SERVER, OUTSIDE, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = ip_packet(SERVER, OUTSIDE, GRE, without, sizeof(without));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(SERVER, OUTSIDE, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	end();
}
END_TEST

START_TEST(a_key_of_the_routers_is_no_hosts)
{
	struct bytes p = gre_keyed(OUTSIDE, SERVER, 7);

	begin();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(CLIENT_A, SERVER, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	p = gre_keyed(CLIENT_A, SERVER, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre_keyed(SERVER, OUTSIDE, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = gre_keyed(SERVER, OUTSIDE, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(CLIENT_B, SERVER, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	end();
}
END_TEST

/* L2TP: the router's client from port 1701, as the kernel's is, and two
 * inside. */
static void routers_l2tp(bool out, uint32_t id, uint16_t ns, unsigned type,
			 uint32_t assigned)
{
	struct bytes m = l2tp_control(2, id, ns, type), p;

	if (assigned != 0)
		l2tp_avp(&m, 9, 2, assigned);
	p = out ? l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m)
		: l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, out ? VPNALG_OUT : VPNALG_IN, &p),
			  VPNALG_UNTOUCHED);
}

static void routers_l2tp_carries(void)
{
	struct bytes m = l2tp_data2(600, 1, 9), p;

	p = l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	m = l2tp_data2(60, 1, 9);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}

static const bool fixed_port_rows[] = { false, true };

START_TEST(the_routers_l2tp_client_beside_two_inside)
{
	struct tunnel t[2] = {
		{ .client = CLIENT_A, .server = SERVER, .port = L2TP,
		  .version = 2, .own = 60, .peer = 601,
		  .fixed_port = fixed_port_rows[_i] },
		{ .client = CLIENT_B, .server = SERVER, .port = L2TP,
		  .version = 2, .own = 61, .peer = 602,
		  .fixed_port = fixed_port_rows[_i] },
	};

	begin_with((struct world_options){ .own = true });
	w.options.no_undo = true;
	routers_l2tp(true, 0, 0, SCCRQ, 60);
	routers_l2tp(false, 60, 0, SCCRP, 600);
	routers_l2tp(true, 600, 1, SCCCN, 0);
	routers_l2tp_carries();
	tunnel_begin(&w, &t[0]);
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[0], 1);
	tunnel_carries(&w, &t[1], 2);
	routers_l2tp_carries();
	end();
}
END_TEST

/* What answers the router's SCCRQ at port 1701, where its own stack does not
 * hear it, is left alone all the same. */
START_TEST(an_answer_to_the_router_is_not_translated_for_it)
{
	struct tunnel t = { .client = CLIENT_A, .server = SERVER, .port = L2TP,
			    .version = 2, .own = 60, .peer = 601,
			    .fixed_port = true };
	struct bytes ask = l2tp_control(2, 0, 0, SCCRQ);
	struct bytes answer = l2tp_control(2, 8, 0, SCCRP);
	struct bytes p;

	begin_with((struct world_options){ .own = true });
	w.options.no_undo = true;
	if (_i == 1)
		tunnel_begin(&w, &t);
	l2tp_avp(&ask, 36, 4, 0x01020304);
	l2tp_hidden_avp(&ask, 9);
	l2tp_avp(&answer, 36, 4, 0x01020304);
	l2tp_hidden_avp(&answer, 9);
	p = l2tp_packet(OUTSIDE, 40000, SERVER, L2TP, &ask);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_UNTOUCHED);
		w.now += 2000;
	}
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &answer);
	ck_assert_uint_ne(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	end();
}
END_TEST

TCase *own_unclaimed_case(void)
{
	TCase *t = tcase_create("own GRE and L2TP");

	tcase_add_loop_test(t, what_no_session_takes_may_be_the_routers, 0,
			    ROWS(unknown_rows));
	tcase_add_test(t, a_key_of_the_routers_is_no_hosts);
	tcase_add_test(t, the_routers_gre_comes_in_with_any_key);
	tcase_add_loop_test(t, an_answer_to_the_router_is_not_translated_for_it,
			    0, 2);
	tcase_add_loop_test(t, the_routers_l2tp_client_beside_two_inside, 0,
			    ROWS(fixed_port_rows));
	return t;
}
