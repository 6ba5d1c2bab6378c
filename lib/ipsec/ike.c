/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike.h"

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "host.h"
#include "ike_sa.h"
#include "remote.h"

/* Port 500 is tried after this many first messages without an answer. */
#define UNANSWERED_MAX 3

/* Learning from a message */

/* Notes that the last exchange was the rekey of an IKE SA. */
static void clear_rekey(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, step->record);

	if (host != NULL && remote != NULL)
		vpnalg_ipsec_remote_clear_rekey(
			translator, remote,
			vpnalg_ipsec_host_id(translator, host));
}

/* Learns from a message that goes out. Some remotes do not answer other ports
 * than 500 at all. */
static void seen_outward(struct vpnalg_step *step, const uint8_t *header)
{
	struct ipsec_ike *ike = ipsec_ike(step);

	if (step->parsed->undo) /* its host may be guessed by the port */
		return;
	if (vpnalg_ipsec_ike_sa_learn(step, header))
		clear_rekey(step);
	if (ike->flags & (IPSEC_IKE_ANSWERED | IPSEC_IKE_FIXED_PORT) ||
	    !ipsec_ike_sa_is_initial(header))
		return;
	if (ike->unanswered++ >= UNANSWERED_MAX)
		ike->flags |= IPSEC_IKE_FIXED_PORT;
	vpnalg_session_changed(step->translator, step->record);
}

/* Learns from a message that comes in: an answer to port 500, though the
 * request came from another port, shows a fixed port. A message that names no
 * SPI of the host's proves nothing: it may be forged. */
static void seen_inward(struct vpnalg_step *step, const uint8_t *header)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct ipsec_ike *ike = ipsec_ike(step);
	unsigned port = vpnalg_local_port(parsed);

	if (header == NULL || !vpnalg_ipsec_ike_sa_is_known(step, header))
		return;
	ike->flags |= IPSEC_IKE_ANSWERED;
	if (!parsed->inside && port == ipsec_ike_port(step, VPNALG_OUTSIDE_OWN))
		ike->flags &= (uint8_t)~IPSEC_IKE_FIXED_PORT;
	else if (!parsed->inside)
		ike->flags |= IPSEC_IKE_FIXED_PORT;
	vpnalg_session_changed(step->translator, step->record);
}

static void learn(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	if (step->parsed->inward)
		seen_inward(step, header);
	else if (header != NULL &&
		 ipsec_ike_port(step, VPNALG_INSIDE_OWN) == IKE_PORT)
		seen_outward(step, header);
}

/* Passing it on */

/* Moves the deadline: what the inside host sends keeps the session (RFC 4787
 * REQ-6). */
static void prolong(struct vpnalg_step *step)
{
	uint32_t life = ipsec_ike_lifetime(step);

	if (step->record->deadline - step->now <= life)
		vpnalg_session_set_lifetime(step->translator, step->record,
					    (vpnalg_time)life +
						    life / IPSEC_SLACK_PART);
}

/* Moves the deadline of the session, and that of its host, which is kept for
 * its rekeys. */
static void refresh(struct vpnalg_step *step)
{
	struct vpnalg_record *host;

	if (step->parsed->inward)
		return;
	prolong(step);
	if (vpnalg_ipsec_ike_sa_header(step) == NULL)
		return;
	host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host != NULL)
		vpnalg_ipsec_host_prolong(step->translator, host);
}

/* Returns whether the packet's outside form has port 500 whatever port the
 * session has. It does not if nothing would identify its host then. */
static bool shares_port(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	if (header == NULL || !(ipsec_ike(step)->flags & IPSEC_IKE_FIXED_PORT))
		return false;
	return step->parsed->inward ||
	       vpnalg_ipsec_ike_sa_find(step, header) == step->record;
}

/* Notes in the session that has port 500 for itself that another one sends from
 * there. */
static void note_company(struct vpnalg_step *step)
{
	struct vpnalg_record *owner;
	struct vpnalg_tuple outside;
	struct ipsec_ike *ike;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	outside.id = IKE_PORT;
	owner = vpnalg_session_find(step->translator, &outside);
	if (owner == NULL || owner == step->record ||
	    vpnalg_record_handler(owner) !=
		    vpnalg_record_handler(step->record) ||
	    owner->kind != IPSEC_KIND_IKE)
		return;
	ike = vpnalg_session_body(step->translator, owner);
	if (ike->flags & IPSEC_IKE_NOT_ALONE)
		return;
	ike->flags |= IPSEC_IKE_NOT_ALONE;
	vpnalg_session_changed(step->translator, owner);
}

static void rewrite(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	bool shares = parsed->inside && shares_port(step);

	vpnalg_rewrite_ends(step);
	if (!shares)
		return;
	vpnalg_rewrite_16(
		step, parsed->inward ? PORT_DESTINATION_OFF : PORT_SOURCE_OFF,
		IKE_PORT);
	if (!parsed->inward)
		note_company(step);
}

void vpnalg_ipsec_ike_pass(struct vpnalg_step *step)
{
	learn(step);
	refresh(step);
	rewrite(step);
}

void vpnalg_ipsec_ike_pass_data(struct vpnalg_step *step)
{
	if (!step->parsed->inward)
		prolong(step);
	vpnalg_rewrite_ends(step);
}
