/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of PPTP control connections. */
#ifndef TESTS_PPTP_CONTROL_H
#define TESTS_PPTP_CONTROL_H

#include "pptp_talk.h"
#include "cases.h"

#include <string.h>

static inline void begin(void)
{
	world_begin(&w, NULL);
}

static inline unsigned client_tcp(uint8_t flags)
{
	struct bytes p =
		tcp_packet(CLIENT_A, 4000, SERVER, PPTP, 1, 0, flags, NULL, 0);

	return send_packet(&w, VPNALG_OUT, &p);
}

#endif
