/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes: the remote sends first to one of several hosts that have connected
 * and sent nothing since. */
#include "ipsec_probe.h"

/* Undo gives each of them back, and that pairs no host either. */
START_TEST(each_silent_host_is_probed_in_turn)
{
	ck_assert_str_eq(takers(&hosts[2], 7, 1000), "ABCABCA");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 0);
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), 0);
}
END_TEST

/* How often a packet comes, and which host gets it. */
static const struct pace_row {
	uint32_t step;
	unsigned times;
	const char *got;
} pace_rows[] = {
	{ 1500, 4, "ABCA" },
	{ 800, 6, "A-B-C-" },
	{ 500, 14, "A-----B-----C-" },
	{ 100, 32, "A-----------------------------B-" },
};

START_TEST(a_flow_with_pauses_is_a_probe_each_second_else_each_third)
{
	const struct pace_row *row = &pace_rows[_i];

	ck_assert_str_eq(takers(&hosts[0], row->times, row->step), row->got);
}
END_TEST

/* When the host begins to send after it got a packet. */
static const struct answer_row {
	uint32_t after;
	bool answers;
} answer_rows[] = {
	{ 0, true }, { 5, true }, { 150, true }, { 151, false }, { 900, false },
};

START_TEST(a_host_that_answers_owns_the_spi)
{
	const struct answer_row *row = &answer_rows[_i];

	ck_assert_str_eq(takers(&hosts[1], 1, 1000), "A");
	ck_assert_int_eq(taker(&hosts[1]), 'B');
	w.now += row->after;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1]), VPNALG_TRANSLATED);
	w.now += 1000 - row->after;
	if (!row->answers) {
		ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 0);
		return;
	}
	ck_assert_str_eq(takers(&hosts[1], 20, 20), "BBBBBBBBBBBBBBBBBBBB");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 1);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ANSWERED);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

START_TEST(all_find_their_hosts_one_after_the_other)
{
	unsigned i, j;

	for (i = 0; i < HOSTS; i++)
		for (j = 0; j < 6; j++) {
			if (taker(&hosts[i]) == (char)('A' + i))
				ck_assert_uint_eq(esp_sends(&w, &hosts[i]),
						  VPNALG_TRANSLATED);
			w.now += 1500;
		}
	for (i = 0; i < HOSTS; i++)
		ck_assert(esp_arrives(&w, &hosts[i]));
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), HOSTS);
}
END_TEST

START_TEST(one_spi_is_probed_at_a_time)
{
	ck_assert_int_eq(taker(&hosts[0]), 'A');
	ck_assert_int_eq(taker(&hosts[1]), '-');
	w.now += 150;
	ck_assert_int_eq(taker(&hosts[1]), '-');
	w.now += 1;
	ck_assert_int_eq(taker(&hosts[1]), 'A');
}
END_TEST

START_TEST(a_host_that_sends_or_receives_is_not_probed)
{
	struct esp unknown = esp_of(0, SERVER, 0, 0xc1);

	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0]));
	w.now += 500;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1]), VPNALG_TRANSLATED);
	w.now += 500;
	ck_assert_str_eq(takers(&unknown, 3, 1000), "CCC");
	ck_assert_int_eq(taker(&unknown), 'B'); /* it has stopped */
}
END_TEST

/* The owner is a host that has just begun to send: the next packets show
 * which. */
START_TEST(nothing_is_probed_while_some_host_is_likely)
{
	struct esp unknown = esp_of(0, SERVER, 0, 0xc1);

	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
	while (esp_sends(&w, &hosts[1]) == VPNALG_DROP_HELD)
		w.now++;
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_str_eq(takers(&unknown, 2, 1500), "-C");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 0);
}
END_TEST

/* All have traffic and then change their keys, without any: so do tunnels that
 * are idle for long. */
static void change_keys_in_silence(void)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]), VPNALG_TRANSLATED);
		w.now += 10;
		ck_assert(esp_arrives(&w, &hosts[i]));
		w.now += 5000;
	}
	for (i = 0; i < HOSTS; i++) {
		client_exchanges(&w, &ikes[i], CREATE_CHILD_SA);
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xe1 + i, 0xf1 + i);
		w.now += 5000;
	}
}

