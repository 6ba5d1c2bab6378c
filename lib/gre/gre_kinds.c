/* SPDX-License-Identifier: BSD-2-Clause */
#include "gre_kinds.h"

/* The bodies' layouts. */
#define LAYOUT_ADDRESS "1111111111111111"
#define LAYOUT_HOST LAYOUT_ADDRESS "442.."

#define LAYOUT_TUNNEL "44"
#define LAYOUT_LEARNED LAYOUT_TUNNEL "4"
#define LAYOUT_REMOTE LAYOUT_HOST LAYOUT_HOST "4"

const struct vpnalg_kind vpnalg_gre_kinds[GRE_KINDS] = {
	[GRE_KIND_TUNNEL] = { .name = "GRE tunnel",
			      .slots = 2,
			      .body = sizeof(struct gre_tunnel),
			      .layout = LAYOUT_TUNNEL,
			      .guard = PLAIN_GRE_PROTOCOL },
	[GRE_KIND_LEARNED] = { .name = "GRE tunnel by remote's Key",
			       .slots = 4,
			       .body = sizeof(struct gre_learned),
			       .layout = LAYOUT_LEARNED,
			       .guard = PLAIN_GRE_PROTOCOL,
			       .inherits_outside = true,
			       .child = true },
	[GRE_KIND_REMOTE] = { .name = "GRE remote",
			      .slots = 2,
			      .body = sizeof(struct gre_remote),
			      .layout = LAYOUT_REMOTE,
			      .of_remote = true },
};
