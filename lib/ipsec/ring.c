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

/* After loading */

/* Whether a record that was found by its key is of that kind, as another record
 * of this handler: a state that is loaded may say anything. */
static bool is_of_kind(const struct vpnalg_record *record, unsigned kind,
		       const struct vpnalg_record *other)
{
	return record != NULL && record->kind == kind &&
	       vpnalg_record_handler(record) == vpnalg_record_handler(other);
}

/* Returns the host of that ID if it is one that its remote counts, or NULL. */
static struct vpnalg_record *peek_joined(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 uint32_t id)
{
	struct vpnalg_record *host = ipsec_host_peek(translator, remote, id);

	return is_of_kind(host, IPSEC_KIND_HOST, remote) &&
			       ipsec_host_body(translator, host)->flags &
				       IPSEC_HOST_JOINED
		       ? host
		       : NULL;
}

/* Returns the ID of the host behind that one; 0 if the two are not linked. */
static uint32_t follow(struct vpnalg *translator, struct vpnalg_record *remote,
		       uint32_t id)
{
	struct vpnalg_record *host = peek_joined(translator, remote, id);
	uint32_t next;

	if (host == NULL)
		return 0;
	next = ipsec_host_body(translator, host)->next;
	host = peek_joined(translator, remote, next);
	return host != NULL && ipsec_host_body(translator, host)->previous == id
		       ? next
		       : 0;
}

/* Whether all hosts that the remote counts are one ring. */
static bool is_ring(struct vpnalg *translator, struct vpnalg_record *remote)
{
	uint32_t turn = ipsec_remote_body(translator, remote)->turn;
	uint32_t id = turn;
	unsigned i;

	for (i = 0; i < remote->children; i++) {
		id = follow(translator, remote, id);
		if (id == 0 || id == turn)
			return id != 0 && i + 1U == remote->children;
	}
	return i == 0;
}

static struct vpnalg_record *remote_of(struct vpnalg *translator,
				       struct vpnalg_record *host)
{
	struct vpnalg_record *remote = vpnalg_session_peek_beside(
		translator, host, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, 0,
		IPSEC_PORT_REMOTE);

	return is_of_kind(remote, IPSEC_KIND_REMOTE, host) ? remote : NULL;
}

/* Takes a host out of the ring of a remote that has none, then puts it in. One
 * whose remote was not loaded is counted by none. */
static void mend_host(struct vpnalg *translator, struct vpnalg_record *host,
		      unsigned round)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *remote = remote_of(translator, host);

	if (!(h->flags & IPSEC_HOST_JOINED))
		return;
	if (remote == NULL) {
		h->flags &= (uint16_t)~IPSEC_HOST_JOINED;
	} else if (round == 1 &&
		   ipsec_remote_body(translator, remote)->turn == 0) {
		h->next = h->previous = 0;
	} else if (round == 2 && h->next == 0) {
		vpnalg_ipsec_ring_enter(translator, remote, host);
		vpnalg_session_changed(translator, remote);
	} else {
		return;
	}
	vpnalg_session_changed(translator, host);
}

void vpnalg_ipsec_ring_loaded(struct vpnalg *translator,
			      struct vpnalg_record *record, unsigned round)
{
	if (record->kind == IPSEC_KIND_HOST) {
		mend_host(translator, record, round);
	} else if (round == 0 && !is_ring(translator, record)) {
		ipsec_remote_body(translator, record)->turn = 0;
		vpnalg_session_changed(translator, record);
	}
}
