/* SPDX-License-Identifier: BSD-2-Clause */
/* Places of candidates, turns of hosts, rekeys, gaps, and room for an SPI. */
#include "ipsec_records.h"

/* Three places, each empty, of a seeker, or of an awaiting host, since so long;
 * which one another such host gets: 0 if none. */
enum filled { EMPTY, SEEKS, PROMISED };

static const struct place_row {
	enum filled filled[3];
	uint32_t since[3];
	unsigned awaits, seeks;
} place_rows[] = {
	{ { EMPTY, EMPTY, EMPTY }, { 0, 0, 0 }, 1, 1 },
	{ { SEEKS, EMPTY, EMPTY }, { 9000, 0, 0 }, 2, 2 },
	{ { PROMISED, EMPTY, PROMISED }, { 1000, 0, 9000 }, 2, 2 },
	{ { PROMISED, PROMISED, EMPTY }, { 1000, 5000, 0 }, 3, 3 },
	{ { EMPTY, SEEKS, PROMISED }, { 0, 9000, 5000 }, 1, 1 },
	{ { PROMISED, SEEKS, PROMISED }, { 9000, 1000, 5000 }, 1, 1 },
	{ { PROMISED, PROMISED, SEEKS }, { 5000, 9000, 1000 }, 2, 2 },
	{ { SEEKS, PROMISED, PROMISED }, { 1000, 5000, 9000 }, 3, 3 },
	{ { SEEKS, SEEKS, SEEKS }, { 5000, 9000, 1000 }, 2, 2 },
	{ { SEEKS, SEEKS, SEEKS }, { 9000, 5000, 1000 }, 1, 1 },
	{ { SEEKS, SEEKS, SEEKS }, { 1000, 5000, 9000 }, 3, 3 },
	{ { PROMISED, PROMISED, PROMISED }, { 2999, 1, 2 }, 1, 0 },
	{ { PROMISED, PROMISED, PROMISED }, { 1, 3000, 2 }, 2, 2 },
	{ { SEEKS, SEEKS, SEEKS }, { 1, 2, 2999 }, 3, 0 },
	{ { SEEKS, SEEKS, SEEKS }, { 3000, 2, 1 }, 1, 1 },
	{ { PROMISED, PROMISED, PROMISED }, { 5, 5, 5 }, 1, 0 },
};

static void fill_places(const struct place_row *row, struct ipsec_blocks *b)
{
	struct ipsec_candidate *c;
	unsigned i;

	*b = blocks_of(&w, CLIENT_A);
	b->candidates = 4;
	for (i = 0; i < 3; i++) {
		c = ipsec_blocks_candidate(b, 1 + i);
		*c = (struct ipsec_candidate){ .id = 0 };
		if (row->filled[i] == EMPTY)
			continue;
		c->id = ~i;
		c->since = ago(&w, row->since[i]);
		c->seeking = row->filled[i] == SEEKS;
	}
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(b));
}

static void check_filled(const struct ipsec_blocks *b, unsigned filled)
{
	uint32_t id = vpnalg_ipsec_host_id(w.alg, host_of(&w, CLIENT_B));
	unsigned i;

	for (i = 1; i < 4; i++)
		ck_assert_uint_eq(ipsec_blocks_candidate(b, i)->id == id,
				  i == filled);
	if (filled != 0)
		ck_assert_uint_eq(host_body(&w, CLIENT_B)->place, filled);
}

