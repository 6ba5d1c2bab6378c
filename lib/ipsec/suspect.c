/* SPDX-License-Identifier: BSD-2-Clause */
#include "suspect.h"

#include "host.h"
#include "remote.h"
#include "repair.h"

/* What the host received before may be overtaken for so long. */
#define OVERTAKEN_MS 60

/* After that its end or its going on says nothing. */
#define CONTRADICTION_MS 5000

/* A pair must have had a chance. */
#define CHANCE_MS 3000

/* A doubt is forgotten after that. */
#define SUSPECTED_MS 70000

/* So long after a host's good-bye something may still arrive. */
#define GOOD_BYE_MS 1000

/* What has arrived since then would keep a host from asking, had it heard it. */
#define ARRIVING_MS 5000

/* The host may have begun to send by chance when it was probed. */
static bool may_be_wrong(const struct ipsec_in *in)
{
	return vpnalg_ipsec_repair_was_guessed(in) ||
	       in->evidence == VPNALG_EVIDENCE_ANSWERED;
}

void vpnalg_ipsec_suspect_successor(struct vpnalg_step *step)
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
	first = ipsec_host_body(translator, host)->in[0].first;
	age = ipsec_now(translator) - first;
	if (in == NULL || young == step->record ||
	    !vpnalg_ipsec_repair_was_guessed(in) || in->confirmed ||
	    age > CONTRADICTION_MS ||
	    vpnalg_ipsec_host_has_several(translator, host)) {
		old->old = 0;
		vpnalg_session_changed(translator, step->record);
		return;
	}
	if (age < OVERTAKEN_MS)
		return;
	old->old = 0;
	vpnalg_session_changed(translator, step->record);
	vpnalg_ipsec_repair_youngest(translator, host, 0);
}

static void refuse(struct vpnalg *translator, struct vpnalg_record *host)
{
	vpnalg_ipsec_repair_youngest(translator, host,
				     vpnalg_ipsec_host_id(translator, host));
}

void vpnalg_ipsec_suspect_youngest(struct vpnalg_step *step,
				   struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator), before = now - h->suspected;
	bool again = h->flags & IPSEC_HOST_SUSPECTED && before < SUSPECTED_MS;
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
	h->flags |= IPSEC_HOST_SUSPECTED;
	h->suspected = now;
	vpnalg_session_changed(translator, host);
	if (vpnalg_ipsec_repair_was_guessed(in) &&
	    vpnalg_ipsec_repair_may_be_others(translator, host))
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
	    ipsec_now(translator) -
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
