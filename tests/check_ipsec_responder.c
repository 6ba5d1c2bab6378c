/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE messages of an IPsec server inside, and the conclusions from them. */
#include "cases.h"
#include "ipsec_guest.h"

/* A session of a client inside that has the service's port, or one of the
 * server's own with the client: what would be taken for its packets is dropped,
 * as for plain services. */
static const struct held_row {
	const char *what;
	uint32_t host;
	uint16_t asked, from, outside_port;
} held_rows[] = {
	{ "another host has the port towards that remote", CLIENT_B, IKE,
	  40000, IKE },
	{ "the server has asked that port itself", CLIENT_A, IKE, IKE, 1500 },
	{ "the server has asked the other port", CLIENT_A, IKE, NAT_T, 1500 },
};

START_TEST(a_session_keeps_the_packets_that_would_be_its_own)
{
	const struct held_row *row = &held_rows[_i];

	begin_with((struct world_options){ 0 });
	service_remove(&w, UDP, IKE, CLIENT_A, IKE);
	udp_open(&w, row->host, IKE, SERVER, row->asked);
	service_add(&w, UDP, row->outside_port, CLIENT_A, IKE);
	ck_assert_msg(udp_in(&w, SERVER, row->from, row->outside_port) ==
			      VPNALG_DROP_PORT_HELD, "%s", row->what);
	ck_assert_uint_eq(udp_in(&w, SERVER_2, row->from, row->outside_port),
			  VPNALG_TRANSLATED);
	service_remove(&w, UDP, row->outside_port, CLIENT_A, IKE);
	end();
}
END_TEST

/* Anybody can send what looks as IKE, and a server may answer that it knows
 * nothing of it, with the same exchange type, in clear (RFC 7296 2.21.4). */
static const struct unproved_row {
	uint8_t exchange, version, payload;
} unproved_rows[] = {
	{ IKE_AUTH, 2, PAYLOAD_NOTIFY },
	{ CREATE_CHILD_SA, 2, PAYLOAD_NOTIFY },
	{ IKE_SA_INIT, 2, 33 },
	{ INFORMATIONAL, 2, PAYLOAD_SK },
	{ QUICK_MODE, 1, 0 },
	{ MAIN_MODE, 1, PAYLOAD_SK },
};

START_TEST(what_proves_nothing_opens_nothing)
{
	const struct unproved_row *row = &unproved_rows[_i];
	struct guest g = first_guest;
	long records;

	begin();
	g.version = row->version;
	records = w.records;
	ck_assert_uint_eq(guest_says(&g, row->exchange, INITIATOR,
				      PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(&g, row->exchange, RESPONSE,
				      row->payload),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(guest_sends(&g), VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* A message in fragments of IKE's own is as good. */
START_TEST(an_answer_in_ike_fragments_opens_the_host)
{
	struct guest g = first_guest;

	begin();
	ck_assert_uint_eq(host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SKF),
			  VPNALG_TRANSLATED);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* Clients that know no secret, but have addresses of their own, make the server
 * answer: what that opens is bounded, and those that send ESP do not count. */
START_TEST(the_answers_of_a_server_open_a_bounded_number_of_hosts)
{
	struct guest g = first_guest, real = first_guest;
	unsigned i;

	begin_with((struct world_options){ .units = 6000, .no_undo = true });
	real.client = STRANGER;
	connect_in(&real);
	talk(&real, 1);
	for (i = 0; i < 300; i++) {
		g.client = SERVER + i;
		connect_in(&g);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1 + 256);
	talk(&real, 1);
	world_wait(&w, 130000);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
	connect_in(&g);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* A store that fails costs the answer at most: the client asks again. */
START_TEST(a_store_that_fails_costs_one_answer)
{
	struct guest g = first_guest;
	unsigned result;

	begin();
	w.fail_in = _i;
	result = host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK);
	ck_assert_uint_eq(result, VPNALG_DROP_STORE);
	w.fail_in = 0;
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
	ck_assert_uint_eq(host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* A server that checks by IKE whether its client is there does not hear it. */
START_TEST(a_liveness_check_of_the_server_keeps_its_host)
{
	struct guest g = first_guest;
	unsigned i;

	begin();
	connect_in(&g);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 60000);
		exchange(&g, INFORMATIONAL, true);
	}
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* NAT-T needs no more than its port. */
START_TEST(nat_t_passes_by_its_service)
{
	struct bytes p = udp_packet(SERVER, 40000, OUTSIDE, NAT_T,
				    "\xff\0\0\1\0\0\0\1", 8);

	begin();
	service_add(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	p = udp_packet(CLIENT_A, NAT_T, SERVER, 40000, "\xff\0\0\1\0\0\0\1",
		       8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	service_remove(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	end();
}
END_TEST

/* RFC 5508 REQ-4: about what the server has sent, to either port of a client.
 */
static const uint16_t quote_rows[] = { IKE, 40000 };

START_TEST(an_icmp_error_reaches_the_server)
{
	struct guest g = first_guest;
	struct bytes m = said(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK), p, error;

	begin();
	p = udp_packet(OUTSIDE, IKE, SERVER, quote_rows[_i], m.data, m.length);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

/* A client inside has chosen the initiator SPI first with which the server, of
 * the same remote, is then talked to: the remote's answers are the client's. */
START_TEST(the_server_does_not_speak_for_an_inside_client)
{
	struct guest g = first_guest;
	struct bytes m = said(&g, IKE_AUTH, INITIATOR, PAYLOAD_SK), p, error;
	uint32_t length;

	begin();
	p = udp_packet(CLIENT_B, IKE, SERVER, IKE, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = udp_packet(SERVER, IKE, OUTSIDE, IKE, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	/* Without its header a message is the server's, and can be undone. */
	for (length = 28 + 8; length < 28 + 28; length++)
		send_captured(&w, VPNALG_IN, &p, length);
	p = udp_packet(OUTSIDE, IKE, SERVER, IKE, m.data, m.length);
	for (length = 28; length <= p.length; length++) {
		error = icmp_error(SERVER, OUTSIDE, 3, &p, length);
		send_packet(&w, VPNALG_IN, &error);
	}
	p = udp_packet(SERVER, IKE, CLIENT_A, IKE, m.data, m.length);
	for (length = 44; length <= p.length; length++) {
		error = icmp_error(CLIENT_A, SERVER, 3, &p, length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_OUT, &error),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(host_says(&g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_DROP_AMBIGUOUS);
	g.ike++;
	ck_assert_uint_eq(host_says(&g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

TCase *ipsec_responder_case(void)
{
	TCase *served = tcase_create("IPsec, IKE");

	tcase_add_loop_test(served,
			    a_session_keeps_the_packets_that_would_be_its_own,
			    0, ROWS(held_rows));
	tcase_add_loop_test(served, what_proves_nothing_opens_nothing, 0,
			    ROWS(unproved_rows));
	tcase_add_test(served, an_answer_in_ike_fragments_opens_the_host);
	tcase_add_test(served,
		       the_answers_of_a_server_open_a_bounded_number_of_hosts);
	tcase_add_loop_test(served, a_store_that_fails_costs_one_answer, 1, 6);
	tcase_add_test(served, a_liveness_check_of_the_server_keeps_its_host);
	tcase_add_test(served, nat_t_passes_by_its_service);
	tcase_add_loop_test(served, an_icmp_error_reaches_the_server, 0,
			    ROWS(quote_rows));
	tcase_add_test(served, the_server_does_not_speak_for_an_inside_client);
	return served;
}
