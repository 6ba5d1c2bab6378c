/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the L2TP handler share.
 *
 * A flow is what an inside host has with a remote: a UDP session with ports of
 * its own or, over IP, the pair of addresses. Where a flow is shared, others
 * have the same outside port, and tunnels and, of version 3, sessions have
 * records of their own by which what comes in is told apart.
 *
 * What goes out names the remote's tunnel or session. Whose that is a record
 * says in every flow, so that no host sends into the tunnel of another: that of
 * the tunnel or session itself or, where there is none, a claim. */
#ifndef VPNALG_L2TP_L2TP_H
#define VPNALG_L2TP_L2TP_H

#include <vpnalg/handler.h>

#include "../wire/l2tp.h"

enum {
	L2TP_KIND_FLOW,     /* on UDP */
	L2TP_KIND_IP_FLOW,  /* on IP protocol 115 */
	L2TP_KIND_SERVER,   /* what is known of a remote's ports */
	L2TP_KIND_TUNNEL,   /* or control connection, in a shared flow */
	L2TP_KIND_SESSION,  /* of version 3, in a shared flow */
	L2TP_KIND_QUESTION, /* that may be answered from elsewhere */
	L2TP_KIND_CLAIM,    /* the remote's ID, in use by a flow */
	L2TP_KINDS
};

/* What an ID or key of space 115 is, in the upper half of its port. The lower
 * half is the UDP port, inside the host's and outside 1701; 0 over IP. */
enum l2tp_number {
	L2TP_NUMBER_TUNNEL = 0x10000,     /* Tunnel ID of version 2 */
	L2TP_NUMBER_CONNECTION = 0x20000, /* Control Connection ID */
	L2TP_NUMBER_SESSION = 0x30000,    /* Session ID of version 3 */
	/* A flow over IP, by its host. Outside: 0 for the one to which belongs
	 * what is no tunnel's or session's, else a number of no meaning. */
	L2TP_NUMBER_FLOW = 0x40000,
	L2TP_NUMBER_ASKING = 0x50000, /* none: whose turn it is to ask */
	L2TP_NUMBER_SERVER = 0x60000, /* none: a server */
	/* ID asked for; TUNNEL or CONNECTION is added, and the port */
	L2TP_NUMBER_QUESTION = 0x80000
};

/* The UDP port in the port of such a key. */
#define L2TP_PORT_MASK 0xffffU

/* What the inside host sends this soon after an announced end may have been on
 * its way already. */
#define L2TP_GRACE_MS 3000

/* How long others wait for the answer to an SCCRQ. */
#define L2TP_TURN_MS 3000

/* Limits on holding back one host's SCCRQs until it is answered. */
#define L2TP_HELD_MS 3000
#define L2TP_HELD_MAX 3

/* So many SCCRQs from another port than 1701 without an answer, and port 1701
 * is tried. */
#define L2TP_ASKED_IN_VAIN 3

/* A flow over IP that has sent nothing for so long gives way to another host
 * that has no tunnel either. */
#define L2TP_SILENCE_MS 60000

/* A tunnel or session for which nothing has come in for so long gives the peer's
 * ID to another that the remote calls the same, for the remote has forgotten
 * it. */
#define L2TP_UNHEARD_MS 30000

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that a busy
 * tunnel does not write to its record for every packet; those of flows, which
 * tell how long a host has been silent, at least once a second. */
#define L2TP_SLACK_PART 16
#define L2TP_SLACK_MS 1000

