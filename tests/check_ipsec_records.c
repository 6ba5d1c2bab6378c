/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of hosts agree with what they do, whatever they do: copies are up
 * to date, the ring has all hosts, counts are right. */
#include "ipsec_records.h"
static uint32_t seed;

static unsigned chance(unsigned of)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % of;
}

static struct vpnalg_record *host_at(const struct ipsec_blocks *b, uint32_t id)
{
	struct vpnalg_record *host =
		ipsec_host_peek(w.alg, ipsec_blocks_remote(b), id);

	ck_assert_ptr_nonnull(host);
	return host;
}

static struct ipsec_host *body_at(const struct ipsec_blocks *b, uint32_t id)
{
	return ipsec_host_body(w.alg, host_at(b, id));
}

/* All hosts in a ring, and how many there are. */
static void check_ring(const struct ipsec_blocks *b)
{
	uint32_t first =
		ipsec_remote_body(w.alg, ipsec_blocks_remote(b))->turn;
	unsigned count = 0;
	uint32_t id = first;

	do {
		uint32_t next = body_at(b, id)->next;

		ck_assert_uint_eq(body_at(b, next)->previous, id);
		id = next;
		count++;
	} while (id != first && count <= HOSTS);
	ck_assert_uint_eq(count, ipsec_blocks_remote(b)->children);
	ck_assert_uint_eq(count, live(&w, KIND_ESP_HOST));
}

static void check_copy(const struct ipsec_candidate *c,
		       struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(w.alg, host);
	struct vpnalg_record *sa = NULL;
	const struct ipsec_out *out;
	const struct ipsec_in *in;
	unsigned i;

	ck_assert_uint_eq(c->resumed, h->resumed);
	ck_assert_uint_eq(c->out_since, h->out_since);
	ck_assert_uint_eq(c->requested, h->requested);
	ck_assert_int_eq(c->has_resumed, !!(h->flags & IPSEC_HOST_RESUMED));
	ck_assert_int_eq(c->released, !!(h->flags & IPSEC_HOST_RELEASED));
	ck_assert_int_eq(c->initial, !!(h->flags & IPSEC_HOST_INITIAL));
	ck_assert_int_eq(c->answered, !!(h->flags & IPSEC_HOST_ANSWERED));
	for (i = 0; i < IPSEC_YOUNGEST && sa == NULL; i++)
		sa = vpnalg_ipsec_host_inbound(w.alg, host, i);
	ck_assert_int_eq(c->receives, sa != NULL);
	if (sa != NULL) {
		in = vpnalg_session_body(w.alg, sa);
		ck_assert_uint_eq(c->received, in->seen);
		ck_assert_uint_eq(c->gap, in->gap);
		ck_assert_uint_eq(c->spread, in->spread);
		ck_assert_int_eq(in->copied, 1);
	}
	sa = vpnalg_ipsec_host_outbound(w.alg, host);
	ck_assert_int_eq(c->sends, sa != NULL);
	if (sa == NULL)
		return;
	out = vpnalg_session_body(w.alg, sa);
	ck_assert_uint_eq(c->sent, out->seen);
	ck_assert_int_eq(out->copied, 1);
}

static void check_candidates(const struct ipsec_blocks *b)
{
	const struct ipsec_candidate *c;
	unsigned place;

	for (place = 1; place < b->candidates; place++) {
		c = ipsec_blocks_candidate(b, place);
		if (c->id == 0)
			continue;
		check_copy(c, host_at(b, c->id));
		ck_assert_uint_eq(body_at(b, c->id)->place, place);
	}
}

/* A host described as it would be copied. */
static void check_described(struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(w.alg, host);
	struct ipsec_candidate c;
	struct vpnalg_record *sa;
	const struct ipsec_in *in;
	const struct ipsec_out *out;
	unsigned i;

	for (i = 0; i < IPSEC_YOUNGEST; i++) {
		vpnalg_ipsec_candidate_describe(w.alg, host, i, &c);
		ck_assert_uint_eq(c.id, vpnalg_ipsec_host_id(w.alg, host));
		ck_assert_uint_eq(c.resumed, h->resumed);
		sa = vpnalg_ipsec_host_inbound(w.alg, host, i);
		ck_assert_int_eq(c.receives, sa != NULL);
		in = sa != NULL ? vpnalg_session_body(w.alg, sa) : NULL;
		ck_assert_uint_eq(c.received, in != NULL ? in->seen : 0);
		sa = vpnalg_ipsec_host_outbound(w.alg, host);
		ck_assert_int_eq(c.sends, sa != NULL);
		out = sa != NULL ? vpnalg_session_body(w.alg, sa) : NULL;
		ck_assert_uint_eq(c.sent, out != NULL ? out->seen : 0);
	}
}

