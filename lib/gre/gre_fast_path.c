/* SPDX-License-Identifier: BSD-2-Clause */
#include "gre_fast_path.h"

#include "gre.h"

/* Returns the offset of the Key. */
static uint32_t key_offset(unsigned flags)
{
	return flags & (PLAIN_GRE_HAS_CHECKSUM | PLAIN_GRE_HAS_ROUTING)
		       ? PLAIN_GRE_HEADER_LEN + PLAIN_GRE_CHECKSUM_LEN
		       : PLAIN_GRE_HEADER_LEN;
}

bool vpnalg_gre_fast_path(struct vpnalg_step *step,
			  struct vpnalg_translation *translation)
{
	const uint32_t mask = PLAIN_GRE_HAS_CHECKSUM | PLAIN_GRE_HAS_ROUTING |
			      PLAIN_GRE_HAS_KEY | PLAIN_GRE_VERSION_MASK;
	unsigned flags = vpnalg_get16(step->parsed->l4);

	if (step->record->kind != GRE_KIND_TUNNEL ||
	    !(gre_tunnel(step, step->record)->port & GRE_TUNNEL_HEARD))
		return false;
	vpnalg_translation_word(step, translation, 0, mask << 16);
	if (flags & PLAIN_GRE_HAS_KEY)
		vpnalg_translation_word(step, translation, key_offset(flags),
					UINT32_MAX);
	return true;
}