#define L2TP_FLOW_SHARED 0x01    /* outside port 1701, or over IP */
#define L2TP_FLOW_ASKING 0x02    /* an SCCRQ is unanswered */
#define L2TP_FLOW_HIDDEN 0x04    /* and hides the ID in it */
#define L2TP_FLOW_CLASH 0x08     /* another's tunnel has the same hidden ID */
#define L2TP_FLOW_LINGERING 0x10 /* the end of its tunnel was announced */
/* It was opened in the midst of a tunnel: what it has is not all known. */
#define L2TP_FLOW_RESUMED 0x20
#define L2TP_FLOW_BEGUN 0x40 /* L2TP has gone out in it */
#define L2TP_FLOW_HEARD 0x80 /* what may be the answer to a hidden ID came */
#define L2TP_FLOW_ANSWERED 0x100 /* something has come in for it */
#define L2TP_FLOW_MANAGED 0x200  /* it has had tunnels told apart by ID */
/* The end of one of these was announced from outside. */
#define L2TP_FLOW_ENDED 0x400

/* The body of a flow. */
struct l2tp_flow {
	uint32_t since;  /* when its turn to ask began; low 32 bits */
	uint32_t held;   /* when it was first held back, the same */
	uint32_t own[2]; /* the ID asked for, by version; 0 if unknown */
	/* Whose data was the last to go out: the peer's ID, 0 for none, and
	 * how long it lives at least, low 32 bits. */
	uint32_t busy, busy_until;
	uint16_t remote_port; /* where answers come from */
	uint16_t flags;
	uint8_t busy_version;
	uint8_t waits; /* how often it was held back */
	uint8_t asked; /* SCCRQs in vain, from another port than 1701 */
};

#define L2TP_SERVER_HONOURS 0x01 /* answers to the port that asked */
#define L2TP_SERVER_INSISTS 0x02 /* answers to 1701 whatever asked */

/* The body of a server. */
struct l2tp_server {
	uint32_t flags;
};

#define L2TP_TUNNEL_ATTACHED 0x01  /* the peer's ID is known */
#define L2TP_TUNNEL_FINAL 0x02     /* the inside host has ended it */
#define L2TP_TUNNEL_CONFIRMED 0x04 /* the inside host has used the peer's ID */
#define L2TP_TUNNEL_PROVEN 0x08    /* the peer itself has named that ID */

/* The body of a tunnel and of a session. A session names its tunnel by the
 * inside ID, their hosts and ports being the same. */
struct l2tp_tunnel {
	uint32_t parent;
	uint32_t heard;      /* when something came in; low 32 bits */
	uint16_t generation; /* of the tunnel: which one with this ID */
	uint16_t remote_port;
	uint16_t flags;
};

#define L2TP_QUESTION_ANSWERED 0x01 /* from elsewhere */

/* The body of a question. */
struct l2tp_question {
	uint8_t remote[VPNALG_ADDR_MAX]; /* who was asked */
	uint32_t flags;
};

/* l2tp_message.c: what a packet holds */

/* An ID in it. */
struct l2tp_id {
	uint32_t value;  /* in the packet's form; 0 if it is not there */
	uint32_t other;  /* in its other form, if it has one */
	uint32_t what;   /* enum l2tp_number */
	uint16_t offset; /* where, from l4 on */
	uint8_t size;    /* in bytes: 2 or 4; 0 if it is not there */
	bool hidden;     /* it is there and cannot be read */
};

enum {
	L2TP_OWN_TUNNEL,
	L2TP_OWN_CONNECTION,
	L2TP_OWN_SESSION,
	L2TP_PEER_SESSION,
	L2TP_IDS
};

struct l2tp_message {
	uint32_t offset;       /* of its header, from l4 on */
	uint32_t length;       /* of what follows there, padding excluded */
	uint32_t caplen;       /* of that in memory */
	struct l2tp_id header; /* the receiver's ID */
	struct l2tp_id ids[L2TP_IDS]; /* in AVPs; own is the sender's */
	uint16_t ns;
	uint16_t type;
	uint8_t version;
	bool control;
	bool udp;
	bool digest;  /* it is authenticated: nothing may change */
	bool whole;   /* all AVPs were in memory */
	bool foreign; /* it is not L2TP: nothing but udp holds */
};

