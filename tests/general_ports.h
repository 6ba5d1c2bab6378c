/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of ports of general traffic. */
#ifndef TESTS_GENERAL_PORTS_H
#define TESTS_GENERAL_PORTS_H

#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>

static struct world w;

#endif
