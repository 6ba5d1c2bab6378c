/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of bounds on hosts and SPIs. */
#ifndef TESTS_IPSEC_BOUNDS_H
#define TESTS_IPSEC_BOUNDS_H

#include "support_records.h"
#include "ipsec/judge.h"
#include "ipsec/probe.h"
#include "cases.h"

static struct world w;
static struct esp hosts[3];

static inline void begin(void)
{
	unsigned i;

	ipsec_world(&w, (struct world_options){ .no_undo = true });
	for (i = 0; i < 3; i++)
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);
}

static inline void end(void)
{
	world_end(&w);
}

static inline void come(unsigned host)
{
	ck_assert_uint_eq(esp_sends(&w, &hosts[host]), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &hosts[host]));
	w.now += 20000;
}

/* A probe */

/* A, B and C received, sent and resumed so long ago; 0: never. */
struct state {
	uint32_t received, sent, resumed;
};
#define HEARS { 700, 0, 0 }

static inline void three_await(void)
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]), VPNALG_TRANSLATED);
		w.now += 5000;
	}
	/* Once more, so that the translator's time is the test's. */
	ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
}

static inline void set_state(const struct state *state, unsigned host)
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

static inline void set_states(const struct state *states,
			      struct ipsec_blocks *b)
{
	unsigned i;

	*b = blocks_of(&w, CLIENT_A);
	for (i = 0; i < 3; i++)
		set_state(&states[i], i);
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(b));
}

static inline char name_of(const struct vpnalg_record *host)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		if (host == host_of(&w, CLIENT_A + i))
			return (char)('A' + i);
	return '-';
}

#endif
