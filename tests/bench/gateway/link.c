/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <unistd.h>

/* What the network is set up with: the gateway's end of each link. */
static const uint8_t gateway_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };

static _Noreturn void give_up(const struct link *link, const char *what)
{
	fprintf(stderr, "replay: %s: %s: %s\n", link->name, what,
		strerror(errno));
	exit(EXIT_FAILURE);
}

static struct sockaddr_ll gateway(const struct link *link)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = link->index,
		.sll_halen = ETH_ALEN,
	};

	memcpy(address.sll_addr, gateway_mac, ETH_ALEN);
	return address;
}

static int open_figures(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path),
		 "/sys/class/net/%s/statistics/rx_packets", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

void link_open(struct link *link, const char *name)
{
	struct sockaddr_ll address;
	int yes = 1;

	link->name = name;
	link->index = (int)if_nametoindex(name);
	link->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (!link->index || link->fd < 0)
		give_up(link, "cannot open");
	address = gateway(link);
	/* Before the kernel drops it. */
	address.sll_protocol = htons(ETH_P_ALL);
	if (setsockopt(link->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes,
		       sizeof(yes)) ||
	    bind(link->fd, (struct sockaddr *)&address, sizeof(address)))
		give_up(link, "cannot bind");
	link->figures = open_figures(name);
	if (link->figures < 0)
		give_up(link, "no figures");
}

void link_send(struct link *link, const void *packet, size_t length)
{
	struct sockaddr_ll to = gateway(link);

	if (sendto(link->fd, packet, length, 0, (struct sockaddr *)&to,
		   sizeof(to)) != (ssize_t)length)
		give_up(link, "cannot send");
}

unsigned link_send_all(struct link *link, struct mmsghdr *packets,
		       unsigned count)
{
	struct sockaddr_ll to = gateway(link);
	int sent;

	for (unsigned i = 0; i < count; i++) {
		packets[i].msg_hdr.msg_name = &to;
		packets[i].msg_hdr.msg_namelen = sizeof(to);
	}
	sent = sendmmsg(link->fd, packets, count, 0);
	if (sent < 0 && errno != ENOBUFS && errno != EAGAIN)
		give_up(link, "cannot send");
	return sent < 0 ? 0 : (unsigned)sent;
}

size_t link_take(struct link *link, void *packet, size_t room, int ms)
{
	struct pollfd file = { .fd = link->fd, .events = POLLIN };
	ssize_t length = recv(link->fd, packet, room, MSG_DONTWAIT);

	if (length < 0 && ms > 0 && poll(&file, 1, ms) > 0)
		length = recv(link->fd, packet, room, MSG_DONTWAIT);
	return length < 0 ? 0 : (size_t)length;
}

void link_take_few(struct link *link)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 (unsigned)(SKF_AD_OFF + SKF_AD_RANDOM)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 63, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { .len = 4, .filter = program };

	if (setsockopt(link->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
		       sizeof(filter)))
		give_up(link, "no filter");
}

uint64_t link_count(const struct link *link)
{
	char digits[32] = "";

	if (pread(link->figures, digits, sizeof(digits) - 1, 0) <= 0)
		give_up(link, "no figures");
	return strtoull(digits, NULL, 10);
}
