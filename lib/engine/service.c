/* SPDX-License-Identifier: BSD-2-Clause */
/* Services: servers inside that are reached from outside.
 *
 * A service is a record for all remotes, of a kind of its handler's: its keys
 * are the ports of the server, as the world sees them and as they are inside.
 * So a packet from outside that is of no session finds it as it would find a
 * mapping, and its handler translates it. Outside addresses and IDs are not
 * chosen for it, but sessions cannot be given the ID that it has. */
#include "service.h"

#include "clock.h"
#include "event.h"
#include "has.h"
#include "key.h"
#include "record.h"
#include "session_event.h"
#include "service_kind.h"
#include "session.h"
#include "uplink.h"
#include "withheld.h"

#include "../wire/ip.h"

/* The arguments of a call, once they have been read. */
struct request {
	struct vpnalg *translator;
	struct vpnalg_service service;
	unsigned handler;
};

/* Reading */

/* Begins a call. Returns false if the service is invalid. */
static bool begin(struct request *request, struct vpnalg *translator,
		  const struct vpnalg_service *given, vpnalg_time now)
{
	request->translator = translator;
	if (event_is_running(translator))
		return false;
	translator->fault = false;
	uplink_begin_call(translator);
	clock_set(translator, now);
	return VPNALG_WITH_SERVICES && given != NULL &&
	       vpnalg_settings_read(&request->service, sizeof(request->service),
				    given) &&
	       vpnalg_service_is_valid(translator, &request->service);
}

static uint8_t kind_of(const struct request *request)
{
	const struct vpnalg *translator = request->translator;

	return (uint8_t)(translator->handlers[request->handler]->service_kind -
			 1);
}

/* The record */

static uint32_t port_of(const struct vpnalg_service *service)
{
	return service_has_ports(service->protocol) ? 0 : VPNALG_NO_PORTS;
}

/* Makes a key of the service. */
static void make_tuple(const struct request *request, unsigned role,
		       struct vpnalg_tuple *tuple)
{
	const struct vpnalg_service *service = &request->service;
	bool inside = role == VPNALG_INSIDE_OWN;

	*tuple = (struct vpnalg_tuple){
		.role = (uint8_t)role,
		.space = service->protocol,
		.zone = service->zone,
		.id = inside ? service->inside_port : service->outside_port,
		.port = port_of(service),
		.local = inside ? service->inside.octets
				: service->outside.octets,
	};
}

static struct vpnalg_record *find(const struct request *request, unsigned role)
{
	struct vpnalg_tuple tuple;

	make_tuple(request, role, &tuple);
	return vpnalg_session_find(request->translator, &tuple);
}

static bool is_service(const struct request *request,
		       const struct vpnalg_record *record)
{
	return vpnalg_record_handler(record) == request->handler &&
	       record->kind == kind_of(request);
}

static enum vpnalg_result open_record(const struct request *request,
				      struct vpnalg_record **record)
{
	const struct vpnalg_service *service = &request->service;
	struct vpnalg_packet packet = { 0 };
	struct vpnalg_step step = { .translator = request->translator,
				    .packet = &packet,
				    .handler = (uint8_t)request->handler,
				    .now = request->translator->now };
	struct vpnalg_opening opening = {
		.kind = kind_of(request),
		.space = service->protocol,
		.zone = service->zone,
		.inside = service->inside.octets,
		.outside = service->outside.octets,
		.id = service->inside_port,
		.outside_id = service->outside_port,
		.inside_port = port_of(service),
		.outside_port = port_of(service),
	};

	return vpnalg_session_open(&step, &opening, record);
}

/* The records that have the keys of the service; they may be one. */
struct holders {
	struct vpnalg_record *inside, *outside;
};

static void find_holders(const struct request *request, struct holders *holders)
{
	holders->outside = find(request, VPNALG_OUTSIDE_OWN);
	holders->inside = find(request, VPNALG_INSIDE_OWN);
}

static bool is_same(const struct request *request,
		    const struct holders *holders)
{
	return holders->outside != NULL &&
	       holders->outside == holders->inside &&
	       is_service(request, holders->outside);
}

/* Returns whether a record has the inside port of the service, on whatever
 * uplink. */
static bool has_inside(const struct request *request,
		       struct vpnalg_record *record)
{
	const struct vpnalg_service *service = &request->service;
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(request->translator, record, VPNALG_INSIDE_OWN,
			     &inside);
	return record->keys & 1U << VPNALG_INSIDE_OWN &&
	       inside.remote == NULL && inside.zone == service->zone &&
	       inside.id == service->inside_port &&
	       same_address(inside.local, service->inside.octets,
			    addr_len_of(request->translator));
}

/* Returns the record of a port that is withheld for a while, or of an ID of the
 * router's own, if the outside port is such; or NULL. */
static struct vpnalg_record *find_withheld(const struct request *request)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_tuple outside;

	make_tuple(request, VPNALG_OUTSIDE_OWN, &outside);
	vpnalg_key_make(&outside, addr_len_of(translator), translator->key);
	return vpnalg_withheld_at(translator, translator->key,
				  vpnalg_key_hash(translator, translator->key));
}

/* Returns whether the outside port is withheld for a while (RFC 6888 REQ-8):
 * only the host that had it may have it. */
static bool is_withheld(const struct request *request)
{
	const struct vpnalg_service *service = &request->service;
	struct vpnalg_record *record = find_withheld(request);
	struct vpnalg_tuple inside;

	if (record == NULL || record->kind != ENGINE_OLD_PORT)
		return record != NULL;
	vpnalg_session_tuple(request->translator, record, VPNALG_INSIDE_OWN,
			     &inside);
	return inside.zone != service->zone ||
	       !same_address(inside.local, service->inside.octets,
			     addr_len_of(request->translator));
}

