/* SPDX-License-Identifier: BSD-2-Clause */
/* Services that wait. With --reuse-delay the outside port of a service that was
 * removed stays with its host for a while (RFC 6888 REQ-8); another host's
 * service at that port comes when it is over. */
#ifndef COMMON_SERVICE_LATER_H
#define COMMON_SERVICE_LATER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* Called for each service that has come or gone, and with NULL after the last
 * one. */
typedef void service_served(void *context, const struct vpnalg_service *service,
			    bool is_there);

/* A port that waits. */
struct service_port {
	uint8_t protocol;
	uint16_t port;
	vpnalg_time until;
};

struct service_waiting {
	struct vpnalg_service service;
	bool said; /* that it cannot be, although its port waits no longer */
};

struct service_later {
	struct service_port *ports;
	size_t port_count;
	struct service_waiting *list;
	size_t count;
	uint32_t delay;   /* of a port, in milliseconds; 0: none waits */
	vpnalg_time next; /* when those of the list are tried */
	service_served *served; /* or NULL */
	void *context;          /* for that */
};

/* Returns whether both are the same inside, at whatever outside address and
 * port. */
bool service_is_same(const struct vpnalg_service *a,
		     const struct vpnalg_service *b);

/* Notes that a service was removed, so that its port waits from now on. */
void service_later_removed(struct service_later *later,
			   const struct vpnalg_service *service,
			   vpnalg_time now);

/* Notes that a service was added, so that its port does not wait. */
void service_later_added(struct service_later *later,
			 const struct vpnalg_service *service);

/* Returns when the service's port has waited, or 0 if it does not wait. */
vpnalg_time service_later_until(const struct service_later *later,
				const struct vpnalg_service *service,
				vpnalg_time now);

/* Returns whether the service is one of those that wait. */
bool service_later_has(const struct service_later *later,
		       const struct vpnalg_service *service);

/* Has others in the place of those that wait; the list is from malloc(). */
void service_later_set(struct service_later *later,
		       struct service_waiting *list, size_t count);

/* Adds the services that need wait no longer, and says so. Returns whether any
 * was added. */
bool service_later_go_on(struct service_later *later,
			 struct vpnalg *translator, vpnalg_time now);

/* Copies which ports wait. Returns false without memory; service_later_close()
 * of the copy follows in any case. */
bool service_later_copy(struct service_later *copy,
			const struct service_later *later);

/* Has the ports of the copy wait, and no others. */
void service_later_restore(struct service_later *later,
			   struct service_later *copy);

void service_later_close(struct service_later *later);

#endif
