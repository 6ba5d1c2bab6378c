/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of IKE. */
#ifndef TESTS_IPSEC_IKE_H
#define TESTS_IPSEC_IKE_H

#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

static struct world w;

static inline void begin(void)
{
	ipsec_world(&w, (struct world_options){ .passive = true });
}

static inline void end(void)
{
	world_end(&w);
}

#endif
