/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs that are suspected: the old SPI goes on, or the host checks liveness.
 */
#include "ipsec_review.h"

/* A packet comes with A's old SPI so long after its younger one began, which it
 * got by that evidence. */
static const struct old_row {
	uint32_t age;
	enum vpnalg_evidence evidence;
	bool confirmed, several, undone, listens, promised;
} old_rows[] = {
	{ 59, VPNALG_EVIDENCE_EXPECTED, false, false, false, true, false },
	{ 60, VPNALG_EVIDENCE_EXPECTED, false, false, true, false, false },
	{ 5000, VPNALG_EVIDENCE_EXPECTED, false, false, true, false, false },
	{ 5001, VPNALG_EVIDENCE_EXPECTED, false, false, false, false, false },
	{ 60, VPNALG_EVIDENCE_EXPECTED, true, false, false, false, false },
	{ 500, VPNALG_EVIDENCE_EXPECTED, false, true, false, false, false },
	{ 60, VPNALG_EVIDENCE_EXPECTED, false, false, false, false, true },
	{ 60, VPNALG_EVIDENCE_CONTINUED, false, false, true, false, false },
	{ 60, VPNALG_EVIDENCE_RESUMED, false, false, true, false, false },
	{ 60, VPNALG_EVIDENCE_CONNECTED, false, false, true, false, false },
	{ 60, VPNALG_EVIDENCE_ANSWERED, false, false, false, false, false },
	{ 60, VPNALG_EVIDENCE_ALONE, false, false, false, false, false },
	{ 60, VPNALG_EVIDENCE_SHOWN, false, false, false, false, false },
	{ 60, VPNALG_EVIDENCE_LEFT, false, false, false, false, false },
};

START_TEST(an_old_spi_that_goes_on_speaks_against_a_guess)
{
	const struct old_row *row = &old_rows[_i];
	uint32_t began;
	struct esp next;

	both_come();
	began = (uint32_t)w.now;
	next = a_turns();
	inbound_of(&w, CLIENT_A, 0)->evidence = (unsigned)row->evidence & 0xf;
	inbound_of(&w, CLIENT_A, 0)->confirmed = row->confirmed;
	host_body(&w, CLIENT_A)->pending = row->promised;
	touched(&w, CLIENT_A);
	w.now += row->age;
	if (row->several)
		ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	check_undone(row->undone, VPNALG_EVIDENCE_OLD_GOES_ON);
	if (!row->undone) {
		ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 1)->old, row->listens);
		ck_assert(esp_arrives(&w, &next));
		return;
	}
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, a.in_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].spi, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 1);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->old, 0);
	ck_assert_ptr_nonnull(candidate_of(&w, CLIENT_A));
	ck_assert_uint_eq(candidate_of(&w, CLIENT_A)->since, began);
	ck_assert_ptr_nonnull(unclaimed_of(&w, CLIENT_A, next.in_spi));
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->first, began);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->began, began);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->last, ago(&w, 0));
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->count, 1);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->total, 1);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->refused, 0);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->flags,
			  IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN);
}
END_TEST

/* The younger one may be gone meanwhile, and leave the old one alone. */
START_TEST(an_spi_that_goes_on_does_not_speak_against_itself)
{
	both_come();
	inbound_of(&w, CLIENT_A, 0)->old = 1;
	inbound_of(&w, CLIENT_A, 0)->evidence = VPNALG_EVIDENCE_EXPECTED & 0xf;
	host_body(&w, CLIENT_A)->in[0].first = ago(&w, 1000);
	touched(&w, CLIENT_A);
	ck_assert(esp_arrives(&w, &a));
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->old, 0);
	check_undone(0, VPNALG_EVIDENCE_NONE);
}
END_TEST

/* However many are promised. */
START_TEST(promises_are_counted_up_to_a_bound)
{
	both_come();
	a_turns();
	host_body(&w, CLIENT_A)->pending = _i == 0 ? 254 : 255;
	touched(&w, CLIENT_A);
	vpnalg_ipsec_repair_youngest(w.alg, host_of(&w, CLIENT_A), 0,
				     VPNALG_EVIDENCE_OLD_GOES_ON);
	check_undone(1, VPNALG_EVIDENCE_OLD_GOES_ON);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 255);
}
END_TEST

/* A sends a liveness check. How long ago its SPI was seen last and first, and A
 * was suspected before; whether B may own the SPI. */
enum suspicion { IGNORED, SUSPECTED, MAY_BE_OTHERS, TAKEN };

