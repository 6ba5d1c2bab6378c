/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads structs that begin with their size. */
#include "settings.h"

#include <string.h>

bool vpnalg_settings_read(void *settings, size_t size, const void *given)
{
	size_t given_size = 0;

	memset(settings, 0, size);
	if (given != NULL) {
		memcpy(&given_size, given, sizeof(given_size));
		if (given_size < sizeof(given_size))
			return false;
		if (given_size > size &&
		    !settings_is_zero((const uint8_t *)given + size,
				      given_size - size))
			return false;
		memcpy(settings, given, given_size < size ? given_size : size);
	}
	memcpy(settings, &size, sizeof(size));
	return true;
}
