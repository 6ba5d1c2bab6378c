/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file policy.h
 * @brief For those who own the router: which protocols may be used, by whom,
 * and how much.
 *
 * A policy is asked where a session is opened, and nowhere else: a packet of a
 * session that is there pays nothing for it. What a policy refuses is dropped
 * as #VPNALG_DROP_DENIED or #VPNALG_DROP_LIMIT.
 *
 * A session that belongs to an existing one (a PPTP call, an ESP SA of a rekey,
 * an L2TP tunnel) is subject to no rule, and only to limits of its inside host:
 * so no host can break the VPN of another by using up what all share. The owner
 * adds services: rules and limits do not concern them, but do concern the
 * sessions that PPTP, IPsec and L2TP open for remotes that come in through a
 * service. The router's own sessions (vpnalg_config.own) are never refused.
 */
#ifndef VPNALG_POLICY_H
#define VPNALG_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The effect of a rule on the sessions that match it. */
enum vpnalg_rule_action {
	VPNALG_RULE_DENY = 0,  /**< They are not opened: VPNALG_DROP_DENIED. */
	VPNALG_RULE_ALLOW = 1, /**< They may be opened. */
	/** They may be opened, and have room in the store that others have not:
	 * vpnalg_policy.priority_units. */
	VPNALG_RULE_PRIORITY = 2
};

/**
 * A rule: it matches a session to which all that is given applies. A switch is
 * a rule with nothing but a handler. This struct will not grow.
 */
struct vpnalg_rule {
	uint8_t action; /**< enum vpnalg_rule_action. */
	/** IP protocol number of the session: 17 for IKE, NAT-T, and L2TP over
	 * UDP; 50 for ESP; 0: any. */
	uint8_t ip_protocol;
	uint8_t inside_length; /**< Prefix length of inside, 0 to 32. */
	uint8_t remote_length; /**< Prefix length of remote, 0 to 32. */
	bool in_zone;          /**< Only inside hosts of `zone` match. */
	uint16_t zone;         /**< The zone, with in_zone. */
	/** The remote's TCP or UDP port: 500 for IKE, 4500 for NAT-T; 0: any.
	 */
	uint16_t remote_port;
	/** The protocol of the sessions that match; NULL: all protocols. */
	vpnalg_handler_function *handler;
	/** The inside hosts that match; family 0: all. */
	struct vpnalg_addr inside;
	/** The remotes that match; family 0: all. */
	struct vpnalg_addr remote;
};

/** The sessions that a limit counts together. */
enum vpnalg_per {
	VPNALG_PER_TRANSLATOR = 0, /**< All sessions count together. */
	/** Each inside host for itself, with vpnalg_config.count_hosts. */
	VPNALG_PER_HOST = 1,
	/** Each remote for itself, with vpnalg_config.count_remotes. */
	VPNALG_PER_REMOTE = 2
};

/** A limit: a session that would exceed it is not opened. This struct will not
 * grow. */
struct vpnalg_limit {
	/** The protocol of the sessions that count; NULL: all together. */
	vpnalg_handler_function *handler;
	uint8_t per; /**< enum vpnalg_per. */
	/** Only sessions count that have taken an outside ID: a mapping, a
	 * PPTP call, a VPN session by its port (RFC 6888 REQ-4). A mapping is
	 * for all remotes, so it counts for none of them. */
	bool ids;
	uint32_t most; /**< The number of sessions allowed. */
};

/** A protocol that switches itself off. This struct will not grow. */
struct vpnalg_quiet {
	vpnalg_handler_function *handler; /**< The protocol. */
	/** The time without a session after which the protocol is off, in
	 * milliseconds: nothing opens a session of it then until
	 * vpnalg_set_policy() is called again. For the policy of vpnalg_init()
	 * that time begins with the first call that has a time. */
	uint32_t time;
};

/** The most rules, limits, and quiet periods that a policy has. */
#define VPNALG_RULES_MAX 128
#define VPNALG_LIMITS_MAX 32 /**< See #VPNALG_RULES_MAX. */
#define VPNALG_QUIETS_MAX 15 /**< See #VPNALG_RULES_MAX. */

/**
 * A policy. Zero it, set size, then what is wanted: all zero allows everything.
 * The arrays stay the caller's, and must live and not change until another
 * policy is set.
 */