static const struct liveness_row {
	enum vpnalg_evidence evidence;
	uint32_t seen, first, before; /* 0: never */
	bool b_awaits;
	enum suspicion suspicion;
} liveness_rows[] = {
	{ VPNALG_EVIDENCE_EXPECTED, 9, 9000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 4000, 0, true, MAY_BE_OTHERS },
	{ VPNALG_EVIDENCE_EXPECTED, 5000, 9000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_EXPECTED, 5001, 9000, 0, false, IGNORED },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 3000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 2999, 0, false, IGNORED },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 90000, 2999, false, IGNORED },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 90000, 3000, false, TAKEN },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 90000, 69999, false, TAKEN },
	{ VPNALG_EVIDENCE_EXPECTED, 9, 90000, 70000, false, SUSPECTED },
	{ VPNALG_EVIDENCE_RESUMED, 9, 9000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_CONTINUED, 9, 9000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_CONNECTED, 9, 9000, 0, false, SUSPECTED },
	{ VPNALG_EVIDENCE_ANSWERED, 9, 4000, 0, true, SUSPECTED },
	{ VPNALG_EVIDENCE_ALONE, 9, 9000, 0, false, IGNORED },
	{ VPNALG_EVIDENCE_SHOWN, 9, 9000, 0, false, IGNORED },
};

START_TEST(two_liveness_checks_while_packets_come_take_back_a_pair)
{
	const struct liveness_row *row = &liveness_rows[_i];
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	both_come();
	if (row->b_awaits)
		b_awaits();
	inbound_of(&w, CLIENT_A, 0)->evidence = (unsigned)row->evidence & 0xf;
	inbound_of(&w, CLIENT_A, 0)->seen = ago(&w, row->seen);
	host_body(&w, CLIENT_A)->in[0].first = ago(&w, row->first);
	/* Without the flag it means nothing. */
	host_body(&w, CLIENT_A)->suspected =
		ago(&w, row->before != 0 ? row->before : 4000);
	if (row->before != 0)
		host_body(&w, CLIENT_A)->flags |= IPSEC_HOST_SUSPECTED;
	touched(&w, CLIENT_A);
	ck_assert_uint_eq(ike_out(&w, &k, INFORMATIONAL, INITIATOR, 7),
			  VPNALG_TRANSLATED);
	check_undone(row->suspicion == TAKEN, VPNALG_EVIDENCE_LIVENESS_CHECK);
	if (row->suspicion == TAKEN) {
		ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->refused,
				  vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A)));
		ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->first,
				  ago(&w, row->first));
		ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, 0);
		return;
	}
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->suspect,
			  row->suspicion == MAY_BE_OTHERS);
	if (row->suspicion == IGNORED) {
		ck_assert_uint_ne(host_body(&w, CLIENT_A)->suspected,
				  ago(&w, 0));
		return;
	}
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->suspected, ago(&w, 0));
	ck_assert(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_SUSPECTED);
}
END_TEST

/* No other host can own the SPI. */
START_TEST(a_lone_host_may_check_liveness_at_will)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	unsigned i;

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	inbound_of(&w, CLIENT_A, 0)->evidence = VPNALG_EVIDENCE_EXPECTED & 0xf;
	touched(&w, CLIENT_A);
	for (i = 0; i < 5; i++) {
		w.now += 4000;
		ck_assert_uint_eq(ike_out(&w, &k, INFORMATIONAL, INITIATOR, i),
				  VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &a));
	}
	check_undone(0, VPNALG_EVIDENCE_NONE);
	ck_assert(!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_SUSPECTED));
}
END_TEST

/* A is suspected since so long, and its packets go on. */
static const struct good_bye_row {
	uint32_t since;
	bool b_awaits, older, undone, suspect;
} good_bye_rows[] = {
	{ 999, true, false, false, true }, { 1000, true, false, true, false },
	{ 9000, true, false, true, false }, { 9000, false, false, false, false },
	{ 9000, true, true, false, false },
};

START_TEST(packets_after_a_good_bye_were_not_the_hosts)
{
	const struct good_bye_row *row = &good_bye_rows[_i];
	unsigned result;

	both_come();
	if (row->b_awaits)
		b_awaits();
	if (row->older)
		a_turns();
	host_body(&w, CLIENT_A)->in[row->older].first = ago(&w, 1000);
	host_body(&w, CLIENT_A)->suspected = ago(&w, row->since);
	inbound_of(&w, CLIENT_A, row->older)->suspect = 1;
	inbound_of(&w, CLIENT_A, row->older)->old = 0;
	touched(&w, CLIENT_A);
	result = esp_receives(&w, &a);
	check_undone(row->undone, VPNALG_EVIDENCE_LIVENESS_CHECK);
	if (row->undone) {
		ck_assert_uint_eq(result, VPNALG_DROP_UNPAIRED);
		ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->refused,
				  vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A)));
		return;
	}
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, row->older)->suspect, row->suspect);
}
END_TEST

TCase *ipsec_suspect_case(void)
{
	TCase *t = tcase_create("suspect");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_old_spi_that_goes_on_speaks_against_a_guess,
			    0, ROWS(old_rows));
	tcase_add_loop_test(
		t, two_liveness_checks_while_packets_come_take_back_a_pair, 0,
		ROWS(liveness_rows));
	tcase_add_test(t, an_spi_that_goes_on_does_not_speak_against_itself);
	tcase_add_loop_test(t, promises_are_counted_up_to_a_bound, 0, 2);
	tcase_add_test(t, a_lone_host_may_check_liveness_at_will);
	tcase_add_loop_test(t, packets_after_a_good_bye_were_not_the_hosts, 0,
			    ROWS(good_bye_rows));
	return t;
}
