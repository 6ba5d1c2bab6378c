/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPsec server inside, with ESP that is not in UDP, and its clients. */
#include "cases.h"
#include "ipsec_guest.h"

/* Either end may be the first to send ESP, whatever the port is from which the
 * client, or a NAT in front of it, sends IKE. */
static const struct first_row {
	const char *what;
	uint16_t port;
	uint8_t version;
	bool server_first;
} first_rows[] = {
	{ "the client", IKE, 2, false },
	{ "the server", IKE, 2, true },
	{ "the client, behind a NAT", 40000, 2, false },
	{ "the server, its client behind a NAT", 40000, 2, true },
	{ "the client, version 1", IKE, 1, false },
	{ "the server, version 1", IKE, 1, true },
	{ "the client, version 1, behind a NAT", 40000, 1, false },
};

START_TEST(either_end_begins_with_esp)
{
	const struct first_row *row = &first_rows[_i];
	struct guest g = first_guest;

	begin();
	g.port = row->port;
	g.version = row->version;
	connect_in(&g);
	if (row->server_first)
		ck_assert_msg(client_hears(&g), "%s", row->what);
	ck_assert_msg(server_hears(&g), "%s", row->what);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ALONE);
	talk(&g, 3);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
	end();
}
END_TEST

/* The server may be at another port: outside at any, inside at 500 or one that
 * stands for it. Elsewhere nobody knows that it is one. */
static const struct port_row {
	uint16_t outside, inside;
	bool other_ports, opens;
} port_rows[] = {
	{ 5500, IKE, false, true },
	{ IKE, IKE + 7, true, true },
	{ 5500, IKE + 7, true, true },
	{ 5500, IKE, true, true },
	{ IKE, 5500, false, false },
	{ IKE, 5500, true, false },
	{ IKE, NAT_T, false, false },
	{ IKE, NAT_T + 7, true, false },
};

START_TEST(a_server_at_another_port_has_esp_where_it_is_known)
{
	const struct port_row *row = &port_rows[_i];
	struct guest g = first_guest;
	unsigned i;

	begin_with((struct world_options){ .other_ports = row->other_ports,
					   .units = 8000 });
	move_service(row->outside, row->inside);
	for (i = 0; i < 300; i++) { /* more than may wait for their first ESP */
		g.client = SERVER_2 + 1 + i;
		g.ike++;
		connect_in(&g);
		ck_assert_uint_eq(guest_sends(&g), row->opens
							   ? VPNALG_TRANSLATED
							   : VPNALG_UNTOUCHED);
		if (row->opens)
			talk(&g, 1);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), row->opens ? 300 : 0);
	move_service(IKE, IKE);
	end();
}
END_TEST

/* A server that listens at two ports is one host, and counted once. */
START_TEST(a_server_at_two_ports_has_as_much_room_at_both)
{
	struct guest g = first_guest;
	unsigned i;

	begin_with(
		(struct world_options){ .other_ports = true, .units = 8000 });
	service_add(&w, UDP, 5500, CLIENT_A, IKE + 7);
	outside_port = 5500;
	inside_port = IKE + 7;
	for (i = 0; i < 300; i++) {
		g.client = SERVER_2 + 1 + i;
		g.ike++;
		connect_in(&g);
		talk(&g, 1);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 300);
	service_remove(&w, UDP, 5500, CLIENT_A, IKE + 7);
	outside_port = inside_port = IKE;
	end();
}
END_TEST

/* The service's hosts end, with all of their SAs, where that is asked: not
 * those of the server as a client, nor of other clients. */
START_TEST(esp_ends_with_the_service_where_that_is_asked)
{
	struct guest g = first_guest;
	struct esp own = esp_of(CLIENT_A, SERVER_2, 0x901, 0x101);
	struct esp client = esp_of(CLIENT_B, SERVER, 0x902, 0x102);

	begin();
	service_add(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	connect_in(&g);
	talk(&g, 3);
	ck_assert_uint_eq(esp_sends(&w, &own), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &own));
	ck_assert_uint_eq(esp_sends(&w, &client), VPNALG_TRANSLATED);
	if (_i)
		service_remove(&w, UDP, IKE, CLIENT_A, IKE);
	ck_assert_uint_eq(service_cut(&w, UDP, NAT_T, CLIENT_A, NAT_T), 0);
	ck_assert_uint_eq(service_cut(&w, UDP, IKE, CLIENT_B, IKE), 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 3);
	ck_assert_uint_ge(service_cut(&w, UDP, IKE, CLIENT_A, IKE), 3);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 2);
	ck_assert(esp_arrives(&w, &own));
	ck_assert_uint_ne(guest_sends(&g), VPNALG_UNTOUCHED);
	service_remove(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	end();
}
END_TEST

