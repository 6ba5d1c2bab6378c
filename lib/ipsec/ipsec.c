/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPsec: which packets are IKE, ESP or AH, and how they are found.
 *
 * Pairing, an overview. An ESP packet carries the SPI of its receiver and nothing
 * else that a translator could read. What goes out shows the remote's SPI; what
 * comes in shows the inside host's, and the two are chosen apart, in encrypted
 * messages. So whose an inbound SPI is has to be found out, for each SA again.
 *
 *   host       an inside host that has ESP or IKE with a remote (host.c)
 *   remote     all hosts of a far gateway behind one outside address, in a ring
 *              (remote.c)
 *   candidate  a host that may own a new inbound SPI, with a copy of what speaks
 *              for it, so that many are compared for one packet
 *              (candidate.c)
 *   outbound   an SA that a host sends with, inbound one that it receives with
 *   unclaimed  an SPI that packets come with, and that is nobody's yet
 *              (unclaimed.c)
 *
 * A packet with an SPI that is known costs one lookup. With one that is not:
 *
 * 1. A host that is alone with its remote gets it (pair.c). The SPI is kept
 *    if an exchange or an outbound SPI has promised it, or if the host has no
 *    other one: anybody can send with SPIs of his own making.
 * 2. Else the SPI is unclaimed, and the candidates are ranked by what was seen of
 *    them when it began (evidence.c): whose SPI ended then, who began to
 *    send, whose first exchange had just ended. A host is a candidate while an
 *    inbound SPI is promised to it, or while it sends and hears nothing; the
 *    former ranks higher. When the SPI began is known if its sequence number is
 *    near 1 or it has paused since; else no time is evidence.
 * 3. If one host stands out (judge.c), the SPI is its. If nothing does, the
 *    packet is dropped: to lose one costs less than a wrong pair, whose owner
 *    gets nothing. Or it is a probe (probe.c), given to a silent host, whose
 *    answer would tell; and what stays unclaimed for seconds goes round among
 *    all hosts that hear nothing. So no owner who sends goes without for long.
 *
 * There are fewer doubts if hosts begin one after the other: a message that asks
 * for an SA, and the first packets of one, are dropped for now while another
 * host's SPI is awaited (hold.c).
 *
 * A pair may be wrong (repair.c). It is taken back
 *   - if the host goes on to receive with its old SPI;
 *   - if another SPI begins soon that fits the host as well and nobody else;
 *   - if the host asks again whether the remote is there, while packets come;
 *   - if the packets begin when another host does that hears nothing: a pair has
 *     trust, which what agrees raises and what does not lowers, up to a point
 *     from where it is beyond doubt;
 *   - if another host has none, and this one receives with two and sends with one.
 * Then the SPI is unclaimed again and the host is no candidate for it.
 *
 * Nothing that comes from outside alone opens more than one pair for a host, ends
 * one that traffic both ways has confirmed, or costs an event for each packet.
 */
#include <vpnalg/ipsec.h>

#include "ipsec.h"

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "blocks.h"
#include "candidate.h"
#include "esp.h"
#include "exchange.h"
#include "host.h"
#include "ike.h"
#include "ike_sa.h"
#include "remote.h"

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
	[IPSEC_KIND_CANDIDATES] = { .name = "ESP candidates",
				    .slots = 2,
				    .body = IPSEC_CANDIDATES *
					    sizeof(struct ipsec_candidate) },
	[IPSEC_KIND_UNCLAIMED] = { .name = "ESP unclaimed SPIs",
				   .slots = 2,
				   .body = IPSEC_UNCLAIMED *
					   sizeof(struct ipsec_unclaimed) },
	[IPSEC_KIND_AH] = { .name = "AH", .slots = 2 },
};

/* Where the remote's port is 500 and ours too, the remote may have been asked
 * from another port: then only the initiator SPI tells who asked. */
static bool match_spi(const struct vpnalg_parsed *parsed,
		      struct vpnalg_match *match)
{
	const uint8_t *ike = parsed->l4 + UDP_HEADER_LEN;

	if (parsed->inside || match->attempt > 0 ||
	    parsed->l4_caplen < UDP_HEADER_LEN + IKE_RESPONDER_SPI_OFF)
		return false;
	match->peer = true;
	match->space = IPSEC_SPACE_IKE_SA;
	match->id = vpnalg_get32(ike);
	match->port = vpnalg_get32(ike + 4);
	match->more = true;
	return true;
}

