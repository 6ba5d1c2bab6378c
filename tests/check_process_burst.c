/* SPDX-License-Identifier: BSD-2-Clause */
/* A burst gives the same bytes and results as the same packets one by one, and
 * the same packets at the same times give the same bytes again. */
#include "support_ipsec.h"
#include "toy.h"
#include "cases.h"

#include <vpnalg/ipsec.h>
#include <vpnalg/pptp.h>

#include <stdlib.h>
#include <string.h>

enum { PACKETS = 3000, HOSTS = 8, LONGEST = 300 };

/* A packet as it was sent and what became of it. */
struct sent {
	uint8_t direction;
	uint16_t zone;
	vpnalg_time now;
	uint32_t length;
	uint8_t before[LONGEST];
	struct vpnalg_packet after;
	uint8_t bytes[LONGEST];
};

static struct sent script[PACKETS];

/* What a player needs to make packets that belong somewhere. */
struct play {
	struct world w;
	uint32_t seed;
	struct connection c[HOSTS]; /* as both ends know it */
	enum { CLOSED, OPENING, UP, STARTED } state[HOSTS];
	uint16_t calls[HOSTS], toys[HOSTS], data[HOSTS]; /* outside IDs */
	uint16_t ike[HOSTS];
	uint32_t outside[HOSTS]; /* of ESP */
};

static const uint32_t servers[] = { SERVER, SERVER_2 };

/* An SPI cannot be changed, and all else is. */
static enum vpnalg_choice differ(struct world *w,
				 struct vpnalg_binding *binding)
{
	(void)w;
	return binding->outside_id == binding->inside_id &&
			       binding->protocol != ESP
		       ? VPNALG_CHOICE_NEXT
		       : VPNALG_CHOICE_TAKE;
}

static void begin_world(struct world *w, uint16_t burst)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { toy_handler, NULL },
		{ vpnalg_ipsec, NULL },
	};
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct world_options options = { .addresses = addresses,
					 .address_count = 2,
					 .protocols = protocols,
					 .protocol_count = 3,
					 .burst = burst,
					 .units = 185,
					 .choose = differ,
					 .no_undo = true };

	world_begin(w, &options);
}

static struct bytes of_client(struct play *p, unsigned i, uint8_t flags,
			      const struct bytes *m)
{
	struct connection *c = &p->c[i];

	return tcp_packet(c->client, c->port, c->server, PPTP, c->client_seq,
			  c->server_seq, flags, m->data, m->length);
}

static struct bytes of_server(struct play *p, unsigned i, uint8_t flags,
			      const struct bytes *m)
{
	struct connection *c = &p->c[i];

	return tcp_packet(c->server, PPTP, c->outside, c->outside_port,
			  c->server_seq,
			  c->client_seq + (p->state[i] < UP ? 1 : 0), flags,
			  m->data, m->length);
}

static struct bytes control_out(struct play *p, unsigned i)
{
	static const uint8_t types[] = { 7, 7, 5, 12, 15 };
	struct bytes nothing = { .length = 0 }, m;

	if (p->state[i] < UP || chance(&p->seed, 30) == 0)
		return of_client(p, i, SYN, &nothing);
	if (p->state[i] == UP) {
		m = message(1, 0, 0, 0);
		return of_client(p, i, ACK | PSH, &m);
	}
	if (chance(&p->seed, 30) == 0)
		return of_client(p, i, ACK | FIN, &nothing);
	m = message(types[chance(&p->seed, sizeof(types))], 7, 1, 0);
	return of_client(p, i, ACK | PSH, &m);
}

static struct bytes control_in(struct play *p, unsigned i)
{
	static const uint8_t types[] = { 8, 8, 8, 6, 13 };
	struct bytes nothing = { .length = 0 }, m;

	if (p->state[i] < UP)
		return of_server(p, i, SYN | ACK, &nothing);
	m = message(types[chance(&p->seed, sizeof(types))], 9, p->calls[i],
		    1);
	return of_server(p, i, ACK | PSH, &m);
}

static struct bytes toy_out(struct play *p, unsigned i)
{
	static const char said[] = "OOAAAADE";
	char op = said[chance(&p->seed, sizeof(said) - 1)];

	return toy_control(CLIENT_A + i, 5000, SERVER,
			   TOY_CONTROL_PORT, op, 7, 9);
}

/* Of two servers, so that hosts share them; over ports 500 and 4500. */
static struct ike ike_of_host(struct play *p, unsigned i)
{
	struct ike k = ike_of(CLIENT_A + i, servers[i & 1],
			      chance(&p->seed, 2));

	if (chance(&p->seed, 4) == 0)
		k.port = k.remote_port = NAT_T;
	k.outside = p->outside[i] != 0 ? p->outside[i] : OUTSIDE;
	k.outside_port = k.port;
	if (k.port == IKE && p->ike[i] != 0 && chance(&p->seed, 2))
		k.outside_port = p->ike[i];
	k.spi[1][0] = chance(&p->seed, 2);
	return k;
}

static struct bytes ipsec_out(struct play *p, unsigned i)
{
	struct ike k = ike_of_host(p, i);
	uint8_t type = (uint8_t)(IKE_SA_INIT + chance(&p->seed, 4));
	uint32_t spi;

	if (chance(&p->seed, 20) == 0)
		return ah_packet(k.client, k.server, 0xa4, 1);
	if (chance(&p->seed, 3) == 0)
		return ike_from_client(&k, type, INITIATOR,
				       chance(&p->seed, 50));
	spi = 0x100 + chance(&p->seed, 3); /* in this order */
	return esp_packet(k.client, k.server, spi, 1 + chance(&p->seed, 9));
}

