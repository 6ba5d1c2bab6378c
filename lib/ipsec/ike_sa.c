/* SPDX-License-Identifier: BSD-2-Clause */
/* Initiator SPIs by which the sessions of hosts that share port 500 are told
 * apart. */
#include "ipsec.h"

static void spi_tuple(struct vpnalg *translator, struct vpnalg_record *session,
		      const uint32_t *spi, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, session, VPNALG_OUTSIDE_OWN, tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->space = IPSEC_SPACE_IKE_SA;
	tuple->id = spi[0];
	tuple->port = spi[1];
}

/* The session of whoever has sent with the message's initiator SPI. */
struct vpnalg_record *vpnalg_ipsec_ike_sa_find(struct vpnalg_step *step,
					       const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	struct vpnalg_tuple tuple;
	struct vpnalg_record *sa;

	spi_tuple(step->translator, step->record, spi, &tuple);
	sa = vpnalg_session_find(step->translator, &tuple);
	return sa != NULL ? vpnalg_ipsec_ike_of(step->translator, sa) : NULL;
}

void vpnalg_ipsec_ike_sa_close(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg_record *sa;
	struct vpnalg_tuple tuple;

	if ((spi[0] | spi[1]) == 0)
		return;
	spi_tuple(step->translator, step->record, spi, &tuple);
	sa = vpnalg_session_find(step->translator, &tuple);
	if (sa != NULL &&
	    vpnalg_ipsec_ike_of(step->translator, sa) == step->record)
		vpnalg_session_close(step->translator, sa);
}

static struct vpnalg_record *add_spi(struct vpnalg_step *step,
				     const uint32_t *spi,
				     const struct vpnalg_tuple *outside)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	struct vpnalg_record *sa = NULL;
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	vpnalg_session_open(
		step,
		&(struct vpnalg_opening){ .kind = IPSEC_KIND_IKE_SA,
					  .space = IPSEC_SPACE_IKE_SA,
					  .zone = inside.zone,
					  .inside = inside.local,
					  .remote = inside.remote,
					  .outside = outside->local,
					  .id = spi[0],
					  .inside_port = spi[1],
					  .outside_port = spi[1],
					  .peer = true,
					  .lifetime = timers->udp },
		&sa);
	return sa;
}

/* Whoever was first with an SPI keeps it: two hosts do not choose the same 64
 * bits by chance. It lives as long as its session, as a parent would. */
void vpnalg_ipsec_ike_sa_open(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_tuple outside;
	struct vpnalg_record *sa;

	spi_tuple(translator, step->record, spi, &outside);
	sa = vpnalg_session_find(translator, &outside);
	if (sa == NULL)
		sa = add_spi(step, spi, &outside);
	if (sa == NULL || sa->children > 0 ||
	    vpnalg_ipsec_ike_of(translator, sa) != step->record)
		return;
	sa->children = 1;
	vpnalg_session_changed(translator, sa);
}

/* The session is about to be removed. */
void vpnalg_ipsec_ike_sa_ended(struct vpnalg *translator,
			       struct vpnalg_record *session)
{
	const struct ipsec_ike *ike = vpnalg_session_body(translator, session);
	struct vpnalg_tuple tuple;
	struct vpnalg_record *sa;
	unsigned i;

	for (i = 0; i < IPSEC_IKE_SAS; i++) {
		spi_tuple(translator, session, ike->spis[i], &tuple);
		sa = vpnalg_session_peek(translator, &tuple);
		if (sa == NULL)
			continue;
		vpnalg_ipsec_ike_tuple(translator, sa, &tuple);
		if (vpnalg_session_peek(translator, &tuple) != session)
			continue;
		sa->children = 0;
		vpnalg_session_changed(translator, sa);
	}
}
