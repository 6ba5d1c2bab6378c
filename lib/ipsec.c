/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: which packets are IKE, ESP or AH, and how they are found. */
#include "ipsec.h"

#include "wire_ip.h"
#include "wire_udp.h"

static const struct vpnalg_kind kinds[IPSEC_KINDS] = {
	/* ESP that is nobody's still belongs to the hosts that have IKE with
	 * that remote. */
	[IPSEC_KIND_IKE] = { .name = "IKE session",
			     .slots = 2,
			     .body = sizeof(struct ipsec_ike),
			     .guard = ESP_PROTOCOL },
	[IPSEC_KIND_IKE_SA] = { .name = "IKE SA", .slots = 2 },
	[IPSEC_KIND_OUT] = { .name = "ESP outbound SA",
			     .slots = 2,
			     .body = sizeof(struct ipsec_out) },
	[IPSEC_KIND_IN] = { .name = "ESP inbound SA",
			    .slots = 2,
			    .body = sizeof(struct ipsec_in) },
	[IPSEC_KIND_HOST] = { .name = "ESP host",
			      .slots = 2,
			      .body = sizeof(struct ipsec_host),
			      .guard = ESP_PROTOCOL },
	[IPSEC_KIND_REMOTE] = { .name = "ESP remote",
				.slots = 2,
				.body = sizeof(struct ipsec_remote) },
	[IPSEC_KIND_UNCLAIMED] = { .name = "ESP unclaimed SPIs",
				 .slots = 2,
				 .body = sizeof(struct ipsec_unclaimed_block) },
	[IPSEC_KIND_AH] = { .name = "AH", .slots = 2 },
};

/* Where the remote's port is 500 and ours too, the remote may have been asked
 * from another port: then only the initiator SPI tells who asked. */
static bool match_spi(const struct vpnalg_facts *facts,
		      struct vpnalg_match *match)
{
	const uint8_t *ike = facts->l4 + UDP_HEADER_LEN;

	if (facts->inside || match->attempt > 0 ||
	    facts->l4_caplen < UDP_HEADER_LEN + IKE_RESPONDER_SPI_OFF)
		return false;
	match->peer = true;
	match->space = IPSEC_SPACE_IKE_SA;
	match->id = vpnalg_get32(ike);
	match->port = vpnalg_get32(ike + 4);
	match->more = true;
	return true;
}

static enum vpnalg_claim match_udp(const struct vpnalg_facts *facts,
				   struct vpnalg_match *match)
{
	unsigned local, remote;

	match->kind = IPSEC_KIND_IKE;
	match->space = ESP_PROTOCOL;
	if (facts->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (facts->l4_caplen < PORTS_LEN)
		return VPNALG_CLAIM_NONE;
	local = vpnalg_local_port(facts);
	remote = vpnalg_remote_port(facts);
	if (remote != IKE_PORT && remote != IKE_PORT_NAT_T)
		return VPNALG_CLAIM_NONE;
	if (remote == IKE_PORT && local == IKE_PORT && match_spi(facts, match))
		return VPNALG_CLAIM_KEY;
	match->space = PROTOCOL_UDP;
	match->id = local;
	/* Outside ports are unique towards a remote, whatever its port. What
	 * came in may have come from the other port of the two. */
	match->port = facts->inside ? remote : 0;
	match->more = facts->inside && facts->inward && match->attempt == 0;
	if (facts->inside && match->attempt > 0)
		match->port = IKE_PORT + IKE_PORT_NAT_T - remote;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim drop(struct vpnalg_match *match, uint8_t reason)
{
	match->reason = reason;
	return VPNALG_CLAIM_DROP;
}

/* ESP carries the receiver's SPI only: the own one of the inside host if it
 * travels in, the peer's if it travels out. An SPI from outside that is not
 * known is for whoever has ESP with that remote. */
static enum vpnalg_claim match_esp(const struct vpnalg_facts *facts,
				   struct vpnalg_match *match)
{
	match->space = ESP_PROTOCOL;
	match->kind = facts->inward ? IPSEC_KIND_IN : IPSEC_KIND_OUT;
	if (facts->fragment == VPNALG_FRAGMENT_LATER)
		return drop(match, VPNALG_DROP_FRAGMENT); /* ESP it is */
	if (facts->l4_len < ESP_HEADER_LEN)
		return drop(match, VPNALG_DROP_MALFORMED);
	if (facts->l4_caplen < ESP_HEADER_LEN)
		return drop(match, VPNALG_DROP_TRUNCATED);
	match->id = vpnalg_get32(facts->l4 + ESP_SPI_OFF);
	if (match->id == 0) /* RFC 4303 2.1 */
		return drop(match, VPNALG_DROP_MALFORMED);
	match->peer = !facts->inward;
	match->more = facts->inward && !facts->inside && match->attempt == 0;
	if (match->attempt > 0) {
		match->peer = true;
		match->id = 0;
		match->port = IPSEC_PORT_REMOTE;
	}
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_facts *facts,
			       struct vpnalg_match *match)
{
	switch (facts->protocol) {
	case PROTOCOL_UDP:
		return match_udp(facts, match);
	case ESP_PROTOCOL:
		return match_esp(facts, match);
	case AH_PROTOCOL:
		/* Whoever has IKE with that remote may mean AH. */
		match->space = ESP_PROTOCOL;
		match->kind = IPSEC_KIND_AH;
		return drop(match, VPNALG_DROP_AH);
	default:
		return VPNALG_CLAIM_NONE;
	}
}

static enum vpnalg_result translate_ike(struct vpnalg_step *step)
{
	enum vpnalg_result result = vpnalg_ipsec_ike_find(step);

	if (result == VPNALG_TRANSLATED)
		result = vpnalg_ipsec_exchange(step);
	if (result == VPNALG_TRANSLATED)
		vpnalg_ipsec_ike_pass(step);
	return result;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return step->facts->protocol == PROTOCOL_UDP ? translate_ike(step)
						     : vpnalg_ipsec_esp(step);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == IPSEC_KIND_HOST)
		vpnalg_ipsec_host_closed(translator, record);
	if (record->kind == IPSEC_KIND_IN)
		vpnalg_ipsec_host_lost_inbound(translator, record);
	if (record->kind == IPSEC_KIND_IKE)
		vpnalg_ipsec_ike_sa_ended(translator, record);
}

const struct vpnalg_handler vpnalg_ipsec = {
	.size = sizeof(struct vpnalg_handler),
	.name = "IPsec",
	.kinds = kinds,
	.kind_count = IPSEC_KINDS,
	.match = match,
	.translate = translate,
	.closed = closed,
};
