/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions that have changed: the store notifies, and each is noted once.
 * There is one mirror in a program. */
#ifndef GW_MIRROR_H
#define GW_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/nat.h"

struct vpnalg_record;

/* Begins to note changes of this store, which never moves a record. Returns
 * false without memory. */
bool mirror_begin(struct nat *nat);

/* Begins to note all sessions as changed; one round at a time. */
void mirror_begin_round(void);

/* Goes on with that in a bounded step, and does nothing at its end. */
void mirror_go_round(const struct nat *nat);

/* Returns whether all sessions noted by the end of the last round have been
 * taken. */
bool mirror_round_is_over(void);

/* Takes the oldest change. *record is NULL if that one was removed; *id tells
 * it from all others that are there. Returns false if there is none. */
bool mirror_next(struct vpnalg_record **record, uint32_t *id);

bool mirror_has_more(void);

#endif
