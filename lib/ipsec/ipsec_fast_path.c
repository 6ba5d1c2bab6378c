/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipsec_fast_path.h"

#include "host.h"
#include "remote.h"
#include "sa.h"

/* Returns whether the remote has one host only: with several hosts the times of
 * all packets are evidence for the owner of an SPI. */
static bool is_alone(struct vpnalg_step *step)
{
	const struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(step->translator, step->record);

	return remote != NULL && remote->children == 1;
}

static bool is_steady(struct vpnalg_step *step)
{
	struct vpnalg_record *sa = step->record;
	const struct ipsec_out *out;
	const struct ipsec_in *in;

	if (sa->kind == IPSEC_KIND_IN) {
		in = vpnalg_session_body(step->translator, sa);
		return in->confirmed && !in->old && !in->suspect && !in->copied;
	}
	out = vpnalg_session_body(step->translator, sa);
	return sa->kind == IPSEC_KIND_OUT && out->paired && !out->old &&
	       !out->copied && !(sa->flags & VPNALG_SESSION_SHARED);
}

bool vpnalg_ipsec_fast_path_esp(struct vpnalg_step *step,
				struct vpnalg_translation *translation)
{
	if (!is_steady(step) || !is_alone(step))
		return false;
	vpnalg_translation_word(step, translation, ESP_SPI_OFF, UINT32_MAX);
	return true;
}

bool vpnalg_ipsec_fast_path_nat_t(struct vpnalg_step *step,
				  struct vpnalg_translation *translation)
{
	unsigned role =
		step->parsed->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN;

	vpnalg_translation_ports(step, translation,
				 (uint16_t)vpnalg_session_id(
					 step->translator, step->record, role));
	return true;
}
