/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec where sessions end in another order than they began, where other
 * sessions have been there before, and where packets from outside are
 * forged. */
#include "support_ipsec.h"
#include "cases.h"

#include <vpnalg/protocols.h>

static struct world w;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

/* Both are clients of a server that answers to port 500; the first has it. */
static struct ike a, b;

static void two_share_port_500(void)
{
	a = ike_of(CLIENT_A, SERVER, 0);
	b = ike_of(CLIENT_B, SERVER, 0);
	a.fixed_port = b.fixed_port = true;
	client_exchanges(&w, &a, IKE_SA_INIT);
	client_exchanges(&w, &b, IKE_SA_INIT);
	client_exchanges(&w, &b, INFORMATIONAL);
	ck_assert_uint_eq(b.outside_port, IKE);
}

START_TEST(an_inbound_sa_dies_with_its_host)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);

	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	w.now += 127000;
	ck_assert(esp_arrives(&w, &e));
	w.now += 1000; /* now the host has been silent for too long */
	ck_assert(!esp_arrives(&w, &e));
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 0);
}
END_TEST

START_TEST(an_spi_that_is_shown_at_another_host_is_unpaired_with_an_event)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	struct esp other = esp_of(CLIENT_B, SERVER, 0xa2, 0xb1);
	struct bytes p = esp_packet(SERVER, CLIENT_B, 0xb1, 7);

	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	ck_assert_uint_eq(esp_sends(&w, &other), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 1);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 2);
	ck_assert(esp_arrives(&w, &other));
}
END_TEST

START_TEST(an_ike_sa_lives_as_long_as_its_session_without_sweeps)
{
	two_share_port_500();
	w.now += 200000;
	client_exchanges(&w, &b, INFORMATIONAL);
	w.now += 200000;
	ck_assert_uint_eq(ike_in(&w, &b, INFORMATIONAL, 0, 9),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(live(&w, KIND_IKE_SA), 2);
}
END_TEST

/* The server's address and port can be forged, the SPI must be known. */
START_TEST(a_forged_message_does_not_set_the_fixed_port)
{
	struct ike forged;
	uint16_t port;

	a = ike_of(CLIENT_A, SERVER, 0);
	b = ike_of(CLIENT_B, SERVER, 0);
	client_exchanges(&w, &a, IKE_SA_INIT);
	ck_assert_uint_eq(ike_out(&w, &b, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_TRANSLATED);
	port = b.outside_port;
	ck_assert_uint_ne(port, IKE);
	b.fixed_port = true;
	client_exchanges(&w, &b, IKE_SA_INIT);
	forged = b;
	forged.fixed_port = false;
	forged.outside_port = port;
	forged.spi[0][0] = 0xdead;
	ck_assert_uint_eq(ike_in(&w, &forged, INFORMATIONAL, 0, 3),
			  VPNALG_DROP_PORT_HELD);
	client_exchanges(&w, &b, INFORMATIONAL);
	ck_assert_uint_eq(b.outside_port, IKE);
	/* The sender knows the SPI, so it is the remote: it answers to the
	 * other port after all. */
	forged.spi[0][0] = b.spi[0][0];
	ck_assert_uint_eq(ike_in(&w, &forged, INFORMATIONAL, 0, 3),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &b, INFORMATIONAL, INITIATOR, 9),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, port);
}
END_TEST

START_TEST(a_forged_message_is_no_answer)
{
	struct ike forged;
	unsigned i;

	a = ike_of(CLIENT_A, SERVER, 0);
	b = ike_of(CLIENT_B, SERVER, 0);
	client_exchanges(&w, &a, IKE_SA_INIT);
	for (i = 0; i < 4; i++) {
		ck_assert_uint_eq(ike_out(&w, &b, IKE_SA_INIT, INITIATOR, 0),
				  VPNALG_TRANSLATED);
		forged = b;
		forged.spi[0][0] = 0xdead;
		if (i < 3)
			ck_assert_uint_eq(ike_in(&w, &forged, IKE_SA_INIT,
						 RESPONSE, 0),
					  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(b.outside_port, IKE);
}
END_TEST

/* Its answer would be ambiguous. */
START_TEST(a_message_without_an_spi_does_not_share_port_500)
{
	struct bytes p = udp_packet(CLIENT_B, IKE, SERVER, IKE, "\377", 1);

	two_share_port_500();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(l4(&w)), IKE);
}
END_TEST

/* Else anybody could have others held, or take the evidence for a pair away. */
START_TEST(a_forged_message_requests_no_sa)
{
	struct ike forged;

	a = ike_of(CLIENT_A, SERVER, 0);
	b = ike_of(CLIENT_B, SERVER, 0);
	ike_begin(&w, &a);
	w.now += 20000;
	ike_begin(&w, &b);
	world_wait(&w, 60000);
	forged = a;
	forged.spi[0][0] = 0xdead;
	ck_assert_uint_eq(ike_in(&w, &forged, CREATE_CHILD_SA, 0, 3),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &b, CREATE_CHILD_SA, INITIATOR, 9),
			  VPNALG_TRANSLATED);
	/* A true one does. */
	w.now += 20000;
	ck_assert_uint_eq(ike_in(&w, &a, CREATE_CHILD_SA, 0, 4),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &b, CREATE_CHILD_SA, INITIATOR, 10),
			  VPNALG_DROP_HELD);
}
END_TEST

