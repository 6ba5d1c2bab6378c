/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the L2TP handler: the kinds of records, their bodies
 * and their keys. l2tp.c begins with an overview. */
#ifndef VPNALG_L2TP_L2TP_H
#define VPNALG_L2TP_L2TP_H

#include <vpnalg/handler.h>

#include "../wire/l2tp.h"

enum {
	L2TP_KIND_FLOW,    /* on UDP */
	L2TP_KIND_IP_FLOW, /* on IP protocol 115 */
	L2TP_KIND_SERVER,  /* which ports a remote answers to */
	L2TP_KIND_TUNNEL,  /* or control connection, in a shared flow */
	L2TP_KIND_SESSION, /* of version 3, in a shared flow */
	/* an SCCRQ that may be answered from another address */
	L2TP_KIND_ANY_ADDRESS,
	L2TP_KIND_CLAIM, /* the remote's ID, in use by a flow */
	L2TP_KINDS
};

/* The ID space of a key in space 115, in the upper half of its port. The lower
 * half is the UDP port, inside the host's and outside 1701; 0 over IP. */
enum l2tp_space {
	L2TP_SPACE_TUNNEL = 0x10000,     /* Tunnel ID of version 2 */
	L2TP_SPACE_CONNECTION = 0x20000, /* Control Connection ID */
	L2TP_SPACE_SESSION = 0x30000,    /* Session ID of version 3 */
	/* A flow over IP. The inside ID is 0. The outside one is 0 for the flow
	 * that has the rest, that is packets that come in for no known tunnel
	 * or session, and a random one for others. */
	L2TP_SPACE_FLOW = 0x40000,
	/* ID 0: the flow with the pending SCCRQ, where only one may be
	 * pending */
	L2TP_SPACE_SLOT = 0x50000,
	L2TP_SPACE_SERVER = 0x60000, /* ID 0: a server */
	/* The ID that an SCCRQ requests. TUNNEL or CONNECTION is added, and the
	 * port. */
	L2TP_SPACE_ANY_ADDRESS = 0x80000
};

#define L2TP_PORT_MASK 0xffffU
#define L2TP_SPACE_MASK 0xffff0000U

/* Port 1701 is tried after this many unanswered SCCRQs from another port. */
#define L2TP_UNANSWERED_MAX 3

/* A tunnel or session that has received nothing for this time loses the peer's
 * ID to another one for which the remote uses the same ID: the remote has
 * forgotten it. */
#define L2TP_UNHEARD_MS 30000

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that a busy
 * tunnel does not write to its record for every packet. Those of flows show how
 * long a host has been silent, and are moved at least once a second. */
#define L2TP_SLACK_PART 16
#define L2TP_SLACK_MS 1000

#define L2TP_FLOW_SHARED 0x01    /* outside port 1701, or over IP */
#define L2TP_FLOW_PENDING 0x02   /* an SCCRQ is unanswered */
#define L2TP_FLOW_HIDDEN 0x04    /* and hides the ID in it */
#define L2TP_FLOW_CLASH 0x08     /* another's tunnel has the same hidden ID */
#define L2TP_FLOW_LINGERING 0x10 /* the end of its tunnel was announced */
/* It was opened in the middle of a tunnel: not all of its IDs are known. */
#define L2TP_FLOW_RESUMED 0x20
#define L2TP_FLOW_BEGUN 0x40     /* L2TP has gone out in it */
#define L2TP_FLOW_HEARD 0x80     /* an answer to its hidden ID may have come */
#define L2TP_FLOW_ANSWERED 0x100 /* a packet has come in for it */
#define L2TP_FLOW_MANAGED 0x200  /* it has had tunnels distinguished by ID */
/* The end of one of these was announced from outside. */
#define L2TP_FLOW_ENDED 0x400

/* The body of a flow. Times are the low 32 bits of a vpnalg_time. */
struct l2tp_flow {
	uint32_t pending_since; /* when it was given the slot */
	uint32_t held_since;    /* when it was first held back */
	uint32_t own[2];        /* the ID requested, by version; 0 if unknown */
	/* The peer's ID that the last data went to, 0 for none, and a time that
	 * its record lives until. */
	uint32_t busy, busy_until;
	uint16_t remote_port; /* that answers come from */
	uint16_t flags;
	uint8_t busy_version;
	uint8_t held_count; /* how often it was held back */
	uint8_t unanswered; /* SCCRQs from another port than 1701 */
};

