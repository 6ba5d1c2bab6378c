/* SPDX-License-Identifier: BSD-2-Clause */
#include "loaded.h"

#include "blocks.h"
#include "candidate.h"
#include "ring.h"

void vpnalg_ipsec_loaded(struct vpnalg *translator,
			 struct vpnalg_record *record, unsigned round)
{
	switch (record->kind) {
	case IPSEC_KIND_HOST:
		vpnalg_ipsec_ring_loaded(translator, record, round);
		break;
	case IPSEC_KIND_REMOTE:
		vpnalg_ipsec_ring_loaded(translator, record, round);
		vpnalg_ipsec_candidate_loaded(translator, record);
		break;
	case IPSEC_KIND_CANDIDATES:
		vpnalg_ipsec_candidate_loaded(translator, record);
		vpnalg_ipsec_blocks_loaded(translator, record);
		break;
	case IPSEC_KIND_UNCLAIMED:
		vpnalg_ipsec_blocks_loaded(translator, record);
		break;
	default:
		break;
	}
}
