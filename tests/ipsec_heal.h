/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of pairs that heal. */
#ifndef TESTS_IPSEC_HEAL_H
#define TESTS_IPSEC_HEAL_H

#include "support_ipsec.h"
#include "cases.h"

/* The time that an answer takes, ms. */
#define ANSWER 2

static struct world w;
static struct esp a, b;

static inline void begin(void)
{
	/* Undo would count every packet twice. */
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static inline void end(void)
{
	world_end(&w);
}

/* The host sends, and the server answers; returns whether the host receives the
 * answer. */
static inline bool is_answered(struct esp *e)
{
	bool arrives;

	if (esp_sends(&w, e) != VPNALG_TRANSLATED)
		return false;
	w.now += ANSWER;
	e->outside = OUTSIDE;
	arrives = esp_arrives(&w, e);
	w.now += 100;
	return arrives;
}

/* Both hosts send in turn, each once in so many milliseconds. Returns how long
 * it takes until both receive all of their answers. */
static inline uint64_t time_to_heal(uint32_t gap, unsigned times)
{
	uint64_t began = w.now, healed = w.now;
	unsigned i;

	for (i = 0; i < times; i++) {
		bool a_hears = is_answered(&a), b_hears = is_answered(&b);

		if (!a_hears || !b_hears)
			healed = w.now + gap;
		w.now += gap - 2 * (100 + ANSWER);
	}
	return healed - began;
}

#endif
