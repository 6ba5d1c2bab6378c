/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP (RFC 2661, RFC 3931): the handler's table, and the packets that it
 * claims.
 *
 * A client (LAC) sends an SCCRQ from UDP port 1701, or another port, to port
 * 1701 of its server (LNS). Both then use one tunnel, called a control
 * connection in version 3, which each end names by an ID of its own: a header
 * holds the receiver's ID. Version 3 also runs over IP protocol 115, where
 * there are no ports.
 *
 * A NAT would only have to translate ports, if all servers answered to the port
 * that an SCCRQ came from: such a server is symmetric. But some always answer
 * to port 1701: they have a fixed port. Then all inside clients share outside
 * port 1701, and are distinguished by their Tunnel IDs, which are rewritten in
 * the AVPs and in the headers. Over IP it is the same. Nothing in an SCCRQ
 * shows what the server is.
 *
 * The records are these.
 *
 * - A flow is between an inside host and a remote: a UDP session with ports of
 *   its own or, over IP, the pair of addresses (flow.c). A shared flow has
 *   outside port 1701, too, or is over IP.
 * - A server's record shows whether it is symmetric or has a fixed port
 *   (server.c). While that is unknown, or an ID is hidden (RFC 2661 4.3), one
 *   SCCRQ may be pending at a time: its flow has the slot, and is the
 *   requester. Other hosts are held back for a moment (request.c). An answer
 *   that comes to another port than the requester's is misdirected, and proves
 *   the fixed port.
 * - Tunnels, and sessions of version 3, have records in shared flows (tunnel.c,
 *   lifetime.c), with up to four keys: the host's ID, the outside ID, and the
 *   peer's ID as seen inside and outside.
 * - A packet that goes out names the remote's ID. It may name that of another
 *   host's tunnel, by mistake or on purpose. So each of the remote's IDs
 *   belongs to one host, in flows of all kinds: to its tunnel, session or claim
 *   (peer.c).
 * - An SCCRQ that may be answered from another address (RFC 2661 8.1) is found
 *   by its ID alone (any_address.c).
 *
 * The life of a packet:
 *
 * 1. match() claims it, and lookup.c names its keys one after the other: the
 *    ID, the ports, the server. message.c parses the header and the AVPs.
 * 2. If it goes out, out.c finds or opens its flow. An SCCRQ is request.c's,
 *    all else control.c's. A flow without a tunnel needs a claim (unmatched.c).
 * 3. If it comes in, in.c finds its flow. answer.c takes it if it is for a
 *    known tunnel, unmatched.c if it is not; remote_port.c says which port of
 *    the remote it may come from.
 * 4. All that can fail comes first, and is undone if it does.
 *    vpnalg_l2tp_flow_finish() comes last and rewrites IDs, ports and
 *    addresses.
 *
 * Plain data of a known tunnel takes a shorter path to the same end: data.c. */
#include <vpnalg/l2tp.h>

#include "l2tp.h"

#include <string.h>

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "data.h"
#include "flow.h"
#include "in.h"
#include "l2tp_fast_path.h"
#include "lifetime.h"
#include "lookup.h"
#include "message.h"
#include "out.h"
#include "quote.h"

/* The bodies' layouts. */
#define LAYOUT_FLOW "44444422111."
#define LAYOUT_SERVER "4"
#define LAYOUT_TUNNEL "44222.."
#define LAYOUT_ANY_ADDRESS \
	"1111111111111111" \
	"4"

