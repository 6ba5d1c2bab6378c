/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What trackers of ESP do: the first host that waits gets the unknown SPI, and
 * keeps it.
 *
 * baseline: a host begins to wait with its first packet of each new outbound
 * SPI, for two minutes. Who has waited longest is first; while nobody waits
 * an unknown SPI is nobody's, unless the host is alone with the server.
 *
 * address: outbound is known by its pair of addresses alone. A host begins to
 * wait with its first packet, and anew whenever it was given an SPI, so
 * somebody always waits.
 *
 * IKE goes where it should with both: it has ports.
 */
#include <stdlib.h>

#include "basics.h"
#include "contest.h"

#define PATIENCE 120000 /* milliseconds; wire.md's greatest "ESP pending" */

struct waiting {
	uint32_t client;
	uint64_t since;
};

/* Who waits behind one outside address: from first to last, by time. */
struct line {
	struct waiting *queue;
	uint32_t first, last, room;
	unsigned hosts;
	uint32_t some_host;
};

struct baseline {
	bool by_spi;
	unsigned addresses;
	struct spi_map outbound; /* SPI seen: 1 */
	struct spi_map inbound;  /* SPI to client + 1 */
	bool known[CLIENTS_MAX + LIARS_MAX];
	struct line lines[ADDRESSES_MAX];
};

static struct baseline *open_any(const struct settings *settings, bool by_spi)
{
	struct baseline *b = basics_memory(1, sizeof(*b));

	b->by_spi = by_spi;
	b->addresses = settings->addresses;
	spi_map_open(&b->outbound);
	spi_map_open(&b->inbound);
	return b;
}

static void *open_by_spi(const struct settings *settings, unsigned clients,
			 uint64_t seed)
{
	(void)clients;
	(void)seed;
	return open_any(settings, true);
}

static void *open_by_address(const struct settings *settings,
			     unsigned clients, uint64_t seed)
{
	(void)clients;
	(void)seed;
	return open_any(settings, false);
}

static void close_baseline(void *state)
{
	struct baseline *b = state;
	unsigned i;

	spi_map_close(&b->outbound);
	spi_map_close(&b->inbound);
	for (i = 0; i < ADDRESSES_MAX; i++)
		free(b->lines[i].queue);
	free(b);
}

static void begin_to_wait(struct line *line, uint32_t client, uint64_t ms)
{
	if (line->last == line->room) {
		line->room = line->room * 2 + 64;
		line->queue = basics_grow(line->queue, line->room,
					  sizeof(*line->queue));
	}
	line->queue[line->last++] = (struct waiting){ client, ms };
}

static void send_out(struct baseline *b, struct parcel *parcel, uint64_t ms)
{
	uint32_t spi = wire_spi(parcel), client = parcel->client;
	struct line *line = &b->lines[client % b->addresses];
	bool first = !b->known[client];

	if (first) {
		b->known[client] = true;
		line->hosts++;
		line->some_host = client;
	}
	if (!b->by_spi) {
		if (first)
			begin_to_wait(line, client, ms);
	} else if (spi_map_get(&b->outbound, spi) == 0) {
		spi_map_put(&b->outbound, spi, 1);
		begin_to_wait(line, client, ms);
	}
}

/* Returns client + 1, or 0. */
static uint32_t choose(const struct baseline *b, struct line *line,
		       uint64_t ms)
{
	uint32_t client;

	while (b->by_spi && line->first < line->last &&
	       line->queue[line->first].since + PATIENCE < ms)
		line->first++;
	if (line->first == line->last)
		return line->hosts == 1 ? line->some_host + 1 : 0;
	client = line->queue[line->first++].client;
	if (!b->by_spi)
		begin_to_wait(line, client, ms);
	return client + 1;
}

static unsigned take_in(struct baseline *b, struct parcel *parcel,
			uint64_t ms)
{
	uint32_t spi = wire_spi(parcel);
	uint32_t found = spi_map_get(&b->inbound, spi);

	if (found == 0) {
		unsigned address = wire_ends(parcel).to - WIRE_OUTSIDE;

		found = choose(b, &b->lines[address], ms);
		if (found == 0)
			return VPNALG_DROP_GUARDED;
		spi_map_put(&b->inbound, spi, found);
	}
	wire_set_to(parcel, WIRE_INSIDE + found - 1);
	return VPNALG_TRANSLATED;
}

static unsigned pass(void *state, struct parcel *parcel, uint64_t ms)
{
	struct baseline *b = state;

	if (parcel->packet.direction == VPNALG_IN) {
		if (parcel->esp)
			return take_in(b, parcel, ms);
		wire_set_to(parcel, WIRE_INSIDE + parcel->client);
		return VPNALG_TRANSLATED;
	}
	if (parcel->esp)
		send_out(b, parcel, ms);
	wire_set_from(parcel, WIRE_OUTSIDE + parcel->client % b->addresses);
	return VPNALG_TRANSLATED;
}

const struct contestant contest_baseline = {
	.name = "baseline",
	.what = "who has waited longest since a new outbound SPI",
	.open = open_by_spi,
	.close = close_baseline,
	.pass = pass,
};

const struct contestant contest_address = {
	.name = "address",
	.what = "who has waited longest since his last inbound SPI",
	.open = open_by_address,
	.close = close_baseline,
	.pass = pass,
};
