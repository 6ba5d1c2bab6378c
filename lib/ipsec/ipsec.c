/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: the handler's table, and its claims to packets of IKE, ESP and AH.
 *
 * How an ESP SPI gets to its host. An ESP packet carries one number that a
 * translator can read: the SPI of its receiver. A packet that travels out shows
 * the remote's SPI. A packet that travels in shows the inside host's. The two
 * SPIs of a pair are chosen independently, inside encrypted messages, so the
 * host of each inbound SPI has to be found out, and again after each rekey.
 *
 *   host       an inside host that has ESP or IKE with a remote, be it a client
 *              or a server (responder.c)
 *   remote     a far gateway, and all its hosts behind one outside address
 *   outbound   an SA that a host sends with
 *   inbound    an SA that a host receives with: an SPI and its host, a pair
 *   unclaimed  an SPI that packets carry, and that has no host yet
 *   candidate  a host that may own an unclaimed SPI: an exchange or an outbound
 *              SPI has promised it one, or it sends and receives nothing
 *
 * A packet with a known SPI costs one lookup: esp.c, or outbound.c, counts it
 * and translates its address. A packet with an unclaimed SPI goes to pair.c:
 *
 * 1. The only host of a remote gets it. The SPI is kept if it was promised, or
 *    if nothing else comes for that host: an SPI may be forged.
 * 2. With several hosts it is remembered as unclaimed. Each candidate is ranked
 *    by what was seen of it when the SPI began (evidence.c): its old SPI ended
 *    then, it resumed sending then, its first exchange had just ended. It is
 *    known when an SPI began if its sequence numbers begin near 1, or it has
 *    paused since.
 * 3. A candidate that stands out gets the SPI (judge.c). If none does, the
 *    packet is dropped: a lost packet costs less than a wrong pair, which
 *    leaves the owner without any packets. If a probe is due (probe.c), a
 *    silent host gets the
 *    packet instead, and owns the SPI if it answers. An SPI that stays
 *    unclaimed for seconds goes round: among the candidates that receive
 *    nothing, first those that have just sent; if there are none, among the
 *    hosts that send with more SAs than they receive with, and a host that
 *    alone does so gets the SPI; else among all hosts. So its owner gets some
 *    of its packets. Meanwhile it is compared with all SAs that hosts send
 *    with, one after the other: the host whose packets it answers, after the
 *    same time each, gets it (owner.c, compare.c).
 *
 * Fewer SPIs are left undecided if hosts begin one after the other: a request
 * for an SA, and the first packets of one, are dropped for now while another
 * host's SPI is awaited (hold.c).
 *
 * How a pair is taken back (repair.c, pair.c). Evidence against it is that
 *   - the old SPI goes on, which the new one was to replace (suspect.c);
 *   - its host sends a liveness check, while ESP arrives for it. One check
 *     suffices if the pair was a guess that may be another candidate's, and ESP
 *     still comes a second later; otherwise two are needed (suspect.c);
 *   - it was made by the host's having just connected, its second packet comes
 *     a third of a second later or more, the host has not sent at all, and
 *     another candidate may own the SPI (review.c);
 *   - its packets begin when another host begins to send that receives nothing.
 *     A pair has trust, which agreement raises and such a packet lowers, until
 *     it is trusted fully, or taken back (review.c);
 *   - another SPI begins soon that fits the host as well, and no other host
 *     (repair.c);
 *   - another host receives nothing, and this one receives with two SPIs though
 *     it sends with one (repair.c);
 *   - its packets answer what another host sends, and not what this one sends:
 *     then that host gets the SPI (owner.c).
 * In all cases but the last the SPI is unclaimed again, and its host a
 * candidate again. After a check, lost trust or a surplus that SPI is refused
 * to it. There is proof against a pair if a packet given to undo shows the SPI
 * with another host's address: then the pair ends, and that host gets the SPI
 * (pair.c).
 *
 * What else ends an SA: its deadline, which for an inbound one is never later
 * than its host's (so it ends by the host's silence), and a second SPI that
 * nothing has promised, which replaces one that is not yet confirmed, once that
 * was silent for 10 s (inbound.c). From outside of this handler: an SPI that
 * the router lists as its own, a cut, a policy that cuts, an outside address
 * that goes, a state that is refused; never a full store. An unclaimed SPI may
 * be evicted by another one (unclaimed.c), and a candidate by another host
 * (candidate.c), for their places are bounded. So packets from outside alone
 * open at most one pair per host, and end none that is confirmed. Nor does each
 * such packet cause an event.
 *
 * Each file calls only files further down, or further right in its line:
 *
 *   ipsec ipsec_fast_path loaded            the handler
 *   responder                               a server inside
 *   ike_packet                              a packet of IKE or NAT-T
 *   ike ike_find ike_quote ike_port         a message of IKE, one that an ICMP
 *                                           error quotes
 *   exchange esp outbound                   what it shows, a packet of ESP
 *   sender                                  the host of one that goes out
 *   pair review suspect                     pairs an SPI, suspects a pair
 *   owner repair                            takes a pair back
 *   inbound judge evidence probe hold       opens an SA, finds its owner
 *   unclaimed candidate                     what is compared
 *   compare                                 with whose SA it is compared next
 *   esp_hairpin                             the receiving end of a hairpin
 *   remote ring blocks                      the hosts of a remote
 *   host sa_list answers                    a host, its SAs, what they get
 *   ike_service ike_sa parent               its IKE service, session, parent */
#include "ipsec.h"

