/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of SPIs: of a host alone at once, of one host no more than four. */
#include "support_ipsec.h"
#include "cases.h"

static struct world w;
static struct esp a;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	a = esp_of(CLIENT_A, SERVER, 0xaa, 0xb0);
}

static void end(void)
{
	world_end(&w);
}

/* A packet from the server with that SPI. */
static unsigned hear(uint32_t spi, uint32_t sequence)
{
	struct bytes p = esp_packet(SERVER, OUTSIDE, spi, sequence);

	return send_packet(&w, VPNALG_IN, &p);
}

static void exchange_packets(unsigned times)
{
	for (; times > 0; times--) {
		w.now += 20;
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &a));
	}
}

/* The first pair of a lone host. */
static const struct alone_row {
	const char *name;
	bool ike, sends;
	uint32_t sequence;
} alone_rows[] = {
	{ "it has sent", false, true, 1 },
	{ "it has sent, and was known elsewhere before", false, true, 77777 },
	{ "its exchange has ended, it has not sent", true, false, 1 },
	{ "its exchange has ended, and it has sent", true, true, 1 },
};

START_TEST(a_host_alone_is_never_delayed)
{
	const struct alone_row *row = &alone_rows[_i];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ 0 });
	if (row->ike)
		ike_begin(&w, &k);
	if (row->sends)
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	a.in_sequence = row->sequence - 1;
	ck_assert_msg(esp_arrives(&w, &a), "%s", row->name);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 1);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], 0);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(an_event_names_the_evidence_of_a_pair)
{
	const struct vpnalg_binding *binding = &w.event.session;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_PAIRED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ALONE);
	ck_assert_uint_eq(binding->protocol, ESP);
	ck_assert_uint_eq(get32(binding->inside.octets), CLIENT_A);
	ck_assert_uint_eq(get32(binding->outside.octets), OUTSIDE);
	ck_assert_uint_eq(get32(binding->remote.octets), SERVER);
	ck_assert_uint_eq(binding->inside_id, 0xb0);
	ck_assert_uint_eq(binding->outside_id, 0xb0);
	ck_assert_uint_eq(binding->remote_port, 0);
}
END_TEST

/* Either end may begin with the new SPI, and the old one is used for a while
 * yet, RFC 7296 2.8. */
START_TEST(old_and_new_spis_live_side_by_side_in_a_rekey)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct esp new = esp_of(CLIENT_A, SERVER, 0xab, 0xb1);
	int i;

	ike_begin(&w, &k);
	exchange_packets(10);
	if (_i & 1)
		client_exchanges(&w, &k, CREATE_CHILD_SA);
	else
		server_exchanges(&w, &k, CREATE_CHILD_SA);
	for (i = 0; i < 30; i++) {
		w.now += 10;
		if (_i & 2)
			ck_assert_uint_eq(esp_sends(&w, &new),
					  VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &new));
		ck_assert(esp_arrives(&w, &a));
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 2);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* Each pair lives for its time, however many follow it. */
START_TEST(a_host_may_rekey_for_ever)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	unsigned i;

	ike_begin(&w, &k);
	for (i = 0; i < 200; i++) {
		exchange_packets(100);
		w.now += 60000;
		client_exchanges(&w, &k, CREATE_CHILD_SA);
		a.in_spi++;
		a.out_spi++;
		a.in_sequence = a.out_sequence = 0;
		world_wait(&w, 0);
		ck_assert_uint_le(live(&w, KIND_ESP_IN), 64);
	}
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 200);
}
END_TEST

/* Ten tunnels of one gateway, side by side: as many as the store has room
 * for. */
