/* SPDX-License-Identifier: BSD-2-Clause */
/* Structs of other versions. */
#ifndef VPNALG_ENGINE_SETTINGS_H
#define VPNALG_ENGINE_SETTINGS_H

#include <vpnalg/handler.h>

/* Returns whether all bytes are zero: those that this version does not know. */
static inline bool settings_is_zero(const uint8_t *bytes, size_t count)
{
	while (count > 0)
		if (bytes[--count] != 0)
			return false;
	return true;
}

#endif
