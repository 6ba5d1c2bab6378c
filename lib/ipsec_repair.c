/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs that evidence speaks against are taken apart, and what is left is
 * judged anew: the host stays expected, the SPI goes to another. */
#include "ipsec.h"

/* What the host received before may be overtaken for so long. */
#define OVERTAKEN_MS 60

/* After that its end or its going on says nothing. */
#define CONTRADICTION_MS 5000

/* A pair must have had a chance. */
#define CHANCE_MS 3000

/* A doubt is forgotten after that. */
#define DOUBT_MS 70000

/* What arrives now. */
#define ARRIVING_MS 1500

static void undo(struct vpnalg *translator, struct vpnalg_record *host,
		 unsigned index, bool refuse)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	uint32_t spi = h->in[index].spi, first = h->in[index].first;
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);

	if (sa != NULL)
		vpnalg_session_tell(translator, sa, VPNALG_EVENT_UNPAIRED,
				    VPNALG_EVIDENCE_NONE);
	vpnalg_ipsec_pair_undo(translator, host, index);
	if (remote == NULL)
		return;
	vpnalg_ipsec_watch_again(translator, remote, spi, first,
				 refuse ? handle : 0);
	vpnalg_ipsec_remote_expect(translator, remote, host, first);
}

static bool was_guessed(const struct ipsec_in *in)
{
	switch (in->flags & IPSEC_IN_EVIDENCE) {
	case VPNALG_EVIDENCE_EXPECTED:
	case VPNALG_EVIDENCE_CONTINUED:
	case VPNALG_EVIDENCE_WOKE:
	case VPNALG_EVIDENCE_CONNECTED:
		return true;
	default:
		return false;
	}
}

/* An SA that a younger one was to replace is still used. If the younger one
 * came without any doubt, the host has two; else it is another host's. */
void vpnalg_ipsec_repair_contradicted(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct ipsec_in *old = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *young;
	struct ipsec_in *in;
	uint32_t age;

	if (host == NULL)
		return;
	young = vpnalg_ipsec_host_inbound(translator, host, 0);
	in = young != NULL ? vpnalg_session_body(translator, young) : NULL;
	age = ipsec_now(translator) -
	      vpnalg_ipsec_host_body(translator, host)->in[0].first;
	if (in == NULL || young == step->record || !was_guessed(in) ||
	    in->flags & IPSEC_IN_CONFIRMED || age > CONTRADICTION_MS) {
		old->flags &= (uint8_t)~IPSEC_IN_OLD;
		return;
	}
	if (age < OVERTAKEN_MS)
		return;
	old->flags &= (uint8_t)~IPSEC_IN_OLD;
	undo(translator, host, 0, false);
}

/* The host does not hear the remote, though something arrives for it. Where
 * nobody else is in sight, once may be about something else. */
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *sa;
	struct ipsec_in *in;

	if (remote == NULL || remote->children < 2)
		return;
	sa = vpnalg_ipsec_host_inbound(translator, host, 0);
	if (sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	if (!was_guessed(in) || now - in->seen > ARRIVING_MS ||
	    now - h->in[0].first < CHANCE_MS)
		return;
	if (h->flags & IPSEC_HOST_DOUBTED && now - h->doubted < CHANCE_MS)
		return; /* sent again */
	if ((h->flags & IPSEC_HOST_DOUBTED && now - h->doubted < DOUBT_MS) ||
	    vpnalg_ipsec_judge_doubts(translator, remote, handle,
				      h->in[0].first)) {
		undo(translator, host, 0, true);
		return;
	}
	h->flags |= IPSEC_HOST_DOUBTED;
	h->doubted = now;
	vpnalg_session_changed(translator, host);
}
