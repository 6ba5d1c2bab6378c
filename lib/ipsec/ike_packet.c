/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_packet.h"

#include "exchange.h"
#include "ike.h"
#include "ike_find.h"
#include "ike_quote.h"
#include "ike_sa.h"

#include "../wire/ip.h"
#include "../wire/udp.h"

/* Names the initiator SPI as the key. Between port 500 and port 500 a message
 * from outside may answer one that was sent from another port: then only that
 * SPI identifies its host. A quote that ends before the SPI belongs to some
 * host even if no session has the port. */
static enum vpnalg_claim match_spi(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	const uint8_t *ike = parsed->l4 + UDP_HEADER_LEN;

	if (parsed->quoted && vpnalg_ipsec_ike_quote_needs_spi(parsed)) {
		match->more = true;
		return match->attempt == 0
			       ? VPNALG_CLAIM_NONE
			       : vpnalg_match_drop(match,
						   VPNALG_DROP_TRUNCATED);
	}
	if (parsed->inside || match->attempt > 0 ||
	    parsed->l4_caplen < ipsec_ike_sa_least(parsed))
		return VPNALG_CLAIM_NONE;
	match->peer = true;
	match->space = IPSEC_SPACE_IKE_SA;
	match->id = vpnalg_get32(ike);
	match->port = vpnalg_get32(ike + 4);
	match->more = true;
	return VPNALG_CLAIM_KEY;
}

enum vpnalg_claim vpnalg_ipsec_ike_match(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match)
{
	enum vpnalg_claim claim;
	unsigned local, remote;

	match->kind = IPSEC_KIND_IKE;
	match->space = ESP_PROTOCOL;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (parsed->l4_caplen < PORTS_LEN)
		return VPNALG_CLAIM_NONE;
	local = vpnalg_local_port(parsed);
	remote = vpnalg_remote_port(parsed);
	if (remote != IKE_PORT && remote != IKE_PORT_NAT_T)
		return VPNALG_CLAIM_NONE;
	match->more = parsed->inside && parsed->inward && match->attempt == 0;
	match->first_suffices = parsed->l4_caplen >= UDP_HEADER_LEN +
							     IKE_MARKER_LEN +
							     IKE_HEADER_LEN;
	if (remote == IKE_PORT && local == IKE_PORT) {
		claim = match_spi(parsed, match);
		if (claim != VPNALG_CLAIM_NONE)
			return claim;
	}
	match->space = PROTOCOL_UDP;
	match->id = local;
	/* Outside ports are unique towards a remote, whatever its port. A
	 * packet may have come in from the other one of the remote's two. */
	match->port = parsed->inside ? remote : 0;
	if (parsed->inside && match->attempt > 0)
		match->port = IKE_PORT + IKE_PORT_NAT_T - remote;
	return VPNALG_CLAIM_KEY;
}

/* A new session is closed again if the store has no room for its host, or its
 * IKE SA. */
enum vpnalg_result vpnalg_ipsec_ike_translate(struct vpnalg_step *step)
{
	bool is_new = step->record == NULL;
	struct vpnalg_record *sa;
	enum vpnalg_result result;

	result = vpnalg_ipsec_ike_find(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	result = vpnalg_ipsec_ike_open_sa(step, &sa);
	if (result == VPNALG_TRANSLATED)
		result = vpnalg_ipsec_exchange(step);
	if (result == VPNALG_TRANSLATED) {
		vpnalg_ipsec_ike_pass(step);
		return VPNALG_TRANSLATED;
	}
	if (sa != NULL)
		vpnalg_session_close(step->translator, sa);
	if (is_new && ipsec_is_shortage(result))
		vpnalg_session_close(step->translator, step->record);
	return result;
}
