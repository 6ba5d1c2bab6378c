/* SPDX-License-Identifier: BSD-2-Clause */
/* A model of TCP across the translator: a sender that cuts its stream as it
 * likes, a network that loses, doubles and reorders, and a receiver that wants
 * every byte and accepts only one value for it. */
#include "pptp_model.h"

/* A sender that does not merge keeps the cuts it made first. */
static uint32_t segment_at(struct flow *flow, uint32_t from)
{
	uint32_t left = flow->length - from;
	uint32_t length = row.mss < left ? row.mss : left;

	if (row.merges)
		return length;
	if (flow->ends[from] == 0) {
		uint32_t i;

		for (i = from; i < from + length; i++)
			if (flow->ends[i] == 0)
				flow->ends[i] = from + length;
	}
	return flow->ends[from] - from;
}

static void pump(struct flow *flow)
{
	unsigned burst = 4;

	if (++flow->idle > 12) {
		flow->nxt = flow->una; /* a timeout: all again */
		flow->idle = 0;
	}
	while (burst-- > 0 && flow->nxt < flow->length &&
	       flow->nxt - flow->una < 8 * row.mss + 8) {
		uint32_t length = segment_at(flow, flow->nxt);

		transmit(flow, flow->nxt, length);
		flow->nxt += length;
	}
}

/* Every byte has one value, whenever and however often it comes. */
static void receive(struct flow *flow, const struct flight *f)
{
	struct flight ack = { .is_ack = true };
	uint32_t i;

	for (i = 0; i < f->length; i++) {
		uint32_t at = f->from + i;

		if (flow->have[at])
			ck_assert_msg(flow->received[at] == f->data[i],
				      "byte %u has two values", at);
		flow->have[at] = true;
		flow->received[at] = f->data[i];
	}
	while (flow->have[ack.from])
		ack.from++;
	launch(&ack);
}

/* The acknowledgment crosses the translator too. */
static void acknowledged(struct flow *flow, uint32_t upto)
{
	uint32_t *other = flow->out ? &c.client_seq : &c.server_seq;

	*other = flow->base + upto;
	(flow->out ? server_segment : client_segment)(
		&w, &c, flow->out ? c.server_seq : c.client_seq, ACK, NULL, 0);
	if (upto <= flow->una)
		return;
	flow->una = upto;
	flow->idle = 0;
	if (flow->nxt < upto)
		flow->nxt = upto;
}

static void land(struct flow *flow)
{
	unsigned i = 0;

	while (i < flight_count) {
		struct flight f = flights[i];

		if (f.due > tick) {
			i++;
			continue;
		}
		flights[i] = flights[--flight_count];
		if (f.is_ack)
			acknowledged(flow, f.from);
		else
			receive(flow, &f);
	}
}

static void run(struct flow *flow)
{
	uint32_t limit = tick + 200000;

	flow->base = flow->out ? c.client_seq : c.server_seq;
	flight_count = 0;
	while (flow->una < flow->length) {
		tick++;
		pump(flow);
		land(flow);
		ck_assert_msg(tick < limit,
			      "mss %u%s%s: the stream stands at byte %u",
			      row.mss, row.merges ? " merging" : "",
			      row.lossy ? " lossy" : "", flow->una);
	}
	*(flow->out ? &c.client_seq : &c.server_seq) =
		flow->base + flow->length;
}

static void append(struct flow *flow, unsigned type, uint16_t first,
		   uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	memcpy(flow->sent + flow->length, m.data, m.length);
	flow->length += m.length;
}

static uint16_t own(unsigned call)
{
	return (uint16_t)(0x3100 + 0x101 * call);
}

/* All that is not an ID passes as it is. */
static void check_rest(const struct flow *flow, const uint32_t *ids,
		       unsigned count)
{
	uint32_t i;
	unsigned n;

	for (i = 0; i < flow->length; i++) {
		bool is_id = false;

		for (n = 0; n < count; n++)
			is_id |= i == ids[n] || i == ids[n] + 1;
		if (!is_id)
			ck_assert_uint_eq(flow->received[i], flow->sent[i]);
	}
}

static struct flow out_flow, in_flow;

