/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing of an L2TP packet: the receiver's ID in its header, and the IDs in
 * the AVPs of a control message. Bytes behind a length are not read. A datagram
 * with another header than L2TP's is foreign: another protocol uses the
 * port. */
#include "message.h"

#include <stddef.h>
#include <string.h>

#include "../wire/ip.h"
#include "../wire/udp.h"

/* The AVPs that hold IDs. */
static const struct avp {
	uint16_t type;
	uint8_t size;
	uint32_t space;
} avps[L2TP_IDS] = {
	[L2TP_OWN_TUNNEL] = { L2TP_AVP_ASSIGNED_TUNNEL, 2, L2TP_SPACE_TUNNEL },
	[L2TP_OWN_CONNECTION] = { L2TP_AVP_ASSIGNED_CONNECTION, 4,
				  L2TP_SPACE_CONNECTION },
	[L2TP_OWN_SESSION] = { L2TP_AVP_LOCAL_SESSION, 4, L2TP_SPACE_SESSION },
	[L2TP_PEER_SESSION] = { L2TP_AVP_REMOTE_SESSION, 4,
				L2TP_SPACE_SESSION },
};

/* Clears all but the IDs in AVPs: data packets, which are most packets, have
 * none. */
static void clear_header(struct l2tp_message *m)
{
	memset(m, 0, offsetof(struct l2tp_message, ids));
}

/* Returns whether the message has this many bytes, and they are in memory. Of a
 * message that an ICMP error quotes only the ID is needed. */
static enum vpnalg_result has(const struct l2tp_message *m, uint32_t length)
{
	if (m->length < length)
		return VPNALG_DROP_MALFORMED;
	return m->caplen < length ? VPNALG_DROP_TRUNCATED : VPNALG_TRANSLATED;
}

static void set_length(const struct vpnalg_parsed *parsed,
		       struct l2tp_message *m, uint32_t length)
{
	uint32_t caplen = parsed->l4_caplen < m->offset
				  ? 0
				  : parsed->l4_caplen - m->offset;

	m->length = length;
	m->caplen = caplen < length ? caplen : length;
}

static void set_id(const struct vpnalg_parsed *parsed, struct l2tp_id *id,
		   uint32_t offset, uint8_t size, uint32_t space)
{
	const uint8_t *at = parsed->l4 + offset;

	id->offset = (uint16_t)offset;
	id->size = size;
	id->space = space;
	id->value = size == 2 ? vpnalg_get16(at) : vpnalg_get32(at);
	id->other = id->value;
}

