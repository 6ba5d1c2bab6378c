/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules that keep the kernel from handling what the translator handles: a
 * table of nftables that belongs to this process. However the process ends,
 * the kernel removes the table then.
 *
 *     packet arrives --> packet socket (a copy: this program)
 *                    --> prerouting -500: dropped if the translator has it
 *                    --> all else that the kernel does, for all other packets
 *
 * From inside, what the translator has shows in the packet itself. From outside
 * it depends on the sessions: the table has sets that say which there are, and
 * these are up to date before a session's first packet leaves.
 */
#ifndef GW_RULES_H
#define GW_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "address.h"
#include "held.h"
#include "options.h"
#include "table.h"

/* The mark of packets that this program sends. */
#define RULES_MARK 0x56504e41

#define TABLE_NAME_MAX 32

struct nft_ctx;

struct rules {
	struct nft_ctx *nft;
	char table[TABLE_NAME_MAX];
	struct text text;    /* commands not yet run */
	struct held pairs;   /* sessions by remote and outside address */
	struct held remotes; /* sessions by remote */
	/* Sessions that have L2TP's port, by remote and outside address. */
	struct held l2tp_ports;
	bool any_address;    /* an SCCRP may come from any address */
	struct held asking;  /* sessions of L2TP by port and outside address */
	uint64_t changes;    /* transactions */
	uint64_t failures;   /* those that failed */
};

/* Sets the rules. Returns false when that failed, which was said. */
bool rules_open(struct rules *rules, const struct options *options,
		const struct addresses *addresses);

/* Follows other outside addresses. */
void rules_renumber(struct rules *rules, const struct addresses *addresses);

/* Adds a session that is about to begin. Returns false without memory. */
bool rules_begin(struct rules *rules, const struct vpnalg_binding *binding);

/* Removes a session that has ended. */
void rules_end(struct rules *rules, const struct vpnalg_binding *binding);

/* Gives these changes to the kernel. */
void rules_flush(struct rules *rules);

void rules_close(struct rules *rules);

#endif
