/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0 on the wire (RFC 2784, RFC 2890, RFC 1701). */
#ifndef VPNALG_WIRE_GRE_H
#define VPNALG_WIRE_GRE_H

/*   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |C|R|K|S| Reserved0       | Ver |         Protocol Type         |
 *  +-------------------------------+-------------------------------+
 *  |     Checksum, if C or R       |   Reserved1 or Offset (1701)  |
 *  +-------------------------------+-------------------------------+
 *  |                         Key, if K                             |
 *  +---------------------------------------------------------------+
 *  |                   Sequence Number, if S                       | */
enum {
	PLAIN_GRE_PROTOCOL = 47,
	PLAIN_GRE_HEADER_LEN = 4,
	PLAIN_GRE_CHECKSUM_LEN = 4,
	PLAIN_GRE_KEY_LEN = 4,

	PLAIN_GRE_VERSION_MASK = 0x0007,
	PLAIN_GRE_VERSION = 0,
	PLAIN_GRE_HAS_CHECKSUM = 0x8000,
	PLAIN_GRE_HAS_ROUTING = 0x4000,
	PLAIN_GRE_HAS_KEY = 0x2000
};

#endif
