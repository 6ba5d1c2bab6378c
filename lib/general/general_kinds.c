/* SPDX-License-Identifier: BSD-2-Clause */
#include "general_kinds.h"

/* The body's layout. */
#define LAYOUT_SESSION "421."

const struct vpnalg_kind vpnalg_general_kinds[GENERAL_KINDS] = {
	[GENERAL_TCP] = { .name = "TCP session",
			  .slots = 2,
			  .body = sizeof(struct general_session),
			  .layout = LAYOUT_SESSION,
			  .pooled = true,
			  .inherits_outside = true },
	[GENERAL_UDP] = { .name = "UDP session",
			  .slots = 2,
			  .pooled = true,
			  .inherits_outside = true },
	[GENERAL_ICMP] = { .name = "ICMP query session",
			   .slots = 2,
			   .pooled = true,
			   .inherits_outside = true },
	[GENERAL_PERMISSION] = { .name = "permitted remote",
				 .slots = 2,
				 .counts_children = true,
				 .pooled = true,
				 .inherits_outside = true,
				 .child = true },
	[GENERAL_MAPPING] = { .name = "mapping",
			      .slots = 2,
			      .counts_children = true,
			      .pooled = true },
	[GENERAL_SERVICE] = { .name = "service",
			      .slots = 2,
			      .pooled = true,
			      .inherits_outside = true },
	[GENERAL_PORTS] = { .name = "session by ports",
			    .slots = 2,
			    .body = sizeof(struct general_session),
			    .layout = LAYOUT_SESSION,
			    .port_set = true },
	[GENERAL_ADDRESS] = { .name = "session by address", .slots = 2 },
};
