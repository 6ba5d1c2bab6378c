/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include "ike_sa.h"
#include "ike_service.h"

#include "../wire/ip.h"

/* An SA that the host has not sent with for this time may have been replaced.
 */
#define SEVERAL_MS 10000

uint32_t vpnalg_ipsec_host_id(struct vpnalg *translator,
			      struct vpnalg_record *host)
{
	return vpnalg_session_id(translator, host, VPNALG_OUTSIDE_OWN);
}

struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	return vpnalg_session_beside(translator, session, VPNALG_INSIDE_OWN,
				     ESP_PROTOCOL, 0, 0);
}

struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = ESP_PROTOCOL,
				      .zone = step->parsed->zone,
				      .local = step->parsed->local,
				      .remote = step->parsed->remote };

	return vpnalg_session_find(step->translator, &tuple);
}

struct vpnalg_record *vpnalg_ipsec_host_alive(struct vpnalg *translator,
					      struct vpnalg_record *session,
					      uint32_t id)
{
	return vpnalg_session_beside(translator, session, VPNALG_OUTSIDE_OWN,
				     ESP_PROTOCOL, id, IPSEC_PORT_HOST);
}

/* Returns the session in which the host has IKE with the remote, or NULL. */
static struct vpnalg_record *find_ike(struct vpnalg_step *step)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = PROTOCOL_UDP,
				      .zone = step->parsed->zone,
				      .id = IKE_PORT,
				      .port = IKE_PORT,
				      .local = step->parsed->local,
				      .remote = step->parsed->remote };
	struct vpnalg_record *ike =
		vpnalg_session_find(step->translator, &tuple);

	return ike != NULL && vpnalg_record_handler(ike) == step->handler &&
			       ike->kind == IPSEC_KIND_IKE
		       ? ike
		       : NULL;
}

/* Returns the service of the answer at hand, or else the host's first one; NULL
 * if it has none. */
static struct vpnalg_record *find_service(struct vpnalg_step *step,
					  struct vpnalg_tuple *inside)
{
	if (step->record != NULL && step->record->kind == IPSEC_KIND_SERVICE)
		return step->record;
	return vpnalg_ipsec_ike_service_peek(step->translator, step->handler,
					     inside);
}

/* Sets the outside address of a host: that of its IKE service, which its
 * clients know, or else, with several uplinks, that of its IKE session, which
 * packets of another uplink do not change. */
static void set_outside(struct vpnalg_step *step,
			struct vpnalg_opening *opening)
{
	struct vpnalg_tuple tuple = { .zone = opening->zone,
				      .local = opening->inside };
	struct vpnalg_record *known = find_service(step, &tuple);

	if (known == NULL && vpnalg_session_has_uplinks(step->translator))
		known = find_ike(step);
	if (known == NULL)
		return;
	vpnalg_session_tuple(step->translator, known, VPNALG_OUTSIDE_OWN,
			     &tuple);
	opening->outside = tuple.local;
}

enum vpnalg_result vpnalg_ipsec_host_open(struct vpnalg_step *step,
					  struct vpnalg_record **host)
{
	struct vpnalg_opening opening = {
		.kind = IPSEC_KIND_HOST,
		.space = ESP_PROTOCOL,
		.zone = step->parsed->zone,
		.inside = step->parsed->local,
		.remote = step->parsed->remote,
		.outside_port = IPSEC_PORT_HOST,
		.ranges = { { .first = 1, .step = 1, .count = UINT32_MAX } },
		.least = 1,
		.greatest = UINT32_MAX,
		.lifetime =
			vpnalg_session_timers(step->translator)->esp_unpaired,
	};

	set_outside(step, &opening);
	return vpnalg_session_open(step, &opening, host);
}

void vpnalg_ipsec_host_serve(struct vpnalg_step *step,
			     struct vpnalg_record *host)
{
	ipsec_host_body(step->translator, host)->flags |=
		IPSEC_HOST_SERVED | IPSEC_HOST_OPENED;
	vpnalg_session_changed(step->translator, host);
	vpnalg_ipsec_ike_service_join(step);
}

void vpnalg_ipsec_host_has_served(struct vpnalg *translator,
				  struct vpnalg_record *host)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);

	if (!(h->flags & IPSEC_HOST_SERVED))
		return;
	h->flags &= (uint16_t)~IPSEC_HOST_SERVED;
	vpnalg_session_changed(translator, host);
	vpnalg_ipsec_ike_service_leave(translator, host);
}

uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host)
{
	const struct vpnalg_timers *timers = vpnalg_session_timers(translator);

	return ipsec_host_body(translator, host)->in[0].spi != 0
		       ? timers->esp_idle
		       : timers->esp_unpaired;
}

static void prolong(struct vpnalg *translator, struct vpnalg_record *record,
		    vpnalg_time deadline)
{
	if (record->deadline < deadline)
		vpnalg_session_set_lifetime(
			translator, record,
			deadline - vpnalg_session_now(translator));
}

void vpnalg_ipsec_host_prolong(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	vpnalg_time now = vpnalg_session_now(translator);
	uint32_t life = vpnalg_ipsec_host_lifetime(translator, host);
	struct vpnalg_record *ike;

	if (host->deadline - now > life)
		return;
	vpnalg_session_set_lifetime(
		translator, host, (vpnalg_time)life + life / IPSEC_SLACK_PART);
	ike = vpnalg_ipsec_ike_sa_session(translator, host);
	if (ike != NULL)
		prolong(translator, ike, host->deadline);
}

/* The SA may be older than the host, which has died and come back since: then
 * it is not counted. */
void vpnalg_ipsec_host_lost(struct vpnalg *translator, struct vpnalg_record *sa)
{
	struct vpnalg_record *host;
	struct ipsec_host *h;

	host = vpnalg_session_peek_beside(translator, sa, VPNALG_INSIDE_OWN,
					  ESP_PROTOCOL, 0, 0);
	if (host == NULL)
		return;
	h = ipsec_host_body(translator, host);
	if (sa->kind == IPSEC_KIND_IN && h->inbound > 0)
		h->inbound--;
	if (sa->kind == IPSEC_KIND_OUT && h->outbound > 0)
		h->outbound--;
	if (sa->kind == IPSEC_KIND_OUT && h->flags & IPSEC_HOST_LISTED)
		vpnalg_ipsec_sa_list_remove(
			translator, host,
			vpnalg_session_id(translator, sa, VPNALG_INSIDE_OWN));
	vpnalg_session_changed(translator, host);
}

struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index)
{
	uint32_t spi = ipsec_host_body(translator, host)->in[index].spi;

	return spi != 0 ? vpnalg_session_beside(translator, host,
						VPNALG_INSIDE_OWN, ESP_PROTOCOL,
						spi, 0)
			: NULL;
}

struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host)
{
	uint32_t spi = ipsec_host_body(translator, host)->out_spi;

	return spi != 0 ? vpnalg_session_beside(translator, host,
						VPNALG_INSIDE_PEER,
						ESP_PROTOCOL, spi, 0)
			: NULL;
}

bool vpnalg_ipsec_host_has_inbound(struct vpnalg *translator,
				   struct vpnalg_record *host)
{
	unsigned i;

	for (i = 0; i < IPSEC_YOUNGEST; i++)
		if (vpnalg_ipsec_host_inbound(translator, host, i) != NULL)
			return true;
	return false;
}

bool vpnalg_ipsec_host_hears(struct vpnalg *translator,
			     struct vpnalg_record *host, uint32_t since)
{
	struct vpnalg_record *sa;
	const struct ipsec_in *in;
	unsigned i;

	for (i = 0; i < IPSEC_YOUNGEST; i++) {
		sa = vpnalg_ipsec_host_inbound(translator, host, i);
		if (sa == NULL)
			continue;
		in = vpnalg_session_body(translator, sa);
		if (ipsec_is_after(in->seen, since))
			return true;
	}
	return false;
}

bool vpnalg_ipsec_host_has_several(struct vpnalg *translator,
				   struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);

	return ipsec_is_after(h->older_sent,
			      h->out_since + IPSEC_REORDERED_MS) &&
	       ipsec_now(translator) - h->older_sent < SEVERAL_MS;
}

uint32_t vpnalg_ipsec_host_sent(struct vpnalg *translator,
				struct vpnalg_record *host, bool *ever)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(translator, host);
	const struct ipsec_out *out;

	*ever = sa != NULL;
	if (sa == NULL)
		return 0;
	out = vpnalg_session_body(translator, sa);
	if (h->flags & IPSEC_HOST_RESUMED &&
	    ipsec_is_after(h->resumed, out->seen))
		return h->resumed; /* it sent with another SA */
	return out->seen;
}
