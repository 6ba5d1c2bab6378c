/* SPDX-License-Identifier: BSD-2-Clause */
/* An exchange of IKE shows which host may receive ESP next. */
#include "support_records.h"
#include "cases.h"

static struct world w;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .passive = true });
}

static void end(void)
{
	world_end(&w);
}

/* Messages that may make an ESP SA, and so make their host known. */
static const struct exchange_row {
	const char *name;
	uint8_t version, exchange;
	bool makes_child;
} exchange_rows[] = {
	{ "Base, version 1", 1, 1, false },
	{ "Main Mode", 1, MAIN_MODE, false },
	{ "Aggressive Mode", 1, AGGRESSIVE_MODE, false },
	{ "Informational, version 1", 1, INFORMATIONAL_1, false },
	{ "Transaction, version 1", 1, 6, false },
	{ "Quick Mode", 1, QUICK_MODE, true },
	{ "New Group Mode", 1, 33, false },
	{ "Quick Mode's number in version 2", 2, QUICK_MODE, false },
	{ "IKE_SA_INIT", 2, IKE_SA_INIT, false },
	{ "IKE_AUTH", 2, IKE_AUTH, true },
	{ "CREATE_CHILD_SA", 2, CREATE_CHILD_SA, true },
	{ "INFORMATIONAL", 2, INFORMATIONAL, false },
	{ "IKE_AUTH's number in version 1", 1, IKE_AUTH, false },
	{ "IKE_AUTH's number in version 3", 3, IKE_AUTH, false },
	{ "an unknown number", 2, 250, false },
};

START_TEST(an_exchange_that_makes_an_sa_makes_its_host_known)
{
	const struct exchange_row *row = &exchange_rows[_i];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	k.version = row->version;
	client_exchanges(&w, &k, row->exchange);
	ck_assert_msg(live(&w, KIND_ESP_HOST) == row->makes_child, "%s",
		      row->name);
}
END_TEST

/* So the server's ESP may be the first. */
START_TEST(the_server_may_send_before_the_host_does)
{
	const struct exchange_row *row = &exchange_rows[_i];
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	k.version = row->version;
	client_exchanges(&w, &k, row->exchange);
	ck_assert_uint_eq(esp_receives(&w, &e),
			  row->makes_child ? VPNALG_TRANSLATED
					   : VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 1);
}
END_TEST

/* A host requests its second SA while the first packets of its first one are on
 * their way, and repeats the request without an answer. The next SPI may be the
 * host's own, though another host awaits one too. */
static const uint8_t again_rows[] = { 1, 2 }; /* versions */

START_TEST(a_host_that_repeats_its_request_still_awaits_an_spi)
{
	struct esp a = esp_of(CLIENT_A, SERVER, 0xaa, 0xba);
	struct esp b = esp_of(CLIENT_B, SERVER, 0xab, 0xbb);
	struct ike ka = ike_of(CLIENT_A, SERVER, 0);
	struct ike kb = ike_of(CLIENT_B, SERVER, 1);
	uint8_t version = again_rows[_i];
	uint8_t exchange = version == 1 ? QUICK_MODE : CREATE_CHILD_SA;
	uint8_t flags = version == 1 ? 0 : INITIATOR;
	unsigned i;

	ike_begin(&w, &ka);
	ike_begin(&w, &kb);
	ka.version = kb.version = version;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &b));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ike_out(&w, &ka, exchange, flags, 77);
	ck_assert(esp_arrives(&w, &a));
	for (i = 0; i < 60; i++) { /* both have traffic, and B's goes on */
		w.now += 100;
		esp_sends(&w, &a);
		esp_arrives(&w, &a);
		esp_sends(&w, &b);
		esp_arrives(&w, &b);
	}
	ike_out(&w, &ka, exchange, flags, 77);
	ike_out(&w, &kb, exchange, flags, 78);
	w.now += 20;
	a.in_spi = 0xca;
	a.in_sequence = 0;
	esp_receives(&w, &a);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 2);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_UNPAIRED);
}
END_TEST

