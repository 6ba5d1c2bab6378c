/* SPDX-License-Identifier: BSD-2-Clause */
/* Cutting sessions.
 *
 * The first round through the store marks the sessions to be cut and all that
 * belong to them: a parent may be gone when its child is visited later. Further
 * rounds close the marked ones. A session that others keep alive is closed
 * after the last of them, so that no child is left of a parent that is gone;
 * dead sessions, which others may have kept alive before, are closed as well.
 */
#include <vpnalg/sessions.h>

#include <string.h>

#include "alias.h"
#include "clock.h"
#include "event.h"
#include "lineage.h"
#include "prefix.h"
#include "record.h"
#include "service.h"
#include "service_kind.h"
#include "session.h"
#include "session_event.h"
#include "settings.h"
#include "uplink.h"

/* Bounds the rounds that close. Two close all there is; more are for sessions
 * that open meanwhile. Their hosts could keep a parent for ever. */
#define ROUNDS_MAX 4

/* The arguments of a call, once they have been read. */
struct request {
	struct vpnalg *translator;
	struct vpnalg_session_cut cut;
	struct vpnalg_service service;
	unsigned served_by; /* the service's handler */
	uint16_t standard;  /* what the service's inside port stands for */
};

/* Reading */

static bool read_service(struct request *request)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_service *service = &request->service;

	if (request->cut.service == NULL)
		return true;
	if (!vpnalg_settings_read(service, sizeof(*service),
				  request->cut.service) ||
	    !vpnalg_service_is_valid(translator, service))
		return false;
	request->standard = service->inside_port;
	vpnalg_alias_find(translator, service->protocol, service->inside_port,
			  &request->standard);
	return vpnalg_service_find_handler(translator, service,
					   &request->served_by);
}

static bool read(struct request *request, struct vpnalg *translator,
		 const struct vpnalg_session_cut *given)
{
	const struct vpnalg_session_cut *cut = &request->cut;

	request->translator = translator;
	return given != NULL &&
	       given->size >= offsetof(struct vpnalg_session_cut, number) &&
	       vpnalg_settings_read(&request->cut, sizeof(*cut), given) &&
	       prefix_is_one(&cut->inside, cut->inside_prefix) &&
	       prefix_is_one(&cut->remote, cut->remote_prefix) &&
	       cut->protocols >> translator->handler_count == 0 &&
	       read_service(request);
}

/* The sessions to be cut */

/* Compares with a prefix; without a length only the address itself fits. */
static bool has_prefix(const struct vpnalg_addr *prefix, unsigned length,
		       const uint8_t *address)
{
	return prefix_has(prefix, length != 0 ? length : PREFIX_BITS, address);
}

static bool is_by_host(const struct vpnalg_session_cut *cut)
{
	return cut->inside.family != 0 || cut->one_zone;
}

static bool has_host(const struct request *request,
		     struct vpnalg_record *record)
{
	const struct vpnalg_session_cut *cut = &request->cut;
	const uint8_t *key = record_key(request->translator, record, 0);

	if (record_kind(request->translator, record)->of_remote)
		return !is_by_host(cut);
	return has_prefix(&cut->inside, cut->inside_prefix,
			  key + KEY_LOCAL_OFF) &&
	       (!cut->one_zone || key_zone(key) == cut->zone);
}

static bool has_remote(const struct request *request,
		       struct vpnalg_record *record)
{
	const struct vpnalg_session_cut *cut = &request->cut;
	const uint8_t *key = record_key(request->translator, record, 0);

	if (key_is_for_all_remotes(key))
		return cut->remote.family == 0;
	return has_prefix(&cut->remote, cut->remote_prefix,
			  key + KEY_LOCAL_OFF +
				  addr_len_of(request->translator));
}

/* Returns whether the service has opened the session. A session without ports
 * of its own is compared by its addresses alone. */
static bool is_served(const struct request *request,
		      struct vpnalg_record *record)
{
	const struct vpnalg_service *service = &request->service;
	struct vpnalg *translator = request->translator;
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];
	struct vpnalg_tuple inside, outside;
	uint16_t port;

	if (vpnalg_record_handler(record) != request->served_by ||
	    handler->served_at == NULL)
		return false;
	port = handler->served_at(translator, record);
	if (port == 0 ||
	    (port != service->inside_port && port != request->standard))
		return false;
	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &inside);
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	return inside.zone == service->zone &&
	       same_address(inside.local, service->inside.octets,
			    addr_len_of(translator)) &&
	       same_address(outside.local, service->outside.octets,
			    addr_len_of(translator)) &&
	       (inside.space != service->protocol ||
		outside.id == service->outside_port);
}

