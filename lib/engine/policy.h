/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of a policy, which say what sessions may be opened and what
 * existing ones are to be cut; and protocols that switch themselves off. */
#ifndef VPNALG_ENGINE_POLICY_H
#define VPNALG_ENGINE_POLICY_H

#include "translator.h"

/* The places of counts: of all handlers' sessions, of one's, and how far behind
 * each the number of those stands that have an outside ID. */
#define TALLY_ALL 0U
#define TALLY_IDS 1U
static inline unsigned tally_of(unsigned handler)
{
	return TALLIES_OF(handler);
}

/* The session that a policy decides on. */
struct subject {
	const struct vpnalg_kind *kind;
	unsigned handler;
	uint8_t ip_protocol;
	uint16_t zone;
	const uint8_t *inside;
	const uint8_t *remote; /* NULL: all */
	uint32_t port;         /* the remote's; 0: none */
};

/* Returns whether sessions of a kind belong to no host: they are neither
 * refused nor counted. */
bool vpnalg_policy_is_exempt(const struct vpnalg *translator, unsigned handler,
			     unsigned kind);

/* Describes the session that a packet is to open. */
void vpnalg_policy_subject(const struct vpnalg_step *step,
			   const struct vpnalg_opening *opening,
			   struct subject *subject);

/* Returns enum vpnalg_rule_action: the rules' decision on a session. */
uint8_t vpnalg_policy_action(const struct vpnalg *translator,
			     const struct subject *subject);

/* Sets the first policy, without events. Returns 0 or VPNALG_ERROR_CONFIG. */
int vpnalg_policy_begin(struct vpnalg *translator,
			const struct vpnalg_policy *given, vpnalg_time now);

/* Switches off the protocols that were not used for their quiet time. */
void vpnalg_policy_look_for_quiet(struct vpnalg *translator);

/* Returns whether the session is to be closed by the sweep: the policy cuts,
 * and its rules deny the session. */
bool vpnalg_policy_cuts(struct vpnalg *translator,
			struct vpnalg_record *record);

#endif
