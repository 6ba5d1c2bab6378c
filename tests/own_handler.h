/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of handlers with settings, reasons and counters of their
 * own. */
#ifndef TESTS_OWN_HANDLER_H
#define TESTS_OWN_HANDLER_H

#include "cases.h"
#include "toy.h"

#include <stddef.h>
#include <string.h>

/* A protocol without ports: one session for each host and remote. */
#define PROTOCOL 99

static const struct vpnalg_kind own_kinds[] = {
	{ .name = "own", .slots = 2 },
};

static struct world w;

#endif
