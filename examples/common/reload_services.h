/* SPDX-License-Identifier: BSD-2-Clause */
/* The services of a reload. */
#ifndef COMMON_RELOAD_SERVICES_H
#define COMMON_RELOAD_SERVICES_H

#include <stdbool.h>

#include "reload.h"

/* Adds the services that are new and removes those that are not there any more.
 * One whose port was another host's a moment ago may have to wait; sessions of
 * one that has gone are cut, if they shall be. Returns false if that cannot be,
 * which was said, and nothing has changed. */
bool reload_services(const struct reload *reload, vpnalg_time now);

#endif
