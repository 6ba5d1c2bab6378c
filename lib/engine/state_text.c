/* SPDX-License-Identifier: BSD-2-Clause */
/* The result of a saving or a loading, in words. */
#include <vpnalg/state.h>

const char *vpnalg_state_text(int result)
{
	static const char *const texts[] = {
		[-VPNALG_STATE_DONE] = "done",
		[-VPNALG_STATE_INVALID] = "called with what cannot be",
		[-VPNALG_STATE_NOT_EMPTY] = "there are sessions already",
		[-VPNALG_STATE_FOREIGN] = "not a saved state, or parts of two",
		[-VPNALG_STATE_VERSION] = "saved by another version",
		[-VPNALG_STATE_DAMAGED] = "damaged",
		[-VPNALG_STATE_ORDER] = "parts are missing or out of place",
		[-VPNALG_STATE_CUT] = "the end is missing",
		[-VPNALG_STATE_UNSOUND] = "a content that cannot be",
		[-VPNALG_STATE_STORE] = "no room for all sessions",
	};

	if (result == VPNALG_STATE_MORE)
		return "not done yet";
	return result <= 0 && result >= VPNALG_STATE_STORE ? texts[-result]
							   : "unknown";
}
