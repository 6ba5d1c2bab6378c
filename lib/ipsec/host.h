/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside hosts that have ESP with a remote. A host lives as long as it sends;
 * its IKE session lives as long as the host. */
#ifndef VPNALG_IPSEC_HOST_H
#define VPNALG_IPSEC_HOST_H

#include "answers.h"
#include "sa.h"
#include "sa_list.h"

/* The youngest inbound SAs of a host, by which others are judged. A host may
 * have more: they are records of their own. */
#define IPSEC_YOUNGEST 2

/* Outbound SAs are counted up to this number. */
#define IPSEC_OUTBOUND_MAX 0x7ffU

/* The body of a host. */
struct ipsec_host {
	struct {
		uint32_t spi;    /* 0: none */
		uint32_t first;  /* when it was first seen */
	} in[IPSEC_YOUNGEST];    /* the last paired first */
	uint32_t next, previous; /* host IDs: the ring of a remote's hosts */
	uint32_t out_spi;        /* the newest outbound one; 0: none yet */
	uint32_t older_sent;     /* when it last sent with an older one */
	uint32_t out_since;      /* when the newest one was first seen */
	uint32_t resumed;        /* when it last sent after a silence */
	uint32_t requested; /* when the last message came that may make an SA */
	uint32_t message_id; /* the ID of its exchange */
	uint32_t peer_dpd;   /* when the remote's last liveness check came */
	uint32_t suspected;  /* when it first seemed not to receive its ESP */
	uint32_t held_for;   /* the request that is held: its exchange or SPI */
	uint32_t held_since; /* when that came first */
	uint16_t flags;      /* IPSEC_HOST_ */
	uint8_t held;        /* how often it was held back */
	uint8_t pending;     /* inbound SPIs that are promised, not known yet */
	uint32_t inbound : 11;  /* number of its inbound SAs */
	uint32_t outbound : 11; /* number of outbound ones, as far as counted */
	uint32_t place : 5;     /* as a candidate, now or once; 0: none */
	uint32_t unheard : 2;   /* looks in a row that saw it receive nothing */
	struct ipsec_comparison comparison; /* of one of its inbound SPIs */
};

#define IPSEC_HOST_JOINED 0x01    /* its remote counts it */
#define IPSEC_HOST_REQUESTED 0x02 /* requested and message_id are set */
#define IPSEC_HOST_PENDING 0x04   /* the exchange's inbound SPI is not known */
#define IPSEC_HOST_LISTED 0x08    /* it has an SA list */
#define IPSEC_HOST_PEER_DPD 0x10  /* peer_dpd is set */
#define IPSEC_HOST_SUSPECTED 0x20 /* suspected is set */
#define IPSEC_HOST_RESUMED 0x40   /* resumed is set */
#define IPSEC_HOST_INITIAL 0x80   /* it has begun anew, and has no SPI yet */
#define IPSEC_HOST_ANSWERED 0x100 /* the exchange was answered */
#define IPSEC_HOST_PROMISED 0x200 /* the exchange promises an outbound SPI */
#define IPSEC_HOST_PEER_INITIATED 0x400 /* the remote began the exchange */
#define IPSEC_HOST_HELD 0x800      /* the first packets of an SA were held */
#define IPSEC_HOST_RELEASED 0x1000 /* those of its newest SA had been held */
#define IPSEC_HOST_SERVED 0x2000   /* its service counts it */
#define IPSEC_HOST_OPENED 0x4000   /* a service has opened it */

static inline struct ipsec_host *ipsec_host_body(struct vpnalg *translator,
						 struct vpnalg_record *host)
{
	return vpnalg_session_body(translator, host);
}

/* Returns the host ID: four bytes that name the host among those of its
 * remote, and are no address. */
uint32_t vpnalg_ipsec_host_id(struct vpnalg *translator,
			      struct vpnalg_record *host);

/* Returns the living host of a session or an SA, or NULL. */
struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session);

/* Returns the living host that a packet shows in its inside form, or NULL. */
struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step);

/* Returns the living host of that ID and of the session's remote, or NULL. */
struct vpnalg_record *vpnalg_ipsec_host_alive(struct vpnalg *translator,
					      struct vpnalg_record *session,
					      uint32_t id);

/* Returns the same host, living or dead. */
static inline struct vpnalg_record *
ipsec_host_peek(struct vpnalg *translator, struct vpnalg_record *session,
		uint32_t id)
{
	return vpnalg_session_peek_beside(translator, session,
					  VPNALG_OUTSIDE_OWN, ESP_PROTOCOL, id,
					  IPSEC_PORT_HOST);
}

/* Opens the host that a packet shows in its inside form. Returns
 * VPNALG_TRANSLATED, or why not. It has not joined its remote yet. */
enum vpnalg_result vpnalg_ipsec_host_open(struct vpnalg_step *step,
					  struct vpnalg_record **host);

/* Counts a host with the service step->record, which has opened it by an
 * answer. */
void vpnalg_ipsec_host_serve(struct vpnalg_step *step,
			     struct vpnalg_record *host);

/* Uncounts such a host, which sends ESP or is about to be removed; only peeks.
 */
void vpnalg_ipsec_host_has_served(struct vpnalg *translator,
				  struct vpnalg_record *host);

/* Returns the lifetime of a host and of what it sends with: longer once it
 * receives with an SPI of its own. */
uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host);

/* Moves the deadline of a host that has sent, and of its IKE session. */
void vpnalg_ipsec_host_prolong(struct vpnalg *translator,
			       struct vpnalg_record *host);

/* Counts an outbound SA that the host has begun to send with. */
static inline void ipsec_host_has_outbound(struct ipsec_host *h)
{
	if (h->outbound < IPSEC_OUTBOUND_MAX)
		h->outbound++;
}

/* Returns whether the host sends with more SAs than it receives with: there are
 * two to a pair, so another inbound SPI may be its own. */
static inline bool ipsec_host_lacks_inbound(const struct ipsec_host *h)
{
	return h->outbound > h->inbound;
}

/* Uncounts an SA that is about to be removed; only peeks. */
void vpnalg_ipsec_host_lost(struct vpnalg *translator,
			    struct vpnalg_record *sa);

/* Returns the living inbound SA of that index among the youngest, or NULL. */
struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index);

/* Returns the living SA that the host began to send with last, or NULL. */
struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host);

/* Returns whether one of the youngest inbound SAs is alive. */
bool vpnalg_ipsec_host_has_inbound(struct vpnalg *translator,
				   struct vpnalg_record *host);

/* Returns whether one of the youngest inbound SAs received anything after that
 * time. */
bool vpnalg_ipsec_host_hears(struct vpnalg *translator,
			     struct vpnalg_record *host, uint32_t since);

/* Returns the host's SA list, or NULL. */
static inline struct vpnalg_record *ipsec_host_list(struct vpnalg *translator,
						    struct vpnalg_record *host)
{
	return ipsec_host_body(translator, host)->flags & IPSEC_HOST_LISTED
		       ? vpnalg_ipsec_sa_list_find(translator, host)
		       : NULL;
}

/* Returns whether the host goes on sending with an older SA after it began
 * with its newest one: it has several, and none has replaced another. */
bool vpnalg_ipsec_host_has_several(struct vpnalg *translator,
				   struct vpnalg_record *host);

/* Returns the time at which the host sent ESP last, by its newest outbound SA.
 * *ever is false if that SA is dead, or there was none. */
uint32_t vpnalg_ipsec_host_sent(struct vpnalg *translator,
				struct vpnalg_record *host, bool *ever);

#endif
