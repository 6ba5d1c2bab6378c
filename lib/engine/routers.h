/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own packets beside those of its hosts: they create state, but
 * are left alone. */
#ifndef VPNALG_ENGINE_ROUTERS_H
#define VPNALG_ENGINE_ROUTERS_H

#include "address.h"
#include "has.h"

/* Bytes of a packet that are copied. Control messages are shorter. */
#define ROUTERS_COPY 512

/* The part of a packet of the router's own that handlers are given. */
struct routers {
	struct slot slot; /* for a packet that goes out */
	struct vpnalg_packet packet;
	struct vpnalg_packet *given; /* what it is a copy of */
	const struct vpnalg_parsed *given_parsed;
	struct vpnalg_parsed parsed; /* for a packet that comes in */
	bool claimed;                /* it is for a session of the router's */
	_Alignas(uint64_t) uint8_t bytes[ROUTERS_COPY];
};

/* Returns whether an inside address is the router itself. */
static inline bool routers_has(const struct vpnalg *translator,
			       const uint8_t *inside)
{
	return has_routers(translator) && pool_has(translator, inside);
}

/* Returns whether a session that is opened is the router's own. */
bool vpnalg_routers_opens(const struct vpnalg *translator, unsigned handler,
			  const struct vpnalg_opening *opening);

/* Begins with a packet of no inside host. Returns the slot of a copy, if the
 * router has sent it and it creates state; else its own slot. */
struct slot *vpnalg_routers_begin(struct vpnalg *translator, struct slot *slot,
				  struct vpnalg_step *step);

/* Ends with a packet that other claims than the first have decided on, and
 * returns its result: one that would be dropped, because it is for no inside
 * host, is left to the router if that has sessions with its remote. */
enum vpnalg_result vpnalg_routers_end(struct vpnalg *translator,
				      struct slot *slot,
				      struct vpnalg_step *step,
				      enum vpnalg_result result);

/* Looks for a session of the router's own by the claim's key, which is no
 * inside host's. The step gets that session, and a copy of the packet for its
 * handler; translator->routers_follow is set if the packet comes in. A packet
 * that changes nothing in the session is only claimed for the router:
 * slot->ours is false, and the step has no session. A key that is withheld is
 * no fault of the store's afterwards. */
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
