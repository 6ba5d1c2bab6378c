/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers inside, which clients outside reach by services. */
#include "cost.h"

static void add_service(struct world *w, uint8_t protocol, uint16_t port)
{
	const struct vpnalg_service service = {
		.size = sizeof(service),
		.protocol = protocol,
		.outside_port = port,
		.inside_port = port,
		.outside = { VPNALG_IPV4, { 203, 0, 113, 1 } },
		.inside = { VPNALG_IPV4, { 10, 0, 0, 1 } },
	};

	vpnalg_service_add(w->alg, &service, w->now);
}

/* A client's datagrams and the server's, from and to that port of the
 * client's. */
static void serve(struct world *w, uint16_t port, unsigned from,
		  const char *bytes)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 600 });
	add_service(w, UDP, port);
	for (i = 0; i < 20; i++) {
		w->now += 10;
		begin_udp(&w->frame, STRANGER, from, OUTSIDE, port);
		add(&w->frame, bytes, 24);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
		begin_udp(&w->frame, HOST(0), port, STRANGER, from);
		add(&w->frame, bytes, 24);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ESTABLISHED);
	}
	world_end(w);
}

static void plain(struct world *w)
{
	serve(w, 5000, 40000, "twenty-four bytes of it.");
}

/* Data of an L2TP server, whose clients have port 1701 or, behind a NAT of
 * their own, another. */
static void l2tp(struct world *w)
{
	serve(w, 1701, 1701, "\0\2\0\7\0\1sixteen bytes ...");
}

static void l2tp_behind_nat(struct world *w)
{
	serve(w, 1701, 40000, "\0\2\0\7\0\1sixteen bytes ...");
}

/* ESP in UDP (RFC 3948) of a responder. */
static void nat_t(struct world *w)
{
	serve(w, 4500, 40000, "\1\2\3\4\0\0\0\1sixteen bytes ..");
}

const struct state service_states[] = {
	{ "service-udp", plain },
	{ "service-l2tp", l2tp },
	{ "service-l2tp-behind-nat", l2tp_behind_nat },
	{ "service-nat-t", nat_t },
	{ 0 },
};
