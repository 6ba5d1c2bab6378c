/* SPDX-License-Identifier: BSD-2-Clause */
/* One world, one PPTP client's connection, and shorthand for what both ends
 * say: for the files whose tests are dialogues of that client. */
#ifndef TESTS_PPTP_TALK_H
#define TESTS_PPTP_TALK_H

#include "support.h"

#define OWN 0x1234
#define PEER 0x4321

static struct world w;
static struct connection c;

static inline void end(void)
{
	world_end(&w);
}

/* A control message of the client's, or of the server's. */
static inline void out(unsigned type, uint16_t first, uint16_t second,
		       uint8_t result)
{
	client_says(&w, &c, type, first, second, result);
}

static inline void in(unsigned type, uint16_t first, uint16_t second,
		      uint8_t result)
{
	server_says(&w, &c, type, first, second, result);
}

/* A packet of GRE; the result. */
static inline unsigned gre_out(uint16_t peer)
{
	return send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, peer);
}

static inline unsigned gre_in(uint16_t own)
{
	return send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, own);
}

#endif
