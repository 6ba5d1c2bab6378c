/* SPDX-License-Identifier: BSD-2-Clause */
#include "general_settings.h"

#include <string.h>

#include <vpnalg/general.h>

/* The MSS if none is announced (RFC 9293 3.7.1). */
#define MSS_LEAST 536

/* If no ports are set, all but the well-known ones may be given out: inside
 * hosts seldom use those, and the router itself does. */
const char *vpnalg_general_configure(const void *given, void *settings)
{
	struct vpnalg_general_settings read;

	if (!vpnalg_settings_read(&read, sizeof(read), given))
		return "general: settings of another version";
	if (read.ports.first == 0 && read.ports.last == 0)
		read.ports = (struct vpnalg_ports){ 1024, UINT16_MAX };
	if (read.ports.first == 0 || read.ports.first > read.ports.last)
		return "general: ports: an empty range, or one with port 0";
	if (read.filtering > VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT)
		return "general: filtering: no enum vpnalg_filtering";
	if (read.mss != 0 && read.mss < MSS_LEAST)
		return "general: mss: less than 536";
	if (settings != NULL)
		memcpy(settings, &read, sizeof(read));
	return NULL;
}

uint32_t vpnalg_general_reuse_delay(const void *settings)
{
	const struct vpnalg_general_settings *general = settings;

	return general->reuse_delay;
}

uint16_t vpnalg_general_mss(const void *settings)
{
	const struct vpnalg_general_settings *general = settings;

	return general->mss;
}
