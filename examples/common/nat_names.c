/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_names.h"

#include <stddef.h>

#include <vpnalg/vpnalg.h>

static const char *const types[VPNALG_EVENTS] = {
	[VPNALG_EVENT_PAIRED] = "paired",
	[VPNALG_EVENT_UNPAIRED] = "unpaired",
	[VPNALG_EVENT_HELD] = "held",
	[VPNALG_EVENT_BLOCK_ALLOTTED] = "block-allotted",
	[VPNALG_EVENT_BLOCK_FREED] = "block-freed",
	[VPNALG_EVENT_OPENED] = "opened",
	[VPNALG_EVENT_CLOSED] = "closed",
	[VPNALG_EVENT_CHANGED] = "changed",
	[VPNALG_EVENT_REFUSED] = "refused",
	[VPNALG_EVENT_LIMIT] = "limit",
	[VPNALG_EVENT_EXHAUSTED] = "exhausted",
	[VPNALG_EVENT_UNUSED] = "unused",
	[VPNALG_EVENT_OFF] = "off",
	[VPNALG_EVENT_ON] = "on",
	[VPNALG_EVENT_SUPPRESSED] = "suppressed",
};

static const char *const whys[] = {
	[VPNALG_CLOSE_EXPIRED] = "expired",
	[VPNALG_CLOSE_ENDED] = "ended",
	[VPNALG_CLOSE_PROTOCOL] = "protocol",
	[VPNALG_CLOSE_PARENT] = "parent",
	[VPNALG_CLOSE_CUT] = "cut",
	[VPNALG_CLOSE_POLICY] = "policy",
	[VPNALG_CLOSE_GAVE_WAY] = "gave-way",
	[VPNALG_CLOSE_ADDRESS] = "address",
	[VPNALG_CLOSE_STORE] = "store",
	[VPNALG_CLOSE_SERVICE] = "service",
};

static const char *const evidences[] = {
	[VPNALG_EVIDENCE_ALONE] = "alone",
	[VPNALG_EVIDENCE_EXPECTED] = "expected",
	[VPNALG_EVIDENCE_CONTINUED] = "continued",
	[VPNALG_EVIDENCE_RESUMED] = "resumed",
	[VPNALG_EVIDENCE_CONNECTED] = "connected",
	[VPNALG_EVIDENCE_LEFT] = "left",
	[VPNALG_EVIDENCE_SHOWN] = "shown",
	[VPNALG_EVIDENCE_ANSWERED] = "answered",
	[VPNALG_EVIDENCE_TIMING] = "timing",
	[VPNALG_EVIDENCE_OLD_GOES_ON] = "old-goes-on",
	[VPNALG_EVIDENCE_LIVENESS_CHECK] = "liveness-check",
	[VPNALG_EVIDENCE_NEVER_SENT] = "never-sent",
	[VPNALG_EVIDENCE_OTHER_RESUMED] = "other-resumed",
	[VPNALG_EVIDENCE_RIVAL] = "rival",
	[VPNALG_EVIDENCE_SURPLUS] = "surplus",
	[VPNALG_EVIDENCE_OTHER_TIMING] = "other-timing",
	[VPNALG_EVIDENCE_OTHER_SHOWN] = "other-shown",
	[VPNALG_EVIDENCE_OWN_ID] = "own-id",
};

#define NAME_OF(names, value) \
	((value) < sizeof(names) / sizeof(names[0]) ? (names)[value] : NULL)

const char *nat_names_event(unsigned type)
{
	return NAME_OF(types, type);
}

const char *nat_names_why(unsigned why)
{
	return NAME_OF(whys, why);
}

const char *nat_names_evidence(unsigned evidence)
{
	return NAME_OF(evidences, evidence);
}
