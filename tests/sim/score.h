/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of the packets. */
#ifndef SIM_SCORE_H
#define SIM_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* Times in steps of a millisecond; the last is that long or longer. */
#define STEPS 65536

struct times {
	uint32_t steps[STEPS];
	uint64_t count;
	uint64_t never;
	uint64_t most; /* microseconds */
};

enum verdict { VERDICT_RIGHT, VERDICT_WRONG, VERDICT_NOBODY, VERDICTS };

/* Of one inbound SPI. */
struct verdicts {
	bool seen, was_right;
	bool wrong; /* now */
	bool was_wrong, was_nobody;
	uint64_t first, last, wrong_since; /* microseconds */
	uint64_t wrong_traffic; /* of the current spell, pauses left out */
};

/* An inside host whose packets do not reach it does this meanwhile. */
enum owner { OWNER_ASKS, OWNER_SENDS, OWNER_LISTENS, OWNER_PAUSES, OWNERS };

/* A flow's owner goes without its packets; README defines it. */
struct outage {
	bool on;
	uint64_t first, last; /* packets that did not reach the owner */
	uint64_t packets;
	bool seen[OWNERS];
	uint64_t length[OWNERS];
};

/* One contestant's, over all runs with so many clients. */
struct score {
	unsigned runs;
	unsigned reported; /* SPIs with wrong packets */
	unsigned outages_reported;
	uint64_t in[VERDICTS];     /* ESP that came to the translator */
	uint64_t blind;            /* of these, nobody could know whose */
	uint64_t lost;             /* ESP lost before it */
	uint64_t ike_in[VERDICTS];
	uint64_t in_results[VPNALG_RESULTS];
	uint64_t out[2];           /* ESP, IKE */
	uint64_t out_results[2][VPNALG_RESULTS];
	uint64_t to_liars;         /* ESP of others */
	uint64_t forged[2];        /* dropped, taken for somebody's */
	uint64_t spis;             /* new ones that came */
	uint64_t at_once;          /* right from the first packet on */
	uint64_t wrong_spis;
	uint64_t nobody_spis;
	struct times pairing; /* from the first packet to the first right one */
	struct times repair;  /* traffic from the first wrong to a right one */
	struct times setup;   /* from IKE's first message to the CHILD SA */
	struct times outages[OWNERS]; /* in units of OUTAGE_STEP */
	uint64_t long_outages[OWNERS];
	double seconds;       /* of CPU */
};

/* Outages can take hours: their histogram has steps of 0.1 s. */
#define OUTAGE_STEP 100

void times_add(struct times *times, uint64_t microseconds);
/* Milliseconds that this share of all is not longer than; -1: never. */
double times_quantile(const struct times *times, double share);

/* An inbound ESP packet came. */
void score_esp(struct score *score, struct verdicts *verdicts,
	       enum verdict verdict, uint64_t now);
/* A packet did not reach its owner, who does this and has done so since. */
void score_outage(struct outage *outage, enum owner owner, uint64_t since,
		  uint64_t now);
/* A packet did, or no more come. */
void score_outage_ends(struct score *score, struct outage *outage);
/* No more packets of this SPI come. */
void score_spi_ends(struct score *score, const struct verdicts *verdicts);

#endif
