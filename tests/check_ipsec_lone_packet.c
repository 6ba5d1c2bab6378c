/* SPDX-License-Identifier: BSD-2-Clause */
/* Guesses by a lone packet, which are taken back. */
#include "ipsec_probe.h"

/* The remote begins as soon as the last one has connected, which is taken for
 * the reason. It means another one. */
static void guess_wrong(struct esp *e)
{
	w.now += 10000;
	ikes[2] = ike_of(CLIENT_C, SERVER, HOSTS);
	ike_begin(&w, &ikes[2]);
	ck_assert_str_eq(takers(e, 2, 100), "CC");
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_CONNECTED);
	w.now += 1500;
}

/* One packet, and then a pause: it was taken for that of the last one that
 * connected. */
static void guess_by_a_lone_packet(struct esp *e, uint32_t pause)
{
	w.now += 10000;
	ikes[2] = ike_of(CLIENT_C, SERVER, HOSTS);
	ike_begin(&w, &ikes[2]);
	w.now += 150;
	ck_assert_str_eq(takers(e, 1, pause), "C");
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_CONNECTED);
}

/* Within that an answer may still be on its way. */
static const struct lone_row {
	uint32_t pause;
	const char *takers;
} lone_rows[] = {
	{ 100, "CC" }, { 350, "CC" }, { 351, "-A" }, { 699, "-A" },
	{ 1500, "-A" },
};

START_TEST(a_lone_packet_is_unclaimed_again_after_a_pause)
{
	guess_by_a_lone_packet(&hosts[1], lone_rows[_i].pause);
	ck_assert_str_eq(takers(&hosts[1], 2, 200), lone_rows[_i].takers);
}
END_TEST

/* Others await their first SPI, too. */
START_TEST(a_lone_packet_just_after_a_connection_is_unclaimed_again)
{
	guess_by_a_lone_packet(&hosts[1], 1500);
	ck_assert_str_eq(takers(&hosts[1], 2, 1500), "-A");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 1);
	ck_assert_int_eq(taker(&hosts[1]), 'B');
	w.now += 5;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1]), VPNALG_TRANSLATED);
	w.now += 1500;
	ck_assert_str_eq(takers(&hosts[1], 3, 1500), "BBB");
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ANSWERED);
}
END_TEST

/* The host has begun to send, or receives as others would. */
START_TEST(a_lone_packet_stays_with_a_host_that_sends)
{
	guess_by_a_lone_packet(&hosts[2], 1500);
	ck_assert_uint_eq(esp_sends(&w, &hosts[2]), VPNALG_TRANSLATED);
	w.now += 1500;
	ck_assert_str_eq(takers(&hosts[2], 3, 1500), "CCC");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

START_TEST(a_guess_stays_while_packets_come_without_a_pause)
{
	unsigned i;

	guess_wrong(&hosts[2]);
	for (i = 0; i < 50; i++)
		ck_assert_str_eq(takers(&hosts[2], 4, 100), "CCCC");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

START_TEST(a_guess_stays_once_its_host_has_sent)
{
	guess_wrong(&hosts[2]);
	ck_assert_uint_eq(esp_sends(&w, &hosts[2]), VPNALG_TRANSLATED);
	ck_assert_str_eq(takers(&hosts[2], 6, 1500), "CCCCCC");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* Its address shows the owner. */
START_TEST(a_packet_shown_by_undo_takes_nothing_back)
{
	struct bytes p = esp_packet(SERVER, CLIENT_C, hosts[2].in_spi, 4);

	guess_wrong(&hosts[2]);
	w.now += 5000;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

START_TEST(a_packet_that_undo_shows_at_another_host_is_that_hosts)
{
	struct bytes p = esp_packet(SERVER, CLIENT_B, hosts[1].in_spi, 2);

	ck_assert_int_eq(taker(&hosts[1]), 'A');
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_SHOWN);
	ck_assert_int_eq(taker(&hosts[1]), 'B');
}
END_TEST

TCase *ipsec_lone_packet_case(void)
{
	TCase *t = tcase_create("lone packets");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t, a_lone_packet_just_after_a_connection_is_unclaimed_again);
	tcase_add_loop_test(t, a_lone_packet_is_unclaimed_again_after_a_pause,
			    0, ROWS(lone_rows));
	tcase_add_test(t, a_lone_packet_stays_with_a_host_that_sends);
	tcase_add_test(t, a_guess_stays_while_packets_come_without_a_pause);
	tcase_add_test(t, a_guess_stays_once_its_host_has_sent);
	tcase_add_test(t, a_packet_shown_by_undo_takes_nothing_back);
	tcase_add_test(t,
		       a_packet_that_undo_shows_at_another_host_is_that_hosts);
	return t;
}
