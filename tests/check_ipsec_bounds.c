/* SPDX-License-Identifier: BSD-2-Clause */
/* Holding back, probing, and unclaimed SPIs, each at its bounds. The test sets
 * times in the records themselves. */
#include "support_records.h"
#include "ipsec/judge.h"
#include "ipsec/probe.h"
#include "cases.h"

static struct world w;
static struct esp hosts[3];

static void begin(void)
{
	unsigned i;

	ipsec_world(&w, (struct world_options){ .no_undo = true });
	for (i = 0; i < 3; i++)
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);
}

static void end(void)
{
	world_end(&w);
}

static void come(unsigned host)
{
	ck_assert_uint_eq(esp_sends(&w, &hosts[host]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[host]));
	w.now += 20000;
}

/* B is promised another SPI, which does not come. */
static void b_awaits(void)
{
	struct esp next = esp_of(CLIENT_B, SERVER, 0xc1, 0xd1);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	w.now += 20000;
}

/* B requested an SA, received, resumed and was released so long ago; 0: never.
 * Whether A is held when it sends with a new SPI, or by IKE. */
static const struct way_row {
	const char *name;
	uint32_t requested, received, resumed, released;
	bool initial, holds_spi, holds_message;
} way_rows[] = {
	{ "nothing is awaited", 9000, 9000, 0, 0, false, false, false },
	{ "its request is new", 1499, 999, 0, 0, false, false, true },
	{ "its request is old", 1500, 999, 0, 0, false, false, false },
	{ "it is idle", 1499, 1000, 0, 0, false, false, false },
	{ "its first one is to come", 1499, 1000, 0, 0, true, false, true },
	{ "it resumed", 9000, 9000, 399, 0, false, true, true },
	{ "it resumed before", 9000, 9000, 400, 0, false, false, false },
	{ "it was held back", 9000, 9000, 0, 399, false, true, true },
	{ "it was held back before", 9000, 9000, 0, 400, false, false, false },
};

static void set_flag(uint32_t client, uint16_t flag, bool set)
{
	host_body(&w, client)->flags &= (uint16_t)~flag;
	if (set)
		host_body(&w, client)->flags |= flag;
}

static void set_way(const struct way_row *row)
{
	struct ipsec_host *h = host_body(&w, CLIENT_B);

	h->requested = ago(&w, row->requested);
	h->resumed = ago(&w, row->resumed);
	h->out_since = ago(&w, row->released != 0 ? row->released : 100);
	set_flag(CLIENT_B, IPSEC_HOST_RESUMED, row->resumed != 0);
	set_flag(CLIENT_B, IPSEC_HOST_RELEASED, row->released != 0);
	set_flag(CLIENT_B, IPSEC_HOST_INITIAL, row->initial);
	inbound_of(&w, CLIENT_B, 0)->seen = ago(&w, row->received);
	touched(&w, CLIENT_B);
}

START_TEST(a_host_that_could_be_answered_for_another_is_held)
{
	const struct way_row *row = &way_rows[_i];
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	come(0);
	come(1);
	b_awaits();
	set_way(row);
	ck_assert_msg((esp_sends(&w, &next) == VPNALG_DROP_HELD) ==
			      row->holds_spi,
		      "%s: SPI", row->name);
	ck_assert_int_eq(!!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_HELD),
			 row->holds_spi);
	host_body(&w, CLIENT_A)->held = 0;
	set_flag(CLIENT_A, IPSEC_HOST_HELD, true);
	touched(&w, CLIENT_A);
	ck_assert_msg((ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5) ==
		       VPNALG_DROP_HELD) == row->holds_message,
		      "%s: message", row->name);
	ck_assert(!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_HELD));
}
END_TEST

/* How often A was held back, for this request or another, since so long. */
static const struct held_row {
	uint8_t held;
	bool other;
	uint32_t since;
	bool message, holds;
	uint8_t new_held;
} held_rows[] = {
	{ 0, true, 0, false, true, 1 },
	{ 0, false, 90000, false, true, 1 },
	{ 2, false, 3000, false, true, 3 },
	{ 2, false, 3001, false, false, 2 },
	{ 3, false, 0, false, false, 3 },
	{ 2, true, 3000, false, true, 3 },
	{ 2, true, 3001, false, true, 1 },
	{ 3, true, 3000, false, false, 3 },
	{ 3, true, 3001, false, true, 1 },
	{ 2, false, 10000, true, true, 3 },
	{ 2, false, 10001, true, false, 2 },
	{ 3, false, 0, true, false, 3 },
	{ 3, true, 10000, true, false, 3 },
	{ 3, true, 10001, true, true, 1 },
};

