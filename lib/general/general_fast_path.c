/* SPDX-License-Identifier: BSD-2-Clause */
#include "general_fast_path.h"

#include "../wire/tcp.h"
#include "../wire/transport.h"
#include "general.h"
#include "other.h"
#include "tcp.h"

/* A fast path must not have segments that open or end a connection: only the
 * library follows these. */
static const uint32_t tcp_mask = (uint32_t)(TCP_FIN | TCP_SYN | TCP_RST) << 16;

/* The type of a packet's first chunk identifies the packet, for the library
 * must see packets of some other types. */
static const uint32_t sctp_mask = (uint32_t)UINT8_MAX << 24;

static bool is_sctp(const struct vpnalg_step *step)
{
	return step->record->kind == GENERAL_PORTS &&
	       step->parsed->protocol == SCTP_PROTOCOL;
}

static bool is_established(struct vpnalg_step *step)
{
	const struct general_session *session =
		vpnalg_session_body(step->translator, step->record);

	return session->state & GENERAL_OTHER_ESTABLISHED;
}

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
	case GENERAL_PORTS:
		return is_sctp(step) && is_established(step) &&
		       vpnalg_general_other_is_data(step->parsed);
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
	if (is_sctp(step))
		vpnalg_translation_word(step, translation, SCTP_CHUNK_TYPE_OFF,
					sctp_mask);
	if (step->record->kind != GENERAL_TCP)
		return true;
	vpnalg_translation_word(step, translation, TCP_DATA_OFF, tcp_mask);
	vpnalg_general_tcp_tell(step->translator, step->record);
	return true;
}
