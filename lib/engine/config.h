/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of a translator: read, checked, defaults filled in. */
#ifndef VPNALG_ENGINE_CONFIG_H
#define VPNALG_ENGINE_CONFIG_H

#include <vpnalg/handler.h>

/* The settings as read. */
struct settings {
	struct vpnalg_config config;
	struct vpnalg_timers timers;
	/* The handlers of the protocols, in their order. */
	const struct vpnalg_handler *handlers[15];
};

/* A fault in the settings. */
struct config_fault {
	const char *text; /* static; NULL: nothing */
	size_t index;     /* of the array's element that is wrong, or 0 */
};

/* Reads all settings but the addresses. Returns false, with the fault, when
 * they cannot be used. */
bool vpnalg_config_read(const struct vpnalg_config *given,
			struct settings *settings, struct config_fault *fault);

/* Returns whether an address may stand outside: an IPv4 unicast address. */
bool vpnalg_config_is_outside(const struct vpnalg_addr *address);

#endif
