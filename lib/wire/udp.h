/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP on the wire (RFC 768). */
#ifndef VPNALG_WIRE_UDP_H
#define VPNALG_WIRE_UDP_H

/*   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +-------------------------------+-------------------------------+
 *  |            length             |           checksum            |
 *  +-------------------------------+-------------------------------+ */
enum { UDP_LENGTH_OFF = 4, UDP_CHECKSUM_OFF = 6, UDP_HEADER_LEN = 8 };

#endif
