/* SPDX-License-Identifier: BSD-2-Clause */
/* Results in words, and those that have events. */
#include <vpnalg/vpnalg.h>

static const char *const texts[VPNALG_RESULTS] = {
	[VPNALG_TRANSLATED] = "translated",
	[VPNALG_UNTOUCHED] = "untouched",
	[VPNALG_HELD] = "held",
	[VPNALG_DROP_MALFORMED] = "malformed",
	[VPNALG_DROP_TRUNCATED] = "truncated",
	[VPNALG_DROP_FRAGMENT] = "fragment",
	[VPNALG_DROP_ICMP_ERROR] = "ICMP error",
	[VPNALG_DROP_NO_SESSION] = "no session",
	[VPNALG_DROP_NO_CONNECTION] = "no TCP connection",
	[VPNALG_DROP_GUARDED] = "unknown, from a remote in use",
	[VPNALG_DROP_PORT_HELD] = "wrong port of a remote in use",
	[VPNALG_DROP_WINDOW] = "segment out of order",
	[VPNALG_DROP_UNACKNOWLEDGED] = "an earlier segment is unacknowledged",
	[VPNALG_DROP_AMBIGUOUS] = "ID shared by two sessions",
	[VPNALG_DROP_NO_ID] = "no free outside ID",
	[VPNALG_DROP_REFUSED] = "outside ID refused",
	[VPNALG_DROP_STORE] = "no room in the store",
	[VPNALG_DROP_OPTIONS] = "IP option with addresses",
	[VPNALG_DROP_AH] = "AH cannot be translated",
	[VPNALG_DROP_HELD] = "held back: another host is setting up",
	[VPNALG_DROP_UNPAIRED] = "ESP of an unknown inside host",
	[VPNALG_DROP_FAULT] = "wrong answer of a handler or the store",
	[VPNALG_DROP_FILTERED] = "sender not permitted by the filter",
	[VPNALG_DROP_TAKEN] = "protocol or port taken by another host",
	[VPNALG_DROP_QUOTE_SHORT] = "ICMP error, its quote is too short",
	[VPNALG_DROP_CHECKSUM] = "ICMP error, wrong checksum",
	[VPNALG_DROP_DENIED] = "denied by the policy",
	[VPNALG_DROP_LIMIT] = "over a limit of the policy",
};

const char *vpnalg_result_text(unsigned result)
{
	if (result >= VPNALG_DROP_OWN)
		return "a reason of the handler's own";
	if (result >= VPNALG_RESULTS || texts[result] == NULL)
		return "unknown";
	return texts[result];
}

bool vpnalg_wants_prohibited(const struct vpnalg_packet *packet)
{
	if (packet->direction != VPNALG_OUT)
		return false;
	switch (packet->result) {
	case VPNALG_DROP_NO_ID:
	case VPNALG_DROP_STORE:
	case VPNALG_DROP_TAKEN:
	case VPNALG_DROP_REFUSED:
	case VPNALG_DROP_DENIED:
	case VPNALG_DROP_LIMIT:
		return true;
	default:
		return false;
	}
}
