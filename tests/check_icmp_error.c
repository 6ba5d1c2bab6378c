/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of VPNs, in both directions: the quote is
 * translated back, and nothing else changes. */
#include "icmp_error_travel.h"

static struct connection c[2];
static struct ike k[2];
static struct tunnel t[2];

/* PPTP: both hosts have the same port, and the same Call ID. */

static void connect(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++)
		connect_to(&w, &c[i], clients[i], 3000, SERVER);
}

static struct bytes connection_out(unsigned i)
{
	return tcp_packet(clients[i], 3000, SERVER, PPTP, c[i].client_seq,
			  c[i].server_seq, ACK, pattern, LENGTH - 20);
}

static struct bytes connection_in(unsigned i)
{
	return tcp_packet(SERVER, PPTP, OUTSIDE, c[i].outside_port,
			  c[i].server_seq, c[i].client_seq, ACK, pattern,
			  LENGTH - 20);
}

static void call(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		start_control(&w, &c[i], clients[i], 3000, SERVER);
		id[i] = call_out(&w, &c[i], 7, (uint16_t)(90 + i));
	}
	ck_assert_uint_ne(id[0], id[1]);
}

/* IPsec. */

static void pair(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		e[i] = esp_of(clients[i], SERVER, 0x1000 + i, 0x2000 + i);
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e[i]));
		w.now += 20000;
	}
}

static void exchange(bool fixed_port)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		k[i] = ike_of(clients[i], SERVER, 0);
		k[i].fixed_port = fixed_port;
		ike_begin(&w, &k[i]);
	}
	ck_assert_uint_eq(k[0].outside_port, IKE);
	ck_assert(fixed_port == (k[1].outside_port == IKE));
}

static void exchange_by_port(void)
{
	exchange(false);
}

static void exchange_by_spi(void)
{
	exchange(true);
}

static struct bytes ike_goes_out(unsigned i)
{
	return ike_from_client(&k[i], INFORMATIONAL, INITIATOR, 9);
}

static struct bytes ike_comes_in(unsigned i)
{
	return ike_from_server(&k[i], INFORMATIONAL, RESPONSE, 9);
}

static struct bytes nat_t_out(unsigned i)
{
	return udp_packet(clients[i], NAT_T, SERVER, NAT_T, pattern,
			  LENGTH - 8);
}

static void open_nat_t(void)
{
	open_ports(NAT_T, NAT_T);
}

static struct bytes nat_t_in(unsigned i)
{
	return udp_packet(SERVER, NAT_T, OUTSIDE, id[i], pattern, LENGTH - 8);
}

static void tunnel(uint8_t version, uint16_t port, bool fixed_port)
{
	unsigned i;

	begin_world(fixed_port);
	for (i = 0; i < 2; i++) {
		t[i] = (struct tunnel){ .client = clients[i],
					.server = SERVER,
					.port = port,
					.version = version,
					.fixed_port = fixed_port,
					.own = 0x77,
					.peer = 0x90 + i,
					.session = 0x55,
					.peer_session = 0x60 + i };
		tunnel_begin(&w, &t[i]);
		if (version == 3 && fixed_port)
			tunnel_calls(&w, &t[i]);
	}
}

static void tunnel_by_port(void)
{
	tunnel(2, L2TP, false);
}

static void tunnel_by_id(void)
{
	tunnel(2, L2TP, true);
}

static void tunnel_3(void)
{
	tunnel(3, L2TP, true);
}

static void tunnel_3_over_ip(void)
{
	tunnel(3, 0, true);
}

static struct bytes l2tp_out(unsigned i, struct bytes m)
{
	return l2tp_packet(clients[i], t[i].port, SERVER, t[i].port, &m);
}

static struct bytes l2tp_in(unsigned i, struct bytes m)
{
	uint16_t port = t[i].fixed_port ? t[i].port : t[i].outside_port;

	return l2tp_packet(SERVER, t[i].port, OUTSIDE, port, &m);
}

static struct bytes data_2_out(unsigned i)
{
	return l2tp_out(i, padded(l2tp_data2((uint16_t)t[i].peer, 5, 1)));
}