static const struct vpnalg_kind kinds[L2TP_KINDS] = {
	[L2TP_KIND_FLOW] = { .name = "L2TP flow",
			     .slots = 4,
			     .body = sizeof(struct l2tp_flow),
			     .layout = LAYOUT_FLOW,
			     .guard = L2TP_PROTOCOL },
	[L2TP_KIND_IP_FLOW] = { .name = "L2TPv3 flow over IP",
				.slots = 4,
				.body = sizeof(struct l2tp_flow),
				.layout = LAYOUT_FLOW,
				.guard = L2TP_PROTOCOL,
				.inherits_outside = true },
	[L2TP_KIND_SERVER] = { .name = "L2TP server",
			       .slots = 2,
			       .body = sizeof(struct l2tp_server),
			       .layout = LAYOUT_SERVER,
			       .of_remote = true },
	[L2TP_KIND_TUNNEL] = { .name = "L2TP tunnel by ID",
			       .slots = 4,
			       .body = sizeof(struct l2tp_tunnel),
			       .layout = LAYOUT_TUNNEL,
			       .counts_children = true,
			       .guard = L2TP_PROTOCOL,
			       .child = true },
	[L2TP_KIND_SESSION] = { .name = "L2TPv3 session by ID",
				.slots = 4,
				.body = sizeof(struct l2tp_tunnel),
				.layout = LAYOUT_TUNNEL,
				.guard = L2TP_PROTOCOL,
				.child = true },
	[L2TP_KIND_ANY_ADDRESS] = { .name = "L2TP SCCRQ to any address",
				    .slots = 2,
				    .body = sizeof(struct l2tp_any_address),
				    .layout = LAYOUT_ANY_ADDRESS,
				    .inherits_outside = true,
				    .child = true },
	[L2TP_KIND_CLAIM] = { .name = "L2TP tunnel by peer's ID",
			      .slots = 2,
			      .child = true },
};

static bool is_udp(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_UDP;
}

/* The bits that all versions of L2TP begin with: all but the version's lowest
 * bit. */
enum { BEGINS_MASK = L2TP_RESERVED | (L2TP_VERSION_MASK & ~1), BEGINS = 2 };

/* Returns at once whether a sound datagram begins with no version of L2TP. Few
 * bytes are looked at: most datagrams, from or to a port of the remote other
 * than 1701, are such. */
static bool is_plainly_anothers(const struct vpnalg_parsed *parsed)
{
	unsigned length;

	if (parsed->l4_caplen < UDP_HEADER_LEN + L2TP_FLAGS_LEN ||
	    (vpnalg_get16(parsed->l4 + UDP_HEADER_LEN) & BEGINS_MASK) == BEGINS)
		return false;
	length = vpnalg_get16(parsed->l4 + UDP_LENGTH_OFF);
	return length >= UDP_HEADER_LEN + L2TP_FLAGS_LEN &&
	       l2tp_message_has(parsed, length);
}

/* Returns whether a datagram is not L2TP. Port 0 is none (RFC 768), and over IP
 * it stands in keys for the missing port. If the remote's port is not 1701, the
 * packet must look like L2TP; in its outside form, or quoted by an ICMP error,
 * it may also be truncated. */
static bool is_another_protocols(const struct vpnalg_parsed *parsed)
{
	struct l2tp_message message;
	enum vpnalg_result result;

	if (parsed->l4_caplen < PORTS_LEN || vpnalg_local_port(parsed) == 0)
		return true;
	if (vpnalg_remote_port(parsed) == L2TP_PORT)
		return false;
	result = vpnalg_l2tp_message_head(parsed, &message);
	if (result == VPNALG_TRANSLATED)
		return message.foreign;
	return result != VPNALG_DROP_TRUNCATED ||
	       (parsed->inside && !parsed->quoted);
}

/* Returns whether the packet is data, of which only the header is read: a
 * control message has IDs anywhere. */
static bool is_data(const struct vpnalg_parsed *parsed)
{
	struct l2tp_message message;

	return vpnalg_l2tp_message_head(parsed, &message) ==
		       VPNALG_TRANSLATED &&
	       !message.control;
}

/* Returns whether an ICMP error quotes too little of a packet: it names no ID,
 * and no port identifies its session. Over UDP hosts may share port 1701. */
static bool is_quoted_short(const struct vpnalg_parsed *parsed)
{
	struct l2tp_message message;
	enum vpnalg_result result;

	if (is_udp(parsed) &&
	    (parsed->inside || vpnalg_local_port(parsed) != L2TP_PORT ||
	     vpnalg_remote_port(parsed) != L2TP_PORT))
		return false;
	result = vpnalg_l2tp_message_head(parsed, &message);
	return result == VPNALG_DROP_TRUNCATED ||
	       (result == VPNALG_TRANSLATED && is_udp(parsed) &&
		!message.foreign && message.header.value == 0);
}

