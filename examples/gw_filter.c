/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_filter.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "gw_wire.h"

/* Bytes of the IP header, whatever the link puts before it; and of what is
 * behind it when X is its length. */
#define IP(offset) ((unsigned)(SKF_NET_OFF + (offset)))

#define LOAD(size, at) BPF_STMT(BPF_LD | (size) | BPF_ABS, (unsigned)(at))
#define LOAD_BEHIND(size, at) BPF_STMT(BPF_LD | (size) | BPF_IND, IP(at))
#define ALU(operation, value) BPF_STMT(BPF_ALU | (operation) | BPF_K, (value))
#define MOVE_TO_X BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))

/* Where to go on, as seen from the instruction AT; NEXT is the one after. */
#define NEXT(at) ((at) + 1)
#define ACCEPT 14
#define REJECT 15
#define IF(test, value, at, yes, no)                                 \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), (yes) - (at) - 1, \
		 (no) - (at) - 1)

bool filter_attach(int fd, enum vpnalg_direction direction)
{
	struct sock_filter program[] = {
		/* For this host, not seen by chance: else nothing. */
		[0] = LOAD(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
		[1] = IF(BPF_JEQ, PACKET_HOST, 1, NEXT(1), REJECT),
		/* All of GRE and ICMP. */
		[2] = LOAD(BPF_B, IP(IP_PROTOCOL_OFF)),
		[3] = IF(BPF_JEQ, PROTOCOL_GRE, 3, ACCEPT, NEXT(3)),
		[4] = IF(BPF_JEQ, PROTOCOL_ICMP, 4, ACCEPT, NEXT(4)),
		[5] = IF(BPF_JEQ, PROTOCOL_TCP, 5, NEXT(5), REJECT),
		/* Later fragments of TCP. */
		[6] = LOAD(BPF_H, IP(IP_FRAGMENT_OFF)),
		[7] = IF(BPF_JSET, IP_OFFSET_MASK, 7, ACCEPT, NEXT(7)),
		/* TCP, if the far end has PPTP's port. */
		[8] = LOAD(BPF_B, IP(0)),
		[9] = ALU(BPF_AND, 15),
		[10] = ALU(BPF_LSH, 2),
		[11] = MOVE_TO_X,
		[12] = LOAD_BEHIND(BPF_H, direction == VPNALG_OUT ? 2 : 0),
		[13] = IF(BPF_JEQ, PPTP_PORT, 13, ACCEPT, REJECT),
		[ACCEPT] = RETURN(0x40000),
		[REJECT] = RETURN(0),
	};
	struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(program[0]),
		.filter = program,
	};

	return !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			   sizeof(filter));
}
