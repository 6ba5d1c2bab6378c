/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include "answers.h"
#include "esp_hairpin.h"
#include "host.h"
#include "inbound.h"
#include "remote.h"

/* A host with so much of the score may be the one that its SPI answers. */
#define MAYBE (IPSEC_ANSWERS_SHOWN / 2)

/* A comparison that stands still for so long has ended. */
#define OVER_MS 30000

/* The hosts that an SPI is compared with: all of the ring, from this one on,
 * but for the one that has the SPI, and the one that sends with it. */
struct others {
	struct vpnalg_record *session; /* any of the remote's */
	struct vpnalg_record *sender;  /* or NULL */
	uint32_t first, except;
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

/* Compares a packet, and turns to the next host if it does not answer this one.
 * Returns the host that the SPI is shown to answer, or NULL. */
static struct vpnalg_record *compare(struct vpnalg *translator,
				     const struct others *others,
				     struct ipsec_answers *answers,
				     uint32_t gap)
{
	struct vpnalg_record *host;

	if (answers->id == 0)
		vpnalg_ipsec_answers_begin(answers, others->first);
	host = vpnalg_ipsec_host_alive(translator, others->session,
				       answers->id);
	if ((host != NULL && host == others->sender) ||
	    !vpnalg_ipsec_answers(translator, host, answers, gap)) {
		turn(translator, others, answers, host);
		return NULL;
	}
	return answers->score >= IPSEC_ANSWERS_SHOWN ? host : NULL;
}

/* Turns to that SPI of the host's if no other one is being compared. A slow one
 * is compared until it fails, or a quick one would always be first. */
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

/* Compares a packet with another host, and with its own as soon as that one
 * scores. Returns the other one if the SPI answers it, and not its own. */
static struct vpnalg_record *
find_owner(struct vpnalg_step *step, struct vpnalg_record *host, uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	const struct others others = {
		.session = host,
		.sender = vpnalg_ipsec_esp_hairpin_sender(step),
		.first = h->next,
		.except = vpnalg_ipsec_host_id(translator, host)
	};
	struct vpnalg_record *other =
		compare(translator, &others, &h->other, gap);

	if (h->other.score == 0)
		vpnalg_ipsec_answers_begin(&h->own, 0);
	else
		vpnalg_ipsec_answers(translator, host, &h->own, gap);
	if (other != NULL && h->own.score < MAYBE)
		return other;
	if (other != NULL)
		turn(translator, &others, &h->other, other);
	if (!ipsec_answers_goes_on(&h->other))
		h->compared = 0;
	return NULL;
}

bool vpnalg_ipsec_owner_paired(struct vpnalg_step *step,
			       struct vpnalg_record *host, uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t now = ipsec_step_now(step);
	struct vpnalg_record *owner;

	if (h->next == vpnalg_ipsec_host_id(translator, host) ||
	    !is_free(h, ipsec_spi(step), now) ||
	    ipsec_answers_is_pause(&h->other, now - before))
		return false;
	h->compared_at = now;
	owner = find_owner(step, host, now - before);
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
	};

	return compare(translator, &others, &u->answers, gap);
}
