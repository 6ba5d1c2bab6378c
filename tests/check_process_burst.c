/* SPDX-License-Identifier: BSD-2-Clause */
/* A burst gives the same bytes and results as the same packets one by one, and
 * the same packets at the same times give the same bytes again. */
#include "burst_script.h"

static struct bytes any_packet(struct play *p, unsigned i, struct sent *s)
{
	static const uint8_t ways[] = { VPNALG_OUT, VPNALG_OUT, VPNALG_OUT,
					VPNALG_IN, VPNALG_IN, VPNALG_OUT_UNDO,
					VPNALG_IN_UNDO };
	const struct sent *old;
	struct bytes b;

	s->direction = ways[chance(&p->seed, sizeof(ways))];
	if (chance(&p->seed, 12) == 0)
		return garbage(p);
	if (s->direction == VPNALG_OUT)
		return out_packet(p, i);
	if (s->direction == VPNALG_IN)
		return in_packet(p, i);
	/* Undo the last that went by that way. */
	for (old = s - 1; old > script; old--)
		if (old->direction == (s->direction & VPNALG_IN) &&
		    old->after.result == VPNALG_TRANSLATED)
			break;
	if (old <= script)
		return out_packet(p, i);
	b.length = old->length;
	memcpy(b.data, old->bytes, b.length);
	return b;
}

static void send_one(struct vpnalg *alg, struct sent *s)
{
	uint8_t *block = malloc(s->length + 1U);

	memcpy(block, s->before, s->length);
	s->after = (struct vpnalg_packet){ .data = block,
					   .caplen = s->length,
					   .len = s->length,
					   .direction = s->direction,
					   .zone = s->zone };
	vpnalg_process(alg, &s->after, 1, s->now);
	memcpy(s->bytes, block, s->length);
	free(block);
}

static void write_script(struct play *p)
{
	unsigned n, i;

	memset(script, 0, sizeof(script));
	for (i = 0; i < HOSTS; i++)
		p->c[i] = (struct connection){ .client = CLIENT_A + i,
					       .server = servers[i & 1],
					       .port = 3000,
					       .outside = OUTSIDE };
	for (n = 0; n < PACKETS; n++) {
		struct sent *s = &script[n];
		struct bytes b;

		i = chance(&p->seed, HOSTS);
		if (chance(&p->seed, 100) == 0)
			p->w.now += chance(&p->seed, 60000);
		b = any_packet(p, i, s);
		s->zone = (uint16_t)(i & 1);
		s->now = p->w.now;
		s->length = b.length < LONGEST ? b.length : LONGEST;
		memcpy(s->before, b.data, s->length);
		send_one(p->w.alg, s);
		learn(p, i, s);
	}
}

static void check_same(const struct sent *s, const struct vpnalg_packet *got,
		       const uint8_t *bytes, unsigned n)
{
	const struct vpnalg_packet *want = &s->after;

	ck_assert_msg(got->result == want->result, "packet %u: %s, not %s", n,
		      vpnalg_result_text(got->result),
		      vpnalg_result_text(want->result));
	ck_assert_uint_eq(got->flags, want->flags);
	ck_assert_uint_eq(got->zone, want->zone);
	ck_assert_uint_eq(got->len, want->len);
	ck_assert_uint_eq(got->caplen, want->caplen);
	ck_assert_msg(memcmp(bytes, s->bytes, s->length) == 0, "packet %u", n);
}

/* All packets of one time, at most size of them, in one call. */
static unsigned play_some(struct vpnalg *alg, unsigned from, unsigned size)
{
	static struct vpnalg_packet packets[256];
	static uint8_t bytes[256][LONGEST];
	unsigned count = 0, n;

	for (n = from; n < PACKETS && count < size; n++, count++) {
		const struct sent *s = &script[n];

		if (s->now != script[from].now)
			break;
		memcpy(bytes[count], s->before, s->length);
		packets[count] = (struct vpnalg_packet){
			.data = bytes[count], .caplen = s->length,
			.len = s->length, .direction = s->direction,
			.zone = s->zone, .user = &bytes[count]
		};
	}
	vpnalg_process(alg, packets, count, script[from].now);
	for (n = 0; n < count; n++) {
		check_same(&script[from + n], &packets[n], bytes[n], from + n);
		ck_assert_ptr_eq(packets[n].user, &bytes[n]);
	}
	return count;
}

static void check_counters(struct world *a, struct world *b)
{
	struct vpnalg_kind_counters x, y;
	struct vpnalg_counters all, same;
	uint64_t sum = 0;
	size_t i;

	vpnalg_counters(a->alg, &all, sizeof(all));
	vpnalg_counters(b->alg, &same, sizeof(same));
	ck_assert_mem_eq(&all, &same, sizeof(all));
	for (i = 0; i < VPNALG_RESULTS; i++)
		sum += all.results[i];
	ck_assert_uint_eq(sum, PACKETS);
	for (i = 0; vpnalg_kind_counters(a->alg, i, &x, sizeof(x)); i++) {
		ck_assert(vpnalg_kind_counters(b->alg, i, &y, sizeof(y)));
		ck_assert_mem_eq(&x, &y, sizeof(x));
	}
	ck_assert_int_eq(a->records, b->records);
	ck_assert_int_eq(a->bindings, b->bindings);
}