/* A quote from a port that no flow has may still be a flow's, if any is to that
 * remote. */
static enum vpnalg_claim match_quoted(const struct vpnalg_parsed *parsed,
				      struct vpnalg_match *claimed)
{
	bool is_short = is_quoted_short(parsed);
	enum vpnalg_claim claim = VPNALG_CLAIM_NONE;

	if (is_udp(parsed) || !is_short)
		claim = vpnalg_l2tp_lookup_key(parsed, claimed);
	if (claim != VPNALG_CLAIM_NONE || !is_short)
		return claim;
	claimed->space = L2TP_PROTOCOL;
	return vpnalg_match_drop(claimed, VPNALG_DROP_TRUNCATED);
}

static enum vpnalg_claim match_whole(const struct vpnalg_parsed *parsed,
				     struct vpnalg_match *claimed)
{
	if (is_udp(parsed) && is_another_protocols(parsed))
		return VPNALG_CLAIM_NONE;
	if (parsed->quoted)
		return match_quoted(parsed, claimed);
	if (parsed->fragment == VPNALG_FRAGMENT_FIRST)
		claimed->first_suffices = is_data(parsed);
	return vpnalg_l2tp_lookup_key(parsed, claimed);
}

static enum vpnalg_claim match_udp(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *claimed)
{
	if (parsed->l4_caplen >= PORTS_LEN &&
	    vpnalg_remote_port(parsed) == L2TP_PORT) {
		if (vpnalg_l2tp_data_match(parsed, claimed))
			return VPNALG_CLAIM_KEY;
	} else if (is_plainly_anothers(parsed)) {
		return VPNALG_CLAIM_NONE;
	}
	return match_whole(parsed, claimed);
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
	return is_udp(parsed) ? match_udp(parsed, claimed)
			      : match_whole(parsed, claimed);
}

static enum vpnalg_result translate_message(struct vpnalg_step *step)
{
	const struct vpnalg_l2tp_settings *settings =
		vpnalg_session_settings(step->translator, step->handler);
	struct l2tp_message message;
	enum vpnalg_result result;

	if (step->record == NULL && step->parsed->undo)
		return VPNALG_DROP_NO_SESSION; /* control or data */
	result = vpnalg_l2tp_message_read(step->parsed, &message);
	if (result != VPNALG_TRANSLATED)
		return result;
	return step->parsed->inward
		       ? vpnalg_l2tp_in(step, &message)
		       : vpnalg_l2tp_out(step, &message, settings->port_1701);
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	if (step->record != NULL && vpnalg_l2tp_data_pass(step))
		return VPNALG_TRANSLATED;
	return translate_message(step);
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

static struct vpnalg_record *parent(struct vpnalg *translator,
				    struct vpnalg_record *record)
{
	if (record->kind == L2TP_KIND_SESSION)
		return vpnalg_l2tp_lifetime_tunnel(translator, record);
	return l2tp_is_tunnel(record)
		       ? vpnalg_l2tp_flow_peek(translator, record)
		       : NULL;
}

static struct vpnalg_record *counted_by(struct vpnalg *translator,
					struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_SESSION
		       ? vpnalg_l2tp_lifetime_tunnel(translator, record)
		       : NULL;
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
	.plain_services = true,
	.settings_size = sizeof(struct vpnalg_l2tp_settings),
	.configure = configure,
	.match = match,
	.translate = translate,
	.swept = swept,
	.closed = closed,
	.quote = vpnalg_l2tp_quote,
	.parent = parent,
	.counted_by = counted_by,
	.fast_path = vpnalg_l2tp_fast_path,
	.may_have_key = vpnalg_l2tp_lookup_may_have,
};

const struct vpnalg_handler *vpnalg_l2tp(void)
{
	return &handler;
}
