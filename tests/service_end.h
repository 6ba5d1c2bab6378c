/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of services that have gone. */
#ifndef TESTS_SERVICE_END_H
#define TESTS_SERVICE_END_H

#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/ipsec.h>
#include <vpnalg/own_id.h>
#include <vpnalg/pptp.h>
#include <vpnalg/sessions.h>

#define DELAY 120000

static struct world w;

static inline void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 3;
	world_begin(&w, &options);
}

static inline void begin(uint32_t delay)
{
	begin_with((struct world_options){ .general.reuse_delay = delay,
					   .choosing = CHOOSE_TAKE });
}

/* Services of each handler's, and the outside port of each. */
static const struct row {
	const char *name;
	uint8_t protocol;
	uint16_t outside, inside;
} rows[] = {
	{ "UDP", UDP, 5060, 5060 },
	{ "TCP", TCP, 8080, 80 },
	{ "PPTP", TCP, 1724, PPTP },
	{ "IKE", UDP, 5000, 500 },
};

static inline int add(const struct row *row, uint32_t host, uint16_t inside)
{
	const struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, row->outside, host, inside);
	int result = vpnalg_service_add(w.alg, &service, w.now);

	world_between_calls(&w);
	return result;
}

static inline void drop(const struct row *row, uint32_t host)
{
	service_remove(&w, row->protocol, row->outside, host, row->inside);
	world_between_calls(&w);
}

static inline unsigned comes_in(const struct row *row)
{
	return row->protocol == UDP
		       ? udp_in(&w, STRANGER, 7, row->outside)
		       : tcp_in(&w, STRANGER, 7, row->outside, SYN, 0);
}

static inline void end(void)
{
	unsigned i;

	for (i = 0; i < ROWS(rows); i++) {
		drop(&rows[i], CLIENT_A);
		drop(&rows[i], CLIENT_B);
	}
	world_end(&w);
}

#endif
