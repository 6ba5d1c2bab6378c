/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE servers inside: services of the caller's at UDP port 500, or one that
 * stands for it (struct vpnalg_service, vpnalg_config.extra_ports). Such a
 * server is an inside host towards each remote that it has answered. */
#ifndef VPNALG_IPSEC_IKE_SERVICE_H
#define VPNALG_IPSEC_IKE_SERVICE_H

#include "ipsec.h"

/* The body of a service. */
struct ipsec_service {
	uint16_t hosts; /* opened by its answers, which have not sent ESP yet */
};

/* Returns whether IKE servers listen at that port. */
bool vpnalg_ipsec_ike_service_is_at(const struct vpnalg *translator,
				    uint32_t port);

/* Returns the first IKE service at the inside address of a key, which may be
 * dead by now; NULL if there is none. Only peeks. The rest of the key is
 * overwritten: hosts are closed deep in the stack. */
struct vpnalg_record *
vpnalg_ipsec_ike_service_peek(struct vpnalg *translator, unsigned handler,
			      struct vpnalg_tuple *inside);

/* Returns whether an answer may open one more host of the service
 * step->record. */
bool vpnalg_ipsec_ike_service_has_room(struct vpnalg_step *step);

/* Counts a host that the service step->record has opened. */
void vpnalg_ipsec_ike_service_join(struct vpnalg_step *step);

/* Uncounts such a host; only peeks. */
void vpnalg_ipsec_ike_service_leave(struct vpnalg *translator,
				    struct vpnalg_record *host);

#endif
