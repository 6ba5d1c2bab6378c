/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that go out. All that may fail comes first, and is undone if it does.
 * Only then the flow changes; the store is notified of it in any case.
 *
 * One SCCRQ may be pending at a time while it is not known which port the
 * server answers to, and while the ID is hidden and the server has a fixed
 * port: the NAT must know which host an answer is for. Other hosts are held
 * back, for a bounded time. */
#include "request.h"

#include "../wire/ip.h"
#include "any_address.h"
#include "flow.h"
#include "peer.h"
#include "server.h"
#include "tunnel.h"

/* The longest time that an SCCRQ may keep the slot unanswered. */
#define SLOT_MS 3000

/* Limits on holding back one host's SCCRQs until it is answered. */
#define HELD_MS 3000
#define HELD_MAX 3

struct request {
	struct vpnalg_record *flow;
	struct l2tp_message *m;
	struct vpnalg_record *own[2]; /* the tunnels that it requests */
	struct l2tp_opened opened;
	bool hidden, shared, takes_slot;
};

static bool is_hidden(const struct l2tp_message *m)
{
	return m->ids[L2TP_OWN_TUNNEL].hidden ||
	       m->ids[L2TP_OWN_CONNECTION].hidden;
}

bool vpnalg_l2tp_request_is_one(const struct l2tp_message *m)
{
	return m->control && m->type == L2TP_SCCRQ && m->header.value == 0 &&
	       (m->ids[L2TP_OWN_TUNNEL].size != 0 ||
		m->ids[L2TP_OWN_CONNECTION].size != 0 || is_hidden(m));
}

static bool has_port(struct vpnalg_step *step, struct vpnalg_record *flow)
{
	return l2tp_flow_port(step, flow) == L2TP_PORT;
}

/* Returns whether the flow shares port 1701: it has that port, the server has a
 * fixed port, or SCCRQs from other ports were not answered. */
static bool will_share(struct vpnalg_step *step, struct vpnalg_record *flow,
		       uint32_t server)
{
	const struct l2tp_flow *f = l2tp_flow(step, flow);

	if (f->flags & L2TP_FLOW_SHARED || step->parsed->undo)
		return f->flags & L2TP_FLOW_SHARED;
	return server & L2TP_SERVER_FIXED_PORT ||
	       f->unanswered >= L2TP_UNANSWERED_MAX || has_port(step, flow);
}

static bool needs_slot(const struct request *a, uint32_t server)
{
	if (a->hidden)
		return a->shared || !(server & L2TP_SERVER_SYMMETRIC);
	return server == 0;
}

static enum vpnalg_result find_server(struct vpnalg_step *step,
				      struct request *a, bool fixed_port,
				      uint32_t *flags)
{
	struct vpnalg_record *server = NULL;
	enum vpnalg_result result;

	if (step->parsed->protocol == PROTOCOL_UDP) {
		server = vpnalg_l2tp_server_find(step, a->flow);
		if (server == NULL && step->parsed->undo)
			return VPNALG_DROP_NO_SESSION;
		if (server == NULL) {
			result = vpnalg_l2tp_server_open(step, a->flow,
							 fixed_port, &server);
			if (result != VPNALG_TRANSLATED)
				return result;
			l2tp_note(&a->opened, server);
		}
	}
	*flags = vpnalg_l2tp_server_flags(step, server);
	return VPNALG_TRANSLATED;
}

/* Returns whether the SCCRQ must wait, because another host has the slot. A
 * host that repeats its SCCRQ does not keep the slot longer. A host that was
 * held back for long enough is not held back again before it is answered. */
static bool is_held(struct vpnalg_step *step, struct request *a)
{
	struct vpnalg_record *requester =
		vpnalg_l2tp_server_requester(step, a->flow);
	struct l2tp_flow *f = l2tp_flow(step, a->flow);
	uint32_t now = (uint32_t)step->now;

	if (requester == NULL || requester == a->flow || step->parsed->undo ||
	    !vpnalg_session_may_hold(step->translator) ||
	    now - l2tp_flow(step, requester)->pending_since >= SLOT_MS)
		return false;
	if (f->held_count == 0)
		f->held_since = now;
	if (f->held_count >= HELD_MAX || now - f->held_since >= HELD_MS)
		return false;
	f->held_count++;
	return true;
}

static enum vpnalg_result open_tunnels(struct vpnalg_step *step,
				       struct request *a)
{
	struct vpnalg_record *record;
	enum vpnalg_result result;
	unsigned i;

