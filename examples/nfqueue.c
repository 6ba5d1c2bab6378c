/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A NAT behind NFQUEUE: the firewall of a Linux router hands packets over and
 * gets them back translated. libnetfilter_queue, which it links, is GPL-2.
 *
 *     cc nfqueue.c -o nfqueue \
 *         $(pkg-config --cflags --libs libvpnalg libnetfilter_queue libmnl)
 *     sysctl -w net.ipv4.ip_forward=1
 *     iptables -t raw -A PREROUTING -i wan0 -j NFQUEUE --queue-num 0
 *     iptables -t mangle -A POSTROUTING -o wan0 -j NFQUEUE --queue-num 0
 *     ./nfqueue 0 203.0.113.1
 *
 * takes the queue's number and an outside address. Packets from outside are
 * queued before they are routed, packets to the outside when they are about to
 * leave; so the hook says which way one travels. vpnalg-queue, in queue/, can
 * also leave general traffic to the kernel's NAT.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <sys/random.h>

#include <vpnalg/protocols.h>
#include <vpnalg/store.h>

/* A whole packet and the attributes before it. */
#define BUFFER (65536 + 4096)

struct queue {
	struct mnl_socket *socket;
	uint16_t number;
	struct vpnalg *translator;
	struct vpnalg_store store; /* the translator keeps its address */
	vpnalg_time now, due;      /* due: when to look for dead sessions */
	uint8_t in[BUFFER], out[BUFFER];
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The clock runs on while the machine sleeps, as the peers' timeouts do. */
static vpnalg_time now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (vpnalg_time)now.tv_sec * 1000 + (unsigned)now.tv_nsec / 1000000;
}

static uint32_t next_random(void *context)
{
	uint32_t bits;

	(void)context;
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		fail("getrandom");
	return bits;
}

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};

static void open_translator(struct queue *q, const char *address)
{
	struct vpnalg_addr outside = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = &outside, .address_count = 1,
		.store = &q->store, .random = next_random,
		.burst = 1, /* the kernel hands over packets one by one */
	};
	size_t room = vpnalg_table_size(100000), size;
	void *sessions = malloc(room), *memory;

	if (!sessions ||
	    !vpnalg_table_init(sessions, room, VPNALG_KEY_IPV4, &q->store) ||
	    inet_pton(AF_INET, address, outside.octets) != 1)
		fail(address);
	size = vpnalg_size(&config); /* 0 where a setting is wrong */
	memory = size ? malloc(size) : NULL;
	if (!memory || vpnalg_init(&q->translator, memory, size, &config) != 0)
		fail("translator");
}

static struct nlmsghdr *message_of(struct queue *q, int type)
{
	return nfq_nlmsg_put((char *)q->out, type, q->number);
}

static void send_message(struct queue *q, const struct nlmsghdr *message)
{
	if (mnl_socket_sendto(q->socket, message, message->nlmsg_len) < 0)
		fail("send to the kernel");
}

/* Sends a message of configuration and waits for the kernel to acknowledge. */
static void configure(struct queue *q, struct nlmsghdr *message)
{
	ssize_t length;

	message->nlmsg_flags |= NLM_F_ACK;
	send_message(q, message);
	length = mnl_socket_recvfrom(q->socket, q->in, sizeof(q->in));
	if (length < 0 ||
	    mnl_cb_run(q->in, (size_t)length, 0,
		       mnl_socket_get_portid(q->socket), NULL, NULL) < 0)
		fail("queue");
}

/* The kernel completes checksums and cuts up merged segments before it queues
 * them, since NFQA_CFG_F_GSO is not set. */
static void open_queue(struct queue *q)
{
	struct nlmsghdr *message;

	q->socket = mnl_socket_open(NETLINK_NETFILTER);
	if (!q->socket || mnl_socket_bind(q->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		fail("netlink");
	message = message_of(q, NFQNL_MSG_CONFIG);
	nfq_nlmsg_cfg_put_cmd(message, AF_INET, NFQNL_CFG_CMD_BIND);
	configure(q, message);
	message = message_of(q, NFQNL_MSG_CONFIG);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, 0xffff);
	configure(q, message);
}

/* [judge] */
/* Gives the kernel its packet back: changed, as it was, or not at all. */
static void judge(struct queue *q, uint32_t id,
		  const struct vpnalg_packet *packet)
{
	struct nlmsghdr *message = message_of(q, NFQNL_MSG_VERDICT);
	bool goes_on = packet->result < VPNALG_DROP_FIRST;

	nfq_nlmsg_verdict_put(message, (int)id, goes_on ? NF_ACCEPT : NF_DROP);
	if (packet->result == VPNALG_TRANSLATED)
		nfq_nlmsg_verdict_put_pkt(message, packet->data, packet->len);
	send_message(q, message);
}
/* [judge] */

/* mnl_cb_run() calls this for each message of the kernel's: one packet each. */
static int take(const struct nlmsghdr *message, void *context)
{
	struct nlattr *attributes[NFQA_MAX + 1] = { 0 };
	const struct nfqnl_msg_packet_hdr *header;
	struct vpnalg_packet packet = { 0 };
	struct queue *q = context;

	if (nfq_nlmsg_parse(message, attributes) < 0 ||
	    !attributes[NFQA_PACKET_HDR] || !attributes[NFQA_PAYLOAD])
		return MNL_CB_OK;
	header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	packet.data = mnl_attr_get_payload(attributes[NFQA_PAYLOAD]);
	packet.len = mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]);
	packet.caplen = packet.len;
	packet.direction = header->hook == NF_INET_PRE_ROUTING ? VPNALG_IN
							       : VPNALG_OUT;
	vpnalg_process(q->translator, &packet, 1, q->now);
	judge(q, ntohl(header->packet_id), &packet);
	return MNL_CB_OK;
}

static void sweep(struct queue *q)
{
	if (q->now < q->due)
		return;
	q->due = vpnalg_expire(q->translator, q->now, 64);
	/* Sessions opened later may end before the earliest of this round. */
	if (q->due > q->now + 60000)
		q->due = q->now + 60000;
}

int main(int argc, char **argv)
{
	static struct queue q;
	struct pollfd file = { .events = POLLIN };
	ssize_t length;

	if (argc != 3) {
		fputs("usage: nfqueue QUEUE ADDRESS\n", stderr);
		return 2;
	}
	q.number = (uint16_t)atoi(argv[1]);
	open_translator(&q, argv[2]);
	open_queue(&q);
	file.fd = mnl_socket_get_fd(q.socket);
	for (;;) {
		int ready = poll(&file, 1, 1000);

		q.now = now_ms();
		sweep(&q);
		if (ready < 1)
			continue;
		length = mnl_socket_recvfrom(q.socket, q.in, sizeof(q.in));
		if (length >= 0)
			mnl_cb_run(q.in, (size_t)length, 0, 0, take, &q);
		else if (errno != ENOBUFS) /* it had no room for some packets */
			fail("receive from the kernel");
	}
}
