/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside hosts that have ESP with a remote. A host lives as long as it sends;
 * its IKE session lives as long as it. */
#include "ipsec.h"

/* An SA that the host has not sent with for so long may have been replaced. */
#define SEVERAL_MS 10000

struct ipsec_host *vpnalg_ipsec_host_body(struct vpnalg *translator,
					  struct vpnalg_record *host)
{
	return vpnalg_session_body(translator, host);
}

/* A name for the host that is no address and fits into four bytes. */
uint32_t vpnalg_ipsec_host_id(struct vpnalg *translator,
			      struct vpnalg_record *host)
{
	return vpnalg_session_id(translator, host, VPNALG_OUTSIDE_OWN);
}

/* The host of one of its sessions. */
struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	return vpnalg_session_beside(translator, session, VPNALG_INSIDE_OWN,
				     ESP_PROTOCOL, 0, 0);
}

/* The host that the packet, in its inside form, shows. */
struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = ESP_PROTOCOL,
				      .zone = step->parsed->zone,
				      .local = step->parsed->local,
				      .remote = step->parsed->remote };

	return vpnalg_session_find(step->translator, &tuple);
}

/* The host of that ID and the session's remote, if it lives; closes nothing. */
struct vpnalg_record *vpnalg_ipsec_host_alive(struct vpnalg *translator,
					      struct vpnalg_record *session,
					      uint32_t id)
{
	return vpnalg_session_beside(translator, session, VPNALG_OUTSIDE_OWN,
				     ESP_PROTOCOL, id, IPSEC_PORT_HOST);
}

/* The packet shows which, in its inside form. It is not one of its remote's hosts
 * yet. */
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

	return vpnalg_session_open(step, &opening, host);
}

/* An inbound SA is about to be removed. It may be older than the host, which
 * has died and come back since: then it is not among those that are counted. */
void vpnalg_ipsec_host_lost_inbound(struct vpnalg *translator,
				    struct vpnalg_record *sa)
{
	struct vpnalg_record *host;
	struct vpnalg_tuple tuple;
	struct ipsec_host *h;

	vpnalg_session_tuple(translator, sa, VPNALG_INSIDE_OWN, &tuple);
	tuple.id = 0;
	tuple.port = 0;
	host = vpnalg_session_peek(translator, &tuple);
	if (host == NULL)
		return;
	h = vpnalg_ipsec_host_body(translator, host);
	if (h->inbound == 0)
		return;
	h->inbound--;
	vpnalg_session_changed(translator, host);
}

static void prolong(struct vpnalg *translator, struct vpnalg_record *record,
		    vpnalg_time deadline)
{
	if (record->deadline < deadline)
		vpnalg_session_set_lifetime(
			translator, record,
			deadline - vpnalg_session_now(translator));
}

/* It has sent. Once it receives with an SPI of its own, it may be silent for
 * longer. */
void vpnalg_ipsec_host_live(struct vpnalg *translator,
			    struct vpnalg_record *host)
{
	vpnalg_time now = vpnalg_session_now(translator);
	uint32_t life = vpnalg_ipsec_host_lifetime(translator, host);
	struct vpnalg_record *ike;

	if (host->deadline - now > life)
		return;
	vpnalg_session_set_lifetime(
		translator, host, (vpnalg_time)life + life / IPSEC_SLACK_PART);
	ike = vpnalg_ipsec_ike_of(translator, host);
	if (ike != NULL)
		prolong(translator, ike, host->deadline);
}

uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host)
{
	const struct vpnalg_timers *timers = vpnalg_session_timers(translator);

	return vpnalg_ipsec_host_body(translator, host)->in[0].spi != 0
		       ? timers->esp_idle
		       : timers->esp_unpaired;
}

/* One of the SAs that the host receives with, if it lives. */
struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index)
{
	uint32_t spi = vpnalg_ipsec_host_body(translator, host)->in[index].spi;

	return spi != 0 ? vpnalg_session_beside(translator, host,
						VPNALG_INSIDE_OWN, ESP_PROTOCOL,
						spi, 0)
			: NULL;
}

/* The SA that it began to send with last, if it lives. */
struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host)
{
	uint32_t spi = vpnalg_ipsec_host_body(translator, host)->out_spi;

	return spi != 0 ? vpnalg_session_beside(translator, host,
						VPNALG_INSIDE_PEER,
						ESP_PROTOCOL, spi, 0)
			: NULL;
}

/* Returns whether the host has gone on to send with an older SA after it began
 * with its newest one: it has several, and none has replaced another. */
bool vpnalg_ipsec_host_has_several(struct vpnalg *translator,
				   struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);

	return ipsec_is_after(h->older_sent,
			      h->out_since + IPSEC_REORDERED_MS) &&
	       ipsec_now(translator) - h->older_sent < SEVERAL_MS;
}

/* Returns whether one of the host's youngest inbound SAs received anything
 * after that time. */
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

bool vpnalg_ipsec_host_has_inbound(struct vpnalg *translator,
				   struct vpnalg_record *host)
{
	unsigned i;

	for (i = 0; i < IPSEC_YOUNGEST; i++)
		if (vpnalg_ipsec_host_inbound(translator, host, i) != NULL)
			return true;
	return false;
}

/* Returns when the host sent ESP last, as far as its newest outbound SA tells;
 * *ever is false if it never has, or that SA is dead. */
uint32_t vpnalg_ipsec_host_sent(struct vpnalg *translator,
				struct vpnalg_record *host, bool *ever)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(translator, host);
	const struct ipsec_out *out;

	*ever = sa != NULL;
	if (sa == NULL)
		return 0;
	out = vpnalg_session_body(translator, sa);
	if (h->flags & IPSEC_HOST_RESUMED &&
	    ipsec_is_after(h->resumed, out->seen))
		return h->resumed; /* with another SA */
	return out->seen;
}
