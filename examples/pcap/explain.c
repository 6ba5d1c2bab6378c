/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../common/say.h"
#include "ipsec.h"
#include "l2tp.h"
#include "report.h"
#include "seen_port.h"
#include "side.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_GRE 47
#define PROTOCOL_L2TP 115

/* Offsets in PPTP (RFC 2637 1.4, 2 and 4.1). */
#define PPTP_PORT 1723
#define PPTP_MAGIC 0x1a2b3c4dUL
#define PPTP_MAGIC_OFF 4
#define PPTP_TYPE_OFF 8
#define GRE_MASK 0xef7f
#define GRE_PPTP 0x2001
#define GRE_TYPE_OFF 2
#define GRE_TYPE_PPP 0x880b
#define GRE_CALL_ID_OFF 6
#define NO_ID 0

/* The control messages, and the offsets of their IDs. */
static const struct {
	const char *name;
	uint8_t call_id;
	uint8_t peer_call_id;
} messages[] = {
	[1] = { "Start-Control-Connection-Request", NO_ID, NO_ID },
	[2] = { "Start-Control-Connection-Reply", NO_ID, NO_ID },
	[3] = { "Stop-Control-Connection-Request", NO_ID, NO_ID },
	[4] = { "Stop-Control-Connection-Reply", NO_ID, NO_ID },
	[5] = { "Echo-Request", NO_ID, NO_ID },
	[6] = { "Echo-Reply", NO_ID, NO_ID },
	[7] = { "Outgoing-Call-Request", 12, NO_ID },
	[8] = { "Outgoing-Call-Reply", 12, 14 },
	[9] = { "Incoming-Call-Request", 12, NO_ID },
	[10] = { "Incoming-Call-Reply", 12, 14 },
	[11] = { "Incoming-Call-Connected", NO_ID, 12 },
	[12] = { "Call-Clear-Request", 12, NO_ID },
	[13] = { "Call-Disconnect-Notify", 12, NO_ID },
	[14] = { "WAN-Error-Notify", NO_ID, 12 },
	[15] = { "Set-Link-Info", NO_ID, 12 },
};

#define MESSAGES (sizeof(messages) / sizeof(messages[0]))

/* Bytes of a packet that may be truncated. */
struct bytes {
	const uint8_t *data;
	uint32_t length;
};

static bool has(const struct bytes *bytes, uint32_t length)
{
	return bytes->length >= length;
}

static unsigned get16(const struct bytes *bytes, uint32_t at)
{
	return (unsigned)bytes->data[at] << 8 | bytes->data[at + 1];
}

static unsigned long get32(const struct bytes *bytes, uint32_t at)
{
	return (unsigned long)get16(bytes, at) << 16 | get16(bytes, at + 2);
}

static struct bytes behind(const struct bytes *bytes, uint32_t length)
{
	if (!has(bytes, length))
		return (struct bytes){ bytes->data, 0 };
	return (struct bytes){ bytes->data + length, bytes->length - length };
}

static void append(char *text, const char *format, ...)
{
	size_t end = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + end, EXPLAIN_TEXT - end, format, arguments);
	va_end(arguments);
}

static void append_address(char *text, const uint8_t *octets)
{
	append(text, "%u.%u.%u.%u", octets[0], octets[1], octets[2],
	       octets[3]);
}

/* Names the message that a control segment begins with. */
static void explain_message(const struct bytes *message,
			    struct explained *explained)
{
	unsigned type;

	if (!has(message, PPTP_TYPE_OFF + 2) ||
	    get32(message, PPTP_MAGIC_OFF) != PPTP_MAGIC)
		return;
	type = get16(message, PPTP_TYPE_OFF);
	if (type >= MESSAGES || !messages[type].name)
		return;
	snprintf(explained->what, EXPLAIN_TEXT, "PPTP %s",
		 messages[type].name);
	if (messages[type].call_id && has(message, messages[type].call_id + 2U))
		append(explained->where, " Call ID %u",
		       get16(message, messages[type].call_id));
	if (messages[type].peer_call_id &&
	    has(message, messages[type].peer_call_id + 2U))
		append(explained->where, " Peer's Call ID %u",
		       get16(message, messages[type].peer_call_id));
}