struct vpnalg_policy {
	size_t size; /**< sizeof(struct vpnalg_policy). */
	/** The rules: the first one that matches decides, and where none does
	 * the session may be opened. A last rule with all zero denies what no
	 * other allows. */
	const struct vpnalg_rule *rules;
	size_t rule_count; /**< 0 to #VPNALG_RULES_MAX. */
	/** The limits: each of them must be kept. */
	const struct vpnalg_limit *limits;
	size_t limit_count; /**< 0 to #VPNALG_LIMITS_MAX. */
	/** The protocols that switch themselves off. */
	const struct vpnalg_quiet *quiets;
	size_t quiet_count; /**< 0 to #VPNALG_QUIETS_MAX. */
	/** The number of sessions that an inside host may open in a second; 0:
	 * no bound. Needs vpnalg_config.count_hosts. At most 1,000,000. */
	uint32_t host_rate;
	/** The number that it may open at once after a pause; 0: host_rate. */
	uint32_t host_burst;
	/** The number of units of the store: vpnalg_table_use.units. If it is
	 * given, some can be kept back; and where no more are left, or a record
	 * cannot be added, sessions of vpnalg_general() that are half-open, or
	 * have had no answer for 2 s, are closed in favour of new ones. No
	 * other session ever is. 0: nothing of this. */
	uint32_t store_units;
	/** The number of these units that are kept from vpnalg_general(), the
	 * protocol that takes what others leave: VPNs have room where browsers
	 * have filled the rest. */
	uint32_t vpn_units;
	/** The number of these units that are kept for sessions that match a
	 * rule with #VPNALG_RULE_PRIORITY. */
	uint32_t priority_units;
	/** Sessions that are there and may not be opened any more, by the rules
	 * alone, are closed as vpnalg_expire() visits them: call that until it
	 * does not return now. Else they are drained: they go on until they end
	 * by themselves. */
	bool cut;
};

/**
 * Sets the policy, under traffic. Counts go on. The event callback is notified
 * of each protocol that is off or on now and was not before: #VPNALG_EVENT_OFF,
 * #VPNALG_EVENT_ON. The policy is in force by then.
 *
 * @param translator the translator
 * @param policy the policy; NULL: everything is allowed
 * @param now the time; an earlier one than before counts as the last
 * @return 0; VPNALG_ERROR_CONFIG, and the last policy holds on:
 *         vpnalg_policy_error() says why; VPNALG_ERROR_BUSY: the event
 *         callback has called
 */
VPNALG_API int vpnalg_set_policy(struct vpnalg *translator,
				 const struct vpnalg_policy *policy,
				 vpnalg_time now);

/**
 * Checks a policy.
 *
 * @param translator the translator that is to get it
 * @param policy the policy
 * @param[out] index the element, where the fault is in an array; else 0. May be
 *             NULL
 * @return the fault, as "limits: per host, but hosts are not counted", a static
 *         string; NULL if there is none
 */
VPNALG_API const char *vpnalg_policy_error(const struct vpnalg *translator,
					   const struct vpnalg_policy *policy,
					   size_t *index);

/**
 * Returns whether a protocol has switched itself off: vpnalg_policy.quiets. One
 * that rules deny has not.
 *
 * @param translator the translator
 * @param protocol the place in vpnalg_config.protocols
 * @return true if it has
 */
VPNALG_API bool vpnalg_is_quiet(const struct vpnalg *translator,
				size_t protocol);

/** Counts of sessions, of a host or in all. The library fills it. */
struct vpnalg_use {
	size_t size;       /**< sizeof(struct vpnalg_use), set by the caller. */
	uint32_t sessions; /**< Those of all protocols. */
	uint32_t ids;      /**< Those that have taken an outside ID. */
	/** The sessions of each place in vpnalg_config.protocols. */
	uint32_t by_protocol[15];
	uint32_t units; /**< Units of the store; 0 of a host or remote. */
	/** Those that have taken an outside ID, by the same place. */
	uint32_t ids_by_protocol[15];
};

/**
 * Counts the sessions to which limits apply.
 *
 * @param translator the translator
 * @param per the scope of the counts
 * @param zone zone of the inside host; only for VPNALG_PER_HOST
 * @param address the inside host or the remote; NULL with
 *                VPNALG_PER_TRANSLATOR
 * @param use the counts; its size is given
 * @return false if these are not counted
 */
VPNALG_API bool vpnalg_policy_use(struct vpnalg *translator,
				  enum vpnalg_per per, uint16_t zone,
				  const struct vpnalg_addr *address,
				  struct vpnalg_use *use);

#ifdef __cplusplus
}
#endif

#endif
