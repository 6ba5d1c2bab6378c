/* SPDX-License-Identifier: BSD-2-Clause */
/* Another NAT has chosen already: its outside endpoint of what opens a VPN is
 * taken over, and nothing but IDs within is the library's choice. */
#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <string.h>

#include <vpnalg/protocols.h>

enum { CHOSEN_PORT = 61001, PORT = 40000 };

static struct world w;
static uint32_t chosen; /* the address that the host has been given */

/* The other NAT knows connections, by their ports. What has none, and what lies
 * within connections, is the library's. */
static enum vpnalg_choice tell(struct world *world, struct vpnalg_binding *b)
{
	(void)world;
	if (b->inside_id == PORT)
		b->outside_id = CHOSEN_PORT;
	else if (b->protocol != 6 && b->protocol != 17 && b->inside_id != 0)
		return VPNALG_CHOICE_TAKE;
	put32(b->outside.octets, chosen);
	return VPNALG_CHOICE_CHOSEN;
}

static void begin(void)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	 { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },	 { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };

	world_begin(&w, &(struct world_options){ .addresses = addresses,
						 .address_count = 2,
						 .protocols = protocols,
						 .protocol_count = 5,
						 .choose = tell });
}

static void end(void)
{
	world_end(&w);
}

static struct bytes sccrq(uint32_t from, uint16_t port)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ);

	l2tp_avp(&m, 2, 2, 0x0100);
	l2tp_avp(&m, 9, 2, 7);
	return l2tp_packet(from, port, SERVER, L2TP, &m);
}

static struct bytes ike_request(uint32_t from, uint16_t port)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	k.client = from;
	k.port = port;
	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static struct bytes nat_t(uint32_t from, uint16_t port)
{
	return udp_packet(from, port, SERVER, NAT_T, "\1\2\3\4abcdefgh",
			  12);
}

static struct bytes control(uint32_t from, uint16_t port)
{
	return tcp_packet(from, port, SERVER, PPTP, 7, 0, SYN, "", 0);
}

static struct bytes esp(uint32_t from, uint16_t port)
{
	(void)port;
	return esp_packet(from, SERVER, 0x1111, 1);
}

static struct bytes gre(uint32_t from, uint16_t port)
{
	(void)port;
	return ip_packet(from, SERVER, GRE, "\0\0\x08\0abcd", 8);
}

/* Another NAT's form of a packet, of which no ID within may change. */
static const struct adopted_row {
	const char *name;
	struct bytes (*packet)(uint32_t from, uint16_t port);
	uint32_t address;
} adopted_rows[] = {
	{ "PPTP", control, OUTSIDE },
	{ "PPTP, the other address", control, OUTSIDE_2 },
	{ "L2TP", sccrq, OUTSIDE },
	{ "L2TP, the other address", sccrq, OUTSIDE_2 },
	{ "IKE", ike_request, OUTSIDE },
	{ "IKE, the other address", ike_request, OUTSIDE_2 },
	{ "NAT-T", nat_t, OUTSIDE_2 },
	{ "ESP", esp, OUTSIDE },
	{ "ESP, the other address", esp, OUTSIDE_2 },
	{ "GRE", gre, OUTSIDE },
	{ "GRE, the other address", gre, OUTSIDE_2 },
};

START_TEST(what_another_nat_has_chosen_is_taken_over)
{
	const struct adopted_row *row = &adopted_rows[_i];
	struct bytes p = row->packet(CLIENT_A, PORT);
	struct bytes expected = row->packet(row->address, CHOSEN_PORT);

	chosen = row->address;
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED,
		      "%s: %s", row->name, vpnalg_result_text(w.last.result));
	ck_assert_msg(w.length == expected.length &&
			      memcmp(w.bytes, expected.data, w.length) == 0,
		      "%s: another packet", row->name);
}
END_TEST

/* A call of a connection whose endpoint was told; the Call ID of a second host
 * with the same address is the library's choice. */
START_TEST(calls_follow_the_endpoint_that_was_chosen)
{
	struct connection a = { 0 }, b = { 0 };
	uint16_t id_a, id_b;
	struct bytes p;

	chosen = OUTSIDE_2;
	start_control(&w, &a, CLIENT_A, PORT, SERVER);
	start_control(&w, &b, CLIENT_B, 1024, SERVER);
	id_a = call_out(&w, &a, 0x1234, 0x4321);
	id_b = call_out(&w, &b, 0x1234, 0x4322);
	ck_assert_uint_eq(id_a, 0x1234);
	ck_assert_uint_ne(id_b, 0x1234);
	p = gre_packet(SERVER, OUTSIDE_2, id_b, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	p = gre_packet(CLIENT_A, SERVER, 0x4321, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
}
END_TEST

/* ESP goes by the address that was told for its host's IKE. */
START_TEST(esp_follows_the_endpoint_that_was_chosen)
{
	struct bytes p = ike_request(CLIENT_A, PORT);

	chosen = OUTSIDE_2;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = esp(CLIENT_A, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	p = esp_packet(SERVER, OUTSIDE_2, 0x2222, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

TCase *choose_adopted_case(void)
{
	TCase *t = tcase_create("adopted");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, what_another_nat_has_chosen_is_taken_over, 0,
			    ROWS(adopted_rows));
	tcase_add_test(t, calls_follow_the_endpoint_that_was_chosen);
	tcase_add_test(t, esp_follows_the_endpoint_that_was_chosen);
	return t;
}