START_TEST(a_host_has_as_many_inbound_spis_as_it_has_sas)
{
	struct esp many[10];
	unsigned i, round;

	for (i = 0; i < ROWS(many); i++) {
		many[i] = esp_of(CLIENT_A, SERVER, 0xa0 + i, 0xb0 + i);
		ck_assert_uint_eq(esp_sends(&w, &many[i]), VPNALG_TRANSLATED);
		w.now += 5;
	}
	for (round = 0; round < 20; round++)
		for (i = 0; i < ROWS(many); i++) {
			esp_sends(&w, &many[i]);
			w.now += 10;
			ck_assert(esp_arrives(&w, &many[i]));
		}
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), ROWS(many));
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A lone host gets whatever comes, but of SPIs that nothing has announced one
 * is kept at most, and costs an event and a choice now and then. */
START_TEST(unannounced_spis_take_one_place)
{
	uint32_t spi;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	for (spi = 0x10000; spi < 0x10000 + 10000; spi++) {
		w.now++;
		ck_assert_uint_eq(hear(spi, spi & 7), VPNALG_TRANSLATED);
		if (spi % 100 == 0)
			ck_assert(esp_arrives(&w, &a));
	}
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 1);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 1);
}
END_TEST

/* The first packet is forged: the real SPI gets through beside it, and into its
 * place once it is silent. */
START_TEST(a_forged_spi_does_not_keep_the_real_one_out)
{
	unsigned i;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(hear(0x666, 8), VPNALG_TRANSLATED);
	for (i = 0; i < 1200; i++) {
		w.now += 10;
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &a));
	}
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 2);
}
END_TEST

/* Traffic both ways has confirmed them: nothing from outside takes one away. */
START_TEST(a_confirmed_pair_is_never_taken_by_packets_from_outside)
{
	struct esp four[4];
	uint32_t i;

	for (i = 0; i < 4; i++) {
		a.in_spi = 0xb0 + i;
		a.out_spi = 0xa0 + i;
		a.in_sequence = 0;
		exchange_packets(100);
		four[i] = a;
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 4);
	for (i = 0; i < 1000; i++)
		ck_assert_uint_eq(hear(0x10000 + i * 7919, i & 1 ? 1 : i << 20),
				  VPNALG_TRANSLATED);
	for (i = 0; i < 4; i++)
		ck_assert(esp_arrives(&w, &four[i]));
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 4);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A capture from the inside shows the owner of an SPI. */
START_TEST(a_packet_in_its_inside_form_shows_its_host)
{
	struct esp b = esp_of(CLIENT_B, SERVER, 0xac, 0xb0);
	struct bytes p = esp_packet(SERVER, CLIENT_B, 0xb0, 1);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_SHOWN);
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

/* And takes it from a host that has it by mistake. */
START_TEST(a_shown_pair_counts_more_than_a_guess)
{
	struct esp b = esp_of(CLIENT_B, SERVER, 0xac, 0xb0);
	struct bytes p = esp_packet(SERVER, CLIENT_B, 0xb0, 2);

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &b));
	p = esp_packet(SERVER, CLIENT_A, 0xb9, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	a.in_spi = 0xb9;
	ck_assert(esp_arrives(&w, &a));
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 2);
}
END_TEST

TCase *ipsec_pair_case(void)
{
	TCase *t = tcase_create("pairs");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_host_alone_is_never_delayed, 0,
			    ROWS(alone_rows));
	tcase_add_test(t, an_event_names_the_evidence_of_a_pair);
	tcase_add_loop_test(t, old_and_new_spis_live_side_by_side_in_a_rekey,
			    0, 4);
	tcase_add_test(t, a_host_may_rekey_for_ever);
	tcase_add_test(t, a_host_has_as_many_inbound_spis_as_it_has_sas);
	tcase_add_test(t, unannounced_spis_take_one_place);
	tcase_add_test(t, a_forged_spi_does_not_keep_the_real_one_out);
	tcase_add_test(
		t, a_confirmed_pair_is_never_taken_by_packets_from_outside);
	tcase_add_test(t, a_packet_in_its_inside_form_shows_its_host);
	tcase_add_test(t, a_shown_pair_counts_more_than_a_guess);
	return t;
}
