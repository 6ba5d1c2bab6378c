/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of servers with a fixed port. */
#ifndef TESTS_IPSEC_FIXED_PORT_H
#define TESTS_IPSEC_FIXED_PORT_H

#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

#define HOSTS 5

static struct world w;
static struct ike k[HOSTS];

static inline void begin(void)
{
	unsigned i;

	ipsec_world(&w, (struct world_options){ .passive = true });
	for (i = 0; i < HOSTS; i++) {
		k[i] = ike_of(CLIENT_A + i, SERVER, 0);
		k[i].fixed_port = true;
	}
}

static inline void end(void)
{
	world_end(&w);
}

/* Of each exchange the same message of all hosts, then the next. */
static inline void all_exchange(uint8_t exchange, bool from_client)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		if (from_client)
			client_exchanges(&w, &k[i], exchange);
		else
			server_exchanges(&w, &k[i], exchange);
	}
}

static inline void all_begin(uint8_t version)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		k[i].version = version;
		ike_begin(&w, &k[i]);
	}
}

#endif
