/* SPDX-License-Identifier: BSD-2-Clause */
/* A host's packets show what it may receive, and whether it receives. */
#include "support_records.h"
#include "cases.h"

#define HOSTS 2
#define SPIS 3

static struct world w;
static struct esp hosts[HOSTS][SPIS];
static struct ike ikes[HOSTS];

static void begin(void)
{
	unsigned i, j;

	ipsec_world(&w, (struct world_options){ .no_undo = true });
	for (i = 0; i < HOSTS; i++) {
		ikes[i] = ike_of(CLIENT_A + i, SERVER, i);
		for (j = 0; j < SPIS; j++)
			hosts[i][j] = esp_of(CLIENT_A + i, SERVER,
					     0xa00 + 16 * i + j,
					     0xb00 + 16 * i + j);
	}
}

static void end(void)
{
	world_end(&w);
}

/* A host sends with an SA, and with another so long after. */
static const struct promise_row {
	uint32_t after;
	bool exchanged, inbound_first;
	unsigned pending;
} promise_rows[] = {
	{ 0, false, false, 2 },	   { 1000, false, false, 2 },
	{ 1001, false, false, 1 }, { 3000, true, false, 1 },
	{ 3000, true, true, 0 },
};

START_TEST(an_outbound_spi_promises_an_inbound_one)
{
	const struct promise_row *row = &promise_rows[_i];
	uint32_t began;

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 1);
	if (row->exchanged) {
		ck_assert(esp_arrives(&w, &hosts[0][0]));
		ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 0);
		ike_begin(&w, &ikes[0]);
		ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 1);
	}
	if (row->inbound_first)
		ck_assert(esp_arrives(&w, &hosts[0][1]));
	w.now += row->after;
	began = ago(&w, 0);
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, row->pending);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->out_spi,
			  hosts[0][1].out_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->out_since, began);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->older_sent, began);
	ck_assert(!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_PROMISED));
	ck_assert_int_eq(outbound_of(&w, CLIENT_A)->old, 0);
	ck_assert_uint_eq(outbound_of(&w, CLIENT_A)->seen, began);
	ck_assert_int_eq(candidate_of(&w, CLIENT_A) != NULL, row->pending != 0);
	/* The one before is noticed once in 64 ms. */
	w.now += 64 - w.now % 64;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->older_sent, ago(&w, 0));
	w.now += 63;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->older_sent, ago(&w, 63));
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->older_sent, ago(&w, 63));
}
END_TEST

/* A host that sends again after so long has resumed. */
START_TEST(a_host_that_sends_after_a_silence_has_resumed)
{
	struct esp late = esp_of(CLIENT_B, SERVER, 0xc0, 0xd0);

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_RESUMED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 0));
	w.now += 700;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 700));
	w.now += 701;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 0));
	/* With a new SA, too, unless it goes on with the one before. */
	w.now += 701;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 0));
	w.now += 700;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][2]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 700));
	/* With an older one only if it sends with none. */
	w.now += 690;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][2]), VPNALG_TRANSLATED);
	w.now += 700;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 2090));
	w.now += 701;
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->resumed, ago(&w, 0));
	/* An SA that was in use before the router came says nothing. */
	w.now += 5000;
	late.out_sequence = 4095;
	ck_assert_uint_eq(esp_sends(&w, &late), VPNALG_TRANSLATED);
	ck_assert(!(host_body(&w, CLIENT_B)->flags & IPSEC_HOST_RESUMED));
	late = esp_of(CLIENT_C, SERVER, 0xc1, 0xd1);
	w.now += 5000;
	late.out_sequence = 4094;
	ck_assert_uint_eq(esp_sends(&w, &late), VPNALG_TRANSLATED);
	ck_assert(host_body(&w, CLIENT_C)->flags & IPSEC_HOST_RESUMED);
}
END_TEST

/* B sends every 2,048 ms and receives with its SPI, or with another one for so
 * long. */
START_TEST(a_host_that_sends_and_receives_nothing_seeks)
{
	unsigned i;

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	w.now += 5000 - w.now % 1000;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[1][0]));
	ck_assert_ptr_null(candidate_of(&w, CLIENT_B));
	for (i = 0; i < 5; i++) {
		w.now += 2048;
		ck_assert(esp_arrives(&w, &hosts[1][0]));
		ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 0);
	}
	/* ESP that it received up to 3 s before may answer what it sends. */
	w.now += 500;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 0);
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 1);
	ck_assert_ptr_null(candidate_of(&w, CLIENT_B));
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 2);
	ck_assert_ptr_nonnull(candidate_of(&w, CLIENT_B));
	ck_assert(candidate_of(&w, CLIENT_B)->seeking);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 0));
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 2);
	ck_assert(esp_arrives(&w, &hosts[1][0]));
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, 0);
}
END_TEST

/* B received something so long ago, and sent before that. */
static const struct received_row {
	uint32_t heard, before;
	bool unheard;
} received_rows[] = {
	{ 3000, 1000, false }, { 3001, 1000, true }, { 4000, 4000, false },
	{ 4001, 4000, true },
};

START_TEST(esp_since_the_packet_before_or_3_s_is_an_answer)
{
	const struct received_row *row = &received_rows[_i];

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[1][0]));
	w.now += 20000;
	inbound_of(&w, CLIENT_B, 0)->seen = ago(&w, row->heard);
	outbound_of(&w, CLIENT_B)->seen = ago(&w, row->before);
	touched(&w, CLIENT_B);
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->unheard, row->unheard);
}
END_TEST

/* One that has no SPI at all seeks at once. */
START_TEST(a_host_without_an_spi_seeks_at_once)
{
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
	candidate_of(&w, CLIENT_B)->id = 0;
	touched(&w, CLIENT_A);
	vpnalg_session_changed(w.alg, vpnalg_ipsec_remote_of(
					      w.alg, host_of(&w, CLIENT_B)));
	w.now += 2048;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	ck_assert_ptr_nonnull(candidate_of(&w, CLIENT_B));
	ck_assert(candidate_of(&w, CLIENT_B)->seeking);
}
END_TEST

TCase *ipsec_outbound_case(void)
{
	TCase *t = tcase_create("outbound");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_outbound_spi_promises_an_inbound_one, 0,
			    ROWS(promise_rows));
	tcase_add_test(t, a_host_that_sends_after_a_silence_has_resumed);
	tcase_add_test(t, a_host_that_sends_and_receives_nothing_seeks);
	tcase_add_loop_test(
		t, esp_since_the_packet_before_or_3_s_is_an_answer,
		0, ROWS(received_rows));
	tcase_add_test(t, a_host_without_an_spi_seeks_at_once);
	return t;
}