/* The records of one host. */
static void check_host(struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(w.alg, host);
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(w.alg, host);
	struct vpnalg_record *old = vpnalg_ipsec_host_inbound(w.alg, host, 1);
	const struct ipsec_out *out;

	ck_assert(h->in[0].spi != 0 || h->in[1].spi == 0);
	ck_assert(h->in[0].spi != h->in[1].spi || h->in[0].spi == 0);
	ck_assert_int_ge(h->inbound, (h->in[0].spi != 0) +
					     (h->in[1].spi != 0));
	if (sa != NULL) {
		out = vpnalg_session_body(w.alg, sa);
		ck_assert_int_eq(out->old, 0);
	}
	if (old != NULL && h->in[0].spi != 0)
		ck_assert_uint_ge(h->inbound, 2);
}

static void check_all(void)
{
	struct ipsec_blocks b;
	uint64_t inbound = 0;
	unsigned i;
	uint32_t id;

	if (live(&w, KIND_ESP_HOST) == 0)
		return;
	for (i = 0; i < HOSTS; i++) {
		struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
					      .space = ESP,
					      .zone = ZONE };
		uint8_t local[4], remote[4];

		put32(local, CLIENT_A + i);
		put32(remote, SERVER);
		tuple.local = local;
		tuple.remote = remote;
		if (vpnalg_session_peek(w.alg, &tuple) != NULL)
			break;
	}
	ck_assert_uint_lt(i, HOSTS);
	b = blocks_of(&w, CLIENT_A + i);
	check_ring(&b);
	check_candidates(&b);
	id = ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))->turn;
	for (i = ipsec_blocks_remote(&b)->children; i > 0; i--) {
		check_host(host_at(&b, id));
		check_described(host_at(&b, id));
		inbound += body_at(&b, id)->inbound;
		id = body_at(&b, id)->next;
	}
	ck_assert_uint_eq(inbound, live(&w, KIND_ESP_IN));
}

/* One of the hosts does something. */
static void do_something(void)
{
	unsigned i = chance(HOSTS), j = chance(SPIS), what = chance(20);
	struct esp *e = &hosts[i][j];

	if (what < 8) {
		esp_sends(&w, e);
	} else if (what < 16) {
		esp_receives(&w, e);
	} else if (what < 17) {
		/* Until it gets through it repeats itself. */
		if (ike_out(&w, &ikes[i], CREATE_CHILD_SA, INITIATOR,
			    ikes[i].message) == VPNALG_TRANSLATED)
			ikes[i].message++;
	} else if (what < 18 && ikes[i].message > 0) {
		ike_in(&w, &ikes[i], CREATE_CHILD_SA, RESPONSE,
		       ikes[i].message - 1);
	} else if (what < 19) {
		ike_out(&w, &ikes[i], INFORMATIONAL, INITIATOR, 0x10000 + j);
	} else {
		e->out_spi += 0x1000;
		e->in_spi += 0x1000;
		e->out_sequence = e->in_sequence = 0;
	}
}

START_TEST(records_agree_with_what_hosts_do)
{
	static const uint32_t pauses[] = { 0, 1, 10, 40, 100, 300, 800, 2500 };
	unsigned n;

	seed = (uint32_t)_i + 1;
	for (n = 0; n < 600; n++) {
		w.now += pauses[chance(3 + n / 100)];
		do_something();
		check_all();
	}
}
END_TEST

/* Some of them die, and others come. */
START_TEST(records_agree_with_the_hosts_that_live)
{
	unsigned n;

	seed = (uint32_t)_i + 100;
	for (n = 0; n < 60; n++) {
		unsigned i = chance(HOSTS);

		w.now += 4000;
		esp_sends(&w, &hosts[i][0]);
		if (chance(2))
			world_wait(&w, 1000 * chance(40));
		if (live(&w, KIND_ESP_HOST) > 0 && w.last.result == 0) {
			struct ipsec_blocks b = blocks_of(&w, CLIENT_A + i);

			check_ring(&b);
			for (i = 1; i < b.candidates; i++)
				if (ipsec_blocks_candidate(&b, i)->id != 0)
					host_at(&b,
						ipsec_blocks_candidate(&b, i)
							->id);
		}
	}
}
END_TEST

TCase *ipsec_records_case(void)
{
	TCase *t = tcase_create("records");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, records_agree_with_what_hosts_do, 0, 6);
	tcase_add_loop_test(t, records_agree_with_the_hosts_that_live, 0, 4);
	return t;
}
