/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "rules.h"
#include "../common/wire.h"

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
#define PORTS 14
#define REMOTE_PORT 20 /* what follows compares it with each server port */
#define ACCEPT (REMOTE_PORT + 1 + server_ports)
#define REJECT (ACCEPT + 1)
#define LENGTH_MAX (REMOTE_PORT + 1 + SERVER_PORTS_MAX + 2)
#define IF(test, value, at, yes, no)                                 \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (value),                  \
		 (uint8_t)((yes) - (at) - 1), (uint8_t)((no) - (at) - 1))

#define STANDARD_PORTS 4
#define SERVER_PORTS_MAX (STANDARD_PORTS + VPNALG_EXTRA_PORTS_MAX)

/* Appends that packets with one of the ports are accepted, others rejected. */
static void append_ports(struct sock_filter *at, unsigned server_ports,
			 const struct server_ports *further)
{
	unsigned ports[SERVER_PORTS_MAX] = { PORT_PPTP, PORT_IKE, PORT_NAT_T,
					     PORT_L2TP };

	for (size_t i = 0; i < further->count; i++)
		ports[STANDARD_PORTS + i] = further->list[i].port;
	for (unsigned i = 0; i < server_ports; i++, at++)
		*at = (struct sock_filter)IF(
			BPF_JEQ, ports[i], REMOTE_PORT + 1 + i, ACCEPT,
			i + 1 < server_ports ? REMOTE_PORT + 2 + i : REJECT);
	*at++ = (struct sock_filter)RETURN(0x40000);
	*at = (struct sock_filter)RETURN(0);
}

static bool attach(int fd, struct sock_filter *program, unsigned length)
{
	const struct sock_fprog filter = { (unsigned short)length, program };

	return !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			   sizeof(filter));
}

bool filter_attach(int fd, enum vpnalg_direction direction,
		   const struct nat_options *options, bool sent)
{
	const unsigned server_ports =
		STANDARD_PORTS + (unsigned)options->server_ports.count;
	const bool all = options->general;
	struct sock_filter program[LENGTH_MAX] = {
		/* A packet that is not for this host, or not from it, is
		 * rejected, and so is what this program has sent. */
		[0] = LOAD(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE),
		[1] = IF(BPF_JEQ, sent ? PACKET_OUTGOING : PACKET_HOST, 1,
			 NEXT(1), REJECT),
		[2] = LOAD(BPF_W, SKF_AD_OFF + SKF_AD_MARK),
		[3] = IF(BPF_JEQ, RULES_MARK, 3, sent ? REJECT : NEXT(3),
			 NEXT(3)),
		[4] = LOAD(BPF_H, SKF_AD_OFF + SKF_AD_PROTOCOL),
		[5] = IF(BPF_JEQ, ETH_P_IP, 5, all ? ACCEPT : NEXT(5), REJECT),
		/* ICMP and the protocols that carry the data of VPNs are
		 * accepted. */
		[6] = LOAD(BPF_B, IP(IP_PROTOCOL_OFF)),
		[7] = IF(BPF_JEQ, PROTOCOL_ICMP, 7, ACCEPT, NEXT(7)),
		[8] = IF(BPF_JEQ, PROTOCOL_GRE, 8, ACCEPT, NEXT(8)),
		[9] = IF(BPF_JEQ, PROTOCOL_ESP, 9, ACCEPT, NEXT(9)),
		[10] = IF(BPF_JEQ, PROTOCOL_AH, 10, ACCEPT, NEXT(10)),
		[11] = IF(BPF_JEQ, PROTOCOL_L2TP, 11, ACCEPT, NEXT(11)),
		[12] = IF(BPF_JEQ, PROTOCOL_TCP, 12, PORTS, NEXT(12)),
		[13] = IF(BPF_JEQ, PROTOCOL_UDP, 13, PORTS, REJECT),
		/* Later fragments of TCP and UDP are accepted. */
		[PORTS] = LOAD(BPF_H, IP(IP_FRAGMENT_OFF)),
		[15] = IF(BPF_JSET, IP_OFFSET_MASK, 15, ACCEPT, NEXT(15)),
		/* TCP and UDP are accepted if the far end has a VPN's port. */
		[16] = LOAD(BPF_B, IP(0)),
		[17] = ALU(BPF_AND, 15),
		[18] = ALU(BPF_LSH, 2),
		[19] = MOVE_TO_X,
		[REMOTE_PORT] = LOAD_BEHIND(BPF_H, direction == VPNALG_OUT ? 2 : 0),
	};

	append_ports(program + REMOTE_PORT + 1, server_ports,
		     &options->server_ports);
	return attach(fd, program, REJECT + 1);
}
