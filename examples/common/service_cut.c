/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_cut.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "service_later.h"

/* Bounds the work between two looks at the packets, as of vpnalg_expire(). */
#define BUDGET 256

void service_cut_add(struct service_cut *cut,
		     const struct vpnalg_service *service)
{
	struct vpnalg_service *list =
		realloc(cut->list, (cut->count + 1) * sizeof(*list));

	if (!list) {
		say("settings: sessions of a service go on: memory: %s",
		    strerror(errno));
		return;
	}
	list[cut->count++] = *service;
	cut->list = list;
}

void service_cut_forget(struct service_cut *cut,
			const struct vpnalg_service *service)
{
	size_t kept = 0;

	for (size_t i = 0; i < cut->count; i++)
		if (!service_is_same(&cut->list[i], service))
			cut->list[kept++] = cut->list[i];
	cut->count = kept;
	if (cut->cut.service && service_is_same(&cut->service, service))
		cut->cut.service = NULL;
}

/* Begins with the last one: the order means nothing. */
static void begin(struct service_cut *cut)
{
	cut->service = cut->list[--cut->count];
	cut->cut = (struct vpnalg_session_cut){ .size = sizeof(cut->cut),
						.service = &cut->service };
}

/* A service of an outside address that has gone is invalid: its sessions are
 * gone, too, and none was cut. */
static void finish(struct service_cut *cut)
{
	say("settings: service of protocol %u at port %u: sessions ended: "
	    "%" PRIu64,
	    cut->service.protocol, cut->service.outside_port, cut->cut.closed);
	cut->cut.service = NULL;
}

bool service_cut_go_on(struct service_cut *cut, struct vpnalg *translator,
		       vpnalg_time now)
{
	if (!cut->cut.service && !cut->count)
		return false;
	if (!cut->cut.service)
		begin(cut);
	if (vpnalg_sessions_cut(translator, &cut->cut, now, BUDGET) !=
	    VPNALG_CUT_MORE)
		finish(cut);
	return cut->cut.service || cut->count;
}

void service_cut_close(struct service_cut *cut)
{
	free(cut->list);
}
