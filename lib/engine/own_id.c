/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists IDs of the router's own, for its owner. */
#include <vpnalg/own_id.h>

#include "clock.h"
#include "event.h"
#include "has.h"
#include "key.h"
#include "own_key.h"
#include "record.h"
#include "session.h"
#include "session_event.h"
#include "uplink.h"
#include "withheld.h"

/* The arguments of a call, once they have been read. */
struct request {
	struct vpnalg *translator;
	struct vpnalg_own_id own;
	uint64_t hash;
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_MAX];
	uint8_t guard;
};

/* Begins a call. Returns VPNALG_OWN_ID_DONE, or the fault of the ID. */
static int begin(struct request *request, struct vpnalg *translator,
		 const struct vpnalg_own_id *given, vpnalg_time now)
{
	int result;

	request->translator = translator;
	if (event_is_running(translator))
		return VPNALG_OWN_ID_INVALID;
	translator->fault = false;
	uplink_begin_call(translator);
	clock_set(translator, now);
	if (given == NULL || !has_routers(translator) ||
	    !vpnalg_settings_read(&request->own, sizeof(request->own), given))
		return VPNALG_OWN_ID_INVALID;
	result = vpnalg_own_key(translator, &request->own, request->key,
				&request->guard);
	if (result == VPNALG_OWN_ID_DONE)
		request->hash = vpnalg_key_hash(translator, request->key);
	return result;
}

/* Returns the record of a listed ID, or NULL. */
static struct vpnalg_record *find(const struct request *request)
{
	struct vpnalg_record *record = vpnalg_withheld_find(
		request->translator, request->key, request->hash);

	return record != NULL && record->kind == ENGINE_OWN_ID ? record : NULL;
}

/* Returns whether a host's VPN session has the port towards the remote. A port
 * that is listed for all remotes has another key, so this is looked up apart.
 */
static bool has_port(const struct request *request)
{
	const struct vpnalg_own_id *own = &request->own;
	const struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
					    .space = own->protocol,
					    .id = (uint32_t)own->id,
					    .local = own->outside.octets,
					    .remote = own->remote.octets };
	const struct vpnalg_record *holder;

	if (own->kind != VPNALG_OWN_ID_PORT || own->remote.family == 0)
		return false;
	holder = vpnalg_session_find(request->translator, &tuple);
	return holder != NULL && !vpnalg_record_is_routers(holder);
}

/* Ends the session that has the key, if it is the router's own, or any host's
 * inbound ESP SA: the owner of an SPI was only inferred. */
static int oust(const struct request *request)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_record *holder = vpnalg_session_alive_or_close(
		translator,
		vpnalg_record_find(translator, request->key, request->hash));

	if (has_port(request))
		return VPNALG_OWN_ID_TAKEN;
	if (translator->fault)
		return VPNALG_OWN_ID_NO_ROOM;
	if (holder == NULL)
		return VPNALG_OWN_ID_DONE;
	if (!vpnalg_record_is_routers(holder)) {
		if (request->own.kind != VPNALG_OWN_ID_ESP_SPI)
			return VPNALG_OWN_ID_TAKEN;
		vpnalg_session_notify(translator, holder, VPNALG_EVENT_UNPAIRED,
				      VPNALG_EVIDENCE_OWN_ID);
	}
	vpnalg_session_close(translator, holder);
	return VPNALG_OWN_ID_DONE;
}

static int list(const struct request *request, struct vpnalg_record **record)
{
	struct vpnalg *translator = request->translator;
	struct vpnalg_record *old_port;
	int result = oust(request);

	if (result != VPNALG_OWN_ID_DONE)
		return result;
	old_port =
		vpnalg_withheld_find(translator, request->key, request->hash);
	if (old_port != NULL)
		vpnalg_withheld_close(translator, old_port);
	*record =
		vpnalg_withheld_open(translator, request->key, request->guard);
	return *record != NULL ? VPNALG_OWN_ID_DONE : VPNALG_OWN_ID_NO_ROOM;
}

int vpnalg_own_id_add(struct vpnalg *translator,
		      const struct vpnalg_own_id *own, vpnalg_time now)
{
	struct request request;
	struct vpnalg_record *record;
	int result = begin(&request, translator, own, now);

	if (result != VPNALG_OWN_ID_DONE)
		return result;
	record = find(&request);
	if (record == NULL)
		result = list(&request, &record);
	if (result == VPNALG_OWN_ID_DONE)
		vpnalg_session_set_lifetime(translator, record,
					    request.own.lifetime != 0
						    ? request.own.lifetime
						    : VPNALG_NEVER);
	vpnalg_session_event_end_call(translator);
	return result;
}

int vpnalg_own_id_remove(struct vpnalg *translator,
			 const struct vpnalg_own_id *own, vpnalg_time now)
{
	struct request request;
	struct vpnalg_record *record;
	int result = begin(&request, translator, own, now);

	if (result != VPNALG_OWN_ID_DONE)
		return result;
	record = find(&request);
	if (record == NULL)
		return VPNALG_OWN_ID_UNKNOWN;
	vpnalg_withheld_close(translator, record);
	return VPNALG_OWN_ID_DONE;
}