/* What a packet has opened, to be closed if it does not get through. */
struct l2tp_opened {
	struct vpnalg_record *records[6];
	unsigned count;
};

enum vpnalg_result vpnalg_l2tp_message_head(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *message);
enum vpnalg_result vpnalg_l2tp_message_read(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *message);
bool vpnalg_l2tp_message_is_fit(const struct l2tp_message *message);
void vpnalg_l2tp_message_rewrite(struct vpnalg_step *step,
				 const struct l2tp_message *message);

/* l2tp_flow.c: flows */

static inline struct l2tp_flow *l2tp_flow(struct vpnalg_step *step,
					  struct vpnalg_record *flow)
{
	return (struct l2tp_flow *)vpnalg_session_body(step->translator, flow);
}

static inline bool l2tp_is_shared(struct vpnalg_step *step,
				  struct vpnalg_record *flow)
{
	return l2tp_flow(step, flow)->flags & L2TP_FLOW_SHARED;
}

/* Whether a tunnel, session or claim with the flow's ports can be the flow's and
 * not that of an earlier one. */
static inline bool l2tp_may_have(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_CLAIM ||
	       l2tp_flow(step, flow)->flags & L2TP_FLOW_MANAGED;
}

enum vpnalg_result vpnalg_l2tp_flow_open(struct vpnalg_step *step,
					 const struct l2tp_message *message);
struct vpnalg_record *vpnalg_l2tp_flow_find(struct vpnalg_step *step,
					    struct vpnalg_record *tunnel);
struct vpnalg_record *vpnalg_l2tp_flow_of(struct vpnalg_step *step,
					  struct vpnalg_record *tunnel);
void vpnalg_l2tp_flow_answered(struct vpnalg_step *step,
			       struct vpnalg_record *flow);
uint16_t vpnalg_l2tp_flow_port(struct vpnalg_step *step,
			       struct vpnalg_record *flow);
void vpnalg_l2tp_flow_linger(struct vpnalg_step *step,
			     struct vpnalg_record *flow);
void vpnalg_l2tp_flow_refresh(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      const struct l2tp_message *message);
enum vpnalg_result vpnalg_l2tp_flow_finish(struct vpnalg_step *step,
					   struct vpnalg_record *record,
					   const struct l2tp_message *message);
bool vpnalg_l2tp_flow_has_rest(struct vpnalg_step *step,
			       struct vpnalg_record *flow);
enum vpnalg_result vpnalg_l2tp_flow_take_rest(struct vpnalg_step *step,
					      struct vpnalg_record *flow);

/* l2tp_out.c, l2tp_in.c: packets of flows, in either form */
enum vpnalg_result vpnalg_l2tp_out(struct vpnalg_step *step,
				   struct l2tp_message *message, bool insists);
enum vpnalg_result vpnalg_l2tp_in(struct vpnalg_step *step,
				  struct l2tp_message *message);

/* l2tp_port.c: from which port a server answers */
bool vpnalg_l2tp_port_is_awaited(struct vpnalg_step *step,
				 struct vpnalg_record *flow,
				 struct vpnalg_record *tunnel,
				 const struct l2tp_message *message);
bool vpnalg_l2tp_port_is_right(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_record *tunnel,
			       const struct l2tp_message *message);
enum vpnalg_result vpnalg_l2tp_port_take(struct vpnalg_step *step,
					 struct vpnalg_record *flow);

/* l2tp_unknown.c: what comes in and is of no tunnel that is known */
enum vpnalg_result
vpnalg_l2tp_unknown_answer(struct vpnalg_step *step,
			   const struct l2tp_message *message,
			   struct vpnalg_record **flow);
enum vpnalg_result vpnalg_l2tp_unknown_take(struct vpnalg_step *step,
					    const struct l2tp_message *message,
					    struct vpnalg_record **flow);

/* l2tp_ask.c: an SCCRQ goes out */
bool vpnalg_l2tp_ask_is_one(const struct l2tp_message *message);
enum vpnalg_result vpnalg_l2tp_ask(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   struct l2tp_message *message, bool insists);

