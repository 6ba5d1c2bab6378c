/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of ICMP errors that are broken or of no use. */
#ifndef TESTS_ICMP_ERROR_EDGES_H
#define TESTS_ICMP_ERROR_EDGES_H

#include "cases.h"
#include "general.h"
#include "support_ipsec.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

#define ROUTER 0xc0000209U        /* 192.0.2.9, on the way to the server */
#define INSIDE_ROUTER 0xc0a84d01U /* 192.168.77.1 */

static struct world w;
static uint16_t port; /* outside, of the session below */

/* CLIENT_A has a call with SERVER, own ID 7 and peer's ID 9, and CLIENT_B sends
 * UDP from port 40000 to its port 53, as CLIENT_A did before. */
static inline void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
		{ vpnalg_gre, NULL },	  { vpnalg_general, NULL },
	};
	struct connection c = { 0 };

	options.protocols = protocols;
	options.protocol_count = 4;
	options.passive = true;
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	ck_assert_uint_eq(call_out(&w, &c, 7, 9), 7);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	port = udp_open(&w, CLIENT_B, 40000, SERVER, 53);
	ck_assert_uint_ne(port, 40000);
}

static inline void begin(void)
{
	begin_with((struct world_options){ .units = 0 });
}

static inline void end(void)
{
	world_end(&w);
}

/* What has gone out, as seen outside, and what has come in, as seen inside. */
static inline struct bytes gone(void)
{
	return udp_packet(OUTSIDE, port, SERVER, 53, "abcdefgh", 8);
}

static inline struct bytes come(void)
{
	return udp_packet(SERVER, 53, CLIENT_B, 40000, "abcdefgh", 8);
}

static inline struct bytes error_in(void)
{
	struct bytes quote = gone();

	return icmp_error(ROUTER, OUTSIDE, 3, &quote, quote.length);
}

static inline struct bytes error_out(void)
{
	struct bytes quote = come();

	return icmp_error(CLIENT_B, SERVER, 3, &quote, quote.length);
}

static inline void break_checksum(struct bytes *p)
{
	p->data[23] ^= 1;
}

static inline void quote_anew(struct bytes *p, struct bytes quote)
{
	bool in = get32(p->data + 12) == ROUTER;

	*p = icmp_error(in ? ROUTER : CLIENT_B, in ? OUTSIDE : SERVER, 3,
			&quote, quote.length);
}

static inline void options(struct bytes *p)
{
	add_ip_options(p, 40);
}

#endif