static enum vpnalg_result read_control(const struct vpnalg_parsed *parsed,
				       unsigned flags, struct l2tp_message *m)
{
	const unsigned wanted = L2TP_HAS_LENGTH | L2TP_HAS_SEQUENCE;
	const uint8_t *at = parsed->l4 + m->offset;
	const uint8_t size = m->version == 2 ? 2 : 4;
	enum vpnalg_result result =
		has(m, parsed->quoted ? L2TP_ID_OFF + (uint32_t)size
				      : (uint32_t)L2TP_CONTROL_LEN);
	uint32_t length;

	if (result != VPNALG_TRANSLATED)
		return result;
	length = vpnalg_get16(at + L2TP_LENGTH_OFF);
	if ((flags & wanted) != wanted ||
	    flags & (L2TP_HAS_OFFSET | L2TP_PRIORITY) ||
	    length < L2TP_CONTROL_LEN || length > m->length)
		return VPNALG_DROP_MALFORMED;
	set_length(parsed, m, length);
	if (m->caplen >= L2TP_CONTROL_LEN)
		m->ns = vpnalg_get16(at + L2TP_NS_OFF);
	set_id(parsed, &m->header, m->offset + L2TP_ID_OFF, size,
	       m->version == 2 ? L2TP_SPACE_TUNNEL : L2TP_SPACE_CONNECTION);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result read_data2(const struct vpnalg_parsed *parsed,
				     unsigned flags, struct l2tp_message *m)
{
	const uint8_t *at = parsed->l4 + m->offset;
	uint32_t ids = L2TP_LENGTH_OFF, end;
	enum vpnalg_result result;

	if (flags & L2TP_HAS_LENGTH)
		ids += 2;
	result = has(m, ids + (parsed->quoted ? 2 : L2TP_V2_IDS_LEN));
	if (result != VPNALG_TRANSLATED)
		return result;
	if (flags & L2TP_HAS_LENGTH) {
		if (vpnalg_get16(at + L2TP_LENGTH_OFF) > m->length)
			return VPNALG_DROP_MALFORMED;
		set_length(parsed, m, vpnalg_get16(at + L2TP_LENGTH_OFF));
	}
	end = ids + L2TP_V2_IDS_LEN;
	if (flags & L2TP_HAS_SEQUENCE)
		end += L2TP_V2_SEQUENCE_LEN;
	if (flags & L2TP_HAS_OFFSET)
		end += L2TP_V2_OFFSET_SIZE_LEN;
	if (m->length < end)
		return VPNALG_DROP_MALFORMED;
	set_id(parsed, &m->header, m->offset + ids, 2, L2TP_SPACE_TUNNEL);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result read_data3(const struct vpnalg_parsed *parsed,
				     struct l2tp_message *m)
{
	enum vpnalg_result result = has(m, L2TP_V3_DATA_LEN);

	if (result != VPNALG_TRANSLATED)
		return result;
	set_id(parsed, &m->header, m->offset + L2TP_ID_OFF, 4,
	       L2TP_SPACE_SESSION);
	return m->header.value != 0 ? VPNALG_TRANSLATED : VPNALG_DROP_MALFORMED;
}

/* Reads the flags that both versions begin with over UDP, and control messages
 * over IP. */
static enum vpnalg_result read_flags(const struct vpnalg_parsed *parsed,
				     struct l2tp_message *m)
{
	enum vpnalg_result result = has(m, L2TP_FLAGS_LEN);
	unsigned flags;

	if (result != VPNALG_TRANSLATED)
		return result;
	flags = vpnalg_get16(parsed->l4 + m->offset);
	m->version = flags & L2TP_VERSION_MASK;
	m->control = flags & L2TP_CONTROL;
	if (m->version != 3 && (m->version != 2 || !m->udp))
		return VPNALG_DROP_MALFORMED;
	if (m->udp && flags & L2TP_RESERVED)
		return VPNALG_DROP_MALFORMED;
	if (m->control)
		return read_control(parsed, flags, m);
	if (!m->udp)
		return VPNALG_DROP_MALFORMED;
	return m->version == 2 ? read_data2(parsed, flags, m)
			       : read_data3(parsed, m);
}

static enum vpnalg_result read_udp(const struct vpnalg_parsed *parsed,
				   struct l2tp_message *m)
{
	enum vpnalg_result result;
	uint32_t length;

	if (parsed->l4_len < UDP_HEADER_LEN)
		return VPNALG_DROP_MALFORMED;
	if (parsed->l4_caplen < UDP_HEADER_LEN)
		return VPNALG_DROP_TRUNCATED;
	length = vpnalg_get16(parsed->l4 + UDP_LENGTH_OFF);
	if (length < UDP_HEADER_LEN || !l2tp_message_has(parsed, length))
		return VPNALG_DROP_MALFORMED;
	m->udp = true;
	m->offset = UDP_HEADER_LEN;
	set_length(parsed, m, length - UDP_HEADER_LEN);
	result = read_flags(parsed, m);
	if (result != VPNALG_DROP_MALFORMED)
		return result;
	clear_header(m);
	m->udp = true;
	m->foreign = true;
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result read_ip(const struct vpnalg_parsed *parsed,
				  struct l2tp_message *m)
{
	enum vpnalg_result result;

	set_length(parsed, m, parsed->l4_len);
	result = has(m, L2TP_IP_ZEROS_LEN);
	if (result != VPNALG_TRANSLATED)
		return result;
	m->version = 3;
	set_id(parsed, &m->header, 0, 4, L2TP_SPACE_SESSION);
	if (m->header.value != 0)
		return VPNALG_TRANSLATED;
	m->offset = L2TP_IP_ZEROS_LEN;
	set_length(parsed, m, parsed->l4_len - L2TP_IP_ZEROS_LEN);
	return read_flags(parsed, m);
}

enum vpnalg_result vpnalg_l2tp_message_head(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *m)
{
	clear_header(m);
	m->whole = true;
	return parsed->protocol == PROTOCOL_UDP ? read_udp(parsed, m)
						: read_ip(parsed, m);
}

/* Takes an ID from its AVP. A second AVP of the same type would pass as it is;
 * no message that makes sense has one. */
static enum vpnalg_result take_id(const struct vpnalg_parsed *parsed,
				  struct l2tp_message *m, unsigned which,
				  uint32_t at, unsigned length)
{
	unsigned flags = vpnalg_get16(parsed->l4 + m->offset + at);
	const struct avp *avp = &avps[which];
	struct l2tp_id *id = &m->ids[which];

	if (id->size != 0 || id->hidden)
		return VPNALG_DROP_MALFORMED;
	if (flags & L2TP_AVP_HIDDEN) {
		id->hidden = true;
		return VPNALG_TRANSLATED;
	}
	if (length != L2TP_AVP_LEN + (unsigned)avp->size)
		return VPNALG_DROP_MALFORMED;
	set_id(parsed, id, m->offset + at + L2TP_AVP_LEN, avp->size,
	       avp->space);
	if (id->value == 0 && avp->space != L2TP_SPACE_SESSION)
		return VPNALG_DROP_MALFORMED;
	return VPNALG_TRANSLATED;
}

/* Takes an AVP that is wholly in memory. The first one is the Message Type. */
static enum vpnalg_result take_avp(const struct vpnalg_parsed *parsed,
				   struct l2tp_message *m, uint32_t at,
				   unsigned length)
{
	const uint8_t *avp = parsed->l4 + m->offset + at;
	unsigned vendor = vpnalg_get16(avp + L2TP_AVP_VENDOR_OFF);
	unsigned type = vpnalg_get16(avp + L2TP_AVP_TYPE_OFF), i;

	if (at == L2TP_CONTROL_LEN) {
		if (vendor != 0 || type != L2TP_AVP_MESSAGE_TYPE ||
		    length != L2TP_AVP_LEN + 2 ||
		    vpnalg_get16(avp) & L2TP_AVP_HIDDEN)
			return VPNALG_DROP_MALFORMED;
		m->type = vpnalg_get16(avp + L2TP_AVP_LEN);
		return VPNALG_TRANSLATED;
	}
	if (vendor != 0)
		return VPNALG_TRANSLATED;
	if (type == L2TP_AVP_MESSAGE_DIGEST)
		m->digest = true;
	for (i = 0; i < L2TP_IDS; i++)
		if (avps[i].type == type)
			return take_id(parsed, m, i, at, length);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result walk_avps(const struct vpnalg_parsed *parsed,
				    struct l2tp_message *m)
{
	uint32_t at = L2TP_CONTROL_LEN, length;
	enum vpnalg_result result;

	for (; at < m->length; at += length) {
		if (m->length - at < L2TP_AVP_LEN)
			return VPNALG_DROP_MALFORMED;
		m->whole = m->caplen >= at + L2TP_AVP_LEN;
		if (!m->whole)
			break;
		length = vpnalg_get16(parsed->l4 + m->offset + at) &
			 L2TP_AVP_LENGTH_MASK;
		if (length < L2TP_AVP_LEN || length > m->length - at)
			return VPNALG_DROP_MALFORMED;
		m->whole = m->caplen >= at + length;
		if (!m->whole)
			break;
		result = take_avp(parsed, m, at, length);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_l2tp_message_read(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *m)
{
	enum vpnalg_result result = vpnalg_l2tp_message_head(parsed, m);

	memset(m->ids, 0, sizeof(m->ids));
	if (result != VPNALG_TRANSLATED || !m->control)
		return result;
	return walk_avps(parsed, m);
}

/* RFC 3931 5.4.1: the digest covers the header too, and cannot be made anew
 * without the secret. */
bool vpnalg_l2tp_message_is_fit(const struct l2tp_message *m)
{
	unsigned i;

	if (!m->digest)
		return true;
	for (i = 0; i < L2TP_IDS; i++)
		if (m->ids[i].other != m->ids[i].value)
			return false;
	return m->header.other == m->header.value;
}

static void rewrite_id(struct vpnalg_step *step, const struct l2tp_id *id)
{
	if (id->other == id->value)
		return;
	if (id->size == 4)
		vpnalg_rewrite_16(step, id->offset,
				  (uint16_t)(id->other >> 16));
	vpnalg_rewrite_16(step, id->offset + id->size - 2U,
			  (uint16_t)id->other);
}

void vpnalg_l2tp_message_rewrite(struct vpnalg_step *step,
				 const struct l2tp_message *m)
{
	unsigned i;

	rewrite_id(step, &m->header);
	for (i = 0; m->control && i < L2TP_IDS; i++)
		rewrite_id(step, &m->ids[i]);
}
