/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of fragments that are bounded or odd. */
#ifndef TESTS_FRAGMENT_BOUNDS_H
#define TESTS_FRAGMENT_BOUNDS_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <string.h>

static struct world w;
static struct collected out;

static inline void begin(void)
{
	memset(&out, 0, sizeof(out));
	fragment_world(&w, (struct world_options){ 0 });
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct bytes datagram(uint32_t host, uint16_t id, uint32_t length)
{
	struct bytes p = udp_packet(host, 5000, SERVER, 53, "ping", 4);

	grow(&p, length);
	set_ip_id(&p, id);
	return p;
}

static inline unsigned send_part(const struct bytes *whole, uint32_t from,
				 uint32_t to)
{
	struct bytes p = fragment_of(whole, from, to);

	return send_fragment(&w, VPNALG_OUT, &p, &out);
}

#endif
