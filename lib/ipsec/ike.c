/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike.h"

#include <string.h>

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "candidate.h"
#include "host.h"
#include "ike_port.h"
#include "ike_sa.h"
#include "parent.h"
#include "remote.h"

/* After so many first messages without an answer port 500 is tried. */
#define UNANSWERED_MAX 3

static struct ipsec_ike *body(struct vpnalg_step *step)
{
	return vpnalg_session_body(step->translator, step->record);
}

/* Finding the session */

/* Returns whether the remote talks to port 500 only. */
static bool has_fixed_port(struct vpnalg *translator,
			   struct vpnalg_record *session)
{
	const struct ipsec_ike *ike = vpnalg_session_body(translator, session);

	return ike->flags & IPSEC_IKE_FIXED_PORT;
}

/* Returns the session of a host that may have rekeyed its IKE SA, if the remote
 * would send to it through this port; else NULL. */
static struct vpnalg_record *session_of(struct vpnalg_step *step,
					struct vpnalg_record *host)
{
	struct vpnalg_record *session;

	if (host == NULL)
		return NULL;
	session = vpnalg_ipsec_ike_sa_session(step->translator, host);
	if (session != NULL && (session == step->record ||
				has_fixed_port(step->translator, session)))
		return session;
	return NULL;
}

/* Returns the session that a message with an unknown initiator SPI is for; NULL
 * if there is none. A remote with a fixed port may be the first to use the SPIs
 * of a rekeyed IKE SA (RFC 7296 2.18). The message is for the host that has
 * rekeyed last; rather for one whose exchange has made no ESP SA. */
static struct vpnalg_record *find_rekeyed(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote, *host, *session, *found = NULL;
	const struct ipsec_since *e;
	struct ipsec_candidate c;
	unsigned i;

	remote = vpnalg_ipsec_remote_of(translator, step->record);
	if (remote == NULL)
		return NULL;
	e = ipsec_remote_body(translator, remote)->rekeyed;
	for (i = 0; i < IPSEC_REKEYED && e[i].id != 0; i++) {
		host = vpnalg_ipsec_host_alive(translator, remote, e[i].id);
		session = session_of(step, host);
		if (session == NULL)
			continue;
		vpnalg_ipsec_candidate_describe(translator, host, 0, &c);
		if (ipsec_candidate_kept_old_sa(&c, e[i].since))
			return session;
		if (found == NULL)
			found = session;
	}
	return found;
}

static unsigned port_of(struct vpnalg_step *step, unsigned role)
{
	return vpnalg_session_id(step->translator, step->record, role);
}

/* Chooses the session by the initiator SPI. The packet was found by its port,
 * maybe by that of another handler, which knows no SPIs. */
static void choose_by_spi(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);
	struct vpnalg_record *other;

	if (header == NULL || port_of(step, VPNALG_OUTSIDE_OWN) != IKE_PORT ||
	    vpnalg_ipsec_ike_sa_is_known(step, header))
		return;
	other = vpnalg_ipsec_ike_sa_find(step, header);
	if (other == NULL && step->parsed->inward)
		other = find_rekeyed(step);
	if (other != NULL)
		step->record = other;
}

/* Returns how long a session lives that is used towards the packet's port. */
static uint32_t lifetime(const struct vpnalg_step *step)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);

	return vpnalg_remote_port(step->parsed) == IKE_PORT_NAT_T
		       ? timers->nat_t
		       : timers->ike;
}

static enum vpnalg_result find_session(struct vpnalg_step *step, bool by_sa)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result;

	if (by_sa) {
		step->record = vpnalg_ipsec_ike_sa_session(step->translator,
							   step->record);
		return step->record != NULL ? VPNALG_TRANSLATED
					    : VPNALG_UNTOUCHED;
	}
	if (step->record == NULL) {
		if (parsed->inward || parsed->undo)
			return VPNALG_DROP_NO_SESSION;
		result = vpnalg_session_open_port(
			step, IPSEC_KIND_IKE, lifetime(step), &step->record);
		if (result == VPNALG_TRANSLATED)
			vpnalg_ipsec_parent_opened(step);
		return result;
	}
	if (!parsed->inside)
		choose_by_spi(step);
	return VPNALG_TRANSLATED;
}

