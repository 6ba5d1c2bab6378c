/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides whether an SA that goes on, or a liveness check of a host, speaks
 * against the host's youngest pair: see suspect.h. */
#include "suspect.h"

#include "host.h"
#include "remote.h"
#include "repair.h"

/* Packets with the new SA may overtake those with the old one for this time. */
#define OVERTAKEN_MS 60

/* After this time the end of the old SA, or its going on, is no evidence. */
#define CONTRADICTION_MS 5000

/* The least age of a pair that is suspected. */
#define CHANCE_MS 3000

/* A suspicion is forgotten after this time. */
#define SUSPECTED_MS 70000

/* Packets may still arrive for this time after a host has ended its SA. */
#define GOOD_BYE_MS 1000

/* A host that received ESP within this time would send no liveness check. */
#define ARRIVING_MS 5000

/* Returns whether a pair may be wrong. A host that was probed may have begun to
 * send by chance. */
static bool may_be_wrong(const struct ipsec_in *in)
{
	return vpnalg_ipsec_repair_was_guessed(in) ||
	       in->evidence == VPNALG_EVIDENCE_ANSWERED;
}

/* Returns whether the host's youngest SA may be wrong, since the SA at hand
 * goes on. A youngest SA that is certain means that the host has two; so does
 * another SPI that is promised to it. */
static bool is_contradicted(struct vpnalg_step *step,
			    struct vpnalg_record *host, uint32_t age)
{
	struct vpnalg_record *young =
		vpnalg_ipsec_host_inbound(step->translator, host, 0);
	const struct ipsec_in *in;

	if (young == NULL || young == step->record || age > CONTRADICTION_MS)
		return false;
	in = vpnalg_session_body(step->translator, young);
	return vpnalg_ipsec_repair_was_guessed(in) && !in->confirmed &&
	       ipsec_host_body(step->translator, host)->pending == 0 &&
	       !vpnalg_ipsec_host_has_several(step->translator, host);
}

void vpnalg_ipsec_suspect_successor(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct ipsec_in *old = vpnalg_session_body(translator, step->record);
	bool contradicted;
	uint32_t age;

	if (host == NULL)
		return;
	age = ipsec_step_now(step) -
	      ipsec_host_body(translator, host)->in[0].first;
	contradicted = is_contradicted(step, host, age);
	if (contradicted && age < OVERTAKEN_MS)
		return;
	old->old = 0;
	vpnalg_session_changed(translator, step->record);
	if (contradicted)
		vpnalg_ipsec_repair_youngest(translator, host, 0,
					     VPNALG_EVIDENCE_OLD_GOES_ON);
}

static void refuse(struct vpnalg *translator, struct vpnalg_record *host)
{
	vpnalg_ipsec_repair_youngest(translator, host,
				     vpnalg_ipsec_host_id(translator, host),
				     VPNALG_EVIDENCE_LIVENESS_CHECK);
}

/* One liveness check may be about something else. */
void vpnalg_ipsec_suspect_youngest(struct vpnalg_step *step,
				   struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_step_now(step), before = now - h->suspected;
	bool again = h->flags & IPSEC_HOST_SUSPECTED && before < SUSPECTED_MS;
	struct ipsec_in *in;

	if (remote == NULL || remote->children < 2 || sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	if (!may_be_wrong(in) || now - in->seen > ARRIVING_MS ||
	    now - h->in[0].first < CHANCE_MS ||
	    (again && before < CHANCE_MS)) /* a retransmission */
		return;
	if (again) {
		refuse(translator, host);
		return;
	}
	h->flags |= IPSEC_HOST_SUSPECTED;
	h->suspected = now;
	vpnalg_session_changed(translator, host);
	if (!vpnalg_ipsec_repair_was_guessed(in) ||
	    !vpnalg_ipsec_repair_may_be_others(translator, host))
		return;
	in->suspect = 1;
	vpnalg_session_changed(translator, sa);
}

bool vpnalg_ipsec_suspect_persists(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);

	if (host == NULL ||
	    ipsec_step_now(step) -
			    ipsec_host_body(translator, host)->suspected <
		    GOOD_BYE_MS)
		return false;
	in->suspect = 0;
	vpnalg_session_changed(translator, step->record);
	if (vpnalg_ipsec_host_inbound(translator, host, 0) != step->record ||
	    !vpnalg_ipsec_repair_may_be_others(translator, host))
		return false;
	refuse(translator, host);
	return true;
}