START_TEST(a_candidate_takes_the_oldest_place)
{
	const struct place_row *row = &place_rows[_i];
	struct ipsec_blocks b;

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	w.now += 4000;
	ck_assert_uint_eq(esp_sends(&w, &hosts[1][0]), VPNALG_TRANSLATED);
	fill_places(row, &b);
	vpnalg_ipsec_candidate_seek(w.alg, &b, host_of(&w, CLIENT_B));
	check_filled(&b, row->seeks);
	if (row->seeks != 0) {
		ck_assert(candidate_of(&w, CLIENT_B)->seeking);
		ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since,
				  ago(&w, 0));
	}
	fill_places(row, &b);
	vpnalg_ipsec_candidate_await(w.alg, &b, host_of(&w, CLIENT_B),
				      ago(&w, 77));
	check_filled(&b, row->awaits);
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 77));
	/* The first promise counts, and the host keeps its place. */
	vpnalg_ipsec_candidate_await(w.alg, &b, host_of(&w, CLIENT_B),
				      ago(&w, 33));
	check_filled(&b, row->awaits);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 77));
	/* One that was taken back may be older. */
	vpnalg_ipsec_candidate_await(w.alg, &b, host_of(&w, CLIENT_B),
				      ago(&w, 99));
	check_filled(&b, row->awaits);
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 99));
	vpnalg_ipsec_candidate_seek(w.alg, &b, host_of(&w, CLIENT_B));
	check_filled(&b, row->awaits);
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
	/* Unless it has sought before. */
	candidate_of(&w, CLIENT_B)->seeking = 1;
	vpnalg_ipsec_candidate_await(w.alg, &b, host_of(&w, CLIENT_B),
				      ago(&w, 33));
	ck_assert_uint_eq(candidate_of(&w, CLIENT_B)->since, ago(&w, 33));
	ck_assert(!candidate_of(&w, CLIENT_B)->seeking);
	fill_places(&place_rows[0], &b);
}
END_TEST

/* The hosts of a remote, and the places for candidates and SPIs. */
static const struct places_row {
	unsigned hosts, candidates, unclaimed;
} places_rows[] = {
	{ 1, 4, 0 },   { 2, 4, 3 },    { 3, 4, 6 },    { 4, 4, 9 },
	{ 5, 8, 12 },  { 6, 8, 15 },   { 7, 8, 18 },   { 8, 8, 21 },
	{ 9, 12, 24 }, { 10, 12, 27 }, { 11, 12, 30 }, { 25, 28, 30 },
	{ 60, 28, 30 },
};

START_TEST(there_are_more_places_for_more_hosts)
{
	const struct places_row *row = &places_rows[_i];
	struct ipsec_blocks b;
	unsigned i;

	for (i = 0; i < row->hosts; i++) {
		struct esp e = esp_of(CLIENT_A + i, SERVER, 0xa00 + i, 0);

		w.now += 2000;
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	}
	b = blocks_of(&w, CLIENT_A);
	ck_assert_uint_eq(b.candidates, row->candidates);
	ck_assert_uint_eq(b.unclaimed, row->unclaimed);
	ck_assert_uint_eq(b.now, ago(&w, 0));
	ck_assert(vpnalg_ipsec_blocks_load_candidates(
		w.alg, host_of(&w, CLIENT_A), &b));
	ck_assert_uint_eq(b.candidates, row->candidates);
	ck_assert_uint_eq(b.unclaimed, 0);
}
END_TEST

/* The hosts of a remote have their turn one after the other. */
START_TEST(each_host_has_its_turn)
{
	struct vpnalg_record *seen[HOSTS];
	struct ipsec_blocks b;
	unsigned i, j;

	for (i = 0; i < HOSTS; i++) {
		w.now += 4000;
		ck_assert_uint_eq(esp_sends(&w, &hosts[i][0]),
				  VPNALG_TRANSLATED);
	}
	b = blocks_of(&w, CLIENT_A);
	for (i = 0; i < HOSTS; i++) {
		seen[i] =
			vpnalg_ipsec_ring_turn(w.alg, ipsec_blocks_remote(&b));
		ck_assert_ptr_nonnull(seen[i]);
		for (j = 0; j < i; j++)
			ck_assert_ptr_ne(seen[i], seen[j]);
	}
	ck_assert_ptr_eq(vpnalg_ipsec_ring_turn(w.alg, ipsec_blocks_remote(&b)),
			 seen[0]);
}
END_TEST

