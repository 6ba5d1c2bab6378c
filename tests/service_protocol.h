/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of services without ports. */
#ifndef TESTS_SERVICE_PROTOCOL_H
#define TESTS_SERVICE_PROTOCOL_H

#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/gre.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/pptp.h>

#include <string.h>

#define SIX_IN_FOUR 41

static struct world w;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

static inline void begin(void)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols) };

	world_begin(&w, &options);
}

static const struct data_row {
	const char *what;
	uint8_t protocol;
	struct bytes data;
	bool opens; /* it begins a tunnel, whatever others there are */
} data_rows[] = {
	{ "GRE", GRE, { 8, { 0, 0, 8, 0, 0x45 } }, false },
	{ "GRE with a Key", GRE, { 12, { 0x20, 0, 8, 0, 0, 0, 0, 7 } }, false },
	{ "EoIP", GRE, { 12, { 0x20, 1, 0x64, 0, 0, 4, 7, 0 } }, false },
	{ "data of L2TP", L2TP_IP, { 16, { 0, 0, 0, 9, 1, 2, 3, 4 } }, false },
	{ "SCCRQ of L2TP", L2TP_IP,
	  { 24, { 0, 0, 0, 0, 0xc8, 3, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0,
		  0x80, 8, 0, 0, 0, 0, 0, 1 } }, true },
	{ "IPv6", SIX_IN_FOUR, { 40, { 0x60 } }, false },
};

/* Another host begins with the same protocol and remote: with a packet that is
 * like the row's or, in L2TP, with a tunnel and a session of these IDs. */
static inline void another_host_begins(const struct data_row *row,
				       uint32_t session, uint32_t peer_session)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = session, .peer_session = peer_session };
	struct bytes p = ip_packet(CLIENT_B, SERVER, row->protocol,
				   row->data.data, row->data.length);

	if (row->protocol == L2TP_IP) {
		tunnel_begin(&w, &t);
		tunnel_calls(&w, &t);
	} else {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
}

#endif
