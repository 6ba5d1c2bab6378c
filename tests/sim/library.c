/* SPDX-License-Identifier: BSD-2-Clause */
/* The library: the IPsec handler on the bundled store. */
#include <stdlib.h>

#include <vpnalg/ipsec.h>
#include <vpnalg/handler.h>
#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#include "basics.h"
#include "contest.h"
#include "dice.h"

#define UNITS_AT_LEAST 4096
#define UNITS_PER_CLIENT 256

#define SWEEP_EVERY 100 /* milliseconds */
#define SWEEP_BUDGET 64

#define KINDS_MAX 16

struct library {
	struct vpnalg *translator;
	void *memory, *table;
	struct vpnalg_store store;
	struct dice dice;
	uint64_t sweep;
};

/* Of all runs since they were told. */
static struct vpnalg_kind_counters kinds[KINDS_MAX];

static uint32_t roll(void *context)
{
	struct library *library = context;

	return (uint32_t)dice_roll(&library->dice);
}

static void open_table(struct library *library,
		       const struct settings *settings, unsigned clients)
{
	const struct scenario *s = &settings->scenario;
	uint32_t each = s->sites > 0 ? s->children[1] : 1;
	uint32_t units = UNITS_AT_LEAST + clients * each * UNITS_PER_CLIENT;
	size_t size = vpnalg_table_size(units);

	library->table = basics_memory(1, size);
	if (vpnalg_table_init(library->table, size, VPNALG_KEY_IPV4,
			      &library->store) == NULL)
		basics_fault("no table of %u units", units);
}

static void set_addresses(struct vpnalg_addr *addresses, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		addresses[i] = (struct vpnalg_addr){
			VPNALG_IPV4,
			{ WIRE_OUTSIDE >> 24, WIRE_OUTSIDE >> 16 & 255,
			  WIRE_OUTSIDE >> 8 & 255,
			  (uint8_t)((WIRE_OUTSIDE & 255) + i) }
		};
}

static void *open_library(const struct settings *settings, unsigned clients,
			  uint64_t seed)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL },
	};
	struct library *library = basics_memory(1, sizeof(*library));
	struct vpnalg_addr addresses[ADDRESSES_MAX];
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 1,
					.addresses = addresses,
					.address_count = settings->addresses,
					.store = &library->store,
					.context = library,
					.random = roll,
					.burst = 1 };
	size_t size;
	int error;

	library->dice = dice_for(seed, 0, 'l');
	set_addresses(addresses, settings->addresses);
	open_table(library, settings, clients);
	size = vpnalg_size(&config);
	library->memory = basics_memory(1, size > 0 ? size : 1);
	error = vpnalg_init(&library->translator, library->memory, size,
			    &config);
	if (error != 0) {
		basics_fault("vpnalg_init() says %d", error);
		exit(EXIT_FAILURE);
	}
	return library;
}

static void close_library(void *state)
{
	struct library *library = state;

	free(library->memory);
	free(library->table);
	free(library);
}

static void sweep(struct library *library, uint64_t ms)
{
	if (ms < library->sweep)
		return;
	vpnalg_expire(library->translator, ms, SWEEP_BUDGET);
	library->sweep = ms + SWEEP_EVERY;
}

static unsigned pass(void *state, struct parcel *parcel, uint64_t ms)
{
	struct library *library = state;

	sweep(library, ms);
	vpnalg_process(library->translator, &parcel->packet, 1, ms);
	if (!wire_is_right(parcel))
		basics_fault("a checksum of client %u's %s", parcel->client,
			     parcel->esp ? "ESP" : "IKE");
	return parcel->packet.result;
}

static void count(void *state)
{
	const struct library *library = state;
	struct vpnalg_kind_counters c;
	size_t i;

	for (i = 0; i < KINDS_MAX &&
		    vpnalg_kind_counters(library->translator, i, &c, sizeof(c));
	     i++) {
		kinds[i].name = c.name;
		kinds[i].opened += c.opened;
		kinds[i].closed += c.closed;
	}
}

static void tell(FILE *file)
{
	unsigned i;

	for (i = 0; i < KINDS_MAX && kinds[i].name != NULL; i++) {
		fprintf(file, "  %-20s %llu opened, %llu closed\n",
			kinds[i].name, (unsigned long long)kinds[i].opened,
			(unsigned long long)kinds[i].closed);
		kinds[i] = (struct vpnalg_kind_counters){ 0 };
	}
}

const struct contestant contest_library = {
	.name = "library",
	.what = "libvpnalg",
	.open = open_library,
	.close = close_library,
	.pass = pass,
	.count = count,
	.tell = tell,
};
