/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_find.h"

#include <string.h>

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "candidate.h"
#include "host.h"
#include "ike_port.h"
#include "ike_sa.h"
#include "parent.h"
#include "remote.h"

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
 * rekeyed last, preferably in an exchange that has made no ESP SA. */
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

/* Chooses the session by the initiator SPI. The packet was found by its port,
 * maybe by that of another handler, which knows no SPIs. */
static void choose_by_spi(struct vpnalg_step *step)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);
	struct vpnalg_record *other;

	if (header == NULL ||
	    ipsec_ike_port(step, VPNALG_OUTSIDE_OWN) != IKE_PORT ||
	    vpnalg_ipsec_ike_sa_is_known(step, header))
		return;
	other = vpnalg_ipsec_ike_sa_find(step, header);
	if (other == NULL && step->parsed->inward)
		other = find_rekeyed(step);
	if (other != NULL)
		step->record = other;
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
		result = vpnalg_session_open_port(step, IPSEC_KIND_IKE,
						  ipsec_ike_lifetime(step),
						  &step->record);
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
	if (!vpnalg_ipsec_ike_port_is_accepted(step) ||
	    !is_right_address(step) || is_forged(step))
		return VPNALG_DROP_PORT_HELD;
	if (vpnalg_ipsec_ike_port_is_twin(step)) {
		if (is_new)
			vpnalg_session_close(step->translator, step->record);
		return VPNALG_DROP_AMBIGUOUS;
	}
	return VPNALG_TRANSLATED;
}

/* Returns whether a message may be answered to port 500, which is not the
 * session's: then only its SPI identifies its host. */
static bool needs_sa(struct vpnalg_step *step)
{
	const unsigned flags = ipsec_ike(step)->flags &
			       (IPSEC_IKE_ANSWERED | IPSEC_IKE_FIXED_PORT);

	return !step->parsed->inward && !step->parsed->undo &&
	       ipsec_ike_port(step, VPNALG_INSIDE_OWN) == IKE_PORT &&
	       ipsec_ike_port(step, VPNALG_OUTSIDE_OWN) != IKE_PORT &&
	       flags != IPSEC_IKE_ANSWERED;
}

/* A message is dropped, and comes again, if its answer could not be assigned to
 * its host. */
enum vpnalg_result vpnalg_ipsec_ike_open_sa(struct vpnalg_step *step,
					    struct vpnalg_record **sa)
{
	const uint8_t *header = vpnalg_ipsec_ike_sa_header(step);

	*sa = NULL;
	return header != NULL && needs_sa(step)
		       ? vpnalg_ipsec_ike_sa_open(step, header, sa)
		       : VPNALG_TRANSLATED;
}
