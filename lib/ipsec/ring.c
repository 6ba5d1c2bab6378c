/* SPDX-License-Identifier: BSD-2-Clause */
#include "ring.h"

#include "blocks.h"
#include "host.h"

/* Bounds the hosts that are visited for one packet. */
#define LACKING_HOSTS 16

/* The host is put behind the host that has the turn. */
void vpnalg_ipsec_ring_enter(struct vpnalg *translator,
			     struct vpnalg_record *remote,
			     struct vpnalg_record *host)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	struct vpnalg_record *at, *next;
	struct ipsec_host *a, *n;

	h->next = h->previous = id;
	at = r->turn != 0 ? ipsec_host_peek(translator, host, r->turn) : NULL;
	if (at == NULL) {
		r->turn = id;
		return;
	}
	a = ipsec_host_body(translator, at);
	next = ipsec_host_peek(translator, host, a->next);
	if (next == NULL)
		return;
	n = ipsec_host_body(translator, next);
	h->previous = r->turn;
	h->next = a->next;
	a->next = id;
	n->previous = id;
	vpnalg_session_changed(translator, at);
	vpnalg_session_changed(translator, next);
}

static void link_after(struct vpnalg *translator, struct vpnalg_record *host,
		       uint32_t id, uint32_t next)
{
	struct vpnalg_record *at = ipsec_host_peek(translator, host, id);

	if (at == NULL)
		return;
	ipsec_host_body(translator, at)->next = next;
	vpnalg_session_changed(translator, at);
}

void vpnalg_ipsec_ring_leave(struct vpnalg *translator,
			     struct vpnalg_record *remote,
			     struct vpnalg_record *host)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	const struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *next = ipsec_host_peek(translator, host, h->next);
	uint32_t id;

	if (next == NULL)
		return;
	id = ipsec_host_body(translator, next)->previous; /* its own ID */
	if (r->turn == id)
		r->turn = next != host ? h->next : 0;
	ipsec_host_body(translator, next)->previous = h->previous;
	vpnalg_session_changed(translator, next);
	link_after(translator, host, h->previous, h->next);
}

/* Returns the host of that ID. A dead one is closed: NULL. */
static struct vpnalg_record *visit(struct vpnalg *translator,
				   struct vpnalg_record *remote, uint32_t id)
{
	struct vpnalg_record *host = ipsec_host_peek(translator, remote, id);

	if (host == NULL || vpnalg_session_is_alive(translator, host))
		return host;
	vpnalg_session_close(translator, host);
	return NULL;
}

struct vpnalg_record *vpnalg_ipsec_ring_turn(struct vpnalg *translator,
					     struct vpnalg_record *remote)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	struct vpnalg_record *host = visit(translator, remote, r->turn);

	if (host == NULL)
		return NULL;
	r->turn = ipsec_host_body(translator, host)->next;
	vpnalg_session_changed(translator, remote);
	return host;
}

struct vpnalg_record *vpnalg_ipsec_ring_lacking(struct vpnalg *translator,
						struct vpnalg_record *remote,
						uint32_t except, bool *only)
{
	struct vpnalg_record *host, *next = NULL;
	unsigned i, count = 0;
	bool lacks;

	*only = false;
	for (i = 0; i < remote->children && i < LACKING_HOSTS; i++) {
		host = vpnalg_ipsec_ring_turn(translator, remote);
		if (host == NULL)
			return NULL;
		lacks = vpnalg_ipsec_host_id(translator, host) != except &&
			ipsec_host_lacks_inbound(
				ipsec_host_body(translator, host));
		if (next == NULL || (lacks && count == 0))
			next = host;
		count += lacks;
	}
	if (next == NULL)
		return NULL;
	ipsec_remote_body(translator, remote)->turn =
		ipsec_host_body(translator, next)->next;
	vpnalg_session_changed(translator, remote);
	*only = count == 1 && i == remote->children;
	return next;
}

struct vpnalg_record *vpnalg_ipsec_ring_lone(struct vpnalg *translator,
					     struct vpnalg_record *remote)
{
	return visit(translator, remote,
		     ipsec_remote_body(translator, remote)->turn);
}
