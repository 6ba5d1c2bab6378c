/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the GRE handler: the bodies of its records. */
#ifndef VPNALG_GRE_GRE_H
#define VPNALG_GRE_GRE_H

#include <vpnalg/handler.h>

#include "../wire/gre.h"

enum {
	GRE_KIND_TUNNEL,
	GRE_KIND_LEARNED, /* the remote's Key, where it is another */
	GRE_KIND_REMOTE,  /* the hosts that have tunnels with it */
	GRE_KINDS
};

/* The ports of keys: they keep Keys apart from PPTP's Call IDs, which are in
 * the same space with port 0. */
#define GRE_KEYED 0x10000
#define GRE_UNKEYED 0x20000
#define GRE_REMOTE 0x40000

/* Times that show how long a host or Key has been silent are moved once a
 * second, so that a busy tunnel does not write to its records for every packet.
 */
#define GRE_SLACK_MS 1000

/* A host that was silent for this long loses its Key, or the place of the host
 * without one, to another host that sends with it; and a Key of the remote's
 * that was, to another one. */
#define GRE_SILENCE_MS 60000

#define GRE_TUNNEL_HEARD 0x01 /* its own Key came in */

/* The body of a tunnel is the remote's Key, as a key's ID and port; the port is
 * 0 if there is none. */
struct gre_tunnel {
	uint32_t id;
	uint32_t port; /* flags are added */
};

/* The body of a learned Key. */
struct gre_learned {
	struct gre_tunnel tunnel; /* the tunnel's own Key; no flags */
	uint32_t heard;           /* the Key came in last; low 32 bits */
};

/* A host, by one of its tunnels. The port is 0 in a free place. */
struct gre_host {
	uint8_t address[VPNALG_ADDR_MAX];
	uint32_t id, port;
	uint16_t zone;
};

#define GRE_HOSTS 2

/* The body of a remote. */
struct gre_remote {
	struct gre_host hosts[GRE_HOSTS];
	uint32_t more_until; /* there may be more hosts; low 32 bits */
};

static inline struct gre_tunnel *gre_tunnel(struct vpnalg_step *step,
					    struct vpnalg_record *tunnel)
{
	return (struct gre_tunnel *)vpnalg_session_body(step->translator,
							tunnel);
}

/* Names the record of a packet's remote as its key. */
static inline enum vpnalg_claim gre_name_remote(struct vpnalg_match *match)
{
	match->peer = true;
	match->id = 0;
	match->port = GRE_REMOTE;
	return VPNALG_CLAIM_KEY;
}

#endif
