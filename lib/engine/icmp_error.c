/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of sessions (RFC 5508 4, RFC 4787 REQ-12,
 * RFC 5382 REQ-10).
 *
 *   outer IP header | ICMP: type, code, checksum, 4 bytes | quoted IP header |
 *   8 bytes or more of what follows it | extensions (RFC 4884)
 *
 * An error travels in the opposite direction of the packet that it quotes. The
 * quote has the form of the side that the error comes from: the error is found
 * by undo's keys, and gets the quote's other form. The handler rewrites the
 * quoted header and IDs. The inside host's end of the outer header is the
 * address that then stands in the quote: whichever router inside has sent the
 * error, only an outside address leaves. The address of a router outside stays.
 * The checksums of both IP headers, that of ICMP and the quoted one, as far as
 * that is there, change by the difference.
 *
 * Errors change no session: anybody can forge one. */
#include "icmp_error.h"

#include "../wire/tcp.h"
#include "address.h"
#include "checksum.h"
#include "has.h"
#include "packet.h"
#include "record.h"
#include "refuse.h"
#include "rewrite.h"

/* The least that RFC 792 has quoted of a packet behind its IP header. Ports are
 * in it, and the checksums of UDP and ICMP. */
#define QUOTE_MIN 8

/* What the first fragment of an error must quote: TCP's checksum, and all IDs,
 * are in it. */
#define QUOTE_FIRST_MIN 20

/* The ones' complement sum, folded. No packet is so long that it overflows. */
static uint32_t sum(const uint8_t *p, uint32_t length)
{
	uint32_t total = 0;

	for (; length > 1; p += 2, length -= 2)
		total += vpnalg_get16(p);
	if (length > 0)
		total += (uint32_t)*p << 8;
	return checksum_fold(total);
}

/* Returns whether the checksums are right that are wholly in memory: that of
 * ICMP, but of a fragment, and that of the quoted IP header. The transport
 * checksum in the quote is not checked (RFC 5508 REQ-3). */
static bool are_checksums_right(const struct vpnalg_parsed *error,
				const struct vpnalg_parsed *quote)
{
	if (error->l4_caplen == error->l4_len &&
	    error->fragment == VPNALG_FRAGMENT_NONE &&
	    sum(error->l4, error->l4_len) != 0xffff)
		return false;
	return sum(quote->ip, (uint32_t)(quote->l4 - quote->ip)) == 0xffff;
}

/* Returns whether outer and quoted header agree: the error goes to the quoted
 * packet's sender. The error's sender may be any router beyond the inside host
 * or the remote, but the outside form of one from inside has the outside
 * address as its source. */
static bool are_addresses_right(const struct vpnalg_parsed *error,
				const struct vpnalg_parsed *quote)
{
	const size_t addr_len = quote->addr_len;

	if (error->inward
		    ? !pool_is_host(error->remote)
		    : !same_address(error->remote, quote->remote, addr_len))
		return false;
	return (error->inside && !error->inward) ||
	       same_address(error->local, quote->local, addr_len);
}

static bool has_ports(const struct vpnalg_parsed *quote)
{
	return quote->protocol == PROTOCOL_TCP ||
	       quote->protocol == PROTOCOL_UDP ||
	       quote->protocol == PROTOCOL_ICMP;
}

/* Returns whether all that may have to be rewritten is in the quote, and all of
 * that in memory. Of TCP the checksum may lie beyond the quote. */
static enum vpnalg_result check_length(const struct vpnalg_parsed *error,
				       const struct vpnalg_parsed *quote)
{
	const uint32_t end = TCP_CHECKSUM_OFF + 2;
	uint32_t quoted = error->l4_len - (uint32_t)(quote->l4 - error->l4);

	if (quote->l4_len < QUOTE_MIN)
		return has_ports(quote) ? VPNALG_DROP_MALFORMED
					: VPNALG_TRANSLATED;
	if (quote->l4_caplen < QUOTE_MIN)
		return VPNALG_DROP_QUOTE_SHORT;
	if (error->fragment != VPNALG_FRAGMENT_NONE &&
	    quoted < QUOTE_FIRST_MIN && quoted < quote->l4_len)
		return VPNALG_DROP_FRAGMENT;
	return quote->protocol == PROTOCOL_TCP && quote->l4_caplen < end &&
			       quoted >= end
		       ? VPNALG_DROP_TRUNCATED
		       : VPNALG_TRANSLATED;
}

/* Whether an error is a fragment that is not translated: where there is no
 * memory for what becomes of the others. */
static bool is_fragment(const struct vpnalg_step *step,
			const struct vpnalg_parsed *error)
{
	return error->fragment != VPNALG_FRAGMENT_NONE &&
	       !has_fragments(step->translator);
}

/* The length of all fragments but the last is a multiple of 8 (RFC 791 3.2). */
static bool is_odd(const struct vpnalg_parsed *error)
{
	return error->fragment != VPNALG_FRAGMENT_NONE &&
	       error->l4_len % 8 != 0;
}

