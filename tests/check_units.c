/* SPDX-License-Identifier: BSD-2-Clause */
/* The units of the store that sessions fill, as doc/embedding.md says. */
#include "cases.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

static unsigned units_of(struct world *w)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;
	unsigned units = 0;

	for (; w->inner.next(w->inner.context, &cursor, &record); record = NULL)
		units += record != NULL ? record->units : 0;
	return units;
}

static void costs_connection(struct world *w)
{
	struct connection c = { 0 };

	start_control(w, &c, CLIENT_A, 4000, SERVER);
}

static void costs_call(struct world *w)
{
	struct connection c = { 0 };

	start_control(w, &c, CLIENT_A, 4000, SERVER);
	call_out(w, &c, 5, 6);
}

static struct tunnel costly_tunnel(uint16_t port, uint8_t version)
{
	return (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				.port = port, .version = version, .own = 7,
				.peer = 100, .session = 70000,
				.peer_session = 80000 };
}

static void costs_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(40000, 2);

	tunnel_requests(w, &t);
}

static void costs_shared_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(L2TP, 2);

	tunnel_requests(w, &t);
}

static void costs_ip_flow(struct world *w)
{
	struct tunnel t = costly_tunnel(0, 3);

	tunnel_begin(w, &t);
	tunnel_calls(w, &t);
}

static void costs_gre(struct world *w)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE, "\0\0\x08\0", 4);

	send_packet(w, VPNALG_OUT, &p);
}

static void costs_gre_key(struct world *w)
{
	struct bytes p = ip_packet(SERVER, OUTSIDE, GRE,
				   "\x20\0\x08\0\0\0\0\1", 8);

	costs_gre(w);
	send_packet(w, VPNALG_IN, &p);
}

static void costs_udp(struct world *w)
{
	udp_out(w, CLIENT_A, 5000, SERVER, 53);
}

static void costs_tcp(struct world *w)
{
	tcp_out(w, CLIENT_A, 5000, SERVER, 80, SYN, 0);
}

static void costs_ping(struct world *w)
{
	icmp_out(w, CLIENT_A, SERVER, ECHO, 1);
}

static const struct cost_row {
	const char *what;
	void (*begin)(struct world *w);
	size_t addresses;
	unsigned units;
	unsigned accounts; /* further ones with accounts */
} cost_rows[] = {
	{ "a connection of PPTP and its remote", costs_connection, 1, 2 + 1,
	  1 },
	{ "with two outside addresses", costs_connection, 2, 2 + 2 + 1, 1 },
	{ "with a call", costs_call, 1, 2 + 2 + 1, 2 },
	{ "a flow of L2TP and its server", costs_flow, 1, 2 + 1 + 1, 1 },
	{ "with a tunnel of port 1701", costs_shared_flow, 1, 2 + 1 + 2 + 1,
	  2 },
	{ "over IP with a tunnel and a session", costs_ip_flow, 1,
	  2 + 2 + 2 + 1, 3 },
	{ "a tunnel of GRE and its remote", costs_gre, 1, 1 + 2 + 1, 1 },
	{ "with another Key", costs_gre_key, 1, 1 + 2 + 2 + 1, 2 },
	{ "UDP", costs_udp, 1, 1 + 1, 2 },
	{ "UDP, two outside addresses", costs_udp, 2, 1 + 1 + 1, 2 },
	{ "TCP", costs_tcp, 1, 1 + 1, 2 },
	{ "TCP, two outside addresses", costs_tcp, 2, 1 + 1 + 1, 2 },
	{ "a ping", costs_ping, 1, 1 + 1, 2 },
	{ "a ping, two outside addresses", costs_ping, 2, 1 + 1 + 1, 2 },
};

START_TEST(a_session_costs_what_the_manual_says)
{
	static const struct vpnalg_protocol all[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_l2tp, NULL },
		{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
	};
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2 };
	const struct cost_row *cost = &cost_rows[_i];
	struct world w;

	unsigned account, units;

	for (account = 0; account < 2; account++) {
		world_begin(&w, &(struct world_options){
					.protocols = all,
					.protocol_count = 4,
					.addresses = pool,
					.address_count = cost->addresses,
					.account = account });
		cost->begin(&w);
		units = cost->units + account * cost->accounts;
		ck_assert_msg(units_of(&w) == units, "%s: %u units",
			      cost->what, units_of(&w));
		world_end(&w);
	}
}
END_TEST

TCase *units_case(void)
{
	TCase *t = tcase_create("units");

	tcase_add_loop_test(t, a_session_costs_what_the_manual_says, 0,
			    ROWS(cost_rows));
	return t;
}
