/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors and their quotes. */
#include "errors.h"

#include <string.h>

#include "report.h"

#define ROUTER 0xc0000209U       /* going out to a remote */
#define INSIDE_ROUTER 0xc0a84dfeU

bool is_icmp_error_type(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static uint32_t quote_offset(const struct sent *s)
{
	return header_length(s->bytes.data) + 8;
}

bool is_icmp_error(const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	uint32_t length = s->bytes.length, at;

	if (length < 20 || ip[0] >> 4 != 4 || ip[9] != ICMP ||
	    get16(ip + 6) & 0x1fff)
		return false;
	if (length > get16(ip + 2))
		length = get16(ip + 2);
	at = quote_offset(s);
	return at >= 28 && length >= at + 20 &&
	       is_icmp_error_type(ip[at - 8]) && ip[at] >> 4 == 4 &&
	       header_length(ip + at) >= 20 &&
	       length >= at + header_length(ip + at);
}

bool is_error_about_fragment(const struct sent *s)
{
	return is_icmp_error(s) &&
	       get16(s->bytes.data + quote_offset(s) + 6) & 0x3fff;
}

void check_quoted_checksums(const struct sent *s, const uint8_t *after)
{
	uint32_t at = quote_offset(s);
	const uint8_t *was = s->bytes.data + at, *is = after + at;

	if (sum(was, header_length(was), 0) != 0xffff ||
	    sum(is, header_length(is), 0) != 0xffff)
		broken("2 (checksums)", "of the quoted IP header");
}

void check_quoted_address(const struct settings *settings,
			  const struct sent *s, const uint8_t *after)
{
	bool inward = s->direction & VPNALG_IN;
	bool outside = s->direction == VPNALG_OUT ||
		       s->direction == VPNALG_IN_UNDO;
	uint32_t at = quote_offset(s);
	uint32_t local = get32(after + at + (inward ? 12 : 16));
	uint32_t remote = at + (inward ? 16 : 12);

	if (is_outside(settings, local) != outside)
		broken("5 (no inside address leaves)", "quoted %08x",
		       (unsigned)local);
	if (get32(after + remote) != get32(s->bytes.data + remote))
		broken("the far end", "its quoted address was changed");
}

void allow_in_undone(struct bytes *expected, const struct vpnalg_packet *undo)
{
	uint8_t *ip = expected->data, *quote = ip + header_length(ip) + 8;
	int off = checksum_offset(quote);
	uint32_t l4 = (uint32_t)(quote - ip) + header_length(quote);

	if (undo->direction == VPNALG_OUT_UNDO) {
		memcpy(ip + 12, undo->data + 12, 4);
		memcpy(ip + 10, undo->data + 10, 2);
	}
	if (off < 0 || l4 + (uint32_t)off + 2 > expected->length)
		return;
	if (get16(ip + l4 + off) == 0xffff &&
	    get16(undo->data + l4 + off) == 0)
		put16(ip + l4 + off, 0);
}

void make_error(struct bytes *b, const struct bytes *about, bool out,
		const struct step *s)
{
	static const uint8_t types[] = { 3, 11, 4, 5, 12, 3, 3, 3 };
	uint32_t length = about->length, from = get32(about->data + 16), i;

	if (length > 28U + s->args[0])
		length = 28U + s->args[0];
	if (s->args[1] & 1)
		from = out ? INSIDE_ROUTER : ROUTER;
	begin_ip(b, from, get32(about->data + 12), ICMP);
	add8(b, types[s->message & 7]);
	add8(b, s->message >> 4 ? s->message >> 4 : 3U);
	add16(b, 0);
	add32(b, s->args[1] & 2 ? 1400 : 0);
	for (i = 0; i < length; i++)
		add8(b, about->data[i]);
	if (s->args[2] & 1) /* in the quoted IP header */
		b->data[28 + 11] ^= 1;
	end_packet(b);
	if (s->args[2] & 2)
		b->data[23] ^= 1;
}
