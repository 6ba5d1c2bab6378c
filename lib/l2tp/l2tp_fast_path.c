/* SPDX-License-Identifier: BSD-2-Clause */
#include "l2tp_fast_path.h"

#include "flow.h"
#include "tunnel.h"

/* Says that messages are known by their flags, as far as these say where the ID
 * is, and by the ID in their header, which becomes another. Over IP there are
 * no flags. */
static void by_header(const struct vpnalg_step *step,
		      struct vpnalg_translation *translation,
		      const struct l2tp_message *m, uint32_t id)
{
	const uint32_t flags = L2TP_CONTROL | L2TP_HAS_LENGTH | L2TP_RESERVED |
			       L2TP_VERSION_MASK;
	const bool is_short = m->header.size == sizeof(uint16_t);
	const uint32_t bits = is_short ? UINT16_MAX : UINT32_MAX;

	if (m->udp)
		vpnalg_translation_word(step, translation, m->offset,
					flags << 16);
	vpnalg_translation_word(
		step, translation,
		is_short ? m->header.offset - 2U : m->header.offset, bits);
	vpnalg_translation_becomes(translation, bits, id);
}

/* Returns whether data of no tunnel or session passes by a claim: in a shared
 * flow only for the host that has the port itself, or over IP the rest. */
static bool passes_by_claim(struct vpnalg_step *step,
			    const struct l2tp_message *m)
{
	struct vpnalg_record *flow = step->record;

	if (!m->udp)
		return vpnalg_l2tp_flow_has_rest(step, flow);
	return !l2tp_is_shared(step, flow) ||
	       l2tp_flow_port(step, flow) == L2TP_PORT;
}

/* Returns whether the flow has the remote's ID for itself: its data went there
 * just now, or its tunnel, session or claim is found by it. */
static bool has_peer(struct vpnalg_step *step, const struct l2tp_message *m)
{
	struct vpnalg_record *flow = step->record, *record;

	if (l2tp_flow_is_busy(step, l2tp_flow(step, flow), m->header.value,
			      m->version))
		return true;
	record = vpnalg_l2tp_tunnel_find(step, flow, true, &m->header);
	if (record == NULL || record->flags & VPNALG_SESSION_ENDED)
		return false;
	if (record->kind == L2TP_KIND_CLAIM)
		return record->keys & 1U << VPNALG_OUTSIDE_OWN &&
		       passes_by_claim(step, m);
	return record->keys & 1U << VPNALG_OUTSIDE_PEER;
}

/* Data that goes out, to an ID of the remote's that the flow sends to. */
static bool is_out(struct vpnalg_step *step,
		   struct vpnalg_translation *translation,
		   const struct l2tp_message *m)
{
	struct vpnalg_record *flow = step->record;
	const struct l2tp_flow *f;

	if (flow->kind != L2TP_KIND_FLOW && flow->kind != L2TP_KIND_IP_FLOW)
		return false;
	f = l2tp_flow(step, flow);
	if (f->flags & L2TP_FLOW_LINGERING ||
	    !(f->flags & L2TP_FLOW_ANSWERED) || !has_peer(step, m) ||
	    (m->udp && vpnalg_remote_port(step->parsed) != f->remote_port))
		return false;
	if (m->udp)
		vpnalg_translation_ports(step, translation,
					 l2tp_is_shared(step, flow)
						 ? L2TP_PORT
						 : l2tp_flow_port(step, flow));
	by_header(step, translation, m, m->header.value);
	return true;
}

/* Data that comes in for a tunnel or session that has its own key. */
static bool is_by_id(struct vpnalg_step *step,
		     struct vpnalg_translation *translation,
		     const struct l2tp_message *m)
{
	const struct l2tp_tunnel *tunnel = l2tp_tunnel(step, step->record);
	struct vpnalg_tuple inside;

	if (m->udp && vpnalg_remote_port(step->parsed) != tunnel->remote_port)
		return false;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	if (m->udp)
		vpnalg_translation_ports(step, translation,
					 inside.port & L2TP_PORT_MASK);
	by_header(step, translation, m, inside.id);
	return true;
}

/* Data that comes in for a flow that has its port for itself. */
static bool is_by_port(struct vpnalg_step *step,
		       struct vpnalg_translation *translation,
		       const struct l2tp_message *m)
{
	struct vpnalg_record *flow = step->record;
	const struct l2tp_flow *f = l2tp_flow(step, flow);
	const uint16_t not_steady = L2TP_FLOW_SHARED | L2TP_FLOW_LINGERING;

	if (f->flags & not_steady || !(f->flags & L2TP_FLOW_ANSWERED) ||
	    vpnalg_remote_port(step->parsed) != f->remote_port)
		return false;
	vpnalg_translation_ports(
		step, translation,
		(uint16_t)vpnalg_session_id(step->translator, flow,
					    VPNALG_INSIDE_OWN));
	by_header(step, translation, m, m->header.value);
	return true;
}

bool vpnalg_l2tp_fast_path(struct vpnalg_step *step,
			   struct vpnalg_translation *translation)
{
	const unsigned kind = step->record->kind;
	struct l2tp_message m;

	if (vpnalg_l2tp_message_head(step->parsed, &m) != VPNALG_TRANSLATED ||
	    m.control || m.foreign)
		return false;
	if (!step->parsed->inward)
		return is_out(step, translation, &m);
	if (kind == L2TP_KIND_TUNNEL || kind == L2TP_KIND_SESSION)
		return is_by_id(step, translation, &m);
	return kind == L2TP_KIND_FLOW && is_by_port(step, translation, &m);
}
