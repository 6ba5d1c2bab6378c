/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of services of SCTP, DCCP and UDP-Lite. */
#ifndef TESTS_SERVICE_TRANSPORT_H
#define TESTS_SERVICE_TRANSPORT_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>

#include <string.h>

#define PORT 7000 /* outside */
#define DELAY 120000

static struct world w;

/* The port inside may be another one. */
static const struct row {
	uint8_t protocol;
	uint16_t inside;
} rows[] = {
	{ SCTP, PORT },	   { SCTP, 9 },	   { DCCP, PORT },
	{ DCCP, 9 },	   { UDPLITE, PORT }, { UDPLITE, 9 },
};

static inline void begin_without(void)
{
	fragment_world(&w, (struct world_options){
				   .choosing = CHOOSE_TAKE,
				   .general.reuse_delay = DELAY });
}

static inline void begin(const struct row *row)
{
	begin_without();
	service_add(&w, row->protocol, PORT, CLIENT_A, row->inside);
}

static inline void end(const struct row *row)
{
	service_remove(&w, row->protocol, PORT, CLIENT_A, row->inside);
	world_end(&w);
}

static inline unsigned in(const struct row *row, uint32_t remote, uint16_t port)
{
	struct bytes p = transport_packet(row->protocol, remote, port, OUTSIDE,
					  PORT, 2);

	return send_packet(&w, VPNALG_IN, &p);
}

static inline unsigned out(const struct row *row, uint32_t host, uint16_t from,
			   uint32_t remote, uint16_t port)
{
	struct bytes p = transport_packet(row->protocol, host, from, remote,
					  port, 2);

	return send_packet(&w, VPNALG_OUT, &p);
}

#endif
