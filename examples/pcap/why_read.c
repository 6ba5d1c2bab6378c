/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_read.h"

#include <stdlib.h>

#include "why_attempt.h"
#include "why_fragment.h"
#include "why_icmp.h"
#include "why_ike.h"
#include "why_l2tp.h"
#include "why_pptp.h"
#include "why_twice.h"

static bool has_port(const struct why_packet *packet, uint16_t port)
{
	return packet->source_port == port || packet->destination_port == port;
}

/* Returns whether the datagram comes to the port from which an L2TP client has
 * asked a server: it may be answered from any port (RFC 2661 8.1). */
static bool comes_to_l2tp(const struct why_facts *facts,
			  const struct why_packet *packet)
{
	const struct why_attempt *attempt =
		why_last_of(facts, WHY_IS_L2TP, packet);

	return attempt && attempt->client == packet->destination &&
	       attempt->client_port == packet->destination_port;
}

/* Returns whether it is of a protocol that is looked for. */
static bool read_udp(struct why_facts *facts, const struct why_packet *packet)
{
	if (has_port(packet, WHY_IKE_PORT) || has_port(packet, WHY_NAT_T_PORT))
		return why_ike_datagram(facts, packet);
	if (has_port(packet, WHY_L2TP_PORT) || comes_to_l2tp(facts, packet))
		return why_l2tp_datagram(facts, packet);
	return false;
}

static bool read_tcp(struct why_facts *facts, const struct why_packet *packet)
{
	if (!has_port(packet, WHY_PPTP_PORT))
		return false;
	why_pptp_segment(facts, packet);
	return true;
}

static bool read_whole(struct why_facts *facts,
		       const struct why_packet *packet)
{
	switch (packet->protocol) {
	case WHY_ICMP:
		return why_icmp(facts, packet);
	case WHY_TCP:
		return read_tcp(facts, packet);
	case WHY_UDP:
		return read_udp(facts, packet);
	case WHY_GRE:
		why_gre(facts, packet);
		return true;
	case WHY_ESP:
	case WHY_AH:
		why_esp(facts, packet);
		return true;
	case WHY_L2TP_IP:
		why_l2tp_ip(facts, packet);
		return true;
	default:
		return false;
	}
}

/* Returns whether fragments of the protocol are looked at. */
static bool may_be_ours(uint8_t protocol)
{
	return protocol == WHY_UDP || protocol == WHY_GRE ||
	       protocol == WHY_ESP || protocol == WHY_AH;
}

/* A later fragment tells that there is something, but not what. */
void why_read(struct why_facts *facts, const struct why_packet *packet)
{
	if (why_twice(facts, packet))
		return;
	facts->end = packet->time;
	if (!packet->later)
		facts->packets += read_whole(facts, packet);
	if ((packet->first || packet->later) && may_be_ours(packet->protocol))
		why_fragment(facts, packet);
}

void why_read_end(struct why_facts *facts)
{
	why_fragment_end(facts);
}

void why_facts_free(struct why_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		free(facts->attempts[i]);
	free(facts->attempts);
	free(facts->fragments);
	free(facts->orders);
}
