/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <errno.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <sys/socket.h>

/* The most packets, and bytes, that wait in the kernel. */
#define QUEUE_PACKETS 4096
#define QUEUE_BYTES (8 << 20)

static bool send_message(struct queue *queue, struct nlmsghdr *message)
{
	if (mnl_socket_sendto(queue->socket, message, message->nlmsg_len) >= 0)
		return true;
	queue->failed = true;
	return false;
}

/* Returns whether the kernel acknowledges the last message. */
static bool is_well(struct queue *queue)
{
	unsigned port = mnl_socket_get_portid(queue->socket);
	ssize_t length = mnl_socket_recvfrom(queue->socket, queue->in,
					     sizeof(queue->in));

	return length >= 0 && mnl_cb_run(queue->in, (size_t)length, 0, port,
					 NULL, NULL) >= 0;
}

static bool bind_queue(struct queue *queue)
{
	struct nlmsghdr *message = nfq_nlmsg_put(
		(char *)queue->out, NFQNL_MSG_CONFIG, queue->number);

	message->nlmsg_flags |= NLM_F_ACK;
	nfq_nlmsg_cfg_put_cmd(message, AF_INET, NFQNL_CFG_CMD_BIND);
	return send_message(queue, message) && is_well(queue);
}

/* Asks for whole packets. The kernel completes checksums and cuts up merged
 * segments before it queues them, since NFQA_CFG_F_GSO is not set. */
static bool configure(struct queue *queue)
{
	struct nlmsghdr *message = nfq_nlmsg_put(
		(char *)queue->out, NFQNL_MSG_CONFIG, queue->number);

	message->nlmsg_flags |= NLM_F_ACK;
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, 0xffff);
	nfq_nlmsg_cfg_put_qmaxlen(message, QUEUE_PACKETS);
	return send_message(queue, message) && is_well(queue);
}

bool queue_open(struct queue *queue, unsigned number)
{
	int bytes = QUEUE_BYTES;

	queue->number = (uint16_t)number;
	queue->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!queue->socket ||
	    mnl_socket_bind(queue->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return false;
	queue->fd = mnl_socket_get_fd(queue->socket);
	setsockopt(queue->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
		   sizeof(bytes));
	return bind_queue(queue) && configure(queue);
}

static int read_message(const struct nlmsghdr *message, void *context)
{
	struct nlattr *attributes[NFQA_MAX + 1] = { 0 };
	const struct nfqnl_msg_packet_hdr *header;
	struct queued *queued = context;

	if (nfq_nlmsg_parse(message, attributes) < 0 ||
	    !attributes[NFQA_PACKET_HDR] || !attributes[NFQA_PAYLOAD])
		return MNL_CB_OK;
	header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	queued->id = ntohl(header->packet_id);
	queued->hook = header->hook;
	queued->data = mnl_attr_get_payload(attributes[NFQA_PAYLOAD]);
	queued->length = mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]);
	return MNL_CB_STOP;
}

/* The kernel sends one message for each packet. */
bool queue_read(struct queue *queue, struct queued *queued)
{
	ssize_t length;

	for (;;) {
		length = recv(queue->fd, queue->in, sizeof(queue->in),
			      MSG_DONTWAIT);
		if (length < 0 && errno == ENOBUFS) {
			queue->lost++;
			continue;
		}
		if (length < 0) {
			queue->failed = errno != EAGAIN && errno != EINTR;
			return false;
		}
		if (mnl_cb_run(queue->in, (size_t)length, 0, 0, read_message,
			       queued) == MNL_CB_STOP)
			return true;
	}
}

static struct nlmsghdr *verdict(struct queue *queue,
				const struct queued *queued, int fate)
{
	struct nlmsghdr *message = nfq_nlmsg_put(
		(char *)queue->out, NFQNL_MSG_VERDICT, queue->number);

	nfq_nlmsg_verdict_put(message, (int)queued->id, fate);
	return message;
}

void queue_accept(struct queue *queue, const struct queued *queued)
{
	send_message(queue, verdict(queue, queued, NF_ACCEPT));
}

void queue_replace(struct queue *queue, const struct queued *queued,
		   uint32_t length, uint32_t mark)
{
	struct nlmsghdr *message = verdict(queue, queued, NF_ACCEPT);

	nfq_nlmsg_verdict_put_mark(message, mark);
	nfq_nlmsg_verdict_put_pkt(message, queued->data, length);
	send_message(queue, message);
}

void queue_drop(struct queue *queue, const struct queued *queued)
{
	send_message(queue, verdict(queue, queued, NF_DROP));
}

void queue_close(struct queue *queue)
{
	if (queue->socket)
		mnl_socket_close(queue->socket);
}