static enum vpnalg_claim match_udp(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
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
	if (remote == IKE_PORT && local == IKE_PORT && match_spi(parsed, match))
		return VPNALG_CLAIM_KEY;
	match->space = PROTOCOL_UDP;
	match->id = local;
	/* Outside ports are unique towards a remote, whatever its port. What
	 * came in may have come from the other port of the two. */
	match->port = parsed->inside ? remote : 0;
	match->more = parsed->inside && parsed->inward && match->attempt == 0;
	if (parsed->inside && match->attempt > 0)
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
static enum vpnalg_claim match_esp(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	match->space = ESP_PROTOCOL;
	match->kind = parsed->inward ? IPSEC_KIND_IN : IPSEC_KIND_OUT;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return drop(match, VPNALG_DROP_FRAGMENT); /* ESP it is */
	if (parsed->l4_len < ESP_HEADER_LEN)
		return drop(match, VPNALG_DROP_MALFORMED);
	if (parsed->l4_caplen < ESP_HEADER_LEN)
		return drop(match, VPNALG_DROP_TRUNCATED);
	match->id = vpnalg_get32(parsed->l4 + ESP_SPI_OFF);
	if (match->id == 0) /* RFC 4303 2.1 */
		return drop(match, VPNALG_DROP_MALFORMED);
	match->peer = !parsed->inward;
	match->more = parsed->inward && !parsed->inside && match->attempt == 0;
	if (match->attempt > 0) {
		match->peer = true;
		match->id = 0;
		match->port = IPSEC_PORT_REMOTE;
	}
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	switch (parsed->protocol) {
	case PROTOCOL_UDP:
		return match_udp(parsed, match);
	case ESP_PROTOCOL:
		return match_esp(parsed, match);
	case AH_PROTOCOL:
		/* Whoever has IKE with that remote may mean AH. */
		match->space = ESP_PROTOCOL;
		match->kind = IPSEC_KIND_AH;
		return drop(match, VPNALG_DROP_AH);
	default:
		return VPNALG_CLAIM_NONE;
	}
}

/* Whether the packet is between the ports of its session, and the remote's is
 * that of NAT-T: what IKE says there is not read. */
static bool is_nat_t(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	return step->record != NULL && step->kind == IPSEC_KIND_IKE &&
	       parsed->l4_caplen >= UDP_HEADER_LEN &&
	       vpnalg_remote_port(parsed) == IKE_PORT_NAT_T &&
	       vpnalg_session_port(step->translator, step->record,
				   VPNALG_INSIDE_OWN) == IKE_PORT_NAT_T;
}

/* What the store has no room for leaves no session behind. */
static enum vpnalg_result translate_ike(struct vpnalg_step *step)
{
	bool is_new = step->record == NULL;
	enum vpnalg_result result;

	if (is_nat_t(step)) {
		vpnalg_ipsec_ike_pass_data(step);
		return VPNALG_TRANSLATED;
	}
	result = vpnalg_ipsec_ike_find(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	result = vpnalg_ipsec_exchange(step);
	if (result == VPNALG_TRANSLATED)
		vpnalg_ipsec_ike_pass(step);
	else if (is_new && result == VPNALG_DROP_STORE)
		vpnalg_session_close(step->translator, step->record);
	return result;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return step->parsed->protocol == PROTOCOL_UDP ? translate_ike(step)
						      : vpnalg_ipsec_esp(step);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == IPSEC_KIND_HOST) {
		vpnalg_ipsec_candidate_leave(translator, record);
		vpnalg_ipsec_remote_leave(translator, record);
	}
	if (record->kind == IPSEC_KIND_IN)
		vpnalg_ipsec_host_lost_inbound(translator, record);
	if (record->kind == IPSEC_KIND_IKE)
		vpnalg_ipsec_ike_sa_ended(translator, record);
}

static const struct vpnalg_server_port server_ports[] = {
	{ PROTOCOL_UDP, IKE_PORT },
	{ PROTOCOL_UDP, IKE_PORT_NAT_T },
};

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "IPsec",
	.kinds = kinds,
	.kind_count = IPSEC_KINDS,
	.ip_protocol_count = 3,
	.ip_protocols = { PROTOCOL_UDP, ESP_PROTOCOL, AH_PROTOCOL },
	.server_ports = server_ports,
	.server_port_count = sizeof(server_ports) / sizeof(server_ports[0]),
	.match = match,
	.translate = translate,
	.closed = closed,
};

const struct vpnalg_handler *vpnalg_ipsec(void)
{
	return &handler;
}
