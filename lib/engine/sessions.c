/* SPDX-License-Identifier: BSD-2-Clause */
/* The listing of sessions: a bounded step through the store at each call. */
#include <vpnalg/sessions.h>

#include <string.h>

#include "binding.h"
#include "clock.h"
#include "describe.h"
#include "event.h"
#include "record.h"
#include "uplink.h"

/* The most places of the store that a step looks at. */
#define STEP_PLACES 32

/* A caller that was built with another header knows fewer members, or more,
 * which are zero. */
static void copy_out(struct vpnalg_session_info *to,
		     const struct vpnalg_session_info *from)
{
	const size_t head = sizeof(to->size);
	size_t size = to->size, known = sizeof(*from);

	if (size <= head)
		return;
	memset((uint8_t *)to + head, 0, size - head);
	memcpy((uint8_t *)to + head, (const uint8_t *)from + head,
	       (size < known ? size : known) - head);
}

int vpnalg_sessions_next(struct vpnalg *translator, vpnalg_time now,
			 uint64_t *cursor, struct vpnalg_session_info *info)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_session_info found;
	struct vpnalg_binding binding;
	struct vpnalg_record *record;
	unsigned i;

	if (event_is_running(translator))
		return VPNALG_SESSIONS_END;
	clock_set(translator, now);
	uplink_begin_call(translator);
	for (i = 0; i < STEP_PLACES; i++) {
		record = NULL;
		if (!store->next(store->context, cursor, &record)) {
			*cursor = 0;
			return VPNALG_SESSIONS_END;
		}
		if (!record_is_session(translator, record) ||
		    !record_is_alive(translator, record))
			continue;
		vpnalg_binding_describe(translator, record, &binding);
		vpnalg_describe(translator, record, &binding, &found);
		vpnalg_describe_parent(translator, record, &found);
		copy_out(info, &found);
		return VPNALG_SESSIONS_ONE;
	}
	return VPNALG_SESSIONS_NONE;
}
