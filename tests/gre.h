/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of GRE version 0. */
#ifndef TESTS_GRE_H
#define TESTS_GRE_H

#include "support.h"
#include "cases.h"

#include <vpnalg/gre.h>
#include <vpnalg/pptp.h>

#include <string.h>

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_gre, NULL },
};
enum { TUNNEL = 4 }; /* its kind, behind PPTP's four */

static struct world w;

static inline void begin(void)
{
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .mirror = true });
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct bytes gre(uint32_t from, uint32_t to, const char *bytes,
			       uint32_t length)
{
	return ip_packet(from, to, GRE, bytes, length);
}

/* A Key for each direction */

#define KEY(n) "\x20\0\x08\0\0\0\0" n

static inline unsigned out(uint32_t from, const char *bytes)
{
	struct bytes p = gre(from, SERVER, bytes, bytes[0] ? 8 : 4);

	return send_packet(&w, VPNALG_OUT, &p);
}

/* Returns the host that the server's packet reaches, or 0. */
static inline uint32_t in(const char *bytes)
{
	struct bytes p = gre(SERVER, OUTSIDE, bytes, bytes[0] ? 8 : 4);

	return send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED
		       ? destination(&w)
		       : 0;
}

#endif
