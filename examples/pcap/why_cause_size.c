/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets lost on the way because of their size or content. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_ALL, WHY_ALWAYS, why_fragments_lost, "fragments-lost",
	  "Fragments are lost: large messages do not arrive whole.",
	  "Let routers and firewalls pass fragments; or make messages smaller: "
	  "IKE fragmentation (RFC 7383) at both ends, smaller certificates, a "
	  "smaller MTU.",
	  why_detail_fragments },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_too_big_ignored, "mtu",
	  "A link does not take packets that large (ICMP: fragmentation "
	  "needed), and they do not become smaller.",
	  "Lower the MTU of the VPN interface (1400 or less), or clamp TCP's "
	  "MSS: vpnalg-gw --mss.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_large_lost, "mtu",
	  "Small packets pass, large ones do not, and nobody says so: an MTU "
	  "on the way is too small, and ICMP is filtered.",
	  "Lower the MTU of the VPN interface (1400 or less), or clamp TCP's "
	  "MSS: vpnalg-gw --mss; let ICMP \"fragmentation needed\" pass.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_BROKEN, why_checksum_wrong, "bad-checksum",
	  "Packets have wrong checksums, so their receiver drops them: a "
	  "translation was not finished, or they were damaged.",
	  "Update the router that has sent them, or turn its ALG off; check "
	  "the cable or radio link.",
	  why_detail_checksums },
};

const struct why_cause_table why_causes_size = WHY_CAUSE_TABLE(rows);
