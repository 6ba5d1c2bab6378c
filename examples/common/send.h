/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends packets to one side, through a raw socket that sends by its interface
 * only, or to wherever routes lead. The kernel knows routes and neighbours, and applies the
 * firewall's output rules. The rest of a router's work is done here:
 * decrement the TTL, fragment a packet that does not fit, tell the sender of
 * one that cannot be sent. */
#ifndef COMMON_SEND_H
#define COMMON_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <vpnalg/vpnalg.h>

#include "answer.h"

/* The most packets that are sent with one call. */
#define SEND_BURST 64

struct sender {
	const char *name;    /* of its interface, or NULL */
	int fd;
	unsigned mtu;        /* of the interface; without one the most */
	uint16_t next_id;    /* for fragments of packets without one */
	unsigned answers;    /* that may still be given in this second */
	struct mmsghdr messages[SEND_BURST];
	struct iovec vectors[SEND_BURST];
	struct sockaddr_in destinations[SEND_BURST];
	const struct answer_head *heads[SEND_BURST];
	unsigned count; /* of packets that wait for sender_flush() */
	uint64_t sent, failed, fragmented, answered;
	int failure; /* errno of the last one that failed */
};

/* Opens one for an interface, by its name and number, or NULL and 0. The packets
 * have that mark. Returns false when that failed, which was said. */
bool sender_open(struct sender *sender, const char *name, int index,
		 uint32_t mark);

/* Sends by the interface with that number from now on. Returns false if it has
 * vanished. */
bool sender_bind(struct sender *sender, int index);

/* Sends a packet at the next flush at the latest. The packet and its head
 * must stay until then. */
void sender_add(struct sender *sender, const struct vpnalg_packet *packet,
		const struct answer_head *head);

void sender_flush(struct sender *sender);

/* Sends an answer at once, unless its length is 0 or too many were sent in
 * this second. */
void sender_answer(struct sender *sender, const uint8_t *data, size_t length);

/* Must be called about every second. */
void sender_tick(struct sender *sender);

void sender_close(struct sender *sender);

#endif
