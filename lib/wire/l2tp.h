/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP version 2 (RFC 2661) and 3 (RFC 3931) on the wire. */
#ifndef VPNALG_WIRE_L2TP_H
#define VPNALG_WIRE_L2TP_H

/* Version 2 (RFC 2661 3.1). L, S and O say which fields are there; control
 * messages have T, L and S, and neither O nor P.
 *
 *   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |          Length if L          |
 *  +-------------------------------+-------------------------------+
 *  |     Tunnel ID (receiver's)    |    Session ID (receiver's)    |
 *  +-------------------------------+-------------------------------+
 *  |            Ns if S            |            Nr if S            |
 *  +-------------------------------+-------------------------------+
 *  |       Offset Size if O        |   Offset pad
 *
 * Version 3 (RFC 3931 3.2.1): control messages have a Control Connection ID of
 * 32 bits at 4. Over UDP (4.1.2.1) data has 16 bits of flags, 16 reserved ones,
 * then the Session ID of 32 bits. Over IP protocol 115 (4.1.1) data begins with
 * the Session ID, control with 32 zero bits that Length does not count. */
enum {
	L2TP_PORT = 1701,
	L2TP_PROTOCOL = 115,

	L2TP_FLAGS_LEN = 2,
	L2TP_LENGTH_OFF = 2,
	L2TP_ID_OFF = 4,
	L2TP_NS_OFF = 8,
	L2TP_CONTROL_LEN = 12,
	L2TP_IP_ZEROS_LEN = 4,
	L2TP_V2_IDS_LEN = 4,
	L2TP_V2_SEQUENCE_LEN = 4,
	L2TP_V2_OFFSET_SIZE_LEN = 2,
	L2TP_V3_DATA_LEN = 8,

	L2TP_CONTROL = 0x8000,
	L2TP_HAS_LENGTH = 0x4000,
	L2TP_HAS_SEQUENCE = 0x0800,
	L2TP_HAS_OFFSET = 0x0200,
	L2TP_PRIORITY = 0x0100,
	L2TP_RESERVED = 0x34f0,
	L2TP_VERSION_MASK = 0x000f
};

/* An AVP (RFC 2661 4.1, RFC 3931 5.1).
 *
 *  +-------------------------------+-------------------------------+
 *  |M|H| rsvd  |  Length (10 bits) |           Vendor ID           |
 *  +-------------------------------+-------------------------------+
 *  |        Attribute Type         |  Value */
enum {
	L2TP_AVP_VENDOR_OFF = 2,
	L2TP_AVP_TYPE_OFF = 4,
	L2TP_AVP_LEN = 6,
	L2TP_AVP_HIDDEN = 0x4000,
	L2TP_AVP_LENGTH_MASK = 0x03ff,

	L2TP_AVP_MESSAGE_TYPE = 0,         /* RFC 2661 4.4.1 */
	L2TP_AVP_ASSIGNED_TUNNEL = 9,      /* RFC 2661 4.4.3 */
	L2TP_AVP_MESSAGE_DIGEST = 59,      /* RFC 3931 5.4.1 */
	L2TP_AVP_ASSIGNED_CONNECTION = 61, /* RFC 3931 5.4.3 */
	L2TP_AVP_LOCAL_SESSION = 63,       /* RFC 3931 5.4.4 */
	L2TP_AVP_REMOTE_SESSION = 64       /* RFC 3931 5.4.4 */
};

/* Message Types (RFC 2661 3.2, RFC 3931 3.1); those that are not here carry no
 * ID that matters and begin or end nothing. */
enum {
	L2TP_ZLB = 0, /* no message at all: an acknowledgment */
	L2TP_SCCRQ = 1,
	L2TP_SCCRP = 2,
	L2TP_SCCCN = 3,
	L2TP_STOPCCN = 4,
	L2TP_OCRQ = 7,
	L2TP_OCRP = 8,
	L2TP_ICRQ = 10,
	L2TP_ICRP = 11,
	L2TP_CDN = 14,
	L2TP_ACK = 20
};

#endif