START_TEST(requests_in_turn_are_held_no_longer_than_one)
{
	unsigned i, held = 0;

	a = ike_of(CLIENT_A, SERVER, 0);
	b = ike_of(CLIENT_B, SERVER, 0);
	ike_begin(&w, &a);
	w.now += 20000;
	ike_begin(&w, &b);
	world_wait(&w, 60000);
	for (i = 0; i < 16; i++) {
		ck_assert_uint_eq(ike_out(&w, &a, CREATE_CHILD_SA, INITIATOR,
					  100),
				  VPNALG_TRANSLATED);
		held += ike_out(&w, &b, CREATE_CHILD_SA, INITIATOR,
				  200 + i % 2) == VPNALG_DROP_HELD;
		w.now += 400;
	}
	ck_assert_uint_ge(held, 1);
	ck_assert_uint_le(held, 3);
}
END_TEST

/* Three hosts have the same outbound SPI; the one that had the key is gone. */
START_TEST(an_outbound_spi_that_was_shared_stays_ambiguous)
{
	struct esp e[3];
	struct bytes p;
	unsigned i;

	for (i = 0; i < 3; i++)
		e[i] = esp_of(CLIENT_A + i, SERVER, 0xa1, 0xb1 + i);
	ck_assert_uint_eq(esp_sends(&w, &e[0]), VPNALG_TRANSLATED);
	w.now += 1000;
	ck_assert_uint_eq(esp_sends(&w, &e[1]), VPNALG_TRANSLATED);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 20000);
		ck_assert_uint_eq(esp_sends(&w, &e[0]), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_OUT), 1);
	w.now += 1000;
	ck_assert_uint_eq(esp_sends(&w, &e[2]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &e[0]), VPNALG_TRANSLATED);
	p = esp_packet(OUTSIDE, SERVER, 0xa1, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
}
END_TEST

static void begin_with(vpnalg_handler_function *first)
{
	struct vpnalg_protocol protocols[] = { { first, NULL },
					       { vpnalg_ipsec, NULL } };

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2 });
}

/* General traffic of UDP, but such that others may stand behind it. */
static const struct vpnalg_handler *early_general(void)
{
	static struct vpnalg_handler handler;

	handler = *vpnalg_general();
	handler.takes_rest = false;
	handler.ip_protocol_count = 1;
	handler.ip_protocols[0] = UDP;
	return &handler;
}

START_TEST(port_500_is_shared_though_another_handler_looks_first)
{
	begin_with(vpnalg_l2tp);
	two_share_port_500();
	client_exchanges(&w, &a, INFORMATIONAL);
	client_exchanges(&w, &b, INFORMATIONAL);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
}
END_TEST

START_TEST(an_esp_host_keeps_no_other_handlers_session)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	struct bytes p = udp_packet(CLIENT_A, IKE, SERVER, IKE, "ike", 3);
	size_t flow = vpnalg_general()->kind_count, i;
	uint64_t before = 0, after = 0;

	begin_with(early_general);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	for (i = 0; i < flow; i++)
		before += live(&w, i);
	ck_assert_uint_gt(before, 0);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	world_wait(&w, 110000);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	world_wait(&w, 400000);
	world_wait(&w, 1); /* first the session, then its mapping */
	for (i = 0; i < flow; i++)
		after += live(&w, i);
	ck_assert_uint_eq(after, 0);
	ck_assert_uint_eq(live(&w, flow + KIND_ESP_HOST), 1);
}
END_TEST

TCase *ipsec_edges_case(void)
{
	TCase *t = tcase_create("edges");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, an_inbound_sa_dies_with_its_host);
	tcase_add_test(
		t,
		an_spi_that_is_shown_at_another_host_is_unpaired_with_an_event);
	tcase_add_test(
		t,
		an_ike_sa_lives_as_long_as_its_session_without_sweeps);
	tcase_add_test(
		t,
		a_forged_message_does_not_set_the_fixed_port);
	tcase_add_test(t, a_forged_message_is_no_answer);
	tcase_add_test(t, a_message_without_an_spi_does_not_share_port_500);
	tcase_add_test(t, a_forged_message_requests_no_sa);
	tcase_add_test(t, requests_in_turn_are_held_no_longer_than_one);
	tcase_add_test(t, an_outbound_spi_that_was_shared_stays_ambiguous);
	return t;
}

TCase *ipsec_worlds_case(void)
{
	TCase *t = tcase_create("other worlds");

	tcase_add_checked_fixture(t, NULL, end);
	tcase_add_test(t,
		       port_500_is_shared_though_another_handler_looks_first);
	tcase_add_test(t, an_esp_host_keeps_no_other_handlers_session);
	return t;
}