/* Other evidence comes within the first second, as a rule. */
START_TEST(idle_hosts_with_new_keys_are_probed_after_a_second)
{
	change_keys_in_silence();
	ck_assert_str_eq(takers(&hosts[2], 3, 999), "--A");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], HOSTS);
	w.now += 1;
	ck_assert_int_eq(taker(&hosts[2]), 'B');
	w.now += 1000;
	ck_assert_int_eq(taker(&hosts[2]), 'C');
	w.now += 5;
	ck_assert_uint_eq(esp_sends(&w, &hosts[2]), VPNALG_TRANSLATED);
	w.now += 1000;
	ck_assert_str_eq(takers(&hosts[2], 5, 20), "CCCCC");
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ANSWERED);
}
END_TEST

START_TEST(nothing_is_probed_in_passive_mode)
{
	world_end(&w);
	begin_with(true);
	ck_assert_str_eq(takers(&hosts[0], 5, 1000), "-----");
}
END_TEST

/* More than there are places: an SPI that is probed keeps its place, and no
 * other is probed. */
START_TEST(a_flood_does_not_evict_a_probed_spi)
{
	struct esp forged = esp_of(0, SERVER, 0, 0xf00);
	unsigned i;

	ck_assert_int_eq(taker(&hosts[0]), 'A');
	for (i = 0; i < 140; i++) {
		w.now++;
		forged.in_spi++;
		forged.in_sequence = 0;
		ck_assert_int_eq(taker(&forged), '-');
	}
	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
	ck_assert_int_eq(taker(&hosts[0]), 'A');
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ANSWERED);
}
END_TEST

/* The host began to send for a reason of its own, and does not receive its
 * ESP. */
START_TEST(an_answer_by_chance_is_taken_back_after_two_liveness_checks)
{
	ck_assert_int_eq(taker(&hosts[1]), 'A');
	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
	ck_assert_str_eq(takers(&hosts[1], 5, 1000), "AAAAA");
	client_exchanges(&w, &ikes[0], INFORMATIONAL);
	w.now += 1000;
	ck_assert_str_eq(takers(&hosts[1], 3, 1000), "AAA");
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
	client_exchanges(&w, &ikes[0], INFORMATIONAL);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 1);
	w.now += 1000;
	ck_assert_int_eq(taker(&hosts[1]), 'B');
}
END_TEST

/* The second one has been silent for too long. */
START_TEST(a_host_that_has_died_is_probed_once)
{
	w.now += 60000;
	client_exchanges(&w, &ikes[0], CREATE_CHILD_SA);
	w.now += 5000;
	client_exchanges(&w, &ikes[2], CREATE_CHILD_SA);
	w.now += 80000;
	ck_assert_str_eq(takers(&hosts[2], 7, 1000), "A-CACAC");
}
END_TEST

TCase *ipsec_probe_case(void)
{
	TCase *t = tcase_create("probe");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, each_silent_host_is_probed_in_turn);
	tcase_add_loop_test(
		t, a_flow_with_pauses_is_a_probe_each_second_else_each_third,
		0, ROWS(pace_rows));
	tcase_add_loop_test(t, a_host_that_answers_owns_the_spi, 0,
			    ROWS(answer_rows));
	tcase_add_test(t, all_find_their_hosts_one_after_the_other);
	tcase_add_test(t, one_spi_is_probed_at_a_time);
	tcase_add_test(t, a_host_that_sends_or_receives_is_not_probed);
	tcase_add_test(t, nothing_is_probed_while_some_host_is_likely);
	tcase_add_test(t, idle_hosts_with_new_keys_are_probed_after_a_second);
	tcase_add_test(t, nothing_is_probed_in_passive_mode);
	tcase_add_test(t, a_flood_does_not_evict_a_probed_spi);
	tcase_add_test(
		t, an_answer_by_chance_is_taken_back_after_two_liveness_checks);
	tcase_add_test(t, a_host_that_has_died_is_probed_once);
	return t;
}
