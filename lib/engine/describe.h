/* SPDX-License-Identifier: BSD-2-Clause */
/* A session as it is shown in listings and in events. */
#ifndef VPNALG_ENGINE_DESCRIBE_H
#define VPNALG_ENGINE_DESCRIBE_H

#include "translator.h"

/* Describes a session, given its binding, but for its parent. */
void vpnalg_describe(struct vpnalg *translator, struct vpnalg_record *record,
		     const struct vpnalg_binding *binding,
		     struct vpnalg_session_info *info);

/* Adds the session's parent to its description. Only peeks at records. */
void vpnalg_describe_parent(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    struct vpnalg_session_info *info);

/* The same for a session that is being closed: a parent that is dead, or closed
 * with it, is added, too. Returns whether the parent lives. */
bool vpnalg_describe_last_parent(struct vpnalg *translator,
				 struct vpnalg_record *record,
				 struct vpnalg_session_info *info);

#endif
