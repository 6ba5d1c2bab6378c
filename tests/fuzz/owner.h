/* SPDX-License-Identifier: BSD-2-Clause */
/* The owner of the router. */
#ifndef TESTS_FUZZ_OWNER_H
#define TESTS_FUZZ_OWNER_H

#include "step.h"
#include "world.h"

/* Sets a policy, or lifts it. */
void owner_set_policy(struct world *w, const struct step *s);
/* Saves all sessions, has `make` make the translator anew, and loads them. */
void owner_reload(struct world *w, void (*make)(struct world *w));

#endif
