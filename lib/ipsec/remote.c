/* SPDX-License-Identifier: BSD-2-Clause */
#include "remote.h"

#include "blocks.h"
#include "host.h"
#include "ring.h"

struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	return vpnalg_ipsec_blocks_find(translator, session, 0);
}

/* Counts the host with its remote, opening that if need be. Returns false if
 * the store has no room. */
static bool join(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_tuple outside;

	vpnalg_session_tuple(translator, host, VPNALG_OUTSIDE_OWN, &outside);
	if (remote == NULL)
		remote = vpnalg_ipsec_blocks_open_remote(step, &outside);
	if (remote == NULL || !vpnalg_ipsec_blocks_grow(step, remote, &outside))
		return false;
	remote->children++;
	vpnalg_ipsec_ring_enter(translator, remote, host);
	vpnalg_session_changed(translator, remote);
	return true;
}

enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     struct vpnalg_record **host)
{
	enum vpnalg_result result = vpnalg_ipsec_host_open(step, host);

	if (result != VPNALG_TRANSLATED)
		return result;
	if (join(step, *host)) {
		ipsec_host_body(step->translator, *host)->flags =
			IPSEC_HOST_JOINED | IPSEC_HOST_INITIAL;
		vpnalg_session_changed(step->translator, *host);
		return VPNALG_TRANSLATED;
	}
	vpnalg_session_close(step->translator, *host);
	return VPNALG_DROP_STORE;
}

void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	struct vpnalg_record *remote = vpnalg_session_peek_beside(
		translator, host, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, 0,
		IPSEC_PORT_REMOTE);

	if (remote == NULL ||
	    !(ipsec_host_body(translator, host)->flags & IPSEC_HOST_JOINED))
		return;
	vpnalg_ipsec_ring_leave(translator, remote, host);
	remote->children--;
	vpnalg_session_changed(translator, remote);
	if (remote->children == 0)
		vpnalg_ipsec_blocks_release(translator, remote, host);
}

void vpnalg_ipsec_remote_paired(struct vpnalg *translator,
				struct vpnalg_record *remote,
				const struct ipsec_candidate *c)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	unsigned i;

	for (i = IPSEC_PAIRED - 1; i > 0; i--)
		r->paired[i] = r->paired[i - 1];
	r->paired[0] = (struct ipsec_since){ c->id, c->since };
	vpnalg_session_changed(translator, remote);
}

void vpnalg_ipsec_remote_clear_rekey(struct vpnalg *translator,
				     struct vpnalg_record *remote, uint32_t id)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	unsigned i, kept = 0;

	for (i = 0; i < IPSEC_REKEYED; i++)
		if (r->rekeyed[i].id != id)
			r->rekeyed[kept++] = r->rekeyed[i];
	for (; kept < IPSEC_REKEYED; kept++)
		r->rekeyed[kept].id = 0;
	vpnalg_session_changed(translator, remote);
}

void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id)
{
	struct ipsec_remote *r = ipsec_remote_body(translator, remote);
	unsigned i;

	vpnalg_ipsec_remote_clear_rekey(translator, remote, id);
	for (i = IPSEC_REKEYED - 1; i > 0; i--)
		r->rekeyed[i] = r->rekeyed[i - 1];
	r->rekeyed[0].id = id;
	r->rekeyed[0].since = ipsec_now(translator);
	vpnalg_session_changed(translator, remote);
}
