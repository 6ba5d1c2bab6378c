/* SPDX-License-Identifier: BSD-2-Clause */
/* The IDs by which an inside host is known outside, where they stand in a
 * packet: ports, query identifiers, PPTP's Call IDs. Two translators choose
 * different ones for the same host; here it is noted which mean the same. */
#ifndef CAPTURE_IDS_H
#define CAPTURE_IDS_H

#include <stdbool.h>
#include <stdint.h>

/* More than the messages of one TCP segment have. */
#define CAPTURE_IDS_MOST 16

/* An ID of two bytes. */
struct capture_id {
	uint32_t offset;
	uint32_t checksum; /* where that which covers it is; or 0 */
	uint32_t space;    /* IDs of different spaces may be equal */
};

/* Finds the IDs in the first length bytes of a packet. */
unsigned capture_ids(const uint8_t *ip, uint32_t length, bool out,
		     struct capture_id ids[CAPTURE_IDS_MOST]);

uint32_t capture_get16(const uint8_t *at);

/* Changes two bytes, and a checksum with them (RFC 1624), unless that is NULL.
 */
void capture_put16(uint8_t *at, uint32_t value, uint8_t *checksum);

/* An ID towards one remote, as both translators chose it. */
struct capture_twin {
	uint32_t space;
	uint8_t remote[4];
	uint32_t theirs, ours;
};

struct capture_twins {
	struct capture_twin row[256];
	unsigned count;
};

/* The same packet of a host as it left both translators. False: where one of
 * them has one ID the other one has two, or there is no more room. */
bool capture_twins_learn(struct capture_twins *twins, const uint8_t *theirs,
			 const uint8_t *ours, uint32_t length);

/* Puts our IDs into a packet that has theirs. One that is not known stays. */
void capture_twins_apply(const struct capture_twins *twins, uint8_t *ip,
			 uint32_t length, bool out);

#endif
