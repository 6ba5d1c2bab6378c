/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_later.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

/* Between two times that services are tried, in milliseconds. */
#define AGAIN 1000

bool service_is_same(const struct vpnalg_service *a,
		     const struct vpnalg_service *b)
{
	return a->protocol == b->protocol &&
	       a->outside_port == b->outside_port &&
	       a->inside_port == b->inside_port &&
	       !memcmp(&a->inside, &b->inside, sizeof(a->inside));
}

static bool is_at(const struct service_port *port,
		  const struct vpnalg_service *service)
{
	return port->protocol == service->protocol &&
	       port->port == service->outside_port;
}

/* Forgets the port of the service, and those that have waited. */
static void forget(struct service_later *later,
		   const struct vpnalg_service *service, vpnalg_time now)
{
	size_t kept = 0;

	for (size_t i = 0; i < later->port_count; i++)
		if (later->ports[i].until > now &&
		    !is_at(&later->ports[i], service))
			later->ports[kept++] = later->ports[i];
	later->port_count = kept;
}

/* Without memory a port is not noted: the next service there is refused. */
void service_later_removed(struct service_later *later,
			   const struct vpnalg_service *service,
			   vpnalg_time now)
{
	struct service_port *ports;

	if (!later->delay || !service->outside_port)
		return;
	forget(later, service, now);
	ports = realloc(later->ports, (later->port_count + 1) * sizeof(*ports));
	if (!ports)
		return;
	ports[later->port_count++] = (struct service_port){
		.protocol = service->protocol,
		.port = service->outside_port,
		.until = now + later->delay,
	};
	later->ports = ports;
}

void service_later_added(struct service_later *later,
			 const struct vpnalg_service *service)
{
	forget(later, service, 0);
}

vpnalg_time service_later_until(const struct service_later *later,
				const struct vpnalg_service *service,
				vpnalg_time now)
{
	for (size_t i = 0; i < later->port_count; i++)
		if (is_at(&later->ports[i], service) &&
		    later->ports[i].until > now)
			return later->ports[i].until;
	return 0;
}

bool service_later_has(const struct service_later *later,
		       const struct vpnalg_service *service)
{
	for (size_t i = 0; i < later->count; i++)
		if (service_is_same(&later->list[i].service, service))
			return true;
	return false;
}

void service_later_set(struct service_later *later,
		       struct service_waiting *list, size_t count)
{
	free(later->list);
	later->list = list;
	later->count = count;
}

/* Returns whether the service is there. */
static bool try(struct service_later *later, struct vpnalg *translator,
		struct service_waiting *waiting, vpnalg_time now)
{
	const struct vpnalg_service *service = &waiting->service;
	int result;

	if (service_later_until(later, service, now))
		return false;
	result = vpnalg_service_add(translator, service, now);
	if (result == VPNALG_SERVICE_DONE) {
		say("settings: service of protocol %u at port %u is there now",
		    service->protocol, service->outside_port);
		if (later->served)
			later->served(later->context, service, true);
		return true;
	}
	if (!waiting->said)
		say("settings: service of protocol %u at port %u is tried "
		    "again and again: %s",
		    service->protocol, service->outside_port,
		    vpnalg_service_text(result));
	waiting->said = true;
	return false;
}

bool service_later_go_on(struct service_later *later,
			 struct vpnalg *translator, vpnalg_time now)
{
	size_t before = later->count, kept = 0;

	if (!before || now < later->next)
		return false;
	later->next = now + AGAIN;
	for (size_t i = 0; i < before; i++)
		if (!try(later, translator, &later->list[i], now))
			later->list[kept++] = later->list[i];
	later->count = kept;
	if (kept < before && later->served)
		later->served(later->context, NULL, false);
	return kept < before;
}

bool service_later_copy(struct service_later *copy,
			const struct service_later *later)
{
	size_t size = later->port_count * sizeof(*later->ports);

	*copy = (struct service_later){ .ports = malloc(size + 1),
					.port_count = later->port_count };
	if (!copy->ports)
		return false;
	if (size)
		memcpy(copy->ports, later->ports, size);
	return true;
}

void service_later_restore(struct service_later *later,
			   struct service_later *copy)
{
	free(later->ports);
	later->ports = copy->ports;
	later->port_count = copy->port_count;
	copy->ports = NULL;
}

void service_later_close(struct service_later *later)
{
	free(later->ports);
	free(later->list);
}
