/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP messages, and both ends of a tunnel. */
#ifndef TESTS_SUPPORT_L2TP_H
#define TESTS_SUPPORT_L2TP_H

#include "support.h"

#define L2TP 1701
#define L2TP_IP 115

enum { SCCRQ = 1, SCCRP, SCCCN, STOPCCN, HELLO = 6, OCRQ, OCRP, OCCN,
       ICRQ = 10, ICRP, ICCN, CDN = 14 };

/* The handler's kinds, if it is the world's first. */
enum { KIND_FLOW, KIND_IP_FLOW, KIND_SERVER, KIND_TUNNEL, KIND_SESSION };

/* A control message: header and Message Type, which is 0 for a ZLB. */
struct bytes l2tp_control(unsigned version, uint32_t id, uint16_t ns,
			  unsigned type);
void l2tp_avp(struct bytes *m, unsigned type, unsigned size, uint32_t value);
/* One that hides the value. */
void l2tp_hidden_avp(struct bytes *m, unsigned type);
void l2tp_bytes(struct bytes *m, const void *data, uint32_t length);
/* On UDP or, where both ports are 0, on IP. */
struct bytes l2tp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			 uint16_t to_port, const struct bytes *m);
struct bytes l2tp_data2(uint16_t tunnel, uint16_t session, uint32_t mark);
/* Data of version 3, with a cookie of four bytes. */
struct bytes l2tp_data3(bool udp, uint32_t session, uint32_t cookie,
			uint32_t mark);

/* Both ends of a tunnel. The test sets who sends to whom, from which port, and
 * how. */
struct tunnel {
	uint32_t client, server;
	uint16_t port;    /* of the client; 0 over IP */
	uint8_t version;  /* 2 or 3 */
	bool hides;       /* IDs in AVPs are hidden */
	bool digest;      /* messages have a Message Digest */
	uint32_t own;     /* what the client calls it */
	uint32_t peer;    /* what the server calls it */
	uint32_t session, peer_session; /* of version 3 */
	/* Set by what the server sees. */
	uint32_t outside;
	uint16_t outside_port;
	uint32_t outside_own, outside_session;
	bool fixed_port; /* the server answers to port 1701 always */
	uint16_t answer_port; /* and from here; 0: 1701 */
};

unsigned tunnel_says(struct world *w, const struct tunnel *t,
		     const struct bytes *m);
unsigned tunnel_hears(struct world *w, const struct tunnel *t,
		      const struct bytes *m);
/* SCCRQ, SCCRP and SCCCN. */
unsigned tunnel_requests(struct world *w, struct tunnel *t);
unsigned tunnel_is_answered(struct world *w, struct tunnel *t);
unsigned tunnel_confirms(struct world *w, struct tunnel *t);
/* All three messages, repeated until no other host holds this one back. */
void tunnel_begin(struct world *w, struct tunnel *t);
/* A message of a type that says no more, one that ends the tunnel too. */
unsigned client_tells(struct world *w, struct tunnel *t, unsigned type);
unsigned server_tells(struct world *w, struct tunnel *t, unsigned type);
/* ICRQ, ICRP and ICCN of version 3. */
void tunnel_calls(struct world *w, struct tunnel *t);
/* Data both ways reaches whom it is for, and is what it was. */
void tunnel_carries(struct world *w, const struct tunnel *t, uint32_t mark);
/* Bytes of the packet from the L2TP header on, in w->bytes. */
const uint8_t *l2tp(const struct world *w);

/* Hosts share port 1701 from the beginning. */
extern const struct vpnalg_l2tp_settings l2tp_port_1701;

void l2tp_world(struct world *w, struct world_options options);

#endif
