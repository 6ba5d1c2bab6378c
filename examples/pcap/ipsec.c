/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipsec.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "seen_port.h"

#define PROTOCOL_UDP 17
#define PROTOCOL_ESP 50
#define PROTOCOL_AH 51

#define UDP_HEADER 8
#define UDP_LENGTH_OFF 4
#define IKE_PORT 500
#define NAT_T_PORT 4500

/* The non-ESP marker: on port 4500 it stands where ESP has its SPI (RFC 3948
 * 2.2). */
#define NON_ESP_MARKER 4

/* Offsets in IKE (RFC 7296 3.1, RFC 2408 3.1). */
#define IKE_HEADER 28
#define IKE_VERSION_OFF 17
#define IKE_EXCHANGE_OFF 18
#define IKE_FLAGS_OFF 19
#define IKE_MESSAGE_ID_OFF 20
#define IKE_RESPONSE 0x20

#define ESP_HEADER 8
#define AH_HEADER 12
#define AH_SPI_OFF 4

enum family { IKE_V1, IKE_V2, KEEPALIVE, ESP_IN_UDP, ESP, AH };

#define ANY_EXCHANGE 0

/* The sorts of packets; the first that fits is meant. */
static const struct {
	const char *name;
	uint8_t family;
	uint8_t exchange;
} sorts[] = {
	/* RFC 2408 3.1, by RFC 2409's names, and its appendix A */
	{ "IKEv1 Base", IKE_V1, 1 },
	{ "IKEv1 Main Mode", IKE_V1, 2 },
	{ "IKEv1 Authentication Only", IKE_V1, 3 },
	{ "IKEv1 Aggressive Mode", IKE_V1, 4 },
	{ "IKEv1 Informational", IKE_V1, 5 },
	{ "IKEv1 Transaction", IKE_V1, 6 }, /* of Mode Config and XAUTH */
	{ "IKEv1 Quick Mode", IKE_V1, 32 },
	{ "IKEv1 New Group Mode", IKE_V1, 33 },
	{ "IKEv1 other", IKE_V1, ANY_EXCHANGE },
	/* RFC 7296 3.1 and later ones */
	{ "IKEv2 IKE_SA_INIT", IKE_V2, 34 },
	{ "IKEv2 IKE_AUTH", IKE_V2, 35 },
	{ "IKEv2 CREATE_CHILD_SA", IKE_V2, 36 },
	{ "IKEv2 INFORMATIONAL", IKE_V2, 37 },
	{ "IKEv2 IKE_SESSION_RESUME", IKE_V2, 38 }, /* RFC 5723 */
	{ "IKEv2 IKE_INTERMEDIATE", IKE_V2, 43 },   /* RFC 9242 */
	{ "IKEv2 IKE_FOLLOWUP_KE", IKE_V2, 44 },    /* RFC 9370 */
	{ "IKEv2 other", IKE_V2, ANY_EXCHANGE },
	{ "NAT-keepalive", KEEPALIVE, ANY_EXCHANGE }, /* RFC 3948 2.3 */
	{ "ESP in UDP", ESP_IN_UDP, ANY_EXCHANGE },   /* RFC 3948 2.1 */
	{ "ESP", ESP, ANY_EXCHANGE },
	{ "AH", AH, ANY_EXCHANGE },
};

_Static_assert(sizeof(sorts) / sizeof(sorts[0]) == IPSEC_SORTS,
	       "IPSEC_SORTS is how many there are");

/* The parsed packet. */
struct content {
	enum family family;
	const uint8_t *header; /* of IKE, ESP or AH */
	bool marked;	       /* the non-ESP marker is before it */
};

static unsigned long get(const uint8_t *at, unsigned size)
{
	unsigned long value = 0;

	while (size-- > 0)
		value = value << 8 | *at++;
	return value;
}

static bool find_ike(const uint8_t *data, uint32_t length,
		     struct content *content)
{
	unsigned version;

	if (length < IKE_HEADER)
		return false;
	version = data[IKE_VERSION_OFF] >> 4;
	content->family = version == 1 ? IKE_V1 : IKE_V2;
	content->header = data;
	return version == 1 || version == 2;
}

