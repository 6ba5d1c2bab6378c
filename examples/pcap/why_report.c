/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that text and JSON share. */
#include "why_report.h"

#include <stdio.h>

void why_write_address(uint32_t address, uint16_t port, char text[WHY_ADDRESS])
{
	int end = snprintf(text, WHY_ADDRESS, "%u.%u.%u.%u", address >> 24,
			   address >> 16 & 255, address >> 8 & 255,
			   address & 255);

	if (port)
		snprintf(text + end, WHY_ADDRESS - (size_t)end, ":%u", port);
}

const char *why_protocol_name(const struct why_attempt *attempt)
{
	switch (attempt->protocol) {
	case WHY_IS_PPTP:
		return "PPTP";
	case WHY_IS_IPSEC:
		return !attempt->ike.version	   ? "IPsec"
		       : attempt->ike.version == 1 ? "IPsec with IKEv1"
						   : "IPsec with IKEv2";
	case WHY_IS_L2TP:
		return attempt->l2tp.version == 3 ? "L2TPv3" : "L2TP";
	default:
		return "GRE";
	}
}

const char *why_nat_t(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	if (attempt->esp_udp[CLIENT] || attempt->esp_udp[SERVER])
		return "in use";
	if (ike->on_4500[CLIENT] && ike->on_4500[SERVER])
		return "agreed (IKE went on to port 4500)";
	if (ike->on_4500[CLIENT])
		return "tried by the client (port 4500)";
	if (ike->offers_nat_t[CLIENT] && ike->offers_nat_t[SERVER])
		return "offered by both, not used";
	if (ike->offers_nat_t[CLIENT] || ike->offers_nat_t[SERVER])
		return ike->offers_nat_t[CLIENT] ? "offered by the client only"
						 : "offered by the server only";
	return "not offered";
}

const char *why_step_state(const struct why_answer *answer, unsigned step)
{
	const struct why_step *one = &answer->steps[step];

	if (step == answer->stopped)
		return "stopped here";
	if (step > answer->stopped)
		return one->packets[CLIENT] + one->packets[SERVER]
			       ? "not done"
			       : "not reached";
	if (!one->packets[CLIENT] && !one->packets[SERVER])
		return one->optional ? "none" : "not in the capture";
	return one->done ? "done" : "not done";
}
