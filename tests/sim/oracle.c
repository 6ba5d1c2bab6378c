/* SPDX-License-Identifier: BSD-2-Clause */
/* Knows whose each packet is: the most that is possible in this world. */
#include "basics.h"
#include "contest.h"

#include <stdlib.h>

struct oracle {
	unsigned addresses;
};

static void *open_oracle(const struct settings *settings, unsigned clients,
			 uint64_t seed)
{
	struct oracle *oracle = basics_memory(1, sizeof(*oracle));

	(void)clients;
	(void)seed;
	oracle->addresses = settings->addresses;
	return oracle;
}

static unsigned pass(void *state, struct parcel *parcel, uint64_t ms)
{
	const struct oracle *oracle = state;

	(void)ms;
	if (parcel->client == WIRE_NOBODY)
		return VPNALG_DROP_GUARDED;
	if (parcel->packet.direction == VPNALG_OUT)
		wire_set_from(parcel, WIRE_OUTSIDE +
				      parcel->client % oracle->addresses);
	else
		wire_set_to(parcel, WIRE_INSIDE + parcel->client);
	return VPNALG_TRANSLATED;
}

const struct contestant contest_oracle = {
	.name = "oracle",
	.what = "knows whose each packet is",
	.open = open_oracle,
	.close = free,
	.pass = pass,
};