/* Requests for calls, and a clear for each; returns the outside IDs. */
static void run_out(uint16_t *outside)
{
	struct flow *flow = &out_flow;
	uint32_t ids[2 * CALLS];
	unsigned i;

	memset(flow, 0, sizeof(*flow));
	flow->out = true;
	append(flow, 1, 0, 0);
	for (i = 0; i < CALLS; i++) {
		ids[i] = flow->length + 12;
		append(flow, 7, own(i), 1);
	}
	append(flow, 5, 1, 1);
	for (i = 0; i < CALLS; i++) {
		ids[CALLS + i] = flow->length + 12;
		append(flow, 12, own(i), 0);
	}
	append(flow, 15, 0x9999, 0);
	run(flow);
	check_rest(flow, ids, 2 * CALLS);
	for (i = 0; i < CALLS; i++) {
		outside[i] = get16(flow->received + ids[i]);
		ck_assert_uint_ne(outside[i], own(i));
		ck_assert_uint_eq(get16(flow->received + ids[CALLS + i]),
				  outside[i]);
	}
	ck_assert_uint_eq(opened(&w, CALL), CALLS);
}

/* Replies, and Set-Link-Info for each. */
static void run_in(const uint16_t *outside)
{
	struct flow *flow = &in_flow;
	uint32_t ids[2 * CALLS];
	unsigned i;

	memset(flow, 0, sizeof(*flow));
	append(flow, 2, 0, 0);
	for (i = 0; i < CALLS; i++) {
		ids[i] = flow->length + 14;
		append(flow, 8, (uint16_t)(700 + i), outside[i]);
		ids[CALLS + i] = flow->length + 12;
		append(flow, 15, outside[i], 0);
	}
	append(flow, 13, 0x8888, 0);
	run(flow);
	check_rest(flow, ids, 2 * CALLS);
	for (i = 0; i < 2 * CALLS; i++)
		ck_assert_uint_eq(get16(flow->received + ids[i]),
				  own(i % CALLS));
}

static void run_both(void)
{
	struct world_options options = { .choosing = row.choosing };
	uint16_t outside[CALLS];
	unsigned i;

	chance = row.mss * 7 + row.merges * 3 + row.lossy;
	world_begin(&w, &options);
	connect_to(&w, &c, CLIENT_A, 4000, SERVER);
	run_out(outside);
	run_in(outside);
	for (i = 0; i < CALLS; i++) {
		struct bytes p = gre_packet(SERVER, OUTSIDE, outside[i], 1);

		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(gre_call_id(&w), own(i));
		p = gre_packet(CLIENT_A, SERVER, (uint16_t)(700 + i), 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	world_end(&w);
}

/* MSS 1 to 40, 88, 536 and 1460. */
static uint32_t mss_of(int i)
{
	static const uint32_t large[] = { 88, 536, 1460 };

	return i < 40 ? (uint32_t)i + 1 : large[i - 40];
}

START_TEST(a_sender_that_does_not_merge)
{
	row = (struct row){ mss_of(_i), false, false, CHOOSE_DIFFERENT };
	run_both();
}
END_TEST

START_TEST(a_sender_that_merges)
{
	row = (struct row){ mss_of(_i), true, false, CHOOSE_DIFFERENT };
	run_both();
}
END_TEST

START_TEST(a_sender_that_does_not_merge_with_loss)
{
	row = (struct row){ mss_of(_i), false, true, CHOOSE_DIFFERENT };
	run_both();
}
END_TEST

START_TEST(a_sender_that_merges_with_loss)
{
	row = (struct row){ mss_of(_i), true, true, CHOOSE_DIFFERENT };
	run_both();
}
END_TEST

/* Where the first byte must differ too, a sender of single bytes is beyond
 * help, and a merging one of more is not. */
START_TEST(a_sender_that_merges_where_the_first_byte_differs)
{
	row = (struct row){ mss_of(_i), true, true,
			    CHOOSE_FIRST_BYTE_DIFFERENT };
	run_both();
}
END_TEST

Suite *model_suite(void)
{
	Suite *suite = suite_create("tcp model");
	TCase *t = tcase_create("streams");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_sender_that_does_not_merge, 0, 43);
	tcase_add_loop_test(t, a_sender_that_merges, 0, 43);
	tcase_add_loop_test(t, a_sender_that_does_not_merge_with_loss, 0, 43);
	tcase_add_loop_test(t, a_sender_that_merges_with_loss, 0, 43);
	tcase_add_loop_test(
		t, a_sender_that_merges_where_the_first_byte_differs, 1, 43);
	suite_add_tcase(suite, t);
	return suite;
}
