/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings of several uplinks.
 *
 * Sessions with one remote need nothing: whatever the uplink of a packet, the
 * key leads to the existing session. A mapping is for all remotes, and these
 * may be reached by several uplinks: there the port in its inside key, which is
 * 0 otherwise, is the uplink. A service has all packets of its port, whatever
 * their uplink. */
#include "uplink_mapping.h"

#include "has.h"
#include "record.h"
#include "service.h"
#include "session.h"
#include "translate.h"
#include "uplink.h"

static bool is_service(const struct vpnalg *translator,
		       const struct vpnalg_record *record)
{
	return record != NULL && service_is_one(translator, record);
}

struct vpnalg_record *vpnalg_uplink_find(struct vpnalg *translator,
					 struct vpnalg_tuple *inside)
{
	uint8_t uplink = vpnalg_uplink_at_hand(translator);
	struct vpnalg_record *record = vpnalg_session_find(translator, inside);

	if (!has_uplinks(translator) || uplink == 0 ||
	    is_service(translator, record))
		return record;
	inside->port = uplink;
	return vpnalg_session_find(translator, inside);
}

void vpnalg_uplink_find_quoted(struct vpnalg *translator, struct slot *slot,
			       struct vpnalg_step *step)
{
	uint8_t uplink = vpnalg_uplink_at_hand(translator);

	if (!has_uplinks(translator) || uplink == 0 || !slot->parsed.inside ||
	    !slot->match.any_remote || slot->match.port != 0 ||
	    is_service(translator, step->record))
		return;
	key_set_word(slot->key + KEY_PORT_OFF, uplink);
	slot->hash = key_hash(translator, slot->key);
	find_session(translator, slot, step);
}
