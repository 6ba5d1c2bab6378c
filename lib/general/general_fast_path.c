/* SPDX-License-Identifier: BSD-2-Clause */
#include "general_fast_path.h"

#include "../wire/tcp.h"
#include "general.h"
#include "tcp.h"

/* What opens and ends a connection is seen by nobody else. */
static const uint32_t tcp_mask = (uint32_t)(TCP_FIN | TCP_SYN | TCP_RST) << 16;

static bool is_steady(struct vpnalg_step *step)
{
	switch (step->record->kind) {
	case GENERAL_TCP:
		return vpnalg_general_tcp_check(step->parsed) ==
			       VPNALG_TRANSLATED &&
		       !(vpnalg_get32(step->parsed->l4 + TCP_DATA_OFF) &
			 tcp_mask) &&
		       vpnalg_general_tcp_is_open(step->translator,
						  step->record);
	case GENERAL_UDP:
		return step->record->flags & VPNALG_SESSION_ANSWERED;
	default:
		return false;
	}
}

bool vpnalg_general_fast_path(struct vpnalg_step *step,
			      struct vpnalg_translation *translation)
{
	unsigned role =
		step->parsed->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN;

	if (!is_steady(step))
		return false;
	vpnalg_translation_ports(step, translation,
				 (uint16_t)vpnalg_session_id(
					 step->translator, step->record, role));
	if (step->record->kind != GENERAL_TCP)
		return true;
	vpnalg_translation_word(step, translation, TCP_DATA_OFF, tcp_mask);
	vpnalg_general_tcp_tell(step->translator, step->record);
	return true;
}
