/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and NAT-T by their ports. */
#include "ipsec_ike.h"

/* Both versions, on both ports, from any. */
static const struct ike_row {
	uint8_t version;
	uint16_t port, remote_port;
} ike_rows[] = {
	{ 1, 500, 500 },  { 2, 500, 500 },   { 1, 4500, 4500 },
	{ 2, 4500, 4500 }, { 2, 40001, 500 }, { 1, 40002, 4500 },
	{ 2, 500, 4500 }, { 2, 4500, 500 },
};

static struct ike ike_of_row(const struct ike_row *row, uint32_t client)
{
	struct ike k = ike_of(client, SERVER, 0);

	k.version = row->version;
	k.port = row->port;
	k.remote_port = row->remote_port;
	return k;
}

START_TEST(ike_passes_both_ways_and_only_addresses_and_ports_change)
{
	struct ike k = ike_of_row(&ike_rows[_i], CLIENT_A);
	struct bytes p = ike_from_client(&k, 34, INITIATOR, 0);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w)), k.port); /* it is free */
	ck_assert_uint_eq(get16(l4(&w) + 2), k.remote_port);
	ck_assert_mem_eq(l4(&w) + 8, p.data + 28, p.length - 28);
	ike_begin(&w, &k);
	server_exchanges(&w, &k, k.version == 1 ? QUICK_MODE : INFORMATIONAL);
	ck_assert_uint_eq(opened(&w, KIND_IKE), 1);
}
END_TEST

/* The second host from the same port gets another one of the same range and
 * parity (RFC 4787 REQ-3a, REQ-4). */
START_TEST(the_second_host_gets_another_port_of_the_same_range_and_parity)
{
	struct ike a = ike_of_row(&ike_rows[_i], CLIENT_A);
	struct ike b = ike_of_row(&ike_rows[_i], CLIENT_B);
	struct ike c = ike_of_row(&ike_rows[_i], CLIENT_C);

	ike_begin(&w, &a);
	ike_begin(&w, &b);
	c.server = SERVER_2;
	ike_begin(&w, &c);
	ck_assert_uint_eq(a.outside_port, a.port);
	ck_assert_uint_ne(b.outside_port, b.port);
	ck_assert_uint_eq(b.outside_port & 1, b.port & 1);
	ck_assert_uint_eq(b.outside_port < 1024, b.port < 1024);
	ck_assert_uint_eq(c.outside_port, c.port); /* of another remote */
	server_exchanges(&w, &a, 37);
	server_exchanges(&w, &b, 37);
	server_exchanges(&w, &c, 37);
}
END_TEST

START_TEST(one_host_has_many_sessions_with_one_remote)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0), n = k, other = k;

	ike_begin(&w, &k);
	n.port = n.remote_port = NAT_T;
	n.spi[1][0] = 1;
	client_exchanges(&w, &n, IKE_AUTH);
	other.port = 40000;
	other.spi[0][1]++;
	ike_begin(&w, &other);
	ck_assert_uint_eq(opened(&w, KIND_IKE), 3);
	server_exchanges(&w, &k, INFORMATIONAL);
	server_exchanges(&w, &n, INFORMATIONAL);
	server_exchanges(&w, &other, INFORMATIONAL);
}
END_TEST

/* RFC 3948 2: the contents of UDP on port 4500. */
static const struct nat_t_row {
	const char *name;
	uint8_t payload[12];
	uint32_t length;
} nat_t_rows[] = {
	{ "keepalive", { 0xff }, 1 },
	{ "nothing", { 0 }, 0 },
	{ "ESP", { 1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 9, 9 }, 12 },
	{ "ESP with a reserved SPI", { 0, 0, 0, 9, 0, 0, 0, 1 }, 12 },
	{ "non-ESP marker alone", { 0, 0, 0, 0 }, 4 },
	{ "piece of a marker", { 0, 0, 0 }, 3 },
};

START_TEST(nat_t_is_opaque)
{
	const struct nat_t_row *row = &nat_t_rows[_i];
	struct bytes p = udp_packet(CLIENT_A, NAT_T, SERVER, NAT_T,
				    row->payload, row->length);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_mem_eq(l4(&w) + 8, row->payload, row->length);
	p = udp_packet(SERVER, NAT_T, OUTSIDE, NAT_T, row->payload,
		       row->length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_mem_eq(l4(&w) + 8, row->payload, row->length);
	ck_assert_uint_eq(opened(&w, KIND_ESP_HOST), 0);
}
END_TEST

/* RFC 768, RFC 3948 2.1: no checksum is none afterwards. */
START_TEST(a_checksum_of_0_stays_0)
{
	static const uint16_t ports[] = { IKE, NAT_T };
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p;

	k.port = 40001;
	k.remote_port = ports[_i];
	p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
	k.outside_port = get16(l4(&w));
	p = ike_from_server(&k, IKE_SA_INIT, RESPONSE, 0);
	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
}
END_TEST

START_TEST(a_checksum_that_is_wrong_stays_wrong)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);

	put16(p.data + 26, get16(p.data + 26) ^ 0x0101);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert(!checksums_right(w.bytes, w.length));
}
END_TEST

