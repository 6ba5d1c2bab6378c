/* SPDX-License-Identifier: BSD-2-Clause */
/* The services of a reload. */
#ifndef COMMON_RELOAD_SERVICES_H
#define COMMON_RELOAD_SERVICES_H

#include <stdbool.h>

#include "reload.h"

/* Adds the services that are new and removes those that are not there any more.
 * One with a port that was another host's a moment ago may have to wait;
 * sessions of a removed one are cut, if requested. Returns false with a message
 * if that is impossible, and nothing has changed. */
bool reload_services(const struct reload *reload, vpnalg_time now);

#endif
