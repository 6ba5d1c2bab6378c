/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the gateway put together: the way of a packet. */
#ifndef GW_GATEWAY_H
#define GW_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "address.h"
#include "../common/answer.h"
#include "impair.h"
#include "options.h"
#include "own.h"
#include "route.h"
#include "rules.h"
#include "side.h"
#include "translator.h"
#include "whole.h"

/* The most packets that are read before they are sent on. */
#define BURST 64

/* Places among the sides; that of an uplink is its number behind this one. */
enum { INSIDE, FIRST_UPLINK };

struct gateway {
	const struct options *options;
	struct side sides[FIRST_UPLINK + UPLINKS_MAX];
	size_t side_count;
	struct own own;
	struct route route;
	struct rules rules;
	struct addresses addresses;
	struct translator translator;
	struct impair impair;
	uint8_t *room; /* for pieces of merged packets */
	struct vpnalg_addr served; /* where the services are */
	const struct nat_options *serving; /* and which */
	struct vpnalg_packet packets[BURST + WHOLE_PIECES];
	struct answer_head heads[BURST + WHOLE_PIECES];
	vpnalg_time start;
	uint64_t elsewhere; /* packets from inside that do not go outside */
	uint64_t cut;       /* merged packets that were cut up */
	uint64_t renumbered; /* changes of the outside addresses */
	uint64_t senseless; /* packets that made no sense */
};

/* Starts everything, in an order in which either the kernel or the gateway
 * handles each packet. Returns false when something failed, which was said. */
bool gateway_open(struct gateway *gateway, const struct options *options);

/* Handles some of the packets that are there. Returns true if there may be
 * more. */
bool gateway_work(struct gateway *gateway, vpnalg_time now);

/* Returns when there is work even without packets. */
vpnalg_time gateway_due(const struct gateway *gateway, vpnalg_time now);

void gateway_close(struct gateway *gateway);

#endif