/* MOBIKE, RFC 4555: the same SPIs with another address of either end. */
START_TEST(a_new_address_of_either_end_is_a_new_session)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	ike_begin(&w, &k);
	k.port = k.remote_port = NAT_T;
	client_exchanges(&w, &k, IKE_AUTH);
	k.client = CLIENT_B;
	client_exchanges(&w, &k, INFORMATIONAL);
	k.server = SERVER_2;
	client_exchanges(&w, &k, INFORMATIONAL);
	server_exchanges(&w, &k, INFORMATIONAL);
	ck_assert_uint_eq(opened(&w, KIND_IKE), 4);
}
END_TEST

/* From outside nothing opens, and no other port of the remote gets in. */
static const struct misdirected_row {
	const char *name;
	uint32_t from;
	uint16_t from_port, to_port;
	unsigned result;
} misdirected_rows[] = {
	{ "another port of the remote", SERVER, 501, 40001,
	  VPNALG_DROP_PORT_HELD },
	{ "IKE's other port", SERVER, NAT_T, 40001, VPNALG_TRANSLATED },
	{ "IKE's other port, of another remote", STRANGER, NAT_T, 40001,
	  VPNALG_UNTOUCHED },
	{ "L2TP's port", SERVER, 1701, 40001, VPNALG_DROP_PORT_HELD },
	{ "a port that is not held", SERVER, IKE, 40003, VPNALG_UNTOUCHED },
	{ "port 500, for the router", SERVER, IKE, IKE, VPNALG_UNTOUCHED },
	{ "another remote", STRANGER, IKE, 40001, VPNALG_UNTOUCHED },
};

START_TEST(misdirected_packets_get_nowhere)
{
	const struct misdirected_row *row = &misdirected_rows[_i];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p;

	k.port = 40001;
	ike_begin(&w, &k);
	k.server = row->from;
	k.remote_port = IKE;
	p = ike_from_server(&k, INFORMATIONAL, 0, 7);
	k.remote_port = row->from_port;
	p = udp_packet(row->from, row->from_port, OUTSIDE, row->to_port,
		       p.data + 28, p.length - 28);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == row->result, "%s: %s",
		      row->name, vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(opened(&w, KIND_IKE), 1);
}
END_TEST

/* RFC 4787 REQ-8: a message to one of the two ports may be answered from the
 * other. Each host's mapping takes its own answers, in undo too, and a host's
 * ICMP error is about those alone. */
static const struct crossed_row {
	const char *name;
	uint16_t to, from;
	unsigned host;  /* the port's host */
	unsigned named; /* the SA's host; 2: none, 3: no IKE */
	unsigned result;
} crossed_rows[] = {
	{ "from 4500, A's", IKE, NAT_T, 0, 0, VPNALG_TRANSLATED },
	{ "from 4500, B's", IKE, NAT_T, 1, 1, VPNALG_TRANSLATED },
	{ "from 4500, of an unknown SA", IKE, NAT_T, 0, 2, VPNALG_TRANSLATED },
	{ "from 4500, a keepalive", IKE, NAT_T, 1, 3, VPNALG_TRANSLATED },
	{ "from 4500, A's SA to B", IKE, NAT_T, 1, 0, VPNALG_DROP_PORT_HELD },
	{ "from 4500, B's SA to A", IKE, NAT_T, 0, 1, VPNALG_DROP_PORT_HELD },
	{ "from 500, A's", NAT_T, IKE, 0, 0, VPNALG_TRANSLATED },
	{ "from 500, B's", NAT_T, IKE, 1, 1, VPNALG_TRANSLATED },
};

