/* SPDX-License-Identifier: BSD-2-Clause */
/* One world with an IPsec server inside, whose ESP is not in UDP, and what it
 * and its clients outside say: for the files whose tests are such dialogues. */
#ifndef TESTS_IPSEC_GUEST_H
#define TESTS_IPSEC_GUEST_H

#include "general.h"
#include "support_ipsec.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/ipsec.h>

/* The next payload in a message of IKE: RFC 7296 3.2, RFC 7383 2.5. */
#define PAYLOAD_NOTIFY 41
#define PAYLOAD_SK 46
#define PAYLOAD_SKF 53

static struct world w;

/* A client, and the SAs that it has with the server. */
struct guest {
	uint32_t client;
	uint16_t port;   /* of its IKE */
	uint8_t version;
	uint32_t ike;    /* its half of the IKE SPI */
	uint32_t spi_in; /* that the server receives with */
	uint32_t spi_out;
	uint32_t message;
	uint32_t sequence_in, sequence_out;
};

static const struct guest first_guest = { .client = SERVER,
					  .port = IKE,
					  .version = 2,
					  .ike = 0x1111,
					  .spi_in = 0xc1000001,
					  .spi_out = 0x5e000001 };

static inline void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 2;
	world_begin(&w, &options);
	service_add(&w, UDP, IKE, CLIENT_A, IKE);
}

static inline void begin(void)
{
	begin_with((struct world_options){ 0 });
}

/* The ports of the service where it is not at 500. */
static uint16_t outside_port = IKE, inside_port = IKE;

static inline void move_service(uint16_t outside, uint16_t inside)
{
	service_remove(&w, UDP, outside_port, CLIENT_A, inside_port);
	outside_port = outside;
	inside_port = inside;
	service_add(&w, UDP, outside_port, CLIENT_A, inside_port);
}

static inline void end(void)
{
	service_remove(&w, UDP, IKE, CLIENT_A, IKE);
	world_end(&w);
}

/* A message of the IKE SA, in clear or encrypted. */
static inline struct bytes said(const struct guest *g, uint8_t exchange,
			 uint8_t flags, uint8_t payload)
{
	struct ike k = ike_of(g->client, CLIENT_A, 0);
	struct bytes m;

	k.version = g->version;
	k.spi[0][1] = g->ike;
	k.spi[1][0] = exchange == IKE_SA_INIT && flags == INITIATOR
			      ? 0 : 0x5e17e1;
	m = ike_message(&k, exchange, flags, g->message);
	m.data[16] = payload;
	if (g->version == 1)
		m.data[19] = payload == PAYLOAD_SK; /* RFC 2408 3.1 */
	return m;
}

static inline unsigned guest_says(const struct guest *g, uint8_t exchange,
			    uint8_t flags, uint8_t payload)
{
	struct bytes m = said(g, exchange, flags, payload);
	struct bytes p = udp_packet(g->client, g->port, OUTSIDE, outside_port,
				    m.data, m.length);
	unsigned result = send_packet(&w, VPNALG_IN, &p);

	if (result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(destination(&w), CLIENT_A);
	return result;
}

static inline unsigned host_says(const struct guest *g, uint8_t exchange,
			    uint8_t flags, uint8_t payload)
{
	struct bytes m = said(g, exchange, flags, payload);
	struct bytes p = udp_packet(CLIENT_A, inside_port, g->client, g->port,
				    m.data, m.length);

	return send_packet(&w, VPNALG_OUT, &p);
}

/* A whole exchange of messages that are encrypted. */
static inline void exchange(struct guest *g, uint8_t type, bool by_server)
{
	uint8_t asks = by_server ? 0 : INITIATOR;
	uint8_t answers = by_server ? INITIATOR | RESPONSE : RESPONSE;

	g->message++;
	if (!by_server)
		ck_assert_uint_eq(guest_says(g, type, asks, PAYLOAD_SK),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(g, type, by_server ? asks : answers,
				      PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	if (by_server)
		ck_assert_uint_eq(guest_says(g, type, answers, PAYLOAD_SK),
				  VPNALG_TRANSLATED);
}

static inline void connect_in(struct guest *g)
{
	if (g->version == 1) {
		exchange(g, MAIN_MODE, false);
		exchange(g, QUICK_MODE, false);
		return;
	}
	ck_assert_uint_eq(guest_says(g, IKE_SA_INIT, INITIATOR, 33),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_TRANSLATED);
	exchange(g, IKE_AUTH, false);
}

static inline unsigned guest_sends(struct guest *g)
{
	struct bytes p = esp_packet(g->client, OUTSIDE, g->spi_in,
				    ++g->sequence_in);

	return send_packet(&w, VPNALG_IN, &p);
}

static inline bool server_hears(struct guest *g)
{
	w.now += 10;
	return guest_sends(g) == VPNALG_TRANSLATED &&
	       destination(&w) == CLIENT_A;
}

static inline bool client_hears(struct guest *g)
{
	struct bytes p = esp_packet(CLIENT_A, g->client, g->spi_out,
				    ++g->sequence_out);

	w.now += 10;
	return send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED &&
	       source(&w) == OUTSIDE;
}

static inline void talk(struct guest *g, unsigned times)
{
	for (; times > 0; times--) {
		ck_assert(client_hears(g));
		ck_assert(server_hears(g));
	}
}

#endif
