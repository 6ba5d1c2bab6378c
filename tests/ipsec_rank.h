/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of ranked candidates. */
#ifndef TESTS_IPSEC_RANK_H
#define TESTS_IPSEC_RANK_H

#include "cases.h"
#include "ipsec/evidence.h"
#include "ipsec/judge.h"

#include <string.h>

/* When the SPI began. */
#define BEGAN 5000000U

/* Of two blocks; place 0 of the first is no candidate's. */
#define PLACES (2 * IPSEC_CANDIDATES)

static struct ipsec_candidate places[PLACES];
static struct ipsec_unclaimed spis[2 * IPSEC_UNCLAIMED];
static struct ipsec_blocks blocks;
static struct ipsec_unclaimed *const w = &spis[1];

static inline void begin(void)
{
	memset(places, 0, sizeof(places));
	memset(spis, 0, sizeof(spis));
	blocks = (struct ipsec_blocks){
		.now = BEGAN,
		.candidates = PLACES,
		.unclaimed = 2 * IPSEC_UNCLAIMED,
		.candidate_blocks = { (void *)places,
				      (void *)&places[IPSEC_CANDIDATES] },
		.unclaimed_blocks = { (void *)spis,
				      (void *)&spis[IPSEC_UNCLAIMED] }
	};
	*w = (struct ipsec_unclaimed){ .spi = 0xb1,
				       .first = BEGAN,
				       .last = BEGAN,
				       .began = BEGAN,
				       .count = 1,
				       .total = 1,
				       .flags = IPSEC_UNCLAIMED_FRESH |
						IPSEC_UNCLAIMED_BEGAN };
}

/* The evidence for a candidate when the SPI begins. */
enum shows {
	NO_HOST,
	IDLE,
	SILENT,	 /* has connected long before, and has never sent */
	BUSY,	 /* receives until now, as the SPI would go on */
	GOES_ON, /* receives as before */
	RESUMED,	 /* has just begun to send */
	SURE,	 /* has stopped receiving, and keeps sending */
	CONNECTED, /* has just connected, and not sent */
	CONNECTED_AND_SENDS,
	SEEKS /* receives nothing; none is promised to it */
};

static inline struct ipsec_candidate shown(enum shows shows, unsigned place)
{
	struct ipsec_candidate c = { .id = 0x10 + place,
				     .since = BEGAN - 1000,
				     .gap = 100,
				     .spread = 8 };

	switch (shows) {
	case NO_HOST:
		c.id = 0;
		break;
	case IDLE:
		c.sends = 1;
		c.sent = c.out_since = BEGAN - 900;
		break;
	case SILENT:
		c.initial = 1;
		break;
	case BUSY:
		c.receives = 1;
		c.received = BEGAN - 100;
		break;
	case GOES_ON:
		c.receives = 1;
		c.received = BEGAN + 51;
		break;
	case RESUMED:
		c.has_resumed = 1;
		c.resumed = BEGAN;
		break;
	case SURE:
		c.receives = c.sends = 1;
		c.received = BEGAN - 100;
		c.sent = c.out_since = BEGAN + 200;
		break;
	case CONNECTED_AND_SENDS:
		c.sends = 1;
		/* Falls through. */
	case CONNECTED:
		c.initial = c.answered = 1;
		c.requested = c.out_since = BEGAN - 100;
		break;
	case SEEKS:
		c.seeking = 1;
		break;
	}
	return c;
}

/* Returns the place of the candidate that gets the SPI; 0: none. */
static inline unsigned judge(enum vpnalg_evidence *evidence)
{
	const struct ipsec_candidate *c =
		vpnalg_ipsec_judge(NULL, &blocks, w, evidence);

	return c == NULL ? 0 : (unsigned)(c - places);
}

static inline void check_judged(unsigned place, enum vpnalg_evidence expected)
{
	enum vpnalg_evidence evidence;

	ck_assert_uint_eq(judge(&evidence), place);
	ck_assert_int_eq(evidence, expected);
}

#define NONE VPNALG_EVIDENCE_NONE
#define BY(what) VPNALG_EVIDENCE_##what

#endif
