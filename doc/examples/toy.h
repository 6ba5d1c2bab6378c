/* SPDX-License-Identifier: BSD-2-Clause */
/* A protocol that does not exist. Hosts agree on lines with UDP port 9999 of a
 * remote; data goes under IP protocol 253 (RFC 3692) and names the line by the
 * receiver's ID only.
 *
 *      0      1      2      3      4      5
 *     +------+------+------+------+------+------+
 *     |  op  |   0  |   own ID    |  peer's ID  |     in UDP
 *     +------+------+------+------+------+------+
 *     | receiver's  |  data ...                       in IP protocol 253
 *     +------+------+
 *
 * The inside host sends OPEN, the remote ANSWER, the inside host END for one
 * line or BYE for all of them. */
#ifndef DOC_EXAMPLES_TOY_H
#define DOC_EXAMPLES_TOY_H

#include <vpnalg/handler.h>

enum { TOY_OPEN = 'O', TOY_ANSWER = 'A', TOY_END = 'E', TOY_BYE = 'B' };

enum {
	TOY_PORT = 9999,
	TOY_DATA_PROTOCOL = 253,
	TOY_OP_OFF = 8, /* behind the UDP header */
	TOY_OWN_OFF = 10,
	TOY_PEER_OFF = 12,
	TOY_CONTROL_LEN = 14,
	TOY_RECEIVER_OFF = 0,
	TOY_DATA_LEN = 2,

	TOY_CONTROL_LIFE = 300000, /* milliseconds */
	TOY_LINE_LIFE = 60000,
	TOY_LINGER = 10000
};

extern const struct vpnalg_handler toy;

#endif
