/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP (RFC 2637): the handler's table, and the packets that it claims.
 *
 * A PPTP client opens a TCP connection to port 1723 of its server, the control
 * connection. Control messages in it set up calls. The data of a call is PPP in
 * enhanced GRE, which has no ports: it carries the Call ID that its receiver
 * has chosen, and nothing else. Two clients may choose the same Call ID, so a
 * NAT must rewrite the IDs in the control messages, and in the GRE that comes
 * in.
 *
 *   host                       NAT                        server
 *     | Outgoing-Call-Request   |                            |
 *     |  Call ID 5              |  Call ID 9: 5 is taken     |
 *     |------------------------>|--------------------------->|
 *     | Outgoing-Call-Reply     |                            |
 *     |  Call ID 70, Peer's 5   |  Call ID 70, Peer's 9      |
 *     |<------------------------|<---------------------------|
 *     | GRE to 70               | GRE to 70                  |
 *     |------------------------>|--------------------------->|
 *     | GRE to 5                | GRE to 9                   |
 *     |<------------------------|<---------------------------|
 *
 * A server inside is a service, and has control connections of a kind of their
 * own (served.c). All else is the same: IDs are the inside host's or the
 * remote's, whichever end has called.
 *
 * A call is a child of its control connection.
 *
 * - A control connection has an outside port of its own (connection.c). It
 *   follows TCP by sequence numbers: only a segment that touches the cursor
 *   changes state (window.c). Its children keep it alive.
 * - A call has up to four keys (call.c): the host's Call ID inside, the outside
 *   Call ID, and the server's Call ID as seen inside and outside. A message
 *   that holds the host's own ID and opens a call gives it the first two
 *   (call_id.c). A message that names the server's ID too attaches the other
 *   two (call_message.c).
 *
 * The life of a control segment:
 *
 * 1. connection.c reads the header. A SYN opens the session.
 * 2. stream.c learns the bytes from the cursor on: it frames the messages, and
 *    learn_id.c takes each ID in them. Each ID opens, finds or ends a call. An
 *    ID that differs outside is remembered by its position in the stream
 *    (field.c).
 * 3. If something must wait, the segment is cut in front of it; TCP sends the
 *    rest again. A segment behind a gap is dropped.
 * 4. All remembered IDs in the segment are rewritten. A retransmission gets the
 *    same bytes, however it is cut, and undo takes them back.
 * 5. A FIN, a RST or a Stop-Control-Connection-Request makes the session
 * linger.
 *    An inside host that goes on takes an end back that came from outside.
 *
 * A stream that is malformed is plain TCP from there on, and its calls go on.
 * The life of a GRE packet is shorter: match_gre() names its Call ID as a key,
 * and vpnalg_pptp_call() moves the deadline and rewrites the ID if it comes in.
 */
#include <vpnalg/pptp.h>

#include "pptp.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "call.h"
#include "call_packet.h"
#include "connection.h"
#include "served.h"

/* The bodies' layouts. */
#define PPTP_STREAM_LAYOUT "442222422422"
#define PPTP_CONTROL_LAYOUT PPTP_STREAM_LAYOUT PPTP_STREAM_LAYOUT "111122"
#define PPTP_CALL_LAYOUT "2222"

static const struct vpnalg_kind kinds[PPTP_KINDS] = {
	/* GRE without a call still belongs to the hosts that have a control
	 * connection with that remote. */
	[PPTP_KIND_CONTROL] = { .name = "PPTP control connection",
				.slots = 2,
				.body = sizeof(struct pptp_control),
				.layout = PPTP_CONTROL_LAYOUT,
				.counts_children = true,
				.guard = GRE_PROTOCOL },
	[PPTP_KIND_CALL] = { .name = "PPTP call",
			     .slots = 4,
			     .body = sizeof(struct pptp_call),
			     .layout = PPTP_CALL_LAYOUT,
			     .guard = GRE_PROTOCOL,
			     .port_set = true,
			     .child = true },
	[PPTP_KIND_SERVED] = { .name = "PPTP server's connection",
			       .slots = 2,
			       .body = sizeof(struct pptp_control),
			       .layout = PPTP_CONTROL_LAYOUT,
			       .counts_children = true,
			       .guard = GRE_PROTOCOL,
			       .inherits_outside = true },
	[PPTP_KIND_SERVICE] = { .name = "PPTP service",
				.slots = 2,
				.counts_children = true,
				.pooled = true,
				.inherits_outside = true },
};

/* A fragment without its header belongs to some host that has GRE with that
 * remote. */
static enum vpnalg_claim match_later(struct vpnalg_match *match, uint8_t kind)
{
	match->kind = kind;
	match->space = GRE_PROTOCOL;
	return VPNALG_CLAIM_GUARDED;
}

static enum vpnalg_claim match_tcp(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	unsigned local, remote;

	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return match_later(match, PPTP_KIND_CONTROL);
	if (parsed->l4_caplen < PORTS_LEN)
		return VPNALG_CLAIM_NONE;
	local = vpnalg_local_port(parsed);
	remote = vpnalg_remote_port(parsed);
	if (remote != PPTP_PORT)
		return VPNALG_CLAIM_NONE;
	match->peer = false;
	match->space = PROTOCOL_TCP;
	match->kind = PPTP_KIND_CONTROL;
	match->id = local;
	/* Outside ports are unique towards a remote, whatever its port. */
	match->port = parsed->inside ? remote : 0;
	return VPNALG_CLAIM_KEY;
}

/* Claims a packet with a header that is not that of a call's data, or not
 * whole. */
