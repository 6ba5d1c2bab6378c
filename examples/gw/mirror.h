/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sessions have changed: the store tells, and each is noted once. There
 * is one mirror in a program. */
#ifndef GW_MIRROR_H
#define GW_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/nat.h"

struct vpnalg_record;

/* Begins to note changes of this store, which never moves a record. Returns
 * false without memory. */
bool mirror_begin(struct nat *nat);

/* Notes all sessions as changed. */
void mirror_all(const struct nat *nat);

/* Takes the next change. *record is NULL if that one was removed; *id tells it
 * from all others that are there. Returns false if there is none. */
bool mirror_next(struct vpnalg_record **record, uint32_t *id);

#endif
