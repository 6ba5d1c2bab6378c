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

/* So long after a host's good-bye something may still arrive. */
#define GOOD_BYE_MS 1000

/* What has arrived since then would keep a host from asking, had it heard it. */
#define ARRIVING_MS 5000

/* The host's youngest pair. It was expected since then. */
static void undo(struct vpnalg *translator, struct vpnalg_record *host,
		 uint32_t since, uint32_t refused, uint8_t flags)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t spi = h->in[0].spi, first = h->in[0].first;
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);

	if (sa != NULL)
		vpnalg_session_tell(translator, sa, VPNALG_EVENT_UNPAIRED,
				    VPNALG_EVIDENCE_NONE);
	vpnalg_ipsec_pair_undo(translator, host, 0);
	if (remote == NULL)
		return;
	vpnalg_ipsec_watch_again(translator, remote,
				 &(struct ipsec_watched){ .spi = spi,
							  .first = first,
							  .refused = refused,
							  .flags = flags });
	vpnalg_ipsec_remote_expect(translator, remote, host, since);
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

/* The host may have begun to send by chance when it got a packet on trial. */
static bool may_be_wrong(const struct ipsec_in *in)
{
	return was_guessed(in) || (in->flags & IPSEC_IN_EVIDENCE) ==
					  VPNALG_EVIDENCE_ANSWERED;
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
	uint32_t age, first;

	if (host == NULL)
		return;
	young = vpnalg_ipsec_host_inbound(translator, host, 0);
	in = young != NULL ? vpnalg_session_body(translator, young) : NULL;
	first = vpnalg_ipsec_host_body(translator, host)->in[0].first;
	age = ipsec_now(translator) - first;
	if (in == NULL || young == step->record || !was_guessed(in) ||
	    in->flags & IPSEC_IN_CONFIRMED || age > CONTRADICTION_MS) {
		old->flags &= (uint8_t)~IPSEC_IN_OLD;
		vpnalg_session_changed(translator, step->record);
		return;
	}
	if (age < OVERTAKEN_MS)
		return;
	old->flags &= (uint8_t)~IPSEC_IN_OLD;
	vpnalg_session_changed(translator, step->record);
	undo(translator, host, first, 0, 0);
}

static bool may_be_others(struct vpnalg *translator,
			  struct vpnalg_record *host)
{
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);

	return remote != NULL &&
	       vpnalg_ipsec_judge_doubts(
		       translator, remote,
		       vpnalg_ipsec_host_handle(translator, host),
		       vpnalg_ipsec_host_body(translator, host)->in[0].first);
}

static void refuse(struct vpnalg *translator, struct vpnalg_record *host)
{
	undo(translator, host,
	     vpnalg_ipsec_host_body(translator, host)->in[0].first,
	     vpnalg_ipsec_host_handle(translator, host), 0);
}

/* The host does not hear the remote, though something arrives for it. Once may
 * be about something else. */
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator), before = now - h->doubted;
	bool again = h->flags & IPSEC_HOST_DOUBTED && before < DOUBT_MS;
	struct ipsec_in *in;

	if (remote == NULL || remote->children < 2 || sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	if (!may_be_wrong(in) || now - in->seen > ARRIVING_MS ||
	    now - h->in[0].first < CHANCE_MS ||
	    (again && before < CHANCE_MS)) /* sent again */
		return;
	if (again) {
		refuse(translator, host);
		return;
	}
	h->flags |= IPSEC_HOST_DOUBTED;
	h->doubted = now;
	vpnalg_session_changed(translator, host);
	if (was_guessed(in) && may_be_others(translator, host))
		in->flags |= IPSEC_IN_DOUBTED;
	vpnalg_session_changed(translator, sa);
}

/* If the host had said good-bye, the remote would have stopped. */
bool vpnalg_ipsec_repair_goes_on(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);

	if (host == NULL ||
	    ipsec_now(translator) -
			    vpnalg_ipsec_host_body(translator, host)->doubted <
		    GOOD_BYE_MS)
		return false;
	in->flags &= (uint8_t)~IPSEC_IN_DOUBTED;
	vpnalg_session_changed(translator, step->record);
	if (vpnalg_ipsec_host_inbound(translator, host, 0) != step->record ||
	    !may_be_others(translator, host))
		return false;
	refuse(translator, host);
	return true;
}

/* A guess, and the host says nothing to what arrives, nor ever has. Others that
 * are silent may be meant. It must be as old as that, in milliseconds. */
bool vpnalg_ipsec_repair_unanswered(struct vpnalg_step *step,
				    struct vpnalg_record *host, uint32_t least)
{
	struct vpnalg *translator = step->translator;
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	const struct ipsec_in *in =
		vpnalg_session_body(translator, step->record);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_walk walk = { .remote = remote };
	const struct ipsec_watched w = {
		.first = h->in[0].first,
		.refused = vpnalg_ipsec_host_handle(translator, host),
	};

	if (remote == NULL || remote->children < 2 || !was_guessed(in) ||
	    !vpnalg_session_may_wait(translator) || h->in[1].spi != 0 ||
	    vpnalg_ipsec_host_outbound(translator, host) != NULL ||
	    ipsec_now(translator) - w.first < least ||
	    vpnalg_ipsec_trial_next(translator, &walk, &w) == NULL)
		return false;
	undo(translator, host, w.first, w.refused, IPSEC_WATCHED_UNANSWERED);
	return true;
}

/* The host got an SPI, and now one has begun that fits as well. Whose is which
 * is open again, if the first may be anybody else's. */
static bool contest(struct vpnalg *translator, struct vpnalg_record *remote,
		    const struct ipsec_expecting *paired,
		    const struct ipsec_watched *w)
{
	struct vpnalg_record *host = vpnalg_ipsec_host_by_handle(
		translator, remote, paired->handle);
	const struct ipsec_host *h;
	const struct ipsec_in *in;
	struct vpnalg_record *sa;

	if (host == NULL)
		return false;
	h = vpnalg_ipsec_host_body(translator, host);
	sa = vpnalg_ipsec_host_inbound(translator, host, 0);
	if (sa == NULL || w->began - h->in[0].first > IPSEC_RIVAL_MS)
		return false;
	in = vpnalg_session_body(translator, sa);
	if (in->flags & IPSEC_IN_CONFIRMED || !was_guessed(in) ||
	    !may_be_others(translator, host) ||
	    !vpnalg_ipsec_judge_fits(translator, host, w))
		return false;
	undo(translator, host, paired->since, 0, 0);
	return true;
}

bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_watched *w)
{
	const struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, remote);
	bool contested = false;
	unsigned i;

	for (i = 0; i < IPSEC_PAIRED; i++)
		contested |= r->paired[i].handle != 0 &&
			     contest(translator, remote, &r->paired[i], w);
	return contested;
}
