/* SPDX-License-Identifier: BSD-2-Clause */
/* Further ports of servers: vpnalg_config.extra_ports. */
#ifndef VPNALG_ENGINE_ALIAS_H
#define VPNALG_ENGINE_ALIAS_H

#include "translator.h"

/* A port of a remote's, and the one that handlers see instead. */
struct alias {
	uint8_t protocol;
	uint16_t port, standard;
};

/* A record of what was done to a packet, in its reserved bytes, which are zero
 * before and after. */
enum {
	ALIASED = 0,         /* one more than the port's place; 0: nothing */
	ALIASED_CHECKSUM = 2 /* of the ICMP error, as it was */
};

struct aliases {
	struct alias list[VPNALG_EXTRA_PORTS_MAX];
	unsigned count;
};

/* Copies the further ports from the settings, if there is memory for them, and
 * lists them among the servers' ports. */
void vpnalg_alias_init(struct vpnalg *translator,
		       const struct vpnalg_config *config);

/* Finds the standard port for another one. Returns false if it is none. */
bool vpnalg_alias_find(const struct vpnalg *translator, uint8_t protocol,
		       uint16_t port, uint16_t *standard);

/* Shows handlers the standard port of one packet, and gives that back its own,
 * if there are further ports at all. */
void vpnalg_alias_set(struct vpnalg *translator, struct vpnalg_packet *packet);
void vpnalg_alias_lift(struct vpnalg *translator, struct vpnalg_packet *packet);

#endif
