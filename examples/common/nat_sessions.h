/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of sessions, on standard error: --sessions. */
#ifndef COMMON_NAT_SESSIONS_H
#define COMMON_NAT_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/sessions.h>

#include "nat.h"

/* A table that is written while packets go on. */
struct nat_listing {
	bool under_way;
	uint64_t cursor;
};

/* Finds the next session of a host. Returns false at the end. */
bool nat_sessions_next(const struct nat *nat, vpnalg_time now, uint64_t *cursor,
		       struct vpnalg_session_info *info);

/* Begins a table, or begins it anew. */
void nat_sessions_begin(struct nat_listing *listing);

/* Writes some lines of a table that is under way. Returns whether it was. */
bool nat_sessions_go_on(struct nat_listing *listing, const struct nat *nat,
			vpnalg_time now);

/* Writes the whole table at once. */
void nat_sessions_write(const struct nat *nat, vpnalg_time now);

/* Returns whether remote_port is the remote's port, and no number of a
 * handler's. */
static inline bool nat_sessions_has_port(const struct vpnalg_session_info *info)
{
	static const uint8_t protocols[] = { 6, 17, 33, 132, 136 };

	for (size_t i = 0; i < sizeof(protocols); i++)
		if (protocols[i] == info->ip_protocol)
			return info->remote_port <= UINT16_MAX;
	return false;
}

#endif