static enum vpnalg_claim match_other_gre(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match)
{
	unsigned flags;

	if (parsed->l4_caplen < 2)
		return vpnalg_match_drop(match, VPNALG_DROP_TRUNCATED);
	flags = vpnalg_get16(parsed->l4);
	if ((flags & GRE_VERSION_MASK) != GRE_VERSION_ENHANCED)
		return VPNALG_CLAIM_NONE;
	if (parsed->l4_len < GRE_TYPE_OFF + 2)
		return vpnalg_match_drop(match, VPNALG_DROP_MALFORMED);
	if (parsed->l4_caplen < GRE_TYPE_OFF + 2)
		return vpnalg_match_drop(match, VPNALG_DROP_TRUNCATED);
	/* Version 1 with another Protocol Type is no PPTP (EoIP). */
	if (vpnalg_get16(parsed->l4 + GRE_TYPE_OFF) != GRE_TYPE_PPP)
		return VPNALG_CLAIM_NONE;
	if (parsed->l4_len < GRE_HEADER_LEN ||
	    (flags & GRE_FIXED_MASK) != GRE_FIXED)
		return vpnalg_match_drop(match, VPNALG_DROP_MALFORMED);
	return vpnalg_match_drop(match, VPNALG_DROP_TRUNCATED);
}

/* Flags and type of a call's data, all but S and A, in one word. */
static const uint32_t data_mask = (uint32_t)GRE_FIXED_MASK << 16 | 0xffff;
static const uint32_t data = (uint32_t)GRE_FIXED << 16 | GRE_TYPE_PPP;

/* Enhanced GRE carries the receiver's Call ID only: the own one of the inside
 * host if it travels in, the peer's if it travels out. */
static enum vpnalg_claim match_gre(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return match_later(match, PPTP_KIND_CALL);
	match->space = GRE_PROTOCOL;
	match->kind = PPTP_KIND_CALL;
	if (parsed->l4_caplen < GRE_HEADER_LEN ||
	    (vpnalg_get32(parsed->l4) & data_mask) != data)
		return match_other_gre(parsed, match);
	match->peer = !parsed->inward;
	match->id = vpnalg_get16(parsed->l4 + GRE_CALL_ID_OFF);
	match->first_suffices = true;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	if (parsed->protocol == GRE_PROTOCOL)
		return match_gre(parsed, match);
	return parsed->protocol == PROTOCOL_TCP ? match_tcp(parsed, match)
						: VPNALG_CLAIM_NONE;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return step->kind == PPTP_KIND_CALL ? vpnalg_pptp_call(step)
					    : vpnalg_pptp_connection(step);
}

static enum vpnalg_result quote(struct vpnalg_step *step)
{
	if (step->record->kind == PPTP_KIND_CALL)
		return vpnalg_pptp_call_quote(step);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static bool fast_path(struct vpnalg_step *step,
		      struct vpnalg_translation *translation)
{
	return step->record->kind == PPTP_KIND_CALL &&
	       vpnalg_pptp_call_fast_path(step, translation);
}

static void swept(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == PPTP_KIND_CALL)
		vpnalg_pptp_call_swept(translator, record);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == PPTP_KIND_CALL)
		vpnalg_pptp_call_leave(translator, record);
	if (record->kind == PPTP_KIND_SERVED)
		vpnalg_pptp_served_leave(translator, record);
}

static struct vpnalg_record *parent(struct vpnalg *translator,
				    struct vpnalg_record *record)
{
	if (record->kind == PPTP_KIND_CALL)
		return vpnalg_pptp_call_parent(translator, record);
	if (record->kind == PPTP_KIND_SERVED)
		return vpnalg_pptp_served_service(translator, record);
	return NULL;
}

/* A service counts those connections that have not shown yet that they are
 * more than a SYN. */
static struct vpnalg_record *counted_by(struct vpnalg *translator,
					struct vpnalg_record *record)
{
	const struct pptp_control *control =
		vpnalg_session_body(translator, record);

	if (record->kind == PPTP_KIND_SERVED &&
	    !(control->flags & PPTP_UNCONFIRMED))
		return NULL;
	return parent(translator, record);
}

static const struct vpnalg_server_port server_ports[] = {
	{ PROTOCOL_TCP, PPTP_PORT },
};

/* A call's keys have the space of GRE, and port 0. */
static bool may_have_key(unsigned kind, const struct vpnalg_tuple *key)
{
	if (kind == PPTP_KIND_CALL)
		return key->space == GRE_PROTOCOL && key->port == 0 &&
		       key->remote != NULL;
	return key->space == PROTOCOL_TCP && key->role < VPNALG_INSIDE_PEER &&
	       (key->remote == NULL) == (kind == PPTP_KIND_SERVICE);
}

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "PPTP",
	.kinds = kinds,
	.kind_count = PPTP_KINDS,
	.ip_protocol_count = 2,
	.ip_protocols = { PROTOCOL_TCP, GRE_PROTOCOL },
	.server_ports = server_ports,
	.server_port_count = sizeof(server_ports) / sizeof(server_ports[0]),
	.server_ports_only = true,
	.service_kind = PPTP_KIND_SERVICE + 1,
	.match = match,
	.translate = translate,
	.swept = swept,
	.closed = closed,
	.quote = quote,
	.parent = parent,
	.counted_by = counted_by,
	.fast_path = fast_path,
	.served_at = vpnalg_pptp_served_at,
	.may_have_key = may_have_key,
};

const struct vpnalg_handler *vpnalg_pptp(void)
{
	return &handler;
}