/* l2tp_server.c: at which port a server answers */
struct vpnalg_record *vpnalg_l2tp_server_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow);
enum vpnalg_result vpnalg_l2tp_server_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   bool insists,
					   struct vpnalg_record **server);
uint32_t vpnalg_l2tp_server_flags(struct vpnalg_step *step,
				  struct vpnalg_record *server);
void vpnalg_l2tp_server_resume(struct vpnalg_step *step,
			       struct vpnalg_record *flow, bool insists);
void vpnalg_l2tp_server_answered(struct vpnalg_step *step,
				 struct vpnalg_record *flow);
void vpnalg_l2tp_server_asking(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_tuple *tuple);
struct vpnalg_record *vpnalg_l2tp_server_asker(struct vpnalg_step *step,
					       struct vpnalg_record *record);
bool vpnalg_l2tp_server_insists(struct vpnalg_step *step,
				struct vpnalg_record *flow);
void vpnalg_l2tp_server_stray(struct vpnalg_step *step,
			      struct vpnalg_record *asker,
			      const struct l2tp_message *message);
void vpnalg_l2tp_server_refuse(struct vpnalg_step *step,
			       struct vpnalg_record *asker);
void vpnalg_l2tp_server_live(struct vpnalg_step *step,
			     struct vpnalg_record *flow);

/* l2tp_question.c: answers from other addresses */
enum vpnalg_result vpnalg_l2tp_question_ask(struct vpnalg_step *step,
					    struct vpnalg_record *flow,
					    const struct l2tp_message *message,
					    struct l2tp_opened *opened);
enum vpnalg_result
vpnalg_l2tp_question_follow(struct vpnalg_step *step,
			    const struct l2tp_message *message,
			    struct vpnalg_record **flow);
void vpnalg_l2tp_question_settle(struct vpnalg_step *step,
				 struct vpnalg_record *question);

/* l2tp_tunnel.c: tunnels and sessions of shared flows */

/* Or a claim to one, which has no body. */
static inline bool l2tp_is_tunnel(const struct vpnalg_record *record)
{
	return record->kind == L2TP_KIND_TUNNEL ||
	       record->kind == L2TP_KIND_SESSION ||
	       record->kind == L2TP_KIND_CLAIM;
}

static inline struct l2tp_tunnel *l2tp_tunnel(struct vpnalg_step *step,
					      struct vpnalg_record *record)
{
	return (struct l2tp_tunnel *)vpnalg_session_body(step->translator,
							 record);
}

struct vpnalg_record *vpnalg_l2tp_tunnel_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      bool peer,
					      const struct l2tp_id *id);
struct vpnalg_record *vpnalg_l2tp_tunnel_holder(struct vpnalg_step *step,
						struct vpnalg_record *flow,
						unsigned role,
						const struct l2tp_id *id);
bool vpnalg_l2tp_tunnel_is_nobodys(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_id *id);
bool vpnalg_l2tp_tunnel_has_no_other(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id);
bool vpnalg_l2tp_tunnel_is_of(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record);
void vpnalg_l2tp_tunnel_tuple(struct vpnalg_step *step,
			      struct vpnalg_record *flow, unsigned role,
			      uint32_t what, struct vpnalg_tuple *tuple);
uint32_t vpnalg_l2tp_tunnel_id(struct vpnalg_step *step,
			       struct vpnalg_record *record, unsigned role);
void vpnalg_l2tp_tunnel_other(struct vpnalg_step *step, struct l2tp_id *id,
			      struct vpnalg_record *record);
enum vpnalg_result vpnalg_l2tp_tunnel_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_id *id, bool exact,
					   struct vpnalg_record **opened);
void vpnalg_l2tp_tunnel_reopen(struct vpnalg_step *step,
			       const struct vpnalg_record *flow,
			       struct vpnalg_record *record);

