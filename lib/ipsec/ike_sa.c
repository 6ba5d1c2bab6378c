/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_sa.h"

#include "../wire/ip.h"
#include "../wire/udp.h"

const uint8_t *vpnalg_ipsec_ike_sa_header(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	if (parsed->l4_caplen < UDP_HEADER_LEN + IKE_HEADER_LEN ||
	    vpnalg_remote_port(parsed) != IKE_PORT)
		return NULL;
	return parsed->l4 + UDP_HEADER_LEN;
}

/* Fills the inside key between port 500 and port 500, whatever the record is.
 */
static void session_tuple(struct vpnalg *translator,
			  struct vpnalg_record *record,
			  struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, tuple);
	tuple->role = VPNALG_INSIDE_OWN;
	tuple->space = PROTOCOL_UDP;
	tuple->id = IKE_PORT;
	tuple->port = IKE_PORT;
}

struct vpnalg_record *vpnalg_ipsec_ike_sa_session(struct vpnalg *translator,
						  struct vpnalg_record *record)
{
	struct vpnalg_record *session;
	struct vpnalg_tuple tuple;

	session_tuple(translator, record, &tuple);
	session = vpnalg_session_find(translator, &tuple);
	if (session == NULL || session->handler != record->handler)
		return NULL;
	return session;
}

bool vpnalg_ipsec_ike_sa_is_known(struct vpnalg_step *step,
				  const uint8_t *header)
{
	const struct ipsec_ike *ike =
		vpnalg_session_body(step->translator, step->record);
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	unsigned i;

	for (i = 0; i < IPSEC_IKE_SAS; i++)
		if (ike->spis[i][0] == spi[0] && ike->spis[i][1] == spi[1])
			return (spi[0] | spi[1]) != 0;
	return false;
}

/* Fills the key of an initiator SPI towards the session's remote. */
static void spi_tuple(struct vpnalg *translator, struct vpnalg_record *session,
		      const uint32_t *spi, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, session, VPNALG_OUTSIDE_OWN, tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->space = IPSEC_SPACE_IKE_SA;
	tuple->id = spi[0];
	tuple->port = spi[1];
}

struct vpnalg_record *vpnalg_ipsec_ike_sa_find(struct vpnalg_step *step,
					       const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	struct vpnalg_tuple tuple;
	struct vpnalg_record *sa;

	spi_tuple(step->translator, step->record, spi, &tuple);
	sa = vpnalg_session_find(step->translator, &tuple);
	return sa != NULL ? vpnalg_ipsec_ike_sa_session(step->translator, sa)
			  : NULL;
}

/* Closes the record of an SPI if it is this session's. */
static void close_spi(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg_record *sa;
	struct vpnalg_tuple tuple;

	if ((spi[0] | spi[1]) == 0)
		return;
	spi_tuple(step->translator, step->record, spi, &tuple);
	sa = vpnalg_session_find(step->translator, &tuple);
	if (sa != NULL &&
	    vpnalg_ipsec_ike_sa_session(step->translator, sa) == step->record)
		vpnalg_session_close(step->translator, sa);
}

/* Returns a new record of an SPI; NULL if the store has no room. */
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

/* Opens the record of an SPI, unless another session has it: two hosts do not
 * choose the same 64 bits by chance, so the first one keeps it. The record
 * lives as long as its session, as a parent lives as long as its children. */
static void open_spi(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_tuple outside;
	struct vpnalg_record *sa;

	spi_tuple(translator, step->record, spi, &outside);
	sa = vpnalg_session_find(translator, &outside);
	if (sa == NULL)
		sa = add_spi(step, spi, &outside);
	if (sa == NULL || sa->children > 0 ||
	    vpnalg_ipsec_ike_sa_session(translator, sa) != step->record)
		return;
	sa->children = 1;
	vpnalg_session_changed(translator, sa);
}

bool vpnalg_ipsec_ike_sa_learn(struct vpnalg_step *step, const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	struct ipsec_ike *ike =
		vpnalg_session_body(step->translator, step->record);
	bool is_new;
	unsigned i;

	if ((spi[0] | spi[1]) == 0) /* forbidden by RFC 7296 3.1 */
		return false;
	for (i = 0; i < IPSEC_IKE_SAS - 1; i++)
		if (ike->spis[i][0] == spi[0] && ike->spis[i][1] == spi[1])
			break;
	is_new = ike->spis[i][0] != spi[0] || ike->spis[i][1] != spi[1];
	if (is_new)
		close_spi(step, ike->spis[i]);
	open_spi(step, spi);
	for (; i > 0; i--) {
		ike->spis[i][0] = ike->spis[i - 1][0];
		ike->spis[i][1] = ike->spis[i - 1][1];
	}
	ike->spis[0][0] = spi[0];
	ike->spis[0][1] = spi[1];
	vpnalg_session_changed(step->translator, step->record);
	return is_new;
}

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
		session_tuple(translator, sa, &tuple);
		if (vpnalg_session_peek(translator, &tuple) != session)
			continue;
		sa->children = 0;
		vpnalg_session_changed(translator, sa);
	}
}
