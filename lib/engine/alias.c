/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers that listen at another port than the standard one.
 *
 *   before   remote's port 1724   as the packet has come
 *   between  remote's port 1723   handlers, keys and sessions
 *   after    remote's port 1724   as the packet goes on
 *
 * Translation never changes the remote's port, so handlers may see another one,
 * and need not know which ports there are. Neither does a packet without such a
 * port pay for it. Checksums are changed by differences, none of which is the
 * remote's port, so that of a packet is left as it is meanwhile; but that of an
 * ICMP error is checked, so it follows. A packet that is not translated gets
 * its very bytes back. */
#include "alias.h"

#include <string.h>

#include "checksum.h"
#include "has.h"
#include "packet.h"

void vpnalg_alias_init(struct vpnalg *translator,
		       const struct vpnalg_config *config)
{
	const struct vpnalg_extra_port *given = config->extra_ports;
	struct aliases *aliases = translator->aliases;
	size_t i;

	if (!has_aliases(translator))
		return;
	for (i = 0; i < config->extra_port_count; i++, given++) {
		aliases->list[aliases->count++] =
			(struct alias){ given->protocol, given->port,
					given->standard };
		translator->server_ports[translator->server_port_count++] =
			(struct vpnalg_server_port){ given->protocol,
						     given->port };
	}
}

static const struct alias *find(const struct aliases *aliases, uint8_t protocol,
				uint16_t port)
{
	unsigned i;

	for (i = 0; i < aliases->count; i++)
		if (aliases->list[i].port == port &&
		    aliases->list[i].protocol == protocol)
			return &aliases->list[i];
	return NULL;
}

bool vpnalg_alias_find(const struct vpnalg *translator, uint8_t protocol,
		       uint16_t port, uint16_t *standard)
{
	const struct alias *alias = NULL;

	if (has_aliases(translator))
		alias = find(translator->aliases, protocol, port);
	if (alias != NULL)
		*standard = alias->standard;
	return alias != NULL;
}

uint16_t vpnalg_listening_port(const struct vpnalg *translator,
			       uint8_t protocol, uint16_t standard,
			       unsigned place)
{
	const struct aliases *aliases = translator->aliases;
	unsigned i;

	if (place == 0)
		return standard;
	for (i = 0; has_aliases(translator) && i < aliases->count; i++)
		if (aliases->list[i].standard == standard &&
		    aliases->list[i].protocol == protocol && --place == 0)
			return aliases->list[i].port;
	return 0;
}

/* The place of the remote's port in a packet, or in the one that an ICMP error
 * quotes. */
struct place {
	uint8_t *port;
	uint8_t *checksum; /* of the ICMP error, or NULL */
	uint8_t protocol;
};

static bool find_port(const struct vpnalg_packet *packet, struct place *place)
{
	struct vpnalg_parsed parsed;

	place->checksum = NULL;
	switch (vpnalg_packet_parse(packet, &parsed)) {
	case PACKET_OTHER:
		return false;
	case PACKET_ICMP_ERROR:
		place->checksum = parsed.l4 + ICMP_CHECKSUM_OFF;
		if (!vpnalg_packet_enter_quote(&parsed))
			return false;
		break;
	case PACKET_WHOLE:
		break;
	}
	place->port = parsed.l4 +
		      (parsed.inward ? PORT_SOURCE_OFF : PORT_DESTINATION_OFF);
	place->protocol = parsed.protocol;
	return (parsed.protocol == PROTOCOL_TCP ||
		parsed.protocol == PROTOCOL_UDP) &&
	       parsed.fragment != VPNALG_FRAGMENT_LATER &&
	       parsed.l4_caplen >= PORTS_LEN;
}

/* IP headers are multiples of 4 bytes, so the port's place in the sum is even.
 */
static void set_port(const struct place *place, uint16_t port)
{
	if (place->checksum != NULL)
		checksum_change(place->checksum, vpnalg_get16(place->port),
				port);
	vpnalg_put16(place->port, port);
}

/* The result becomes VPNALG_UNTOUCHED, so that lift() restores the packet if
 * nothing decides on it. */
static void set(const struct aliases *aliases, struct vpnalg_packet *packet)
{
	const struct alias *alias;
	struct place place;

	packet->reserved[ALIASED] = 0;
	if (!find_port(packet, &place))
		return;
	alias = find(aliases, place.protocol, vpnalg_get16(place.port));
	if (alias == NULL)
		return;
	packet->reserved[ALIASED] = (uint8_t)(alias - aliases->list + 1);
	if (place.checksum != NULL)
		vpnalg_put16(packet->reserved + ALIASED_CHECKSUM,
			     vpnalg_get16(place.checksum));
	set_port(&place, alias->standard);
	packet->result = VPNALG_UNTOUCHED;
}

static void lift(const struct aliases *aliases, struct vpnalg_packet *packet)
{
	unsigned alias = packet->reserved[ALIASED];
	uint16_t checksum = vpnalg_get16(packet->reserved + ALIASED_CHECKSUM);
	struct place place;

	if (alias == 0)
		return;
	memset(packet->reserved, 0, sizeof(packet->reserved));
	if (!find_port(packet, &place))
		return;
	set_port(&place, aliases->list[alias - 1].port);
	if (place.checksum != NULL && packet->result != VPNALG_TRANSLATED)
		vpnalg_put16(place.checksum, checksum);
}

void vpnalg_alias_set(struct vpnalg *translator, struct vpnalg_packet *packet)
{
	if (has_aliases(translator))
		set(translator->aliases, packet);
}

void vpnalg_alias_lift(struct vpnalg *translator, struct vpnalg_packet *packet)
{
	if (has_aliases(translator))
		lift(translator->aliases, packet);
}

void vpnalg_ports_begin(struct vpnalg *translator,
			struct vpnalg_packet *packets, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		vpnalg_alias_set(translator, &packets[i]);
}

void vpnalg_ports_end(struct vpnalg *translator, struct vpnalg_packet *packets,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		vpnalg_alias_lift(translator, &packets[i]);
}
