/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain data of version 2: a whole datagram with a header of no more than
 * flags, a length and IDs. */
#include "data.h"

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "flow.h"
#include "lifetime.h"

/* The header's length, without the length in it and with it. */
enum { SHORT_LEN = L2TP_FLAGS_LEN + L2TP_V2_IDS_LEN, LONG_LEN = SHORT_LEN + 2 };

/* Returns the header's length by its flags, 0 if this is no plain data. */
static inline unsigned header_length(const uint8_t *at)
{
	const unsigned flags = vpnalg_get16(at) & ~(unsigned)L2TP_PRIORITY;

	if (flags == 2)
		return SHORT_LEN;
	return flags == (L2TP_HAS_LENGTH | 2) ? LONG_LEN : 0;
}

/* Returns whether the datagram is whole, and has the lengths in its headers. */
static inline bool is_sound(const struct vpnalg_parsed *parsed, unsigned header)
{
	const unsigned length = vpnalg_get16(parsed->l4 + UDP_LENGTH_OFF);
	unsigned inner;

	if (parsed->fragment != VPNALG_FRAGMENT_NONE || parsed->quoted ||
	    length < UDP_HEADER_LEN + LONG_LEN || length > parsed->l4_caplen)
		return false;
	if (header == SHORT_LEN)
		return true;
	inner = vpnalg_get16(parsed->l4 + UDP_HEADER_LEN + L2TP_LENGTH_OFF);
	return inner >= LONG_LEN && inner <= length - UDP_HEADER_LEN;
}

/* Returns the Tunnel ID's offset from l4 on, 0 if the packet is no plain data
 * or is undone. The IDs are the last bytes of the header. */
static inline unsigned id_offset(const struct vpnalg_parsed *parsed)
{
	unsigned header;

	if (parsed->l4_caplen < UDP_HEADER_LEN + LONG_LEN || parsed->undo)
		return 0;
	header = header_length(parsed->l4 + UDP_HEADER_LEN);
	return header != 0 && is_sound(parsed, header)
		       ? UDP_HEADER_LEN + header - L2TP_V2_IDS_LEN
		       : 0;
}

/* Names the ports for what goes out in its inside form, the Tunnel ID for what
 * comes in to port 1701, and the port for what comes in to another. */
bool vpnalg_l2tp_data_match(const struct vpnalg_parsed *parsed,
			    struct vpnalg_match *match)
{
	const unsigned at = id_offset(parsed), port = vpnalg_local_port(parsed);

	if (at == 0 || port == 0 || match->attempt != 0)
		return false;
	match->kind = L2TP_KIND_FLOW;
	match->space = PROTOCOL_UDP;
	match->id = port;
	match->more = parsed->inward;
	if (parsed->inside)
		match->port = L2TP_PORT;
	if (parsed->inside || port != L2TP_PORT)
		return true;
	match->space = L2TP_PROTOCOL;
	match->id = vpnalg_get16(parsed->l4 + at);
	match->port = L2TP_SPACE_TUNNEL | L2TP_PORT;
	return match->id != 0;
}

/* Translates what goes out to the same ID as the flow's last data. */
static bool go_out(struct vpnalg_step *step, uint32_t id)
{
	struct vpnalg_record *flow = step->record;
	const struct l2tp_flow *f = l2tp_flow(step, flow);

	if (!(f->flags & L2TP_FLOW_BEGUN) || !l2tp_flow_is_busy(step, f, id, 2))
		return false;
	vpnalg_l2tp_flow_keep(step, flow);
	if (f->flags & L2TP_FLOW_SHARED)
		vpnalg_rewrite_ends_to(step, L2TP_PORT);
	else
		vpnalg_rewrite_ends(step);
	return true;
}

/* Translates what comes in to the flow's own port. */
static bool come_in(struct vpnalg_step *step)
{
	const struct l2tp_flow *f = l2tp_flow(step, step->record);

	if ((f->flags & (L2TP_FLOW_SHARED | L2TP_FLOW_ANSWERED)) !=
		    L2TP_FLOW_ANSWERED ||
	    f->remote_port != L2TP_PORT)
		return false;
	vpnalg_rewrite_ends(step);
	return true;
}

/* Translates what comes in for a tunnel that has its own key. */
static bool come_in_by_id(struct vpnalg_step *step, unsigned at)
{
	struct vpnalg_record *tunnel = step->record;
	struct vpnalg *translator = step->translator;

	if (l2tp_tunnel(step, tunnel)->remote_port != L2TP_PORT)
		return false;
	vpnalg_l2tp_lifetime_hear(step, tunnel);
	vpnalg_rewrite_16(step, at,
			  (uint16_t)vpnalg_session_id(translator, tunnel,
						      VPNALG_INSIDE_OWN));
	vpnalg_rewrite_ends_to(
		step, (uint16_t)vpnalg_session_port(translator, tunnel,
						    VPNALG_INSIDE_OWN));
	return true;
}

bool vpnalg_l2tp_data_pass(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const unsigned kind = step->record->kind, at = id_offset(parsed);

	if (at == 0 || vpnalg_remote_port(parsed) != L2TP_PORT)
		return false;
	if (kind == L2TP_KIND_TUNNEL && parsed->inward)
		return come_in_by_id(step, at);
	if (kind != L2TP_KIND_FLOW)
		return false;
	return parsed->inward ? come_in(step)
			      : go_out(step, vpnalg_get16(parsed->l4 + at));
}