static bool is_taken(const struct request *request,
		     const struct holders *holders)
{
	return (holders->outside != NULL &&
		!has_inside(request, holders->outside)) ||
	       (holders->inside != NULL &&
		is_service(request, holders->inside)) ||
	       (holders->outside == NULL && is_withheld(request));
}

/* Takes the inside key from a mapping that the host has at that port: new
 * connections from that port leave as the service's. One with the same outside
 * port is replaced. The sessions of the mapping go on. */
static void replace(const struct request *request,
		    const struct holders *holders)
{
	if (holders->outside != NULL)
		vpnalg_session_close_as(request->translator, holders->outside,
					VPNALG_CLOSE_SERVICE);
	if (holders->inside != NULL && holders->inside != holders->outside)
		vpnalg_session_unlink(request->translator, holders->inside,
				      VPNALG_INSIDE_OWN);
}

/* Opens the record. Its port, if withheld for the same host, is so no more. */
static enum vpnalg_result open(const struct request *request,
			       struct vpnalg_record **record)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_record *waiting = find_withheld(request);
	struct vpnalg_tuple outside;
	enum vpnalg_result result;

	if (waiting != NULL)
		vpnalg_session_unlink(translator, waiting, VPNALG_OUTSIDE_OWN);
	result = open_record(request, record);
	if (waiting == NULL)
		return result;
	make_tuple(request, VPNALG_OUTSIDE_OWN, &outside);
	if (result == VPNALG_TRANSLATED ||
	    !vpnalg_session_link_at(translator, waiting, VPNALG_OUTSIDE_OWN,
				    &outside, HOLDER_NONE))
		vpnalg_withheld_close(translator, waiting);
	return result;
}

/* Gives the key back. A mapping that is gone opens again by itself. */
static void restore(const struct request *request,
		    const struct holders *holders)
{
	struct vpnalg_tuple tuple;

	make_tuple(request, VPNALG_INSIDE_OWN, &tuple);
	if (holders->inside != NULL && holders->inside != holders->outside)
		vpnalg_session_link(request->translator, holders->inside,
				    &tuple);
}

/* Finds or opens the service's record. */
static int obtain(const struct request *request, struct vpnalg_record **record)
{
	struct vpnalg *translator = request->translator;
	const uint8_t space = request->service.protocol;
	struct holders holders;

	find_holders(request, &holders);
	*record = holders.outside;
	if (is_same(request, &holders))
		return VPNALG_SERVICE_DONE;
	if (is_taken(request, &holders))
		return VPNALG_SERVICE_TAKEN;
	if (translator->fault)
		return VPNALG_SERVICE_NO_ROOM;
	replace(request, &holders);
	if (open(request, record) != VPNALG_TRANSLATED) {
		restore(request, &holders);
		return VPNALG_SERVICE_NO_ROOM;
	}
	if (service_has_ports(space))
		translator->mapped[space / 8] |= (uint8_t)(1U << space % 8);
	return VPNALG_SERVICE_DONE;
}

int vpnalg_service_add(struct vpnalg *translator,
		       const struct vpnalg_service *service, vpnalg_time now)
{
	struct request request;
	struct vpnalg_record *record;
	vpnalg_time lifetime;
	int result;

	if (!begin(&request, translator, service, now))
		return VPNALG_SERVICE_INVALID;
	if (!vpnalg_service_find_handler(translator, &request.service,
					 &request.handler))
		return VPNALG_SERVICE_NO_HANDLER;
	result = obtain(&request, &record);
	lifetime = request.service.lifetime;
	if (result == VPNALG_SERVICE_DONE)
		vpnalg_session_set_lifetime(translator, record,
					    lifetime != 0 ? lifetime
							  : VPNALG_NEVER);
	vpnalg_session_event_end_call(translator);
	return result;
}

int vpnalg_service_remove(struct vpnalg *translator,
			  const struct vpnalg_service *service, vpnalg_time now)
{
	struct request request;
	struct holders holders;

	if (!begin(&request, translator, service, now))
		return VPNALG_SERVICE_INVALID;
	if (!vpnalg_service_find_handler(translator, &request.service,
					 &request.handler))
		return VPNALG_SERVICE_UNKNOWN;
	find_holders(&request, &holders);
	if (!is_same(&request, &holders))
		return VPNALG_SERVICE_UNKNOWN;
	vpnalg_session_close_as(translator, holders.outside,
				VPNALG_CLOSE_SERVICE);
	return VPNALG_SERVICE_DONE;
}

int vpnalg_service_withdraw(struct vpnalg *translator,
			    const struct vpnalg_service *service,
			    vpnalg_time until, vpnalg_time now)
{
	struct request request;
	int result = vpnalg_service_remove(translator, service, now);

	if (result == VPNALG_SERVICE_DONE &&
	    begin(&request, translator, service, now))
		vpnalg_withheld_until(translator, find_withheld(&request),
				      until);
	return result;
}

struct vpnalg_record *vpnalg_service_of_sender(struct vpnalg *translator,
					       const struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = parsed->protocol,
				      .zone = parsed->zone,
				      .port = VPNALG_NO_PORTS,
				      .local = parsed->local };
	struct vpnalg_record *record;

	if (translator->handlers[slot->handler]->takes_rest ||
	    !parsed->inside || parsed->inward || parsed->quoted)
		return NULL;
	if (service_has_ports(parsed->protocol)) {
		if (parsed->l4_caplen < PORTS_LEN ||
		    !has_mapped(translator, parsed->protocol))
			return NULL;
		tuple.id = vpnalg_local_port(parsed);
		tuple.port = 0;
	}
	record = vpnalg_session_find(translator, &tuple);
	return record != NULL && service_is_one(translator, record) ? record
								    : NULL;
}
