/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses one of several translators for a packet. */
#include "extra_port.h"
#include "key.h"
#include "packet.h"

#include <stddef.h>
#include <string.h>

/* All of the translator's own addresses count as one remote: so both ends of a
 * hairpin are steered to one place. */
static bool is_own(const struct vpnalg_steer *steer,
		   const struct vpnalg_parsed *parsed)
{
	size_t i;

	for (i = 0; i < steer->address_count; i++)
		if (memcmp(steer->addresses[i].octets, parsed->remote,
			   parsed->addr_len) == 0)
			return true;
	return false;
}

static uint32_t share(const struct vpnalg_steer *steer, uint64_t number,
		      uint64_t other, uint32_t translators)
{
	return (uint32_t)((vpnalg_key_mix(steer->key, number, other) >> 32) *
				  translators >>
			  32);
}

static uint32_t by_remote(const struct vpnalg_steer *steer,
			  const struct vpnalg_parsed *parsed,
			  uint32_t translators)
{
	return share(steer,
		     is_own(steer, parsed) ? 0 : vpnalg_get32(parsed->remote),
		     0, translators);
}

/* A zone has 16 bits, so this is no remote's hash. */
static uint32_t by_host(const struct vpnalg_steer *steer,
			const struct vpnalg_parsed *parsed,
			uint32_t translators)
{
	return share(steer, vpnalg_get32(parsed->local),
		     0x10000U + parsed->zone, translators);
}

static bool has_port(const struct vpnalg_handler *handler, uint8_t protocol,
		     uint32_t source, uint32_t destination)
{
	const struct vpnalg_server_port *ports = handler->server_ports;
	unsigned i;

	for (i = 0; i < handler->server_port_count; i++)
		if (ports[i].protocol == protocol &&
		    (ports[i].port == source || ports[i].port == destination))
			return true;
	return false;
}

/* Returns whether a handler's servers have one of the ports. */
static bool is_of_server(const struct vpnalg_steer *steer, uint8_t protocol,
			 uint32_t source, uint32_t destination)
{
	const struct vpnalg_extra_port *extra = NULL;
	size_t i, count = 0;

	/* A caller that was built with an older header has no further ports. */
	if (steer->size >= sizeof(*steer)) {
		extra = steer->extra_ports;
		count = steer->extra_port_count;
	}

	for (i = 0; i < steer->protocol_count; i++)
		if (has_port(steer->protocols[i].handler(), protocol, source,
			     destination))
			return true;
	return vpnalg_extra_port_is_one(extra, count, protocol, source) ||
	       vpnalg_extra_port_is_one(extra, count, protocol, destination);
}

static bool is_query(uint8_t type)
{
	return type == ICMP_ECHO || type == ICMP_ECHO_REPLY ||
	       type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY;
}

/* Reads the inside host's port or identifier, where that may decide. */
static bool read_general(const struct vpnalg_steer *steer,
			 const struct vpnalg_parsed *parsed, uint32_t *id)
{
	uint32_t source, destination;

	if (parsed->protocol == PROTOCOL_ICMP) {
		if (parsed->l4_caplen < ICMP_QUERY_LEN ||
		    !is_query(parsed->l4[0]))
			return false;
		*id = vpnalg_get16(parsed->l4 + ICMP_ID_OFF);
		return true;
	}
	if (parsed->l4_caplen < PORTS_LEN)
		return false;
	source = vpnalg_get16(parsed->l4 + PORT_SOURCE_OFF);
	destination = vpnalg_get16(parsed->l4 + PORT_DESTINATION_OFF);
	*id = parsed->inward ? destination : source;
	return !is_of_server(steer, parsed->protocol, source, destination);
}

static bool find_range(const struct vpnalg_steer *steer, uint32_t id,
		       uint32_t translators, uint32_t *at)
{
	uint32_t i;

	for (i = 0; i < steer->general_count && i < translators; i++)
		if (id >= steer->general[i].first &&
		    id <= steer->general[i].last) {
			*at = i;
			return true;
		}
	return false;
}

static uint32_t steer_general(const struct vpnalg_steer *steer,
			      const struct vpnalg_parsed *parsed,
			      uint32_t translators)
{
	uint32_t id, at;

	if (!read_general(steer, parsed, &id))
		return by_remote(steer, parsed, translators);
	if (parsed->inside)
		return by_host(steer, parsed, translators);
	return find_range(steer, id, translators, &at)
		       ? at
		       : by_remote(steer, parsed, translators);
}

/* Returns whether ports or an identifier may decide. A caller that was built
 * with a header without them has no general traffic. */
static bool is_general(const struct vpnalg_steer *steer, uint8_t protocol)
{
	return steer->size >= offsetof(struct vpnalg_steer, extra_ports) &&
	       steer->general_count > 0 &&
	       (protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP ||
		protocol == PROTOCOL_ICMP);
}

/* An ICMP error goes by the remote of what it quotes, which its first fragment
 * alone shows. */
static bool may_be_of_error(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_ICMP && !parsed->quoted &&
	       parsed->fragment == VPNALG_FRAGMENT_LATER;
}

uint32_t vpnalg_steer(const struct vpnalg_steer *steer,
		      const struct vpnalg_packet *packet, uint32_t translators,
		      bool *fragment)
{
	struct vpnalg_parsed parsed;

	*fragment = false;
	switch (vpnalg_packet_parse(packet, &parsed)) {
	case PACKET_OTHER:
		return 0;
	case PACKET_ICMP_ERROR:
		/* Without a whole quote the error's own sender decides. */
		vpnalg_packet_enter_quote(&parsed);
		break;
	case PACKET_WHOLE:
		break;
	}
	if (!is_general(steer, parsed.protocol)) {
		*fragment = may_be_of_error(&parsed);
		return by_remote(steer, &parsed, translators);
	}
	if (parsed.fragment != VPNALG_FRAGMENT_LATER)
		return steer_general(steer, &parsed, translators);
	*fragment = true;
	return by_remote(steer, &parsed, translators);
}
