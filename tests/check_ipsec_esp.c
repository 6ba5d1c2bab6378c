/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP's SAs: what opens them, how long they live, and SPIs that are equal. */
#include "support_ipsec.h"
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

/* Traffic both ways until the pair is trusted fully. */
static void confirm(struct esp *e)
{
	int i;

	for (i = 0; i < 40; i++) {
		w.now += 50;
		ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, e));
	}
}

START_TEST(every_outbound_spi_is_a_session)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	for (; e.out_spi < 0xaa + 6; e.out_spi++)
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(live(&w, KIND_ESP_OUT), 6);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
	e.server = SERVER_2;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 2);
}
END_TEST

/* Two hosts that chose nothing themselves: the servers gave them equal SPIs. */
START_TEST(equal_outbound_spis_of_one_remote_work_and_only_undo_fails)
{
	struct esp a = esp_of(CLIENT_A, SERVER, 0xaa, 0xb1);
	struct esp b = esp_of(CLIENT_B, SERVER, 0xaa, 0xb2);
	struct bytes p;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &b));
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	p = esp_packet(OUTSIDE, SERVER, 0xaa, 2);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert(esp_arrives(&w, &a));
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

START_TEST(equal_spis_of_two_remotes_are_two_sas)
{
	struct esp a = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct esp b = esp_of(CLIENT_B, SERVER_2, 0xaa, 0xbb);
	struct bytes p;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	ck_assert(esp_arrives(&w, &b));
	p = esp_packet(OUTSIDE, SERVER, 0xaa, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_A);
}
END_TEST

/* Two zones may have the same inside address. */
START_TEST(hosts_of_two_zones_never_share_records)
{
	struct bytes p = esp_packet(CLIENT_A, SERVER, 0xa1, 1);

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 1),
			  VPNALG_TRANSLATED);
	p = esp_packet(SERVER, OUTSIDE, 0xb1, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 1);
	p = esp_packet(CLIENT_A, SERVER, 0xa2, 1);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 2),
			  VPNALG_TRANSLATED);
	p = esp_packet(SERVER, OUTSIDE, 0xb2, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 2);
	p = esp_packet(SERVER, OUTSIDE, 0xb1, 2);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 1);
}
END_TEST

/* Spread over a pool: each is alone there, and nothing has to be guessed. */
START_TEST(hosts_of_one_remote_are_spread_over_the_outside_addresses)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct esp a = esp_of(CLIENT_A, SERVER, 0xaa, 0xb1);
	struct esp b = esp_of(CLIENT_B, SERVER, 0xaa, 0xb1);
	struct ike k = ike_of(CLIENT_B, SERVER, 0);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .addresses = addresses,
						.address_count = 2 });
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_ne(a.outside, b.outside);
	ck_assert(esp_arrives(&w, &b)); /* and both have the same SPIs */
	ck_assert(esp_arrives(&w, &a));
	/* The host's other sessions with the remote use the same address. */
	client_exchanges(&w, &k, IKE_SA_INIT);
	ck_assert_uint_eq(k.outside, b.outside);
}
END_TEST

/* Unconfirmed 120 s, confirmed an hour; and a sixteenth more. */
static const struct life_row {
	const char *name;
	vpnalg_time sent, heard; /* how long before, 0: never */
	bool confirmed;
	bool lives;
} life_rows[] = {
	{ "unconfirmed, sent for 119 s ago", 119000, 0, false, true },
	{ "unconfirmed, sent for 128 s ago", 128000, 0, false, false },
	{ "unconfirmed, heard from often", 128000, 10000, false, false },
	{ "confirmed, 59 minutes", 3540000, 0, true, true },
	{ "confirmed, 64 minutes", 3840000, 0, true, false },
	{ "confirmed, heard from often", 3840000, 10000, true, false },
};

