/* SPDX-License-Identifier: BSD-2-Clause */
/* Two captures of one router, made on its inside and on its outside: each
 * packet that its NAT has passed is in both, before and after. They are read
 * together by time, a second ahead, so that a packet's other form is known when
 * it is the packet's turn. */
#ifndef PCAP_PAIR_H
#define PCAP_PAIR_H

#include <stdbool.h>
#include <stdint.h>

#include <pcap/pcap.h>
#include <vpnalg/vpnalg.h>

#include "file.h"
#include "link.h"
#include "side.h"

enum place { PLACE_INSIDE, PLACE_OUTSIDE, PLACES };

#define CHAINS 4096

/* A packet that was read. */
struct seen {
	struct pcap_pkthdr header;
	size_t interface;   /* of the capture's, from which it is */
	struct frame frame; /* with data of its own */
	enum task task;
	vpnalg_time time;
	bool met;           /* it is the other form of a packet */
	struct seen *next;  /* in the order of the capture */
	struct seen *chain; /* another one that may be the other form of one */
};

struct watched {
	struct input *input;
	enum next state; /* of the reading */
	vpnalg_time read; /* up to which time */
	struct seen *oldest, *last;
	struct seen *turn;           /* the next one to be handled */
	struct seen *chains[CHAINS]; /* what the router has sent, by hash */
};

struct pair {
	struct watched places[PLACES];
	const struct sides *sides;
	uint64_t alone; /* sent by the router, the other form of no packet */
};

void pair_begin(struct pair *pair, struct input *inside, struct input *outside,
		const struct sides *sides);

/* Sets packet to the next one that came to the router, from an inside host to
 * its inside or from a remote to its outside, and place to where. It stays in
 * memory until the call after. */
enum next pair_next(struct pair *pair, const struct seen **packet,
		    enum place *place);

/* Returns what the router has made of the packet in a frame that came to it
 * there, or NULL. It stays in memory until the next pair_next(). */
const struct seen *pair_other_form(struct pair *pair, enum place place,
				   const struct frame *frame);

void pair_end(struct pair *pair);

#endif
