/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions that services have opened, which end with them: --service-cut.
 * They are cut in steps between which packets go on. */
#ifndef COMMON_SERVICE_CUT_H
#define COMMON_SERVICE_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include <vpnalg/sessions.h>
#include <vpnalg/vpnalg.h>

struct service_cut {
	struct vpnalg_service *list; /* services with sessions to end */
	size_t count;
	struct vpnalg_service service; /* the one that is under way */
	struct vpnalg_session_cut cut; /* its service is NULL if none is */
};

/* Has the sessions of a service cut that was removed. */
void service_cut_add(struct service_cut *cut,
		     const struct vpnalg_service *service);

/* Forgets a service that is there again. */
void service_cut_forget(struct service_cut *cut,
			const struct vpnalg_service *service);

/* Cuts some, and says how many they were when all of a service are. Returns
 * whether there are more. */
bool service_cut_go_on(struct service_cut *cut, struct vpnalg *translator,
		       vpnalg_time now);

void service_cut_close(struct service_cut *cut);

#endif
