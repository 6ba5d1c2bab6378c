/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes: hosts that lack an inbound SA, hosts that answer, and candidacies
 * that end. */
#include "ipsec_bounds.h"

/* All hosts receive something. How many SAs each has in either direction, which
 * of them the SPI is refused to, and who gets its packets, one after the other.
 */
static const struct lacking_row {
	const char *name;
	unsigned outbound[3], inbound[3];
	uint32_t refused;
	const char *got;
	bool owns;
} lacking_rows[] = {
	{ "none lacks one", { 1, 2, 3 }, { 1, 2, 4 }, 0, "ACBA", false },
	{ "one lacks one", { 1, 2, 1 }, { 1, 1, 1 }, 0, "BB", true },
	{ "two lack one", { 2, 1, 3 }, { 1, 1, 1 }, 0, "ACAC", false },
	{ "all lack one", { 2, 2, 2 }, { 1, 1, 1 }, 0, "ACBA", false },
	{ "one is refused", { 2, 1, 3 }, { 1, 1, 2 }, CLIENT_A, "CC", true },
	{ "the only one is refused", { 2, 1, 2 }, { 1, 1, 2 }, CLIENT_A,
	  "ACB", false },
};

START_TEST(a_packet_goes_to_a_host_that_lacks_an_inbound_sa)
{
	static const struct state hear[3] = { HEARS, HEARS, HEARS };
	const struct lacking_row *row = &lacking_rows[_i];
	struct ipsec_unclaimed spi = { .spi = 0xdd, .count = 3, .total = 3 };
	struct ipsec_blocks b;
	struct ipsec_host *h;
	const char *c;
	bool owns;
	unsigned i;

	three_await();
	set_states(hear, &b);
	spi.first = ago(&w, 3000);
	for (i = 0; i < 3; i++) {
		h = ipsec_host_body(w.alg, host_of(&w, CLIENT_A + i));
		h->outbound = row->outbound[i] & 0xf;
		h->inbound = row->inbound[i] & 0xf;
		vpnalg_session_changed(w.alg, host_of(&w, CLIENT_A + i));
	}
	ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))->turn =
		vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A));
	if (row->refused != 0)
		spi.refused = vpnalg_ipsec_host_id(w.alg,
						   host_of(&w, row->refused));
	for (c = row->got; *c != 0; c++) {
		spi.flags &= (uint8_t)~IPSEC_UNCLAIMED_PROBED;
		ck_assert_msg(name_of(vpnalg_ipsec_probe(w.alg, &b, &spi, false,
							 &owns)) == *c,
			      "%s", row->name);
		ck_assert_msg(owns == row->owns, "%s", row->name);
	}
}
END_TEST

/* The host that was probed received, and resumed, so long after that. */
static const struct answer_row {
	const char *name;
	uint8_t flags;
	uint8_t turn;
	bool other, resumed, hears, answered;
	uint32_t after;
} answer_rows[] = {
	{ "at once", IPSEC_UNCLAIMED_AWAITING, 2, false, true, false, true, 0 },
	{ "in time", IPSEC_UNCLAIMED_AWAITING, 2, false, true, false, true, 150 },
	{ "late", IPSEC_UNCLAIMED_AWAITING, 2, false, true, false, false, 151 },
	{ "before", IPSEC_UNCLAIMED_AWAITING, 2, false, true, false, false,
	  (uint32_t)-1 },
	{ "not at all", IPSEC_UNCLAIMED_AWAITING, 2, false, false, false, false,
	  10 },
	{ "it was not silent", IPSEC_UNCLAIMED_PROBED, 2, false, true, false,
	  false, 10 },
	{ "it hears", IPSEC_UNCLAIMED_AWAITING, 2, false, true, true, false, 10 },
	{ "it hears, and has not resumed", IPSEC_UNCLAIMED_AWAITING, 2, false, false,
	  true, false, 10 },
	{ "another has its place", IPSEC_UNCLAIMED_AWAITING, 2, true, true, false,
	  false, 10 },
	{ "there is no such place", IPSEC_UNCLAIMED_AWAITING, 4, false, true,
	  false, false, 10 },
};

START_TEST(a_host_that_begins_to_send_when_probed_has_answered)
{
	const struct answer_row *row = &answer_rows[_i];
	struct ipsec_unclaimed spi = { .spi = 0xdd, .turn = row->turn };
	const struct ipsec_candidate *c;
	struct ipsec_blocks b;

	three_await();
	b = blocks_of(&w, CLIENT_A);
	spi.flags = row->flags;
	spi.probed_at = ago(&w, 500);
	spi.probed = candidate_of(&w, CLIENT_A + row->other + 1)->id;
	candidate_of(&w, CLIENT_B)->has_resumed = row->resumed;
	candidate_of(&w, CLIENT_B)->resumed = ago(&w, 500) + row->after;
	candidate_of(&w, CLIENT_B)->receives = row->hears;
	candidate_of(&w, CLIENT_B)->received = ago(&w, 100);
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(&b));
	c = vpnalg_ipsec_probe_answered(&b, &spi);
	ck_assert_msg((c != NULL) == row->answered, "%s", row->name);
	if (c != NULL)
		ck_assert_ptr_eq(c, candidate_of(&w, CLIENT_B));
}
END_TEST

/* Candidates whose reason is gone: they receive again, or their exchange has
 * led to nothing. */
static void set_over(unsigned host, bool seeking)
{
	struct ipsec_candidate *c = candidate_of(&w, CLIENT_A + host);

	host_body(&w, CLIENT_A + host)->pending = 2;
	host_body(&w, CLIENT_A + host)->flags |= IPSEC_HOST_PROMISED;
	touched(&w, CLIENT_A + host);
	c->seeking = seeking;
	c->since = ago(&w, 8000);
	c->out_since = ago(&w, 9000);
	c->sends = c->receives = 1;
	c->sent = c->received = ago(&w, 10);
}

START_TEST(two_candidacies_end_for_one_packet)
{
	struct ipsec_unclaimed spi = { .spi = 0xdd, .total = 2 };
	enum vpnalg_evidence evidence;
	struct ipsec_blocks b;
	unsigned i;

	three_await();
	for (i = 0; i < 3; i++)
		set_over(i, i == 1);
	b = blocks_of(&w, CLIENT_A);
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(&b));
	ck_assert_ptr_null(vpnalg_ipsec_judge(w.alg, &b, &spi, &evidence));
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(ipsec_blocks_candidate(&b, i + 1)->id == 0, i < 2);
		ck_assert_uint_eq(host_body(&w, CLIENT_A + i)->pending,
				  i == 0 ? 0 : 2);
		ck_assert_int_eq(host_body(&w, CLIENT_A + i)->flags &
					 IPSEC_HOST_PROMISED,
				 i == 0 ? 0 : IPSEC_HOST_PROMISED);
	}
	ck_assert_ptr_null(vpnalg_ipsec_judge(w.alg, &b, &spi, &evidence));
	ck_assert_uint_eq(ipsec_blocks_candidate(&b, 3)->id, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_C)->pending, 0);
}
END_TEST

TCase *ipsec_probe_answer_case(void)
{
	TCase *t = tcase_create("probe answers");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_packet_goes_to_a_host_that_lacks_an_inbound_sa,
			    0, ROWS(lacking_rows));
	tcase_add_loop_test(t,
			    a_host_that_begins_to_send_when_probed_has_answered,
			    0, ROWS(answer_rows));
	tcase_add_test(t, two_candidacies_end_for_one_packet);
	return t;
}