	for (i = L2TP_OWN_TUNNEL; i <= L2TP_OWN_CONNECTION; i++) {
		struct l2tp_id *id = &a->m->ids[i];

		if (id->size == 0)
			continue;
		record = vpnalg_l2tp_tunnel_find(step, a->flow, false, id);
		if (record == NULL && !step->parsed->inside)
			return VPNALG_DROP_NO_SESSION;
		if (record == NULL) {
			result = vpnalg_l2tp_tunnel_open(step, a->flow, id,
							 a->m->digest, &record);
			if (result != VPNALG_TRANSLATED)
				return result;
			l2tp_note(&a->opened, record);
		}
		vpnalg_l2tp_tunnel_other(step, id, record);
		a->own[i] = record;
	}
	return vpnalg_l2tp_message_is_fit(a->m) ? VPNALG_TRANSLATED
						: VPNALG_DROP_AMBIGUOUS;
}

static enum vpnalg_result take_slot(struct vpnalg_step *step, struct request *a)
{
	struct vpnalg_tuple tuple;

	if (!a->takes_slot || step->parsed->undo ||
	    vpnalg_l2tp_server_requester(step, a->flow) == a->flow)
		return VPNALG_TRANSLATED;
	vpnalg_l2tp_server_slot(step, a->flow, &tuple);
	vpnalg_session_unlink(step->translator, a->flow, VPNALG_OUTSIDE_PEER);
	if (!vpnalg_session_link(step->translator, a->flow, &tuple))
		return VPNALG_DROP_STORE;
	l2tp_flow(step, a->flow)->pending_since = (uint32_t)step->now;
	return VPNALG_TRANSLATED;
}

/* Does all that can fail. */
static enum vpnalg_result prepare(struct vpnalg_step *step, struct request *a,
				  bool fixed_port)
{
	enum vpnalg_result result;
	uint32_t server;

	if (l2tp_flow(step, a->flow)->flags & L2TP_FLOW_CLASH)
		return VPNALG_DROP_AMBIGUOUS;
	result = find_server(step, a, fixed_port, &server);
	if (result != VPNALG_TRANSLATED)
		return result;
	a->hidden = is_hidden(a->m);
	a->shared = will_share(step, a->flow, server);
	a->takes_slot = needs_slot(a, server);
	if (a->shared && !a->m->whole)
		return VPNALG_DROP_TRUNCATED;
	if (a->takes_slot && is_held(step, a))
		return VPNALG_DROP_HELD;
	if (a->shared) {
		l2tp_flow(step, a->flow)->flags |= L2TP_FLOW_SHARED;
		result = open_tunnels(step, a);
	}
	if (result == VPNALG_TRANSLATED)
		result = vpnalg_l2tp_any_address_open(step, a->flow, a->m,
						      &a->opened);
	if (result == VPNALG_TRANSLATED)
		result = take_slot(step, a);
	return result;
}

static void note_pending(struct l2tp_flow *f, const struct request *a)
{
	f->own[0] = a->m->ids[L2TP_OWN_TUNNEL].value;
	f->own[1] = a->m->ids[L2TP_OWN_CONNECTION].value;
	f->flags &= (uint16_t)~L2TP_FLOW_HIDDEN;
	f->flags |= L2TP_FLOW_PENDING | L2TP_FLOW_BEGUN;
	if (a->hidden)
		f->flags |= L2TP_FLOW_HIDDEN;
	if (!a->shared)
		f->unanswered++;
}

static void commit(struct vpnalg_step *step, const struct request *a)
{
	struct l2tp_flow *f = l2tp_flow(step, a->flow);
	unsigned i;

	if (step->parsed->inside)
		note_pending(f, a);
	f->busy = 0;
	vpnalg_session_changed(step->translator, a->flow);
	vpnalg_l2tp_flow_refresh(step, a->flow, a->m);
	for (i = 0; i < 2; i++)
		if (a->own[i] != NULL && step->parsed->inside)
			vpnalg_l2tp_peer_renew(step, a->flow, a->own[i]);
}

enum vpnalg_result vpnalg_l2tp_request(struct vpnalg_step *step,
				       struct vpnalg_record *flow,
				       struct l2tp_message *m, bool fixed_port)
{
	struct request a = { .flow = flow, .m = m };
	uint16_t before = l2tp_flow(step, flow)->flags;
	enum vpnalg_result result = prepare(step, &a, fixed_port);

	if (result == VPNALG_TRANSLATED) {
		commit(step, &a);
		return result;
	}
	l2tp_close(step, &a.opened);
	l2tp_flow(step, flow)->flags = before;
	vpnalg_session_changed(step->translator, flow);
	return result;
}