START_TEST(each_host_takes_packets_from_the_other_port_of_the_two)
{
	const struct crossed_row *row = &crossed_rows[_i];
	struct ike k[2] = { ike_of(CLIENT_A, SERVER, 0),
			    ike_of(CLIENT_B, SERVER, 1) }, named;
	struct bytes p, m;
	unsigned i;

	for (i = 0; i < 2; i++) {
		k[i].port = k[i].remote_port = row->to;
		client_exchanges(&w, &k[i], IKE_SA_INIT);
	}
	named = row->named < 2 ? k[row->named] : ike_of(CLIENT_C, SERVER, 7);
	named.remote_port = row->from;
	m = ike_message(&named, INFORMATIONAL, 0, 9);
	p = udp_packet(SERVER, row->from, OUTSIDE, k[row->host].outside_port,
		       row->named == 3 ? (const uint8_t *)"\xff" : m.data,
		       row->named == 3 ? 1 : m.length);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == row->result, "%s: %s",
		      row->name, vpnalg_result_text(w.last.result));
	if (row->result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(&w), k[row->host].client);
		ck_assert_uint_eq(get16(l4(&w) + 2), row->to);
		ck_assert_uint_eq(get16(l4(&w)), row->from);
	}
	ck_assert_uint_eq(opened(&w, KIND_IKE), 2);
	p = udp_packet(SERVER, row->from, k[row->host].client, row->to,
		       p.data + 28, p.length - 28);
	p = icmp_error(k[row->host].client, SERVER, 3, &p, p.length);
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
			      (row->result == VPNALG_TRANSLATED
				       ? VPNALG_TRANSLATED
				       : VPNALG_DROP_ICMP_ERROR),
		      "%s, an error: %s", row->name,
		      vpnalg_result_text(w.last.result));
}
END_TEST

/* The host has sent to both ports from one of its own: a packet from either is
 * for that session, by its inside form, and no other takes it. */
START_TEST(a_host_that_uses_both_ports_from_one_keeps_them_apart)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0),
		   l = ike_of(CLIENT_A, SERVER, 1);
	struct bytes p, m;

	k.port = l.port = 40001;
	l.remote_port = NAT_T;
	client_exchanges(&w, &k, IKE_SA_INIT);
	client_exchanges(&w, &l, IKE_SA_INIT);
	ck_assert_uint_ne(k.outside_port, l.outside_port);
	k.remote_port = IKE;
	m = ike_message(&k, INFORMATIONAL, 0, 9);
	p = udp_packet(SERVER, IKE, OUTSIDE, l.outside_port, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(ike_in(&w, &k, INFORMATIONAL, 0, 9),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_in(&w, &l, INFORMATIONAL, 0, 9),
			  VPNALG_TRANSLATED);
}
END_TEST

/* An inside host that sends with the SPI of another gets nothing by it, and
 * takes nothing. */
static const struct twin_row {
	uint16_t port; /* of the first host */
	bool first_has_fixed_port;
	unsigned result;
} twin_rows[] = {
	/* The twin has port 500 outside: nothing would tell the two apart. */
	{ 40001, false, VPNALG_DROP_AMBIGUOUS },
	{ 40001, true, VPNALG_DROP_AMBIGUOUS },
	/* The first has it, and the twin another. */
	{ IKE, false, VPNALG_TRANSLATED },
};

START_TEST(equal_initiator_spis_are_distinguished_or_refused)
{
	const struct twin_row *row = &twin_rows[_i];
	struct ike a = ike_of(CLIENT_A, SERVER, 0);
	struct ike b = ike_of(CLIENT_B, SERVER, 0);
	struct bytes p;

	memcpy(b.spi, a.spi, sizeof(a.spi));
	if (row->port != IKE) { /* the other one's is taken first */
		struct ike own = ike_of(CLIENT_B, SERVER, 3);

		client_exchanges(&w, &own, IKE_SA_INIT);
		ck_assert_uint_eq(own.outside_port, IKE);
	}
	a.fixed_port = row->first_has_fixed_port;
	client_exchanges(&w, &a, IKE_SA_INIT);
	p = ike_from_client(&b, IKE_SA_INIT, INITIATOR, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), row->result);
	/* The first goes on. */
	client_exchanges(&w, &a, IKE_AUTH);
	server_exchanges(&w, &a, INFORMATIONAL);
}
END_TEST

TCase *ipsec_ike_case(void)
{
	TCase *t = tcase_create("IKE by ports");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, ike_passes_both_ways_and_only_addresses_and_ports_change, 0,
		ROWS(ike_rows));
	tcase_add_loop_test(
		t,
		the_second_host_gets_another_port_of_the_same_range_and_parity,
		0, ROWS(ike_rows));
	tcase_add_test(t, one_host_has_many_sessions_with_one_remote);
	tcase_add_loop_test(t, nat_t_is_opaque, 0, ROWS(nat_t_rows));
	tcase_add_loop_test(t, a_checksum_of_0_stays_0, 0, 2);
	tcase_add_test(t, a_checksum_that_is_wrong_stays_wrong);
	tcase_add_test(t, a_new_address_of_either_end_is_a_new_session);
	tcase_add_loop_test(
		t, each_host_takes_packets_from_the_other_port_of_the_two, 0,
		ROWS(crossed_rows));
	tcase_add_test(t,
		       a_host_that_uses_both_ports_from_one_keeps_them_apart);
	tcase_add_loop_test(
		t,
		equal_initiator_spis_are_distinguished_or_refused, 0,
		ROWS(twin_rows));
	tcase_add_loop_test(t, misdirected_packets_get_nowhere, 0,
			    ROWS(misdirected_rows));
	return t;
}
