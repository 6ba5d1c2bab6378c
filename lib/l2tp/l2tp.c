/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP (RFC 2661, RFC 3931): which packets are its own, and by which keys to
 * look for whose they are. */
#include <vpnalg/l2tp.h>

#include "l2tp.h"

#include <string.h>

#include "../wire/ip.h"
#include "in.h"
#include "lifetime.h"
#include "message.h"
#include "out.h"

static const struct vpnalg_kind kinds[L2TP_KINDS] = {
	[L2TP_KIND_FLOW] = { .name = "L2TP flow",
			     .slots = 4,
			     .body = sizeof(struct l2tp_flow),
			     .guard = L2TP_PROTOCOL },
	[L2TP_KIND_IP_FLOW] = { .name = "L2TPv3 flow over IP",
				.slots = 4,
				.body = sizeof(struct l2tp_flow),
				.guard = L2TP_PROTOCOL,
				.inherits_outside = true },
	[L2TP_KIND_SERVER] = { .name = "L2TP server",
			       .slots = 2,
			       .body = sizeof(struct l2tp_server) },
	[L2TP_KIND_TUNNEL] = { .name = "L2TP tunnel by ID",
			       .slots = 4,
			       .body = sizeof(struct l2tp_tunnel),
			       .guard = L2TP_PROTOCOL },
	[L2TP_KIND_SESSION] = { .name = "L2TPv3 session by ID",
				.slots = 4,
				.body = sizeof(struct l2tp_tunnel),
				.guard = L2TP_PROTOCOL },
	[L2TP_KIND_ANY_ADDRESS] = { .name = "L2TP SCCRQ to any address",
				    .slots = 2,
				    .body = sizeof(struct l2tp_any_address),
				    .inherits_outside = true },
	[L2TP_KIND_CLAIM] = { .name = "L2TP tunnel by peer's ID", .slots = 2 },
};

/* A way to name a key for a packet. */
enum way {
	WAY_NONE, /* not for this packet */
	WAY_MORE, /* one key among others */
	WAY_LAST  /* the packet is L2TP's even if this is no session's key */
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

/* By the ports, as inside hosts see them. */
static enum way by_inside_port(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	if (vpnalg_remote_port(parsed) != L2TP_PORT)
		return WAY_NONE;
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), L2TP_PORT);
	return WAY_LAST;
}

/* The port from which the answer came. */
static enum way by_answer(const struct vpnalg_parsed *parsed,
			  struct vpnalg_match *match)
{
	name(match, true, PROTOCOL_UDP, vpnalg_local_port(parsed),
	     vpnalg_remote_port(parsed));
	return WAY_MORE;
}

/* The first answer itself, on the inside; and a tunnel whose answer came from
 * another port than that of a later one. */
static enum way by_first_answer(const struct vpnalg_parsed *parsed,
				struct vpnalg_match *match)
{
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), L2TP_PORT);
	return WAY_MORE;
}

/* From outside, any port of the remote may try an outside port of ours: if a
 * session holds it, the packet is not for the router. */
static enum way by_outside_port(const struct vpnalg_parsed *parsed,
				struct vpnalg_match *match)
{
	name(match, false, PROTOCOL_UDP, vpnalg_local_port(parsed), 0);
	return !parsed->inward && vpnalg_remote_port(parsed) == L2TP_PORT
		       ? WAY_LAST
		       : WAY_MORE;
}

/* Port 1701, or 0 over IP, if hosts may share what the packet shows. */
static bool shared_port(const struct vpnalg_parsed *parsed, uint32_t *port)
{
	*port = is_udp(parsed) ? L2TP_PORT : 0;
	return !is_udp(parsed) || vpnalg_local_port(parsed) == L2TP_PORT;
}

/* By the receiver's ID in the header. */
static enum way by_id(const struct vpnalg_parsed *parsed,
		      struct vpnalg_match *match)
{
	struct l2tp_message message;
	uint32_t port;