static bool has_port(const struct bytes *l4, unsigned protocol, unsigned port)
{
	return seen_port(protocol, get16(l4, 0)) == port ||
	       seen_port(protocol, get16(l4, 2)) == port;
}

static void explain_flags(const struct bytes *tcp, struct explained *explained)
{
	static const char *const names[] = { "FIN", "SYN", "RST" };

	for (unsigned i = 0; i < 3; i++)
		if (tcp->data[13] & 1U << i)
			append(explained->what, " %s", names[i]);
}

static void explain_tcp(const struct bytes *tcp, struct explained *explained)
{
	struct bytes data;

	if (!has(tcp, 20))
		return;
	explain_flags(tcp, explained);
	data = behind(tcp, (uint32_t)(tcp->data[12] >> 4) * 4);
	if (has_port(tcp, PROTOCOL_TCP, PPTP_PORT))
		explain_message(&data, explained);
}

static void explain_gre(const struct bytes *gre, struct explained *explained)
{
	if (!has(gre, 8) || (get16(gre, 0) & GRE_MASK) != GRE_PPTP ||
	    get16(gre, GRE_TYPE_OFF) != GRE_TYPE_PPP)
		return;
	append(explained->what, " of PPTP");
	append(explained->where, " Call ID %u", get16(gre, GRE_CALL_ID_OFF));
}

static void explain_udp(const struct bytes *udp, struct explained *explained)
{
	struct bytes data = behind(udp, 8);

	if (has(udp, 8) && has_port(udp, PROTOCOL_UDP, L2TP_PORT))
		l2tp_explain(data.data, data.length, true, explained);
}

static void explain_icmp(const struct bytes *icmp, struct explained *explained)
{
	if (has(icmp, 2))
		append(explained->what, " type %u code %u", icmp->data[0],
		       icmp->data[1]);
}

static void explain_ends(const uint8_t *ip, const struct bytes *l4, bool ports,
			 struct explained *explained)
{
	append_address(explained->where, ip + 12);
	if (ports)
		append(explained->where, ":%u", get16(l4, 0));
	append(explained->where, " > ");
	append_address(explained->where, ip + 16);
	if (ports)
		append(explained->where, ":%u", get16(l4, 2));
}

static void explain_protocol(unsigned protocol, struct explained *explained)
{
	const char *name = report_protocol_name(protocol);

	if (name)
		append(explained->what, "%s", name);
	else
		append(explained->what, "IP protocol %u", protocol);
}

void explain_packet(const uint8_t *ip, uint32_t caplen,
		    struct explained *explained)
{
	struct bytes packet = { ip, caplen };
	struct bytes l4 = behind(&packet, (uint32_t)(ip[0] & 15) * 4);
	bool later = get16(&packet, 6) & 0x1fff;
	bool first = !later && get16(&packet, 6) & 0x2000;
	unsigned protocol = ip[9];
	bool ports = protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;

	explained->what[0] = explained->where[0] = '\0';
	explain_protocol(protocol, explained);
	if (later)
		l4.length = 0;
	explain_ends(ip, &l4, ports && has(&l4, 4), explained);
	if (protocol == PROTOCOL_TCP)
		explain_tcp(&l4, explained);
	else if (protocol == PROTOCOL_UDP)
		explain_udp(&l4, explained);
	else if (protocol == PROTOCOL_GRE)
		explain_gre(&l4, explained);
	else if (protocol == PROTOCOL_L2TP)
		l2tp_explain(l4.data, l4.length, false, explained);
	else if (protocol == PROTOCOL_ICMP)
		explain_icmp(&l4, explained);
	ipsec_explain(protocol, l4.data, l4.length, explained);
	if (first || later)
		append(explained->what, first ? " first fragment"
					      : " later fragment");
}

int explain_sort(const uint8_t *ip, uint32_t caplen)
{
	struct bytes packet = { ip, caplen };
	struct bytes l4 = behind(&packet, (uint32_t)(ip[0] & 15) * 4);

	if (get16(&packet, 6) & 0x1fff)
		return -1; /* a later fragment */
	return ipsec_sort(ip[9], l4.data, l4.length);
}
