/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP control messages (RFC 2637 2) and enhanced GRE (4.1) on the wire. */
#ifndef VPNALG_WIRE_PPTP_H
#define VPNALG_WIRE_PPTP_H

/*   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |            Length             |     PPTP Message Type = 1     |
 *  +-------------------------------+-------------------------------+
 *  |                   Magic Cookie = 0x1A2B3C4D                   |
 *  +-------------------------------+-------------------------------+
 *  |     Control Message Type      |                               |
 *  +-------------------------------+-------------------------------+
 *  |       Call ID, own or         |     Peer's Call ID in 8       |
 *  |        peer's, by type        |            and 10             |
 *  +---------------+---------------+-------------------------------+
 *  |  Result Code  | */
enum {
	PPTP_PORT = 1723,

	PPTP_LENGTH_OFF = 0,
	PPTP_TYPE_OFF = 2,
	PPTP_MAGIC_OFF = 4,
	PPTP_CONTROL_TYPE_OFF = 8,
	PPTP_RESERVED_OFF = 10,
	PPTP_CALL_ID_OFF = 12,
	PPTP_PEER_CALL_ID_OFF = 14,
	PPTP_RESULT_OFF = 16,
	PPTP_HEADER_LEN = 12,

	PPTP_CONTROL_MESSAGE = 1,
	PPTP_RESULT_CONNECTED = 1
};

#define PPTP_MAGIC 0x1a2b3c4dU

/* Control Message Types (RFC 2637 2, table in 1.4). */
enum {
	PPTP_START_REQUEST = 1,
	PPTP_START_REPLY = 2,
	PPTP_STOP_REQUEST = 3,
	PPTP_STOP_REPLY = 4,
	PPTP_ECHO_REQUEST = 5,
	PPTP_ECHO_REPLY = 6,
	PPTP_OUTGOING_CALL_REQUEST = 7,
	PPTP_OUTGOING_CALL_REPLY = 8,
	PPTP_INCOMING_CALL_REQUEST = 9,
	PPTP_INCOMING_CALL_REPLY = 10,
	PPTP_INCOMING_CALL_CONNECTED = 11,
	PPTP_CALL_CLEAR_REQUEST = 12,
	PPTP_CALL_DISCONNECT_NOTIFY = 13,
	PPTP_WAN_ERROR_NOTIFY = 14,
	PPTP_SET_LINK_INFO = 15,
	PPTP_CONTROL_TYPES = 16
};

/*   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |CRKSs|Rec|A|Flags|     Ver = 1 |    Protocol Type = 0x880B     |
 *  +-------------------------------+-------------------------------+
 *  |        Payload Length         |    Call ID (the receiver's)   |
 *  +-------------------------------+-------------------------------+
 *  |  Sequence Number if S, then Acknowledgment Number if A        | */
enum {
	GRE_PROTOCOL = 47,
	GRE_TYPE_OFF = 2,
	GRE_CALL_ID_OFF = 6,
	GRE_HEADER_LEN = 8,

	GRE_VERSION_MASK = 0x0007,
	GRE_VERSION_ENHANCED = 1,
	/* C, R, s, Recur and Flags are 0 and K is 1; S and A may be set. */
	GRE_FIXED_MASK = 0xef7f,
	GRE_FIXED = 0x2001,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGMENT = 0x0080,
	GRE_TYPE_PPP = 0x880b
};

#endif
