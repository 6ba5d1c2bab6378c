/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of mappings. */
#ifndef TESTS_GENERAL_MAPPING_H
#define TESTS_GENERAL_MAPPING_H

#include "cases.h"
#include "general.h"
#include "toy.h"

#include <vpnalg/general.h>

#include <string.h>

static struct world w;

static inline void end(void)
{
	world_end(&w);
}

/* VPN sessions have their ports towards one remote only, mappings towards all:
 * never is one port both to the same remote. */

static inline void begin_vpn(void)
{
	general_and_vpn_world(
		&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

#endif
