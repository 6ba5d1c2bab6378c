/* SPDX-License-Identifier: BSD-2-Clause */
#include "l2tp.h"

#include <stdio.h>
#include <string.h>

/* Offsets in L2TP (RFC 2661 3.1 and 4.1, RFC 3931 3.2.1 and 4.1). */
#define FLAG_CONTROL 0x8000
#define FLAG_LENGTH 0x4000
#define VERSION_MASK 0x000f
#define CONTROL_HEADER 12
#define AVP_HEADER 6
#define AVP_HIDDEN 0x4000
#define AVP_LENGTH_MASK 0x03ff

static const char *const messages[] = {
	[1] = "SCCRQ", [2] = "SCCRP", [3] = "SCCCN", [4] = "StopCCN",
	[6] = "HELLO", [7] = "OCRQ",  [8] = "OCRP",  [9] = "OCCN",
	[10] = "ICRQ", [11] = "ICRP", [12] = "ICCN", [14] = "CDN",
	[15] = "WEN",  [16] = "SLI",  [20] = "ACK",
};

#define MESSAGES (sizeof(messages) / sizeof(messages[0]))

/* The AVPs that hold IDs. */
static const struct {
	const char *name;
	uint16_t type;
	uint8_t size;
} ids[] = {
	{ "Assigned Tunnel ID", 9, 2 },
	{ "Assigned Session ID", 14, 2 },
	{ "Assigned Control Connection ID", 61, 4 },
	{ "Local Session ID", 63, 4 },
	{ "Remote Session ID", 64, 4 },
};

#define IDS (sizeof(ids) / sizeof(ids[0]))

static unsigned long get(const uint8_t *at, unsigned size)
{
	unsigned long value = 0;

	while (size-- > 0)
		value = value << 8 | *at++;
	return value;
}

static void append_id(struct explained *explained, const char *name,
		      const uint8_t *at, unsigned size)
{
	size_t end = strlen(explained->where);

	snprintf(explained->where + end, EXPLAIN_TEXT - end, " %s %lu", name,
		 get(at, size));
}

static void explain_avp(const uint8_t *avp, unsigned long length,
			struct explained *explained)
{
	for (unsigned i = 0; i < IDS; i++)
		if (get(avp + 2, 2) == 0 && get(avp + 4, 2) == ids[i].type &&
		    !(get(avp, 2) & AVP_HIDDEN) &&
		    length == AVP_HEADER + 0UL + ids[i].size)
			append_id(explained, ids[i].name, avp + AVP_HEADER,
				  ids[i].size);
}

/* Describes the AVPs as far as they make sense; the first names the message. */
static void explain_avps(const uint8_t *data, uint32_t length,
			 struct explained *explained)
{
	unsigned long size, type = 0;
	uint32_t at = CONTROL_HEADER;
	const char *name = NULL;

	if (get(data + 2, 2) == CONTROL_HEADER)
		name = "ZLB";
	if (length >= at + AVP_HEADER + 2) {
		type = get(data + at + AVP_HEADER, 2);
		name = type < MESSAGES ? messages[type] : NULL;
	}
	snprintf(explained->what, EXPLAIN_TEXT, "L2TP %s",
		 name ? name : "control message");
	for (; length - at >= AVP_HEADER; at += (uint32_t)size) {
		size = get(data + at, 2) & AVP_LENGTH_MASK;
		if (size < AVP_HEADER || size > length - at)
			break;
		explain_avp(data + at, size, explained);
	}
}

static void explain_control(const uint8_t *data, uint32_t length,
			    unsigned version, struct explained *explained)
{
	if (length < CONTROL_HEADER)
		return;
	if (version == 2) {
		append_id(explained, "Tunnel ID", data + 4, 2);
		append_id(explained, "Session ID", data + 6, 2);
	} else {
		append_id(explained, "Control Connection ID", data + 4, 4);
	}
	if (get(data + 2, 2) < length)
		length = (uint32_t)get(data + 2, 2);
	if (length >= CONTROL_HEADER)
		explain_avps(data, length, explained);
}

static void explain_data(const uint8_t *data, uint32_t length,
			 unsigned version, struct explained *explained)
{
	unsigned at = version == 3 || get(data, 2) & FLAG_LENGTH ? 4 : 2;

	if (length < at + 4)
		return;
	snprintf(explained->what, EXPLAIN_TEXT, "L2TP data");
	if (version == 2) {
		append_id(explained, "Tunnel ID", data + at, 2);
		append_id(explained, "Session ID", data + at + 2, 2);
	} else {
		append_id(explained, "Session ID", data + at, 4);
	}
}

void l2tp_explain(const uint8_t *data, uint32_t length, bool udp,
		  struct explained *explained)
{
	unsigned version;

	if (!udp && length >= 4 && get(data, 4) != 0) {
		snprintf(explained->what, EXPLAIN_TEXT, "L2TP data");
		append_id(explained, "Session ID", data, 4);
		return;
	}
	if (!udp) {
		if (length < 4)
			return;
		data += 4;
		length -= 4;
	}
	if (length < 2)
		return;
	version = get(data, 2) & VERSION_MASK;
	if (version != 3 && (version != 2 || !udp))
		return;
	if (get(data, 2) & FLAG_CONTROL)
		explain_control(data, length, version, explained);
	else if (udp)
		explain_data(data, length, version, explained);
}
