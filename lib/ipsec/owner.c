/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include "answers.h"
#include "esp_hairpin.h"
#include "host.h"
#include "inbound.h"
#include "remote.h"

/* A host with this score may be the one that its SPI answers. */
#define MAYBE (IPSEC_ANSWERS_SHOWN / 2)

/* A comparison without packets for this time has ended: a slow SPI is compared
 * while no quicker one is. */
#define OVER_MS 4000

/* Bounds the hosts that one packet of a pair is compared with: the less it is
 * trusted, the more. */
#define TRIES_MAX 8

/* The hosts that an SPI is compared with: all of the ring, from this one on,
 * but for the one that has the SPI, and the one that sends with it. One packet
 * is compared with at most `tries` of them. */
struct others {
	struct vpnalg_record *session; /* any of the remote's */
	struct vpnalg_record *sender;  /* or NULL */
	uint32_t first, except;
	unsigned tries;
};

/* Turns to the host behind this one; NULL: to the first. What was seen of the
 * packet stays where there is only one. */
static void turn(struct vpnalg *translator, const struct others *others,
		 struct ipsec_answers *answers, struct vpnalg_record *host)
{
	uint32_t next = others->first;

	if (host != NULL)
		next = ipsec_host_body(translator, host)->next;
	if (next == others->except)
		next = others->first;
	if (next != answers->id)
		vpnalg_ipsec_answers_begin(answers, next);
}

/* Compares a packet with the host that it is the turn of. Returns whether it
 * may answer that one. */
static bool may_answer(struct vpnalg *translator, const struct others *others,
		       struct ipsec_answers *answers,
		       struct vpnalg_record **host, uint32_t gap)
{
	if (answers->id == 0)
		vpnalg_ipsec_answers_begin(answers, others->first);
	*host = vpnalg_ipsec_host_alive(translator, others->session,
					answers->id);
	return (*host == NULL || *host != others->sender) &&
	       vpnalg_ipsec_answers(translator, *host, answers, gap);
}

/* Compares a packet, with one host after the other until it may answer one.
 * Returns the host that the SPI is shown to answer, or NULL. */
static struct vpnalg_record *compare(struct vpnalg *translator,
				     const struct others *others,
				     struct ipsec_answers *answers,
				     uint32_t gap)
{
	struct vpnalg_record *host;
	unsigned tries;

	for (tries = 0; tries < others->tries; tries++) {
		if (may_answer(translator, others, answers, &host, gap))
			return answers->score >= IPSEC_ANSWERS_SHOWN ? host
								     : NULL;
		turn(translator, others, answers, host);
	}
	return NULL;
}

/* Turns to that SPI of the host's if no other one is being compared. */
static bool is_free(struct ipsec_host *h, uint32_t spi, uint32_t now)
{
	if (h->compared == spi)
		return true;
	if (h->compared != 0 && now - h->compared_at <= OVER_MS)
		return false;
	h->compared = spi;
	vpnalg_ipsec_answers_begin(&h->own, 0);
	vpnalg_ipsec_answers_begin(&h->other, h->other.id);
	return true;
}

/* Gives the packet and its SPI to another host; without room for it the packet
 * alone. */
static void give(struct vpnalg_step *step, struct vpnalg_record *host,
		 struct vpnalg_record *other)
{
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(step->translator, host);

	vpnalg_ipsec_inbound_unpair(step->translator, host, step->record,
				    VPNALG_EVIDENCE_OTHER_TIMING);
	if (vpnalg_ipsec_inbound_open(step, remote, other, ipsec_step_now(step),
				      VPNALG_EVIDENCE_TIMING) !=
	    VPNALG_TRANSLATED)
		step->record = other;
}

/* Compares a packet with its own host. If its SPI is shown to answer that one,
 * the pair is right: it is trusted fully, and not compared again. */
static void compare_own(struct vpnalg_step *step, struct vpnalg_record *host,
			uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	struct ipsec_in *in;

	vpnalg_ipsec_answers(translator, host, &h->own, gap);
	if (h->own.score < IPSEC_ANSWERS_SHOWN)
		return;
	in = vpnalg_session_body(translator, step->record);
	in->trust = IPSEC_TRUST_FULL;
	in->confirmed = 1;
	vpnalg_session_changed(translator, step->record);
	h->compared = 0;
}

/* Returns how many hosts a packet of the pair is compared with at most. */
static unsigned tries_of(const struct ipsec_in *in)
{
	unsigned tries = IPSEC_TRUST_FULL - in->trust;

	return tries < TRIES_MAX ? tries : TRIES_MAX;
}

/* Compares a packet with other hosts, and with its own: of a pair that is
 * nearly trusted once another one scores. Returns the other one if the SPI
 * answers it, and not its own. */
static struct vpnalg_record *find_owner(struct vpnalg_step *step,
					struct vpnalg_record *host,
					const struct others *others,
					uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	bool always = others->tries > 1, begun = always || h->other.score > 0;
	struct vpnalg_record *other =
		compare(translator, others, &h->other, gap);

	if (!begun)
		vpnalg_ipsec_answers_begin(&h->own, 0);
	if (always || h->other.score > 0)
		compare_own(step, host, gap);
	if (other != NULL && h->own.score < MAYBE)
		return other;
	if (other != NULL)
		turn(translator, others, &h->other, other);
	if (!ipsec_answers_goes_on(&h->other) &&
	    !ipsec_answers_goes_on(&h->own))
		h->compared = 0;
	return NULL;
}

bool vpnalg_ipsec_owner_paired(struct vpnalg_step *step,
			       struct vpnalg_record *host,
			       const struct ipsec_in *in, uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	struct others others = { .session = host,
				 .first = h->next,
				 .except =
					 vpnalg_ipsec_host_id(translator, host),
				 .tries = tries_of(in) };
	struct vpnalg_record *owner;

	if (others.first == others.except ||
	    !is_free(h, ipsec_spi(step), in->seen) ||
	    ipsec_answers_is_pause(&h->other, in->seen - before))
		return false;
	others.sender = vpnalg_ipsec_esp_hairpin_sender(step);
	h->compared_at = in->seen;
	owner = find_owner(step, host, &others, in->seen - before);
	vpnalg_session_changed(translator, host);
	if (owner == NULL)
		return false;
	give(step, host, owner);
	return true;
}

struct vpnalg_record *vpnalg_ipsec_owner_unclaimed(struct vpnalg_step *step,
						   struct vpnalg_record *remote,
						   struct ipsec_unclaimed *u,
						   uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	const struct others others = {
		.session = remote,
		.sender = vpnalg_ipsec_esp_hairpin_sender(step),
		.first = ipsec_remote_body(translator, remote)->turn,
		.tries = 1
	};

	return compare(translator, &others, &u->answers, gap);
}
