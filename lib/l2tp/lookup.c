/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys that an L2TP packet is looked up by. */
#include "lookup.h"

#include "../wire/ip.h"
#include "message.h"

/* The outcome of one of the functions below. */
enum named {
	NAMED_NONE, /* it names no key for this packet */
	NAMED_MORE, /* it names one key among others */
	NAMED_LAST  /* the packet is L2TP's even if this is no session's key */
};

static bool is_udp(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_UDP;
}

static void name(struct vpnalg_match *match, bool peer, uint8_t space,
		 uint32_t id, uint32_t port)
{
	match->peer = peer;
	match->space = space;
	match->id = id;
	match->port = port;
	match->any_remote = false;
}

/* Names the ports, as inside hosts see them. */
static enum named by_inside_port(const struct vpnalg_parsed *parsed,
				 struct vpnalg_match *match)
{
	if (vpnalg_remote_port(parsed) != L2TP_PORT)
		return NAMED_NONE;
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), L2TP_PORT);
	return NAMED_LAST;
}

/* Names the port that the answer came from. */
static enum named by_answer(const struct vpnalg_parsed *parsed,
			    struct vpnalg_match *match)
{
	name(match, true, PROTOCOL_UDP, vpnalg_local_port(parsed),
	     vpnalg_remote_port(parsed));
	return NAMED_MORE;
}

/* Names port 1701 for the first answer itself, in its inside form, and for a
 * tunnel that was answered from another port than a later one. */
static enum named by_first_answer(const struct vpnalg_parsed *parsed,
				  struct vpnalg_match *match)
{
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), L2TP_PORT);
	return NAMED_MORE;
}

/* Names the outside port. Any port of the remote may send to it: if a session
 * holds it, the packet is not for the router. What an ICMP error quotes may be
 * of a flow that shares port 1701 although none has it. */
static enum named by_outside_port(const struct vpnalg_parsed *parsed,
				  struct vpnalg_match *match)
{
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), 0);
	return !parsed->inward && !parsed->quoted &&
			       vpnalg_remote_port(parsed) == L2TP_PORT
		       ? NAMED_LAST
		       : NAMED_MORE;
}

/* Sets port 1701, or 0 over IP. Returns whether hosts may share it. */
static bool shared_port(const struct vpnalg_parsed *parsed, uint32_t *port)
{
	*port = is_udp(parsed) ? L2TP_PORT : 0;
	return !is_udp(parsed) || vpnalg_local_port(parsed) == L2TP_PORT;
}

/* Names the receiver's ID in the header. */
static enum named by_id(const struct vpnalg_parsed *parsed,
			struct vpnalg_match *match)
{
	struct l2tp_message message;
	uint32_t port;

	if (!shared_port(parsed, &port) ||
	    vpnalg_l2tp_message_head(parsed, &message) != VPNALG_TRANSLATED ||
	    message.header.value == 0)
		return NAMED_NONE;
	name(match, !parsed->inward, L2TP_PROTOCOL, message.header.value,
	     message.header.space | port);
	return NAMED_MORE;
}

/* Names the sender's own ID in its AVP: the remote has not named one yet. If
 * the ID is hidden, it names the slot, which one requester has. */
static enum named by_own_id(const struct vpnalg_parsed *parsed,
			    struct vpnalg_match *match)
{
	struct l2tp_message message;
	const struct l2tp_id *id = &message.ids[L2TP_OWN_TUNNEL];
	const struct l2tp_id *id3 = &message.ids[L2TP_OWN_CONNECTION];
	uint32_t port;

	if (!shared_port(parsed, &port) ||
	    vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !message.control || message.header.value != 0)
		return NAMED_NONE;
	if (id->size == 0 && id3->size != 0)
		id = id3;
	if (id->size != 0)
		name(match, false, L2TP_PROTOCOL, id->value, id->space | port);
	else if (message.type == L2TP_SCCRQ && (id->hidden || id3->hidden))
		name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SLOT | port);
	else
		return NAMED_NONE;
	return NAMED_MORE;
}

/* Names the server, for a packet to port 1701 that no flow has. */
static enum named by_server(const struct vpnalg_parsed *parsed,
			    struct vpnalg_match *match)
{
	if (vpnalg_local_port(parsed) != L2TP_PORT ||
	    vpnalg_remote_port(parsed) != L2TP_PORT)
		return NAMED_NONE;
	name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SERVER | L2TP_PORT);
	return NAMED_MORE;
}

/* Names the ID that is answered, whatever address answers. */
static enum named by_any_address(const struct vpnalg_parsed *parsed,
				 struct vpnalg_match *match)
{
	struct l2tp_message message;

	if (parsed->quoted ||
	    vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !l2tp_is_answer(&message))
		return NAMED_NONE;
	name(match, false, L2TP_PROTOCOL, message.header.value,
	     L2TP_SPACE_ANY_ADDRESS | message.header.space |
		     vpnalg_local_port(parsed));
	match->any_remote = true;
	return NAMED_MORE;
}

/* Names the slot, over IP: its requester may have hidden its ID. */
static enum named by_requester(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	struct l2tp_message message;

	if (parsed->l4_caplen < L2TP_IP_ZEROS_LEN ||
	    vpnalg_get32(parsed->l4) != 0) /* data */
		return NAMED_NONE;
	if (vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !l2tp_is_answer(&message))
		return NAMED_NONE;
	name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SLOT);
	return NAMED_MORE;
}