/* Returns why no such error is translated, whatever the handler says; or
 * VPNALG_TRANSLATED. An error about an error has a second quote inside. A
 * redirect names a router that is not reachable from the other side. A quoted
 * later fragment has nothing to rewrite behind its IP header. */
static enum vpnalg_result check(const struct vpnalg_step *step,
				const struct vpnalg_parsed *error,
				const struct vpnalg_parsed *quote)
{
	if (quote->ip != error->l4 + ICMP_QUOTE_OFF ||
	    error->l4[0] == ICMP_REDIRECT)
		return VPNALG_DROP_ICMP_ERROR;
	if (is_fragment(step, error))
		return VPNALG_DROP_FRAGMENT;
	if (error->overlong || is_odd(error) ||
	    !are_addresses_right(error, quote))
		return VPNALG_DROP_MALFORMED;
	if (vpnalg_packet_holds_addresses(error) ||
	    vpnalg_packet_holds_addresses(quote))
		return VPNALG_DROP_OPTIONS;
	if (!are_checksums_right(error, quote))
		return VPNALG_DROP_CHECKSUM;
	return quote->fragment == VPNALG_FRAGMENT_LATER
		       ? VPNALG_TRANSLATED
		       : check_length(error, quote);
}

/* Calls the handler to rewrite the quote, and checks its answer. */
static enum vpnalg_result rewrite_quote(struct vpnalg_step *step)
{
	const uint8_t place = step->handler;
	const struct vpnalg_handler *handler =
		step->translator->handlers[place];
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (handler->quote != NULL)
		result = handler->quote(step);
	else
		vpnalg_rewrite_ends(step);
	step->handler = place;
	if (step->kind >= handler->kind_count) {
		step->kind = 0;
		return VPNALG_DROP_FAULT;
	}
	if (result == VPNALG_TRANSLATED || result == VPNALG_UNTOUCHED ||
	    is_drop(result))
		return result;
	return vpnalg_refuse_own(step, result);
}

/* Returns whether the quote has the local address of the session's other form.
 */
static bool has_other_form(const struct vpnalg_step *step, const uint8_t *key)
{
	return same_address(step->parsed->local, key + KEY_LOCAL_OFF,
			    addr_len_of(step->translator));
}

/* Rewrites the headers before the quote. `before` is the sum of the quote as it
 * was. */
static void rewrite_outer(struct vpnalg_step *step,
			  const struct vpnalg_parsed *error, uint32_t before)
{
	const struct vpnalg_parsed *quote = step->parsed;
	uint8_t *checksum = error->l4 + ICMP_CHECKSUM_OFF;
	uint32_t after = sum(quote->ip, error->l4_caplen - ICMP_QUOTE_OFF);

	if (after != before)
		checksum_change(checksum, before, after);
	step->parsed = error;
	vpnalg_rewrite_local(step, quote->local);
	step->parsed = quote;
}

enum vpnalg_result vpnalg_icmp_error(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *quote = step->parsed;
	struct vpnalg_parsed error;
	enum vpnalg_result result;
	const uint8_t *key;
	uint32_t before;

	if (step->record == NULL)
		return VPNALG_DROP_ICMP_ERROR;
	vpnalg_packet_parse(step->packet, &error);
	result = check(step, &error, quote);
	if (result != VPNALG_TRANSLATED)
		return result;
	before = sum(quote->ip, error.l4_caplen - ICMP_QUOTE_OFF);
	result = rewrite_quote(step);
	if (result == VPNALG_UNTOUCHED) {
		step->record = NULL;
		return quote->inside ? VPNALG_DROP_ICMP_ERROR : result;
	}
	if (result != VPNALG_TRANSLATED)
		return result;
	if (step->record == NULL)
		return VPNALG_DROP_FAULT;
	key = record_key(step->translator, step->record,
			 quote->inside ? VPNALG_OUTSIDE_OWN
				       : VPNALG_INSIDE_OWN);
	if (!has_other_form(step, key))
		return VPNALG_DROP_FAULT;
	rewrite_outer(step, &error, before);
	if (!quote->inside)
		step->packet->zone = key_zone(key);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_icmp_error_later(struct vpnalg_step *step,
					   const uint8_t *local, uint16_t id)
{
	const struct vpnalg_parsed *quote = step->parsed;
	struct vpnalg_parsed error;
	enum vpnalg_result result;
	uint32_t before;

	vpnalg_packet_parse(step->packet, &error);
	result = check(step, &error, quote);
	if (result != VPNALG_TRANSLATED)
		return result;
	before = sum(quote->ip, error.l4_caplen - ICMP_QUOTE_OFF);
	vpnalg_rewrite_ip_local(quote, local, quote->addr_len);
	vpnalg_rewrite_ip_16(quote->ip, IPV4_ID_OFF, id);
	rewrite_outer(step, &error, before);
	return VPNALG_TRANSLATED;
}
