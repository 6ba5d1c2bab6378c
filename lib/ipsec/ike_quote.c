/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and NAT-T packets that ICMP errors quote. The port identifies a packet's
 * session, but where hosts share port 500 the initiator SPI does: then 16 bytes
 * behind the IP header must be quoted. */
#include "ike_quote.h"

#include <string.h>

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "ike_port.h"
#include "ike_sa.h"

bool vpnalg_ipsec_ike_quote_needs_spi(const struct vpnalg_parsed *parsed)
{
	return !parsed->inside && vpnalg_local_port(parsed) == IKE_PORT &&
	       vpnalg_remote_port(parsed) == IKE_PORT &&
	       parsed->l4_len >= UDP_HEADER_LEN + IKE_HEADER_LEN &&
	       parsed->l4_caplen < ipsec_ike_sa_least(parsed);
}

/* Sets step->record to the session that was found, be it by an SPI. Returns
 * false if there is none of the packet's ports. */
static bool find_session(struct vpnalg_step *step)
{
	if (step->record->kind == IPSEC_KIND_IKE_SA)
		step->record = vpnalg_ipsec_ike_sa_session(step->translator,
							   step->record);
	return step->record != NULL && step->record->kind == IPSEC_KIND_IKE &&
	       vpnalg_ipsec_ike_port_is_accepted(step);
}

/* Returns whether the quoted packet may be an IKE message, as long as it was,
 * between ports 500: only there its SPI counts. */
static bool may_have_spi(struct vpnalg_step *step)
{
	return step->parsed->l4_len >= UDP_HEADER_LEN + IKE_HEADER_LEN &&
	       vpnalg_remote_port(step->parsed) == IKE_PORT &&
	       ipsec_ike_port(step, VPNALG_INSIDE_OWN) == IKE_PORT;
}

/* Returns the header of which the initiator SPI is quoted, or NULL. */
static const uint8_t *quoted_spi(const struct vpnalg_parsed *parsed)
{
	return parsed->l4_caplen < UDP_HEADER_LEN + IKE_RESPONDER_SPI_OFF
		       ? NULL
		       : parsed->l4 + UDP_HEADER_LEN;
}

/* Sets the outside port of the packet. Returns VPNALG_TRANSLATED, or why that,
 * or its session, is not known. */
static enum vpnalg_result find_port(struct vpnalg_step *step, unsigned *port)
{
	const uint8_t *spi = quoted_spi(step->parsed);

	*port = ipsec_ike_port(step, VPNALG_OUTSIDE_OWN);
	if (!may_have_spi(step))
		return VPNALG_TRANSLATED;
	if (spi != NULL &&
	    vpnalg_ipsec_ike_sa_find(step, spi) == step->record) {
		if (ipsec_ike(step)->flags & IPSEC_IKE_FIXED_PORT)
			*port = IKE_PORT;
		return VPNALG_TRANSLATED;
	}
	if (!(ipsec_ike(step)->flags &
	      (IPSEC_IKE_FIXED_PORT | IPSEC_IKE_NOT_ALONE)))
		return VPNALG_TRANSLATED;
	return spi != NULL ? VPNALG_DROP_AMBIGUOUS : VPNALG_DROP_QUOTE_SHORT;
}

/* Returns whether a packet in its outside form has the session's address, and
 * that port. */
static bool is_from(struct vpnalg_step *step, unsigned port)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_tuple outside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	return vpnalg_local_port(parsed) == port &&
	       memcmp(outside.local, parsed->local, parsed->addr_len) == 0;
}

enum vpnalg_result vpnalg_ipsec_ike_quote(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result;
	unsigned port;

	if (!find_session(step))
		return VPNALG_UNTOUCHED;
	step->kind = IPSEC_KIND_IKE;
	result = find_port(step, &port);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!parsed->inside && !is_from(step, port))
		return VPNALG_UNTOUCHED;
	vpnalg_rewrite_ends(step);
	if (parsed->inside)
		vpnalg_rewrite_16(step,
				  parsed->inward ? PORT_DESTINATION_OFF
						 : PORT_SOURCE_OFF,
				  (uint16_t)port);
	return VPNALG_TRANSLATED;
}
