/* SPDX-License-Identifier: BSD-2-Clause */
/* The account of a session: when it was opened and used last, and its packets
 * and bytes in each direction. It stands in the session's record, behind the
 * body, if the caller wants accounts. A record of a remote has none. */
#ifndef VPNALG_ENGINE_ACCOUNT_H
#define VPNALG_ENGINE_ACCOUNT_H

#include "translator.h"

/* Times are kept in steps of 2^8 ms: so 32 bits last for 34 years. */
#define ACCOUNT_TIME_SHIFT 8

/* Bits of `high` that belong to the packets; the others belong to the bytes. */
#define ACCOUNT_PACKETS_BITS 12

/* The account is 32 bytes long, so that the largest record of a session, which
 * is that of an ESP host, has room for it. */
struct account {
	uint32_t opened, used;
	struct account_counts {
		uint32_t packets, bytes; /* their low 32 bits */
		uint32_t high;
	} directions[2]; /* out, in */
};

/* Returns the length of an account behind a body, with the gap between them: a
 * body may have any length. */
static inline size_t account_bytes(const struct vpnalg_kind *kind)
{
	return kind->of_remote ? 0
			       : -(size_t)kind->body % sizeof(uint32_t) +
					 sizeof(struct account);
}

static inline uint64_t account_packets(const struct account_counts *counts)
{
	uint32_t high =
		counts->high & (((uint32_t)1 << ACCOUNT_PACKETS_BITS) - 1);

	return (uint64_t)high << 32 | counts->packets;
}

static inline uint64_t account_byte_count(const struct account_counts *counts)
{
	return (uint64_t)(counts->high >> ACCOUNT_PACKETS_BITS) << 32 |
	       counts->bytes;
}

/* Returns a session's account, or NULL. */
struct account *vpnalg_account_of(const struct vpnalg *translator,
				  struct vpnalg_record *record);

/* Begins the account of a new session, if it has one. */
void vpnalg_account_open(const struct vpnalg *translator,
			 struct vpnalg_record *record);

/* Counts a packet that was translated in the account of its session, if it has
 * one. An ICMP error does not count for the session of the packet that it
 * quotes. */
void vpnalg_account_count(const struct vpnalg_step *step,
			  enum vpnalg_result result);

/* Counts packets that were translated elsewhere. */
void vpnalg_account_add(const struct vpnalg *translator,
			struct vpnalg_record *record,
			const struct vpnalg_translation *report);

#endif
