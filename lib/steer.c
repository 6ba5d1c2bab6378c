/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several translators a packet belongs to. */
#include "internal.h"

#include <string.h>

/* All of the translator's own addresses count as one remote: both ends of a
 * hairpin meet. */
static bool is_own(const struct vpnalg_steer *steer,
		   const struct vpnalg_facts *facts)
{
	size_t i;

	for (i = 0; i < steer->address_count; i++)
		if (memcmp(steer->addresses[i].octets, facts->remote,
			   facts->addr_len) == 0)
			return true;
	return false;
}

uint32_t vpnalg_steer(const struct vpnalg_steer *steer,
		      const struct vpnalg_packet *packet, uint32_t translators)
{
	struct vpnalg_facts facts;
	uint64_t remote;

	switch (vpnalg_packet_parse(packet, &facts)) {
	case PACKET_OTHER:
		return 0;
	case PACKET_ICMP_ERROR:
		/* Without a whole quote, by who it is from. */
		vpnalg_packet_enter_quote(&facts);
		break;
	case PACKET_PLAIN:
		break;
	}
	remote = is_own(steer, &facts) ? 0 : vpnalg_get32(facts.remote);
	return (uint32_t)((vpnalg_key_mix(steer->key, remote, 0) >> 32) *
				  translators >> 32);
}