/* The setting, and how many packets a call has. */
static const struct burst_row {
	uint16_t burst, call;
} burst_rows[] = {
	{ 1, 1 },  { 1, 256 },   { 2, 2 },     { 2, 7 },    { 7, 7 },
	{ 7, 32 }, { 32, 32 },   { 32, 100 },  { 32, 256 }, { 256, 256 },
	{ 0, 256 }, { 256, 1 },  { 255, 256 },
};

START_TEST(a_burst_gives_what_its_packets_give_one_by_one)
{
	const struct burst_row *row = &burst_rows[_i];
	static struct play one;
	unsigned n, seed;
	struct world w;

	for (seed = 1; seed <= 3; seed++) {
		memset(&one, 0, sizeof(one));
		one.seed = seed;
		begin_world(&one.w, 1);
		write_script(&one);
		begin_world(&w, row->burst);
		if (seed == 2) /* which is optional */
			w.store.prefetch = NULL;
		for (n = 0; n < PACKETS;)
			n += play_some(w.alg, n, row->call);
		check_counters(&one.w, &w);
		world_end(&one.w);
		world_end(&w);
	}
}
END_TEST

/* A script that does not get anywhere would prove little. */
START_TEST(the_script_has_something_of_everything)
{
	static const uint8_t wanted[] = {
		VPNALG_TRANSLATED,        VPNALG_UNTOUCHED,
		VPNALG_DROP_FRAGMENT,     VPNALG_DROP_ICMP_ERROR,
		VPNALG_DROP_NO_SESSION,   VPNALG_DROP_NO_CONNECTION,
		VPNALG_DROP_GUARDED,      VPNALG_DROP_AMBIGUOUS,
		VPNALG_DROP_WINDOW,        VPNALG_DROP_STORE,
		VPNALG_DROP_AH,            VPNALG_DROP_HELD,
		VPNALG_DROP_UNPAIRED,
	};
	uint64_t seen[VPNALG_RESULTS] = { 0 }, calls = 0, pairs = 0;
	static struct play one;
	unsigned i, seed;

	for (seed = 1; seed <= 6; seed++) {
		memset(&one, 0, sizeof(one));
		one.seed = seed;
		begin_world(&one.w, 1);
		write_script(&one);
		for (i = 0; i < VPNALG_RESULTS; i++)
			seen[i] += dropped(&one.w, i);
		calls += opened(&one.w, CALL);
		pairs += one.w.events[VPNALG_EVENT_PAIRED];
		world_end(&one.w);
	}
	for (i = 0; i < sizeof(wanted); i++)
		ck_assert_msg(seen[wanted[i]] > 0, "no %s",
			      vpnalg_result_text(wanted[i]));
	ck_assert_uint_ge(seen[VPNALG_TRANSLATED], 6 * PACKETS / 4);
	ck_assert_uint_ge(calls, 12);
	ck_assert_uint_ge(pairs, 60);
}
END_TEST

/* The hashes that the store is to fetch ahead. */
static struct {
	uint64_t hash;
	unsigned step;
} fetched[64];
static unsigned fetched_count;

static void note_fetch(void *context, uint64_t hash, unsigned step)
{
	(void)context;
	fetched[fetched_count].hash = hash;
	fetched[fetched_count++].step = step;
}

/* Three claimed packets with another among them. */
static void process_four(struct world *w, uint32_t first, size_t call)
{
	struct vpnalg_packet packets[4] = { { .data = NULL } };
	struct bytes bytes[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		bytes[i] = toy_control(first + (uint32_t)i, 5000, SERVER,
				       i == 1 ? 80 : TOY_CONTROL_PORT,
				       TOY_HELLO, 0, 0);
		packets[i].data = bytes[i].data;
		packets[i].caplen = packets[i].len = bytes[i].length;
	}
	fetched_count = 0;
	for (i = 0; i < 4; i += call)
		vpnalg_process(w->alg, packets + i, call, 0);
	for (i = 0; i < 4; i++)
		ck_assert_uint_eq(packets[i].result,
				  i == 1 ? VPNALG_UNTOUCHED
					 : VPNALG_TRANSLATED);
}

/* All buckets of a burst first, then all records; of a lone packet nothing. */
START_TEST(what_a_burst_claims_is_fetched_ahead_in_two_steps)
{
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ 0 });
	w.store.prefetch = note_fetch;
	process_four(&w, CLIENT_A, 4);
	ck_assert_uint_eq(fetched_count, 6);
	for (i = 0; i < 6; i++) {
		ck_assert_uint_eq(fetched[i].step, i / 3);
		ck_assert(fetched[i].hash == fetched[i % 3].hash);
	}
	ck_assert(fetched[0].hash != fetched[1].hash);
	ck_assert(fetched[1].hash != fetched[2].hash);
	process_four(&w, CLIENT_A, 1);
	ck_assert_uint_eq(fetched_count, 0);
	world_end(&w);
}
END_TEST

TCase *process_burst_case(void)
{
	TCase *burst = tcase_create("bursts");

	tcase_set_timeout(burst, 60);
	tcase_add_test(burst,
		       what_a_burst_claims_is_fetched_ahead_in_two_steps);
	tcase_add_loop_test(burst,
			    a_burst_gives_what_its_packets_give_one_by_one, 0,
			    ROWS(burst_rows));
	tcase_add_test(burst, the_script_has_something_of_everything);
	return burst;
}
