/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own packets beside those of its hosts: they leave state, and are
 * left alone. */
#ifndef VPNALG_ENGINE_ROUTERS_H
#define VPNALG_ENGINE_ROUTERS_H

#include "address.h"

/* So much of a packet is copied. Control messages are shorter. */
#define ROUTERS_COPY 512

/* The part of a packet of the router's own that handlers are given. */
struct routers {
	struct slot slot; /* of one that goes out */
	struct vpnalg_packet packet;
	struct vpnalg_packet *given; /* what it is a copy of */
	const struct vpnalg_parsed *given_parsed;
	struct vpnalg_parsed parsed; /* of one that comes in */
	bool claimed; /* that one is for a session of the router's */
	_Alignas(uint64_t) uint8_t bytes[ROUTERS_COPY];
};

/* Returns whether an inside address is the router itself. */
static inline bool routers_has(const struct vpnalg *translator,
			       const uint8_t *inside)
{
	return translator->routers != NULL && pool_has(translator, inside);
}

/* Returns whether a session that is opened is the router's own. */
bool vpnalg_routers_opens(const struct vpnalg *translator, unsigned handler,
			  const struct vpnalg_opening *opening);

/* Begins with a packet that is no inside host's. Returns the slot of a copy, if
 * the router has sent it and it leaves state; else its own. */
struct slot *vpnalg_routers_begin(struct vpnalg *translator, struct slot *slot,
				  struct vpnalg_step *step);

/* Ends with a packet that other claims than the first have decided on. Returns
 * what becomes of it: one that is to be dropped, since it is for no inside
 * host, may be for the router, which has sessions with its remote. */
enum vpnalg_result vpnalg_routers_end(struct vpnalg *translator,
				      struct slot *slot,
				      struct vpnalg_step *step,
				      enum vpnalg_result result);

/* Looks for a session of the router's own by the claim's key, which is no
 * inside host's. The step gets it, and a copy of the packet, which a handler
 * may be given now; translator->routers_follow is set if the packet comes in.
 * If the packet is such that it changes nothing in the session, it is only
 * claimed for good: slot->ours is false, and no session is named. A key that is
 * withheld is no fault of the store's afterwards. */
void vpnalg_routers_claim(struct vpnalg *translator, struct slot *slot,
			  struct vpnalg_step *step);

/* Takes the handler's answer about a packet that comes in, or is undone.
 * Returns VPNALG_UNTOUCHED, and slot->ours is false unless the next claim may
 * be tried; or why the packet cannot be undone. */
enum vpnalg_result vpnalg_routers_follow(struct vpnalg *translator,
					 struct slot *slot,
					 struct vpnalg_step *step,
					 enum vpnalg_result result);

#endif
