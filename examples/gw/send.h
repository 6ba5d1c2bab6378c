/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends packets to one side, through a raw socket that is bound to its
 * interface: routes, neighbours and the firewall's output rules are the
 * kernel's. What a router has to do beside it is done here: count down the
 * TTL, fragment what does not fit, tell the sender what cannot be sent.
 */
#ifndef GW_SEND_H
#define GW_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <vpnalg/vpnalg.h>

#include "answer.h"

/* Packets that are sent with one call. */
#define SEND_BURST 64

struct sender {
	const char *name;
	int fd;
	unsigned mtu;        /* of the interface */
	uint16_t next_id;    /* for fragments of packets without one */
	struct sender *back; /* to the other side, for answers */
	unsigned answers;    /* that may still be given in this second */
	struct mmsghdr messages[SEND_BURST];
	struct iovec vectors[SEND_BURST];
	struct sockaddr_in destinations[SEND_BURST];
	const struct answer_head *heads[SEND_BURST];
	unsigned count; /* of packets that wait for sender_flush() */
	uint64_t sent, failed, fragmented, answered;
	int failure; /* errno of the last one that failed */
};

/* False when that failed, which was said. */
bool sender_open(struct sender *sender, const char *name);

/* Sends a packet at the next flush at the latest. The packet and its head
 * must be there until then. */
void sender_add(struct sender *sender, const struct vpnalg_packet *packet,
		const struct answer_head *head);

void sender_flush(struct sender *sender);

/* Sends a packet of this program's own making at once; a length of 0 is none
 * to be sent. Too many in one second are not sent. */
void sender_answer(struct sender *sender, const uint8_t *data, size_t length);

/* To be called about every second. */
void sender_tick(struct sender *sender);

void sender_close(struct sender *sender);

#endif