/* The last two hosts that have made an SA, and the last two that have got one;
 * the latest first, no host twice among the former. */
START_TEST(the_last_two_rekeys_are_remembered)
{
	struct ipsec_candidate c = { .id = 0 };
	struct vpnalg_record *remote;
	struct ipsec_remote *r;

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	remote = vpnalg_ipsec_remote_of(w.alg, host_of(&w, CLIENT_A));
	r = ipsec_remote_body(w.alg, remote);
	vpnalg_ipsec_remote_rekey(w.alg, remote, 7);
	vpnalg_ipsec_remote_rekey(w.alg, remote, 8);
	ck_assert_uint_eq(r->rekeyed[0].id, 8);
	ck_assert_uint_eq(r->rekeyed[0].since, ago(&w, 0));
	ck_assert_uint_eq(r->rekeyed[1].id, 7);
	vpnalg_ipsec_remote_rekey(w.alg, remote, 7);
	ck_assert_uint_eq(r->rekeyed[0].id, 7);
	ck_assert_uint_eq(r->rekeyed[1].id, 8);
	vpnalg_ipsec_remote_rekey(w.alg, remote, 9);
	ck_assert_uint_eq(r->rekeyed[0].id, 9);
	ck_assert_uint_eq(r->rekeyed[1].id, 7);
	vpnalg_ipsec_remote_clear_rekey(w.alg, remote, 9);
	ck_assert_uint_eq(r->rekeyed[0].id, 7);
	ck_assert_uint_eq(r->rekeyed[1].id, 0);
	vpnalg_ipsec_remote_clear_rekey(w.alg, remote, 8);
	ck_assert_uint_eq(r->rekeyed[0].id, 7);
	vpnalg_ipsec_remote_clear_rekey(w.alg, remote, 7);
	ck_assert_uint_eq(r->rekeyed[0].id, 0);
	ck_assert_uint_eq(r->paired[0].id, 0);
	for (c.id = 5; c.id < 8; c.id++) {
		c.since = 100 + c.id;
		vpnalg_ipsec_remote_paired(w.alg, remote, &c);
	}
	ck_assert_uint_eq(r->paired[0].id, 7);
	ck_assert_uint_eq(r->paired[0].since, 107);
	ck_assert_uint_eq(r->paired[1].id, 6);
	ck_assert_uint_eq(r->paired[1].since, 106);
}
END_TEST

/* As TCP learns a round trip time: a packet after so long changes the usual
 * gap, 100 ms and 25 more or less at first. */
static const struct gap_row {
	uint32_t after, gap, spread;
} gap_rows[] = {
	{ 100, 100, 22 },  { 20, 90, 32 },   { 104, 101, 22 },
	{ 103, 100, 22 },  { 355, 132, 54 }, { 356, 132, 54 },
	{ 1999, 337, 54 }, { 2000, 100, 25 }, { 9000, 100, 25 },
};

START_TEST(the_usual_gap_is_learned)
{
	const struct gap_row *row = &gap_rows[_i];

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->gap, 100);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->spread, 25);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->trust,
			  IPSEC_TRUST_INITIAL);
	w.now += row->after;
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->gap, row->gap);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->spread, row->spread);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->seen, ago(&w, 0));
}
END_TEST

/* The next SA begins with the same gap. */
START_TEST(the_next_pair_inherits_the_usual_gap)
{
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	w.now += 1999;
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	ck_assert_uint_eq(esp_sends(&w, &hosts[0][1]), VPNALG_TRANSLATED);
	host_body(&w, CLIENT_A)->held = 3;
	host_body(&w, CLIENT_A)->unheard = 2;
	host_body(&w, CLIENT_A)->flags |=
		IPSEC_HOST_PENDING | IPSEC_HOST_SUSPECTED |
		IPSEC_HOST_INITIAL | IPSEC_HOST_HELD;
	touched(&w, CLIENT_A);
	w.now += 5;
	ck_assert(esp_arrives(&w, &hosts[0][1]));
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->gap, 337);
	ck_assert_uint_eq(inbound_of(&w, CLIENT_A, 0)->spread, 54);
	ck_assert_int_eq(inbound_of(&w, CLIENT_A, 1)->old, 1);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi,
			  hosts[0][1].in_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].first, ago(&w, 0));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].spi,
			  hosts[0][0].in_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].first, ago(&w, 2004));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->held, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->unheard, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 2);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->pending, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->place, 0);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->flags,
			  IPSEC_HOST_JOINED | IPSEC_HOST_RESUMED);
	ck_assert_int_eq(outbound_of(&w, CLIENT_A)->paired, 1);
}
END_TEST

