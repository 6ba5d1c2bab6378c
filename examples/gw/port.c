/* SPDX-License-Identifier: BSD-2-Clause */
#include "port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/say.h"
#include "filter.h"
#include "../common/wire.h"

/* A frame is large enough for a packet of a link with 1,500 bytes. */
#define FRAME_SIZE 2048
#define FRAME_COUNT 2048
#define BLOCK_SIZE 65536
#define RING_SIZE ((size_t)FRAME_SIZE * FRAME_COUNT)

/* The longest packet, with the headers of the link and of offload before it. */
#define BIG_SIZE (IP_PACKET_MAX + 512)

/* Room in the socket's queue for about a hundred of these. */
#define QUEUE_SIZE (16 << 20)

static bool set(int fd, int level, int option, int value)
{
	return !setsockopt(fd, level, option, &value, sizeof(value));
}

/* The header before each packet says what offload has left undone. */
static bool make_ring(struct port *port)
{
	struct tpacket_req request = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = RING_SIZE / BLOCK_SIZE,
		.tp_frame_size = FRAME_SIZE,
		.tp_frame_nr = FRAME_COUNT,
	};
	void *ring;

	if (!set(port->fd, SOL_PACKET, PACKET_VERSION, TPACKET_V2) ||
	    !set(port->fd, SOL_PACKET, PACKET_VNET_HDR, 1) ||
	    !set(port->fd, SOL_PACKET, PACKET_COPY_THRESH, 1) ||
	    !set(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_SIZE) ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_RX_RING, &request,
		       sizeof(request)))
		return false;
	ring = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		    port->fd, 0);
	if (ring == MAP_FAILED)
		return false;
	port->ring = ring;
	return true;
}

bool port_bind(const struct port *port)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		/* Only a socket for all protocols sees sent packets. */
		.sll_protocol = htons(port->sent ? ETH_P_ALL : ETH_P_IP),
		.sll_ifindex = port->index,
	};

	return !bind(port->fd, (struct sockaddr *)&address, sizeof(address));
}

/* Nothing is received before the filter is there: the socket has no protocol
 * until it is bound. */
static bool open_socket(struct port *port, const struct nat_options *options)
{
	port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	port->big = malloc(BIG_SIZE);
	return port->fd >= 0 && port->big && make_ring(port) &&
	       filter_attach(port->fd, port->direction, options, port->sent) &&
	       (!port->index || port_bind(port));
}

bool port_find(struct port *port, const char *name,
	       enum vpnalg_direction direction)
{
	port->name = name;
	port->direction = (uint8_t)direction;
	port->index = (int)if_nametoindex(name);
	if (port->index)
		return true;
	say("cannot start: interface %s: %s", name, strerror(errno));
	return false;
}

bool port_open(struct port *port, const struct nat_options *options)
{
	if (open_socket(port, options))
		return true;
	say("cannot start: packet socket on %s: %s", port->name,
	    strerror(errno));
	return false;
}

static struct tpacket2_hdr *frame_at(const struct port *port, size_t offset)
{
	size_t number = (port->next + offset) % FRAME_COUNT;

	return (struct tpacket2_hdr *)(void *)(port->ring +
					       number * FRAME_SIZE);
}

static void read_offload(struct frame *frame,
			 const struct virtio_net_hdr *offload,
			 unsigned link_len)
{
	frame->segment = 0;
	frame->sum_start = frame->sum_offset = 0;
	/* VIRTIO_NET_HDR_GSO_UDP is one datagram, left to be fragmented. */
	if (offload->gso_type != VIRTIO_NET_HDR_GSO_NONE &&
	    offload->gso_type != VIRTIO_NET_HDR_GSO_UDP)
		frame->segment = offload->gso_size;
	if (offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
		frame->sum_start = (uint16_t)(offload->csum_start - link_len);
		frame->sum_offset = offload->csum_offset;
	}
}

/* Fills in a frame with a packet that is whole in the ring. */
static void read_ring(struct frame *frame, struct tpacket2_hdr *header)
{
	struct virtio_net_hdr offload;
	uint8_t *start = (uint8_t *)header;
	unsigned link_len = (unsigned)(header->tp_net - header->tp_mac);

	memcpy(&offload, start + header->tp_mac - sizeof(offload),
	       sizeof(offload));
	read_offload(frame, &offload, link_len);
	frame->data = start + header->tp_net;
	frame->len = header->tp_len - link_len;
}

/* Fills in a frame with a packet from the socket's queue, with its headers. */
static bool read_queue(struct port *port, struct frame *frame,
		       const struct tpacket2_hdr *header)
{
	struct virtio_net_hdr offload;
	unsigned link_len = (unsigned)(header->tp_net - header->tp_mac);
	size_t head = sizeof(offload) + link_len;
	ssize_t length = recv(port->fd, port->big, BIG_SIZE,
			      MSG_DONTWAIT | MSG_TRUNC);

	if (length <= (ssize_t)head || length > BIG_SIZE)
		return false;
	memcpy(&offload, port->big, sizeof(offload));
	read_offload(frame, &offload, link_len);
	frame->data = port->big + head;
	frame->len = (uint32_t)((size_t)length - head);
	return true;
}

/* The packet ends before the padding of the link. */
static void trim(struct frame *frame)
{
	uint32_t length;

	if (frame->len < IP_HEADER_LEN)
		return;
	length = get16(frame->data + IP_LENGTH_OFF);
	if (length >= IP_HEADER_LEN && length < frame->len)
		frame->len = length;
}

/* A frame is the last of a call if it may be cut into many packets, or fills
 * port->big. */
size_t port_read(struct port *port, struct frame *frames, size_t max)
{
	struct tpacket2_hdr *header;
	size_t count = 0;
	bool last = false;

	while (port->ring && count < max && !last) {
		header = frame_at(port, count);
		if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER))
			break;
		last = header->tp_len != header->tp_snaplen;
		frames[count] = (struct frame){ 0 };
		if (!last)
			read_ring(&frames[count], header);
		else if ((header->tp_status & TP_STATUS_COPY) == 0 ||
			 !read_queue(port, &frames[count], header))
			port->lost++;
		last = last || frames[count].segment;
		trim(&frames[count++]);
	}
	port->read += count;
	return count;
}

void port_give_back(struct port *port, size_t count)
{
	for (size_t i = 0; i < count; i++)
		__atomic_store_n(&frame_at(port, i)->tp_status,
				 TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	port->next = (unsigned)((port->next + count) % FRAME_COUNT);
}

/* Reading the kernel's counters sets them to 0. */
void port_count_lost(struct port *port)
{
	struct tpacket_stats stats;
	socklen_t length = sizeof(stats);

	if (!getsockopt(port->fd, SOL_PACKET, PACKET_STATISTICS, &stats,
			&length))
		port->lost += stats.tp_drops;
}

void port_close(struct port *port)
{
	if (port->ring)
		munmap(port->ring, RING_SIZE);
	if (port->fd >= 0)
		close(port->fd);
	free(port->big);
	*port = (struct port){ .fd = -1 };
}
