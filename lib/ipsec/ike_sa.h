/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE SAs: the UDP session of a host's IKE, and the initiator SPIs by which the
 * sessions of hosts that share port 500 are distinguished. */
#ifndef VPNALG_IPSEC_IKE_SA_H
#define VPNALG_IPSEC_IKE_SA_H

#include "../wire/udp.h"
#include "ipsec.h"

/* The number of its IKE SAs by which a session is found: two while one is
 * rekeyed, and as many again. */
#define IPSEC_IKE_SAS 4

/* The body of an IKE session. */
struct ipsec_ike {
	uint32_t spis[IPSEC_IKE_SAS][2]; /* the last used first; 0: none */
	uint8_t flags;                   /* IPSEC_IKE_ */
	uint8_t unanswered;              /* first messages without an answer */
};

#define IPSEC_IKE_ANSWERED 0x01
#define IPSEC_IKE_FIXED_PORT 0x02 /* the remote talks to port 500 only */
/* It has outside port 500, and another session has sent from there too. */
#define IPSEC_IKE_NOT_ALONE 0x04

/* Returns the IKE header of a message to or from the remote's port 500; NULL
 * if there is none, or it is not all in memory. */
const uint8_t *vpnalg_ipsec_ike_sa_header(struct vpnalg_step *step);

/* Returns the number of bytes of a message between port 500 and port 500 that
 * must be in memory for its SPI to identify its host: the whole header, or in a
 * quote only the SPI. */
static inline uint32_t ipsec_ike_sa_least(const struct vpnalg_parsed *parsed)
{
	return UDP_HEADER_LEN +
	       (parsed->quoted ? IKE_RESPONDER_SPI_OFF : IKE_HEADER_LEN);
}

/* Returns the IKE session between port 500 and port 500 of the host and remote
 * of any record; NULL if there is none, or another handler has the ports. */
struct vpnalg_record *vpnalg_ipsec_ike_sa_session(struct vpnalg *translator,
						  struct vpnalg_record *record);

/* Returns whether the host of step->record has sent with the header's
 * initiator SPI. */
bool vpnalg_ipsec_ike_sa_is_known(struct vpnalg_step *step,
				  const uint8_t *header);

/* Returns the session of the host that was the first to send with the header's
 * initiator SPI; NULL if none has. */
struct vpnalg_record *vpnalg_ipsec_ike_sa_find(struct vpnalg_step *step,
					       const uint8_t *header);

/* Opens the record of the header's initiator SPI, which the host of
 * step->record sends with, and sets *sa to it, NULL if there is one. Returns
 * VPNALG_TRANSLATED, or that there is no room. */
enum vpnalg_result vpnalg_ipsec_ike_sa_open(struct vpnalg_step *step,
					    const uint8_t *header,
					    struct vpnalg_record **sa);

/* Remembers that the host of step->record has sent with the header's initiator
 * SPI, in place of the one that was used least recently. Returns whether it is
 * a new one. Where it has no record, and none can be opened, the session is
 * found by its port alone. */
bool vpnalg_ipsec_ike_sa_learn(struct vpnalg_step *step, const uint8_t *header);

/* Makes the SPIs of a session expire that is about to be removed; only peeks.
 */
void vpnalg_ipsec_ike_sa_ended(struct vpnalg *translator,
			       struct vpnalg_record *session);

/* Returns whether the message is one of IKE_SA_INIT, main or aggressive mode
 * from the initiator: the responder has no SPI yet. */
static inline bool ipsec_ike_sa_is_initial(const uint8_t *header)
{
	return (vpnalg_get32(header + IKE_RESPONDER_SPI_OFF) |
		vpnalg_get32(header + IKE_RESPONDER_SPI_OFF + 4)) == 0;
}

/* The body of the session step->record. */
static inline struct ipsec_ike *ipsec_ike(struct vpnalg_step *step)
{
	return vpnalg_session_body(step->translator, step->record);
}

/* The port that it has in a role. */
static inline unsigned ipsec_ike_port(struct vpnalg_step *step, unsigned role)
{
	return vpnalg_session_id(step->translator, step->record, role);
}

/* Returns the lifetime of a session that is used towards the packet's port. */
static inline uint32_t ipsec_ike_lifetime(const struct vpnalg_step *step)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);

	return vpnalg_remote_port(step->parsed) == IKE_PORT_NAT_T
		       ? timers->nat_t
		       : timers->ike;
}

#endif
