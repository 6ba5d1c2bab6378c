/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs that are taken back because of other SPIs. */
#include "ipsec_review.h"

/* A receives with two SPIs: how long ago the younger began, both were seen
 * last, and how they are trusted. B receives nothing. */
static const struct surplus_row {
	const char *name;
	uint32_t first, seen[2];
	unsigned trust[2];
	bool several;
	int taken; /* its index, or none: -1 */
} surplus_rows[] = {
	{ "too young", 2999, { 9, 9 }, { 6, 6 }, false, -1 },
	{ "the younger one", 3000, { 9, 9 }, { 6, 6 }, false, 0 },
	{ "both in use", 9000, { 700, 700 }, { 6, 6 }, false, 0 },
	{ "the younger is silent", 9000, { 701, 9 }, { 6, 6 }, false, -1 },
	{ "the older is silent", 9000, { 9, 701 }, { 6, 6 }, false, -1 },
	{ "the older is trusted less", 9000, { 9, 9 }, { 6, 5 }, false, 1 },
	{ "the younger is trusted less", 9000, { 9, 9 }, { 5, 6 }, false, 0 },
	{ "the older one, though", 9000, { 9, 9 }, { 15, 14 }, false, 1 },
	{ "the younger, hardly", 9000, { 9, 9 }, { 14, 14 }, false, 0 },
	{ "both are trusted fully", 9000, { 9, 9 }, { 15, 15 }, false, -1 },
	{ "it sends with several", 9000, { 9, 9 }, { 6, 6 }, true, -1 },
};

static void set_surplus(const struct surplus_row *row)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		inbound_of(&w, CLIENT_A, i)->seen = ago(&w, row->seen[i]);
		inbound_of(&w, CLIENT_A, i)->trust = row->trust[i] & 0xf;
	}
	host_body(&w, CLIENT_A)->in[0].first = ago(&w, row->first);
	host_body(&w, CLIENT_A)->out_since = ago(&w, 9100);
	host_body(&w, CLIENT_A)->older_sent = ago(&w, row->several ? 9000 : 9100);
	touched(&w, CLIENT_A);
}

START_TEST(of_two_spis_that_go_on_side_by_side_one_is_surplus)
{
	const struct surplus_row *row = &surplus_rows[_i];
	struct ipsec_blocks loaded;
	uint32_t spis[2];

	both_come();
	a_turns();
	b_awaits();
	ck_assert(esp_arrives(&w, &b)); /* now */
	spis[0] = host_body(&w, CLIENT_A)->in[0].spi;
	spis[1] = host_body(&w, CLIENT_A)->in[1].spi;
	set_surplus(row);
	/* The store may have moved records meanwhile. */
	loaded = blocks_of(&w, CLIENT_A);
	vpnalg_ipsec_repair_surplus(w.alg, &loaded, host_of(&w, CLIENT_A));
	check_undone(0, VPNALG_EVIDENCE_NONE); /* of the host itself */
	vpnalg_ipsec_repair_surplus(w.alg, &loaded, host_of(&w, CLIENT_B));
	ck_assert_msg(w.events[VPNALG_EVENT_UNPAIRED] == (row->taken >= 0),
		      "%s", row->name);
	if (row->taken < 0)
		return;
	ck_assert_msg(w.event.session.outside_id == spis[row->taken], "%s",
		      row->name);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, spis[!row->taken]);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_A) != NULL, row->taken == 0);
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
}
END_TEST

/* Of five hosts three are visited, from the one whose turn it is. */
START_TEST(three_hosts_are_visited_for_a_surplus)
{
	struct ipsec_blocks loaded;
	uint32_t turn;
	unsigned i;

	both_come();
	a_turns();
	for (i = 2; i < 5; i++) {
		struct esp e = esp_of(CLIENT_A + i, SERVER, 0xc0 + i, 0xd0 + i);

		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	}
	b_awaits();
	ck_assert(esp_arrives(&w, &b)); /* now */
	set_surplus(&surplus_rows[1]);
	loaded = blocks_of(&w, CLIENT_A);
	turn = vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_A));
	for (i = 0; i < 2 + (unsigned)_i; i++)
		turn = ipsec_host_body(
			       w.alg, vpnalg_ipsec_host_alive(
					      w.alg, ipsec_blocks_remote(&loaded),
					      turn))
			       ->previous;
	ipsec_remote_body(w.alg, ipsec_blocks_remote(&loaded))->turn = turn;
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(&loaded));
	vpnalg_ipsec_repair_surplus(w.alg, &loaded, host_of(&w, CLIENT_B));
	check_undone(_i == 0, VPNALG_EVIDENCE_SURPLUS);
}
END_TEST

/* A has got the SPI that it awaited, B awaits one. Another SPI begins so long
 * after A's, when A's old one has been silent for so long. */
