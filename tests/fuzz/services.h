/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of a host inside. */
#ifndef TESTS_FUZZ_SERVICES_H
#define TESTS_FUZZ_SERVICES_H

#include "world.h"

/* Adds all services or removes them, if the settings have services. Not every
 * one is possible with all protocols, or has room. */
void services_set(struct world *w, bool add);

#endif
