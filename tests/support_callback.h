/* SPDX-License-Identifier: BSD-2-Clause */
/* The callbacks of a world, and the store that stands in between. */
#ifndef TESTS_SUPPORT_CALLBACK_H
#define TESTS_SUPPORT_CALLBACK_H

#include "support.h"

/* Puts a store in between that counts, and fails when requested. */
void world_stand_between(struct world *w);

/* vpnalg_config.random, choose, release and event; context is the world. */
uint32_t world_random(void *context);
enum vpnalg_choice world_choose(void *context, struct vpnalg_binding *binding);
void world_give_back(void *context, const struct vpnalg_binding *binding);
void world_hear(void *context, const struct vpnalg_event *event);

#endif
