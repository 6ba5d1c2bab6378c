/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes: IPv4 with ESP, or with UDP and the header of IKE. */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#define WIRE_SERVER 0xc633640aU  /* 198.51.100.10 */
#define WIRE_OUTSIDE 0xcb007101U /* 203.0.113.1, and those behind it */
#define WIRE_INSIDE 0xc0a84d0bU  /* 192.168.77.11, the first client's */

#define WIRE_IKE_PORT 500

#define WIRE_NOBODY UINT32_MAX /* the client of a forged packet */

/* A packet, and the truth about it. */
struct parcel {
	struct vpnalg_packet packet;
	uint8_t bytes[64];
	uint32_t client; /* whose it is */
	bool esp;
	uint32_t spi;
};

struct wire_ends {
	uint32_t from, to;
	uint16_t from_port, to_port;
};

/* RFC 7296 3.1; length counts the header and what is behind it. */
struct wire_ike {
	uint64_t spi[2];
	uint8_t next, version, exchange, flags;
	uint32_t id, length;
};

/* Only the headers are in memory. */
void wire_make_esp(struct parcel *parcel, const struct wire_ends *ends,
		   uint32_t spi, uint32_t sequence);
void wire_make_ike(struct parcel *parcel, const struct wire_ends *ends,
		   const struct wire_ike *ike);

/* Reads addresses, and the ports of UDP. */
struct wire_ends wire_ends(const struct parcel *parcel);

/* Returns whether all checksums are right; what is not in memory is zero. */
bool wire_is_right(const struct parcel *parcel);

/* Writes one address or port and leaves the checksums as they are. */
void wire_set_from(struct parcel *parcel, uint32_t address);
void wire_set_to(struct parcel *parcel, uint32_t address);

static inline uint32_t wire_spi(const struct parcel *parcel)
{
	const uint8_t *p = parcel->bytes + 20;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#endif
