/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of sessions and their keys. */
#ifndef TESTS_SESSIONS_H
#define TESTS_SESSIONS_H

#include "toy.h"
#include "cases.h"

#include <string.h>

static const uint8_t host_a[] = { 192, 168, 77, 11 };
static const uint8_t host_b[] = { 192, 168, 77, 12 };
static const uint8_t server[] = { 198, 51, 100, 1 };
static const uint8_t outside[] = { 203, 0, 113, 1 };

static inline struct vpnalg_opening opening_of(unsigned kind,
					       const uint8_t *host, uint32_t id)
{
	return (struct vpnalg_opening){
		.kind = (uint8_t)kind,
		.space = TOY_SPACE,
		.inside = host,
		.remote = server,
		.id = id,
		.keep = true,
		.ranges = { { .first = 0, .step = 1, .count = 65536 } },
		.lifetime = 1000,
	};
}

static inline struct vpnalg_record *open_one(struct world *w, unsigned kind,
					     const uint8_t *host, uint32_t id)
{
	struct vpnalg_opening opening = opening_of(kind, host, id);
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record = NULL;

	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_TRANSLATED);
	return record;
}

static inline struct vpnalg_tuple tuple_of(unsigned role, uint32_t id)
{
	bool inside = role == VPNALG_INSIDE_OWN || role == VPNALG_INSIDE_PEER;

	return (struct vpnalg_tuple){ .role = (uint8_t)role,
				      .space = TOY_SPACE,
				      .id = id,
				      .local = inside ? host_a : outside,
				      .remote = server };
}

static inline struct vpnalg_record *find(struct world *w, unsigned role,
					 uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_find(w->alg, &tuple);
}

static inline struct vpnalg_record *peek(struct world *w, unsigned role,
					 uint32_t id)
{
	struct vpnalg_tuple tuple = tuple_of(role, id);

	return vpnalg_session_peek(w->alg, &tuple);
}

static inline void pass(struct world *w, vpnalg_time ms)
{
	w->now += ms;
	vpnalg_expire(w->alg, w->now, 0);
}

#endif
