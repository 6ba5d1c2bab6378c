/* SPDX-License-Identifier: BSD-2-Clause */
/* What a router says to who sent a packet that it cannot send on. */
#ifndef GW_ANSWER_H
#define GW_ANSWER_H

#include <stddef.h>
#include <stdint.h>

/* So much of a packet is kept as it came, to be quoted: its headers. */
#define ANSWER_HEAD_MAX 128

/* The start of a packet before it was translated. */
struct answer_head {
	uint32_t len;
	uint8_t data[ANSWER_HEAD_MAX];
};

/* An answer is no longer than this. */
#define ANSWER_MAX (20 + 8 + ANSWER_HEAD_MAX)

/* Each makes a whole packet at data[ANSWER_MAX], but for what the kernel adds
 * when it is sent, and returns its length; 0 where nothing is to be said. */

/* It does not fit (RFC 1191 4). */
size_t answer_too_big(const struct answer_head *head, unsigned mtu,
		      uint8_t *data);

/* It has been under way for too long (RFC 792). */
size_t answer_expired(const struct answer_head *head, uint8_t *data);

/* A TCP segment of no connection (RFC 9293 3.10.7.1). */
size_t answer_reset(const struct answer_head *head, uint8_t *data);

#endif
