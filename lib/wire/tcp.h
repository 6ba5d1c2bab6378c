/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP on the wire (RFC 9293 3.1). */
#ifndef VPNALG_WIRE_TCP_H
#define VPNALG_WIRE_TCP_H

/*   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +-------------------------------+-------------------------------+
 *  |                            sequence                           |
 *  |                        acknowledgment                         |
 *  +-------+-------+---------------+-------------------------------+
 *  | offset|       |     flags     |            window             |
 *  +-------+-------+---------------+-------------------------------+
 *  |           checksum            |        urgent pointer         |
 *  +-------------------------------+-------------------------------+ */
enum {
	TCP_SEQUENCE_OFF = 4,
	TCP_ACKNOWLEDGMENT_OFF = 8,
	TCP_DATA_OFF = 12,
	TCP_FLAGS_OFF = 13,
	TCP_CHECKSUM_OFF = 16,
	TCP_HEADER_LEN = 20,

	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,

	/* Kinds of options (3.1), each with its length but the first two. */
	TCP_OPTION_END = 0,
	TCP_OPTION_NOTHING = 1,
	TCP_OPTION_MSS = 2,
	TCP_MSS_LEN = 4
};

#endif
