/* SPDX-License-Identifier: BSD-2-Clause */
/* The format of saved sessions, for saving and loading. */
#ifndef VPNALG_ENGINE_SAVED_H
#define VPNALG_ENGINE_SAVED_H

#include <string.h>

#include "translator.h"

/* The flags of a session that are saved. The others say where it is counted. */
#define SAVED_FLAGS \
	(VPNALG_SESSION_ENDED | VPNALG_SESSION_SHARED | VPNALG_SESSION_ANSWERED)

/* Bits of a byte in a record's chunk. */
#define SAVED_ROUTERS 0x01U /* the session is the router's own */
#define SAVED_ACCOUNT 0x02U /* an account follows the body */

/* struct account, as vpnalg_kind.layout describes bodies. */
#define SAVED_ACCOUNT_LAYOUT "44444444"

/* The length of a name that is saved. */
#define SAVED_NAME_MAX 255

/* The byte order of bodies that have no layout. */
enum { SAVED_LITTLE_ENDIAN = 1, SAVED_BIG_ENDIAN = 2 };

static inline uint8_t saved_byte_order(void)
{
	const uint16_t probe = 1;
	uint8_t first;

	memcpy(&first, &probe, 1);
	return first == 1 ? SAVED_LITTLE_ENDIAN : SAVED_BIG_ENDIAN;
}

static inline size_t saved_name_length(const char *name)
{
	size_t length = 0;

	while (name != NULL && length < SAVED_NAME_MAX && name[length] != '\0')
		length++;
	return length;
}

#endif
