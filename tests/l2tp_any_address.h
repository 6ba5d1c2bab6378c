/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of SCCRQs that are answered from another address. */
#ifndef TESTS_L2TP_ANY_ADDRESS_H
#define TESTS_L2TP_ANY_ADDRESS_H

#include "support_l2tp.h"
#include "cases.h"

#define ELSEWHERE (SERVER + 1)
#define THIRD (SERVER + 2)
#define KIND_QUESTION 5

static struct world w;

static const struct tunnel carriers[] = {
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7,
	  .peer = 100 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100 },
	{ .server = SERVER, .port = 40000, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = L2TP, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7, .peer = 100,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = 40000, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = L2TP, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000,
	  .answer_port = 5000 },
};

static inline void begin_with(bool any_address)
{
	l2tp_world(&w, (struct world_options){
			       .l2tp = { .any_address = any_address } });
}

static inline void begin(void)
{
	begin_with(true);
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct tunnel requested(int row)
{
	struct tunnel t = carriers[row];

	t.client = CLIENT_A;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	return t;
}

static inline unsigned answer_from(struct tunnel *t, uint32_t server)
{
	t->server = server;
	return tunnel_is_answered(&w, t);
}

#endif