	if (!shared_port(parsed, &port) ||
	    vpnalg_l2tp_message_head(parsed, &message) != VPNALG_TRANSLATED ||
	    message.header.value == 0)
		return WAY_NONE;
	name(match, !parsed->inward, L2TP_PROTOCOL, message.header.value,
	     message.header.space | port);
	return WAY_MORE;
}

/* Before the remote has named an ID: by the sender's own in its AVP. Where that
 * is hidden only one may ask. */
static enum way by_own_id(const struct vpnalg_parsed *parsed,
			  struct vpnalg_match *match)
{
	struct l2tp_message message;
	const struct l2tp_id *id = &message.ids[L2TP_OWN_TUNNEL];
	const struct l2tp_id *id3 = &message.ids[L2TP_OWN_CONNECTION];
	uint32_t port;

	if (!shared_port(parsed, &port) ||
	    vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !message.control || message.header.value != 0)
		return WAY_NONE;
	if (id->size == 0 && id3->size != 0)
		id = id3;
	if (id->size != 0)
		name(match, false, L2TP_PROTOCOL, id->value, id->space | port);
	else if (message.type == L2TP_SCCRQ && (id->hidden || id3->hidden))
		name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SLOT | port);
	else
		return WAY_NONE;
	return WAY_MORE;
}

/* Nobody has port 1701, but somebody asks its server. */
static enum way by_server(const struct vpnalg_parsed *parsed,
			  struct vpnalg_match *match)
{
	if (vpnalg_local_port(parsed) != L2TP_PORT ||
	    vpnalg_remote_port(parsed) != L2TP_PORT)
		return WAY_NONE;
	name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SERVER | L2TP_PORT);
	return WAY_MORE;
}

/* By what is answered, whoever answers. */
static enum way by_elsewhere(const struct vpnalg_parsed *parsed,
			     struct vpnalg_match *match)
{
	struct l2tp_message message;

	if (parsed->quoted ||
	    vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !l2tp_is_answer(&message))
		return WAY_NONE;
	name(match, false, L2TP_PROTOCOL, message.header.value,
	     L2TP_SPACE_ANY_ADDRESS | message.header.space |
		     vpnalg_local_port(parsed));
	match->any_remote = true;
	return WAY_MORE;
}

/* Over IP: who asks for a hidden ID. */
static enum way by_requester(const struct vpnalg_parsed *parsed,
			     struct vpnalg_match *match)
{
	struct l2tp_message message;

	if (parsed->l4_caplen < L2TP_IP_ZEROS_LEN ||
	    vpnalg_get32(parsed->l4) != 0) /* data */
		return WAY_NONE;
	if (vpnalg_l2tp_message_read(parsed, &message) != VPNALG_TRANSLATED ||
	    !l2tp_is_answer(&message))
		return WAY_NONE;
	name(match, true, L2TP_PROTOCOL, 0, L2TP_SPACE_SLOT);
	return WAY_MORE;
}

/* By the inside host, or by the outside address who has the rest. */
static enum way by_host(struct vpnalg_match *match)
{
	name(match, false, L2TP_PROTOCOL, 0, L2TP_SPACE_FLOW);
	return WAY_LAST;
}

/* What to name a key by. */
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
	BY_ELSEWHERE,
	BY_HOST
};

#define WAYS_MAX 4

/* In the order in which they are tried: UDP or IP; in its outside or its inside
 * form; on its way out or in. */
static const uint8_t ways[2][2][2][WAYS_MAX] = {
	{ { { BY_ID, BY_OWN_ID, BY_OUTSIDE_PORT },
	    { BY_ID, BY_OUTSIDE_PORT, BY_SERVER, BY_ELSEWHERE } },
	  { { BY_INSIDE_PORT, BY_ANSWER, BY_FIRST_ANSWER },
	    { BY_ELSEWHERE, BY_INSIDE_PORT, BY_ANSWER, BY_FIRST_ANSWER } } },
	{ { { BY_ID, BY_OWN_ID, BY_HOST }, { BY_ID, BY_REQUESTER, BY_HOST } },
	  { { BY_HOST }, { BY_HOST } } },
};

