/* SPDX-License-Identifier: BSD-2-Clause */
/* Payloads of IKE that are in clear, for --why. */
#include <string.h>

#include "why_ike.h"

#define HEADER 28
#define NEXT_PAYLOAD_OFF 16
#define VERSION_OFF 17
#define PAYLOAD_HEADER 4

/* Payloads of version 1 (RFC 2408 3.1, RFC 3947 3.2; drafts had 130). */
#define V1_IDENTIFICATION 5
#define V1_NOTIFICATION 11
#define V1_VENDOR_ID 13
#define V1_NAT_D 20
#define V1_NAT_D_DRAFT 130
#define V1_NOTIFY_TYPE_OFF 10

/* RFC 7296 3.2, 3.10 */
#define V2_NOTIFY 41
#define V2_NOTIFY_TYPE_OFF 6
#define COOKIE 16390
#define NAT_DETECTION_SOURCE_IP 16388
#define NAT_DETECTION_DESTINATION_IP 16389

/* Types from here on tell a state, not an error. */
#define STATUS_FIRST 16384

/* The first bytes of the Vendor IDs of NAT-T: RFC 3947, and the drafts 00 to
 * 03 of it that are still in use. */
static const uint8_t nat_t_vendors[][4] = {
	{ 0x4a, 0x13, 0x1c, 0x81 }, { 0x7d, 0x94, 0x19, 0xa6 },
	{ 0x90, 0xcb, 0x80, 0x91 }, { 0xcd, 0x60, 0x46, 0x43 },
	{ 0x44, 0x85, 0x15, 0x2d },
};

#define VENDORS (sizeof(nat_t_vendors) / sizeof(nat_t_vendors[0]))

static bool is_nat_t(const struct why_bytes *payload)
{
	for (unsigned i = 0; i < VENDORS; i++)
		if (payload->length >= PAYLOAD_HEADER + 4 &&
		    !memcmp(payload->data + PAYLOAD_HEADER, nat_t_vendors[i],
			    4))
			return true;
	return false;
}

static void read_notify(struct why_ike *ike, enum why_end end, uint32_t type)
{
	if (ike->version == 2) {
		ike->cookies += type == COOKIE && end == SERVER;
		ike->offers_nat_t[end] |= type == NAT_DETECTION_SOURCE_IP ||
					  type == NAT_DETECTION_DESTINATION_IP;
	}
	if (type && type < STATUS_FIRST)
		ike->notify[end] = type;
}

uint32_t why_ike_hash(const struct why_bytes *bytes)
{
	uint32_t value = 2166136261U;

	for (uint32_t i = 0; i < bytes->length; i++)
		value = (value ^ bytes->data[i]) * 16777619U;
	return value;
}

/* Reads the identity of Aggressive Mode, whose first message has it in clear.
 */
static void read_identity(struct why_ike *ike, enum why_end end,
			  const struct why_bytes *payload)
{
	struct why_bytes identity = why_behind(payload, PAYLOAD_HEADER);

	if (end == CLIENT)
		ike->identity = why_ike_hash(&identity);
}

static void read_payload(struct why_ike *ike, enum why_end end, uint32_t type,
			 const struct why_bytes *payload)
{
	if (ike->version == 2) {
		if (type == V2_NOTIFY)
			read_notify(ike, end,
				    why_get(payload, V2_NOTIFY_TYPE_OFF, 2));
		return;
	}
	if (type == V1_IDENTIFICATION)
		read_identity(ike, end, payload);
	if (type == V1_NOTIFICATION)
		read_notify(ike, end, why_get(payload, V1_NOTIFY_TYPE_OFF, 2));
	if (type == V1_NAT_D || type == V1_NAT_D_DRAFT ||
	    (type == V1_VENDOR_ID && is_nat_t(payload)))
		ike->offers_nat_t[end] = true;
}

void why_ike_payloads(struct why_ike *ike, enum why_end end,
		      struct why_bytes message)
{
	uint32_t type = why_get(&message, NEXT_PAYLOAD_OFF, 1);
	struct why_bytes rest = why_behind(&message, HEADER), payload;
	uint32_t length;

	while (type && rest.length >= PAYLOAD_HEADER) {
		length = why_get(&rest, 2, 2);
		if (length < PAYLOAD_HEADER || length > rest.length)
			return;
		payload = why_first(rest, length);
		read_payload(ike, end, type, &payload);
		type = why_get(&rest, 0, 1);
		rest = why_behind(&rest, length);
	}
}