static bool is_meant(const struct request *request,
		     struct vpnalg_record *record)
{
	const struct vpnalg_session_cut *cut = &request->cut;
	unsigned handler = vpnalg_record_handler(record);

	return (cut->protocols == 0 || cut->protocols >> handler & 1) &&
	       (cut->services ||
		!service_is_one(request->translator, record)) &&
	       has_host(request, record) && has_remote(request, record) &&
	       (cut->service == NULL || is_served(request, record)) &&
	       (cut->number == 0 ||
		vpnalg_lineage_number(request->translator, record) ==
			cut->number);
}

static bool belongs_to_meant(const struct request *request,
			     struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < PARENTS_MAX && record != NULL; i++) {
		if (is_meant(request, record))
			return true;
		record = vpnalg_lineage_parent(request->translator, record);
	}
	return false;
}

static bool belongs_to_marked(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < PARENTS_MAX && record != NULL; i++) {
		if (record->flags & SESSION_CUT)
			return true;
		record = vpnalg_lineage_parent(translator, record);
	}
	return false;
}

/* The rounds */

/* Marks a session to be cut, and removes the mark of an earlier cut from
 * others. */
static void mark(const struct request *request, struct vpnalg_record *record)
{
	uint8_t flags = (uint8_t)(record->flags & ~SESSION_CUT);

	if (!record_is_alive(request->translator, record))
		return;
	if (belongs_to_meant(request, record))
		flags |= SESSION_CUT;
	if (flags == record->flags)
		return;
	record->flags = flags;
	vpnalg_session_changed(request->translator, record);
}

/* Closes a session, and those that only this one kept from being closed. */
static void close_up(struct request *request, struct vpnalg_record *record)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_record *parent;
	unsigned i;

	for (i = 0; i < PARENTS_MAX; i++) {
		parent = vpnalg_lineage_parent(translator, record);
		vpnalg_session_close_as(translator, record, VPNALG_CLOSE_CUT);
		request->cut.closed++;
		request->cut.busy = true;
		if (parent == NULL || parent->children > 0 ||
		    !(parent->flags & SESSION_CUT))
			return;
		record = parent;
	}
}

static void close_marked(struct request *request, struct vpnalg_record *record)
{
	struct vpnalg *translator = request->translator;

	if (!record_is_alive(translator, record)) {
		vpnalg_session_close(translator, record);
		request->cut.busy = true;
	} else if (record->children == 0 &&
		   belongs_to_marked(translator, record)) {
		close_up(request, record);
	}
}

/* Returns whether there is another round. */
static bool end_round(struct vpnalg_session_cut *cut)
{
	bool more = cut->round == 0 || (cut->busy && cut->round < ROUNDS_MAX);

	cut->cursor = 0;
	cut->busy = false;
	cut->round = more ? (uint8_t)(cut->round + 1) : 0;
	return more;
}

static int go_on(struct request *request, unsigned budget)
{
	struct vpnalg *translator = request->translator;
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	unsigned used;

	for (used = 0; used < budget; used += 1 + translator->work) {
		record = NULL;
		translator->work = 0;
		if (!store->next(store->context, &request->cut.cursor,
				 &record)) {
			if (!end_round(&request->cut))
				return VPNALG_CUT_DONE;
		} else if (!record_is_session(translator, record)) {
			continue;
		} else if (request->cut.round == 0) {
			mark(request, record);
		} else {
			close_marked(request, record);
		}
	}
	return VPNALG_CUT_MORE;
}

int vpnalg_sessions_cut(struct vpnalg *translator,
			struct vpnalg_session_cut *cut, vpnalg_time now,
			unsigned budget)
{
	struct request request;
	int result;

	if (event_is_running(translator) || !read(&request, translator, cut))
		return VPNALG_CUT_INVALID;
	clock_set(translator, now);
	translator->fault = false;
	uplink_begin_call(translator);
	result = go_on(&request, budget);
	vpnalg_session_event_end_call(translator);
	cut->cursor = request.cut.cursor;
	cut->closed = request.cut.closed;
	cut->round = request.cut.round;
	cut->busy = request.cut.busy;
	return result;
}
