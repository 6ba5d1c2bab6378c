/* SPDX-License-Identifier: BSD-2-Clause */
/* Several uplinks. Each outside address is of one of them, and so is each
 * packet that goes out, by the caller's route. A session that the packet opens
 * has an address of its uplink; existing sessions go on whatever uplink their
 * packets have. */
#include "uplink.h"

#include "address.h"
#include "has.h"

uint8_t vpnalg_session_uplink(const struct vpnalg_step *step)
{
	if (!has_uplinks(step->translator))
		return 0;
	return step->parsed->inside
		       ? step->packet->uplink
		       : vpnalg_address_uplink(step->translator,
					       step->parsed->local);
}

bool vpnalg_session_has_uplinks(const struct vpnalg *translator)
{
	return has_uplinks(translator);
}

uint8_t vpnalg_uplink_at_hand(const struct vpnalg *translator)
{
	return !has_uplinks(translator) || translator->step.packet == NULL
		       ? 0
		       : vpnalg_session_uplink(&translator->step);
}