/* l2tp_life.c: how long tunnels and sessions live */
void vpnalg_l2tp_life_join(struct vpnalg_step *step,
			   struct vpnalg_record *session,
			   struct vpnalg_record *tunnel);
void vpnalg_l2tp_life_extend(struct vpnalg_step *step,
			     const struct vpnalg_record *flow,
			     struct vpnalg_record *record);
void vpnalg_l2tp_life_use(struct vpnalg_step *step, struct vpnalg_record *flow,
			  struct vpnalg_record *record, bool begins);
void vpnalg_l2tp_life_hear(struct vpnalg_step *step,
			   struct vpnalg_record *record);
void vpnalg_l2tp_life_end(struct vpnalg_step *step,
			  struct vpnalg_record *record);
void vpnalg_l2tp_life_swept(struct vpnalg *translator,
			    struct vpnalg_record *record);
void vpnalg_l2tp_life_closed(struct vpnalg *translator,
			     struct vpnalg_record *record);

/* l2tp_peer.c: what the remote calls tunnels and sessions */
bool vpnalg_l2tp_peer_is_anothers(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  const struct l2tp_id *id);
void vpnalg_l2tp_peer_detach(struct vpnalg_step *step,
			     struct vpnalg_record *record);
enum vpnalg_result vpnalg_l2tp_peer_attach(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct vpnalg_record *record,
					   uint32_t peer);
bool vpnalg_l2tp_peer_hold(struct vpnalg_step *step, struct vpnalg_record *flow,
			   struct vpnalg_record *record);
enum vpnalg_result vpnalg_l2tp_peer_prove(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id);
enum vpnalg_result vpnalg_l2tp_peer_claim(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id,
					  struct vpnalg_record **claim);

/* l2tp_control.c: what goes out, but for SCCRQs */
enum vpnalg_result vpnalg_l2tp_control_out(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct l2tp_message *message);

/* l2tp_answer.c: what comes in for a tunnel of a shared flow */
enum vpnalg_result vpnalg_l2tp_answer_prepare(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      struct vpnalg_record *tunnel,
					      struct l2tp_message *message);
void vpnalg_l2tp_answer_commit(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       struct vpnalg_record *tunnel,
			       const struct l2tp_message *message);

/* What the sender of a message calls its tunnel. */
static inline const struct l2tp_id *l2tp_own(const struct l2tp_message *message)
{
	return &message->ids[message->version == 2 ? L2TP_OWN_TUNNEL
						   : L2TP_OWN_CONNECTION];
}

static inline void l2tp_note(struct l2tp_opened *opened,
			     struct vpnalg_record *record)
{
	opened->records[opened->count++] = record;
}

/* Closes what was opened, the last first. */
static inline void l2tp_close(struct vpnalg_step *step,
			      struct l2tp_opened *opened)
{
	while (opened->count > 0)
		vpnalg_session_close(step->translator,
				     opened->records[--opened->count]);
}

/* What the inside host sends later than a moment after the end was announced
 * takes it back. */
static inline bool l2tp_is_past_grace(struct vpnalg_step *step,
				      const struct vpnalg_record *record)
{
	uint32_t linger = vpnalg_session_timers(step->translator)->linger;
	uint32_t grace =
		linger / 2 < L2TP_GRACE_MS ? linger / 2 : L2TP_GRACE_MS;

	return record->deadline - step->now < linger - grace;
}

/* What may come from where nothing was sent to. */
static inline bool l2tp_is_answer(const struct l2tp_message *message)
{
	return message->control && message->type == L2TP_SCCRP &&
	       message->ns == 0;
}

/* A message by which nobody goes on. */
static inline bool l2tp_is_idle(const struct l2tp_message *message)
{
	return message->control &&
	       (message->type == L2TP_ZLB || message->type == L2TP_ACK ||
		message->type == L2TP_STOPCCN);
}

#endif