static bool find_nat_t(const uint8_t *data, uint32_t length,
		       struct content *content)
{
	if (length == 1 && data[0] == 0xff) {
		content->family = KEEPALIVE;
		return true;
	}
	content->marked = length >= NON_ESP_MARKER &&
			  get(data, NON_ESP_MARKER) == 0;
	if (content->marked)
		return find_ike(data + NON_ESP_MARKER, length - NON_ESP_MARKER,
				content);
	content->family = ESP_IN_UDP;
	content->header = data;
	return length >= ESP_HEADER;
}

static bool find_udp(const uint8_t *udp, uint32_t length,
		     struct content *content)
{
	unsigned long udp_length;
	uint16_t source, destination;

	if (length < UDP_HEADER)
		return false;
	source = seen_port(PROTOCOL_UDP, (uint32_t)get(udp, 2));
	destination = seen_port(PROTOCOL_UDP, (uint32_t)get(udp + 2, 2));
	/* A frame may end in padding. */
	udp_length = get(udp + UDP_LENGTH_OFF, 2);
	if (udp_length >= UDP_HEADER && udp_length < length)
		length = (uint32_t)udp_length;
	if (source == NAT_T_PORT || destination == NAT_T_PORT)
		return find_nat_t(udp + UDP_HEADER, length - UDP_HEADER,
				  content);
	return (source == IKE_PORT || destination == IKE_PORT) &&
	       find_ike(udp + UDP_HEADER, length - UDP_HEADER, content);
}

static bool find(unsigned protocol, const uint8_t *l4, uint32_t length,
		 struct content *content)
{
	content->marked = false;
	content->header = l4;
	switch (protocol) {
	case PROTOCOL_UDP:
		return find_udp(l4, length, content);
	case PROTOCOL_ESP:
		content->family = ESP;
		return length >= ESP_HEADER;
	case PROTOCOL_AH:
		content->family = AH;
		return length >= AH_HEADER;
	default:
		return false;
	}
}

static int sort_of(const struct content *content)
{
	int sort = 0;

	while (sorts[sort].family != content->family ||
	       (sorts[sort].exchange != ANY_EXCHANGE &&
		sorts[sort].exchange != content->header[IKE_EXCHANGE_OFF]))
		sort++;
	return sort;
}

const char *ipsec_sort_name(int sort)
{
	return sorts[sort].name;
}

int ipsec_sort(unsigned protocol, const uint8_t *l4, uint32_t length)
{
	struct content content;

	return find(protocol, l4, length, &content) ? sort_of(&content) : -1;
}

static void append(struct explained *explained, const char *format, ...)
{
	size_t end = strlen(explained->what);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(explained->what + end, EXPLAIN_TEXT - end, format,
		  arguments);
	va_end(arguments);
}

/* IKEv1 has cookies, no responses, and random message IDs. */
static void append_ike(const struct content *content,
		       struct explained *explained)
{
	const uint8_t *ike = content->header;
	unsigned long id = get(ike + IKE_MESSAGE_ID_OFF, 4);

	if (content->family == IKE_V2)
		append(explained, ike[IKE_FLAGS_OFF] & IKE_RESPONSE
					  ? " response"
					  : " request");
	if (content->marked)
		append(explained, " (non-ESP marker)");
	append(explained, " %s 0x%08lx%08lx",
	       content->family == IKE_V2 ? "Initiator's SPI"
					 : "Initiator Cookie",
	       get(ike, 4), get(ike + 4, 4));
	append(explained, content->family == IKE_V2 ? " Message ID %lu"
						    : " Message ID 0x%08lx",
	       id);
}

static void append_spi(const uint8_t *spi, struct explained *explained)
{
	append(explained, " SPI 0x%08lx Sequence Number %lu", get(spi, 4),
	       get(spi + 4, 4));
}

void ipsec_explain(unsigned protocol, const uint8_t *l4, uint32_t length,
		   struct explained *explained)
{
	struct content content;

	if (!find(protocol, l4, length, &content))
		return;
	snprintf(explained->what, EXPLAIN_TEXT, "%s",
		 ipsec_sort_name(sort_of(&content)));
	switch (content.family) {
	case IKE_V1:
	case IKE_V2:
		append_ike(&content, explained);
		break;
	case KEEPALIVE:
		break;
	case ESP_IN_UDP:
	case ESP:
		append_spi(content.header, explained);
		break;
	case AH:
		append_spi(content.header + AH_SPI_OFF, explained);
		break;
	}
}