#include <vpnalg/ipsec.h>

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "blocks.h"
#include "candidate.h"
#include "esp.h"
#include "host.h"
#include "ike.h"
#include "ike_packet.h"
#include "ike_quote.h"
#include "ike_sa.h"
#include "ike_service.h"
#include "ipsec_fast_path.h"
#include "ipsec_kinds.h"
#include "loaded.h"
#include "outbound.h"
#include "parent.h"
#include "remote.h"
#include "responder.h"
#include "sa_list.h"

/* Names the SPI as the key, which its receiver owns. The second key of an SPI
 * without an SA is that of the remote: some host of it owns the SPI. */
static enum vpnalg_claim match_esp(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	match->space = ESP_PROTOCOL;
	match->kind = parsed->inward ? IPSEC_KIND_IN : IPSEC_KIND_OUT;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return vpnalg_match_drop(match, VPNALG_DROP_FRAGMENT);
	if (parsed->l4_caplen < ESP_HEADER_LEN)
		return vpnalg_match_drop(
			match, vpnalg_has_header(parsed, ESP_HEADER_LEN));
	match->id = vpnalg_get32(parsed->l4 + ESP_SPI_OFF);
	if (match->id == 0) /* RFC 4303 2.1 */
		return vpnalg_match_drop(match, VPNALG_DROP_MALFORMED);
	match->first_suffices = true;
	if (match->attempt == 0) {
		match->peer = !parsed->inward;
		match->more = parsed->inward && !parsed->inside;
	} else {
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
		return vpnalg_ipsec_ike_match(parsed, match);
	case ESP_PROTOCOL:
		return match_esp(parsed, match);
	case AH_PROTOCOL:
		/* It may be for a host that has IKE with the remote. */
		match->space = ESP_PROTOCOL;
		match->kind = IPSEC_KIND_AH;
		return vpnalg_match_drop(match, VPNALG_DROP_AH);
	default:
		return VPNALG_CLAIM_NONE;
	}
}

/* Returns whether the packet is of a NAT-T session: nothing of it is read. */
static bool is_nat_t(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	return step->record != NULL && step->kind == IPSEC_KIND_IKE &&
	       parsed->l4_caplen >= UDP_HEADER_LEN &&
	       vpnalg_remote_port(parsed) == IKE_PORT_NAT_T &&
	       vpnalg_session_port(step->translator, step->record,
				   VPNALG_INSIDE_OWN) == IKE_PORT_NAT_T;
}

/* Data of NAT-T calls nothing that a message needs a stack for. */
static enum vpnalg_result translate_udp(struct vpnalg_step *step)
{
	if (!is_nat_t(step))
		return vpnalg_ipsec_ike_translate(step);
	vpnalg_ipsec_ike_pass_data(step);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	if (step->kind == IPSEC_KIND_SERVICE)
		return vpnalg_ipsec_responder(step);
	if (step->parsed->protocol == PROTOCOL_UDP)
		return translate_udp(step);
	return step->parsed->inward ? vpnalg_ipsec_esp_in(step)
				    : vpnalg_ipsec_outbound(step);
}

static enum vpnalg_result quote(struct vpnalg_step *step)
{
	if (step->record->kind == IPSEC_KIND_SERVICE)
		return vpnalg_ipsec_responder_quote(step);
	return step->parsed->protocol == PROTOCOL_UDP
		       ? vpnalg_ipsec_ike_quote(step)
		       : vpnalg_ipsec_esp_quote(step);
}

static bool fast_path(struct vpnalg_step *step,
		      struct vpnalg_translation *translation)
{
	if (step->parsed->protocol == ESP_PROTOCOL)
		return vpnalg_ipsec_fast_path_esp(step, translation);
	return is_nat_t(step) &&
	       vpnalg_ipsec_fast_path_nat_t(step, translation);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind == IPSEC_KIND_HOST) {
		vpnalg_ipsec_host_has_served(translator, record);
		vpnalg_ipsec_candidate_leave(translator, record);
		vpnalg_ipsec_remote_leave(translator, record);
		vpnalg_ipsec_sa_list_release(translator, record);
	}
	if (record->kind == IPSEC_KIND_IN || record->kind == IPSEC_KIND_OUT)
		vpnalg_ipsec_host_lost(translator, record);
	if (record->kind == IPSEC_KIND_IKE)
		vpnalg_ipsec_ike_sa_ended(translator, record);
}

static uint16_t served_at(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return record->kind == IPSEC_KIND_HOST &&
			       ipsec_host_body(translator, record)->flags &
				       IPSEC_HOST_OPENED
		       ? IKE_PORT
		       : 0;
}

static const struct vpnalg_server_port server_ports[] = {
	{ PROTOCOL_UDP, IKE_PORT },
	{ PROTOCOL_UDP, IKE_PORT_NAT_T },
};

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "IPsec",
	.kinds = vpnalg_ipsec_kinds,
	.kind_count = IPSEC_KINDS,
	.ip_protocol_count = 3,
	.ip_protocols = { PROTOCOL_UDP, ESP_PROTOCOL, AH_PROTOCOL },
	.server_ports = server_ports,
	.server_port_count = sizeof(server_ports) / sizeof(server_ports[0]),
	.service_kind = IPSEC_KIND_SERVICE + 1,
	.server_ports_only = true,
	.match = match,
	.translate = translate,
	.closed = closed,
	.quote = quote,
	.parent = vpnalg_ipsec_parent,
	.counted_by = vpnalg_ipsec_counted_by,
	.fast_path = fast_path,
	.served_at = served_at,
	.loaded = vpnalg_ipsec_loaded,
	.may_have_key = vpnalg_ipsec_may_have_key,
};

const struct vpnalg_handler *vpnalg_ipsec(void)
{
	return &handler;
}
