/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of services without ports. */
#include "service_protocol.h"

/* However much of the server's packet an error quotes; send_packet() undoes
 * what is translated. */
START_TEST(an_error_about_a_servers_packet_reaches_it)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes quoted = ip_packet(OUTSIDE, SERVER, row->protocol,
					row->data.data, row->data.length);
	struct bytes p;
	uint32_t length;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	for (length = 28; length <= quoted.length; length += 4) {
		p = icmp_error(SERVER_2, OUTSIDE, 3, &quoted, length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
	}
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An error about what has come in is the host's that has it, whatever the
 * server says of it; send_packet() undoes what is translated. */
START_TEST(no_error_leaves_about_what_another_host_receives)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes hers = ip_packet(SERVER, CLIENT_A, row->protocol,
				      row->data.data, row->data.length);
	struct bytes others = ip_packet(SERVER_2, CLIENT_A, row->protocol,
					row->data.data, row->data.length);
	uint32_t length, end = row->opens ? 28 : hers.length;
	struct bytes p;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	another_host_begins(row, 9, 0xe2);
	for (length = 28; length <= end; length += 4) {
		p = icmp_error(CLIENT_A, SERVER, 3, &hers, length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	set_fragment(&hers, 4);
	p = icmp_error(CLIENT_A, SERVER, 3, &hers, 28);
	send_packet(&w, VPNALG_OUT, &p);
	p = icmp_error(CLIENT_A, SERVER_2, 3, &others, others.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An error about what another host has sent is that one's; what send_packet()
 * cannot undo does not come in. */
static const uint32_t id_rows[] = { 0, 7, 0xb1, 0xb2, 0xe1, 0xe2 };

START_TEST(an_error_comes_in_to_the_host_that_it_is_about)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = 0xb2, .peer_session = 0xe2 };
	uint32_t id = id_rows[_i / 2], length;
	struct bytes m = l2tp_control(3, id, 0, SCCCN), p, quoted;
	long records;

	begin();
	service_add(&w, L2TP_IP, 0, CLIENT_A, 0);
	records = w.records;
	tunnel_begin(&w, &t);
	tunnel_calls(&w, &t);
	if (_i & 1) { /* a flow that no ID has led to yet */
		w.now += 1000;
		p = l2tp_data3(false, 0x99, 0, 1);
		p = ip_packet(CLIENT_C, SERVER, L2TP_IP, p.data, p.length);
		send_packet(&w, VPNALG_OUT, &p);
	}
	p = (struct bytes){ .length = 4 };
	l2tp_bytes(&p, m.data, m.length);
	quoted = ip_packet(OUTSIDE, SERVER, L2TP_IP, p.data, p.length);
	for (length = 28; length <= quoted.length; length += 4) {
		p = icmp_error(STRANGER, OUTSIDE, 3, &quoted, length);
		if (send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED &&
		    id == t.peer)
			ck_assert_uint_eq(destination(&w), CLIENT_B);
	}
	/* A tunnel that its session has kept outlives its flow a moment. */
	while (w.records > records) {
		w.now += 500;
		vpnalg_expire(w.alg, w.now, 1000);
		send_packet(&w, VPNALG_IN, &p);
	}
	service_remove(&w, L2TP_IP, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

START_TEST(an_icmp_error_reaches_a_service_without_ports)
{
	struct bytes p, error;

	begin();
	service_add(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	p = ip_packet(OUTSIDE, SERVER, SIX_IN_FOUR, "\x60\0\0\0\0\0\0\0", 8);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	service_remove(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

TCase *protocol_service_error_case(void)
{
	TCase *t = tcase_create("errors about protocols");

	tcase_add_loop_test(t, an_error_about_a_servers_packet_reaches_it, 0,
			    ROWS(data_rows));
	tcase_add_loop_test(t, no_error_leaves_about_what_another_host_receives,
			    0, ROWS(data_rows));
	tcase_add_loop_test(t, an_error_comes_in_to_the_host_that_it_is_about,
			    0, 2 * ROWS(id_rows));
	tcase_add_test(t, an_icmp_error_reaches_a_service_without_ports);
	return t;
}
