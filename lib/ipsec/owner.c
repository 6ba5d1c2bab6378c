/* SPDX-License-Identifier: BSD-2-Clause */
#include "owner.h"

#include "compare.h"
#include "esp_hairpin.h"
#include "host.h"
#include "inbound.h"
#include "remote.h"
#include "sa_list.h"

/* A host with this score may be the one that its SPI answers. */
#define MAYBE (IPSEC_ANSWERS_SHOWN / 2)

/* A comparison without packets for this time has ended: slow SPIs are compared
 * while no quicker ones are. */
#define OVER_MS 4000

/* Bounds the SAs of other hosts that one packet of a pair is compared with: the
 * less it is trusted, the more. */
#define TRIES_MAX 8

/* A paired SPI that is compared, its host, and that host's SA list, or NULL. */
struct subject {
	struct vpnalg_record *host, *list;
	struct ipsec_comparison *comparison;
};

/* Begins to compare an SPI. Where other SPIs were compared before, it goes on
 * behind the SAs that these have been compared with. */
static void begin(struct ipsec_comparison *c, uint32_t spi)
{
	c->spi = spi;
	ipsec_answers_begin(&c->own, 0, c->own.number);
	ipsec_answers_begin(&c->other, c->other.id, c->other.number);
}

static bool is_over(const struct ipsec_comparison *c, uint32_t now)
{
	return c->spi == 0 || now - c->at > OVER_MS;
}

/* Finds the comparison of an SPI, or begins it. Returns false if as many others
 * are compared as there is room for: one, or three where the host has a list.
 */
static bool find_comparison(struct vpnalg *translator, struct subject *subject,
			    uint32_t spi, uint32_t now)
{
	struct ipsec_comparison *own =
		&ipsec_host_body(translator, subject->host)->comparison;
	struct ipsec_comparison *c, *over = is_over(own, now) ? own : NULL;
	unsigned i;

	subject->comparison = own;
	if (own->spi == spi)
		return true;
	for (i = 0; subject->list != NULL && i < IPSEC_SA_LIST_COMPARISONS;
	     i++) {
		c = ipsec_sa_list_comparison(translator, subject->list, i);
		subject->comparison = c;
		if (c->spi == spi)
			return true;
		if (over == NULL && is_over(c, now))
			over = c;
	}
	subject->comparison = over;
	if (over != NULL)
		begin(over, spi);
	return over != NULL;
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

/* Compares a packet with an SA of its own host. If its SPI is shown to answer
 * that, the pair is right: it is trusted fully, and not compared again. */
static void compare_own(struct vpnalg_step *step, const struct subject *subject,
			uint32_t gap)
{
	struct ipsec_comparison *c = subject->comparison;
	struct ipsec_in *in;

	vpnalg_ipsec_compare_own(step->translator, subject->host, subject->list,
				 &c->own, gap);
	if (c->own.score < IPSEC_ANSWERS_SHOWN)
		return;
	in = vpnalg_session_body(step->translator, step->record);
	in->trust = IPSEC_TRUST_FULL;
	in->confirmed = 1;
	vpnalg_session_changed(step->translator, step->record);
	c->spi = 0;
}

/* Returns how many SAs a packet of the pair is compared with at most. */
static unsigned tries_of(const struct ipsec_in *in)
{
	unsigned tries = IPSEC_TRUST_FULL - in->trust;

	return tries < TRIES_MAX ? tries : TRIES_MAX;
}

/* Compares a packet with other hosts, and with its own: of a pair that is
 * nearly trusted once another one scores. Returns the other one if the SPI
 * answers it, and not its own. */
static struct vpnalg_record *find_owner(struct vpnalg_step *step,
					const struct subject *subject,
					const struct ipsec_others *others,
					uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_comparison *c = subject->comparison;
	bool always = others->tries > 1, begun = always || c->other.score > 0;
	struct vpnalg_record *other =
		vpnalg_ipsec_compare_others(translator, others, &c->other, gap);

	if (!begun)
		ipsec_answers_begin(&c->own, 0, c->own.number);
	if (always || c->other.score > 0)
		compare_own(step, subject, gap);
	if (other != NULL && c->own.score < MAYBE)
		return other;
	if (other != NULL)
		vpnalg_ipsec_compare_turn(translator, others, &c->other, other);
	if (!ipsec_answers_goes_on(&c->other) &&
	    !ipsec_answers_goes_on(&c->own))
		c->spi = 0;
	return NULL;
}

/* Notes that a comparison has changed, wherever it is. */
static void changed(struct vpnalg *translator, const struct subject *subject)
{
	vpnalg_session_changed(translator, subject->host);
	if (subject->list != NULL)
		vpnalg_session_changed(translator, subject->list);
}

bool vpnalg_ipsec_owner_paired(struct vpnalg_step *step,
			       struct vpnalg_record *host,
			       const struct ipsec_in *in, uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct subject subject = { host, ipsec_host_list(translator, host),
				   NULL };
	struct ipsec_others others = {
		.session = host,
		.first = ipsec_host_body(translator, host)->next,
		.except = vpnalg_ipsec_host_id(translator, host),
		.tries = tries_of(in)
	};
	uint32_t gap = in->seen - before;
	struct vpnalg_record *owner;

	if (others.first == others.except ||
	    !find_comparison(translator, &subject, ipsec_spi(step), in->seen) ||
	    ipsec_answers_is_pause(&subject.comparison->other, gap))
		return false;
	others.sender = vpnalg_ipsec_esp_hairpin_sender(step);
	subject.comparison->at = in->seen;
	owner = find_owner(step, &subject, &others, gap);
	changed(translator, &subject);
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
	const struct ipsec_others others = {
		.session = remote,
		.sender = vpnalg_ipsec_esp_hairpin_sender(step),
		.first = ipsec_remote_body(translator, remote)->turn,
		.tries = 1
	};

	return vpnalg_ipsec_compare_others(translator, &others, &u->answers,
					   gap);
}
