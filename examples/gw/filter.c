/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "wire.h"

/* Load bytes of the IP header, whatever the link puts before it, and of what
 * follows it when X is its length. */
#define IP(offset) ((unsigned)(SKF_NET_OFF + (offset)))

#define LOAD(size, at) BPF_STMT(BPF_LD | (size) | BPF_ABS, (unsigned)(at))
#define LOAD_BEHIND(size, at) BPF_STMT(BPF_LD | (size) | BPF_IND, IP(at))
#define ALU(operation, value) BPF_STMT(BPF_ALU | (operation) | BPF_K, (value))
#define MOVE_TO_X BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))

/* IF, which is instruction number `at`, goes on at number `yes` or `no`. */
#define NEXT(at) ((at) + 1)
#define PORTS 10
#define ACCEPT 21
#define REJECT 22
#define IF(test, value, at, yes, no)                                 \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), (yes) - (at) - 1, \
		 (no) - (at) - 1)

bool filter_attach(int fd, enum vpnalg_direction direction, bool all)
{
	struct sock_filter program[] = {
		/* A packet that is not for this host is rejected. */
		[0] = LOAD(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
		[1] = IF(BPF_JEQ, PACKET_HOST, 1, all ? ACCEPT : NEXT(1),
			 REJECT),
		/* ICMP and the protocols that carry the data of VPNs are
		 * accepted. */
		[2] = LOAD(BPF_B, IP(IP_PROTOCOL_OFF)),
		[3] = IF(BPF_JEQ, PROTOCOL_ICMP, 3, ACCEPT, NEXT(3)),
		[4] = IF(BPF_JEQ, PROTOCOL_GRE, 4, ACCEPT, NEXT(4)),
		[5] = IF(BPF_JEQ, PROTOCOL_ESP, 5, ACCEPT, NEXT(5)),
		[6] = IF(BPF_JEQ, PROTOCOL_AH, 6, ACCEPT, NEXT(6)),
		[7] = IF(BPF_JEQ, PROTOCOL_L2TP, 7, ACCEPT, NEXT(7)),
		[8] = IF(BPF_JEQ, PROTOCOL_TCP, 8, PORTS, NEXT(8)),
		[9] = IF(BPF_JEQ, PROTOCOL_UDP, 9, PORTS, REJECT),
		/* Later fragments of TCP and UDP are accepted. */
		[PORTS] = LOAD(BPF_H, IP(IP_FRAGMENT_OFF)),
		[11] = IF(BPF_JSET, IP_OFFSET_MASK, 11, ACCEPT, NEXT(11)),
		/* TCP and UDP are accepted if the far end has a VPN's port. */
		[12] = LOAD(BPF_B, IP(0)),
		[13] = ALU(BPF_AND, 15),
		[14] = ALU(BPF_LSH, 2),
		[15] = MOVE_TO_X,
		[16] = LOAD_BEHIND(BPF_H, direction == VPNALG_OUT ? 2 : 0),
		[17] = IF(BPF_JEQ, PORT_PPTP, 17, ACCEPT, NEXT(17)),
		[18] = IF(BPF_JEQ, PORT_IKE, 18, ACCEPT, NEXT(18)),
		[19] = IF(BPF_JEQ, PORT_NAT_T, 19, ACCEPT, NEXT(19)),
		[20] = IF(BPF_JEQ, PORT_L2TP, 20, ACCEPT, REJECT),
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
