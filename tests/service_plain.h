/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of services with ports. */
#ifndef TESTS_SERVICE_PLAIN_H
#define TESTS_SERVICE_PLAIN_H

#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/pptp.h>

static struct world w;

static inline void begin(void)
{
	general_world(&w,
		      (struct world_options){ .choosing = CHOOSE_TAKE });
}

static inline void end(void)
{
	service_remove(&w, UDP, 5060, CLIENT_A, 5060);
	service_remove(&w, TCP, 8080, CLIENT_A, 80);
	service_remove(&w, GRE, 0, CLIENT_B, 0);
	world_end(&w);
}

#endif