START_TEST(no_host_is_held_too_often_or_too_long)
{
	const struct held_row *row = &held_rows[_i];
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct ipsec_host *h;
	uint32_t request, since;
	unsigned result;

	come(0);
	come(1);
	b_awaits();
	set_way(&way_rows[5]);
	/* The request is known once it was held back. */
	result = row->message
			 ? ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5)
			 : esp_sends(&w, &next);
	ck_assert_uint_eq(result, VPNALG_DROP_HELD);
	h = host_body(&w, CLIENT_A);
	request = h->held_for;
	ck_assert_uint_eq(h->held_since, ago(&w, 0));
	ck_assert_uint_eq(h->held, 1);
	h->held = row->held;
	h->held_for = row->other ? ~request : request;
	h->held_since = since = ago(&w, row->since);
	touched(&w, CLIENT_A);
	result = row->message
			 ? ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5)
			 : esp_sends(&w, &next);
	ck_assert_int_eq(result == VPNALG_DROP_HELD, row->holds);
	if (!row->holds)
		return;
	h = host_body(&w, CLIENT_A);
	ck_assert_uint_eq(h->held, row->new_held);
	ck_assert_uint_eq(h->held_since,
			  row->new_held == 1 ? ago(&w, 0) : since);
	ck_assert_int_eq(h->held_for == request,
			 !row->other || row->new_held == 1);
}
END_TEST

/* Questions about a host's records. */
START_TEST(a_host_knows_when_it_received_and_sent)
{
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct vpnalg_record *a;
	struct ipsec_host *h;
	bool ever;

	come(0);
	ck_assert(vpnalg_ipsec_host_has_inbound(w.alg, host_of(&w, CLIENT_A)));
	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &next));
	a = host_of(&w, CLIENT_A);
	h = host_body(&w, CLIENT_A);
	inbound_of(&w, CLIENT_A, 0)->seen = 100;
	inbound_of(&w, CLIENT_A, 1)->seen = 50;
	ck_assert(vpnalg_ipsec_host_hears(w.alg, a, 99));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 100));
	inbound_of(&w, CLIENT_A, 1)->seen = 200;
	ck_assert(vpnalg_ipsec_host_hears(w.alg, a, 199));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 200));
	/* Several SAs. */
	h->out_since = ago(&w, 9000);
	h->older_sent = ago(&w, 9000 - 50);
	ck_assert(!vpnalg_ipsec_host_has_several(w.alg, a));
	h->older_sent++;
	ck_assert(vpnalg_ipsec_host_has_several(w.alg, a));
	h->out_since = ago(&w, 20000);
	h->older_sent = ago(&w, 9999);
	ck_assert(vpnalg_ipsec_host_has_several(w.alg, a));
	h->older_sent--;
	ck_assert(!vpnalg_ipsec_host_has_several(w.alg, a));
	/* When it sent. */
	outbound_of(&w, CLIENT_A)->seen = 300;
	h->resumed = 301;
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 301);
	ck_assert(ever);
	h->resumed = 299;
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 300);
	h->resumed = 301;
	set_flag(CLIENT_A, IPSEC_HOST_RESUMED, false);
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 300);
	/* One SA less, and none. */
	touched(&w, CLIENT_A);
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_inbound(w.alg, a, 0));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 1);
	ck_assert(vpnalg_ipsec_host_has_inbound(w.alg, a));
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_inbound(w.alg, a, 1));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 0);
	ck_assert(!vpnalg_ipsec_host_has_inbound(w.alg, a));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 0));
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_outbound(w.alg, a));
	vpnalg_ipsec_host_sent(w.alg, a, &ever);
	ck_assert(!ever);
}
END_TEST

/* A probe */

/* A, B and C received, sent and resumed so long ago; 0: never. */
struct state {
	uint32_t received, sent, resumed;
};