static const struct contest_row {
	const char *name;
	uint32_t after, silent;
	enum vpnalg_evidence evidence;
	bool b_awaits, undone;
	bool before; /* another host has got one since */
} contest_rows[] = {
	{ "soon", 100, 300, VPNALG_EVIDENCE_EXPECTED, true, true, false },
	{ "another since", 100, 300, VPNALG_EVIDENCE_EXPECTED, true, true,
	  true },
	{ "as late as can be", 500, 700, VPNALG_EVIDENCE_EXPECTED, true,
	  true, false },
	{ "too late", 501, 700, VPNALG_EVIDENCE_EXPECTED, true,
	  false, false },
	{ "A's was no guess", 100, 300, VPNALG_EVIDENCE_ALONE, true,
	  false, false },
	{ "no other may own A's", 100, 300, VPNALG_EVIDENCE_EXPECTED, false,
	  false, false },
	{ "A's old one goes on", 100, 0, VPNALG_EVIDENCE_EXPECTED, true, false,
	  false },
};

START_TEST(another_spi_that_fits_as_well_makes_a_pair_undecided_again)
{
	const struct contest_row *row = &contest_rows[_i];
	struct ipsec_unclaimed other = { .spi = 0xb9,
					 .flags = IPSEC_UNCLAIMED_FRESH |
						  IPSEC_UNCLAIMED_BEGAN };
	struct esp next = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	struct ipsec_blocks loaded;
	struct ipsec_remote *r;
	uint32_t since;

	both_come();
	if (row->b_awaits)
		b_awaits();
	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	since = candidate_of(&w, CLIENT_A)->since;
	w.now += 1000;
	/* Either could own either. */
	if (row->b_awaits)
		for (w.now += 3000; !esp_arrives(&w, &next); w.now += 100)
			ck_assert_uint_eq(esp_sends(&w, &next),
					  VPNALG_TRANSLATED);
	else
		ck_assert(esp_arrives(&w, &next));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, next.in_spi);
	w.now += 1000;
	ck_assert(esp_arrives(&w, &b)); /* now */
	inbound_of(&w, CLIENT_A, 0)->evidence = (unsigned)row->evidence & 0xf;
	host_body(&w, CLIENT_A)->in[0].first = ago(&w, 300) - row->after;
	other.first = other.began = other.last = ago(&w, 300);
	inbound_of(&w, CLIENT_A, 1)->seen = ago(&w, row->silent);
	inbound_of(&w, CLIENT_A, 1)->gap = 150;
	touched(&w, CLIENT_A);
	loaded = blocks_of(&w, CLIENT_A);
	r = ipsec_remote_body(w.alg, ipsec_blocks_remote(&loaded));
	if (row->before) {
		r->paired[1] = r->paired[0];
		r->paired[0].id = ~r->paired[1].id; /* it has gone */
		vpnalg_session_changed(w.alg, ipsec_blocks_remote(&loaded));
	}
	ck_assert_msg(vpnalg_ipsec_repair_contested(w.alg, &loaded, &other) ==
			      row->undone,
		      "%s", row->name);
	check_undone(row->undone, VPNALG_EVIDENCE_RIVAL);
	if (!row->undone)
		return;
	ck_assert_uint_eq(candidate_of(&w, CLIENT_A)->since, since);
	ck_assert_ptr_nonnull(unclaimed_of(&w, CLIENT_A, next.in_spi));
	ck_assert_uint_eq(unclaimed_of(&w, CLIENT_A, next.in_spi)->refused, 0);
}
END_TEST

/* A has three SPIs. The one of that age is shown at B. */
START_TEST(an_spi_shown_at_another_host_is_taken_back)
{
	struct esp last = esp_of(CLIENT_A, SERVER, 0xa5, 0xb5), next;
	const uint32_t spis[] = { 0xb5, 0xb3, 0xb1 };
	const uint32_t left[][2] = { { 0xb3, 0 }, { 0xb5, 0 }, { 0xb5, 0xb3 } };
	struct bytes p = esp_packet(SERVER, CLIENT_B, spis[_i], 9);

	both_come();
	next = a_turns();
	w.now += 20000;
	ck_assert_uint_eq(esp_sends(&w, &last), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &last));
	ck_assert(esp_arrives(&w, &next));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	check_undone(1, VPNALG_EVIDENCE_OTHER_SHOWN);
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_PAIRED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_SHOWN);
	ck_assert_uint_eq(w.event.session.outside_id, spis[_i]);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 2);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi, left[_i][0]);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].spi, left[_i][1]);
	ck_assert_uint_eq(host_body(&w, CLIENT_B)->in[0].spi, spis[_i]);
	b.in_spi = spis[_i];
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

/* There is no pair to be taken back. */
START_TEST(an_spi_shown_at_a_lone_host_is_its_own)
{
	struct bytes p = esp_packet(SERVER, CLIENT_A, 0xb1, 9);

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ALONE);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
	ck_assert(esp_arrives(&w, &a));
}
END_TEST

TCase *ipsec_surplus_case(void)
{
	TCase *t = tcase_create("surplus");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t,
			    of_two_spis_that_go_on_side_by_side_one_is_surplus,
			    0, ROWS(surplus_rows));
	tcase_add_loop_test(t, three_hosts_are_visited_for_a_surplus, 0, 2);
	tcase_add_loop_test(
		t, another_spi_that_fits_as_well_makes_a_pair_undecided_again,
		0, ROWS(contest_rows));
	tcase_add_loop_test(t, an_spi_shown_at_another_host_is_taken_back, 0,
			    3);
	tcase_add_test(t, an_spi_shown_at_a_lone_host_is_its_own);
	return t;
}
