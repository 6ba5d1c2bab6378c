/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the lessons of other translators. */
#ifndef TESTS_LESSONS_H
#define TESTS_LESSONS_H

#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

static struct world w;
static struct connection c, d;

#define OWN 0x1234
#define PEER 0x4321

static inline void begin(void)
{
	struct world_options options = { .choosing = CHOOSE_DIFFERENT };

	world_begin(&w, &options);
	c = d = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

static inline void end(void)
{
	world_end(&w);
}

static inline void out(struct connection *k, const struct bytes *m)
{
	ck_assert_uint_eq(client_sends(&w, k, m->data, m->length),
			  VPNALG_TRANSLATED);
}

static inline void in(struct connection *k, const struct bytes *m)
{
	ck_assert_uint_eq(server_sends(&w, k, m->data, m->length),
			  VPNALG_TRANSLATED);
}

static inline unsigned gre(enum vpnalg_direction direction, uint32_t from,
			   uint32_t to, uint16_t id)
{
	struct bytes p = gre_packet(from, to, id, 1);

	return send_packet(&w, direction, &p);
}

#endif