#define SILENT { 0, 0, 0 }
#define HEARS { 700, 0, 0 }
#define SENDS { 0, 1200, 0 }
#define DEAF { 0, 3000, 0 } /* neither silent nor sending */

static const struct probe_row {
	const char *name;
	struct state states[3];
	uint8_t turn, count, total;
	uint32_t first; /* so long ago */
	uint32_t probed; /* and when the SPI was probed; 0: never */
	uint32_t any_probed; /* and any SPI */
	bool likely;
	char got;
} probe_rows[] = {
	{ "silent ones in turn", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0, 999,
	  false, 'A' },
	{ "the second", { SILENT, SILENT, SILENT }, 1, 1, 1, 0, 0, 999, false,
	  'B' },
	{ "the third", { SILENT, SILENT, SILENT }, 2, 1, 1, 0, 0, 999, false,
	  'C' },
	{ "the first again", { SILENT, SILENT, SILENT }, 3, 1, 1, 0, 0, 999,
	  false, 'A' },
	{ "one hears", { HEARS, SILENT, SILENT }, 0, 1, 1, 0, 0, 999, false,
	  'B' },
	{ "one heard before", { { 701, 0, 0 }, HEARS, HEARS }, 0, 1, 1, 1000, 0,
	  999, false, 'A' },
	{ "too early for it", { { 701, 0, 0 }, HEARS, HEARS }, 0, 1, 1, 999, 0,
	  999, false, '-' },
	{ "one has sent", { { 0, 3000, 0 }, HEARS, SILENT }, 0, 1, 1, 0, 0, 999,
	  false, 'C' },
	{ "one sent long before", { { 0, 3001, 0 }, HEARS, SILENT }, 0, 1, 1, 0,
	  0, 999, false, 'A' },
	{ "one resumed with another SA", { { 0, 9000, 3000 }, HEARS, SILENT }, 0,
	  1, 1, 0, 0, 999, false, 'C' },
	{ "all hear", { HEARS, HEARS, HEARS }, 0, 1, 1, 9000, 0, 999, false,
	  '-' },
	{ "a host is likely", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0, 999,
	  true, '-' },
	{ "probed just before", { SILENT, SILENT, SILENT }, 0, 1, 1, 999, 999,
	  999, false, '-' },
	{ "probed before", { SILENT, SILENT, SILENT }, 0, 1, 1, 999, 1000, 999,
	  false, 'A' },
	{ "steady, probed just before", { SILENT, SILENT, SILENT }, 0, 2, 2,
	  999, 2999, 999, false, '-' },
	{ "steady, probed before", { SILENT, SILENT, SILENT }, 0, 2, 2, 999,
	  3000, 999, false, 'A' },
	{ "another may be answered", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0,
	  150, false, '-' },
	{ "another was not answered", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0,
	  151, false, 'A' },
	{ "round among those that send", { DEAF, SENDS, DEAF }, 0, 3, 3, 3000,
	  0, 0, false, 'B' },
	{ "round among all that are deaf", { DEAF, { 0, 1201, 0 }, HEARS }, 0,
	  3, 3, 3000, 0, 0, false, 'A' },
	{ "the round goes on", { DEAF, DEAF, HEARS }, 1, 3, 3, 3000, 3000, 0,
	  false, 'B' },
	{ "the round begins again", { DEAF, DEAF, HEARS }, 2, 3, 3, 3000, 3000,
	  0, false, 'A' },
	{ "not so soon again", { DEAF, DEAF, HEARS }, 1, 3, 3, 3000, 2999, 0,
	  false, '-' },
	{ "not yet", { DEAF, SENDS, DEAF }, 0, 3, 3, 2999, 0, 0, false, '-' },
	{ "not of so few", { DEAF, SENDS, DEAF }, 0, 2, 2, 3000, 0, 0, false,
	  '-' },
	{ "round though a host is likely", { DEAF, SENDS, DEAF }, 0, 3, 3,
	  3000, 0, 0, true, 'B' },
	{ "among all hosts", { HEARS, HEARS, HEARS }, 0, 3, 3, 3000, 0, 0,
	  false, '*' },
};

