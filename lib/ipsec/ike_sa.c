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

struct vpnalg_record *vpnalg_ipsec_ike_sa_session(struct vpnalg *translator,
						  struct vpnalg_record *record)
{
	struct vpnalg_record *session;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &tuple);
	tuple.role = VPNALG_INSIDE_OWN;
	tuple.space = PROTOCOL_UDP;
	tuple.id = IKE_PORT;
	tuple.port = IKE_PORT;
	session = vpnalg_session_find(translator, &tuple);
	if (session == NULL || session->handler != record->handler)
		return NULL;
	return session;
}

/* Returns the place of that SPI in the session, IPSEC_IKE_SAS if it has none.
 */
static unsigned find_place(const struct ipsec_ike *ike, const uint32_t *spi)
{
	unsigned i;

	for (i = 0; i < IPSEC_IKE_SAS; i++)
		if (ike->spis[i][0] == spi[0] && ike->spis[i][1] == spi[1])
			break;
	return i;
}

bool vpnalg_ipsec_ike_sa_is_known(struct vpnalg_step *step,
				  const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };

	return (spi[0] | spi[1]) != 0 &&
	       find_place(vpnalg_session_body(step->translator, step->record),
			  spi) < IPSEC_IKE_SAS;
}

/* Returns the living record of an SPI towards the packet's remote, or NULL. */
static struct vpnalg_record *find_spi(struct vpnalg_step *step,
				      const uint32_t *spi)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &tuple);
	tuple.role = VPNALG_OUTSIDE_PEER;
	tuple.space = IPSEC_SPACE_IKE_SA;
	tuple.remote = step->parsed->remote;
	tuple.id = spi[0];
	tuple.port = spi[1];
	return vpnalg_session_find(step->translator, &tuple);
}

struct vpnalg_record *vpnalg_ipsec_ike_sa_find(struct vpnalg_step *step,
					       const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	struct vpnalg_record *sa = find_spi(step, spi);

	return sa != NULL ? vpnalg_ipsec_ike_sa_session(step->translator, sa)
			  : NULL;
}

static bool is_own(struct vpnalg_step *step, struct vpnalg_record *sa)
{
	return vpnalg_ipsec_ike_sa_session(step->translator, sa) ==
	       step->record;
}

/* Closes the record of an SPI if it is this session's. */
static void close_spi(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg_record *sa;

	if ((spi[0] | spi[1]) == 0)
		return;
	sa = find_spi(step, spi);
	if (sa != NULL && is_own(step, sa))
		vpnalg_session_close(step->translator, sa);
}

/* Opens a record of an SPI. Returns VPNALG_TRANSLATED, or why there is none. */
static enum vpnalg_result add_spi(struct vpnalg_step *step, const uint32_t *spi,
				  struct vpnalg_record **sa)
{
	struct vpnalg_opening opening = {
		.kind = IPSEC_KIND_IKE_SA,
		.space = IPSEC_SPACE_IKE_SA,
		.id = spi[0],
		.inside_port = spi[1],
		.outside_port = spi[1],
		.peer = true,
		.lifetime = vpnalg_session_timers(step->translator)->ike,
	};

	vpnalg_session_hosts(step->translator, step->record, &opening);
	return vpnalg_session_open(step, &opening, sa);
}

enum vpnalg_result vpnalg_ipsec_ike_sa_open(struct vpnalg_step *step,
					    const uint8_t *header,
					    struct vpnalg_record **sa)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	enum vpnalg_result result;

	*sa = NULL;
	if ((spi[0] | spi[1]) == 0 || find_spi(step, spi) != NULL)
		return VPNALG_TRANSLATED;
	result = add_spi(step, spi, sa);
	return result == VPNALG_DROP_STORE ? result : VPNALG_TRANSLATED;
}

/* Opens the record of an SPI, unless another session has it: two hosts do not
 * choose the same 64 bits by chance, so the first one keeps it. The record
 * lives as long as its session, as a parent lives as long as its children. */
static void open_spi(struct vpnalg_step *step, const uint32_t *spi)
{
	struct vpnalg_record *sa = find_spi(step, spi);

	if (sa == NULL && add_spi(step, spi, &sa) != VPNALG_TRANSLATED)
		return;
	if (sa->children > 0 || !is_own(step, sa))
		return;
	sa->children = 1;
	vpnalg_session_changed(step->translator, sa);
}

bool vpnalg_ipsec_ike_sa_learn(struct vpnalg_step *step, const uint8_t *header)
{
	const uint32_t spi[2] = { vpnalg_get32(header),
				  vpnalg_get32(header + 4) };
	struct ipsec_ike *ike =
		vpnalg_session_body(step->translator, step->record);
	unsigned i;
	bool is_new;

	if ((spi[0] | spi[1]) == 0) /* forbidden by RFC 7296 3.1 */
		return false;
	i = find_place(ike, spi);
	is_new = i == IPSEC_IKE_SAS;
	if (is_new)
		close_spi(step, ike->spis[--i]);
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
	struct vpnalg_record *sa;
	unsigned i;

	for (i = 0; i < IPSEC_IKE_SAS; i++) {
		sa = vpnalg_session_peek_beside(
			translator, session, VPNALG_OUTSIDE_PEER,
			IPSEC_SPACE_IKE_SA, ike->spis[i][0], ike->spis[i][1]);
		if (sa == NULL ||
		    vpnalg_session_peek_beside(translator, sa,
					       VPNALG_INSIDE_OWN, PROTOCOL_UDP,
					       IKE_PORT, IKE_PORT) != session)
			continue;
		sa->children = 0;
		vpnalg_session_changed(translator, sa);
	}
}
