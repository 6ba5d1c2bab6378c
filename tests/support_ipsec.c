/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE, NAT-T, ESP and AH, sent by hand. */
#include "support_ipsec.h"

#include <vpnalg/ipsec.h>

#include <string.h>

struct ike ike_of(uint32_t client, uint32_t server, uint32_t n)
{
	return (struct ike){ .client = client,
			     .server = server,
			     .port = IKE,
			     .remote_port = IKE,
			     .version = 2,
			     .spi = { { client, 0x1000 + n } },
			     .outside = OUTSIDE,
			     .outside_port = IKE };
}

struct bytes ike_message(const struct ike *k, uint8_t exchange, uint8_t flags,
			 uint32_t id)
{
	uint32_t marker = k->remote_port == NAT_T ? 4 : 0, i;
	struct bytes m = { .length = marker + 28 + 16 };
	uint8_t *header = m.data + marker;

	put32(header, k->spi[0][0]);
	put32(header + 4, k->spi[0][1]);
	put32(header + 8, k->spi[1][0]);
	put32(header + 12, k->spi[1][1]);
	header[16] = 33; /* a security association comes next */
	header[17] = (uint8_t)(k->version << 4);
	header[18] = exchange;
	header[19] = flags;
	put32(header + 20, id);
	put32(header + 24, 28 + 16);
	for (i = 28; i < 28 + 16; i++)
		header[i] = (uint8_t)(0xc0 + i);
	return m;
}

struct bytes ike_from_client(const struct ike *k, uint8_t exchange,
			     uint8_t flags, uint32_t id)
{
	struct bytes m = ike_message(k, exchange, flags, id);

	return udp_packet(k->client, k->port, k->server, k->remote_port,
			  m.data, m.length);
}

struct bytes ike_from_server(const struct ike *k, uint8_t exchange,
			     uint8_t flags, uint32_t id)
{
	struct bytes m = ike_message(k, exchange, flags, id);

	return udp_packet(k->server, k->remote_port, k->outside,
			  k->fixed_port ? IKE : k->outside_port, m.data,
			  m.length);
}

unsigned ike_out(struct world *w, struct ike *k, uint8_t exchange,
		 uint8_t flags, uint32_t id)
{
	struct bytes p = ike_from_client(k, exchange, flags, id);
	unsigned result = send_packet(w, VPNALG_OUT, &p);

	if (result == VPNALG_TRANSLATED) {
		k->outside = source(w);
		k->outside_port = get16(l4(w));
	}
	return result;
}

unsigned ike_in(struct world *w, struct ike *k, uint8_t exchange,
		uint8_t flags, uint32_t id)
{
	struct bytes p = ike_from_server(k, exchange, flags, id);
	unsigned result = send_packet(w, VPNALG_IN, &p);

	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(w), k->client);
		ck_assert_uint_eq(get16(l4(w) + 2), k->port);
	}
	return result;
}

/* Version 1 does not distinguish requests from answers. */
static uint8_t flags_of(const struct ike *k, uint8_t flags)
{
	return k->version == 2 ? flags : 0;
}

void client_exchanges(struct world *w, struct ike *k, uint8_t exchange)
{
	uint32_t id = k->message++;

	ck_assert_uint_eq(ike_out(w, k, exchange, flags_of(k, INITIATOR), id),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_in(w, k, exchange, flags_of(k, RESPONSE), id),
			  VPNALG_TRANSLATED);
}

void server_exchanges(struct world *w, struct ike *k, uint8_t exchange)
{
	uint32_t id = k->message++;

	ck_assert_uint_eq(ike_in(w, k, exchange, 0, id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(w, k, exchange,
				  flags_of(k, INITIATOR | RESPONSE), id),
			  VPNALG_TRANSLATED);
}

static void begin_exchange(struct world *w, struct ike *k, uint8_t exchange)
{
	uint32_t id = k->message++;

	ck_assert_uint_eq(ike_out(w, k, exchange, flags_of(k, INITIATOR), id),
			  VPNALG_TRANSLATED);
	k->spi[1][0] = k->spi[0][1] ^ 0xffffffff;
	k->spi[1][1] = k->spi[0][0];
	ck_assert_uint_eq(ike_in(w, k, exchange, flags_of(k, RESPONSE), id),
			  VPNALG_TRANSLATED);
}

void ike_begin(struct world *w, struct ike *k)
{
	if (k->version == 1) {
		begin_exchange(w, k, MAIN_MODE);
		client_exchanges(w, k, MAIN_MODE);
		k->message = 0x77000000 + k->client;
		client_exchanges(w, k, QUICK_MODE);
		return;
	}
	begin_exchange(w, k, IKE_SA_INIT);
	client_exchanges(w, k, IKE_AUTH);
}

struct bytes esp_packet(uint32_t from, uint32_t to, uint32_t spi,
			uint32_t sequence)
{
	uint8_t esp[40];

	memset(esp, 0x5e, sizeof(esp));
	put32(esp, spi);
	put32(esp + 4, sequence);
	return ip_packet(from, to, ESP, esp, sizeof(esp));
}

/* RFC 4302 2, with a check value of 96 bits. */
struct bytes ah_packet(uint32_t from, uint32_t to, uint32_t spi,
		       uint32_t sequence)
{
	uint8_t ah[32] = { TCP, 4 };

	put32(ah + 4, spi);
	put32(ah + 8, sequence);
	memset(ah + 12, 0xa4, sizeof(ah) - 12);
	return ip_packet(from, to, AH, ah, sizeof(ah));
}

struct esp esp_of(uint32_t client, uint32_t server, uint32_t out_spi,
		  uint32_t in_spi)
{
	return (struct esp){ .client = client,
			     .server = server,
			     .out_spi = out_spi,
			     .in_spi = in_spi,
			     .outside = OUTSIDE };
}

unsigned esp_sends(struct world *w, struct esp *e)
{
	struct bytes p = esp_packet(e->client, e->server, e->out_spi,
				    ++e->out_sequence);
	unsigned result = send_packet(w, VPNALG_OUT, &p);

	if (result == VPNALG_TRANSLATED)
		e->outside = source(w);
	return result;
}

unsigned esp_receives(struct world *w, struct esp *e)
{
	struct bytes p = esp_packet(e->server, e->outside, e->in_spi,
				    ++e->in_sequence);

	return send_packet(w, VPNALG_IN, &p);
}

bool esp_arrives(struct world *w, struct esp *e)
{
	return esp_receives(w, e) == VPNALG_TRANSLATED &&
	       destination(w) == e->client;
}

void ipsec_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 1;
	options.mirror = true;
	world_begin(w, &options);
}

uint64_t live(struct world *w, size_t kind)
{
	return opened(w, kind) - closed(w, kind);
}