static void three_await(void)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]), VPNALG_TRANSLATED);
		w.now += 5000;
	}
	/* Once more, so that the translator's time is the test's. */
	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
}

static void set_state(const struct state *state, unsigned host)
{
	struct ipsec_candidate *c = candidate_of(&w, CLIENT_A + host);

	c->receives = state->received != 0;
	c->received = ago(&w, state->received);
	c->sends = state->sent != 0;
	c->sent = ago(&w, state->sent);
	c->has_resumed = state->resumed != 0;
	c->resumed = ago(&w, state->resumed);
	c->since = ago(&w, 20000);
}

static void set_states(const struct state *states, struct ipsec_blocks *b)
{
	unsigned i;

	*b = blocks_of(&w, CLIENT_A);
	for (i = 0; i < 3; i++)
		set_state(&states[i], i);
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(b));
}

static char name_of(const struct vpnalg_record *host)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		if (host == host_of(&w, CLIENT_A + i))
			return (char)('A' + i);
	return '-';
}

static struct ipsec_unclaimed spi_of_row(const struct probe_row *row)
{
	return (struct ipsec_unclaimed){
		.spi = 0xdd,
		.first = ago(&w, row->first),
		.count = row->count,
		.total = row->total,
		.turn = row->turn,
		.probed_at = ago(&w, row->probed),
		.flags = row->probed != 0 ? IPSEC_UNCLAIMED_PROBED : 0
	};
}

START_TEST(an_unclaimed_packet_is_given_to_some_host)
{
	const struct probe_row *row = &probe_rows[_i];
	struct ipsec_unclaimed spi;
	struct vpnalg_record *host;
	struct ipsec_blocks b;
	bool silent, owns;
	char got;

	three_await();
	set_states(row->states, &b);
	ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))->probed_at =
		(uint16_t)ago(&w, row->any_probed);
	spi = spi_of_row(row);
	host = vpnalg_ipsec_probe(w.alg, &b, &spi, row->likely, &owns);
	got = name_of(host);
	ck_assert(!owns);
	if (row->got == '*')
		ck_assert_int_ne(got, '-');
	else
		ck_assert_msg(got == row->got, "%s: %c", row->name, got);
	if (got == '-')
		return;
	silent = row->any_probed != 0;
	ck_assert_uint_eq(spi.probed, vpnalg_ipsec_host_id(w.alg, host));
	ck_assert_uint_eq(spi.probed_at, ago(&w, 0));
	ck_assert_int_eq(spi.turn, row->got == '*' ? 0 : 1 + got - 'A');
	ck_assert_int_eq(spi.flags,
			 IPSEC_UNCLAIMED_PROBED |
				 (silent ? IPSEC_UNCLAIMED_AWAITING : 0));
	if (silent)
		ck_assert_uint_eq(
			ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))
				->probed_at,
			(uint16_t)ago(&w, 0));
}
END_TEST

/* A new SPI is promised before it is used: a host that is promised
 * one later does not own it. */
START_TEST(a_silent_host_is_not_probed_with_an_older_spi)
{
	static const struct state silent[3] = { SILENT, HEARS, HEARS };
	struct ipsec_unclaimed spi = spi_of_row(&probe_rows[0]);
	struct ipsec_blocks b;
	bool owns;

	three_await();
	set_states(silent, &b);
	spi.first = ago(&w, 1000);
	spi.flags = IPSEC_UNCLAIMED_FRESH;
	candidate_of(&w, CLIENT_A)->since = ago(&w, 949);
	ck_assert_ptr_null(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns));
	candidate_of(&w, CLIENT_A)->since = ago(&w, 950);
	spi.refused = candidate_of(&w, CLIENT_A)->id;
	ck_assert_ptr_null(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns));
	spi.refused = 0;
	ck_assert_int_eq(
		name_of(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns)),
		'A');
}
END_TEST

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

/* Without a place for an SPI, some host that receives nothing gets its
 * packet. */
