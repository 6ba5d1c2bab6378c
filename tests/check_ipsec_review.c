/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence against a pair, each kind at its bounds. The conversation makes the
 * pair; the test sets times in the records themselves. */
#include "ipsec_review.h"

/* A's packet before came so long ago, A sent last and resumed so long ago, and
 * B, which receives nothing, resumed so long ago (0: long ago). */
static const struct review_row {
	const char *name;
	uint32_t before, sent, resumed, b_resumed;
	unsigned trust;
	bool confirmed, undone;
	unsigned new_trust;
	bool new_confirmed;
} review_rows[] = {
	{ "an answer", 200, 350, 0, 0, 4, false, false, 5, false },
	{ "no answer", 200, 351, 0, 0, 4, false, false, 4, false },
	{ "it sent just after the packet before", 1000, 650, 0, 0, 4, false,
	  false, 5, false },
	{ "it did not", 1000, 649, 0, 0, 4, false, false, 4, false },
	{ "it resumed", 200, 9000, 350, 0, 4, false, false, 5, false },
	{ "it resumed before", 200, 9000, 351, 0, 4, false, false, 4, false },
	{ "nearly traffic both ways", 200, 9, 0, 0, 6, false, false, 7, false },
	{ "traffic both ways", 200, 9, 0, 0, 7, false, false, 8, true },
	{ "while they go on", 700, 9, 0, 0, 8, true, false, 8, true },
	{ "they begin again", 701, 9, 0, 0, 8, true, false, 9, true },
	{ "not yet trusted fully", 701, 9, 0, 0, 14, true, false, 15, true },
	{ "trusted fully", 701, 9, 0, 0, 15, true, false, 15, true },
	{ "B resumed, too late", 701, 9000, 0, 351, 4, false, false, 4, false },
	{ "B resumed", 701, 9000, 0, 350, 4, false, false, 2, false },
	{ "B resumed while they went on", 700, 9000, 0, 350, 4, false, false, 4,
	  false },
	{ "B resumed, and A is answered", 701, 100, 0, 50, 4, false, false, 5,
	  false },
	{ "B resumed after A", 701, 9000, 200, 100, 4, false, false, 3, false },
	{ "B resumed after A, just so", 701, 9000, 350, 349, 4, false, false, 3,
	  false },
	{ "B resumed before A", 701, 9000, 100, 200, 4, false, false, 5, false },
	{ "B resumed with A", 701, 9000, 100, 100, 4, false, false, 5, false },
	{ "B resumed, and A is hardly trusted", 701, 9000, 0, 100, 3, false, false,
	  1, false },
	{ "B resumed, and A is not trusted", 701, 9000, 0, 100, 2, false, true, 0,
	  false },
	{ "B resumed, and A was confirmed", 701, 9000, 0, 100, 2, true, true, 0,
	  false },
	{ "B resumed, and A is trusted fully", 701, 9000, 0, 100, 15, true, false,
	  15, true },
};

static void resume(uint32_t client, uint32_t before)
{
	host_body(&w, client)->flags &= (uint16_t)~IPSEC_HOST_RESUMED;
	host_body(&w, client)->resumed = ago(&w, before);
	if (before != 0)
		host_body(&w, client)->flags |= IPSEC_HOST_RESUMED;
	touched(&w, client);
}

static void set_review(const struct review_row *row, unsigned index)
{
	/* When a pair is reviewed does not matter. */
	w.now += 1024 - w.now % 512;
	inbound_of(&w, CLIENT_A, index)->seen = ago(&w, row->before);
	inbound_of(&w, CLIENT_A, index)->trust = row->trust & 0xf;
	inbound_of(&w, CLIENT_A, index)->confirmed = row->confirmed;
	inbound_of(&w, CLIENT_A, index)->old = 0;
	outbound_of(&w, CLIENT_A)->seen = ago(&w, row->sent);
	resume(CLIENT_A, row->resumed);
	resume(CLIENT_B, row->b_resumed);
}

START_TEST(a_pair_is_trusted_by_what_its_host_sends)
{
	const struct review_row *row = &review_rows[_i];
	unsigned result;

	both_come();
	b_awaits();
	candidate_of(&w, CLIENT_B)->seeking = 1;
	set_review(row, 0);
	result = esp_receives(&w, &a);
	ck_assert_msg(w.events[VPNALG_EVENT_UNPAIRED] == row->undone, "%s",
		      row->name);
	if (!row->undone) {
		ck_assert_uint_eq(result, VPNALG_TRANSLATED);
		ck_assert_msg(inbound_of(&w, CLIENT_A, 0)->trust == row->new_trust,
			      "%s: %u", row->name,
			      (unsigned)inbound_of(&w, CLIENT_A, 0)->trust);
		ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->confirmed,
				  row->new_confirmed);
		return;
	}
	ck_assert_uint_eq(result, VPNALG_DROP_UNPAIRED);
	ck_assert_uint_eq(get32(w.event.session.inside.octets), CLIENT_A);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->refused,
			  vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A)));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, 0);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->first,
			  ago(&w, 0));
	ck_assert_ptr_nonnull(candidate_of(&w, CLIENT_A));
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 0));
	/* It is the better one's with the next packet. */
	ck_assert_uint_eq(esp_receives(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get32(w.event.session.inside.octets), CLIENT_B);
}
END_TEST

/* One of those of A that are not its youngest is taken: the others stay. */
START_TEST(an_older_pair_is_taken_back_alone)
{
	static const struct review_row row = { "", 701, 9000, 0, 100, 2,
					       false, true, 0, false };
	struct esp next, last = esp_of(CLIENT_A, SERVER, 0xa5, 0xb5);
	struct ipsec_host h;

	both_come();
	next = a_turns();
	w.now += 20000;
	if (_i == 1) {
		ck_assert_uint_eq(esp_sends(&w, &last), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &last));
		w.now += 20000;
	}
	b_awaits();
	h = *host_body(&w, CLIENT_A);
	/* The first of three is none of the youngest. */
	if (_i == 1)
		host_body(&w, CLIENT_A)->in[1].spi = a.in_spi;
	set_review(&row, 1);
	if (_i == 1)
		host_body(&w, CLIENT_A)->in[1].spi = h.in[1].spi;
	touched(&w, CLIENT_A);
	ck_assert_uint_eq(esp_receives(&w, &a), VPNALG_DROP_UNPAIRED);
	check_undone(1, VPNALG_EVIDENCE_OTHER_RESUMED);
	ck_assert_uint_eq(w.event.session.outside_id, a.in_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, h.in[0].spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].spi,
			  _i == 1 ? h.in[1].spi : 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, h.inbound - 1);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, h.pending);
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->first, ago(&w, 0));
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, a.in_spi)->refused,
			  vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A)));
	ck_assert(esp_arrives(&w, &next));
}
END_TEST

TCase *ipsec_review_case(void)
{
	TCase *t = tcase_create("reviews");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_pair_is_trusted_by_what_its_host_sends, 0,
			    ROWS(review_rows));
	tcase_add_loop_test(t, an_older_pair_is_taken_back_alone, 0, 2);
	return t;
}
