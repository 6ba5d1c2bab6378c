/* SPDX-License-Identifier: BSD-2-Clause */
/* Candidates: hosts that may own a new inbound SPI. The evidence for each is
 * copied from its records, and each of its packets brings the copy up to date,
 * so that all candidates of a remote are compared for one packet. */
#ifndef VPNALG_IPSEC_CANDIDATE_H
#define VPNALG_IPSEC_CANDIDATE_H

#include "blocks.h"
#include "sa.h"

/* If the host has used no new SPI this long after an exchange, the exchange
 * made none: it rekeyed the IKE SA. */
#define IPSEC_NO_CHILD_MS 3000

/* Returns the host's candidate, and its block in *block; NULL if the host is
 * none. */
struct ipsec_candidate *vpnalg_ipsec_candidate_of(struct vpnalg *translator,
						  struct vpnalg_record *host,
						  struct vpnalg_record **block);

/* Fills *c as if the host were a candidate that receives with its inbound SA of
 * that index alone. */
void vpnalg_ipsec_candidate_describe(struct vpnalg *translator,
				     struct vpnalg_record *host, unsigned index,
				     struct ipsec_candidate *c);

/* Copies all of a host's evidence anew, if it is a candidate: the host has
 * changed, or has other SAs. */
void vpnalg_ipsec_candidate_update(struct vpnalg *translator,
				   struct vpnalg_record *host);

/* Copies that an SA which is marked as copied has sent a packet. */
void vpnalg_ipsec_candidate_sent(struct vpnalg *translator,
				 struct vpnalg_record *host,
				 struct ipsec_out *out);

/* Copies that an SA which is marked as copied has received a packet. */
void vpnalg_ipsec_candidate_received(struct vpnalg *translator,
				     struct vpnalg_record *host,
				     struct ipsec_in *in);

/* Makes the host a candidate to which an SPI is promised since then. */
void vpnalg_ipsec_candidate_await(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  struct vpnalg_record *host, uint32_t since);

/* Makes the host a candidate that sends and receives nothing, if there is a
 * place: it takes that of no host that has just become one. */
void vpnalg_ipsec_candidate_seek(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *host);

/* Ends the candidacy of a host that has got an SPI. */
void vpnalg_ipsec_candidate_paired(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   struct vpnalg_record *host);

/* Ends the candidacy of a host that is about to be removed; only peeks. */
void vpnalg_ipsec_candidate_leave(struct vpnalg *translator,
				  struct vpnalg_record *host);

/* Empties a place: its host is no candidate any more, or is dead. */
void vpnalg_ipsec_candidate_clear(struct vpnalg *translator,
				  const struct ipsec_blocks *blocks,
				  unsigned place);

/* Returns whether the candidate received anything after that time. */
static inline bool ipsec_candidate_has_received(const struct ipsec_candidate *c,
						uint32_t since)
{
	return c->receives && ipsec_is_after(c->received, since);
}

/* Returns whether either end has used for long the ESP SA that it had before
 * an exchange at that time: the exchange has rekeyed the IKE SA. */
static inline bool ipsec_candidate_kept_old_sa(const struct ipsec_candidate *c,
					       uint32_t since)
{
	if (!c->sends || !ipsec_is_after(since, c->out_since))
		return false; /* it has a new outbound one */
	return ipsec_is_after(c->sent, since + IPSEC_NO_CHILD_MS) ||
	       ipsec_candidate_has_received(c, since + IPSEC_NO_CHILD_MS);
}

/* Returns the time at which the candidate sent ESP last, with any SA. */
static inline uint32_t ipsec_candidate_sent(const struct ipsec_candidate *c)
{
	return c->has_resumed && ipsec_is_after(c->resumed, c->sent)
		       ? c->resumed
		       : c->sent;
}

/* Returns whether the reason for its candidacy is gone: it has kept its old
 * SA, or receives again. */
static inline bool ipsec_candidate_is_over(const struct ipsec_candidate *c)
{
	return c->seeking ? ipsec_candidate_has_received(c, c->since)
			  : ipsec_candidate_kept_old_sa(c, c->since);
}

/* Forgets candidates of a block that were not loaded: vpnalg_handler.loaded, of
 * the first block and others. */
void vpnalg_ipsec_candidate_loaded(struct vpnalg *translator,
				   struct vpnalg_record *block);

#endif
