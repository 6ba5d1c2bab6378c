/* SPDX-License-Identifier: BSD-2-Clause */
/* A router's answers to the sender of a packet that it does not send on. */
#ifndef COMMON_ANSWER_H
#define COMMON_ANSWER_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of a packet that an ICMP error quotes: its headers. */
#define ANSWER_HEAD_MAX 128

struct sender;

/* The start of a packet before it was translated. */
struct answer_head {
	struct sender *back; /* by which its sender is answered; NULL: not */
	uint32_t len;
	uint8_t data[ANSWER_HEAD_MAX];
};

/* The longest answer. */
#define ANSWER_MAX (20 + 8 + ANSWER_HEAD_MAX)

/* Each of the following makes a packet at data[ANSWER_MAX] and returns its
 * length, or 0 if no answer is due. The kernel completes its IP header. */

/* Says that the packet does not fit (RFC 1191 4). */
size_t answer_too_big(const struct answer_head *head, unsigned mtu,
		      uint8_t *data);

/* Says that its time to live is over (RFC 792). */
size_t answer_expired(const struct answer_head *head, uint8_t *data);

/* Writes that the router does not forward it (RFC 1812 5.2.7.1, code 13). */
size_t answer_prohibited(const struct answer_head *head, uint8_t *data);

/* Answers a TCP segment of no connection (RFC 9293 3.10.7.1). */
size_t answer_reset(const struct answer_head *head, uint8_t *data);

#endif
