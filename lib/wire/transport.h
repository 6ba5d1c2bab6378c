/* SPDX-License-Identifier: BSD-2-Clause */
/* SCTP (RFC 9260), DCCP (RFC 4340) and UDP-Lite (RFC 3828) on the wire. Their
 * ports lie where TCP's do. */
#ifndef VPNALG_WIRE_TRANSPORT_H
#define VPNALG_WIRE_TRANSPORT_H

/* SCTP:
 *   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  |                       verification tag                        |
 *  |             checksum: CRC32c of the whole packet              |
 *  +---------------+---------------+-------------------------------+
 *  |  chunk type   |     flags     |             length            | */
enum {
	SCTP_PROTOCOL = 132,
	SCTP_CHECKSUM_OFF = 8,
	SCTP_HEADER_LEN = 12,
	SCTP_CHUNK_TYPE_OFF = 12,

	SCTP_INIT = 1,
	SCTP_ABORT = 6,
	SCTP_SHUTDOWN_ACK = 8,
	SCTP_SHUTDOWN_COMPLETE = 14
};

/* DCCP:
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +---------------+-------+-------+-------------------------------+
 *  |  data offset  | CCVal | CsCov |           checksum            |
 *  +-----+-------+-+-------+-------+-------------------------------+
 *  | Res | Type  |X|                    sequence                   | */
enum {
	DCCP_PROTOCOL = 33,
	DCCP_CHECKSUM_OFF = 6,
	DCCP_TYPE_OFF = 8,
	DCCP_HEADER_LEN = 12,

	DCCP_REQUEST = 0,
	DCCP_CLOSE = 6,
	DCCP_RESET = 7
};

/* UDP-Lite:
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +-------------------------------+-------------------------------+
 *  |       checksum coverage       |           checksum            |
 *  +-------------------------------+-------------------------------+ */
enum {
	UDPLITE_PROTOCOL = 136,
	UDPLITE_COVERAGE_OFF = 4,
	UDPLITE_CHECKSUM_OFF = 6,
	UDPLITE_HEADER_LEN = 8
};

#endif
