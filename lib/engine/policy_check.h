/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies as they are given. */
#ifndef VPNALG_ENGINE_POLICY_CHECK_H
#define VPNALG_ENGINE_POLICY_CHECK_H

#include <vpnalg/handler.h>
#include <vpnalg/policy.h>

/* The settings that a policy is checked against. */
struct policy_scope {
	const struct vpnalg_handler *const *handlers;
	size_t handler_count;
	bool count_hosts, count_remotes;
};

/* Copies a policy, NULL being one that allows everything. Returns NULL, or what
 * is wrong with it, and in *index the place of the element. */
const char *vpnalg_policy_check(const struct policy_scope *scope,
				const struct vpnalg_policy *given,
				struct vpnalg_policy *policy, size_t *index);

#endif
