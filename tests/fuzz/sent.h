/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet that is sent, and what the translator is lent of it. */
#ifndef TESTS_FUZZ_SENT_H
#define TESTS_FUZZ_SENT_H

#include <vpnalg/vpnalg.h>

#include "bytes.h"

/* A packet, and how the caller holds it. */
struct sent {
	struct bytes bytes; /* .length is caplen */
	uint32_t len;
	uint8_t direction, checksum, align;
	uint16_t zone;
	uint8_t uplink;
	bool no_undo;
	/* Results. */
	uint8_t result, flags;
};

/* The most packets of a burst. */
#define BURST_MAX 16

/* A copy in a block of its own that ends where the packet ends, so that
 * AddressSanitizer sees the first byte read behind it. Each copy has another
 * number as its user pointer. */
struct lent {
	struct vpnalg_packet p;
	uint8_t *block;
};

void lend(struct lent *l, const struct sent *s);
void take_back(struct lent *l, size_t count);

/* Makes of a packet that was sent what has come out of it. */
void sent_becomes(struct sent *s, const struct vpnalg_packet *p);

#endif
