/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: which packets it takes, and what becomes of ESP without a session. And
 * AH, in which nothing can be changed. */
#include "ipsec.h"

START_TEST(the_kinds_have_names)
{
	static const char *const names[] = {
		"IKE session", "IKE SA",     "ESP outbound SA",
		"ESP inbound SA", "ESP host", "ESP remote",
		"ESP candidates", "ESP unclaimed SPIs", "AH",
		"IPsec service", "ESP host's older SAs",
	};
	struct vpnalg_kind_counters counters;
	size_t i;

	for (i = 0; i < KINDS; i++) {
		ck_assert(vpnalg_kind_counters(w.alg, i, &counters,
					       sizeof(counters)));
		ck_assert_str_eq(counters.name, names[i]);
	}
	ck_assert(!vpnalg_kind_counters(w.alg, i, &counters, sizeof(counters)));
}
END_TEST

/* SPIs, RFC 4303 2.1: 0 is never on the wire, 1 to 255 are reserved, which is
 * no reason to treat them otherwise. */
static const struct spi_row {
	uint32_t spi;
	unsigned result;
} spi_rows[] = {
	{ 0, VPNALG_DROP_MALFORMED }, { 1, VPNALG_TRANSLATED },
	{ 2, VPNALG_TRANSLATED },     { 255, VPNALG_TRANSLATED },
	{ 256, VPNALG_TRANSLATED },   { 0x7fffffff, VPNALG_TRANSLATED },
	{ 0x80000000, VPNALG_TRANSLATED }, { 0xffffffff, VPNALG_TRANSLATED },
};

START_TEST(an_spi_of_0_is_malformed_and_any_other_passes)
{
	const struct spi_row *row = &spi_rows[_i];
	struct esp e = esp_of(CLIENT_A, SERVER, row->spi, row->spi);

	ck_assert_uint_eq(esp_sends(&w, &e), row->result);
	e.out_spi = 77;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), row->result);
	if (row->result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* RFC 4303 3.3.3: with extended sequence numbers only the low half is there. */
START_TEST(a_sequence_number_that_wraps_changes_nothing)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	int i;

	e.out_sequence = e.in_sequence = 0xfffffffd;
	for (i = 0; i < 6; i++) {
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
	}
	ck_assert_uint_eq(e.out_sequence, 3);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_OUT), 1);
}
END_TEST

/* Nothing but the addresses and the IP header's checksum. */
START_TEST(nothing_in_esp_is_changed)
{
	struct bytes p = esp_packet(CLIENT_A, SERVER, 0xaa, 1);

	send_packet(&w, VPNALG_OUT, &p);
	ck_assert_mem_eq(w.bytes + 20, p.data + 20, p.length - 20);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(destination(&w), SERVER);
	p = esp_packet(SERVER, OUTSIDE, 0xbb, 1);
	send_packet(&w, VPNALG_IN, &p);
	ck_assert_mem_eq(w.bytes + 20, p.data + 20, p.length - 20);
	ck_assert_uint_eq(source(&w), SERVER);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

Suite *ipsec_suite(void)
{
	Suite *suite = suite_create("ipsec");
	TCase *t = tcase_create("claims");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, the_kinds_have_names);
	tcase_add_loop_test(t, an_spi_of_0_is_malformed_and_any_other_passes,
			    0, ROWS(spi_rows));
	tcase_add_test(t, a_sequence_number_that_wraps_changes_nothing);
	tcase_add_test(t, nothing_in_esp_is_changed);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, ipsec_ike_case());
	suite_add_tcase(suite, ipsec_ike_life_case());
	suite_add_tcase(suite, ipsec_fixed_port_case());
	suite_add_tcase(suite, ipsec_fixed_rekey_case());
	suite_add_tcase(suite, ipsec_exchange_case());
	suite_add_tcase(suite, ipsec_esp_case());
	suite_add_tcase(suite, ipsec_host_case());
	suite_add_tcase(suite, ipsec_pair_case());
	suite_add_tcase(suite, ipsec_evidence_case());
	suite_add_tcase(suite, ipsec_connected_case());
	suite_add_tcase(suite, ipsec_rank_case());
	suite_add_tcase(suite, ipsec_rival_case());
	suite_add_tcase(suite, ipsec_seeker_case());
	suite_add_tcase(suite, ipsec_judge_case());
	suite_add_tcase(suite, ipsec_undecided_case());
	suite_add_tcase(suite, ipsec_heal_case());
	suite_add_tcase(suite, ipsec_left_case());
	suite_add_tcase(suite, ipsec_probe_case());
	suite_add_tcase(suite, ipsec_lone_packet_case());
	suite_add_tcase(suite, ipsec_hold_case());
	suite_add_tcase(suite, ipsec_hold_limit_case());
	suite_add_tcase(suite, ipsec_answers_case());
	suite_add_tcase(suite, ipsec_owner_case());
	suite_add_tcase(suite, ipsec_sa_list_case());
	suite_add_tcase(suite, ipsec_repair_case());
	suite_add_tcase(suite, ipsec_review_case());
	suite_add_tcase(suite, ipsec_surplus_case());
	suite_add_tcase(suite, ipsec_suspect_case());
	suite_add_tcase(suite, ipsec_records_case());
	suite_add_tcase(suite, ipsec_places_case());
	suite_add_tcase(suite, ipsec_outbound_case());
	suite_add_tcase(suite, ipsec_bounds_case());
	suite_add_tcase(suite, ipsec_probe_bounds_case());
	suite_add_tcase(suite, ipsec_probe_answer_case());
	suite_add_tcase(suite, ipsec_unclaimed_case());
	suite_add_tcase(suite, ipsec_cut_case());
	suite_add_tcase(suite, ipsec_fail_case());
	suite_add_tcase(suite, ipsec_figures_case());
	suite_add_tcase(suite, ipsec_flood_case());
	suite_add_tcase(suite, ipsec_edges_case());
	suite_add_tcase(suite, ipsec_worlds_case());
	suite_add_tcase(suite, ipsec_model_case());
	suite_add_tcase(suite, ipsec_untouched_case());
	return suite;
}
