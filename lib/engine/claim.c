/* SPDX-License-Identifier: BSD-2-Clause */
/* The claims of few packets: those of many are expanded in place. */
#include "claim.h"

void vpnalg_claim(const struct vpnalg *translator, struct slot *slot)
{
	claim(translator, slot, 0, 0);
}

bool vpnalg_claim_next(const struct vpnalg *translator, struct slot *slot)
{
	return claim_next(translator, slot);
}
