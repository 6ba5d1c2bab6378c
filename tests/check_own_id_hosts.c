/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router's own that its owner has listed, beside hosts that want
 * the same ones, and beside what the router shows. */
#include "own_id_hosts.h"

START_TEST(no_host_gets_a_port_that_is_listed)
{
	const struct request *request = &requests[_i];
	struct vpnalg_own_id own =
		own_id_of(VPNALG_OWN_ID_PORT, request->protocol, request->id);

	own_id_world(&w);
	own.remote = address_of(request->remote);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_ne(id_from(request, CLIENT_A, SERVER), request->id);
	ck_assert_msg((id_from(request, CLIENT_B, SERVER_2) != request->id) ==
			      request->other,
		      "%s", request->name);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(id_from(request, CLIENT_C, SERVER), request->id);
	world_end(&w);
}
END_TEST

START_TEST(a_port_that_a_host_has_is_taken)
{
	const struct request *request = &requests[_i];
	struct vpnalg_own_id own =
		own_id_of(VPNALG_OWN_ID_PORT, request->protocol, request->id);

	own_id_world(&w);
	ck_assert_uint_eq(id_from(request, CLIENT_A, SERVER), request->id);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_TAKEN);
	ck_assert_uint_eq(id_from(request, CLIENT_A, SERVER), request->id);
	world_end(&w);
}
END_TEST

START_TEST(no_host_gets_a_call_id_that_is_listed)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_CALL_ID, 0, 5);
	struct connection c = { 0 };
	uint16_t outside;

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	outside = call_out(&w, &c, 5, 71);
	ck_assert_uint_ne(outside, 5);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(a_call_id_that_a_host_has_is_taken)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_CALL_ID, 0, 5);
	struct connection c = { 0 };

	own_id_world(&w);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(call_out(&w, &c, 5, 71), 5);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_TAKEN);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

START_TEST(a_key_that_is_listed_is_no_hosts)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_GRE_KEY, 0, 7);
	struct bytes p = own_id_keyed(7);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	p = ip_packet(CLIENT_A, SERVER, GRE, p.data + 20, 12);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* Of a server that answers to port 1701 whoever asks, and of one over IP. */
static const struct tunnel_row {
	const char *name;
	uint8_t kind, protocol;
	uint16_t port;
	uint8_t version;
} tunnel_rows[] = {
	{ "version 2", VPNALG_OWN_ID_TUNNEL_ID, 0, L2TP, 2 },
	{ "version 3", VPNALG_OWN_ID_CONNECTION_ID, UDP, L2TP, 3 },
	{ "over IP", VPNALG_OWN_ID_CONNECTION_ID, L2TP_IP, 0, 3 },
	{ "a session", VPNALG_OWN_ID_SESSION_ID, UDP, L2TP, 3 },
	{ "a session over IP", VPNALG_OWN_ID_SESSION_ID, L2TP_IP, 0, 3 },
};

START_TEST(no_host_gets_a_tunnel_id_that_is_listed)
{
	const struct tunnel_row *row = &tunnel_rows[_i];
	bool session = row->kind == VPNALG_OWN_ID_SESSION_ID;
	struct vpnalg_own_id own =
		own_id_of(row->kind, row->protocol, session ? 80 : 60);
	struct tunnel t = { .client = CLIENT_A, .server = SERVER,
			    .port = row->port, .version = row->version,
			    .own = 60, .peer = 601, .session = 80,
			    .peer_session = 801, .fixed_port = true };

	own_id_world(&w);
	w.options.no_undo = true;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	tunnel_begin(&w, &t);
	if (row->version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
	ck_assert_msg((session ? t.outside_session : t.outside_own) !=
			      (session ? 80 : 60),
		      "%s", row->name);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* IKE: the remote answers to port 500, from where a host sends, too. */
START_TEST(an_ike_spi_that_is_listed_comes_to_the_router)
{
	struct vpnalg_own_id own =
		own_id_of(VPNALG_OWN_ID_IKE_SPI, 0, 0x123456789abcdef0);
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct bytes p = own_id_ike(own.id);

	own_id_world(&w);
	ike_begin(&w, &k);
	ck_assert_uint_eq(k.outside_port, IKE);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* A host that says the same SPI is not answered: the store has one of them. */
START_TEST(an_ike_spi_that_is_listed_is_no_hosts)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct vpnalg_own_id own = own_id_of(
		VPNALG_OWN_ID_IKE_SPI, 0,
		(uint64_t)k.spi[0][0] << 32 | k.spi[0][1]);

	own_id_world_with(&w, (struct world_options){ .no_undo = true });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(ike_out(&w, &k, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_in(&w, &k, IKE_SA_INIT, RESPONSE, 0),
			  VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(ike_in(&w, &k, IKE_SA_INIT, RESPONSE, 0),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* ESP: that an SPI is a host's is a guess, and the list knows. */
START_TEST(a_listed_spi_is_taken_from_the_host_that_it_was_paired_with)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_ESP_SPI, 0, 0x101);
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101), next;

	own_id_world(&w);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 1);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 1);
	ck_assert_int_eq(w.against, VPNALG_EVIDENCE_OWN_ID);
	ck_assert_uint_eq(esp_receives(&w, &a), VPNALG_UNTOUCHED);
	w.now += MINUTE;
	next = esp_of(CLIENT_A, SERVER, 0x901, 0x102);
	next.out_sequence = a.out_sequence;
	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &next));
	ck_assert_uint_eq(esp_receives(&w, &a), VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* Three hosts of a remote, one of them the router, which shows nothing. */
START_TEST(listed_spis_are_no_candidates)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_ESP_SPI, 0, 0x100);
	struct esp router = esp_of(OUTSIDE, SERVER, 0x900, 0x100);
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	struct esp b = esp_of(CLIENT_B, SERVER, 0x902, 0x102);
	unsigned i;

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	for (i = 0; i < 100; i++) {
		ck_assert_uint_eq(esp_receives(&w, &router), VPNALG_UNTOUCHED);
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		w.now += 20;
		ck_assert(esp_arrives(&w, &a));
		w.now += 500;
		if (i < 3)
			continue;
		ck_assert_uint_eq(esp_receives(&w, &router), VPNALG_UNTOUCHED);
		esp_sends(&w, &b);
		w.now += 20;
		ck_assert(esp_arrives(&w, &b));
		w.now += 500;
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

TCase *own_id_hosts_case(void)
{
	TCase *all = tcase_create("listed IDs beside hosts");
	tcase_add_loop_test(all, no_host_gets_a_port_that_is_listed, 0,
			    ROWS(requests));
	tcase_add_loop_test(all, a_port_that_a_host_has_is_taken, 0,
			    ROWS(requests));
	tcase_add_test(all, no_host_gets_a_call_id_that_is_listed);
	tcase_add_test(all, a_call_id_that_a_host_has_is_taken);
	tcase_add_test(all, a_key_that_is_listed_is_no_hosts);
	tcase_add_loop_test(all, no_host_gets_a_tunnel_id_that_is_listed, 0,
			    ROWS(tunnel_rows));
	tcase_add_test(all, an_ike_spi_that_is_listed_comes_to_the_router);
	tcase_add_test(all, an_ike_spi_that_is_listed_is_no_hosts);
	tcase_add_test(
		all,
		a_listed_spi_is_taken_from_the_host_that_it_was_paired_with);
	tcase_add_test(all, listed_spis_are_no_candidates);
	return all;
}
