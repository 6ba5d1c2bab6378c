/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about L2TP from a shared port. */
#include "l2tp_shared.h"

/* Eight quoted bytes show ports alone: they tell that it is no packet of the
 * shared flow (send_packet() undoes what was translated). */
START_TEST(an_error_about_other_packets_of_its_port_is_not_the_flows)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 }, { vpnalg_general, NULL },
	};
	struct tunnel t = { .client = CLIENT_A, .server = SERVER,
			    .port = 40000, .version = 2, .own = 7,
			    .peer = 100, .fixed_port = true };
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 4500, "data", 4);
	struct bytes gone = { 0 }, error;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 2 });
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(t.outside_port, L2TP);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	memcpy(gone.data, w.bytes, w.length);
	gone.length = w.length;
	error = icmp_error(STRANGER, OUTSIDE, 3, &gone, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* Eight quoted bytes of port 1701 do where one host alone has it. */

static void begin_fixed(void)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 1 });
}

/* Errors with a short quote, about what has gone out from port 1701 and what
 * has come in there, for the host of a tunnel; or with that result. */
static void complain(const struct tunnel *t, uint32_t length, unsigned result)
{
	struct bytes m = l2tp_data2((uint16_t)t->peer, 1, 7), p, error;

	p = udp_packet(OUTSIDE, L2TP, SERVER, L2TP, m.data, m.length);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 20 + length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error), result);
	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(&w), t->client);
		ck_assert_uint_eq(get32(w.bytes + 28 + 12), t->client);
		ck_assert_uint_eq(get16(w.bytes + 28 + 20), t->port);
	}
	p = udp_packet(SERVER, L2TP, t->client, t->port, m.data, m.length);
	error = icmp_error(t->client, SERVER, 3, &p, 20 + length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error), result);
	if (result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(get16(w.bytes + 28 + 22), L2TP);
}

START_TEST(a_short_quote_is_the_only_hosts)
{
	struct tunnel t = fixed_tunnel(0), other = fixed_tunnel(1);
	uint32_t length;

	begin_fixed();
	t.version = (uint8_t)(2 + _i);
	t.session = 0x55;
	t.peer_session = 0x60;
	tunnel_begin(&w, &t);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
	other.server = SERVER_2;
	tunnel_begin(&w, &other);
	for (length = 8; length < 12; length++)
		complain(&t, length, VPNALG_TRANSLATED);
}
END_TEST

/* Time passes, in which some of the tunnels are used. What is known of the
 * server lives with them, however much data there is. */
static void use(struct tunnel *t, unsigned first, unsigned last)
{
	unsigned round, i;

	for (round = 0; round < 20; round++) {
		for (i = first; i <= last; i++) {
			tunnel_carries(&w, &t[i], round);
			client_tells(&w, &t[i], HELLO);
		}
		world_wait(&w, 30000);
	}
}

START_TEST(a_short_quote_is_nobodys_where_two_hosts_share_the_port)
{
	struct tunnel t[2];
	uint32_t length;

	begin_fixed();
	begin_tunnels(t, 2);
	if (_i)
		use(t, 0, 1);
	for (length = 8; length < 12; length++)
		complain(&t[0], length, VPNALG_DROP_QUOTE_SHORT);
}
END_TEST

/* The one that has port 1701 for itself stays, or the other one: then no key
 * leads from the port to it. */
START_TEST(a_short_quote_is_the_last_hosts_that_has_the_port)
{
	struct tunnel t[2];

	begin_fixed();
	begin_tunnels(t, 2);
	use(t, (unsigned)_i, (unsigned)_i);
	complain(&t[_i], 8, _i == 0 ? VPNALG_TRANSLATED
				    : VPNALG_DROP_QUOTE_SHORT);
}
END_TEST

/* A host's second tunnel may be another host's as well, as far as can be
 * counted. */
START_TEST(a_short_quote_is_nobodys_where_a_host_has_two_tunnels)
{
	struct tunnel t = fixed_tunnel(0), second = fixed_tunnel(0);

	begin_fixed();
	tunnel_begin(&w, &t);
	second.own = 8;
	second.peer = 200;
	tunnel_begin(&w, &second);
	complain(&t, 8, VPNALG_DROP_QUOTE_SHORT);
}
END_TEST

/* A server inside, whose port the client's tunnel uses too: what comes to that
 * port from the client's server is never the inside server's, so neither is
 * what an error says that the inside server was sent. */
START_TEST(a_servers_error_about_a_clients_tunnel_is_dropped)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 }, { vpnalg_general, NULL },
	};
	struct tunnel t = fixed_tunnel(0);
	struct bytes m = l2tp_control(2, 7, 0, SCCRP), quoted, error;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 2 });
	service_add(&w, UDP, L2TP, CLIENT_B, L2TP);
	if (_i == 1) {
		tunnel_begin(&w, &t);
		ck_assert_uint_eq(t.outside_port, L2TP);
		m = l2tp_control(2, t.outside_own, 0, SCCRP);
	}
	quoted = udp_packet(SERVER, L2TP, CLIENT_B, L2TP, m.data, m.length);
	error = icmp_error(CLIENT_B, SERVER, 3, &quoted, quoted.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  _i == 0 ? VPNALG_TRANSLATED : VPNALG_DROP_ICMP_ERROR);
	service_remove(&w, UDP, L2TP, CLIENT_B, L2TP);
}
END_TEST

TCase *l2tp_short_quote_case(void)
{
	TCase *t = tcase_create("errors from a shared port");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t, an_error_about_other_packets_of_its_port_is_not_the_flows);
	tcase_add_loop_test(t, a_short_quote_is_the_only_hosts, 0, 2);
	tcase_add_loop_test(
		t, a_short_quote_is_nobodys_where_two_hosts_share_the_port, 0,
		2);
	tcase_add_loop_test(t,
			    a_short_quote_is_the_last_hosts_that_has_the_port,
			    0, 2);
	tcase_add_test(t,
		       a_short_quote_is_nobodys_where_a_host_has_two_tunnels);
	tcase_add_loop_test(t,
			    a_servers_error_about_a_clients_tunnel_is_dropped,
			    0, 2);
	return t;
}
