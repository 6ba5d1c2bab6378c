/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of blocks of ports. */
#ifndef TESTS_PORT_BLOCKS_H
#define TESTS_PORT_BLOCKS_H

#include "cases.h"
#include "general.h"
#include "support_state.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define LENGTH 1024

/* Inside hosts of a prefix, 10.0.0.0/16. */
#define HOST(n) (0x0a000000U + (n))

static struct world w;
static unsigned allotted, freed;
static struct vpnalg_event last_event;

static inline void count_events(struct world *world,
				const struct vpnalg_event *event)
{
	(void)world;
	ck_assert_uint_eq(event->protocol, VPNALG_NO_PROTOCOL);
	ck_assert_uint_eq(event->session.inside_id, LENGTH);
	ck_assert(event->session.user == NULL);
	ck_assert_uint_eq(event->nat_event,
			  event->type == VPNALG_EVENT_BLOCK_ALLOTTED ? 16 : 17);
	allotted += event->type == VPNALG_EVENT_BLOCK_ALLOTTED;
	freed += event->type == VPNALG_EVENT_BLOCK_FREED;
	last_event = *event;
}

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },	  { vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

static inline void begin_with(struct vpnalg_port_blocks blocks,
			      size_t addresses)
{
	static const uint32_t list[] = { OUTSIDE, OUTSIDE_2 };

	allotted = freed = 0;
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 5,
						 .addresses = list,
						 .address_count = addresses,
						 .choosing = CHOOSE_TAKE,
						 .heard = count_events,
						 .units = 30000,
						 .no_undo = true,
						 .port_blocks = blocks });
}

static inline void begin(void)
{
	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 1);
}

static inline void end(void)
{
	world_end(&w);
	ck_assert_uint_eq(allotted, freed);
}

static inline unsigned open_udp(uint32_t host, uint16_t port)
{
	return udp_out(&w, host, port, SERVER, 443);
}

static inline unsigned block(void)
{
	return port_from(&w) / LENGTH;
}

#endif
