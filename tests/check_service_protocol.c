/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of protocols without ports. */
#include "service_protocol.h"

/* A packet that must reach the server, or leave from its service, with not a
 * byte changed behind the IP header. */
static void passes(enum vpnalg_direction direction, uint32_t remote,
		   uint8_t protocol, const struct bytes *data)
{
	bool inward = direction == VPNALG_IN;
	struct bytes p = ip_packet(inward ? remote : CLIENT_A,
				   inward ? OUTSIDE : remote, protocol,
				   data->data, data->length);

	ck_assert_uint_eq(send_packet(&w, direction, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(inward ? destination(&w) : source(&w),
			  inward ? CLIENT_A : OUTSIDE);
	ck_assert_mem_eq(l4(&w), data->data, data->length);
}

/* Whatever is in the packets, and whether the server or its client begins.
 * Nothing is kept of them. */
START_TEST(a_protocol_without_ports_has_services)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes p = ip_packet(SERVER, OUTSIDE, row->protocol,
				   row->data.data, row->data.length);
	long records;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	records = w.records;
	passes(VPNALG_IN, SERVER, row->protocol, &row->data);
	passes(VPNALG_OUT, SERVER, row->protocol, &row->data);
	passes(VPNALG_OUT, SERVER_2, row->protocol, &row->data);
	passes(VPNALG_IN, SERVER_2, row->protocol, &row->data);
	ck_assert_int_eq(w.records, records);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	world_end(&w);
}
END_TEST

/* What comes for a call that nobody has asked for goes by address, and so does
 * what is malformed to the handler of calls; send_packet() undoes it. */
START_TEST(what_another_handler_finds_malformed_reaches_the_server)
{
	struct bytes data = { 16, { 0x30, 1, 0x88, 0x0b, 0, 4, 0x40, 2 } };
	struct bytes checksummed = { 16, { 0xb0, 1, 0x88, 0x0b, 0, 4 } };

	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	passes(VPNALG_OUT, SERVER, GRE, &data);
	passes(VPNALG_IN, SERVER, GRE, &checksummed);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* A host that uses the protocol with a remote itself is found first there. */
START_TEST(another_host_keeps_its_sessions)
{
	struct bytes to_b = { 12, { 0x20, 0, 8, 0, 0, 0, 0, 7 } };
	struct bytes p = ip_packet(CLIENT_B, SERVER, GRE, to_b.data, 12);

	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(SERVER, OUTSIDE, GRE, to_b.data, 12);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	passes(VPNALG_IN, SERVER_2, GRE, &to_b);
	passes(VPNALG_OUT, SERVER_2, GRE, &to_b);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* What would leave as another host's does not: its answers would be that
 * host's, or it would be in that host's tunnel. */
START_TEST(nothing_leaves_as_another_hosts_packets_do)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes p = ip_packet(CLIENT_A, SERVER, row->protocol,
				   row->data.data, row->data.length);

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	another_host_begins(row, 0xb2, 9);
	if (!row->opens)
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_DROP_TAKEN);
	passes(VPNALG_OUT, SERVER_2, row->protocol, &row->data);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* A server that sends data of a call before there is one has what comes for no
 * call. What it would take for its own call's does not reach it: that has
 * another ID outside. What is like another host's call does. */
START_TEST(nothing_comes_in_as_a_call_that_has_another_id)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .choosing = CHOOSE_TAKE };
	struct connection a = { 0 }, b = { 0 };
	uint16_t outside;

	world_begin(&w, &options);
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 9),
			  VPNALG_TRANSLATED);
	w.options.choosing = CHOOSE_DIFFERENT;
	start_control(&w, &a, CLIENT_A, 1025, SERVER);
	outside = call_out(&w, &a, 5, 9);
	start_control(&w, &b, CLIENT_B, 1026, SERVER);
	call_out(&w, &b, 6, 10);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 6),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An L2TP client inside is told from the server by its IDs. */
START_TEST(an_inside_client_of_the_same_remote_has_ids_of_its_own)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = 0xb2, .peer_session = 0xe2 };
	struct bytes data = { 16, { 0, 0, 0, 9, 1, 2, 3, 4 } };

	begin();
	service_add(&w, L2TP_IP, 0, CLIENT_A, 0);
	passes(VPNALG_IN, SERVER, L2TP_IP, &data);
	tunnel_begin(&w, &t);
	tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
	passes(VPNALG_IN, SERVER, L2TP_IP, &data);
	passes(VPNALG_OUT, SERVER, L2TP_IP, &data);
	tunnel_carries(&w, &t, 2);
	service_remove(&w, L2TP_IP, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* The packets of PPTP calls are for the clients and servers of PPTP alone. */
START_TEST(a_service_gets_no_packet_of_a_pptp_call)
{
	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_UNTOUCHED);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* Protocols whose packets do not tell the server from other hosts. IPsec's is
 * reached by IKE, PPTP's by its control connection. */
static const struct refused_row {
	const char *what;
	uint8_t protocol;
	size_t first, count;
	int result;
} refused_rows[] = {
	{ "ESP", ESP, 1, 4, VPNALG_SERVICE_NO_HANDLER },
	{ "ESP, which is nobody's", ESP, 2, 3, VPNALG_SERVICE_DONE },
	{ "GRE, where PPTP has it alone", GRE, 0, 1,
	  VPNALG_SERVICE_NO_HANDLER },
	{ "GRE, where it is nobody's", GRE, 4, 1, VPNALG_SERVICE_DONE },
};

START_TEST(a_protocol_that_needs_more_has_no_service)
{
	const struct refused_row *row = &refused_rows[_i];
	struct vpnalg_protocol some[ROWS(protocols)];
	struct world_options options = { .protocols = some };
	struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, 0, CLIENT_A, 0);

	memcpy(some, protocols + row->first, row->count * sizeof(some[0]));
	options.protocol_count = row->count;
	if (row->first + row->count < ROWS(protocols))
		some[options.protocol_count++] = protocols[4];
	world_begin(&w, &options);
	ck_assert_msg(vpnalg_service_add(w.alg, &service, w.now) ==
			      row->result, "%s", row->what);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

TCase *protocol_service_case(void)
{
	TCase *served = tcase_create("protocols");

	tcase_add_loop_test(served, a_protocol_without_ports_has_services, 0,
			    ROWS(data_rows));
	tcase_add_test(
		served,
		what_another_handler_finds_malformed_reaches_the_server);
	tcase_add_test(served, another_host_keeps_its_sessions);
	tcase_add_test(served, nothing_comes_in_as_a_call_that_has_another_id);
	tcase_add_loop_test(served, nothing_leaves_as_another_hosts_packets_do,
			    0, ROWS(data_rows));
	tcase_add_test(served,
		       an_inside_client_of_the_same_remote_has_ids_of_its_own);
	tcase_add_test(served, a_service_gets_no_packet_of_a_pptp_call);
	tcase_add_loop_test(served, a_protocol_that_needs_more_has_no_service,
			    0, ROWS(refused_rows));
	return served;
}