START_TEST(any_host_that_receives_nothing_may_get_a_packet)
{
	static const struct state states[][3] = {
		{ HEARS, SILENT, HEARS },
		{ SILENT, HEARS, HEARS },
		{ HEARS, HEARS, SILENT },
		{ HEARS, HEARS, HEARS },
	};
	struct ipsec_blocks b;
	unsigned i;

	three_await();
	set_states(states[_i], &b);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(
			name_of(vpnalg_ipsec_probe_any(w.alg, &b)),
			"BAC-"[_i]);
	if (_i == 3)
		return;
	/* An empty place belongs to no host. */
	ipsec_blocks_candidate(&b, (unsigned)name_of(vpnalg_ipsec_probe_any(
					w.alg, &b)) - 'A' + 1)
		->id = 0;
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(&b));
	ck_assert_ptr_null(vpnalg_ipsec_probe_any(w.alg, &b));
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

/* Unclaimed SPIs */

/* Three unclaimed SPIs, seen last so long ago (0: an empty place), in use
 * before (OLD), or probed so long ago. The one that a fresh SPI evicts, or one
 * that was in use before; 3 if none. */
#define OLD 1U

static const struct room_row {
	uint32_t last[3], probed[3];
	unsigned fresh, old;
} room_rows[] = {
	{ { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 },
	{ { 9, 0, 9 }, { 0, 0, 0 }, 1, 1 },
	{ { 9999, 9, 0 }, { 0, 0, 0 }, 2, 2 },
	{ { 30, 20, 10 }, { 0, 0, 0 }, 0, 3 },
	{ { 10, 20, 30 }, { 0, 0, 0 }, 2, 3 },
	{ { 10, 30, 20 }, { 0, 0, 0 }, 1, 3 },
	{ { 10, 20, 30 }, { 0, OLD, 0 }, 2, 1 },
	{ { 10, 20, 30 }, { OLD, OLD, 0 }, 2, 1 },
	{ { 10, 20, 3000 }, { 0, 0, 0 }, 2, 3 },
	{ { 10, 20, 3001 }, { 0, 0, 0 }, 2, 2 },
	{ { 10, 20, 30 }, { 0, 0, 150 }, 1, 3 },
	{ { 10, 20, 30 }, { 0, 0, 151 }, 2, 3 },
	{ { 10, 20, 4000 }, { 0, 0, 100 }, 2, 2 },
	{ { 10, 10, 10 }, { 99, 99, 99 }, 3, 3 },
};

static void set_room(const struct room_row *row)
{
	struct ipsec_blocks b = blocks_of(&w, CLIENT_A);
	struct ipsec_unclaimed *spi;
	unsigned i;

	ck_assert_uint_eq(b.unclaimed, 3);
	for (i = 0; i < 3; i++) {
		spi = ipsec_blocks_unclaimed(&b, i);
		*spi = (struct ipsec_unclaimed){ .flags =
							 IPSEC_UNCLAIMED_FRESH };
		if (row->last[i] == 0)
			continue;
		spi->spi = 0x1000 + i;
		spi->last = spi->first = spi->began = ago(&w, row->last[i]);
		spi->probed_at = ago(&w, row->probed[i]);
		if (row->probed[i] == OLD)
			spi->flags = 0;
		else if (row->probed[i] != 0)
			spi->flags |= IPSEC_UNCLAIMED_AWAITING;
	}
	vpnalg_session_changed(w.alg, b.unclaimed_blocks[0]);
}

static void check_room(const struct room_row *row, uint32_t sequence,
		       unsigned gone)
{
	struct bytes p = esp_packet(SERVER, OUTSIDE, 0xdd, sequence);
	const struct ipsec_unclaimed *spi;
	struct ipsec_blocks b;
	unsigned i;

	set_room(row);
	send_packet(&w, VPNALG_IN, &p);
	b = blocks_of(&w, CLIENT_A);
	for (i = 0; i < 3; i++) {
		spi = ipsec_blocks_unclaimed(&b, i);
		if (i != gone) {
			ck_assert_uint_ne(spi->spi, 0xdd);
			continue;
		}
		ck_assert_uint_eq(spi->spi, 0xdd);
		ck_assert_uint_eq(spi->first, ago(&w, 0));
		ck_assert_uint_eq(spi->last, ago(&w, 0));
		ck_assert_uint_eq(spi->began, ago(&w, 0));
		ck_assert_uint_eq(spi->count, 1);
		ck_assert_uint_eq(spi->total, 1);
		ck_assert_uint_eq(spi->flags & (IPSEC_UNCLAIMED_FRESH |
						IPSEC_UNCLAIMED_BEGAN),
				  sequence < 4096 ? IPSEC_UNCLAIMED_FRESH |
							    IPSEC_UNCLAIMED_BEGAN
						  : 0);
	}
}

static void two_come(void)
{
	come(0);
	come(1);
	ck_assert(esp_arrives(&w, &hosts[0]));
	ck_assert(esp_arrives(&w, &hosts[1]));
}

START_TEST(an_spi_evicts_one_that_is_missed_less)
{
	const struct room_row *row = &room_rows[_i];

	two_come();
	check_room(row, 4096, row->old);
	check_room(row, 1, row->fresh);
	check_room(row, 4095, row->fresh);
}
END_TEST

/* An SPI that is remembered comes again after so long. */
static const struct again_row {
	uint32_t after;
	uint8_t count, total, new_count, new_total;
} again_rows[] = {
	{ 700, 1, 1, 2, 2 },	     { 701, 7, 9, 1, 10 },
	{ 1, 254, 254, 255, 255 },   { 1, 255, 255, 255, 255 },
	{ 9000, 255, 255, 1, 255 },
};

START_TEST(packets_of_an_spi_are_counted_since_its_last_silence)
{
	static const struct room_row empty = { { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 };
	const struct again_row *row = &again_rows[_i];
	struct bytes p = esp_packet(SERVER, OUTSIDE, 0xdd, 100000);
	const struct ipsec_unclaimed *spi;
	struct ipsec_unclaimed *set;
	struct ipsec_blocks b;
	uint32_t began;

	two_come();
	set_room(&empty);
	b = blocks_of(&w, CLIENT_A);
	set = ipsec_blocks_unclaimed(&b, 2);
	*set = (struct ipsec_unclaimed){ .spi = 0xdd,
					 .last = ago(&w, row->after),
					 .first = ago(&w, 60000),
					 .began = ago(&w, 50000),
					 .count = row->count,
					 .total = row->total };
	vpnalg_session_changed(w.alg, b.unclaimed_blocks[0]);
	began = row->after > 700 ? ago(&w, 0) : set->began;
	send_packet(&w, VPNALG_IN, &p);
	spi = unclaimed_of(&w, CLIENT_A, 0xdd);
	ck_assert_ptr_nonnull(spi);
	ck_assert_uint_eq(spi->count, row->new_count);
	ck_assert_uint_eq(spi->total, row->new_total);
	ck_assert_uint_eq(spi->first, ago(&w, 60000));
	ck_assert_uint_eq(spi->last, ago(&w, 0));
	ck_assert_uint_eq(spi->began, began);
	ck_assert_int_eq(!!(spi->flags & IPSEC_UNCLAIMED_BEGAN),
			 row->after > 700);
}
END_TEST

TCase *ipsec_bounds_case(void)
{
	TCase *t = tcase_create("bounds");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_host_that_could_be_answered_for_another_is_held,
			    0, ROWS(way_rows));
	tcase_add_loop_test(t, no_host_is_held_too_often_or_too_long, 0,
			    ROWS(held_rows));
	tcase_add_test(t, a_host_knows_when_it_received_and_sent);
	tcase_add_loop_test(t, an_unclaimed_packet_is_given_to_some_host, 0,
			    ROWS(probe_rows));
	tcase_add_test(t, a_silent_host_is_not_probed_with_an_older_spi);
	tcase_add_loop_test(t, a_packet_goes_to_a_host_that_lacks_an_inbound_sa,
			    0, ROWS(lacking_rows));
	tcase_add_loop_test(t,
			    a_host_that_begins_to_send_when_probed_has_answered,
			    0, ROWS(answer_rows));
	tcase_add_test(t, two_candidacies_end_for_one_packet);
	tcase_add_loop_test(t, any_host_that_receives_nothing_may_get_a_packet, 0,
			    4);
	tcase_add_loop_test(t,
			    an_spi_evicts_one_that_is_missed_less,
			    0, ROWS(room_rows));
	tcase_add_loop_test(
		t, packets_of_an_spi_are_counted_since_its_last_silence, 0,
		ROWS(again_rows));
	return t;
}
