/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of an ID that the router's owner has listed. Only handlers know the
 * keys of their packets: so one is shown the head of a packet that would come
 * in with the ID, and names its key. A port's key is the engine's own. */
#include "own_key.h"

#include <string.h>

#include "address.h"
#include "claim.h"
#include "key.h"
#include "packet.h"

#include "../wire/gre.h"
#include "../wire/ip.h"
#include "../wire/ipsec.h"
#include "../wire/l2tp.h"

#define HEAD_MAX 36

/* The head of a packet that comes in with an ID, from behind the IP header
 * on. */
static const struct head {
	uint8_t kind;     /* enum vpnalg_own_id_kind */
	uint8_t given;    /* the protocol that is given with it, or 0 */
	uint8_t protocol; /* that of the packet */
	uint8_t guard;
	uint8_t length, at, size; /* of the head; where the ID is, how long */
	uint8_t bytes[HEAD_MAX];
} heads[] = {
	{ VPNALG_OWN_ID_ESP_SPI,
	  0,
	  ESP_PROTOCOL,
	  ESP_PROTOCOL,
	  8,
	  0,
	  4,
	  { 0 } },
	{ VPNALG_OWN_ID_IKE_SPI,
	  0,
	  PROTOCOL_UDP,
	  0,
	  36,
	  8,
	  8,
	  { 0x01, 0xf4, 0x01, 0xf4, 0x00, 36 } },
	{ VPNALG_OWN_ID_CALL_ID,
	  0,
	  PLAIN_GRE_PROTOCOL,
	  PLAIN_GRE_PROTOCOL,
	  12,
	  6,
	  2,
	  { 0x30, 0x01, 0x88, 0x0b } },
	{ VPNALG_OWN_ID_GRE_KEY,
	  0,
	  PLAIN_GRE_PROTOCOL,
	  PLAIN_GRE_PROTOCOL,
	  8,
	  4,
	  4,
	  { 0x20, 0x00, 0x08, 0x00 } },
	{ VPNALG_OWN_ID_GRE_UNKEYED,
	  0,
	  PLAIN_GRE_PROTOCOL,
	  PLAIN_GRE_PROTOCOL,
	  4,
	  4,
	  0,
	  { 0x00, 0x00, 0x08, 0x00 } },
	{ VPNALG_OWN_ID_TUNNEL_ID,
	  0,
	  PROTOCOL_UDP,
	  L2TP_PROTOCOL,
	  14,
	  10,
	  2,
	  { 0x06, 0xa5, 0x06, 0xa5, 0x00, 14, 0, 0, 0x00, 0x02 } },
	{ VPNALG_OWN_ID_CONNECTION_ID,
	  PROTOCOL_UDP,
	  PROTOCOL_UDP,
	  L2TP_PROTOCOL,
	  20,
	  12,
	  4,
	  { 0x06, 0xa5, 0x06, 0xa5, 0x00, 20, 0, 0, 0xc8, 0x03, 0x00, 12 } },
	{ VPNALG_OWN_ID_SESSION_ID,
	  PROTOCOL_UDP,
	  PROTOCOL_UDP,
	  L2TP_PROTOCOL,
	  16,
	  12,
	  4,
	  { 0x06, 0xa5, 0x06, 0xa5, 0x00, 16, 0, 0, 0x00, 0x03 } },
	{ VPNALG_OWN_ID_CONNECTION_ID,
	  L2TP_PROTOCOL,
	  L2TP_PROTOCOL,
	  L2TP_PROTOCOL,
	  16,
	  8,
	  4,
	  { 0, 0, 0, 0, 0xc8, 0x03, 0x00, 12 } },
	{ VPNALG_OWN_ID_SESSION_ID,
	  L2TP_PROTOCOL,
	  L2TP_PROTOCOL,
	  L2TP_PROTOCOL,
	  8,
	  0,
	  4,
	  { 0 } },
};

/* Ports */

static bool has_port(const struct vpnalg_own_id *own)
{
	return (own->protocol == PROTOCOL_ICMP ||
		(own->id != 0 && (own->protocol == PROTOCOL_TCP ||
				  own->protocol == PROTOCOL_UDP))) &&
	       own->id <= UINT16_MAX;
}

/* Returns whether mappings for all remotes may have the port: if no server has
 * it. */
static bool is_mapped(const struct vpnalg *translator,
		      const struct vpnalg_own_id *own)
{
	const struct vpnalg_server_port *ports = translator->server_ports;
	unsigned i;

	for (i = 0; i < translator->server_port_count; i++)
		if (ports[i].port == own->id &&
		    ports[i].protocol == own->protocol)
			return false;
	return translator->handlers[translator->handler_count - 1U]->takes_rest;
}

