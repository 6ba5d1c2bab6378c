/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence against a pair, each kind at its bounds. The conversation makes the
 * pair; the test sets times in the records themselves. */
#include "support_records.h"
#include "ipsec/repair.h"
#include "cases.h"

static struct world w;
static struct esp a, b;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static void end(void)
{
	world_end(&w);
}

/* Both hosts have a pair, and have sent nothing for so long. */
static void both_come(void)
{
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert(esp_arrives(&w, &b));
	w.now += 20000;
}

/* B is promised another SPI, which does not come. */
static void b_awaits(void)
{
	struct esp next = esp_of(CLIENT_B, SERVER, 0xa4, 0xb4);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	w.now += 5000;
}

/* A has another pair beside the one before. */
static struct esp a_turns(void)
{
	struct esp next = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &next));
	return next;
}

/* So many pairs were taken back, the last one for that evidence against it. */
static void check_undone(unsigned count, enum vpnalg_evidence against)
{
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], count);
	ck_assert_int_eq(w.against, count > 0 ? against : VPNALG_EVIDENCE_NONE);
}

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
	ck_assert_msg(w.told[VPNALG_EVENT_UNPAIRED] == row->undone, "%s",
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
	ck_assert_msg(w.told[VPNALG_EVENT_UNPAIRED] == (row->taken >= 0), "%s",
		      row->name);
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

TCase *ipsec_review_case(void)
{
	TCase *t = tcase_create("reviews");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_old_spi_that_goes_on_speaks_against_a_guess,
			    0, ROWS(old_rows));
	tcase_add_loop_test(
		t, two_liveness_checks_while_packets_come_take_back_a_pair, 0,
		ROWS(liveness_rows));
	tcase_add_test(t, an_spi_that_goes_on_does_not_speak_against_itself);
	tcase_add_loop_test(t, promises_are_counted_up_to_a_bound, 0, 2);
	tcase_add_test(t, a_lone_host_may_check_liveness_at_will);
	tcase_add_loop_test(t, packets_after_a_good_bye_were_not_the_hosts,
			    0, ROWS(good_bye_rows));
	tcase_add_loop_test(t, a_pair_is_trusted_by_what_its_host_sends, 0,
			    ROWS(review_rows));
	tcase_add_loop_test(t, an_older_pair_is_taken_back_alone, 0, 2);
	tcase_add_loop_test(
		t, of_two_spis_that_go_on_side_by_side_one_is_surplus, 0,
		ROWS(surplus_rows));
	tcase_add_loop_test(t, three_hosts_are_visited_for_a_surplus, 0, 2);
	tcase_add_loop_test(
		t, another_spi_that_fits_as_well_makes_a_pair_undecided_again, 0,
		ROWS(contest_rows));
	tcase_add_loop_test(
		t, an_spi_shown_at_another_host_is_taken_back, 0,
		3);
	tcase_add_test(t, an_spi_shown_at_a_lone_host_is_its_own);
	return t;
}
