/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_ppp.h"

#include "why_attempt.h"
#include "why_large.h"

#define ADDRESS_AND_CONTROL 0xff03

#define ANY_CODE 0
#define PROTOCOL_IPV4 0x0021
#define PROTOCOL_IPV6 0x0057

/* The offset of the destination in IP headers, and the first byte of a
 * multicast or broadcast one (RFC 1112 4, RFC 919 7, RFC 4291 2.7). */
#define IPV4_DESTINATION_OFF 16
#define IPV4_GROUPS 224
#define IPV6_DESTINATION_OFF 24
#define IPV6_GROUPS 255

/* Protocols and codes; the first row that fits is meant. */
static const struct {
	uint16_t protocol;
	uint8_t code;
	uint8_t fact;
} rows[] = {
	/* RFC 1661 5 */
	{ 0xc021, 1, LCP_REQUEST },
	{ 0xc021, 2, LCP_ACK },
	{ 0xc021, 3, LCP_NAK },
	{ 0xc021, 4, LCP_NAK },
	{ 0xc021, 5, LCP_TERMINATE },
	{ 0xc021, 8, LCP_PROTOCOL_REJECT },
	{ 0xc021, 9, LCP_ECHO },
	{ 0xc021, 10, LCP_ECHO_REPLY },
	/* PAP, RFC 1334 2.2 */
	{ 0xc023, 1, AUTH_RESPONSE },
	{ 0xc023, 2, AUTH_SUCCESS },
	{ 0xc023, 3, AUTH_FAILURE },
	/* CHAP, RFC 1994 4 */
	{ 0xc223, 1, AUTH_CHALLENGE },
	{ 0xc223, 2, AUTH_RESPONSE },
	{ 0xc223, 3, AUTH_SUCCESS },
	{ 0xc223, 4, AUTH_FAILURE },
	/* EAP, RFC 3748 4 */
	{ 0xc227, 1, AUTH_CHALLENGE },
	{ 0xc227, 2, AUTH_RESPONSE },
	{ 0xc227, 3, AUTH_SUCCESS },
	{ 0xc227, 4, AUTH_FAILURE },
	/* CCP, RFC 1962 2 */
	{ 0x80fd, 1, CCP_REQUEST },
	{ 0x80fd, 2, CCP_ACK },
	{ 0x80fd, 4, CCP_REJECT },
	{ 0x80fd, 5, CCP_REJECT },
	/* IPCP, RFC 1332, and IPV6CP, RFC 5072 */
	{ 0x8021, 1, IPCP_REQUEST },
	{ 0x8021, 2, IPCP_ACK },
	{ 0x8021, 5, IPCP_REJECT },
	{ 0x8057, 1, IPCP_REQUEST },
	{ 0x8057, 2, IPCP_ACK },
	{ PROTOCOL_IPV4, ANY_CODE, PPP_IP },
	{ 0x002d, ANY_CODE, PPP_IP }, /* with a shorter header, RFC 1144 */
	{ 0x002f, ANY_CODE, PPP_IP },
	{ PROTOCOL_IPV6, ANY_CODE, PPP_IP },
	{ 0x00fd, ANY_CODE, PPP_ENCRYPTED }, /* MPPE, or compressed */
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Takes the protocol off the frame: two bytes, or one that is odd (RFC 1661
 * 6.5). */
static uint32_t take_protocol(struct why_bytes *frame)
{
	unsigned size;
	uint32_t protocol;

	if (why_get(frame, 0, 2) == ADDRESS_AND_CONTROL)
		*frame = why_behind(frame, 2);
	size = why_get(frame, 0, 1) & 1 ? 1 : 2;
	protocol = why_get(frame, 0, size);
	*frame = why_behind(frame, size);
	return protocol;
}

static bool is_for_group(uint32_t protocol, const struct why_bytes *ip)
{
	if (protocol == PROTOCOL_IPV4)
		return why_get(ip, IPV4_DESTINATION_OFF, 1) >= IPV4_GROUPS;
	return protocol == PROTOCOL_IPV6 &&
	       why_get(ip, IPV6_DESTINATION_OFF, 1) == IPV6_GROUPS;
}

void why_ppp_count(struct why_attempt *attempt, enum why_end end,
		   struct why_bytes frame)
{
	uint32_t protocol = take_protocol(&frame);
	uint32_t code = why_get(&frame, 0, 1);

	for (unsigned i = 0; i < ROWS; i++) {
		if (rows[i].protocol != protocol ||
		    (rows[i].code != ANY_CODE && rows[i].code != code))
			continue;
		attempt->ppp[end][rows[i].fact]++;
		attempt->ppp[end][PPP_GROUP] += is_for_group(protocol, &frame);
		attempt->echoes[end] += rows[i].fact == LCP_ECHO;
		if (rows[i].fact == LCP_ECHO_REPLY)
			attempt->echoes[why_other(end)] = 0;
		if (protocol == PROTOCOL_IPV4)
			why_large_inner(&attempt->flow, end, &frame);
		return;
	}
}
