/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet taken apart: the receiver's ID in its header, and the IDs in the
 * AVPs of a control message. */
#ifndef VPNALG_L2TP_MESSAGE_H
#define VPNALG_L2TP_MESSAGE_H

#include "l2tp.h"

/* An ID in a packet. */
struct l2tp_id {
	uint32_t value;  /* in the packet's form; 0 if it is not there */
	uint32_t other;  /* in its other form, if it has one */
	uint32_t space;  /* enum l2tp_space */
	uint16_t offset; /* where it is, from l4 on */
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
	uint32_t length;       /* of the message there, padding excluded */
	uint32_t caplen;       /* of that in memory */
	struct l2tp_id header; /* the receiver's ID */
	uint16_t ns;
	uint16_t type;
	uint8_t version;
	bool control;
	bool udp;
	bool digest;  /* it is authenticated: nothing may change */
	bool whole;   /* all AVPs were in memory */
	bool foreign; /* it is not L2TP: nothing but udp holds */
	struct l2tp_id ids[L2TP_IDS]; /* in AVPs; own is the sender's */
};

/* Returns whether a datagram may have the length in its UDP header: a first
 * fragment is shorter than that. */
static inline bool l2tp_message_has(const struct vpnalg_parsed *parsed,
				    uint32_t length)
{
	return length <= parsed->l4_len ||
	       parsed->fragment == VPNALG_FRAGMENT_FIRST;
}

/* Reads the header alone, and leaves ids as they are. Returns
 * VPNALG_TRANSLATED, or the reason to drop the packet. */
enum vpnalg_result vpnalg_l2tp_message_head(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *message);

/* Reads the header and all AVPs that are in memory. Returns as above. */
enum vpnalg_result vpnalg_l2tp_message_read(const struct vpnalg_parsed *parsed,
					    struct l2tp_message *message);

/* Returns whether the message may be rewritten: it has no digest, or none of
 * its IDs changes. */
bool vpnalg_l2tp_message_is_fit(const struct l2tp_message *message);

/* Writes the other form of each ID. */
void vpnalg_l2tp_message_rewrite(struct vpnalg_step *step,
				 const struct l2tp_message *message);

/* Returns the ID that the sender of a message has given its tunnel. */
static inline const struct l2tp_id *l2tp_own(const struct l2tp_message *message)
{
	return &message->ids[message->version == 2 ? L2TP_OWN_TUNNEL
						   : L2TP_OWN_CONNECTION];
}

/* Returns whether a message is a first answer to an SCCRQ. It may come from an
 * address and port that were never sent to. */
static inline bool l2tp_is_answer(const struct l2tp_message *message)
{
	return message->control && message->type == L2TP_SCCRP &&
	       message->ns == 0;
}

/* Returns whether a message does not show that its sender goes on with a
 * tunnel. */
static inline bool l2tp_is_idle(const struct l2tp_message *message)
{
	return message->control &&
	       (message->type == L2TP_ZLB || message->type == L2TP_ACK ||
		message->type == L2TP_STOPCCN);
}

#endif
