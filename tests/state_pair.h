/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of states: two worlds, and what was saved of them. */
#ifndef TESTS_STATE_PAIR_H
#define TESTS_STATE_PAIR_H

#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_service.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved;

#endif