/* From outside nothing is opened, whatever it says. */
START_TEST(an_exchange_that_the_server_begins_makes_no_host_known)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	client_exchanges(&w, &k, IKE_SA_INIT);
	ck_assert_uint_eq(ike_in(&w, &k, CREATE_CHILD_SA, 0, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
	ck_assert_uint_eq(ike_out(&w, &k, CREATE_CHILD_SA,
				  INITIATOR | RESPONSE, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
}
END_TEST

/* ESP in UDP has no plain ESP beside it. */
START_TEST(nat_t_makes_no_host_known)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	k.port = k.remote_port = NAT_T;
	client_exchanges(&w, &k, IKE_AUTH);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
}
END_TEST

/* A header that is cut says nothing, and the message passes. */
START_TEST(a_message_shorter_than_its_header_passes_and_says_nothing)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes m = ike_message(&k, IKE_AUTH, INITIATOR, 1), p;

	p = udp_packet(CLIENT_A, IKE, SERVER, IKE, m.data, (uint32_t)_i);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), _i >= 28);
	p = udp_packet(SERVER, IKE, OUTSIDE, IKE, m.data, (uint32_t)_i);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* An attacker knows the port, and no more. */
START_TEST(messages_from_outside_do_not_take_a_pair_away)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	unsigned i;

	ike_begin(&w, &k);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	for (i = 0; i < 1000; i++) {
		w.now += 10;
		ck_assert_uint_eq(ike_in(&w, &k, (uint8_t)(30 + i % 10),
					 i & 1 ? RESPONSE : 0, i),
				  VPNALG_TRANSLATED);
	}
	ck_assert(esp_arrives(&w, &e));
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 1);
}
END_TEST

/* A host uses one SA, or two, and begins two exchanges, between which it sends
 * with the new SA or not: how many SPIs it awaits. */
static const struct promise_row {
	bool several, sends;
	unsigned pending;
} promise_rows[] = {
	{ false, false, 1 },
	{ false, true, 1 },
	{ true, false, 2 },
	{ true, true, 1 },
};

START_TEST(a_host_that_uses_several_sas_rekeys_each_of_them)
{
	const struct promise_row *row = &promise_rows[_i];
	struct esp sas[3];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	unsigned i;

	for (i = 0; i < ROWS(sas); i++)
		sas[i] = esp_of(CLIENT_A, SERVER, 0xa0 + i, 0xb0 + i);
	ike_begin(&w, &k);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(esp_sends(&w, &sas[i]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &sas[i]));
		w.now += 100;
	}
	if (row->several)
		ck_assert_uint_eq(esp_sends(&w, &sas[0]), VPNALG_TRANSLATED);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	if (row->sends)
		ck_assert_uint_eq(esp_sends(&w, &sas[2]), VPNALG_TRANSLATED);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, row->pending);
}
END_TEST

TCase *ipsec_exchange_case(void)
{
	TCase *t = tcase_create("exchanges");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_host_that_uses_several_sas_rekeys_each_of_them,
			    0, ROWS(promise_rows));
	tcase_add_loop_test(t,
			    an_exchange_that_makes_an_sa_makes_its_host_known,
			    0, ROWS(exchange_rows));
	tcase_add_loop_test(t, the_server_may_send_before_the_host_does, 0,
			    ROWS(exchange_rows));
	tcase_add_loop_test(t,
			    a_host_that_repeats_its_request_still_awaits_an_spi,
			    0, ROWS(again_rows));
	tcase_add_test(
		t, an_exchange_that_the_server_begins_makes_no_host_known);
	tcase_add_test(t, nat_t_makes_no_host_known);
	tcase_add_loop_test(
		t, a_message_shorter_than_its_header_passes_and_says_nothing,
		0, 45);
	tcase_add_test(t, messages_from_outside_do_not_take_a_pair_away);
	return t;
}
