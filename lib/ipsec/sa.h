/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP SAs: the bodies of their records, one for each direction. */
#ifndef VPNALG_IPSEC_SA_H
#define VPNALG_IPSEC_SA_H

#include "ipsec.h"

/* Bounds the kept times of an outbound SA's last packets. */
#define IPSEC_SENT 3

/* The body of an outbound SA. */
struct ipsec_out {
	uint32_t seen; /* when its last packet went out */
	uint32_t
		paired : 1; /* the host has received ESP: the SA lives longer */
	uint32_t old : 1;   /* the host has a younger one */
	uint32_t copied : 1; /* the host is a candidate, and copies `seen` */
	uint8_t gaps[IPSEC_SENT]; /* before the last ones, shortened */
};

/* Gaps up to the one time are known to the millisecond, longer ones in steps of
 * the other. */
#define IPSEC_GAP_EXACT_MS 150U
#define IPSEC_GAP_STEP_MS 64U

/* Returns a gap shortened to a byte. */
static inline uint8_t ipsec_out_shorten(uint32_t gap)
{
	uint32_t steps;

	if (gap < IPSEC_GAP_EXACT_MS)
		return (uint8_t)gap;
	steps = (gap - IPSEC_GAP_EXACT_MS) / IPSEC_GAP_STEP_MS;
	return steps < UINT8_MAX - IPSEC_GAP_EXACT_MS
		       ? (uint8_t)(IPSEC_GAP_EXACT_MS + steps)
		       : UINT8_MAX;
}

/* Notes the time of a packet in the record of its SA. */
static inline void ipsec_out_note(struct ipsec_out *out, uint32_t now)
{
	unsigned i;

	for (i = IPSEC_SENT - 1; i > 0; i--)
		out->gaps[i] = out->gaps[i - 1];
	out->gaps[0] = ipsec_out_shorten(now - out->seen);
	out->seen = now;
}

/* Returns the least gap that is shortened to this byte. */
static inline uint32_t ipsec_out_gap(uint8_t shortened)
{
	if (shortened < IPSEC_GAP_EXACT_MS)
		return shortened;
	return IPSEC_GAP_EXACT_MS +
	       (shortened - IPSEC_GAP_EXACT_MS) * IPSEC_GAP_STEP_MS;
}

/* The body of an inbound SA. */
struct ipsec_in {
	uint32_t seen;          /* when its last packet came */
	uint32_t gap : 11;      /* usual time between packets, ms */
	uint32_t spread : 8;    /* usual deviation from that, ms */
	uint32_t evidence : 4;  /* enum vpnalg_evidence */
	uint32_t trust : 4;     /* IPSEC_TRUST_ */
	uint32_t confirmed : 1; /* traffic in both directions for a while */
	uint32_t old : 1;       /* a younger one was paired with its host */
	uint32_t suspect : 1;   /* the host may not have received its packets */
	uint32_t copied : 1;    /* the host is a candidate: it keeps a copy */
};

/* The trust in a pair: how well it agrees with what its host sends. A new pair
 * begins in the middle; at 0 it is taken back, at the top it is not reviewed
 * any more. */
enum { IPSEC_TRUST_INITIAL = 6, IPSEC_TRUST_FULL = 15 };

#endif
