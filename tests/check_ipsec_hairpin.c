/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPsec server inside, and its clients inside. */
#include "cases.h"
#include "ipsec_guest.h"

/* A client inside of the server inside: all of it crosses twice. The server
 * sees it at the outside address, and its port. */
struct crossing {
	uint32_t client;
	uint16_t port; /* as the server sees it */
	uint32_t ike, to_server, to_client, sequence;
};

static void ike_crosses(struct crossing *c, uint8_t exchange, uint8_t flags)
{
	bool answer = flags & RESPONSE;
	struct guest g = { .client = c->client, .version = 2, .ike = c->ike,
			   .message = exchange };
	struct bytes m = said(&g, exchange, flags, PAYLOAD_SK);
	struct bytes p = answer ? udp_packet(CLIENT_A, IKE, OUTSIDE, c->port,
					     m.data, m.length)
				: udp_packet(c->client, IKE, OUTSIDE, IKE,
					     m.data, m.length);

	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), answer ? c->client : CLIENT_A);
	if (!answer)
		c->port = get16(l4(&w));
}

static void connect_across(struct crossing *c)
{
	ike_crosses(c, IKE_SA_INIT, INITIATOR);
	ike_crosses(c, IKE_SA_INIT, RESPONSE);
	ike_crosses(c, IKE_AUTH, INITIATOR);
	ike_crosses(c, IKE_AUTH, RESPONSE);
}

static bool esp_crosses(struct crossing *c, bool to_server)
{
	struct bytes p = esp_packet(to_server ? c->client : CLIENT_A, OUTSIDE,
				    to_server ? c->to_server : c->to_client,
				    ++c->sequence);

	w.now += 10;
	return hairpin(&w, &p) == VPNALG_TRANSLATED &&
	       destination(&w) == (to_server ? CLIENT_A : c->client) &&
	       source(&w) == OUTSIDE;
}

START_TEST(a_client_inside_has_esp_with_a_server_inside)
{
	struct crossing c = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	bool server_first = _i;
	unsigned i;

	begin_with((struct world_options){ .no_undo = true });
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, !server_first));
		ck_assert(esp_crosses(&c, server_first));
	}
	c.to_server++;
	c.to_client++;
	c.sequence = 0;
	ike_crosses(&c, CREATE_CHILD_SA, INITIATOR);
	ike_crosses(&c, CREATE_CHILD_SA, RESPONSE);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, !server_first));
		ck_assert(esp_crosses(&c, server_first));
	}
	end();
}
END_TEST

/* What the server sends may be for either of two clients inside: as for two
 * clients of one remote outside, some packets may be lost. What they send is
 * the server's. */
START_TEST(two_clients_inside_have_esp_with_a_server_inside)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	unsigned i, lost = 0;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, true));
		lost += !esp_crosses(&c, false);
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	ck_assert_uint_le(lost, 3);
	end();
}
END_TEST

/* The server sends when it likes, to clients that do not answer: each packet
 * comes in just after one that the server has sent, which is itself. */
START_TEST(a_server_inside_does_not_hear_what_it_sends)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	bool two_clients = _i;
	unsigned i;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	if (two_clients)
		connect_across(&c);
	for (i = 0; i < 60; i++) {
		w.now += 200 + i * 7919 % 1000;
		ck_assert(esp_crosses(&b, false));
		if (two_clients) {
			w.now += 200 + i * 6007 % 1000;
			esp_crosses(&c, false);
			ck_assert_uint_ne(destination(&w), CLIENT_A);
		}
	}
	end();
}
END_TEST

/* The server awaits a client's new SA when it begins to send to the other one,
 * which does not answer. */
START_TEST(a_server_inside_that_awaits_a_client_does_not_hear_itself)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	unsigned i, lost = 0;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		esp_crosses(&b, true);
		esp_crosses(&b, false);
		esp_crosses(&c, true);
		esp_crosses(&c, false);
	}
	for (i = 0; i < 20; i++) {
		w.now += 5000;
		ike_crosses(&c, CREATE_CHILD_SA, INITIATOR);
		ike_crosses(&c, CREATE_CHILD_SA, RESPONSE);
		lost += !esp_crosses(&b, false);
	}
	ck_assert_uint_eq(lost, 0);
	end();
}
END_TEST

TCase *ipsec_hairpin_case(void)
{
	TCase *served = tcase_create("IPsec, hairpins");

	tcase_add_loop_test(served,
			    a_client_inside_has_esp_with_a_server_inside, 0,
			    2);
	tcase_add_test(served,
		       two_clients_inside_have_esp_with_a_server_inside);
	tcase_add_loop_test(served, a_server_inside_does_not_hear_what_it_sends,
			    0, 2);
	tcase_add_test(
		served,
		a_server_inside_that_awaits_a_client_does_not_hear_itself);
	return served;
}