/* A host that is alone has an SPI, seen last so long ago, and another comes. */
static const struct room_row {
	const char *name;
	uint32_t silent;
	bool confirmed, promised, answered;
	uint16_t inbound;
	bool kept, replaces;
} room_rows[] = {
	{ "beside a living one", 10000, false, false, false, 1, false, false },
	{ "it may follow", 10001, false, false, false, 1, true, true },
	{ "beside a confirmed one", 10000, true, false, false, 1, false,
	  false },
	{ "after a confirmed one", 10001, true, false, false, 1, true, false },
	{ "it was promised", 9, false, true, false, 1, true, false },
	{ "it was promised beside a confirmed one", 9, true, true, false, 1,
	  true, false },
	{ "an exchange was answered since", 9, true, false, true, 1, true,
	  false },
	{ "nearly too many", 9, true, true, false, 1023, true, false },
	{ "too many", 9, true, true, false, 1024, false, false },
};

START_TEST(a_lone_host_has_room_for_a_promised_spi_or_the_next_one)
{
	const struct room_row *row = &room_rows[_i];
	unsigned inbound;
	unsigned long kept;

	ck_assert_uint_eq(esp_sends(&w, &hosts[0][0]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[0][0]));
	w.now += 20000;
	inbound_of(&w, CLIENT_A, 0)->seen = ago(&w, row->silent);
	inbound_of(&w, CLIENT_A, 0)->confirmed = row->confirmed;
	host_body(&w, CLIENT_A)->pending = row->promised;
	host_body(&w, CLIENT_A)->requested = ago(&w, 1000);
	if (row->answered)
		host_body(&w, CLIENT_A)->flags |= IPSEC_HOST_ANSWERED;
	inbound = host_body(&w, CLIENT_A)->inbound;
	host_body(&w, CLIENT_A)->inbound = row->inbound & 0x7ffU;
	touched(&w, CLIENT_A);
	/* Whatever comes is the lone host's. */
	ck_assert(esp_arrives(&w, &hosts[0][1]));
	kept = w.events[VPNALG_EVENT_PAIRED] - 1;
	ck_assert_msg(kept == row->kept, "%s", row->name);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1 + kept - row->replaces);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[0].spi,
			  hosts[0][row->kept].in_spi);
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->in[1].spi,
			  row->kept && !row->replaces ? hosts[0][0].in_spi : 0);
	host_body(&w, CLIENT_A)->inbound = inbound & 0x7ffU;
	touched(&w, CLIENT_A);
}
END_TEST

TCase *ipsec_places_case(void)
{
	TCase *t = tcase_create("places");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, the_last_two_rekeys_are_remembered);
	tcase_add_test(t, each_host_has_its_turn);
	tcase_add_loop_test(t, a_candidate_takes_the_oldest_place, 0,
			    ROWS(place_rows));
	tcase_add_loop_test(t, there_are_more_places_for_more_hosts, 0,
			    ROWS(places_rows));
	tcase_add_loop_test(t, the_usual_gap_is_learned, 0, ROWS(gap_rows));
	tcase_add_test(t, the_next_pair_inherits_the_usual_gap);
	tcase_add_loop_test(
		t, a_lone_host_has_room_for_a_promised_spi_or_the_next_one, 0,
		ROWS(room_rows));
	return t;
}
