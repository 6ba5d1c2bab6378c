/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line says. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#define CLIENTS_MAX 240 /* in one /24 */
#define LIARS_MAX 4      /* behind them */
#define LIST_MAX 16
#define ADDRESSES_MAX 16

#define SECOND ((uint64_t)1000000) /* the simulator's clock: microseconds */
#define MILLISECOND ((uint64_t)1000)

/* One world; runs alternate where a choice is left to chance. */
struct scenario {
	const char *name;
	const char *what;
	unsigned rekey;       /* seconds between CHILD SA rekeys; 0: none */
	unsigned rekey_ike;   /* seconds between IKE SA rekeys; 0: none */
	unsigned life;        /* mean seconds until a client dies; 0: never */
	unsigned busy;        /* mean seconds between pauses */
	unsigned pause;       /* longest pause, seconds; 0: no pauses */
	unsigned pause_least; /* seconds */
	unsigned ahead;       /* seconds, at most, from the end that begins a
			       * busy time to the other */
	unsigned one_way;     /* percent of busy periods that are one-way */
	unsigned v1;          /* percent of clients that speak IKEv1 */
	unsigned eager; /* percent of servers that use a new SPI at once */
	unsigned rtt[2];      /* milliseconds, least and most */
	unsigned reordered;   /* percent of packets with an extra delay */
	unsigned answers;     /* percent of tunnels whose server only answers */
	unsigned fixed_port;     /* 1: the server answers to port 500 only */
	unsigned slow;        /* percent of tunnels with slow flows */
	unsigned gap;         /* theirs, milliseconds; 0: several */
	unsigned quiet;       /* percent of tunnels that are mostly silent */
	unsigned dpd;         /* liveness checks after this many seconds of
			       * silence, or twice or three times as many */
	unsigned without_dpd; /* percent of tunnels that have none */
	unsigned sites;       /* percent of clients that are sites' gateways */
	unsigned sites_most;  /* so many of them, at most */
	unsigned children[2]; /* CHILD SAs of one, least and most */
	unsigned spoofed;     /* most forged packets a second; 0: none */
	unsigned liars;       /* inside hosts that have no tunnel and lie */
	unsigned restart;     /* mean seconds between the translator's restarts;
			       * 0: never */
	unsigned minutes;     /* a run's usual length */
};

enum jitter { JITTER_BOTH, JITTER_ON, JITTER_OFF };

struct settings {
	unsigned clients[LIST_MAX]; /* 0 behind the last */
	unsigned minutes; /* 0: the scenario's */
	unsigned runs;
	uint64_t packets; /* run on until there were so many inbound */
	uint64_t seed;
	unsigned loss; /* percent */
	bool together; /* all start within one second, else within ten */
	enum jitter jitter;
	unsigned addresses; /* outside ones */
	struct scenario scenario;
	const char *against;
	unsigned wrong; /* SPIs to tell about */
	bool json;
	bool log;
	bool counters;
	bool check; /* hold the library to the targets */
	bool check_outage[2]; /* of all that send, of those that ask */
	unsigned outage;  /* seconds the library is held to */
	unsigned outages; /* longer ones to tell about */
};

static inline unsigned settings_minutes(const struct settings *settings)
{
	return settings->minutes > 0 ? settings->minutes
				     : settings->scenario.minutes;
}

/* 0 or what main() is to return, plus one. */
int options_read(struct settings *settings, int argc, char **argv);

/* scenario.c: all of them; ends with one that has no name. */
extern const struct scenario scenarios[];

/* Finds one by its name. */
bool scenario_read(struct scenario *scenario, const char *name);
/* Changes some of its numbers: "busy=60,one_way=0". */
bool scenario_change(struct scenario *scenario, const char *changes);

#endif