/* Names the inside host, or outside the flow that has the rest. */
static enum named by_host(struct vpnalg_match *match)
{
	name(match, false, L2TP_PROTOCOL, 0, L2TP_SPACE_FLOW);
	return NAMED_LAST;
}

/* The functions above. */
enum by {
	BY_NOTHING,
	BY_INSIDE_PORT,
	BY_ANSWER,
	BY_FIRST_ANSWER,
	BY_OUTSIDE_PORT,
	BY_ID,
	BY_OWN_ID,
	BY_SERVER,
	BY_REQUESTER,
	BY_ANY_ADDRESS,
	BY_HOST
};

#define KEYS_MAX 4

/* The keys of a packet in the order in which they are tried. The indices are:
 * UDP or IP; its outside or its inside form; out or in. */
static const uint8_t keys[2][2][2][KEYS_MAX] = {
	{ { { BY_ID, BY_OWN_ID, BY_OUTSIDE_PORT },
	    { BY_ID, BY_OUTSIDE_PORT, BY_SERVER, BY_ANY_ADDRESS } },
	  { { BY_INSIDE_PORT, BY_ANSWER, BY_FIRST_ANSWER },
	    { BY_ANY_ADDRESS, BY_INSIDE_PORT, BY_ANSWER, BY_FIRST_ANSWER } } },
	{ { { BY_ID, BY_OWN_ID, BY_HOST }, { BY_ID, BY_REQUESTER, BY_HOST } },
	  { { BY_HOST }, { BY_HOST } } },
};

static enum named name_by(unsigned by, const struct vpnalg_parsed *parsed,
			  struct vpnalg_match *match)
{
	switch (by) {
	case BY_INSIDE_PORT:
		return by_inside_port(parsed, match);
	case BY_ANSWER:
		return by_answer(parsed, match);
	case BY_FIRST_ANSWER:
		return by_first_answer(parsed, match);
	case BY_OUTSIDE_PORT:
		return by_outside_port(parsed, match);
	case BY_ID:
		return by_id(parsed, match);
	case BY_OWN_ID:
		return by_own_id(parsed, match);
	case BY_SERVER:
		return by_server(parsed, match);
	case BY_REQUESTER:
		return by_requester(parsed, match);
	case BY_ANY_ADDRESS:
		return by_any_address(parsed, match);
	case BY_HOST:
		return by_host(match);
	default:
		return NAMED_NONE;
	}
}

enum vpnalg_claim vpnalg_l2tp_lookup_key(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match)
{
	const uint8_t *tried =
		keys[!is_udp(parsed)][parsed->inside][parsed->inward];
	unsigned skip = match->attempt, i;
	enum named named;

	for (i = 0; i < KEYS_MAX; i++) {
		named = name_by(tried[i], parsed, match);
		match->more = named == NAMED_MORE;
		if (named != NAMED_NONE && skip-- == 0)
			return VPNALG_CLAIM_KEY;
		if (named == NAMED_LAST)
			break;
	}
	return VPNALG_CLAIM_NONE;
}

/* Keys in a state */

static bool is_space(const struct vpnalg_tuple *key, uint32_t space)
{
	return key->space == L2TP_PROTOCOL &&
	       (key->port & L2TP_SPACE_MASK) == space;
}

/* Returns whether the key has the ID of a tunnel or session. */
static bool is_id(const struct vpnalg_tuple *key, bool session)
{
	return session ? is_space(key, L2TP_SPACE_SESSION)
		       : is_space(key, L2TP_SPACE_TUNNEL) ||
				 is_space(key, L2TP_SPACE_CONNECTION);
}

/* Returns whether a flow may have a key: the peer's of a flow on UDP is where
 * it is answered from, and the slot's outside one may be any flow's. */
static bool may_be_flows(bool udp, const struct vpnalg_tuple *key)
{
	if (key->role == VPNALG_OUTSIDE_PEER)
		return is_space(key, L2TP_SPACE_SLOT);
	if (udp)
		return key->space == PROTOCOL_UDP;
	return key->role < VPNALG_INSIDE_PEER && is_space(key, L2TP_SPACE_FLOW);
}

bool vpnalg_l2tp_lookup_may_have(unsigned kind, const struct vpnalg_tuple *key)
{
	bool peers = key->role >= VPNALG_INSIDE_PEER;

	if (kind == L2TP_KIND_ANY_ADDRESS)
		return !peers && key->remote == NULL &&
		       key->space == L2TP_PROTOCOL &&
		       (key->port & L2TP_SPACE_ANY_ADDRESS) != 0;
	if (key->remote == NULL)
		return false;
	switch (kind) {
	case L2TP_KIND_FLOW:
	case L2TP_KIND_IP_FLOW:
		return may_be_flows(kind == L2TP_KIND_FLOW, key);
	case L2TP_KIND_SERVER:
		return peers && is_space(key, L2TP_SPACE_SERVER);
	case L2TP_KIND_CLAIM:
		return peers && (is_id(key, false) || is_id(key, true));
	default:
		return is_id(key, kind == L2TP_KIND_SESSION);
	}
}