/* Each end may rekey, and each be the first to use the new SA. */
static const struct rekey_row {
	const char *what;
	uint8_t version;
	bool by_server, server_first;
} rekey_rows[] = {
	{ "by the client, which is first", 2, false, false },
	{ "by the client, the server is first", 2, false, true },
	{ "by the server, the client is first", 2, true, false },
	{ "by the server, which is first", 2, true, true },
	{ "by the client, version 1", 1, false, false },
	{ "by the server, version 1", 1, true, false },
};

START_TEST(each_end_may_rekey)
{
	const struct rekey_row *row = &rekey_rows[_i];
	struct guest g = first_guest;
	unsigned i;

	begin();
	g.version = row->version;
	connect_in(&g);
	ck_assert(server_hears(&g));
	talk(&g, 5);
	for (i = 0; i < 3; i++) {
		w.now += 60000;
		talk(&g, 3);
		exchange(&g, row->version == 1 ? QUICK_MODE : CREATE_CHILD_SA,
			 row->by_server);
		g.spi_in++;
		g.spi_out++;
		g.sequence_in = g.sequence_out = 0;
		if (row->server_first)
			ck_assert_msg(client_hears(&g), "%s", row->what);
		ck_assert_msg(server_hears(&g), "%s", row->what);
		talk(&g, 3);
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
	end();
}
END_TEST

/* Two clients: of different remotes, or of one, where a NAT gives the second
 * another port. */
static const struct two_row {
	uint32_t client;
	uint16_t port;
} two_rows[] = {
	{ SERVER_2, IKE },
	{ SERVER_2, 1024 },
	{ SERVER, 1024 },
};

START_TEST(two_clients_outside_are_served)
{
	struct guest a = first_guest, b = first_guest;

	begin();
	b.client = two_rows[_i].client;
	b.port = two_rows[_i].port;
	b.ike = 0x2222;
	b.spi_in = 0xc2000001;
	b.spi_out = 0x5e000002;
	connect_in(&a);
	ck_assert(server_hears(&a));
	talk(&a, 5);
	connect_in(&b);
	ck_assert(server_hears(&b));
	talk(&b, 5);
	talk(&a, 5);
	exchange(&a, CREATE_CHILD_SA, false);
	a.spi_in++;
	a.spi_out++;
	ck_assert(server_hears(&a));
	talk(&a, 5);
	talk(&b, 5);
	end();
}
END_TEST

/* An inside client whose server is at the same remote: a site on both ends. */
START_TEST(an_inside_client_of_the_same_remote_stands_beside)
{
	struct guest g = first_guest;
	struct ike k = ike_of(CLIENT_B, SERVER, 1);
	struct esp e = esp_of(CLIENT_B, SERVER, 0xaa, 0xb0);
	bool client_first = _i;

	begin();
	if (client_first) {
		ike_begin(&w, &k);
		ck_assert(esp_arrives(&w, &e));
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		w.now += 10000;
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
	}
	connect_in(&g);
	ck_assert(server_hears(&g));
	ck_assert_uint_eq(w.event.evidence,
			  client_first ? VPNALG_EVIDENCE_CONNECTED
				       : VPNALG_EVIDENCE_ALONE);
	talk(&g, 5);
	if (!client_first) {
		w.now += 10000;
		talk(&g, 5);
		ike_begin(&w, &k);
		ck_assert(esp_arrives(&w, &e));
	}
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	talk(&g, 5);
	end();
}
END_TEST

/* The clients know one address of the server, also where another inside host
 * has that one towards their remote already. */
START_TEST(esp_leaves_with_the_address_of_the_service)
{
	static const uint32_t addresses[] = { OUTSIDE_2, OUTSIDE };
	struct guest g;
	struct esp e;
	unsigned i;

	for (i = 0; i < 8; i++) {
		g = first_guest;
		e = esp_of(CLIENT_B, SERVER, 0xaa, 0xb0);
		begin_with((struct world_options){
			.addresses = addresses,
			.address_count = 2,
			.pool_key = { i, i } });
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
		w.now += 10000;
		if (_i)
			connect_in(&g);
		ck_assert(client_hears(&g));
		ck_assert(server_hears(&g));
		end();
	}
}
END_TEST

TCase *ipsec_service_case(void)
{
	TCase *served = tcase_create("IPsec");

	tcase_add_loop_test(served, either_end_begins_with_esp, 0,
			    ROWS(first_rows));
	tcase_add_loop_test(served,
			    a_server_at_another_port_has_esp_where_it_is_known,
			    0, ROWS(port_rows));
	tcase_add_test(served, a_server_at_two_ports_has_as_much_room_at_both);
	tcase_add_loop_test(served,
			    esp_ends_with_the_service_where_that_is_asked, 0,
			    2);
	tcase_add_loop_test(served, each_end_may_rekey, 0, ROWS(rekey_rows));
	tcase_add_loop_test(served, two_clients_outside_are_served, 0,
			    ROWS(two_rows));
	tcase_add_loop_test(served,
			    an_inside_client_of_the_same_remote_stands_beside,
			    0, 2);
	tcase_add_loop_test(served, esp_leaves_with_the_address_of_the_service,
			    0, 2);
	return served;
}
