/* SPDX-License-Identifier: BSD-2-Clause */
#include "send.h"

#include <errno.h>
#include <string.h>

#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fragment.h"
#include "say.h"
#include "wire.h"

/* The most answers in a second, to all senders together. */
#define ANSWERS_MAX 1000

#define SEND_BUFFER (4 << 20)

static bool set(int fd, int level, int option, int value)
{
	return !setsockopt(fd, level, option, &value, sizeof(value));
}

static void read_mtu(struct sender *sender)
{
	struct ifreq request = { 0 };

	if (!sender->name) {
		sender->mtu = IP_PACKET_MAX;
		return;
	}
	strncpy(request.ifr_name, sender->name, IFNAMSIZ - 1);
	if (!ioctl(sender->fd, SIOCGIFMTU, &request) && request.ifr_mtu > 0)
		sender->mtu = (unsigned)request.ifr_mtu;
}

/* Unlike SO_BINDTODEVICE this may be changed without privileges. */
bool sender_bind(struct sender *sender, int index)
{
	return set(sender->fd, IPPROTO_IP, IP_UNICAST_IF,
		   (int)htonl((uint32_t)index));
}

bool sender_open(struct sender *sender, const char *name, int index,
		 uint32_t mark)
{
	sender->name = name;
	sender->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (sender->fd < 0 || (index && !sender_bind(sender, index)) ||
	    !set(sender->fd, SOL_SOCKET, SO_MARK, (int)mark) ||
	    !set(sender->fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)) {
		say("cannot start: raw socket%s%s: %s", name ? " on " : "",
		    name ? name : "", strerror(errno));
		return false;
	}
	sender_tick(sender);
	return true;
}

void sender_tick(struct sender *sender)
{
	sender->answers = ANSWERS_MAX;
	read_mtu(sender);
}

static void failed(struct sender *sender, int failure)
{
	sender->failed++;
	sender->failure = failure;
}

static struct sockaddr_in destination_of(const uint8_t *ip)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	memcpy(&address.sin_addr, ip + IP_DESTINATION_OFF, 4);
	return address;
}

static bool send_one(struct sender *sender, const uint8_t *ip, size_t length)
{
	struct sockaddr_in to = destination_of(ip);

	return sendto(sender->fd, ip, length, MSG_DONTWAIT,
		      (struct sockaddr *)&to, sizeof(to)) >= 0;
}

void sender_answer(struct sender *sender, const uint8_t *data, size_t length)
{
	if (!length || !sender->answers)
		return;
	sender->answers--;
	if (send_one(sender, data, length))
		sender->answered++;
	else
		failed(sender, errno);
}

/* The MTU of a route can be less than that of its interface. */
static unsigned route_mtu(const struct sender *sender, const uint8_t *ip)
{
	struct sockaddr_in to = destination_of(ip);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(int);
	int mtu = 0;

	to.sin_port = htons(9);
	if ((sender->name &&
	     setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sender->name,
			(socklen_t)strlen(sender->name))) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) ||
	    getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &length) || mtu <= 0)
		mtu = (int)sender->mtu;
	close(fd);
	return (unsigned)mtu;
}

static void answer(const struct answer_head *head, const uint8_t *data,
		   size_t length)
{
	if (head->back)
		sender_answer(head->back, data, length);
}

static void say_too_big(struct sender *sender, const uint8_t *ip,
			const struct answer_head *head)
{
	uint8_t data[ANSWER_MAX];
	unsigned mtu = route_mtu(sender, ip);

	failed(sender, EMSGSIZE);
	answer(head, data, answer_too_big(head, mtu, data));
}

/* Sends a packet that may be fragmented and is longer than the MTU. */
static void send_fragments(struct sender *sender, uint8_t *ip, unsigned length,
			   unsigned mtu)
{
	struct fragments rest = { ip, length, mtu, 0 };
	uint8_t fragment[IP_PACKET_MAX];
	size_t size;

	if (mtu < ip_header_len(ip) + 8) {
		failed(sender, EMSGSIZE);
		return;
	}
	if (!get16(ip + IP_ID_OFF))
		put16(ip + IP_ID_OFF, ++sender->next_id);
	while ((size = fragment_next(&rest, fragment)) > 0)
		if (!send_one(sender, fragment, size)) {
			failed(sender, errno);
			return;
		}
	sender->sent++;
	sender->fragmented++;
}

/* Decrements the TTL, and updates the checksum by difference (RFC 1624). */
static void count_down(uint8_t *ip)
{
	uint32_t sum = get16(ip + IP_CHECKSUM_OFF) + 0x100;

	ip[IP_TTL_OFF]--;
	put16(ip + IP_CHECKSUM_OFF, (sum & 0xffff) + (sum >> 16));
}

static void queue(struct sender *sender, uint8_t *ip, size_t length,
		  const struct answer_head *head)
{
	unsigned i = sender->count++;

	sender->destinations[i] = destination_of(ip);
	sender->vectors[i] = (struct iovec){ ip, length };
	sender->heads[i] = head;
	sender->messages[i].msg_hdr = (struct msghdr){
		.msg_name = &sender->destinations[i],
		.msg_namelen = sizeof(sender->destinations[i]),
		.msg_iov = &sender->vectors[i],
		.msg_iovlen = 1,
	};
	if (sender->count == SEND_BURST)
		sender_flush(sender);
}

void sender_add(struct sender *sender, const struct vpnalg_packet *packet,
		const struct answer_head *head)
{
	uint8_t data[ANSWER_MAX];
	uint8_t *ip = packet->data;

	if (ip[IP_TTL_OFF] <= 1) {
		failed(sender, ETIME);
		answer(head, data, answer_expired(head, data));
		return;
	}
	count_down(ip);
	if (packet->len <= sender->mtu) {
		queue(sender, ip, packet->len, head);
	} else if (get16(ip + IP_FRAGMENT_OFF) & IP_DONT_FRAGMENT) {
		say_too_big(sender, ip, head);
	} else {
		sender_flush(sender);
		send_fragments(sender, ip, packet->len, sender->mtu);
	}
}

/* Handles the packet at which a burst stopped. Which MTU it has to fit in is not
 * known before, where routes lead to several interfaces. */
static void give_up(struct sender *sender, unsigned i)
{
	uint8_t *ip = sender->vectors[i].iov_base;

	if (errno != EMSGSIZE)
		failed(sender, errno);
	else if (get16(ip + IP_FRAGMENT_OFF) & IP_DONT_FRAGMENT)
		say_too_big(sender, ip, sender->heads[i]);
	else
		send_fragments(sender, ip, (unsigned)sender->vectors[i].iov_len,
			       route_mtu(sender, ip));
}

void sender_flush(struct sender *sender)
{
	unsigned done = 0;
	int sent;

	while (done < sender->count) {
		sent = sendmmsg(sender->fd, sender->messages + done,
				sender->count - done, MSG_DONTWAIT);
		if (sent <= 0) {
			give_up(sender, done++);
			continue;
		}
		done += (unsigned)sent;
		sender->sent += (unsigned)sent;
	}
	sender->count = 0;
}

void sender_close(struct sender *sender)
{
	if (sender->fd >= 0)
		close(sender->fd);
	sender->fd = -1;
}
