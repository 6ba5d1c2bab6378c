/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of inside clients of services without ports. */
#ifndef TESTS_SERVICE_HAIRPIN_H
#define TESTS_SERVICE_HAIRPIN_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_l2tp.h"
#include "support_service.h"
#include "support_state.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define SIX_IN_FOUR 41

/* How long a session of a whole protocol lasts. */
#define LIFE 5000

static struct world w;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

static const struct hairpin_row {
	const char *what;
	uint8_t protocol;
	struct bytes data;
} rows[] = {
	{ "IPv6", SIX_IN_FOUR, { 40, { 0x60 } } },
	{ "GRE", GRE, { 8, { 0, 0, 8, 0, 0x45 } } },
	{ "GRE with a Key", GRE, { 12, { 0x20, 0, 8, 0, 0, 0, 0, 7 } } },
	{ "EoIP", GRE, { 12, { 0x20, 1, 0x64, 0, 0, 4, 7, 0 } } },
	{ "GRE with checksum and Key", GRE,
	  { 16, { 0xa0, 0, 8, 0, [11] = 7 } } },
	{ "data of L2TP", L2TP_IP, { 16, { 0, 0, 0, 9, 1, 2, 3, 4 } } },
};

/* CLIENT_A has the service of the row's protocol. */
static inline void begin(const struct hairpin_row *row, size_t addresses)
{
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2 };
	struct world_options options = { .addresses = pool,
					 .address_count = addresses,
					 .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .timers = { .other = LIFE } };

	world_begin(&w, &options);
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
}

static inline void end(const struct hairpin_row *row)
{
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}

static inline struct bytes packet(const struct hairpin_row *row, uint32_t from,
				  uint32_t to)
{
	return ip_packet(from, to, row->protocol, row->data.data,
			 row->data.length);
}

/* A packet that must cross to a host, with nothing changed but addresses; the
 * source that it sees. send_packet() undoes it on either side. */
static inline uint32_t crosses(const struct hairpin_row *row, uint32_t from,
			       uint32_t to, uint32_t host)
{
	struct bytes p = packet(row, from, to);

	ck_assert_msg(hairpin(&w, &p) == VPNALG_TRANSLATED, "%s: %s",
		      row->what, vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(destination(&w), host);
	ck_assert_uint_eq(w.last.zone, ZONE);
	ck_assert_mem_eq(l4(&w), row->data.data, row->data.length);
	return source(&w);
}

#endif