static struct bytes ipsec_in(struct play *p, unsigned i)
{
	struct ike k = ike_of_host(p, i);
	uint8_t type = (uint8_t)(IKE_SA_INIT + chance(&p->seed, 4));
	uint32_t spi;

	if (chance(&p->seed, 3) == 0)
		return ike_from_server(&k, type, RESPONSE,
				       chance(&p->seed, 50));
	spi = 0x200 + chance(&p->seed, 16);
	return esp_packet(k.server, k.outside, spi, 1 + chance(&p->seed, 9));
}

static struct bytes garbage(struct play *p)
{
	struct bytes b = { .length = chance(&p->seed, 80) };
	uint32_t i;

	for (i = 0; i < b.length; i++)
		b.data[i] = (uint8_t)chance(&p->seed, 256);
	b.data[0] = 0x45;
	if (chance(&p->seed, 2))
		put32(b.data + 16, OUTSIDE);
	return b;
}

static struct bytes out_packet(struct play *p, unsigned i)
{
	struct bytes b, quote;

	if (chance(&p->seed, 3) == 0)
		return ipsec_out(p, i);
	switch (chance(&p->seed, 8)) {
	case 0:
		return toy_out(p, i);
	case 1:
		return toy_data(CLIENT_A + i, SERVER, 9);
	case 2:
		return gre_packet(CLIENT_A + i, servers[i & 1], 9, 1);
	case 3:
		b = gre_packet(CLIENT_A + i, servers[i & 1], 9, 1);
		set_fragment(&b, chance(&p->seed, 2) ? 0x2000 : 0x0005);
		return b;
	case 4:
		quote = gre_packet(servers[i & 1], CLIENT_A + i, 7, 1);
		return icmp_error(CLIENT_A + i, servers[i & 1], 3, &quote,
				  28);
	default:
		return control_out(p, i);
	}
}

static struct bytes in_packet(struct play *p, unsigned i)
{
	uint32_t outside = p->c[i].outside ? p->c[i].outside : OUTSIDE;
	struct bytes quote;

	if (chance(&p->seed, 3) == 0)
		return ipsec_in(p, i);
	switch (chance(&p->seed, 6)) {
	case 0:
		return toy_control(SERVER, TOY_CONTROL_PORT, outside,
				   p->toys[i], 'x', 0, 0);
	case 1:
		return toy_data(SERVER, outside, p->data[i]);
	case 2:
		return gre_packet(servers[i & 1], outside, p->calls[i], 1);
	case 3:
		quote = gre_packet(outside, servers[i & 1], 9, 1);
		return icmp_error(STRANGER, outside, 3, &quote, 28);
	default:
		return control_in(p, i);
	}
}

/* The ends learn from what comes through; where nothing does any more, the
 * client tries another port. */
static void learn_tcp(struct play *p, unsigned i, const struct sent *s)
{
	const uint8_t *tcp = s->bytes + 20, *data = tcp + 20;
	struct connection *c = &p->c[i];
	bool out = s->direction == VPNALG_OUT;
	uint32_t length = s->after.len - 40 + (tcp[13] & FIN ? 1 : 0);

	if (out) {
		c->outside = get32(s->bytes + 12);
		c->outside_port = get16(tcp);
	}
	if (tcp[13] & SYN) {
		c->client_seq += !out;
		c->server_seq += !out;
		if (!out)
			p->state[i] = UP;
		else if (p->state[i] == CLOSED)
			p->state[i] = OPENING;
		return;
	}
	*(out ? &c->client_seq : &c->server_seq) += length;
	if (out && length > 16 && data[9] == 1)
		p->state[i] = STARTED;
	if (out && length > 16 && data[9] == 7)
		p->calls[i] = get16(data + 12);
}

static void learn(struct play *p, unsigned i, const struct sent *s)
{
	const uint8_t *udp = s->bytes + 20;

	if (s->after.result == VPNALG_DROP_WINDOW ||
	    s->after.result == VPNALG_DROP_NO_CONNECTION) {
		p->state[i] = CLOSED;
		p->c[i].port++;
	}
	if (s->after.result != VPNALG_TRANSLATED || s->direction > VPNALG_IN)
		return;
	if (s->bytes[9] == TCP)
		learn_tcp(p, i, s);
	if (s->bytes[9] == UDP && s->direction == VPNALG_OUT &&
	    get16(udp + 2) == TOY_CONTROL_PORT) {
		p->toys[i] = get16(udp);
		p->data[i] = get16(udp + 10);
	}
	if (s->bytes[9] == UDP && s->direction == VPNALG_OUT &&
	    get16(udp + 2) == IKE)
		p->ike[i] = get16(udp);
	if (s->bytes[9] == ESP && s->direction == VPNALG_OUT)
		p->outside[i] = get32(s->bytes + 12);
}

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

	for (seed = 1; seed <= 3; seed++) {
		memset(&one, 0, sizeof(one));
		one.seed = seed;
		begin_world(&one.w, 1);
		write_script(&one);
		for (i = 0; i < VPNALG_RESULTS; i++)
			seen[i] += dropped(&one.w, i);
		calls += opened(&one.w, CALL);
		pairs += one.w.told[VPNALG_EVENT_PAIRED];
		world_end(&one.w);
	}
	for (i = 0; i < sizeof(wanted); i++)
		ck_assert_msg(seen[wanted[i]] > 0, "no %s",
			      vpnalg_result_text(wanted[i]));
	ck_assert_uint_ge(seen[VPNALG_TRANSLATED], 3 * PACKETS / 4);
	ck_assert_uint_ge(calls, 6);
	ck_assert_uint_ge(pairs, 30);
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