static struct bytes data_2_in(unsigned i)
{
	return l2tp_in(i, padded(l2tp_data2((uint16_t)t[i].outside_own, 5,
					    1)));
}

static struct bytes data_3_out(unsigned i)
{
	return l2tp_out(i, padded(l2tp_data3(t[i].port != 0,
					     t[i].peer_session, 0xc00c1e00,
					     1)));
}

static struct bytes data_3_in(unsigned i)
{
	return l2tp_in(i, padded(l2tp_data3(t[i].port != 0,
					    t[i].outside_session, 0xc00c1e00,
					    1)));
}

static struct bytes hello_out(unsigned i)
{
	return l2tp_out(i, l2tp_control(t[i].version, t[i].peer, 3, HELLO));
}

static struct bytes hello_in(unsigned i)
{
	return l2tp_in(i, l2tp_control(t[i].version, t[i].outside_own, 3,
				       HELLO));
}

/* GRE, with a Key of each host's, and with one behind a checksum. */

static struct bytes gre_0(uint32_t from, uint32_t to, unsigned i)
{
	uint8_t gre[8] = { 0x20, 0, 8, 0, 0, 0, 0, (uint8_t)(5 + i) };

	return longer(ip_packet(from, to, GRE, gre, sizeof(gre)));
}

static struct bytes gre_0_out(unsigned i)
{
	return gre_0(clients[i], SERVER, i);
}

static struct bytes gre_0_in(unsigned i)
{
	return gre_0(SERVER, OUTSIDE, i);
}

static struct bytes gre_1(uint32_t from, uint32_t to, unsigned i)
{
	uint8_t gre[12] = { 0xa0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0,
			    (uint8_t)(5 + i) };

	return longer(ip_packet(from, to, GRE, gre, sizeof(gre)));
}

static struct bytes gre_1_out(unsigned i)
{
	return gre_1(clients[i], SERVER, i);
}

static struct bytes gre_1_in(unsigned i)
{
	return gre_1(SERVER, OUTSIDE, i);
}

static void open_gre(void)
{
	struct bytes p;
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		p = gre_0_out(i);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
}

static const struct row rows[] = {
	{ "PPTP control", connect, connection_out, connection_in, 8 },
	{ "PPTP data", call, call_data_out, call_data_in, 8 },
	{ "ESP", pair, esp_out, esp_in, 8 },
	{ "IKE by port", exchange_by_port, ike_goes_out, ike_comes_in, 8 },
	{ "IKE by SPI", exchange_by_spi, ike_goes_out, ike_comes_in, 16 },
	{ "NAT-T", open_nat_t, nat_t_out, nat_t_in, 8 },
	{ "L2TP data by port", tunnel_by_port, data_2_out, data_2_in, 8 },
	{ "L2TP control by port", tunnel_by_port, hello_out, hello_in, 8 },
	{ "L2TP data by ID", tunnel_by_id, data_2_out, data_2_in, 12 },
	{ "L2TP control by ID", tunnel_by_id, hello_out, hello_in, 14 },
	{ "L2TPv3 data", tunnel_3, data_3_out, data_3_in, 16 },
	{ "L2TPv3 control", tunnel_3, hello_out, hello_in, 16 },
	{ "L2TPv3 data over IP", tunnel_3_over_ip, data_3_out, data_3_in, 8 },
	{ "L2TPv3 control over IP", tunnel_3_over_ip, hello_out, hello_in,
	  12 },
	{ "GRE", open_gre, gre_0_out, gre_0_in, 8 },
	{ "GRE with checksum", open_gre, gre_1_out, gre_1_in, 12 },
};

Suite *icmp_error_suite(void)
{
	Suite *suite = suite_create("ICMP errors");
	TCase *tcase = travel_case("protocols", rows, ROWS(rows));

	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, icmp_error_rows_case());
	suite_add_tcase(suite, icmp_error_length_case());
	suite_add_tcase(suite, icmp_error_session_case());
	suite_add_tcase(suite, icmp_error_general_case());
	suite_add_tcase(suite, icmp_error_served_case());
	return suite;
}