static enum way name_by(unsigned by, const struct vpnalg_parsed *parsed,
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
	case BY_ELSEWHERE:
		return by_elsewhere(parsed, match);
	case BY_HOST:
		return by_host(match);
	default:
		return WAY_NONE;
	}
}

static enum vpnalg_claim name_key(const struct vpnalg_parsed *parsed,
				  struct vpnalg_match *match)
{
	const uint8_t *tried =
		ways[!is_udp(parsed)][parsed->inside][parsed->inward];
	unsigned skip = match->attempt, i;
	enum way way;

	for (i = 0; i < WAYS_MAX; i++) {
		way = name_by(tried[i], parsed, match);
		match->more = way == WAY_MORE;
		if (way != WAY_NONE && skip-- == 0)
			return VPNALG_CLAIM_KEY;
		if (way == WAY_LAST)
			break;
	}
	return VPNALG_CLAIM_NONE;
}

/* Port 0 is none (RFC 768), and over IP it stands in keys for the missing one. With
 * any other port of the remote than 1701 the packet must look like L2TP. In its
 * outside form what cannot be read may be. */
static bool is_another_protocols(const struct vpnalg_parsed *parsed)
{
	struct l2tp_message message;
	enum vpnalg_result result;

	if (parsed->l4_caplen < PORTS_LEN || vpnalg_local_port(parsed) == 0)
		return true;
	if (vpnalg_remote_port(parsed) == L2TP_PORT)
		return false;
	result = vpnalg_l2tp_message_head(parsed, &message);
	return result == VPNALG_TRANSLATED ? message.foreign : parsed->inside;
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *claimed)
{
	if (!is_udp(parsed) && parsed->protocol != L2TP_PROTOCOL)
		return VPNALG_CLAIM_NONE;
	claimed->kind = is_udp(parsed) ? L2TP_KIND_FLOW : L2TP_KIND_IP_FLOW;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER) {
		claimed->space = L2TP_PROTOCOL;
		return VPNALG_CLAIM_GUARDED;
	}
	if (is_udp(parsed) && is_another_protocols(parsed))
		return VPNALG_CLAIM_NONE;
	return name_key(parsed, claimed);
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	const struct vpnalg_l2tp_settings *settings =
		vpnalg_session_settings(step->translator, step->handler);
	struct l2tp_message message;
	enum vpnalg_result result;

	if (step->record == NULL && step->parsed->undo)
		return VPNALG_DROP_NO_SESSION; /* whatever it is */
	result = vpnalg_l2tp_message_read(step->parsed, &message);
	if (result != VPNALG_TRANSLATED)
		return result;
	return step->parsed->inward
		       ? vpnalg_l2tp_in(step, &message)
		       : vpnalg_l2tp_out(step, &message, settings->port_1701);
}

static void swept(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == L2TP_KIND_SESSION)
		vpnalg_l2tp_lifetime_swept(translator, record);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == L2TP_KIND_SESSION)
		vpnalg_l2tp_lifetime_closed(translator, record);
}

static const char *configure(const void *given, void *settings)
{
	struct vpnalg_l2tp_settings read;

	if (!vpnalg_settings_read(&read, sizeof(read), given))
		return "l2tp: settings of another version";
	if (settings != NULL)
		memcpy(settings, &read, sizeof(read));
	return NULL;
}

static const struct vpnalg_server_port server_ports[] = {
	{ PROTOCOL_UDP, L2TP_PORT },
};

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "L2TP",
	.kinds = kinds,
	.kind_count = L2TP_KINDS,
	.ip_protocol_count = 2,
	.ip_protocols = { PROTOCOL_UDP, L2TP_PROTOCOL },
	.server_ports = server_ports,
	.server_port_count = sizeof(server_ports) / sizeof(server_ports[0]),
	.settings_size = sizeof(struct vpnalg_l2tp_settings),
	.configure = configure,
	.match = match,
	.translate = translate,
	.swept = swept,
	.closed = closed,
};

const struct vpnalg_handler *vpnalg_l2tp(void)
{
	return &handler;
}