/* Returns whether the packet came to the session's outside address. A session
 * that was found by an SPI, or by a rekey, may have had another one when it
 * began, where the caller chooses them. */
static bool is_right_address(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_tuple outside;

	if (parsed->inside)
		return true;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	return memcmp(outside.local, parsed->local, parsed->addr_len) == 0;
}

/* Returns whether a message came to a port that its remote does not talk to.
 * Should the remote talk to it after all, the message names an SPI that is
 * known. */
static bool is_forged(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	return header != NULL && parsed->inward && !parsed->inside &&
	       has_fixed_port(step->translator, step->record) &&
	       vpnalg_local_port(parsed) != IKE_PORT &&
	       !vpnalg_ipsec_ike_sa_is_known(step, header);
}

enum vpnalg_result vpnalg_ipsec_ike_find(struct vpnalg_step *step)
{
	bool is_new = step->record == NULL;
	bool by_sa = !is_new && step->kind == IPSEC_KIND_IKE_SA;
	enum vpnalg_result result;

	result = vpnalg_has_header(step->parsed, UDP_HEADER_LEN);
	if (result != VPNALG_TRANSLATED)
		return result;
	result = find_session(step, by_sa);
	if (result != VPNALG_TRANSLATED)
		return result;
	step->kind = IPSEC_KIND_IKE;
	if (!vpnalg_ipsec_ike_port_is_taken(step) || !is_right_address(step) ||
	    is_forged(step))
		return VPNALG_DROP_PORT_HELD;
	if (vpnalg_ipsec_ike_port_is_twin(step)) {
		if (is_new)
			vpnalg_session_close(step->translator, step->record);
		return VPNALG_DROP_AMBIGUOUS;
	}
	return VPNALG_TRANSLATED;
}

/* The first message of an IKE SA is dropped, and comes again, if there is no
 * room for what a remote with a fixed port is answered by. */
enum vpnalg_result vpnalg_ipsec_ike_open_sa(struct vpnalg_step *step,
					    struct vpnalg_record **sa)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	*sa = NULL;
	if (step->parsed->inward || step->parsed->undo || header == NULL ||
	    port_of(step, VPNALG_INSIDE_OWN) != IKE_PORT ||
	    !ipsec_ike_sa_is_initial(header))
		return VPNALG_TRANSLATED;
	return vpnalg_ipsec_ike_sa_open(step, header, sa);
}

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
	struct ipsec_ike *ike = body(step);

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

/* Learns from a message that comes in: an answer to port 500 though it was
 * asked from another one shows a fixed port. A message that names no SPI of the
 * host's may be anybody's, and says nothing. */
static void seen_inward(struct vpnalg_step *step, const uint8_t *header)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct ipsec_ike *ike = body(step);
	unsigned port = vpnalg_local_port(parsed);

	if (header == NULL || !vpnalg_ipsec_ike_sa_is_known(step, header))
		return;
	ike->flags |= IPSEC_IKE_ANSWERED;
	if (!parsed->inside && port == port_of(step, VPNALG_OUTSIDE_OWN))
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
	else if (header != NULL && port_of(step, VPNALG_INSIDE_OWN) == IKE_PORT)
		seen_outward(step, header);
}

/* Passing it on */

/* Moves the deadline: what the inside host sends keeps the session (RFC 4787
 * REQ-6). */
static void prolong(struct vpnalg_step *step)
{
	uint32_t life = lifetime(step);

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
 * session has: not where nothing would tell its host. */
static bool shares_port(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	if (header == NULL || !(body(step)->flags & IPSEC_IKE_FIXED_PORT))
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
