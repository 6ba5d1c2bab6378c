/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of pairs that are taken back. */
#ifndef TESTS_IPSEC_REVIEW_H
#define TESTS_IPSEC_REVIEW_H

#include "support_records.h"
#include "ipsec/repair.h"
#include "cases.h"

static struct world w;
static struct esp a, b;

static inline void begin(void)
{
	ipsec_world(&w,
		    (struct world_options){ .no_undo = true, .passive = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static inline void end(void)
{
	world_end(&w);
}

/* Both hosts have a pair, and have sent nothing for so long. */
static inline void both_come(void)
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
static inline void b_awaits(void)
{
	struct esp next = esp_of(CLIENT_B, SERVER, 0xa4, 0xb4);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	w.now += 5000;
}

/* A has another pair beside the one before. */
static inline struct esp a_turns(void)
{
	struct esp next = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &next));
	return next;
}

/* Checks the number of pairs that were taken back, and the evidence against the
 * last one. */
static inline void check_undone(unsigned count, enum vpnalg_evidence against)
{
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], count);
	ck_assert_int_eq(w.against, count > 0 ? against : VPNALG_EVIDENCE_NONE);
}

#endif