START_TEST(an_sa_lives_by_what_its_host_sends)
{
	const struct life_row *row = &life_rows[_i];
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	vpnalg_time end_of_it;

	w.options.no_undo = true;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	if (row->confirmed)
		confirm(&e);
	end_of_it = w.now + row->sent;
	while (row->heard > 0 && w.now + row->heard < end_of_it) {
		world_wait(&w, row->heard);
		if (live(&w, KIND_ESP_HOST) > 0)
			esp_receives(&w, &e);
	}
	world_wait(&w, end_of_it - w.now);
	ck_assert_msg(live(&w, KIND_ESP_OUT) == row->lives, "%s", row->name);
	ck_assert_msg(live(&w, KIND_ESP_HOST) == row->lives, "%s", row->name);
	if (row->lives)
		return;
	world_wait(&w, 120000); /* a pair of the last moment */
	ck_assert_msg(live(&w, KIND_ESP_IN) == 0, "%s", row->name);
}
END_TEST

START_TEST(the_timeouts_are_settings)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	world_end(&w);
	ipsec_world(&w, (struct world_options){
				.timers = { .esp_unpaired = 1000,
					    .esp_idle = 5000 } });
	esp_sends(&w, &e);
	world_wait(&w, 1100);
	ck_assert_int_eq(w.records, 0);
	confirm(&e);
	world_wait(&w, 4900);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
	ck_assert(esp_arrives(&w, &e));
	world_wait(&w, 600);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 0);
}
END_TEST

/* An SA that one host stopped to use does not keep it, nor ends it. */
START_TEST(an_old_sa_ends_and_the_new_one_goes_on)
{
	struct esp old = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct esp new = esp_of(CLIENT_A, SERVER, 0xac, 0xbd);
	int i;

	confirm(&old);
	for (i = 0; i < 400; i++) {
		ck_assert_uint_eq(esp_sends(&w, &new), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &new));
		world_wait(&w, 10000);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_OUT), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
}
END_TEST

/* A host comes back whose SA was idle for long enough to die. */
START_TEST(a_host_that_was_away_for_a_day_comes_back)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	confirm(&e);
	world_wait(&w, 86400000);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
}
END_TEST

/* The low half of the clock, which bodies keep. */
START_TEST(a_clock_near_its_edges_changes_nothing)
{
	static const vpnalg_time times[] = { 0, 1, 0xfffffff0, 0x7ffffff0,
					     0xfffffffff0, 1ULL << 62 };
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	int i;

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .now = times[_i],
						.from_zero = true });
	ike_begin(&w, &k);
	for (i = 0; i < 50; i++) {
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
		w.now++;
	}
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 1);
}
END_TEST

START_TEST(a_choose_callback_that_refuses_stops_esp)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .choosing = CHOOSE_REFUSE });
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_DROP_REFUSED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* The callback refuses the inbound SPI alone. */
static enum vpnalg_choice refuse_spis(struct world *world,
				      struct vpnalg_binding *binding)
{
	(void)world;
	return binding->protocol == ESP && binding->outside_id == 0xbb
		       ? VPNALG_CHOICE_REFUSE
		       : VPNALG_CHOICE_TAKE;
}

START_TEST(an_inbound_spi_may_be_refused_and_another_not)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .choose = refuse_spis });
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_DROP_REFUSED);
	ck_assert_uint_eq(refused(&w, KIND_ESP_IN), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 0);
	e.in_spi = 0xbc;
	ck_assert(esp_arrives(&w, &e));
}
END_TEST

TCase *ipsec_esp_case(void)
{
	TCase *t = tcase_create("ESP");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, every_outbound_spi_is_a_session);
	tcase_add_test(
		t, equal_outbound_spis_of_one_remote_work_and_only_undo_fails);
	tcase_add_test(t, equal_spis_of_two_remotes_are_two_sas);
	tcase_add_test(t, hosts_of_two_zones_never_share_records);
	tcase_add_test(
		t, hosts_of_one_remote_are_spread_over_the_outside_addresses);
	tcase_add_loop_test(t, an_sa_lives_by_what_its_host_sends, 0,
			    ROWS(life_rows));
	tcase_add_test(t, the_timeouts_are_settings);
	tcase_add_test(t, an_old_sa_ends_and_the_new_one_goes_on);
	tcase_add_test(t, a_host_that_was_away_for_a_day_comes_back);
	tcase_add_loop_test(t, a_clock_near_its_edges_changes_nothing, 0, 6);
	tcase_add_test(t, a_choose_callback_that_refuses_stops_esp);
	tcase_add_test(t, an_inbound_spi_may_be_refused_and_another_not);
	return t;
}