#define L2TP_SERVER_SYMMETRIC 0x01 /* it answers to the port it was sent from */
#define L2TP_SERVER_FIXED_PORT 0x02 /* it answers to port 1701 always */

/* The body of a server. */
struct l2tp_server {
	uint32_t flags;
};

#define L2TP_TUNNEL_ATTACHED 0x01  /* the peer's ID is known */
#define L2TP_TUNNEL_FINAL 0x02     /* the inside host has ended it */
#define L2TP_TUNNEL_CONFIRMED 0x04 /* the inside host has used the peer's ID */
#define L2TP_TUNNEL_PROVEN 0x08    /* the peer itself has named that ID */

/* The body of a tunnel and of a session. A session names its tunnel by the
 * inside ID; host and port are the same. A claim has no body. */
struct l2tp_tunnel {
	uint32_t parent;
	uint32_t heard; /* when a packet came in; low 32 bits */
	/* Distinguishes tunnels with one inside ID; a session has its
	 * tunnel's. */
	uint16_t generation;
	uint16_t remote_port;
	uint16_t flags;
};

#define L2TP_ANY_ADDRESS_ANSWERED 0x01 /* from another address */

/* The body of an SCCRQ that may be answered from another address. */
struct l2tp_any_address {
	uint8_t remote[VPNALG_ADDR_MAX]; /* the address it was sent to */
	uint32_t flags;
};

static inline struct l2tp_flow *l2tp_flow(struct vpnalg_step *step,
					  struct vpnalg_record *flow)
{
	return (struct l2tp_flow *)vpnalg_session_body(step->translator, flow);
}

static inline struct l2tp_tunnel *l2tp_tunnel(struct vpnalg_step *step,
					      struct vpnalg_record *record)
{
	return (struct l2tp_tunnel *)vpnalg_session_body(step->translator,
							 record);
}

static inline bool l2tp_is_shared(struct vpnalg_step *step,
				  struct vpnalg_record *flow)
{
	return l2tp_flow(step, flow)->flags & L2TP_FLOW_SHARED;
}

/* The outside port that the flow has for itself. */
static inline uint16_t l2tp_flow_port(struct vpnalg_step *step,
				      struct vpnalg_record *flow)
{
	return (uint16_t)vpnalg_session_id(step->translator, flow,
					   VPNALG_OUTSIDE_OWN);
}

/* A tunnel, a session, or a claim to one. */
static inline bool l2tp_is_tunnel(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_TUNNEL ||
	       record->kind == L2TP_KIND_SESSION ||
	       record->kind == L2TP_KIND_CLAIM;
}

/* Returns whether a tunnel, session or claim with the flow's ports can be the
 * flow's, and not an earlier flow's. */
static inline bool l2tp_may_have(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_CLAIM ||
	       l2tp_flow(step, flow)->flags & L2TP_FLOW_MANAGED;
}

/* The records that a packet has opened: they are closed if it does not get
 * through. */
struct l2tp_opened {
	struct vpnalg_record *records[6];
	unsigned count;
};

static inline void l2tp_note(struct l2tp_opened *opened,
			     struct vpnalg_record *record)
{
	opened->records[opened->count++] = record;
}

/* Closes them, the last first. */
static inline void l2tp_close(struct vpnalg_step *step,
			      struct l2tp_opened *opened)
{
	while (opened->count > 0)
		vpnalg_session_close(step->translator,
				     opened->records[--opened->count]);
}

/* Returns whether a packet from inside takes the announced end of a flow,
 * tunnel or session back. */
static inline bool l2tp_is_past_grace(struct vpnalg_step *step,
				      const struct vpnalg_record *record)
{
	return vpnalg_session_is_past_grace(
		step->translator, record,
		vpnalg_session_timers(step->translator)->linger);
}

#endif
