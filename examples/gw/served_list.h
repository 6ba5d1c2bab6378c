/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules for sessions whose service has gone, one for all sessions of a remote
 * with the same outside port. */
#ifndef GW_SERVED_LIST_H
#define GW_SERVED_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/sessions.h>

#include "rules.h"

struct served_remote {
	struct vpnalg_binding binding;
	uint64_t *numbers; /* of the sessions */
	size_t count;
};

struct served_list {
	struct served_remote *list;
	size_t count;
};

/* Whether both have the same outside port. */
bool served_same_port(const struct vpnalg_binding *a,
		      const struct vpnalg_binding *b);

/* Counts a session, once however often it is called for it. Without memory it
 * has no rule, which is said: the kernel ends it. */
void served_list_count(struct served_list *served, struct rules *rules,
		       const struct vpnalg_session_info *info);

/* A session of that port and remote has ended. One that was not counted is
 * nobody's. */
void served_list_end(struct served_list *served, struct rules *rules,
		     const struct vpnalg_binding *binding, uint64_t number);

/* The same, of whatever port and remote. Returns whether it was counted. */
bool served_list_end_any(struct served_list *served, struct rules *rules,
			 uint64_t number);

void served_list_close(struct served_list *served);

#endif
