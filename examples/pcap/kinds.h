/* SPDX-License-Identifier: BSD-2-Clause */
/* The kind of a packet's session: that of the counters that it moves. */
#ifndef PCAP_KINDS_H
#define PCAP_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* More kinds than all protocols here have together. */
#define KINDS 64

struct kind {
	const char *name;
	uint64_t opened;
	uint64_t packets; /* translated or dropped */
};

struct kinds {
	struct kind now[KINDS];   /* at the last look */
	struct kind grown[KINDS]; /* since the look before */
	size_t count;
};

/* Looks at the counters, once after each packet. */
void kinds_look(struct kinds *kinds, const struct vpnalg *translator);

/* Returns the kind of the packet's session; NULL: of none. */
const struct kind *kinds_of_packet(const struct kinds *kinds);

/* Returns whether any session was opened. */
bool kinds_any_opened(const struct kinds *kinds);

#endif