static int port_key(const struct vpnalg *translator,
		    const struct vpnalg_own_id *own, uint8_t *key)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = own->protocol,
				      .id = (uint32_t)own->id,
				      .local = own->outside.octets,
				      .remote = own->remote.octets };

	if (!has_port(own))
		return VPNALG_OWN_ID_INVALID;
	if (own->remote.family == 0 || is_mapped(translator, own))
		tuple.remote = NULL;
	vpnalg_key_make(&tuple, addr_len_of(translator), key);
	return VPNALG_OWN_ID_DONE;
}

/* Other IDs */

static const struct head *find_head(const struct vpnalg_own_id *own)
{
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (heads[i].kind == own->kind &&
		    heads[i].given == own->protocol)
			return &heads[i];
	return NULL;
}

/* A Call ID and a Key may be 0, all others may not. */
static bool fits(const struct head *head, const struct vpnalg_own_id *own)
{
	bool may_be_0 = head->kind == VPNALG_OWN_ID_CALL_ID ||
			head->kind == VPNALG_OWN_ID_GRE_KEY || head->size == 0;

	return own->id != 0 ? head->size == 8 || own->id >> head->size * 8U == 0
			    : may_be_0;
}

/* The head of a packet as bytes. */
struct shown {
	uint8_t bytes[IPV4_HEADER_LEN + HEAD_MAX];
	struct vpnalg_packet packet;
};

static void show(struct shown *shown, const struct head *head,
		 const struct vpnalg_own_id *own)
{
	uint8_t *ip = shown->bytes, *id = ip + IPV4_HEADER_LEN + head->at;
	unsigned i;

	memset(shown, 0, sizeof(*shown));
	ip[0] = IPV4_WITHOUT_OPTIONS;
	ip[IPV4_LENGTH_OFF + 1] = (uint8_t)(IPV4_HEADER_LEN + head->length);
	ip[IPV4_PROTOCOL_OFF] = head->protocol;
	memcpy(ip + IPV4_SOURCE_OFF, own->remote.octets, IPV4_ADDR_LEN);
	memcpy(ip + IPV4_DESTINATION_OFF, own->outside.octets, IPV4_ADDR_LEN);
	memcpy(ip + IPV4_HEADER_LEN, head->bytes, head->length);
	for (i = 0; i < head->size; i++)
		id[i] = (uint8_t)(own->id >> 8 * (head->size - 1U - i));
	shown->packet.data = ip;
	shown->packet.len = shown->packet.caplen =
		IPV4_HEADER_LEN + head->length;
	shown->packet.direction = VPNALG_IN;
}

/* Returns whether a handler has named the ID itself as the key. A handler that
 * takes_rest knows no IDs but ports. */
static bool is_named(const struct vpnalg *translator, const struct slot *slot,
		     const struct head *head, const struct vpnalg_own_id *own)
{
	uint64_t id = head->size == 8 ? own->id >> 32 : own->id;

	return slot->claim == VPNALG_CLAIM_KEY &&
	       !translator->handlers[slot->handler]->takes_rest &&
	       slot->match.id == (uint32_t)id;
}

static int id_key(const struct vpnalg *translator,
		  const struct vpnalg_own_id *own, uint8_t *key, uint8_t *guard)
{
	const struct head *head = find_head(own);
	struct shown shown;
	struct slot slot;

	if (head == NULL || !fits(head, own))
		return VPNALG_OWN_ID_INVALID;
	show(&shown, head, own);
	vpnalg_packet_parse(&shown.packet, &slot.parsed);
	vpnalg_claim(translator, &slot);
	if (!is_named(translator, &slot, head, own))
		return VPNALG_OWN_ID_NO_HANDLER;
	memcpy(key, slot.key, key_len_of(translator));
	*guard = head->guard;
	return VPNALG_OWN_ID_DONE;
}

/* Both */

static bool is_remote(const struct vpnalg *translator,
		      const struct vpnalg_own_id *own)
{
	if (own->remote.family == 0)
		return own->kind == VPNALG_OWN_ID_PORT;
	return own->remote.family == VPNALG_IPV4 &&
	       pool_is_remote(translator, own->remote.octets);
}

int vpnalg_own_key(const struct vpnalg *translator,
		   const struct vpnalg_own_id *own, uint8_t *key,
		   uint8_t *guard)
{
	*guard = 0;
	if (own->outside.family != VPNALG_IPV4 ||
	    !pool_has(translator, own->outside.octets) ||
	    !is_remote(translator, own))
		return VPNALG_OWN_ID_INVALID;
	return own->kind == VPNALG_OWN_ID_PORT
		       ? port_key(translator, own, key)
		       : id_key(translator, own, key, guard);
}
