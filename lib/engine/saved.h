/* SPDX-License-Identifier: BSD-2-Clause */
/* The format of saved sessions and fragments, for saving and loading. */
#ifndef VPNALG_ENGINE_SAVED_H
#define VPNALG_ENGINE_SAVED_H

#include <string.h>

#include <vpnalg/state.h>

#include "chunk.h"
#include "key.h"

/* The flags of a session that are saved. The others say where it is counted. */
#define SAVED_FLAGS \
	(VPNALG_SESSION_ENDED | VPNALG_SESSION_SHARED | VPNALG_SESSION_ANSWERED)

/* Bits of a byte in a record's chunk. */
#define SAVED_ROUTERS 0x01U /* the session is the router's own */
#define SAVED_ACCOUNT 0x02U /* an account follows the body */

/* In a byte of a datagram's chunk. */
#define SAVED_HAS_KEY 0x01U  /* shifted by the form: its key leads to it */
#define SAVED_OUTSIDE 0x04U  /* it came in its outside form first */
#define SAVED_DATAGRAM 0x07U /* all of them */
#define SAVED_NO_KIND 0xffU  /* it is no handler's */

/* The flags of a held fragment that are saved. */
#define SAVED_PACKET_FLAGS (VPNALG_PACKET_HAIRPIN | VPNALG_PACKET_TO_SERVICE)

/* What stands before the bytes of a held fragment, and how many of these are in
 * a chunk. */
#define SAVED_PART_HEAD 12U
#define SAVED_PART_MAX (VPNALG_STATE_CHUNK_MAX - CHUNK_LEAST - SAVED_PART_HEAD)

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

/* Writes a key, whose words are of the machine's own order. */
static inline void saved_put_key(const struct vpnalg *translator,
				 struct chunk *chunk, const uint8_t *key)
{
	vpnalg_chunk_put(chunk, 4, key_word(key));
	vpnalg_chunk_put(chunk, 4, key_word(key + KEY_ID_OFF));
	vpnalg_chunk_put(chunk, 4, key_word(key + KEY_PORT_OFF));
	vpnalg_chunk_put_bytes(chunk, key + KEY_LOCAL_OFF,
			       key_len_of(translator) - KEY_LOCAL_OFF);
}

/* Reads a key. */
static inline void saved_get_key(const struct vpnalg *translator,
				 const uint8_t *from, uint8_t *key)
{
	key_set_word(key, vpnalg_get32(from));
	key_set_word(key + KEY_ID_OFF, vpnalg_get32(from + KEY_ID_OFF));
	key_set_word(key + KEY_PORT_OFF, vpnalg_get32(from + KEY_PORT_OFF));
	memcpy(key + KEY_LOCAL_OFF, from + KEY_LOCAL_OFF,
	       key_len_of(translator) - KEY_LOCAL_OFF);
}

#endif
