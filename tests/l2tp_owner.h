/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the owners of L2TP IDs. */
#ifndef TESTS_L2TP_OWNER_H
#define TESTS_L2TP_OWNER_H

#include "support_l2tp.h"
#include "cases.h"

#include <vpnalg/l2tp.h>

static struct world w;

static inline void begin(void)
{
	l2tp_world(&w, (struct world_options){ 0 });
}

static inline void end(void)
{
	world_end(&w);
}

static const struct tunnel carriers[] = {
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7,
	  .peer = 100 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100 },
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7, .peer = 100,
	  .fixed_port = true },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .fixed_port = true },
	{ .server = SERVER, .port = 40000, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = L2TP, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000,
	  .fixed_port = true },
	{ .server = SERVER, .version = 3, .own = 70007, .peer = 100,
	  .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .fixed_port = true, .hides = true },
};

static inline struct tunnel begun(int row, unsigned n)
{
	struct tunnel t = carriers[row];

	t.client = CLIENT_A + n;
	t.peer += n;
	t.peer_session += n;
	if (t.hides)
		t.own += n;
	tunnel_begin(&w, &t);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, n);
	return t;
}

static inline struct bytes data_to(const struct tunnel *t)
{
	return t->version == 2
		       ? l2tp_data2((uint16_t)t->peer, 5, 1)
		       : l2tp_data3(t->port != 0, t->peer_session, 1, 2);
}

#endif
