/* SPDX-License-Identifier: BSD-2-Clause */
#include <vpnalg/vpnalg.h>

const char *vpnalg_service_text(int result)
{
	static const char *const texts[] = {
		[-VPNALG_SERVICE_DONE] = "done",
		[-VPNALG_SERVICE_INVALID] = "not a possible service",
		[-VPNALG_SERVICE_TAKEN] = "the port is taken",
		[-VPNALG_SERVICE_NO_ROOM] = "no room for another session",
		[-VPNALG_SERVICE_NO_HANDLER] =
			"no protocol has services at that port",
		[-VPNALG_SERVICE_UNKNOWN] = "there is no such service",
	};

	return result <= 0 && result >= VPNALG_SERVICE_UNKNOWN ? texts[-result]
							       : "unknown";
}
