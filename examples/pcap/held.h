/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames with IPv4 fragments that the translator holds. The translator has a
 * copy of each packet; a frame has the rest of the capture's record. */
#ifndef PCAP_HELD_H
#define PCAP_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include <pcap/pcap.h>
#include <vpnalg/vpnalg.h>

#include "explain.h"
#include "link.h"
#include "pair.h"
#include "side.h"

struct held_frame {
	struct pcap_pkthdr header; /* as it was captured */
	const uint8_t *captured;   /* likewise */
	struct frame frame;  /* as it is now; with a copy of the data, once it
			      * is kept */
	struct timeval left; /* the time with which it is written */
	int link;            /* its link type */
	enum place place;    /* in which capture it is */
	size_t interface;    /* and of which interface there */
	bool bare;           /* it is written without the frame */
	bool ipv4;           /* with its addresses: */
	struct explained was; /* its explanation, if wanted */
	uint64_t number;    /* of the packet, counted from 1 on */
	vpnalg_time time;   /* when it was captured */
	vpnalg_time since;
	enum task task;
	bool was_held;
	bool filled_in; /* its total length is 0 in the capture */
	bool turned;    /* it went out to an inside host: a hairpin */
	/* The packet as the router has sent it, or NULL. */
	const struct seen *other;
	struct held_frame *before, *after;
};

/* All of them, the oldest first. */
struct held_frames {
	struct held_frame *first, *last;
	struct held_frame *next; /* room for one more */
};

/* Returns room for the frame at hand, which vpnalg_packet.user may name; NULL
 * if there is no memory. */
struct held_frame *held_room(struct held_frames *frames);

/* Keeps the frame at hand, which stands in that room. Returns false if there is
 * no memory. */
bool held_keep(struct held_frames *frames);

/* Takes a frame out; held_free() follows. */
void held_take(struct held_frames *frames, struct held_frame *held);

/* Returns the oldest frame if it has been kept so long that the translator has
 * dropped its packet, or NULL. */
struct held_frame *held_old(const struct held_frames *frames, vpnalg_time now);

void held_free(struct held_frame *held);

/* Gives the header of a frame as it is written now, which may have become
 * shorter. Returns where in the frame its bytes begin. */
uint32_t held_written(const struct held_frame *at, bool cut,
		      struct pcap_pkthdr *header);

/* Frees all. */
void held_close(struct held_frames *frames);

#endif
